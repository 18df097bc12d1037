"""What the last snapshot saw of each file, so that only what changed is read again.

Ten thousand files are compared by their stamps in some 60 ms; reading them would take a minute. A
file whose stamp is as new as the look itself may be written again without a new stamp: it counts as
unknown the next time (git's "racy" rule).

Without this file, or with one that cannot be read, everything is read once more: it is a cache.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

RACY = 1_000_000_000
"""Nanoseconds; file systems of other machines count in seconds."""
Stamp: TypeAlias = list[int]
"""mtime and ctime in nanoseconds, size, inode, mode with the type."""


class FolderMemo:
    """A folder as it was; names as in `os.fsdecode`.

    What is kept of a file is what JSON gives: nothing is made of it for ten thousand of them.
    """

    __slots__ = ("folders", "mode", "shas", "stamps", "tree")

    def __init__(self, mode: int) -> None:
        self.mode = mode
        self.tree = ""
        """Of its tree; "" for an empty one."""
        self.stamps: dict[str, Stamp] = {}
        """Of files and links."""
        self.shas: dict[str, str] = {}
        """Of their blobs; "" where one was left out."""
        self.folders: dict[str, FolderMemo] = {}

    def as_json(self) -> list[Any]:
        """Lists and dicts for `from_json`."""
        folders = {name: one.as_json() for name, one in self.folders.items()}
        return [self.mode, self.tree, self.stamps, self.shas, folders]

    @staticmethod
    def from_json(table: Any) -> FolderMemo:
        """The folder of an `as_json`; raises TypeError or ValueError for anything else."""
        mode, tree, stamps, shas, folders = table
        memo = FolderMemo(mode)
        memo.tree, memo.stamps, memo.shas = tree, stamps, shas
        if memo.stamps.keys() != memo.shas.keys():
            raise ValueError("a file without a stamp")
        memo.folders = {name: FolderMemo.from_json(one) for name, one in folders.items()}
        return memo


class Memo(NamedTuple):
    """All of the project as it was."""

    largest: int
    """The rule then: another one makes other snapshots."""
    root: FolderMemo
    extras: str
    """`census.Extras` as JSON."""


def load(file: Path, largest: int) -> Memo | None:
    """What the last snapshot saw, if there was one under this rule."""
    try:
        rule, root, extras = json.loads(file.read_bytes())
        return Memo(rule, FolderMemo.from_json(root), extras) if rule == largest else None
    except (OSError, ValueError, TypeError, AttributeError, RecursionError):
        return None


def store(file: Path, memo: Memo) -> None:
    """Keep what this snapshot saw."""
    temporary = file.with_suffix(".new")
    text = json.dumps([memo.largest, memo.root.as_json(), memo.extras], separators=(",", ":"))
    temporary.write_text(text, encoding="ascii")
    temporary.replace(file)
