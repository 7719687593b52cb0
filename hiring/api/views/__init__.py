"""One module per resource; every row is reached through hiring.access."""
