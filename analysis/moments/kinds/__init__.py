"""The rule of each kind of moment, in the file of its name: `find(reading, config)`. Texts are in the catalogue."""
