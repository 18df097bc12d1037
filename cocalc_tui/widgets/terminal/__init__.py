"""The pane of a shared terminal."""
