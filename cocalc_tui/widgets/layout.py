"""How the screen is divided: tiles side by side and below each other, each with its tabs.

Pure data and geometry, so that splitting, closing, moving the keyboard and remembering a layout
are tested without a screen. Widgets are not in it: a `View` only says which document is shown and
what to remember of it, and `tiles.py` keeps one pane for each.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple, TypeAlias

from msgspec import Struct, field

from cocalc_tui.chat.places import is_beside
from cocalc_tui.sync.patch import Json

MIN_WIDTH = 20
"""Columns a tile keeps."""
MIN_HEIGHT = 4
"""Rows a tile keeps, its header included."""


class Box(NamedTuple):
    """A part of the screen, in cells."""

    x: int
    y: int
    width: int
    height: int


class View(Struct, eq=False):
    """One document shown in one tile."""

    path: str
    memento: dict[str, Json] = field(default_factory=dict)


class Tile(Struct, eq=False):
    """A place for views, of which one shows."""

    views: list[View] = field(default_factory=list)
    active: int = 0

    @property
    def view(self) -> View | None:
        """The view that shows; None for an empty tile."""
        return self.views[self.active] if self.views else None

    @property
    def chats(self) -> bool:
        """Whether it shows nothing but chats beside files."""
        return bool(self.views) and all(is_beside(view.path) for view in self.views)

    def add(self, view: View) -> None:
        """Show a view, as a tab behind the one that shows now."""
        self.active = min(self.active + 1, len(self.views))
        self.views.insert(self.active, view)

    def remove(self, view: View) -> None:
        """Take a view out; its neighbour on the left shows then."""
        index = self.views.index(view)
        del self.views[index]
        if index <= self.active:
            self.active = max(self.active - 1, 0)


class Split(Struct, eq=False):
    """Tiles beside each other (`across`) or below each other, with shares of the room."""

    across: bool
    parts: list[Node]
    shares: list[float]


Node: TypeAlias = Split | Tile


class Edge(NamedTuple):
    """Where two neighbours meet: a column between them, or the first row of what is below."""

    box: Box
    split: Split
    before: int
    """The index of the part at the left or above."""
    start: int
    """Where that part begins, and `end` where its neighbour ends: columns, or rows."""
    end: int


class Placed(NamedTuple):
    """Where everything is: tiles, and what is between neighbours."""

    tiles: dict[Tile, Box]
    edges: list[Edge]

    @property
    def rules(self) -> list[Box]:
        """The columns that no tile covers."""
        return [edge.box for edge in self.edges if edge.split.across]

    def edge_at(self, x: int, y: int) -> Edge | None:
        """The one that has this cell."""
        for edge in self.edges:
            box = edge.box
            if box.x <= x < box.x + box.width and box.y <= y < box.y + box.height:
                return edge
        return None


class Layout:
    """The whole screen's division. There is always at least one tile, and one has the keyboard."""

    def __init__(self, root: Node | None = None) -> None:
        self.root: Node = root or Tile()
        self.current: Tile = next(self.tiles())
        self.zoomed = False

    def tiles(self) -> Iterator[Tile]:
        """All tiles, in the order in which they are read."""
        yield from _tiles(self.root)

    @property
    def several(self) -> bool:
        """Whether there is more than one tile."""
        return isinstance(self.root, Split)

    def views(self) -> Iterator[View]:
        """All views, tile by tile."""
        for tile in self.tiles():
            yield from tile.views

    def split(self, *, across: bool) -> Tile:
        """Divide the current tile; the new one shows the same document and gets the keyboard."""
        tile, new = self.current, Tile()
        if (view := tile.view) is not None:
            new.add(View(view.path, dict(view.memento)))
        parent = self._parent(tile)
        if parent is not None and parent.across == across:
            at = parent.parts.index(tile)
            parent.parts.insert(at + 1, new)
            parent.shares[at] /= 2
            parent.shares.insert(at + 1, parent.shares[at])
        else:
            self._replace(tile, Split(across, [tile, new], [1.0, 1.0]))
        self.current, self.zoomed = new, False
        return new

    def dock(self, path: str, share: float) -> Tile:
        """Show a chat at the right of the document it is beside; it gets the keyboard.

        Where no tile for chats is there yet, a new one gets a share of the current one's room.
        """
        there = self._for_chats()
        if there is not None:
            self._add(path, there)
            return there
        tile = self.split(across=True)
        tile.views, tile.active = [View(path)], 0
        parent = self._parent(tile)
        assert parent is not None
        at = parent.parts.index(tile)
        both = parent.shares[at - 1] + parent.shares[at]
        parent.shares[at - 1], parent.shares[at] = both * (1 - share), both * share
        return tile

    def close_tile(self, tile: Tile) -> None:
        """Take a tile and its views away; the last one only loses its views."""
        parent = self._parent(tile)
        self.zoomed = False
        if parent is None:
            tile.views, tile.active = [], 0
            return
        order = list(self.tiles())
        if self.current is tile:
            self.current = order[max(order.index(tile) - 1, 0)]
        at = parent.parts.index(tile)
        del parent.parts[at], parent.shares[at]
        if len(parent.parts) == 1:
            self._replace(parent, parent.parts[0])
        if self.current is tile:
            self.current = next(self.tiles())

    def close(self, view: View) -> None:
        """Take a view away, and its tile with it when that is empty then."""
        tile = next(one for one in self.tiles() if view in one.views)
        tile.remove(view)
        if not tile.views:
            self.close_tile(tile)

    def show(self, view: View) -> None:
        """Bring a view to the front and give its tile the keyboard."""
        for tile in self.tiles():
            if view in tile.views:
                tile.active = tile.views.index(view)
                self.zoomed = self.zoomed and tile is self.current
                self.current = tile

    def visit(self, path: str) -> None:
        """Show a document: where it is shown already, else as a new tab.

        Of the current tile; one that has nothing but chats is narrow and stays theirs, so that
        what is opened from there comes to its neighbour, and chats beside files come there.
        """
        tiles = [self.current, *(tile for tile in self.tiles() if tile is not self.current)]
        there = (view for tile in tiles for view in tile.views if view.path == path)
        view = next(there, None)
        if view is not None:
            self.show(view)
        elif is_beside(path):
            self._add(path, self._for_chats() or self.current)
        else:
            self._add(path, self._for_files())

    def _add(self, path: str, tile: Tile) -> None:
        tile.add(View(path))
        self.zoomed = self.zoomed and tile is self.current
        self.current = tile

    def _for_chats(self) -> Tile | None:
        return next((tile for tile in self.tiles() if tile.chats), None)

    def _for_files(self) -> Tile:
        order = list(self.tiles())
        at = order.index(self.current)
        nearest = [self.current, *reversed(order[:at]), *order[at + 1 :]]
        return next((tile for tile in nearest if not tile.chats), self.current)

    def turn(self, step: int) -> None:
        """Show the next (1) or the one before (-1) of the current tile's tabs."""
        if tile_views := self.current.views:
            self.current.active = (self.current.active + step) % len(tile_views)

    def move_view(self, step: int) -> None:
        """Move the view that shows to the next or previous tile."""
        source, view = self.current, self.current.view
        if view is None or len(order := list(self.tiles())) == 1:
            return
        target = order[(order.index(source) + step) % len(order)]
        source.remove(view)
        target.add(view)
        if not source.views:
            self.close_tile(source)
        self.current = target

    def resize(self, step: float) -> None:
        """Give the current tile more (or less) of the room it divides with its neighbours."""
        if (parent := self._parent(self.current)) is not None:
            at = parent.parts.index(self.current)
            total = sum(parent.shares)
            share = parent.shares[at] + step * total
            parent.shares[at] = min(max(share, total * 0.1), total * 0.9)

    def move_edge(self, edge: Edge, to: int) -> None:
        """Have two neighbours meet at a column or row, as far as both keep their least size."""
        rule, least = (1, MIN_WIDTH) if edge.split.across else (0, MIN_HEIGHT)
        room = edge.end - edge.start - rule
        least = min(least, room // 2)
        size = min(max(to - edge.start, least), room - least)
        shares, at = edge.split.shares, edge.before
        both = shares[at] + shares[at + 1]
        shares[at] = both * size / max(room, 1)
        shares[at + 1] = both - shares[at]

    def level(self, edge: Edge) -> None:
        """Give all neighbours there the same room."""
        edge.split.shares = [1.0] * len(edge.split.parts)

    def place(self, width: int, height: int) -> Placed:
        """Where each tile is in a screen of this size; when zoomed only the current one."""
        whole = Box(0, 0, width, height)
        if self.zoomed:
            return Placed({self.current: whole}, [])
        placed = Placed({}, [])
        _place(self.root, whole, placed)
        return placed

    def room_to_split(self, width: int, height: int, *, across: bool) -> bool:
        """Whether two tiles of a usable size fit where the current one is."""
        box = self.place(width, height).tiles[self.current]
        if across:
            return box.width >= 2 * MIN_WIDTH + 1
        return box.height >= 2 * MIN_HEIGHT

    def room_to_dock(self, width: int, height: int) -> bool:
        """Whether a chat fits beside the current document, or has its place already."""
        return self._for_chats() is not None or self.room_to_split(width, height, across=True)

    def _parent(self, node: Node) -> Split | None:
        return next((split for split in _splits(self.root) if node in split.parts), None)

    def _replace(self, old: Node, new: Node) -> None:
        parent = self._parent(old)
        if parent is None:
            self.root = new
        else:
            parent.parts[parent.parts.index(old)] = new


def _tiles(node: Node) -> Iterator[Tile]:
    if isinstance(node, Tile):
        yield node
    else:
        for part in node.parts:
            yield from _tiles(part)


def _splits(node: Node) -> Iterator[Split]:
    if isinstance(node, Split):
        yield node
        for part in node.parts:
            yield from _splits(part)


def _place(node: Node, box: Box, placed: Placed) -> None:
    if isinstance(node, Tile):
        placed.tiles[node] = box
        return
    rule = 1 if node.across else 0
    room = (box.width if node.across else box.height) - rule * (len(node.parts) - 1)
    at = box.x if node.across else box.y
    start = at
    for index, (part, size) in enumerate(zip(node.parts, divide(room, node.shares), strict=True)):
        if index:
            line = (
                Box(at - 1, box.y, 1, box.height) if node.across else Box(box.x, at, box.width, 1)
            )
            placed.edges.append(Edge(line, node, index - 1, start, at + size))
        if node.across:
            _place(part, Box(at, box.y, size, box.height), placed)
        else:
            _place(part, Box(box.x, at, box.width, size), placed)
        start, at = at, at + size + rule


def divide(room: int, shares: list[float]) -> list[int]:
    """Whole cells by shares, all of the room and never less than none."""
    room, total, done, sizes = max(room, 0), sum(shares), 0.0, []
    for share in shares:
        start = round(room * done / total)
        done += share
        sizes.append(round(room * done / total) - start)
    return sizes
