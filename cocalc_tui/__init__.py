"""cocalc-tui: several people in one project over ssh."""

__version__ = "0.1.0"
