"""Messages that no honest app sends: each refused with a reason, or without effect on any text.

Mallory is an editor of the project, so that nothing here is turned away for the role alone; ann
types all the while, and must not notice.
"""

from __future__ import annotations

import asyncio
import os
import unicodedata
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import msgspec
import pytest

from cocalc_tui.client.document import SharedDocument
from cocalc_tui.protocol import messages as m
from cocalc_tui.protocol.codec import MAX_FRAME, encode
from cocalc_tui.server.relay.rooms import MOST_DOCUMENTS
from cocalc_tui.sync.patch import PatchId, Splice
from tests.server.apps import App
from tests.server.hosting import BY_HAND, Box, running, text, until
from tests.server.making import typed

MALLORY = "e" * 16
FAR = 253_402_300_799_000
"""The last second of the year 9999, milliseconds."""


class Scene:
    """Mallory and the others in one document."""

    def __init__(self, box: Box, mallory: App, doc: str, ann: SharedDocument) -> None:
        self.box, self.mallory, self.doc, self.ann = box, mallory, doc, ann

    async def push(self, patch: m.WirePatch) -> m.Refused | m.Ack:
        """What mallory hears of a patch."""
        mallory = self.mallory
        await mallory.push(self.doc, patch)
        found = await self._first_of(m.Refused, m.Ack)
        mallory.heard.clear()
        assert isinstance(found, m.Refused | m.Ack)
        return found

    async def refusal(self) -> m.Refused | m.Failed:
        """The next no, of whichever kind."""
        found = await self._first_of(m.Refused, m.Failed)
        assert isinstance(found, m.Refused | m.Failed)
        return found

    async def _first_of(self, *kinds: type[m.Message]) -> m.Message:
        def there() -> list[m.Message]:
            return [message for message in self.mallory.heard if isinstance(message, kinds)]

        await self.mallory.until(there)
        return there()[0]

    async def undisturbed(self) -> None:
        """Ann types and is answered; her text is what she typed."""
        before = text(self.ann)
        self.ann.change([Splice(len(before), 0, "!")])
        await until(lambda: self.ann.sent)
        assert text(self.ann) == f"{before}!"


@asynccontextmanager
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    async with running(tmp_path, BY_HAND) as box:
        box.write("a.txt", "ann's text\n")
        ann = await (await box.person("alice")).open("a.txt")
        ann.change([Splice(0, 0, "typed, ")])
        await until(lambda: ann.sent)
        mallory = App(box.relay.connect_memory("ben"), MALLORY)
        await mallory.hello()
        doc = (await mallory.open("a.txt")).doc
        await mallory.entries(2)
        mallory.heard.clear()
        yield Scene(box, mallory, doc, ann)
        await mallory.leave()


def code(heard: m.Refused | m.Ack) -> str:
    return heard.code if isinstance(heard, m.Refused) else "ack"


# --- patches -------------------------------------------------------------------------------------


async def test_nobody_writes_in_another_name_or_with_another_role(tmp_path: Path) -> None:
    """Author, role, number and time of receipt are the relay's; what a message says is nothing."""
    async with scene(tmp_path) as it:
        wire = msgspec.msgpack.decode(encode(m.Push(doc=it.doc, patches=[typed(MALLORY)])))
        wire |= {"author": "alice", "role": "owner", "seq": 1, "received": 1}
        wire["patches"][0] += [None, "alice", "owner", 1, 1]
        it.mallory.transport.send(msgspec.msgpack.encode(wire))
        await it.mallory.hear(m.Ack)
        entry = (await it.box.store.read(it.doc, 2, 10**6)).entries[0]
        assert (entry.author, entry.role, entry.seq) == ("ben", "editor", 3)
        assert entry.received > 1
        await it.undisturbed()


@pytest.mark.parametrize(
    ("time", "expected"),
    [
        (FAR, "clock"),
        (2**53, "clock"),
        (2**53 + 1, "form"),
        (2**63 - 1, "form"),
        (-1, "form"),
        (-(2**63), "form"),
        (0, "ack"),
    ],
)
async def test_times_that_cannot_be(tmp_path: Path, time: int, expected: str) -> None:
    async with scene(tmp_path) as it:
        assert code(await it.push(typed(MALLORY, time=time))) == expected
        await it.undisturbed()


