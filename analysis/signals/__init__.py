"""A person's expressions over time: smoothing, the person's own baseline, segments."""
