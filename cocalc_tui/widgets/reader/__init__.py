"""The output of one cell on the whole screen: all of it, to read, search and save."""
