"""What a person's expressions do over time: smoothing, the person's own baseline, segments."""
