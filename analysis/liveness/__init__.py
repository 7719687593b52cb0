"""Whether the camera saw a face or a picture of one: two small networks from MODEL_DIR, experimental.

docs/moments.md says how wrong they are on the recordings at hand.
"""
