"""How the shipped expression weights are made and measured: `python -m analysis.training --help`."""
