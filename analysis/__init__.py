"""Video in, observations and moments out. Knows no web framework, no database and no queue."""
