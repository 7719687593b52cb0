"""Small utilities without models or pages: the environment, ids, jobs, room on the disk."""
