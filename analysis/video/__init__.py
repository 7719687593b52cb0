"""Video files in, upright pictures and sound out: only a sandboxed child process touches hostile bytes."""
