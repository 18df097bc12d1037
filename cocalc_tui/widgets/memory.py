"""What an app remembers of a project for the same person: layout, carets, colours, what was open.

One file per project in the person's XDG state folder, never in the project: it is nobody else's,
and it says nothing that the documents do not. A file that is spoilt or of another release counts
as none.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
from pathlib import Path
from typing import Any, TypeAlias

import msgspec

from cocalc_tui.widgets.layout import Layout, Node, Split, Tile, View

RECENT = 20
"""Documents remembered as lately open."""


class ViewMemory(msgspec.Struct):
    """A view of a document."""

    path: str
    memento: dict[str, Any] = {}


class TileMemory(msgspec.Struct, tag="tile"):
    """A tile and its tabs."""

    views: list[ViewMemory]
    active: int = 0


class SplitMemory(msgspec.Struct, tag="split"):
    """Tiles beside or below each other."""

    across: bool
    parts: list[NodeMemory]
    shares: list[float]


NodeMemory: TypeAlias = SplitMemory | TileMemory


class Memory(msgspec.Struct):
    """All that is remembered of one project."""

    root: NodeMemory = msgspec.field(default_factory=lambda: TileMemory([]))
    current: int = 0
    side_bar: bool | None = None
    """Whether the person opened or closed it; None: as the width has it."""
    members: list[str] = []
    """Who belonged to it: everybody has their colour at once."""
    recent: list[str] = []
    """Paths lately open, the latest first."""

    def visited(self, path: str) -> None:
        """Put a path at the head of `recent`."""
        self.recent = [path, *(one for one in self.recent if one != path)][:RECENT]

    def keep_layout(self, layout: Layout) -> None:
        """Remember how the screen is divided."""
        self.root = _remember(layout.root)
        self.current = list(layout.tiles()).index(layout.current)

    def layout(self) -> Layout:
        """The remembered division; an empty tile where it makes no sense."""
        try:
            layout = Layout(_recall(self.root))
        except ValueError:
            return Layout()
        tiles = list(layout.tiles())
        if 0 <= self.current < len(tiles):
            layout.current = tiles[self.current]
        return layout


def _remember(node: Node) -> NodeMemory:
    if isinstance(node, Tile):
        return TileMemory([ViewMemory(view.path, view.memento) for view in node.views], node.active)
    return SplitMemory(node.across, [_remember(part) for part in node.parts], list(node.shares))


def _recall(memory: NodeMemory) -> Node:
    if isinstance(memory, TileMemory):
        tile = Tile([View(view.path, dict(view.memento)) for view in memory.views])
        tile.active = min(max(memory.active, 0), max(len(tile.views) - 1, 0))
        return tile
    if len(memory.parts) < 2 or len(memory.parts) != len(memory.shares) or min(memory.shares) <= 0:
        raise ValueError("not a layout")
    return Split(memory.across, [_recall(part) for part in memory.parts], list(memory.shares))


def memory_file(project: str) -> Path:
    """Where a project (its folder, or another name that is its own) is remembered."""
    from platformdirs import user_state_path

    name = hashlib.sha256(project.encode("utf-8", "surrogateescape")).hexdigest()[:24]
    return user_state_path("cocalc-tui") / "projects" / f"{name}.json"


def load(file: Path) -> Memory:
    """What is remembered; an empty memory where there is none or it cannot be read."""
    try:
        return msgspec.json.decode(file.read_bytes(), type=Memory)
    except (OSError, ValueError, RecursionError):
        return Memory()


def store(file: Path, memory: Memory) -> None:
    """Remember, as far as the disk allows: this is never worth an error."""
    temporary = file.with_suffix(f".{os.getpid()}.new")
    with contextlib.suppress(OSError):
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        temporary.write_bytes(msgspec.json.encode(memory))
        temporary.replace(file)
