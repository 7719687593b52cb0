"""Moments worth a second look: the rules (`kinds`), and what is done with what they find."""
