"""The past of real documents, over a real relay: by command line and on the screen."""

from __future__ import annotations

import json
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from textual.pilot import Pilot

from cocalc_tui.app import CocalcApp
from cocalc_tui.cli import main
from cocalc_tui.client.commits import NO_COMMIT
from cocalc_tui.client.document import SharedDocument
from cocalc_tui.client.past import LogBook
from cocalc_tui.client.requests import RequestFailed
from cocalc_tui.client.snapshots import Snapshots
from cocalc_tui.history.pasts import LogPast
from cocalc_tui.history.reading import Content, readable
from cocalc_tui.history.restoring import CannotRestore, restore, restore_part
from cocalc_tui.notebook import schema
from cocalc_tui.notebook.model import Notebook
from cocalc_tui.sync.patch import Splice
from cocalc_tui.widgets.bars import Bar
from cocalc_tui.widgets.history.screen import HistoryScreen
from tests.server.hosting import Box, running, text, until
from tests.server.test_commits import commit, git


def typed(pos: int, insert: str, delete: int = 0) -> list[Splice]:
    return [Splice(pos, delete, insert)]


async def test_two_write_while_a_third_scrubs_and_restores(tmp_path: Path) -> None:
    async with running(tmp_path) as lab:
        lab.write("notes.md", "one\n")
        ben = await (await lab.person("ben")).open("notes.md")
        rune = await (await lab.person("rune")).open("notes.md")
        third = await lab.person("alice")
        alice = await third.open("notes.md")
        ben.change(typed(4, "two\n"), step=True)
        await until(lambda: text(alice) == "one\ntwo\n")
        book = LogBook(third.requests, alice.doc)
        await book.fetch(alice.numbers.upto)
        versions = await book.versions()
        assert [versions.text(k) for k in range(1, versions.latest + 1)][-2:] == [
            "one\n",
            "one\ntwo\n",
        ]
        back = await lab.cut_off(next(p for p in lab.people if rune in p.documents.values()))
        rune.change(typed(0, "zero\n"), step=True)
        past = LogPast(versions, "text")
        seen, last = past.content(versions.latest), versions.latest
        ben.change(typed(len("one\ntwo\n"), "three\n"), step=True)
        await until(lambda: text(alice) == "one\ntwo\nthree\n")
        since, wanted = past.since(last - 1, seen), past.content(last - 1)
        ops = restore(alice.replica, seen, wanted, since, "5a17" * 4)
        alice.change(ops, "restore", step=True)
        back.set()
        for document in (alice, ben, rune):
            await until(lambda d=document: text(d) == "zero\none\nthree\n")  # type: ignore[misc]  # mypy infers no default of a lambda
        alice.undo()
        await until(lambda: text(ben) == "zero\none\ntwo\nthree\n")
        # What was fetched stays as it is; what is new is fetched on.
        assert versions.text(versions.latest) == "one\ntwo\n"
        await until(lambda: alice.sent)
        await book.fetch(alice.numbers.upto)
        assert (await book.versions()).text(alice.numbers.upto) == "zero\none\ntwo\nthree\n"


NOTEBOOK = {
    "cells": [
        {"cell_type": "code", "id": "c1", "metadata": {}, "source": "x = 1", "outputs": [],
         "execution_count": None},
        {"cell_type": "markdown", "id": "c2", "metadata": {}, "source": "text"},
    ],
    "metadata": {}, "nbformat": 4, "nbformat_minor": 5,
}  # fmt: skip


async def test_notebooks_cell_by_cell(tmp_path: Path) -> None:
    async with running(tmp_path) as lab:
        lab.write("fit.ipynb", json.dumps(NOTEBOOK))
        person = await lab.person("alice")
        document = await person.open("fit.ipynb")
        first, second = schema.cells(document.replica)
        document.change([Splice(5, 0, "0", schema.input_of(first))], step=True)
        document.change(schema.delete_cells([second]), step=True)
        await until(lambda: document.sent)
        book = LogBook(person.requests, document.doc)
        await book.fetch(document.numbers.upto)
        versions = await book.versions()
        past, last = LogPast(versions, "notebook"), versions.latest
        assert sources(past.content(last)) == ["x = 10"]
        assert sources(past.content(last - 2)) == ["x = 1", "text"]
        assert "x = 1\n── cell 2, markdown" in readable(past.content(last - 2))
        seen, then = past.content(last), past.content(last - 2)
        # What somebody typed in the cell since it was looked at stays.
        document.change([Splice(0, 0, "# new\n", schema.input_of(first))], step=True)

        def back(where: str) -> None:
            ops = restore_part(document.replica, seen, then, [], where, "5a17" * 4)
            document.change(ops, "restore", step=True)

        back(first)
        assert now(document) == ["# new\nx = 1"]
        back(second)
        assert now(document) == ["# new\nx = 1", "text"]
        document.undo()
        assert now(document) == ["# new\nx = 1"]
        with pytest.raises(CannotRestore, match="not in this version"):
            back("nothing")
        ops = restore(document.replica, seen, then, [], "5a18" * 4)
        document.change(ops, "restore", step=True)
        assert now(document) == ["# new\nx = 1", "text"]


