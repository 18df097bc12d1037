"""Git objects and refs as files of a bare repository: what a snapshot is written with.

dulwich makes the objects; they are put into the repository here, loose, since its object store
takes longer to import than a snapshot of what changed takes to make.

Source: "Git Internals - Git Objects", https://git-scm.com/book/en/v2/Git-Internals-Git-Objects.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterable
from pathlib import Path

from dulwich.objects import Blob, Commit, ObjectID, ShaFile, Tree

from cocalc_tui.server.snapshots.entries import Entry

_CONFIG = "[core]\n\trepositoryformatversion = 0\n\tbare = true\n[gc]\n\tauto = 0\n"
_LEVEL = 1
"""Of zlib: higher levels cost three times the time and save a tenth of the room."""


class Passing:
    """Names objects without storing them: what is there now, to be compared."""

    def __init__(self) -> None:
        self.trees: dict[str, Tree] = {}

    def blob(self, data: bytes) -> str:
        """The name of bytes."""
        return Blob.from_string(data).id.decode()

    def tree(self, entries: Iterable[Entry]) -> str:
        """The name of a folder, which is kept in `trees`."""
        tree = _tree(entries)
        name = tree.id.decode()
        self.trees[name] = tree
        return name


class Objects:
    """The writing side of a repository."""

    def __init__(self, repository: Path) -> None:
        """Make the repository where there is none. Raises OSError."""
        self.path = repository
        self._objects = repository / "objects"
        self._packed: set[str] | None = None
        if not (repository / "HEAD").exists():
            _make(repository)

    def blob(self, data: bytes) -> str:
        """Store bytes; returns their name in hexadecimal."""
        return self._put(Blob.from_string(data))

    def tree(self, entries: Iterable[Entry]) -> str:
        """Store a folder; returns its name."""
        return self._put(_tree(entries))

    def commit(self, tree: str, *, author: str, at: int, message: str) -> str:
        """Store a commit without parents; `at` in seconds since 1970."""
        commit = Commit()
        commit.tree = ObjectID(tree.encode())
        commit.author = commit.committer = f"{author} <{author}@localhost>".encode()
        commit.author_time = commit.commit_time = at
        commit.author_timezone = commit.commit_timezone = 0
        commit.encoding = b"UTF-8"
        commit.message = message.encode("utf-8", "surrogateescape")
        return self._put(commit)

    def refer(self, name: str, sha: str) -> None:
        """Make a ref, after all that it leads to is on the disk."""
        os.sync()
        file = self.path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        _replace(file, sha.encode() + b"\n")

    def _put(self, what: ShaFile) -> str:
        name = what.id.decode()
        file = self._objects / name[:2] / name[2:]
        if not file.exists() and name not in self._in_packs():
            file.parent.mkdir(exist_ok=True)
            _replace(file, what.as_legacy_object(_LEVEL), mode=0o400)
        return name

    def _in_packs(self) -> set[str]:
        """Names of what is packed; read when something is first stored."""
        if self._packed is None:
            self._packed = set()
            packs = list((self._objects / "pack").glob("*.idx"))
            if packs:
                from dulwich.object_format import SHA1
                from dulwich.pack import load_pack_index

                for index in packs:
                    names = load_pack_index(index, SHA1)
                    self._packed.update(entry[0].hex() for entry in names.iterentries())
                    names.close()
        return self._packed


def _tree(entries: Iterable[Entry]) -> Tree:
    tree = Tree()
    for entry in entries:
        tree.add(entry.name, entry.mode, ObjectID(entry.sha.encode()))
    return tree


def _make(repository: Path) -> None:
    for folder in ("objects/pack", "objects/info", "refs/snapshots", "refs/heads"):
        (repository / folder).mkdir(mode=0o700, parents=True, exist_ok=True)
    (repository / "config").write_text(_CONFIG)
    _replace(repository / "HEAD", b"ref: refs/heads/none\n")


def _replace(file: Path, data: bytes, *, mode: int = 0o600) -> None:
    temporary = file.parent / f"tmp_obj_{secrets.token_hex(6)}"
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with open(descriptor, "wb") as opened:
        opened.write(data)
    temporary.rename(file)
