"""One seed from beginning to end: chaos, then quiet, then the question whether all was kept."""

from __future__ import annotations

import asyncio
import hashlib
import logging
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from random import Random
from typing import Never
from unittest import mock

from cocalc_tui.server.store.sqlite import SqliteStore
from cocalc_tui.sync.patch import MAIN, Entry, Splice
from tests.sim.box import BEHIND, CUT_OFF, OWNER, Box, LoopWorker
from tests.sim.disk import default_vfs
from tests.sim.fate import PATHS, Fate, open_all
from tests.sim.locks import Locks
from tests.sim.loop import SimLoop
from tests.sim.oracle import Broken, Promises, entries_of
from tests.sim.person import Person, Word
from tests.sync.reference import Reference

STEPS = 120
"""Things that happen to everybody before it becomes quiet."""
PATIENCE = 300.0
"""Virtual seconds until it must be quiet."""
GUESTS = ("ben", "cleo")
PEOPLE = (("ann", OWNER), ("abe", OWNER), *((guest, guest) for guest in GUESTS))
"""Two of them are the owner, at two terminals."""


def no_inotify() -> Never:
    """The kernel tells of no changes."""
    raise OSError("no watches are left")


_SMALL = {
    "cocalc_tui.server.store.database.CHECKPOINT_PAGES": 24,
    "cocalc_tui.server.store.sqlite.Worker": LoopWorker,
    "cocalc_tui.server.host.checkpoints.KEYSTROKES": 12,
    "cocalc_tui.server.host.checkpoints.AT_LEAVING": 4,
    "cocalc_tui.server.relay.peer.BEHIND": BEHIND,
    "cocalc_tui.server.relay.peer.CUT_OFF": CUT_OFF,
    "cocalc_tui.server.relay.peer.SLICE": BEHIND // 2,
    "cocalc_tui.server.relay.peer.MOST_PENDING": 2000,
    "cocalc_tui.server.relay.committer.MOST": 7,
    "cocalc_tui.server.relay.pushing.AT_ONCE": 3,
    "cocalc_tui.client.outbox.MAX_AMENDED": 4,
    "cocalc_tui.server.host.watching.Inotify": no_inotify,
    "cocalc_tui.server.host.snapshots._LOOK": 10.0**9,
}
"""Limits of the product, so low that a minute of life reaches them; threads done by the loop; and
files looked at now and then, as nothing tells when they change; and no snapshots, whose work is
another process's."""


@dataclass
class Played:
    """What came of a seed."""

    seed: int
    trace: list[str]
    fault: str = ""
    patches: int = 0
    steps: int = 0

    @property
    def digest(self) -> str:
        """The same for the same trace."""
        return hashlib.sha256("\n".join(self.trace).encode()).hexdigest()[:16]


def command(seed: int, steps: int = STEPS) -> str:
    """What plays a seed again, exactly."""
    return f".venv/bin/python -m tests.sim --seed {seed} --steps {steps}"


def play(seed: int, steps: int = STEPS, person: type[Person] = Person) -> Played:
    """Play a seed; whatever goes wrong is in `fault`."""
    played = Played(seed, [])
    random = Random(seed)
    with ExitStack() as stack:
        folder = stack.enter_context(_stage())
        loop = SimLoop(random)  # type: ignore[abstract]  # what is not used is not there
        stack.enter_context(_errors_are_faults(loop))
        scene = Scene(loop, folder, played.trace, person)
        try:
            loop.run(scene.play(steps))
        except Exception as error:  # whatever it is, it is what the seed found
            played.fault = f"{type(error).__name__}: {error}"
        finally:
            scene.box.leave()
            loop.close()
        if scene.promises.broken:
            played.fault = f"Broken: {scene.promises.broken[0]}"
        elif loop.faults:
            played.fault = f"nobody caught: {loop.faults[0]}"
        played.patches = scene.patches
        played.steps = loop.steps
    return played


