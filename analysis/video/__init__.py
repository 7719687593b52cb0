"""Video files in, upright pictures and sound out: every hostile byte is touched in a sandboxed child process."""
