"""The reading side of the repository: which snapshots there are, and what is in them."""

from __future__ import annotations

import json
import stat
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from dulwich.objects import Blob, Commit, ObjectID, Tree
from dulwich.refs import Ref
from dulwich.repo import Repo

from cocalc_tui.server.snapshots.census import Extras
from cocalc_tui.server.snapshots.errors import SnapshotError

SNAPSHOTS = "refs/snapshots/"
EXTRAS = "refs/extras/"
"""For each snapshot a blob with what git's trees cannot say (`census.Extras` as JSON)."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One snapshot."""

    id: str
    """Its time in UTC, `20261125-181500`; part of the name of its ref."""
    at: int
    """Seconds since 1970."""
    user: str
    kind: str
    """automatic, named, before (a restore or another bulk change)."""
    title: str
    files: int
    left_out: int


@dataclass(frozen=True, slots=True)
class Node:
    """A file, link or folder in a snapshot."""

    path: bytes
    mode: int
    """git's: type, and for files whether it is a program."""
    sha: bytes
    """Hexadecimal, as git prints it."""

    @property
    def is_folder(self) -> bool:
        """Whether there is more below it."""
        return stat.S_ISDIR(self.mode)


def describe(snapshot: Snapshot) -> str:
    """The message of a snapshot's commit: the title for people, the rest for `parse`."""
    rest = {name: value for name, value in asdict(snapshot).items() if name in _TOLD}
    return f"{snapshot.title}\n\n{json.dumps(rest)}\n"


_TOLD = ("kind", "files", "left_out")


class Archive:
    """All snapshots of a project; close it."""

    def __init__(self, repository: Path) -> None:
        """Raises SnapshotError where there is none yet."""
        if not (repository / "HEAD").exists():
            raise SnapshotError("there is no snapshot yet; `cocalc-tui snapshot create` makes one")
        self._repo = Repo(str(repository), bare=True)
        self._passing: Mapping[str, Tree] = {}

    def close(self) -> None:
        """Let go of its files."""
        self._repo.close()

    def snapshots(self) -> list[Snapshot]:
        """All of them, the newest first."""
        ids = [
            ref.removeprefix(SNAPSHOTS.encode()).decode()
            for ref in self._repo.refs.allkeys()
            if ref.startswith(SNAPSHOTS.encode())
        ]
        found = [_parsed(id_, self._commit(id_)) for id_ in ids]
        return sorted(found, key=lambda one: (one.at, one.id), reverse=True)

    def named(self, wanted: str) -> Snapshot:
        """The one of an id, a beginning of one, or a title; raises SnapshotError."""
        there = self.snapshots()
        for one in there:
            if wanted in {one.id, one.title}:
                return one
        fitting = [one for one in there if one.id.startswith(wanted)]
        if len(fitting) == 1:
            return fitting[0]
        many = f"; {len(fitting)} begin with that" if fitting else ""
        raise SnapshotError(f"no snapshot {wanted[:80]!r}{many}; see `cocalc-tui snapshot list`")

    def extras(self, id_: str) -> Extras:
        """What git's trees cannot say of a snapshot."""
        blob = self._repo[self._ref(EXTRAS + id_)]
        assert isinstance(blob, Blob)
        return Extras(**json.loads(blob.data))

    def whole(self, id_: str) -> Node:
        """All of a snapshot."""
        return Node(b"", stat.S_IFDIR, self._commit(id_).tree)

    def now(self, trees: Mapping[str, Tree], root: str) -> Node:
        """A tree that is not in the repository, or in parts only: `trees` are its folders."""
        self._passing = trees
        return Node(b"", stat.S_IFDIR, root.encode())

    def node(self, id_: str, path: bytes) -> Node:
        """What is at a path (b"": all) of a snapshot; raises SnapshotError."""
        return self.within(self.whole(id_), path)

    def within(self, whole: Node, path: bytes) -> Node:
        """What is at a path of a tree; raises SnapshotError."""
        node = whole
        for part in filter(None, path.split(b"/")):
            tree = self._tree(node) if node.is_folder else None
            if tree is None or part not in tree:
                shown = path.decode("utf-8", "backslashreplace")
                raise SnapshotError(f"{shown}: not in this snapshot")
            mode, sha = tree[part]
            node = Node(node.path + b"/" + part if node.path else part, mode, sha)
        return node

    def children(self, folder: Node) -> list[Node]:
        """What is in a folder, by name."""
        tree = self._tree(folder)
        prefix = folder.path + b"/" if folder.path else b""
        return [
            Node(prefix + entry.path, entry.mode or 0, entry.sha or b"") for entry in tree.items()
        ]

    def _tree(self, folder: Node) -> Tree:
        if (passing := self._passing.get(folder.sha.decode())) is not None:
            return passing
        tree = self._repo[ObjectID(folder.sha)]
        assert isinstance(tree, Tree)
        return tree

    def below(self, node: Node) -> Iterator[Node]:
        """A node and all that is below it, folders before what is in them."""
        yield node
        if node.is_folder:
            for child in self.children(node):
                yield from self.below(child)

    def data(self, node: Node) -> bytes:
        """What a file holds, or where a link leads."""
        blob = self._repo[ObjectID(node.sha)]
        assert isinstance(blob, Blob)
        return blob.data

    def size(self, node: Node) -> int:
        """Bytes of a file."""
        return len(self.data(node))

    def drop(self, id_: str) -> None:
        """Take a snapshot away; `tidy` gives the room back."""
        for kind in (SNAPSHOTS, EXTRAS):
            self._repo.refs.remove_if_equals(Ref((kind + id_).encode()), None)

    def tidy(self) -> None:
        """Pack what is used and remove what no snapshot has any more."""
        from dulwich.gc import garbage_collect

        garbage_collect(self._repo, grace_period=3600)

    def _commit(self, id_: str) -> Commit:
        commit = self._repo[self._ref(SNAPSHOTS + id_)]
        assert isinstance(commit, Commit)
        return commit

    def _ref(self, name: str) -> ObjectID:
        return self._repo.refs[Ref(name.encode())]


def _parsed(id_: str, commit: Commit) -> Snapshot:
    title, _, rest = commit.message.decode("utf-8", "replace").partition("\n")
    try:
        told = json.loads(rest)
    except ValueError:
        told = {}
    user = commit.author.partition(b" <")[0].decode("utf-8", "replace")
    return Snapshot(
        id_,
        commit.commit_time,
        user,
        str(told.get("kind", "named")),
        title,
        int(told.get("files", 0)),
        int(told.get("left_out", 0)),
    )
