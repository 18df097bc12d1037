"""Files too large to be edited: shown to read, a window at a time, never loaded as a whole."""
