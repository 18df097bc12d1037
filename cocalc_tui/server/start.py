"""Starting a project's relay on demand: exactly one, however many apps ask at once."""

from __future__ import annotations

from pathlib import Path


class StartError(Exception):
    """No relay can be had; one line that says what, where and what to do."""


def ensure_relay(project: Path) -> Path:
    """Return the socket of the project's relay, starting its door where none runs.

    Raises StartError, and `server.paths.ProjectError` where the folder cannot be a project.
    """
    ...