@pytest.mark.parametrize("time", [2**64 - 1, float("nan"), float("inf"), "now", None, [1], 1e300])
async def test_times_that_are_none(tmp_path: Path, time: object) -> None:
    async with scene(tmp_path) as it:
        fields = msgspec.msgpack.decode(encode(m.Push(doc=it.doc, patches=[typed(MALLORY)])))
        fields["patches"][0][2] = time
        it.mallory.transport.send(msgspec.msgpack.encode(fields))
        assert (await it.refusal()).code == "form"
        await it.undisturbed()


@pytest.mark.parametrize(
    ("parents", "expected"),
    [
        ([PatchId("0" * 16, 0)], "parents"),
        ([PatchId(MALLORY, 0)], "parents"),
        ([PatchId(MALLORY, 7)], "parents"),
        ([PatchId("no session", 0)], "parents"),
        ([PatchId("0" * 16, -1)], "ack"),
        ([PatchId("b" * 16, 0), PatchId("a" * 16, 0)], "form"),
        ([PatchId("a" * 16, 0)] * 2, "form"),
        ([PatchId(f"{n:016x}", 0) for n in range(1001)], "form"),
    ],
)
async def test_parents_that_are_not_there(
    tmp_path: Path, parents: list[PatchId], expected: str
) -> None:
    async with scene(tmp_path) as it:
        before = text(it.ann)
        assert code(await it.push(typed(MALLORY, parents=tuple(parents)))) == expected
        await it.undisturbed()
        assert text(it.ann).startswith(before) or expected == "ack"


async def test_ids_of_others(tmp_path: Path) -> None:
    async with scene(tmp_path) as it:
        theirs = it.ann.session
        for n in (0, 1, 5):
            assert code(await it.push(typed(theirs, n, parents=()))) in {"id", "gap"}
        host = (await it.box.store.read(it.doc, 0, 10**6)).entries[0].patch
        assert host.kind == "import"
        assert code(await it.push(typed(host.session, host.n + 1, parents=()))) == "id"
        assert code(await it.push(typed(MALLORY))) == "ack"
        assert code(await it.push(typed(MALLORY, ops=(Splice(0, 0, "other"),)))) == "id"
        assert code(await it.push(typed(MALLORY, 2))) == "gap"
        for name in ("", "A" * 16, "g" * 16, "a" * 15, "a" * 65, "é" * 16, "a" * 16 + "\n"):
            forged = m.WirePatch(name, 0, 1, [], "typing", typed(MALLORY).ops)
            assert code(await it.push(forged)) == "form"
        await it.undisturbed()


async def test_work_in_the_name_of_the_relay_side(tmp_path: Path) -> None:
    async with scene(tmp_path) as it:
        assert code(await it.push(typed(MALLORY, acting_for="alice"))) == "form"
        assert code(await it.push(typed(MALLORY, kind="import"))) == "ack"
        assert code(await it.push(typed(MALLORY, 1, kind="k" * 201))) == "form"
        for answer in (
            m.Tell(doc=it.doc, topic="trouble", data=msgspec.Raw(b"\xc0")),
            m.Checkpoint(doc=it.doc, seq=2, data=b"forged"),
            m.Answered(connection="x", answer=msgspec.Raw(b"\xc0")),
            m.Ready(id=1, doc=it.doc, type="text"),
            m.Moved(path="a.txt", to="b.txt"),
            m.Size(doc=it.doc, seq=1, size=2**40),
        ):
            await it.mallory.say(answer)
            assert (await it.mallory.hear(m.Failed)).code == "role"
        await it.undisturbed()
        assert (await it.mallory.open("a.txt")).path == "a.txt"


async def test_a_patch_for_a_document_that_is_not_ones_own_to_see(tmp_path: Path) -> None:
    async with scene(tmp_path) as it:
        for doc in ("", "0" * 16, it.doc.upper(), "../" + it.doc, it.doc + "\0"):
            await it.mallory.push(doc, typed(MALLORY))
            assert (await it.mallory.hear(m.Refused)).code == "form"
        await it.undisturbed()


