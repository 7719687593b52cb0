"""Seven calibrated probabilities for the expression that a face crop shows: never what a person feels."""
