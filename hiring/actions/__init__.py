"""Use cases that span several domains, one file each. Screens, the API and workers call the same functions.

What a rule forbids is refused here or in the domain, never in a screen alone.
"""
