"""Knowing a file again that was moved while nobody had it open.

While it is open somebody looks and its document goes along (`moved`). Without this a `mv` at night
would part a file from its history: the old name would have the one, the new name the other. Only
what is certain counts: the same bytes, nothing at the old name any more, and one document alone
that this is true of. A copy is a file of its own.
"""

from __future__ import annotations

from typing import NamedTuple

from cocalc_tui.protocol.kinds import kind_of
from cocalc_tui.server.host import disk
from cocalc_tui.server.host.root import FileError, Root
from cocalc_tui.server.host.saved import FileNote, SavedVersions, hash_of


class Found(NamedTuple):
    """A document whose file is somewhere else now."""

    doc: str
    path: str
    """Where it was."""


def came_from(root: Root, saved: SavedVersions, path: str) -> Found | None:
    """Return the document whose file this is, None where that is not known for certain.

    Reads the file only where a file of its size is missed. Raises FileError.
    """
    stamp = disk.look(root, root.place(path))
    if stamp is None or not stamp.size:
        return None
    missed = [note for note in saved.files(stamp.size) if _is_missed(root, note, path)]
    if not missed:
        return None
    found = hash_of(disk.read(root, root.place(path))[0])
    missed = [note for note in missed if note.hash == found]
    same = [note for note in missed if (note.device, note.inode) == (stamp.device, stamp.inode)]
    match same or missed:
        case [note]:
            return Found(note.doc, note.path)
    return None


def _is_missed(root: Root, note: FileNote, path: str) -> bool:
    """Whether a file of that kind is not where it was."""
    if note.path == path or kind_of(note.path) != kind_of(path):
        return False
    try:
        return disk.look(root, root.place(note.path)) is None
    except FileError as error:
        return error.code == "missing"
