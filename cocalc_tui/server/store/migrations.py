"""From the log of an earlier release to today's: a step for each version of the schema.

Everybody updates when they like, so a new relay meets old logs. It makes a copy beside the log
before it changes anything, and each step and the note of it are one transaction: a crash leaves
the old log or the new one. A log of a newer release is refused, as its rows may mean other things.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import apsw

from cocalc_tui.server.durable import copy
from cocalc_tui.server.store.interface import StoreTrouble

SCHEMA = 3
"""`user_version` of a log that this release makes."""
STEPS = {
    1: (
        "ALTER TABLE members ADD COLUMN id INTEGER",
        "CREATE TABLE migrations (version INTEGER PRIMARY KEY, release TEXT NOT NULL)",
    ),
    2: (
        "ALTER TABLE blocks ADD COLUMN digest TEXT",
        "ALTER TABLE blocks ADD COLUMN size INTEGER NOT NULL DEFAULT 0",
        "CREATE TABLE forgotten (log TEXT PRIMARY KEY) WITHOUT ROWID",
    ),
}
"""Statements that lead from a version to the next."""


def migrate(connection: apsw.Connection, path: Path, version: int, release: str) -> None:
    """Bring the log at `path`, of an earlier version, up to date; raises StoreTrouble."""
    if version not in STEPS:
        raise StoreTrouble(
            f"{path}: its format is {version}, this release knows {min(STEPS)} to {SCHEMA}: "
            "update cocalc-tui"
        )
    copy(connection, _copy_of(path, version))
    with all_or_nothing(connection):
        for before in range(version, SCHEMA):
            for step in STEPS[before]:
                connection.execute(step)
            connection.execute("INSERT INTO migrations VALUES (?, ?)", (before + 1, release))
        connection.execute(f"PRAGMA user_version = {SCHEMA}")


def forget_copies(path: Path) -> None:
    """Delete the copies of the log at `path` as earlier releases left it."""
    for version in STEPS:
        _copy_of(path, version).unlink(missing_ok=True)


def _copy_of(path: Path, version: int) -> Path:
    return path.with_name(f"{path.name}.format-{version}")


@contextmanager
def all_or_nothing(connection: apsw.Connection) -> Iterator[None]:
    """A transaction; on disk at the end. Raises apsw.Error where it is not."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
