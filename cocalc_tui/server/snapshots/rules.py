"""What is taken into a snapshot, how often, and how many are kept.

The folder of a project holds much that a build or a package manager can make again; taking it in
would make each snapshot slow and large. What is left out is counted and said.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import NamedTuple

from cocalc_tui.server.state import STATE

EXCLUDED_FOLDERS = frozenset(
    {
        *(".git", ".hg", ".svn", ".bzr", STATE),
        *("__pycache__", ".mypy_cache", ".ruff_cache", ".pytest_cache", ".hypothesis"),
        *(".venv", "venv", ".tox", ".nox", "node_modules", ".ipynb_checkpoints"),
        *(".cache", ".Trash-0"),
    }
)
"""Folders that are made again by what made them, or are somebody else's history."""
EXCLUDED_ENDINGS = (".pyc", ".pyo", ".o", ".swp", ".tmp", "~")
"""Files that are made again, or are of no use to anybody but a running program."""


class RulesError(ValueError):
    """A rule that makes no sense: one line that says which and what it may be."""


class Rules(NamedTuple):
    """The rules of one project."""

    every: int = 15
    """Minutes between snapshots, when something changed; 0: only by hand."""
    recent: int = 24
    """How many of the newest are kept, one for each `every`."""
    daily: int = 14
    weekly: int = 7
    monthly: int = 4
    largest: int = 50
    """MB of the largest file taken in; of larger ones only name and size are kept."""

    def changed(self, **given: int | None) -> Rules:
        """These rules with some changed; raises RulesError."""
        changes = {name: value for name, value in given.items() if value is not None}
        for name, value in changes.items():
            if not 0 <= value <= 100_000:
                raise RulesError(f"{name} is {value}; it may be 0 to 100000")
        return self._replace(**changes)


def load(file: Path) -> Rules:
    """The rules of a project; the defaults where none were set or they cannot be read."""
    try:
        table = json.loads(file.read_text(encoding="utf-8"))
        return Rules().changed(
            **{name: int(table[name]) for name in Rules._fields if name in table}
        )
    except (OSError, ValueError, TypeError, KeyError):
        return Rules()


def store(file: Path, rules: Rules) -> None:
    """Set the rules of a project."""
    temporary = file.with_suffix(".new")
    temporary.write_text(json.dumps(rules._asdict(), indent=1), encoding="utf-8")
    temporary.replace(file)
