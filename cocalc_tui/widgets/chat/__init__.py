"""The pane of a chat: what was said, and a line to write the next message in."""