# --- paths ---------------------------------------------------------------------------------------

OUT = [
    "..",
    "../lab2/secret.txt",
    "a/../../lab2/secret.txt",
    "../project2/secret.txt",
    "/etc/passwd",
    "link/secret.txt",
    "link",
    "deep/link/secret.txt",
    ".cocalc-tui/log.sqlite",
    "./.cocalc-tui/saved.db",
    "a.txt\0.png",
    "\0",
    "",
    ".",
    "x" * 300,
    "/".join(["d"] * 3000),
    "a.txt/b.txt",
    "pipe",
    "\ud800",
]


@pytest.mark.parametrize("path", OUT, ids=range(len(OUT)))
async def test_paths_that_lead_out(tmp_path: Path, path: str) -> None:
    secret = tmp_path / "project2"
    secret.mkdir()
    (secret / "secret.txt").write_text("4711")
    async with scene(tmp_path) as it:
        project = it.box.project
        (project / "link").symlink_to(secret)
        (project / "deep").mkdir()
        (project / "deep" / "link").symlink_to(secret)
        os.mkfifo(project / "pipe")
        requests: list[dict[str, Any]] = [
            {"t": "open", "path": path},
            {"t": "make", "path": path},
            {"t": "rename", "path": "a.txt", "to": path},
            {"t": "copy", "path": path, "to": "mine.txt"},
            {"t": "copy", "path": "a.txt", "to": path},
            {"t": "delete", "path": path},
            {"t": "upload", "path": path, "size": 1},
            {"t": "download", "path": path, "at": 0},
        ]
        allowed = {"link": {"delete", "copy"}, "deep/link": {"delete", "copy"}, "pipe": {"delete"}}
        for number, request in enumerate(requests, 100):
            if request["t"] in allowed.get(path, ()):
                continue  # of the link itself, which lies in the project
            frame = {**request, "id": number}
            packed = msgspec.msgpack.encode(frame) if path != "\ud800" else raw_surrogate(frame)
            it.mallory.transport.send(packed)
            failed = await it.mallory.hear(m.Failed)
            assert "\n" not in failed.text
            assert "4711" not in failed.text
        assert sorted(found.name for found in secret.iterdir()) == ["secret.txt"]
        assert (secret / "secret.txt").read_text() == "4711"
        await it.undisturbed()


def raw_surrogate(frame: dict[str, Any]) -> bytes:
    """The bytes that Python's msgpack refuses to write: half of a character."""
    marked = {k: "@@@" if v == "\ud800" else v for k, v in frame.items()}
    return msgspec.msgpack.encode(marked).replace(b"@@@", b"\xed\xa0\x80")


async def test_names_that_look_alike_are_files_of_their_own(tmp_path: Path) -> None:
    """Case and Unicode twins: what one types in one is never found in the other."""
    async with scene(tmp_path) as it:
        names = ["A.txt", "ä.txt", unicodedata.normalize("NFD", "ä.txt"), "а.txt"]
        person = it.box.people[0]
        documents = []
        for name in names:
            it.box.write(name, "")
            documents.append(await person.open(name))
        assert len({document.doc for document in documents} | {it.doc}) == 5
        for number, document in enumerate(documents):
            document.change([Splice(0, 0, f"only {number}")])
            await document.save()
        assert [it.box.read(name) for name in names] == [f"only {n}" for n in range(4)]
        await it.undisturbed()


# --- how many, how large, how deep ---------------------------------------------------------------


async def test_rooms_without_end(tmp_path: Path) -> None:
    """Documents that are not there leave nothing behind, however many are asked for."""
    async with scene(tmp_path) as it:
        relay, host = it.box.relay, it.box.host
        for first in range(0, 1000, 100):
            for number in range(first, first + 100):
                await it.mallory.say(m.Open(id=number, path=f"none/{number}.txt"))
            for number in range(first, first + 100):
                await it.mallory.hear(m.Failed, id=number)
        await until(lambda: len(list(relay._rooms)) == 1 and len(host.open) == 1)
        assert len(host._locks) < 10
        assert len(host.workspace.documents) == 1
        assert len(it.box.store._documents) == 1
        assert len(it.box.store._logs) == 1
        await it.undisturbed()


