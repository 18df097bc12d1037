"""The owner forgets what a chat said and a terminal showed, by key, on a real relay and shell."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.pilot import Pilot

from cocalc_tui.app import CocalcApp
from cocalc_tui.chat.model import take
from cocalc_tui.chat.schema import edit, say
from cocalc_tui.client.history import purge as purge_history
from cocalc_tui.widgets.chat.pane import ChatPane
from cocalc_tui.widgets.editor.pane import EditorPane
from cocalc_tui.widgets.history.screen import HistoryScreen
from cocalc_tui.widgets.terminal.past import TerminalPast
from tests.server.hosting import running, until
from tests.widgets.test_terminal_pane import pane, shown, terminal


async def purge(app: CocalcApp, pilot: Pilot[None], question: str) -> None:
    """Say so in the history that shows, and that it is meant."""
    history = app.screen
    await pilot.press("P")
    await until(lambda: app.screen not in {history, app.main})
    strips = app.screen._compositor.render_strips()
    assert question in "\n".join("".join(one.text for one in strip) for strip in strips)
    await pilot.press("y")
    await until(lambda: app.screen is app.main)


async def test_a_chat(tmp_path: Path) -> None:
    async with running(tmp_path) as lab:
        alice, ben = await lab.person("alice"), await lab.person("ben")
        theirs = await ben.open("talk.chat")
        theirs.change(say("one", "ben", 1, "my password is hunter2"), step=True)
        theirs.change(edit("edit", "one", "ben", 2, "my password is hunter2", "hello"), step=True)
        await until(lambda: theirs.sent)
        app = CocalcApp(alice, "lab", ["talk.chat"])
        async with app.run_test(size=(90, 24)) as pilot:
            await until(lambda: isinstance(app.main.tiles.pane, ChatPane))
            await pilot.press("f4")
            await until(lambda: isinstance(app.screen, HistoryScreen) and app.screen.own)
            await purge(app, pilot, "Forget all")
            await until(lambda: theirs.attached and theirs.epoch == 2)
            assert [one.text for one in take(theirs.replica)] == ["hello"]
            assert [one.versions for one in take(theirs.replica)] == [()]
            # It goes on: the same history is that of the new log, in which nobody finds the word.
            await pilot.press("f4")
            await until(lambda: isinstance(app.screen, HistoryScreen) and app.screen.own)
            history = app.screen
            assert isinstance(history, HistoryScreen)
            assert history.own is not None
            assert history.own.line.latest == theirs.numbers.upto
            contents = [history.own.content(n) for n in range(history.own.line.latest + 1)]
            assert "hunter2" not in str(contents)
            assert "hello" in str(contents)


async def test_carets_stay_where_they_are(tmp_path: Path) -> None:
    async with running(tmp_path) as lab:
        alice = await lab.person("alice")
        lab.write("notes.md", "one\ntwo\nthree\n")
        app = CocalcApp(alice, "lab", ["notes.md"])
        async with app.run_test(size=(90, 24)) as pilot:
            await until(lambda: isinstance(app.main.tiles.pane, EditorPane))
            editor = app.main.tiles.pane
            assert isinstance(editor, EditorPane)
            await until(lambda: str(editor.document.replica.text()) == "one\ntwo\nthree\n")
            editor.editor.main.put(5)
            await pilot.press("x")
            await until(lambda: editor.document.sent)
            await purge_history(alice.requests, editor.document.doc)
            await until(lambda: editor.document.attached and editor.document.epoch == 2)
            await pilot.press("y")
            assert str(editor.document.replica.text()) == "one\ntxywo\nthree\n"


@pytest.mark.timeout(120)
async def test_a_terminal(tmp_path: Path) -> None:
    async with terminal(tmp_path) as (_, app, pilot):
        await until(lambda: pane(app).model.screen.running)
        await pilot.press(*"echo secret$((6*7))", "enter")
        await until(lambda: "secret42" in shown(app))
        await pilot.press(*"clear", "enter")
        await until(lambda: "secret42" not in shown(app))
        assert await told(app, pilot, "secret42")
        await purge(app, pilot, "Forget all that build.term showed before")
        await pilot.press(*"echo after$((6*7))", "enter")
        await until(lambda: "after42" in shown(app))
        assert not await told(app, pilot, "secret42")
        assert await told(app, pilot, "after42")


async def told(app: CocalcApp, pilot: Pilot[None], word: str) -> bool:
    """Whether its history, which is opened where it is not, shows a word in any of its screens."""
    if app.screen is app.main:
        await pilot.press("f12", "f4")
        await until(lambda: isinstance(app.screen, TerminalPast) and app.screen.version)
    past = app.screen
    assert isinstance(past, TerminalPast)
    replay = past._replay
    return any(word in str(replay.screen(index).rows) for index in range(len(replay)))
