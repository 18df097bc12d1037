"""A project without a relay, for tests of the screen: files in a dict, real documents."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from cocalc_tui.client.document import SharedDocument
from cocalc_tui.client.events import (
    DocumentMoved,
    FilesChanged,
    Offline,
    Online,
    PeopleChanged,
    PeopleMoved,
    WorkspaceEvent,
)
from cocalc_tui.client.files import Files
from cocalc_tui.client.places import Other, Place
from cocalc_tui.client.requests import RequestFailed, Requests
from cocalc_tui.client.whereabouts import Whereabouts
from cocalc_tui.protocol.events import FileInfo, Trashed
from cocalc_tui.protocol.messages import Person, Welcome
from cocalc_tui.sync.patch import Op, Splice

KINDS = {"ipynb": "notebook", "chat": "chat"}
MADE = 1_700_000_000_000


class PretendDocument(SharedDocument):
    """A document whose work is sent and saved at once, with whoever the test puts there."""

    present: list[Other]
    saves = 0
    closed = False
    is_sent = True
    is_saved = True

    @property
    def others(self) -> list[Other]:
        return self.present

    @property
    def sent(self) -> bool:
        return self.is_sent

    @property
    def saved(self) -> bool:
        return self.is_saved

    async def save(self) -> None:
        self.saves += 1

    def close(self) -> None:
        self.closed = True


class PretendProject:
    """Follows `widgets.project.Project`."""

    def __init__(
        self, files: Mapping[str, str | Sequence[Op]], *, role: str = "owner", online: bool = True
    ) -> None:
        """`files`: path to text, or to the operations that make a notebook; "x/" is a folder."""
        self.contents = dict(files)
        self.files = PretendFiles(self)
        self.me: Welcome | None = None
        self.people: list[Person] = []
        self.documents: dict[str, SharedDocument] = {}
        self.whereabouts: dict[str, Whereabouts] = {}
        self.stood: list[Whereabouts] = []
        self.offline_since: float | None = 0.0
        self.requests = Requests(lambda _: False)
        self.online = False
        self.latency: float | None = None
        self.started = False
        self.closed = False
        self.refuse: dict[str, RequestFailed] = {}
        """Path to what opening it raises."""
        self._role = role
        self._goes_online = online
        self._listeners: list[Callable[[WorkspaceEvent], None]] = []

    def start(self) -> None:
        self.started = True
        if self._goes_online:
            self.connect()

    def start_again(self) -> None:
        self.connect()

    async def ready(self) -> None:
        return

    async def close(self) -> None:
        self.closed = True

    def subscribe(self, listener: Callable[[WorkspaceEvent], None]) -> Callable[[], None]:
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def emit(self, event: WorkspaceEvent) -> None:
        for listener in self._listeners[:]:
            listener(event)

    # --- what tests make happen ----------------------------------------------------------------

    def connect(self) -> None:
        self.me = Welcome(
            version=1, release="0", connection="me", user="ada", role=self._role, host="ada",
            project="lab", now=MADE,
        )  # fmt: skip
        self.people = [Person(connection="me", user="ada", role=self._role, since=MADE)]
        self.online, self.latency, self.offline_since = True, 0.0004, None
        self.emit(Online())

    def lose(
        self,
        reason: str = "gone",
        *,
        final: bool = False,
        stopped: bool = False,
        nobody_there: bool = False,
    ) -> None:
        self.online, self.latency, self.offline_since = False, None, 1_700_000_000.0
        self.people = []
        for document in self.documents.values():
            assert isinstance(document, PretendDocument)
            document.present.clear()
            document.emit(PeopleMoved())
        self.emit(Offline(reason, final, stopped, nobody_there))

    def join(self, user: str, *paths: str, role: str = "editor", at: Place | None = None) -> None:
        connection = f"{user}-{len(self.people)}"
        self.people += [Person(connection=connection, user=user, role=role, since=MADE)]
        for path in paths:
            document = self.documents[path]
            assert isinstance(document, PretendDocument)
            document.present.append(Other(connection, user, at or Place(), "f" * 16, 1))
            document.emit(PeopleMoved())
        self.emit(PeopleChanged())

    # --- what the screen asks ------------------------------------------------------------------

    def stand(self, here: Whereabouts) -> None:
        self.stood.append(here)

    async def open(self, path: str) -> SharedDocument:
        if path in self.refuse:
            raise self.refuse[path]
        if not self.online:
            raise RequestFailed("offline", "not connected to the relay just now")
        if path in self.documents:
            return self.documents[path]
        content = self.contents.get(path, "")
        ops = [Splice(0, 0, content)] if isinstance(content, str) else list(content)
        kind = KINDS.get(path.rpartition(".")[2], "text")
        document = PretendDocument.offline(path, kind, ops if content else ())
        assert isinstance(document, PretendDocument)
        document.present = []
        self.documents[path] = document
        return document


class PretendFiles(Files):
    """The files of a pretended project."""

    def __init__(self, project: PretendProject) -> None:
        self._project = project
        self._trash: list[tuple[Trashed, dict[str, str | Sequence[Op]]]] = []

    @property
    def _contents(self) -> dict[str, str | Sequence[Op]]:
        return self._project.contents

    def _changed(self) -> None:
        self._project.emit(FilesChanged())

    def _below(self, path: str) -> list[str]:
        return [name for name in self._contents if name == path or name.startswith(f"{path}/")]

    def _require_free(self, path: str) -> None:
        if self._below(path):
            raise RequestFailed("exists", f"{path}: there is one already")

    async def entries(self, path: str = "", *, recursive: bool = False) -> list[FileInfo]:
        prefix = f"{path}/" if path else ""
        found: dict[str, str] = {}
        for name in self._contents:
            if name.startswith(prefix):
                parts = name.removeprefix(prefix).split("/")
                for depth in range(1, len(parts) + 1 if recursive else 2):
                    last = depth == len(parts)
                    found["/".join(parts[:depth])] = "file" if last else "folder"
        return [FileInfo(path=prefix + p, kind=kind) for p, kind in found.items() if p]

    async def make(self, path: str, *, folder: bool = False) -> None:
        self._require_free(path)
        self._contents[path + "/" if folder else path] = ""
        self._changed()

    async def rename(self, path: str, to: str) -> None:
        self._require_free(to)
        for name in self._below(path):
            self._contents[to + name.removeprefix(path)] = self._contents.pop(name)
        documents = self._project.documents
        if (document := documents.pop(path, None)) is not None:
            document.path = to
            documents[to] = document
            self._project.emit(DocumentMoved(path, to))
        self._changed()

    async def copy(self, path: str, to: str) -> None:
        self._require_free(to)
        for name in self._below(path):
            self._contents[to + name.removeprefix(path)] = self._contents[name]
        self._changed()

    async def delete(self, path: str) -> str:
        gone = {name: self._contents.pop(name) for name in self._below(path)}
        name = f"{len(self._trash)}"
        kind = "file" if path in gone else "folder"
        trashed = Trashed(name=name, path=path, kind=kind, size=1, user="ada", at=MADE)
        self._trash.insert(0, (trashed, gone))
        self._changed()
        return name

    async def trash(self) -> list[Trashed]:
        return [trashed for trashed, _ in self._trash]

    async def restore(self, name: str, to: str = "") -> str:
        (found,) = (one for one in self._trash if one[0].name == name)
        trashed, contents = found
        self._require_free(to or trashed.path)
        self._trash.remove(found)
        for path, content in contents.items():
            self._contents[(to or trashed.path) + path.removeprefix(trashed.path)] = content
        self._changed()
        return to or trashed.path
