"""Whether the camera saw a face or a picture of one: two small models from MODEL_DIR, experimental.

docs/moments.md states their error on the available recordings.
"""
