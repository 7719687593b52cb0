"""Small things without models: the environment, ids, the clock."""
