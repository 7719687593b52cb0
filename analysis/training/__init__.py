"""How the shipped expression weights are trained and measured: `python -m analysis.training --help`."""
