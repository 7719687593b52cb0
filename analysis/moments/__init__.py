"""Moments worth a second look: one file for one kind, with its rule, its evidence and its wording."""
