"""The project folder as it was: choose a snapshot, go through it as a folder, put things back."""
