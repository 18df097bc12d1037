"""The relay side: door, relay, host side, keepers. Never textual."""
