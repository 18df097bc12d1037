"""An app on a project whose people, chats, past and snapshots attack the terminal.

`python -m tests.widgets.hostile_shared`. What the relay answers is made up here; what is not made
up fails, with an error that attacks, too. Each place is known by the word before the payload.
"""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from cocalc_tui.app import CocalcApp
from cocalc_tui.client.document import SharedDocument
from cocalc_tui.client.events import ProjectTold, SomebodyStands
from cocalc_tui.client.requests import RequestFailed, Requests
from cocalc_tui.client.whereabouts import Whereabouts
from cocalc_tui.protocol import events as e
from cocalc_tui.protocol import messages as m
from cocalc_tui.protocol.patches import entry_to_wire
from cocalc_tui.sync.document import Document
from cocalc_tui.sync.patch import Entry, PatchId, Splice
from tests.widgets.hostile import ALL, PAYLOADS, READY, names
from tests.widgets.pretend import PretendProject

NOW = 1_795_424_400_000
FEW = [*zip(names()[::4], PAYLOADS[::4], strict=True)]
"""Some payloads, as a name and as a text."""


def past() -> list[Entry]:
    """Versions whose text and authors attack."""
    replica, session, entries = Document(), "e" * 16, []
    for n, (name, payload) in enumerate(FEW):
        replica.commit(PatchId(session, n), NOW + n, [Splice(0, 0, f"then{payload}\n")])
        patch = replica.patch(PatchId(session, n))
        entries.append(Entry(n + 1, f"author{name}", "editor", NOW + n * 600_000, patch))
    return entries


LINES = [
    e.SearchLine(
        number=n + 1,
        text=f"line{payload}",
        spans=[(0, 4)],
        said=e.Said(key=f"k{n}", user=f"sayer{payload}", at=NOW) if n else None,
    )
    for n, (_, payload) in enumerate(FEW)
]
FOUND: dict[type[m.Message], object] = {
    m.Members: {f"member{name}": "viewer" for name, _ in FEW},
    m.ListChats: [
        e.ChatState(
            doc=f"d{n}",
            path=f"room{name}.chat",
            messages=1,
            unread=1,
            mentions=1,
            at=NOW,
            user=f"said{name}",
            text=payload,
        )
        for n, (name, payload) in enumerate(FEW)
    ],
    m.ListSnapshots: [
        e.SnapshotInfo(
            id=f"2026{name}", at=NOW, user=f"taker{name}", kind=name, title=f"title{payload}"
        )
        for name, payload in FEW
    ],
    m.BrowseSnapshot: [
        e.SnapshotFile(path=f"held{name}", kind="left out", note=f"note{payload}")
        for name, payload in FEW
    ],
    m.CompareSnapshots: [
        e.SnapshotDifference(path=f"differs{name}", how="added") for name, _ in FEW
    ],
    m.SearchFiles: e.SearchPart(
        files=[e.SearchedFile(path=f"found{name}", lines=LINES, count=1) for name, _ in FEW],
        after="",
        looked=1,
        size=1,
        troubles=[f"trouble{ALL}"],
    ),
    m.ListSaves: [e.SaveInfo(seq=1, at=NOW, user=f"saver{FEW[0][0]}")],
}


class Answers(Requests):
    """The relay, as a hostile one would answer."""

    def __init__(self) -> None:
        super().__init__(lambda _: True)

    async def ask(self, make: Callable[[int], m.Message], id_: int | None = None) -> m.Message:
        """Answer at once."""
        asked = make(1)
        if isinstance(asked, m.Fetch):
            wire = [entry_to_wire(one) for one in past()]
            return m.Fetched(id=1, upto=len(wire), blocks=[], entries=wire)
        if type(asked) not in FOUND:
            raise RequestFailed("form", f"error{ALL}")
        return m.Answer(1, msgspec.Raw(msgspec.msgpack.encode(FOUND[type(asked)])))


class Hostile(PretendProject):
    """People stand and call everywhere, and say things in chats."""

    def __init__(self) -> None:
        super().__init__({"past.txt": READY})
        self.requests = Answers()

    def connect(self) -> None:
        super().connect()
        for name, payload in FEW:
            self.join(f"person{name}")
            there = Whereabouts(f"where{name}", 3, None, 0, f"machine{payload}", calls=1)
            connection = self.people[-1].connection
            self.whereabouts[connection] = there
            self.emit(SomebodyStands(connection, f"caller{name}", Whereabouts(), there))
            news = e.ChatNews(
                doc="d1",
                path=f"talk{name}.chat",
                key="k",
                user=f"asker{name}",
                text=f"asks{payload}",
                names=["ada"],
            )
            self.emit(ProjectTold("chat", msgspec.msgpack.encode(news)))

    async def open(self, path: str) -> SharedDocument:
        document = await super().open(path)
        if len(past()) != document.numbers.upto:
            replica = Document()
            replica.apply(one.patch for one in past())
            document.load(replica, len(past()))
        return document


if __name__ == "__main__":
    CocalcApp(Hostile(), ALL, ["past.txt"]).run()
