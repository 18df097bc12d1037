"""Where in a project the host keeps what is not the people's: the one name that all parts know.

It has a module of its own for processes that start often and import next to nothing.
"""

from __future__ import annotations

STATE = ".cocalc-tui"
