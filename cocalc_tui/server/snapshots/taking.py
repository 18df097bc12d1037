"""Taking a snapshot: look, store what changed, refer to it, thin out the old ones."""

from __future__ import annotations

import fcntl
import json
import os
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from cocalc_tui.server.snapshots import memo
from cocalc_tui.server.snapshots.census import Census, Extras, Seen
from cocalc_tui.server.snapshots.entries import Entry
from cocalc_tui.server.snapshots.rules import Rules, load

if TYPE_CHECKING:
    from dulwich.objects import Tree

    from cocalc_tui.server.snapshots.objects import Objects

REPOSITORY = "snapshots.git"
"""In the project's state folder."""
_LONGEST = 200
"""Characters of a title."""


@contextmanager
def one_at_a_time(state: Path) -> Iterator[None]:
    """Two that write one repository would tidy away each other's objects."""
    descriptor = os.open(state / "snapshots.lock", os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def rules_of(state: Path) -> Rules:
    """The rules of the project with this state folder."""
    return load(state / "snapshots.json")


def take(
    project: Path,
    state: Path,
    *,
    user: str,
    kind: str,
    title: str,
    progress: Callable[[int, int], None] = lambda _files, _read: None,
) -> str | None:
    """Take a snapshot; returns its id, None where an automatic one would be like the last.

    `kind` as in `archive.Snapshot`. `progress` is told files seen and bytes read. Raises OSError,
    as for a full disk.
    """
    with one_at_a_time(state):
        largest = rules_of(state).largest
        before = memo.load(state / "snapshots.memo", largest)
        store = _Later(state / REPOSITORY)
        census = Census(store, largest=largest * 2**20, now=time.time_ns(), progress=progress)
        seen = census.walk(os.fsencode(project), before.root if before else None)
        now = memo.Memo(largest, seen.root, _as_json(seen.extras))
        same = before is not None and _is_like(before, now)
        if same and kind == "automatic":
            id_ = None
        else:
            id_ = _write(store.objects, seen, now.extras, user=user, kind=kind, title=title)
        if seen.read or not same:
            memo.store(state / "snapshots.memo", now)
        return id_


def look(
    project: Path, state: Path, progress: Callable[[int, int], None]
) -> tuple[dict[str, Tree], str]:
    """What a snapshot would hold now: folders that no snapshot has, and the name of the whole."""
    from cocalc_tui.server.snapshots.objects import Passing

    largest = rules_of(state).largest
    before = memo.load(state / "snapshots.memo", largest)
    store = Passing()
    census = Census(store, largest=largest * 2**20, now=time.time_ns(), progress=progress)
    seen = census.walk(os.fsencode(project), before.root if before else None)
    return store.trees, seen.root.tree or store.tree([])


class _Later:
    """Makes the writing side when something is first written: mostly nothing is."""

    def __init__(self, repository: Path) -> None:
        self._repository = repository
        self._objects: Objects | None = None

    @property
    def objects(self) -> Objects:
        if self._objects is None:
            from cocalc_tui.server.snapshots.objects import Objects

            self._objects = Objects(self._repository)
        return self._objects

    def blob(self, data: bytes) -> str:
        return self.objects.blob(data)

    def tree(self, entries: Iterable[Entry]) -> str:
        return self.objects.tree(entries)


def _is_like(before: memo.Memo, now: memo.Memo) -> bool:
    return before.root.tree == now.root.tree and before.extras == now.extras


def _as_json(extras: Extras) -> str:
    return json.dumps(extras._asdict(), sort_keys=True)


def _write(objects: Objects, seen: Seen, extras: str, *, user: str, kind: str, title: str) -> str:
    from cocalc_tui.server.snapshots.archive import EXTRAS, SNAPSHOTS, Snapshot, describe

    at = int(time.time())
    id_ = _new_id(objects.path / SNAPSHOTS, at)
    line = " ".join(title.split())[:_LONGEST]
    snapshot = Snapshot(id_, at, user, kind, line, seen.files, len(seen.extras.left_out))
    tree = seen.root.tree or objects.tree([])
    commit = objects.commit(tree, author=user, at=at, message=describe(snapshot))
    objects.refer(EXTRAS + id_, objects.blob(extras.encode()))
    objects.refer(SNAPSHOTS + id_, commit)
    return id_


def _new_id(folder: Path, at: int) -> str:
    plain = time.strftime("%Y%m%d-%H%M%S", time.gmtime(at))
    id_, number = plain, 1
    while (folder / id_).exists():
        number += 1
        id_ = f"{plain}-{number}"
    return id_


def thin(state: Path) -> list[str]:
    """Take away what the rules do not keep; returns the ids."""
    from cocalc_tui.server.snapshots.archive import Archive
    from cocalc_tui.server.snapshots.errors import SnapshotError
    from cocalc_tui.server.snapshots.thinning import Taken, to_drop

    with one_at_a_time(state):
        try:
            archive = Archive(state / REPOSITORY)
        except SnapshotError:
            return []
        try:
            there = [Taken(s.id, s.at, s.kind) for s in archive.snapshots()]
            gone = to_drop(there, rules_of(state))
            for id_ in gone:
                archive.drop(id_)
        finally:
            archive.close()
    return gone
