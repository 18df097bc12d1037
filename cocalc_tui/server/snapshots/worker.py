"""The child process that does all work with snapshots and commits: a request in, lines of JSON out.

A walk over ten thousand files or a zlib of a gigabyte must not hold up anybody's keys, so it is
done beside the relay, with the least claim to the processor, and may be killed at any moment.

In: one JSON object with `do` and what that takes. Out: `{"progress": [files, bytes]}` any number of
times, then `{"result": ...}` or `{"failed": "one line"}`. Bytes are in base64.

Mostly nothing changed, and starting takes as long as looking: what that does without is imported
where it is used.
"""

from __future__ import annotations

import base64
import gc
import json
import os
import stat
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cocalc_tui.server.snapshots.errors import NoRepositoryError, SnapshotError
from cocalc_tui.server.snapshots.names import meant, shown
from cocalc_tui.server.snapshots.taking import REPOSITORY, look, one_at_a_time, take, thin

if TYPE_CHECKING:
    from cocalc_tui.server.snapshots.archive import Archive, Node

PART = 2 * 2**20
"""Bytes of one answer to `read`."""
MOST = 20_000
"""Entries of one answer."""
EVERY = 0.2
"""Seconds between two reports of progress."""
NICE = 15


class Worker:
    """The work on one project."""

    def __init__(self, project: Path, state: Path, tell: Callable[[dict[str, Any]], None]) -> None:
        self._project = project
        self._state = state
        self._tell = tell
        self._told = 0.0

    def do(self, request: dict[str, Any]) -> Any:
        """Do one request; raises OSError and SnapshotError."""
        name = request.pop("do")
        work: dict[str, Callable[..., Any]] = {
            "take": self.take,
            "list": self.listed,
            "browse": self.browse,
            "read": self.read,
            "compare": self.compare,
            "restore": self.restore,
            "drop": self.drop,
            "tidy": self.tidy,
            "commits": self.commits,
            "commit": self.commit,
        }
        return work[name](**request)

    def take(self, user: str, kind: str, title: str) -> str | None:
        """Take a snapshot, then thin out the old ones where it was a new one."""
        id_ = take(
            self._project, self._state, user=user, kind=kind, title=title, progress=self._progress
        )
        if id_ is not None:
            thin(self._state)
        return id_

    def _progress(self, files: int, read: int) -> None:
        if time.monotonic() - self._told > EVERY:
            self._told = time.monotonic()
            self._tell({"progress": [files, read]})

    def listed(self, path: str | None) -> list[dict[str, Any]]:
        """All snapshots, or those in which a file changed."""
        from dataclasses import asdict

        from cocalc_tui.server.snapshots.comparing import versions_of

        with self._archive() as archive:
            there = archive.snapshots()
            if path is not None:
                changed = set(versions_of(archive, meant(path)))
                there = [one for one in there if one.id in changed]
        return [asdict(one) for one in there]

    def browse(self, snapshot: str, path: str) -> list[dict[str, Any]]:
        """What is in a folder; what was left out of it too."""
        with self._archive() as archive:
            id_ = archive.named(snapshot).id
            nodes = archive.children(archive.node(id_, meant(path)))
            found = [_described(archive, node) for node in nodes[:MOST]]
            extras = archive.extras(id_)
        others = [
            (name, {"kind": "left out", "note": why}) for name, why in extras.left_out.items()
        ]
        others += [(name, {"kind": "folder"}) for name in extras.empty]
        for name, about in others:
            if os.path.dirname(os.fsencode(name)) == meant(path):
                found.append({"path": shown(os.fsencode(name)), **about})
        return sorted(found, key=lambda one: (one["kind"] != "folder", one["path"]))

    def read(self, snapshot: str, path: str, offset: int) -> dict[str, Any]:
        """A part of a file."""
        with self._archive() as archive:
            node = archive.node(archive.named(snapshot).id, meant(path))
            if node.is_folder:
                raise SnapshotError(f"{path}: a folder, not a file")
            data = archive.data(node)
        return _part(data, offset)

    def commits(self, path: str) -> list[dict[str, Any]]:
        """The git commits that changed a file; none where there is no repository."""
        from dataclasses import asdict

        from cocalc_tui.server.commits import opened

        try:
            with opened(self._project, path) as commits:
                return [asdict(one) for one in commits.listed()]
        except NoRepositoryError:
            return []

    def commit(self, commit: str, path: str, offset: int) -> dict[str, Any]:
        """A part of a file as a git commit has it."""
        from cocalc_tui.server.commits import opened

        with opened(self._project, path) as commits:
            return _part(commits.data(commit), offset)

    def compare(self, snapshot: str, other: str, path: str) -> list[dict[str, Any]]:
        """Files that differ in a folder of two snapshots, or of one and of now."""
        from cocalc_tui.server.snapshots.comparing import differences

        with self._archive() as archive:
            before = archive.whole(archive.named(snapshot).id)
            if other:
                after = archive.whole(archive.named(other).id)
            else:
                after = archive.now(*look(self._project, self._state, self._progress))
            found = differences(archive, before, after, meant(path))
            return [{"path": shown(one.path), "how": one.how} for one in islice(found, MOST)]

    def restore(self, snapshot: str, path: str, user: str) -> dict[str, Any]:
        """Keep what is there now, then put back what was there then."""
        from cocalc_tui.server.snapshots.restoring import restore

        with self._archive() as archive:
            found = archive.named(snapshot)
            archive.node(found.id, meant(path))
        kept = self.take(user=user, kind="before", title=f"before restoring {path or 'all'}")
        with one_at_a_time(self._state), self._archive() as archive:
            written, troubles = restore(archive, found.id, meant(path), self._project)
        return {"written": written, "troubles": troubles[:MOST], "kept": kept}

    def drop(self, snapshot: str) -> None:
        """Take one away."""
        with one_at_a_time(self._state), self._archive() as archive:
            archive.drop(archive.named(snapshot).id)

    def tidy(self) -> None:
        """Give room back."""
        with one_at_a_time(self._state), self._archive() as archive:
            archive.tidy()

    @contextmanager
    def _archive(self) -> Iterator[Archive]:
        from cocalc_tui.server.snapshots.archive import Archive

        archive = Archive(self._state / REPOSITORY)
        try:
            yield archive
        finally:
            archive.close()


def _part(data: bytes, offset: int) -> dict[str, Any]:
    part = base64.b64encode(data[max(offset, 0) :][:PART]).decode()
    return {"size": len(data), "data": part}


def _described(archive: Archive, node: Node) -> dict[str, Any]:
    if node.is_folder:
        return {"path": shown(node.path), "kind": "folder"}
    kind = "link" if stat.S_ISLNK(node.mode) else "file"
    return {"path": shown(node.path), "kind": kind, "size": archive.size(node)}


def main(project: Path, state: Path) -> None:
    """Serve the one request on standard input."""
    os.nice(NICE)
    gc.disable()  # what is remembered of ten thousand files would be looked through again and again

    def tell(said: dict[str, Any]) -> None:
        sys.stdout.write(json.dumps(said) + "\n")
        sys.stdout.flush()

    try:
        tell({"result": Worker(project, state, tell).do(json.load(sys.stdin))})
    except OSError as error:
        tell({"failed": f"{error.filename or 'snapshots'}: {error.strerror}", "code": "disk"})
    except SnapshotError as error:
        tell({"failed": str(error), "code": "missing"})
    gc.freeze()  # nor is it looked through at the end