async def test_only_so_many_documents_are_open_at_once(tmp_path: Path) -> None:
    async with scene(tmp_path) as it:
        for number in range(MOST_DOCUMENTS + 5):
            it.box.write(f"{number}.txt", "")
            await it.mallory.say(m.Open(id=number, path=f"{number}.txt"))
        failed = [await it.mallory.hear(m.Failed) for _ in range(5)]
        assert {one.code for one in failed} == {"busy"}
        await it.undisturbed()


@pytest.mark.parametrize(
    "frame",
    [
        pytest.param(b"\x91" * 100_000, id="deep lists"),
        pytest.param(b"\x81\xa1t" * 100_000, id="deep maps"),
        pytest.param(b"\xdd\xff\xff\xff\xff", id="a list of 4 billion"),
        pytest.param(b"\xc6\xff\xff\xff\xff", id="4 GB of bytes"),
        pytest.param(bytes(MAX_FRAME + 1), id="too large"),
        pytest.param(b"", id="nothing"),
        pytest.param(b"\xc1" * 1000, id="no message"),
    ],
)
async def test_frames_that_are_no_messages_end_their_own_connection(
    tmp_path: Path, frame: bytes
) -> None:
    async with scene(tmp_path) as it:
        it.mallory.transport.send(frame)
        await it.mallory.until(lambda: it.mallory.closed)
        assert it.mallory.goodbye is not None
        assert it.mallory.goodbye.code == "form"
        await it.undisturbed()


async def test_deep_and_huge_fields_of_a_known_message(tmp_path: Path) -> None:
    async with scene(tmp_path) as it:
        deep: Any = 0
        for _ in range(900):
            deep = [deep]
        places: list[Any] = [
            {"at": deep},
            {"x" * 10**6: 1},
            {"at": "x" * 10**6},
            {"seq": 2**64 - 1, "n": -(2**63)},
        ]
        for place in places:
            await it.mallory.say(m.Presence(doc=it.doc, place=place))
        for ops in (b"\x91" * 50_000, b"\xdc\xff\xff" + b"\x90" * 65535, b"\x91\x95\x00\x00\x00"):
            patch = m.WirePatch(MALLORY, 0, 1, [], "typing", msgspec.Raw(ops))
            packed = msgspec.msgpack.encode(
                {"t": "push", "doc": it.doc, "patches": [[MALLORY, 0, 1, [], "typing"]]}
            )
            it.mallory.transport.send(packed[:-1] + bytes(patch.ops))
        await it.undisturbed()
        await it.mallory.leave()
        await it.undisturbed()


async def test_a_patch_that_fits_nothing_is_empty_for_all(tmp_path: Path) -> None:
    async with scene(tmp_path) as it:
        before = text(it.ann)
        for n, op in enumerate(
            [Splice(2**53, 0, "x"), Splice(0, 2**53, ""), Splice(10**9, 5, "y")]
        ):
            assert code(await it.push(typed(MALLORY, n, ops=(op,)))) == "ack"
        await until(lambda: it.ann.numbers.upto == 5)
        assert text(it.ann) == before
        await it.undisturbed()


async def test_questions_without_reading_the_answers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever asks and never reads is cut off; it costs little more than that until then."""
    monkeypatch.setattr("cocalc_tui.server.relay.peer.CUT_OFF", 2**19)
    async with scene(tmp_path) as it:
        deaf = App(it.box.relay.connect_memory("ben"), "d" * 16)
        deaf.transport.send(deaf.side.hello(deaf.session, "test"))
        roster = it.box.relay._roster
        await until(lambda: "d" * 16 in {one.session for one in roster})
        (peer,) = [one for one in roster if one.session == "d" * 16]
        worst = 0
        async with asyncio.timeout(60):
            while peer in list(roster):
                for number in range(500):
                    deaf.transport.send(encode(m.ListFiles(id=number, path="x" * 900)))
                await asyncio.sleep(0)
                worst = max(worst, peer.link.waiting)
        assert worst < 2**20
        await it.undisturbed()
