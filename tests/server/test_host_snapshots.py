"""Snapshots as an app has them: over the relay, done by a child process."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest

from cocalc_tui.cli import main
from cocalc_tui.client.events import ProjectTold, WorkspaceEvent
from cocalc_tui.client.requests import RequestFailed
from cocalc_tui.client.snapshots import Snapshots, progress
from cocalc_tui.protocol.events import SnapshotProgress
from cocalc_tui.protocol.messages import TakeSnapshot
from cocalc_tui.server.host import snapshots as host_snapshots
from cocalc_tui.server.host.root import FileError
from tests.server.hosting import running


async def test_a_snapshot_from_first_to_last(tmp_path: Path) -> None:
    async with running(tmp_path) as lab:
        lab.write("notes.md", "one\ntwo\n")
        app = await lab.person("alice")
        snapshots = Snapshots(app.requests)
        assert await snapshots.all() == []
        id_ = await snapshots.take("before the talk")
        (found,) = await snapshots.all("notes.md")
        assert (found.id, found.user, found.kind, found.title) == (
            id_,
            "alice",
            "named",
            "before the talk",
        )
        lab.write("notes.md", "")
        assert [one.how for one in await snapshots.compare(id_)] == ["changed"]
        assert await snapshots.read(id_, "notes.md") == b"one\ntwo\n"
        done = await snapshots.restore(id_, "notes.md")
        assert (done.written, done.troubles) == (1, [])
        assert lab.read("notes.md") == "one\ntwo\n"
        await snapshots.drop(id_)
        assert "before" in {one.kind for one in await snapshots.all()}


async def test_rules_are_the_owners(tmp_path: Path) -> None:
    async with running(tmp_path) as lab:
        snapshots = Snapshots((await lab.person("alice")).requests)
        assert (await snapshots.rules())["every"] == 15
        assert (await snapshots.rules({"every": 5}))["every"] == 5
        with pytest.raises(RequestFailed, match="no rule 'ever'"):
            await snapshots.rules({"ever": 5})
        with pytest.raises(RequestFailed, match="may be 0 to"):
            await snapshots.rules({"every": -5})


async def test_mistakes_are_one_line(tmp_path: Path) -> None:
    async with running(tmp_path) as lab:
        snapshots = Snapshots((await lab.person("alice")).requests)
        with pytest.raises(RequestFailed, match="there is no snapshot yet"):
            await snapshots.browse("x")
        await snapshots.take("t")
        with pytest.raises(RequestFailed, match="no snapshot 'none'"):
            await snapshots.browse("none")
        with pytest.raises(RequestFailed, match="y: not in this snapshot"):
            await snapshots.restore("t", "y")


async def test_the_clock_takes_one_when_something_changed(tmp_path: Path) -> None:
    state = tmp_path / ".cocalc-tui"
    state.mkdir()
    (tmp_path / "x").write_text("x")
    now, said = [0], list[SnapshotProgress]()
    snapshots = host_snapshots.Snapshots(tmp_path, state, said.append, lambda: now[0])
    await snapshots.look()
    assert not (state / "snapshots.git").exists()
    now[0] = 15 * 60
    await snapshots.look()
    refs = state / "snapshots.git" / "refs" / "snapshots"
    assert len(list(refs.iterdir())) == 1
    assert said[-1].done
    await snapshots.look()
    assert len(list(refs.iterdir())) == 1


KILLED = """
import os, signal, sys
from pathlib import Path
from cocalc_tui.server.snapshots import worker

taken = worker.Worker.take

def take(self, **words):
    if words["title"] == "late":
        taken(self, **words)
    os.kill(os.getpid(), signal.SIGKILL)

worker.Worker.take = take
worker.main(Path(sys.argv[1]), Path(sys.argv[1], ".cocalc-tui"))
"""


async def test_one_that_was_taken_before_its_process_was_killed_is_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    state = tmp_path / ".cocalc-tui"
    state.mkdir()
    (tmp_path / "x").write_text("x")
    command = [sys.executable, "-c", KILLED, str(tmp_path)]
    monkeypatch.setattr(host_snapshots, "python_command", lambda *_: command)
    snapshots = host_snapshots.Snapshots(tmp_path, state, lambda _: None)

    async def take(title: str) -> str:
        taken: str = await snapshots.serve(TakeSnapshot(id=1, title=title), "ann")
        return taken

    with pytest.raises(FileError, match="try again"):
        await take("early")
    id_ = await take("late")
    assert [one.name for one in (state / "snapshots.git" / "refs" / "snapshots").iterdir()] == [id_]


def test_how_far_it_is_is_told() -> None:
    heard: list[Callable[[WorkspaceEvent], None]] = []
    said: list[str] = []

    class Project:
        def subscribe(self, listener: Callable[[WorkspaceEvent], None]) -> Callable[[], None]:
            heard.append(listener)
            return heard.clear

    def told(topic: str, *, done: bool = False) -> ProjectTold:
        far = SnapshotProgress(files=1200, read=80_000_000, done=done)
        return ProjectTold(topic, msgspec.msgpack.encode(far))

    with progress(Project(), said.append):
        for event in (told("snapshot"), told("other"), told("snapshot", done=True)):
            heard[0](event)
    assert said == ["1,200 files looked at, 80 MB read"]
    assert not heard


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[Path]:
    lab = tmp_path / "lab"
    (lab / "data").mkdir(parents=True)
    (lab / "data" / "run1.csv").write_text("t,n\n")
    yield lab
    main(["stop", "--all", "--project", str(lab)])


def test_by_command_line(lab: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    there = ["--project", str(lab)]

    def said(*words: str) -> list[bytes]:
        assert main(["snapshot", *words, *there]) == 0
        return capfdbinary.readouterr().out.splitlines()

    (id_,) = said("create", "first one")
    assert said("list")[0].split(b"\t")[0] == id_
    assert said("browse", "first one", "data") == [b"data/run1.csv\tfile\t4"]
    assert said("show", id_.decode(), "data/run1.csv") == [b"t,n"]
    (lab / "data" / "run1.csv").unlink()
    assert said("diff", "first one") == [b"- data/run1.csv"]
    assert said("restore", "first one", "data")[0] == b"1 file put back"
    assert (lab / "data" / "run1.csv").read_text() == "t,n\n"
    assert main(["snapshot", "rules", "--every", "30", *there]) == 0
    rules, talk = capfdbinary.readouterr()
    assert b"every\t30" in rules
    assert b"node_modules" in talk
    for wrong in ("-1", "x", "100001"):
        assert main(["snapshot", "rules", "--every", wrong, *there]) == 2
        assert b"0 to 100000" in capfdbinary.readouterr().err
    said("drop", "first one")
    assert main(["snapshot", "show", "first one", "x", *there]) == 1
    assert capfdbinary.readouterr().err.count(b"\n") == 1
