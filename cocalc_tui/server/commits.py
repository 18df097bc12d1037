"""The git commits that changed a file of the project: read from its repository, never written.

No git is run: a repository's configuration can name programs that git then starts, and members who
may only edit can write that. For the same reason what a repository borrows from elsewhere on the
disk is not followed: it would show them what they may not read.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

from dulwich.diff_tree import CHANGE_RENAME, RenameDetector, tree_changes
from dulwich.errors import NotGitRepository
from dulwich.object_store import BaseObjectStore, DiskObjectStore, tree_lookup_path
from dulwich.objects import Blob, Commit, ObjectID
from dulwich.objectspec import parse_commit
from dulwich.repo import Repo

from cocalc_tui.server.snapshots.errors import NoRepositoryError, SnapshotError
from cocalc_tui.server.snapshots.names import meant, shown

MOST = 1000
"""Commits that are listed; the older ones are git's to show."""
LONGEST = 15.0
"""Seconds that are looked for them: a repository may have a million."""


@dataclass(frozen=True, slots=True)
class Found:
    """A commit that changed the file."""

    id: str
    author: str
    at: int
    """Seconds."""
    title: str
    path: str
    """The file's name in it, in the project."""
    older: bool = False
    """Whether there are, or may be, older ones that are not listed: of the last one."""


class _Objects(DiskObjectStore):
    """The repository's own objects alone."""

    @property
    def alternates(self) -> list[BaseObjectStore]:
        """None are looked for elsewhere."""
        return []


class Commits:
    """The commits of the repository that a file of the project is in; close it."""

    def __init__(self, project: Path, path: str) -> None:
        """Raises SnapshotError where there is none."""
        parts = path.split("/")
        if ".." in parts or path.startswith("/"):
            raise SnapshotError(f"{path}: not the path of a file in this project")
        root = Path(os.path.realpath(project))
        file = root.joinpath(os.fsdecode(meant(path)))
        top = _top_of(file.parent)
        if top is None:
            raise NoRepositoryError(f"{path}: not in a git repository of this project's account")
        control = str(top / ".git")
        objects = _Objects(os.path.join(control, "objects"))
        try:
            self._repo = Repo(str(top), objects, controldir=control, commondir=control)
        except (NotGitRepository, ValueError, OSError) as error:
            raise SnapshotError(f"{path}: the git repository cannot be read: {error}") from None
        self._path = os.fsencode(file.relative_to(top))
        self._late = False
        """Whether it took too long to go through all commits."""
        inside = os.fsencode(root.relative_to(top)) if root.is_relative_to(top) else b"."
        self._prefix = b"" if inside == b"." else inside + b"/"
        if not root.is_relative_to(top):  # the repository is a folder of the project
            self._outside = os.fsencode(top.relative_to(root)) + b"/"
        else:
            self._outside = b""

    def close(self) -> None:
        """Let go of its files."""
        self._repo.close()

    def found(self) -> Iterator[Found]:
        """The commits that changed the file, the newest first; its renames are followed."""
        for commit, path in self._changing():
            title = commit.message.decode("utf-8", "replace").strip().partition("\n")[0]
            author = commit.author.partition(b" <")[0].decode("utf-8", "replace")
            yield Found(
                commit.id.decode(), author, commit.commit_time, title, self._in_project(path)
            )

    def listed(self) -> list[Found]:
        """As many of them as are listed; raises SnapshotError where that takes too long."""
        found = list(islice(self.found(), MOST + 1))
        if self._late and not found:
            raise SnapshotError(
                f"{self._in_project(self._path)}: in {LONGEST:.0f} s no commit was found that "
                "changed it; there are older ones"
            )
        if self._late or len(found) > MOST:
            *found, last = found[:MOST]
            found.append(replace(last, older=True))
        return found

    def data(self, name: str) -> bytes:
        """What the file held in a commit, under whatever name; raises SnapshotError."""
        commit = self._named(name)
        sha = self._sha(commit, self._path)
        if sha is None:
            for _, path in self._changing():
                if (sha := self._sha(commit, path)) is not None:
                    break
        blob = self._repo.object_store[ObjectID(sha)] if sha is not None else None
        if not isinstance(blob, Blob):
            raise SnapshotError(f"{self._in_project(self._path)}: not in the commit {name[:80]}")
        return blob.data

    def _named(self, name: str) -> Commit:
        """The commit of an id or a beginning of one, a branch or tag, or HEAD; with `~2` behind."""
        base, _, back = name.partition("~")
        try:
            commit = parse_commit(self._repo, base.encode())
            for _ in range(min(int(back or "0"), MOST)):
                commit = self._commit(commit.parents[0])
        except (KeyError, IndexError, ValueError):
            raise SnapshotError(f"{name[:80]!r}: no commit of this repository") from None
        return commit

    def _in_project(self, path: bytes) -> str:
        return shown(self._outside + path.removeprefix(self._prefix))

    # --- walking -------------------------------------------------------------------------------

    def _changing(self) -> Iterator[tuple[Commit, bytes]]:
        """The commits that changed the file, each with the file's name in it."""
        until = time.monotonic() + LONGEST
        names: dict[ObjectID, bytes | None] = {}
        """What it is called in commits whose children were looked at; None: it is not ours."""
        try:
            walker = self._repo.get_walker()
        except KeyError:  # nothing was committed yet
            return
        for entry in walker:
            if time.monotonic() > until:
                self._late = True
                return
            commit = entry.commit
            path = names.pop(commit.id, self._path)
            here = self._sha(commit, path)
            before = [self._sha(self._commit(parent), path) for parent in commit.parents]
            older = path
            if path is not None and here is not None and here not in before:
                yield commit, path
                if commit.parents and not any(before):
                    older = self._name_before(commit, path)
            for parent in commit.parents:
                names.setdefault(parent, older)

    def _name_before(self, commit: Commit, path: bytes) -> bytes | None:
        """What a file that came with a commit was called; None for a name outside the project."""
        old = self._renamed(commit, path) or path
        return old if old.startswith(self._prefix) else None

    def _commit(self, id_: ObjectID) -> Commit:
        commit = self._repo.object_store[id_]
        assert isinstance(commit, Commit)
        return commit

    def _sha(self, commit: Commit, path: bytes | None) -> bytes | None:
        if path is None:
            return None
        try:
            return tree_lookup_path(self._repo.object_store.__getitem__, commit.tree, path)[1]
        except (KeyError, ValueError):
            return None

    def _renamed(self, commit: Commit, path: bytes) -> bytes | None:
        store = self._repo.object_store
        before = self._commit(commit.parents[0]).tree
        changes = tree_changes(
            store, before, commit.tree, rename_detector=RenameDetector(store)
        )  # fmt: skip
        for change in changes:
            new, old = change.new, change.old
            if change.type == CHANGE_RENAME and new and old and new.path == path:
                return old.path
        return None


def _top_of(folder: Path) -> Path | None:
    """The nearest folder with a repository of ours in it, no link to one."""
    for place in (folder, *folder.parents):
        try:
            about = os.lstat(place / ".git")
        except OSError:
            continue
        owned = about.st_uid == os.geteuid()
        plain = os.path.isdir(place / ".git") and not os.path.islink(place / ".git")
        whole = not os.path.islink(place / ".git" / "objects")
        return place if owned and plain and whole else None
    return None


@contextmanager
def opened(project: Path, path: str) -> Iterator[Commits]:
    """The commits of a file; raises SnapshotError."""
    commits = Commits(project, path)
    try:
        yield commits
    finally:
        commits.close()