def sources(content: Content) -> list[str]:
    assert isinstance(content, Notebook)
    return [cell.source for cell in content.cells]


def now(document: SharedDocument) -> list[str]:
    return [schema.source(document.replica, cell) for cell in schema.cells(document.replica)]


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[Path]:
    lab = tmp_path / "lab"
    lab.mkdir()
    (lab / "notes.md").write_text("one\n")
    yield lab
    main(["stop", "--all", "--project", str(lab)])


async def unreadable(*_: object) -> None:
    raise RequestFailed("disk", "the archive is not there")


def test_without_a_screen(
    lab: Path, capfdbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    notes = str(lab / "notes.md")

    def said(*words: str, code: int = 0) -> str:
        assert main(list(words)) == code
        return capfdbinary.readouterr().out.decode()

    assert main(["chat", notes, "not this document"]) == 0
    capfdbinary.readouterr()
    assert "import" in said("log", notes)
    (lab / "notes.md").write_text("one\ntwo\n")
    end = time.monotonic() + 60
    while said("show", notes) != "one\ntwo\n":  # whoever writes is given time to finish
        assert time.monotonic() < end
        time.sleep(0.1)
    assert {"+one", "+two"} <= set(said("diff", notes, "0").splitlines())
    rows = json.loads(said("blame", notes, "--json"))
    assert [row["text"] for row in rows] == ["one", "two"]
    history = [json.loads(line) for line in said("export", notes, "--history").splitlines()]
    rebuilt = ""
    for row in history:
        for at, deleted, inserted in row["changes"]:
            rebuilt = rebuilt[:at] + inserted + rebuilt[at + deleted :]
    assert rebuilt == "one\ntwo\n"
    said("restore", notes, "--at", "0")
    said("restore", notes, "--at", str(len(history)))
    assert said("show", notes) == "one\ntwo\n"
    kinds = [line.split("\t")[3] for line in said("log", notes).splitlines()]
    assert {"import", "restore"} <= set(kinds)
    assert "cocalc-tui\tsaved" in said("log", notes, "--saves")
    sizes = json.loads(said("log", str(lab), "--size", "--json"))
    assert {one["path"]: one["patches"] for one in sizes}["notes.md"] == len(history) + 2
    assert said("log", notes, "--size").endswith("notes.md\n")
    assert "are forgotten" in said("purge", notes, "--yes")
    assert len(said("log", notes).splitlines()) == 1
    assert said("show", notes) == "one\ntwo\n"
    assert main(["show", notes, "--at", "99"]) == 2
    assert main(["restore", notes, "--at", "whenever"]) == 2
    assert main(["log", str(lab)]) == 2
    assert main(["blame", notes, "--at", "whenever"]) == 2
    assert main(["log", str(lab / "na\udcefve.txt")]) == 2
    # The file was there before anybody opened it: emptying it would be wrong.
    assert main(["restore", notes, "--at", "2 h ago"]) == 2
    said_why = capfdbinary.readouterr().err
    assert said_why.count(b"\n") == 6
    assert b"2 h ago: the history of notes.md begins at" in said_why
    monkeypatch.setattr(LogBook, "fetch", unreadable)
    assert said("show", notes) == "one\ntwo\n", "what is there now is known without its past"
    said("show", notes, "--at", "1", code=1)


@asynccontextmanager
async def history(
    tmp_path: Path,
) -> AsyncIterator[tuple[Box, CocalcApp, Pilot[None], HistoryScreen]]:
    async with running(tmp_path) as lab:
        lab.write("notes.md", "one\n")
        ben = await (await lab.person("ben")).open("notes.md")
        alice = await lab.person("alice")
        mine = await alice.open("notes.md")
        for number, who in enumerate((ben, mine, ben)):
            before = text(ben)
            who.change(typed(len(before), f"line {number}\n"), step=True)
            await until(lambda now=before: text(ben) == text(mine) != now)  # type: ignore[misc]  # mypy infers no default of a lambda
        app = CocalcApp(alice, "lab", ["notes.md"])
        async with app.run_test(size=(100, 24)) as pilot:
            await until(lambda: app.main.tiles.document is not None)
            await pilot.press("f4")
            await until(lambda: isinstance(app.screen, HistoryScreen))
            screen = app.screen
            assert isinstance(screen, HistoryScreen)
            await until(lambda: screen.version)
            await pilot.pause()
            yield lab, app, pilot, screen


def shown(screen: HistoryScreen) -> list[str]:
    return ["".join(piece.text for piece in line.pieces) for line in screen.body.lines_]


async def test_stepping_by_key(tmp_path: Path) -> None:
    async with history(tmp_path) as (_, app, pilot, screen):
        last = screen.version
        assert shown(screen)[:4] == ["one", "line 0", "line 1", "line 2"]
        await pilot.press("left", "left")
        assert screen.version == last - 2
        assert shown(screen) == ["one", "line 0"]
        await pilot.press("right", "d", "b")
        await until(screen.settle)
        assert [one.author for one in screen.body.blamed][:3] == ["disk", "ben", "alice"]
        await pilot.press("end", "v", "left", "left")
        assert screen.mark == last
        await pilot.press("v", "end", "/")
        await pilot.pause()
        await pilot.press(*"line 1", "enter")
        await until(lambda: app.notices)
        assert (screen.version, app.notices[-1]) == (last - 1, "here it came: line 1")
        await pilot.press(":")
        await pilot.pause()
        await pilot.press(*"2", "enter")
        await until(lambda: screen.version == 2)
        await pilot.press("escape")
        await pilot.pause()
        assert app.screen is app.main
        await pilot.press("ctrl+s")
        document = app.main.tiles.document
        assert document is not None
        await until(lambda: document.saved)
        await pilot.press("f4")
        await until(lambda: isinstance(app.screen, HistoryScreen) and app.screen._saves)
        await until(lambda: "saved by alice" in app.screen.query_one("#head", Bar).text)


async def test_restoring_by_key_is_one_step(tmp_path: Path) -> None:
    async with history(tmp_path) as (_lab, app, pilot, _screen):
        await pilot.press("left", "r")
        await pilot.pause()
        await pilot.press("y")
        await until(lambda: app.screen is app.main)
        document = app.main.tiles.document
        assert document is not None
        assert text(document) == "one\nline 0\nline 1\n"
        await pilot.press("ctrl+z")
        assert text(document) == "one\nline 0\nline 1\nline 2\n"


async def test_lines_are_restored_by_key_and_copied(tmp_path: Path) -> None:
    async with history(tmp_path) as (lab, app, pilot, screen):
        document = app.main.tiles.document
        assert document is not None
        start = text(document).index("line 1")
        document.change(typed(start, "LINE ONE", 6), step=True)
        document.change(typed(0, "first\n"), step=True)
        await until(lambda: document.sent)
        await pilot.press("end")
        await until(lambda: shown(screen)[0] == "first")
        # Ben goes on while Alice looks.
        ben = next(one for one in lab.people[0].documents.values())
        ben.change(typed(len(text(ben)), "meanwhile\n"), step=True)
        await until(lambda: text(document).endswith("meanwhile\n"))
        await pilot.press("left", "d")
        assert shown(screen) == ["one", "line 0", "line 1", "line 2"]
        screen.body.put(2)
        await pilot.press("shift+down", "c")
        assert app.clipboard == "line 1\nline 2\n"
        await pilot.press("up", "R")
        await until(lambda: app.screen is app.main)
        assert text(document) == "first\none\nline 0\nline 1\nline 2\nmeanwhile\n"
        await pilot.press("ctrl+z")
        assert text(document) == "first\none\nline 0\nLINE ONE\nline 2\nmeanwhile\n"


async def test_a_version_as_a_copy(tmp_path: Path) -> None:
    async with history(tmp_path) as (lab, app, pilot, _):
        await pilot.press("left", "o")
        await until(lambda: type(app.screen).__name__ == "Ask")
        await pilot.press("enter")
        await until(lambda: app.screen is app.main)
        await until(lambda: "-v" in getattr(app.main.tiles.document, "path", ""))
        (name,) = (name for name in lab.names() if "-v" in name)
        assert lab.read(name) == "one\nline 0\nline 1\n"


async def test_commits_and_snapshots_in_the_same_screen(tmp_path: Path) -> None:
    async with history(tmp_path) as (lab, app, pilot, screen):
        document = app.main.tiles.document
        assert document is not None
        await pilot.press("C")
        await until(lambda: app.notices == [f"notes.md: {NO_COMMIT}"])
        await document.save()
        git(lab.project, "init", "-q")
        commit(lab.project, "Begin", **{"notes.md": "old\n", ".gitignore": ".cocalc-tui\n"})
        commit(lab.project, "Go on", **{"notes.md": "old\nnew\n"})
        await until(lambda: text(document) == "old\nnew\n")
        await pilot.press("end")
        await until(lambda: screen.version == document.numbers.upto)
        await pilot.press("C")
        await until(lambda: shown(screen) == ["old", "new"])
        assert ", 2 of 2  Ann," in screen._head.text
        assert "Go on" in screen._head.text
        await pilot.press("left")
        await until(lambda: shown(screen) == ["old"])
        await pilot.press("=")
        await until(lambda: "what came since" in screen._head.text and screen.settle())
        await pilot.press("r")
        await until(lambda: type(app.screen).__name__ == "Confirm")
        await pilot.press("y")
        await until(lambda: app.screen is app.main)
        assert text(document) == "old\n"
        await Snapshots(app.project.requests).take("before lunch")
        await pilot.press("f4")
        await until(lambda: isinstance(app.screen, HistoryScreen) and app.screen.version)
        again = app.screen
        await pilot.press("left")
        assert isinstance(again, HistoryScreen)
        left = again.version
        assert 0 < left < document.numbers.upto
        await pilot.press("S")
        await until(lambda: "before lunch" in again._head.text)
        await pilot.press("S")
        await until(lambda: f"version {left} of" in again._head.text)


async def test_commits_where_the_log_cannot_be_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with history(tmp_path) as (lab, app, pilot, _):
        git(lab.project, "init", "-q")
        commit(lab.project, "Begin", **{"notes.md": "old\n", ".gitignore": ".cocalc-tui\n"})
        await pilot.press("escape")
        await until(lambda: app.screen is app.main)
        monkeypatch.setattr(LogBook, "fetch", unreadable)
        await pilot.press("f4")
        await until(lambda: app.notices == ["the archive is not there"])
        again = app.screen
        assert isinstance(again, HistoryScreen)
        await pilot.press("S")
        await until(lambda: app.notices[-1] == "notes.md: no snapshot has it")
        await until(lambda: "the archive is not there" in again._head.text)
        await pilot.press("C")
        await until(lambda: shown(again) == ["old"])


async def test_finding_when_a_text_came_and_went(tmp_path: Path) -> None:
    async with history(tmp_path) as (_, app, pilot, screen):
        document = app.main.tiles.document
        assert document is not None
        at = text(document).index("line 1")
        for _ in "line 1\n":
            document.change(typed(at, "", 1))
        await until(lambda: document.sent)
        await pilot.press("end")
        await until(lambda: screen.version == document.numbers.upto)
        last = screen.version
        await pilot.press("/")
        await until(lambda: type(app.screen).__name__ == "Ask")
        await pilot.press(*"line 1", "enter")
        await until(lambda: app.notices[-1:] == ["here it went: line 1"])
        went = screen.version
        await pilot.press("n")
        await until(lambda: app.notices[-1] == "here it came: line 1")
        came = screen.version
        assert came < went <= last
        await pilot.press("N")
        await until(lambda: screen.version == went)


async def test_playing_at_speed_and_one_person(tmp_path: Path) -> None:
    async with history(tmp_path) as (_, app, pilot, screen):
        last = screen.version
        await pilot.press("home", "+", "+", "+")
        await until(lambda: "30 a second" in screen._head.text or screen.version == last)
        await until(lambda: screen.version == last)
        await pilot.press("p")
        await until(lambda: type(app.screen).__name__ == "Picker")
        await pilot.press(*"alice", "enter")
        await until(lambda: screen.person == "alice")
        await pilot.press("left")
        assert screen.own is not None
        assert screen.own.line.burst(screen.version).author == "alice"
        assert "only alice" in screen._head.text
