"""What differs between two snapshots, or between one and the project as it is now."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from cocalc_tui.server.snapshots.archive import Archive, Node
from cocalc_tui.server.snapshots.errors import SnapshotError


@dataclass(frozen=True, slots=True)
class Difference:
    """One file that is not the same on both sides."""

    path: bytes
    how: str
    """added, removed, changed."""


def differences(archive: Archive, one: Node, other: Node, path: bytes) -> Iterator[Difference]:
    """Files that differ at a path (b"": all) of two whole trees; equal folders are not entered.

    Raises SnapshotError where neither has the path.
    """
    before, after = _at(archive, one, path), _at(archive, other, path)
    if before is None and after is None:
        archive.within(one, path)
    yield from _between(archive, before, after)


def _at(archive: Archive, whole: Node, path: bytes) -> Node | None:
    try:
        return archive.within(whole, path)
    except SnapshotError:
        return None


def _between(archive: Archive, before: Node | None, after: Node | None) -> Iterator[Difference]:
    if before is None or after is None:
        yield from _whole(archive, before, after)
    elif (before.sha, before.mode) != (after.sha, after.mode):
        if before.is_folder and after.is_folder:
            yield from _inside(archive, before, after)
        elif before.is_folder or after.is_folder:
            yield from _whole(archive, before, None)
            yield from _whole(archive, None, after)
        else:
            yield Difference(before.path, "changed")


def _inside(archive: Archive, one: Node, other: Node) -> Iterator[Difference]:
    left = {node.path: node for node in archive.children(one)}
    right = {node.path: node for node in archive.children(other)}
    for path in sorted(left.keys() | right.keys()):
        yield from _between(archive, left.get(path), right.get(path))


def _whole(archive: Archive, before: Node | None, after: Node | None) -> Iterator[Difference]:
    how = "removed" if after is None else "added"
    node = before if after is None else after
    if node is not None:
        yield from (Difference(one.path, how) for one in archive.below(node) if not one.is_folder)


def versions_of(archive: Archive, path: bytes) -> Iterator[str]:
    """Ids of the snapshots in which a file is another than in the one before, oldest first."""
    last = b""
    for snapshot in reversed(archive.snapshots()):
        node = _at(archive, archive.whole(snapshot.id), path)
        if node is not None and node.sha != last and not node.is_folder:
            yield snapshot.id
        last = node.sha if node is not None else b""