@contextmanager
def _stage() -> Iterator[Path]:
    """A folder in memory, low limits, and everything as it was afterwards."""
    memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    folder = Path(tempfile.mkdtemp(prefix="sim-", dir=memory))
    with ExitStack() as stack:
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        stack.enter_context(default_vfs())
        stack.enter_context(mock.patch.dict(os.environ, {"XDG_STATE_HOME": str(folder / "kept")}))
        locks = Locks()
        stack.callback(locks.close)
        stack.enter_context(mock.patch("cocalc_tui.client.journal.fcntl", locks))
        now = lambda: asyncio.get_running_loop().time()  # noqa: E731 - short
        stack.enter_context(mock.patch("cocalc_tui.client.connection._now", now))
        for name, value in _SMALL.items():
            stack.enter_context(mock.patch(name, value))
        yield folder


@contextmanager
def _errors_are_faults(loop: SimLoop) -> Iterator[None]:
    """What our code logs as an error is one that nobody thought of."""

    class Listening(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            if loop.is_running():
                loop.faults.append(
                    f"{record.getMessage()}: {record.exc_info and record.exc_info[1]!r}"
                )

    logger = logging.getLogger("cocalc_tui")
    handler = Listening(logging.ERROR)
    logger.addHandler(handler)
    propagates, logger.propagate = logger.propagate, False
    try:
        yield
    finally:
        logger.propagate = propagates
        logger.removeHandler(handler)


class Scene:
    """A box, its people and their fate."""

    def __init__(self, loop: SimLoop, folder: Path, trace: list[str], person: type[Person]) -> None:
        self.loop = loop
        self.folder = str(folder)
        self.trace = trace
        self.promises = Promises()
        self.patches = 0
        self.box = Box(loop, folder, self.note)
        self._person = person
        self.people: list[Person] = []
        for path in PATHS:
            (self.box.project / path).write_text("begin\n", encoding="utf-8")

    def note(self, who: str, what: str) -> None:
        """Write a line of the trace."""
        line = f"{self.loop.time():9.4f} {who:8} {what}"
        self.trace.append(line.replace(self.folder, ""))

    async def play(self, steps: int) -> None:
        """Play to the end; raises Broken."""
        door = asyncio.ensure_future(self.box.be_a_door())
        wild = self.loop.random.random() < 0.2
        for name, user in PEOPLE:
            person = self._person(self.box, name, user, self.promises, self.note)
            person.weather.rough = wild
            self.people.append(person)
            person.do(lambda person: person.open(PATHS[0]))
            if len(self.people) == 1:
                await self._share_with_all()
        for person in self.people:
            person.weather.wild = 0.02 if wild else 0.0
        fate = Fate(self.box, self.people, self.note)
        await fate.happen(steps)
        self.note("fate", "quiet")
        fate.end()
        await self._become_quiet()
        await self._check(fate)
        door.cancel()
        self.box.wanted = False
        self.box.end()

    async def _share_with_all(self) -> None:
        owner = self.people[0]
        await self._until(lambda: self.box.relay is not None, "the relay does not start")
        for user in GUESTS:
            await self._in(owner, owner.share_surely(user, "editor"))

    # --- quiet ---------------------------------------------------------------------------------

    async def _become_quiet(self) -> None:
        owner = self.people[0]
        await self._share_with_all()
        for person in self.people:
            if person.over:
                await self._in(person, person.leave())
                person.process.kill()
                person.restart()
            person.do(open_all)
        await self._agree_on_all()
        for person in self.people:
            await self._until(
                person.owes_nothing,
                f"{person.name} does not send what was left unsent",
            )
        await self._agree_on_all()
        owner.do(say_amen)
        await self._until(
            lambda: sum(word.text == "amen\n" for word in owner.words) == len(PATHS), "no amen"
        )
        await self._agree_on_all()

    async def _agree_on_all(self) -> None:
        for path in PATHS:
            await self._until(partial(self._agree, path), f"they do not agree on {path}")

    def _agree(self, path: str) -> bool:
        documents = [person.documents.get(path) for person in self.people]
        return all(document is not None for document in documents) and all(
            person.caught_up(path, max(d.numbers.upto for d in documents if d is not None))
            for person in self.people
        )

    async def _until(self, true: object, what: str) -> None:
        assert callable(true)
        try:
            async with asyncio.timeout(PATIENCE):
                while not true():
                    await asyncio.sleep(0.1)
        except TimeoutError:
            raise Broken(what) from None

    async def _in(self, person: Person, work: object) -> None:
        """Do something in an app and wait for it."""
        assert asyncio.iscoroutine(work)
        task = person.process.spawn(work)
        await self._until(task.done, f"{person.name} waits for ever")
        task.result()

    # --- the question --------------------------------------------------------------------------

    async def _check(self, fate: Fate) -> None:
        owner = self.people[0]
        for path in PATHS:
            await self._in(owner, owner.save(path))
        logs = await self._logs()
        for path, (epoch, doc, log) in logs.items():
            self.promises.check_log(doc, epoch, log)
            text = Reference(entry.patch for entry in log).text(MAIN)
            self._check_texts(path, text)
            self._check_disk(path, log, text, fate.foreign)
            self.patches += len(log)
        for person in self.people:
            self._all_are_somewhere(person, {path: log for path, (_, _, log) in logs.items()})
        self._check_memory()

    async def _logs(self) -> dict[str, tuple[int, str, list[Entry]]]:
        """What another relay would find in the store, once this one is gone."""
        self.box.wanted = False
        self.box.end()
        await self._until(lambda: self.box.vfs is None, "the relay does not end")
        store = SqliteStore(self.box.state / "log.sqlite")
        logs = {}
        for path in PATHS:
            info = await store.document_at(path)
            assert info is not None
            log: list[Entry] = []
            while (part := await store.read(info.doc, len(log), 2**20)).upto > len(log):
                log += [e for e in entries_of(part.blocks, part.entries) if e.seq > len(log)]
            logs[path] = info.epoch, info.doc, log
        found = store._database.connection.pragma("integrity_check")
        if found != "ok":
            raise Broken(f"the database is damaged: {found}")
        await store.close()
        return logs

    def _check_texts(self, path: str, meant: str) -> None:
        for person in self.people:
            text = str(person.documents[path].replica.text(MAIN))
            if text != meant:
                raise Broken(f"{person.name} has {text!r} in {path}, which means {meant!r}")
        saved = (self.box.project / path).read_text(encoding="utf-8")
        if saved != meant:
            raise Broken(f"the file {path} holds {saved!r}, not {meant!r}")

    def _check_disk(self, path: str, log: list[Entry], text: str, foreign: list[Word]) -> None:
        """What programs wrote is there once, and nothing else was taken for a program's."""
        for word in foreign:
            if word.path == path and not word.touched and text.count(word.text) != 1:
                raise Broken(f"{word.text!r} is {text.count(word.text)} times in {path}")
        taken = {entry.patch.id.session for entry in log if entry.patch.kind == "disk"}
        written = sum(word.path == path for word in foreign)
        if len(taken) > written:
            raise Broken(f"programs wrote {path} {written} times, {len(taken)} were taken in")

    def _all_are_somewhere(self, person: Person, logs: dict[str, list[Entry]]) -> None:
        """Every word of a living app is in the log, or in a copy that its author was told of."""
        copies = "".join(person.copies)
        for word in person.words:
            if word.touched or word.text.strip() in copies:
                continue
            if word.path not in logs or not _typed_in(logs[word.path], word.text):
                raise Broken(f"{word.text!r}, typed by {person.name}, is nowhere")

    def _check_memory(self) -> None:
        for connection in self.box.connections:
            if connection.down.most_unread > CUT_OFF + 4 * BEHIND:
                raise Broken(f"{connection.down.most_unread} bytes wait for {connection.app}")


def say_amen(person: Person) -> None:
    """Have somebody type a last word everywhere."""
    for path in PATHS:
        person.type(path, "amen\n")


def _typed_in(log: list[Entry], word: str) -> bool:
    return any(
        isinstance(op, Splice) and word in op.insert for entry in log for op in entry.patch.ops
    )
