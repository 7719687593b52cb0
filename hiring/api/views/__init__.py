"""One module a resource; every row is reached through hiring.access."""
