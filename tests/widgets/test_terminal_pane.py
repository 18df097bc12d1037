"""The pane of a terminal by key, on a real relay, host side and shell."""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import signal
import subprocess
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from textual.events import MouseMove, MouseScrollDown
from textual.geometry import Region
from textual.pilot import Pilot

from cocalc_tui.app import CocalcApp
from cocalc_tui.client.terminals import Terminal
from cocalc_tui.history import overview
from cocalc_tui.protocol.events import TerminalScreen
from cocalc_tui.server.environment import clean
from cocalc_tui.server.terminals.opener import sequence
from cocalc_tui.server.terminals.order import living
from cocalc_tui.server.terminals.starting import TerminalGrounds
from cocalc_tui.server.terminals.terminals import Terminals
from cocalc_tui.sync.patch import MAIN
from cocalc_tui.widgets.bars import Bar
from cocalc_tui.widgets.editor.pane import EditorPane
from cocalc_tui.widgets.picker import Picker
from cocalc_tui.widgets.terminal.model import TerminalModel
from cocalc_tui.widgets.terminal.pane import TerminalPane
from cocalc_tui.widgets.terminal.past import Sheet, TerminalPast
from cocalc_tui.widgets.terminal.script import ScriptScreen
from cocalc_tui.widgets.terminal.window import Window
from tests.e2e.tmux import needs_tmux
from tests.server.hosting import BY_HAND, Box, until

PROMPT = r"[^\n]*[$#]\s*"
"""Of whatever shell the account has; a long one ends in the next row."""


@asynccontextmanager
async def terminal(
    tmp_path: Path, user: str = "alice"
) -> AsyncIterator[tuple[Box, CocalcApp, Pilot[None]]]:
    project = tmp_path / "project"
    project.mkdir()
    with tempfile.TemporaryDirectory(prefix="ct-") as sockets:
        environment = {**clean(os.environ), "PS1": "$ ", "HOME": f"{tmp_path}"}
        grounds = TerminalGrounds(project, tmp_path / "t", Path(sockets) / "k", environment, 0o022)
        box = Box(project, BY_HAND)
        box.make_terminals = lambda say: Terminals(grounds, say)
        await box.start()
        try:
            person = await box.person(user)
            app = CocalcApp(person, "lab", ["build.term"])
            async with app.run_test(size=(90, 24)) as pilot:
                await until(lambda: isinstance(app.main.tiles.pane, TerminalPane))
                yield box, app, pilot
            for one in box.people:
                await one.close()
            await box.stop()
        finally:
            for _, about in living(grounds.terminals):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(about.program, signal.SIGKILL)
            await until(lambda: not living(grounds.terminals))


def pane(app: CocalcApp) -> TerminalPane:
    found = app.main.tiles.pane
    assert isinstance(found, TerminalPane)
    return found


def shown(app: CocalcApp) -> str:
    here = pane(app)
    return "\n".join(here.render_line(y).text.rstrip() for y in range(here.size.height))


def drawn(app: CocalcApp) -> str:
    """What was painted last, where nothing asked for it to be painted anew."""
    here = pane(app)
    rows = here.render_lines(Region(0, 0, *here.size))
    return "\n".join(row.text.rstrip() for row in rows)


def bar(app: CocalcApp, name: str) -> str:
    return app.main.query_one(f"#{name}", Bar).render_line(0).text.rstrip()


async def test_what_is_typed_before_the_screen_came_is_typed(tmp_path: Path) -> None:
    async with terminal(tmp_path) as (_, app, pilot):
        here = pane(app)
        await until(lambda: here.model.screen.running)
        here.model = TerminalModel()
        await pilot.press(*"echo $((6*7))", "enter")
        here.do_ask(here._open())
        await until(lambda: "42" in shown(app))


async def test_keys_go_to_the_program_and_f12_leads_out(tmp_path: Path) -> None:
    async with terminal(tmp_path) as (_, app, pilot):
        here = pane(app)
        await until(lambda: here.model.screen.running)
        await pilot.press(*"echo $((6*7))", "enter")
        await until(lambda: "42" in shown(app))
        await until(lambda: here.model.screen.columns == here.size.width)
        assert here.where().endswith(" by you")
        await until(lambda: bar(app, "status").endswith("F12 F1 help"))
        await pilot.press(*"cat -v", "enter", "f12")
        await until(lambda: "[ copy" in bar(app, "status"))
        await pilot.press("f12", "enter")
        await until(lambda: "^[[24~" in shown(app))
        await pilot.press("f12", "ctrl+t", "b")
        await pilot.pause()
        assert len(list(app.main.tiles.division.tiles())) == 2


async def test_it_ends_and_starts_again(tmp_path: Path) -> None:
    async with terminal(tmp_path) as (_, app, pilot):
        here = pane(app)
        await until(lambda: here.model.screen.running)
        await pilot.press(*"seq 100; exit 5", "enter")
        await until(lambda: not here.model.screen.running)
        *_, last, _, ended = shown(app).splitlines()
        assert (last, "exit code 5" in ended) == ("100", True)
        await pilot.press("shift+pageup")
        await until(lambda: re.search(r"^70$", shown(app), re.MULTILINE))
        await pilot.press("enter")
        await until(lambda: here.model.screen.running)
        assert here.look is None


async def test_a_program_is_told_of_another_theme(tmp_path: Path) -> None:
    async with terminal(tmp_path) as (_, app, pilot):
        await until(lambda: pane(app).model.screen.running)
        await pilot.press(*"printf '\\033[?2031hrea''dy\\n'; cat -v", "enter")
        await until(lambda: re.search("^ready$", shown(app), re.MULTILINE))
        app.theme = "quiet-light"
        await until(lambda: "^[[?997;2n" in shown(app))
        app.theme = "quiet-dark"
        await until(lambda: "^[[?997;1n" in shown(app))


async def test_its_past_is_gone_through_by_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(overview, "MANY", 0)  # so that its line counts as a long one
    async with terminal(tmp_path) as (_, app, pilot):
        here = pane(app)
        await until(lambda: here.model.screen.running)
        await pilot.press(
            *"clear; printf '0123456789%.0s' $(seq 30); echo; echo first$((6*7))", "enter"
        )
        await until(lambda: "first42" in shown(app))
        await pilot.press(*"echo second$((6*7))", "enter")
        await until(lambda: "second42" in shown(app))
        await pilot.press("f12", "f4")
        await until(lambda: isinstance(app.screen, TerminalPast) and app.screen.version)
        past = app.screen
        assert isinstance(past, TerminalPast)

        def rows() -> str:
            sheet = past.query_one(Sheet)
            return "\n".join(sheet.render_line(y).text for y in range(sheet.size.height))

        await until(lambda: "second42" in rows())
        last = past.version
        whole = []
        for _ in range(2):
            await pilot.press("z")
            whole.append(past._view.shows_all)
        assert whole == [True, False]
        await pilot.press("left", "left")
        assert past.version == last - 2
        await pilot.press("slash", *"first42", "enter")
        await until(lambda: past.version < last - 2 or "first42" in rows())
        await until(lambda: "first42" in rows() and "second42" not in rows())
        copied: list[str] = []
        monkeypatch.setattr(app, "copy_to_clipboard", copied.append)
        await pilot.press("c")
        assert "first42\n" in copied[0]
        assert "0123456789" * 30 in copied[0]
        await pilot.press("home")
        assert past.version == 1
        await pilot.press("f", "f", "f")
        await until(lambda: past.version == last)
        await pilot.press("escape")
        await until(lambda: app.screen is app.main)


async def counted(app: CocalcApp, pilot: Pilot[None]) -> None:
    """Have lines 1 to 300 printed."""
    await until(lambda: pane(app).model.screen.running)
    await pilot.press(*"seq -f 'line %g' 300; echo o", *"''ver", "enter")
    await until(lambda: re.search("\nover\n" + PROMPT + "$", shown(app)))


async def test_what_scrolled_out_is_searched_and_copied_by_key(tmp_path: Path) -> None:
    async with terminal(tmp_path) as (_, app, pilot):
        await counted(app, pilot)
        await pilot.press("f12", "slash", *"line 42", "enter")
        await until(lambda: pane(app).copying)
        assert "line 42" in shown(app)
        assert pane(app).where().startswith("line 43 of") or "of" in pane(app).where()
        await pilot.press("V", "down", "y")
        assert app.clipboard == "line 42\nline 43"
        assert not pane(app).copying
        await pilot.press("shift+pageup")
        await until(lambda: "lines back" in pane(app).where())
        await pilot.press("x")
        await until(lambda: re.search(PROMPT + "x$", shown(app).rstrip()))
        assert pane(app).look is None, "typing comes back to now"


async def test_what_is_dragged_over_is_copied(tmp_path: Path) -> None:
    async with terminal(tmp_path) as (_, app, pilot):
        await counted(app, pilot)
        rows = shown(app).split("\n")
        y = rows.index("line 300")
        await pilot.mouse_down(TerminalPane, offset=(5, y - 1))
        await pilot.hover(TerminalPane, offset=(7, y))
        event = MouseMove(pane(app), 7, y, 0, 1, 1, False, False, False, 7, y)
        pane(app).on_mouse_move(event)
        await pilot.mouse_up(TerminalPane, offset=(7, y))
        assert app.clipboard == "299\nline 300"
        app.copy_to_clipboard("")
        await pilot.click(TerminalPane, offset=(5, y))
        assert app.clipboard == ""


async def test_a_program_that_asks_for_the_mouse_has_it(tmp_path: Path) -> None:
    async with terminal(tmp_path) as (_, app, pilot):
        await until(lambda: pane(app).model.screen.running)
        ask = "printf '\\033[?1002h\\033[?1006h'; cat -v"
        await pilot.press(*ask, "enter")
        await until(lambda: pane(app).model.screen.mouse and pane(app).model.screen.moves)
        await pilot.mouse_down(TerminalPane, offset=(3, 4))
        await pilot.mouse_up(TerminalPane, offset=(3, 4))
        await until(lambda: "^[[<0;4;5M^[[<0;4;5m" in shown(app))
        event = MouseScrollDown(pane(app), 1, 1, 0, 0, 0, False, False, False, 1, 1)
        pane(app).on_mouse_scroll_down(event)
        await until(lambda: "^[[<65;2;2M" in shown(app))


async def test_open_shows_a_file_to_who_typed_it(tmp_path: Path) -> None:
    async with terminal(tmp_path) as (box, app, pilot):
        (box.project / "notes.md").write_text("one\ntwo\nthree\n")
        await until(lambda: pane(app).model.screen.running)
        await pilot.press(*"open notes.md:2", "enter")
        await until(lambda: isinstance(app.main.tiles.pane, EditorPane))
        editor = app.main.tiles.pane
        assert isinstance(editor, EditorPane)
        await until(lambda: editor.where().startswith("2:"))


async def test_what_came_while_another_tab_showed_is_drawn(tmp_path: Path) -> None:
    async with terminal(tmp_path) as (box, app, pilot):
        (box.project / "notes.md").write_text("one\n")
        here = pane(app)
        await until(lambda: here.model.screen.running)
        await pilot.press(*"open notes.md", "enter")
        await until(lambda: isinstance(app.main.tiles.pane, EditorPane))
        here.do_type("text", "echo mean''while\r")
        await until(lambda: "meanwhile" in here.model.screen.rows.values())
        await pilot.press("ctrl+w")
        await until(lambda: app.main.tiles.pane is here)
        await until(lambda: "meanwhile" in drawn(app))
        assert here.window == Window()


@needs_tmux
@pytest.mark.needs_tmux
async def test_open_works_within_tmux_too(tmp_path: Path) -> None:
    async with terminal(tmp_path) as (box, app, pilot):
        (box.project / "notes.md").write_text("one\ntwo\nthree\n")
        await until(lambda: pane(app).model.screen.running)
        server = f"{tmp_path}/tmux"
        await pilot.press(*f"tmux -S {server} -f /dev/null new bash", "enter")
        await until(lambda: "0:bash*" in shown(app))
        await pilot.press(*"open notes.md:3", "enter")
        await until(lambda: isinstance(app.main.tiles.pane, EditorPane))
        editor = app.main.tiles.pane
        assert isinstance(editor, EditorPane)
        await until(lambda: editor.where().startswith("3:"))
        await asyncio.to_thread(subprocess.run, ["tmux", "-S", server, "kill-server"], check=True)


async def test_what_is_printed_is_only_offered(tmp_path: Path) -> None:
    async with terminal(tmp_path) as (box, app, pilot):
        (box.project / "notes.md").write_text("one\n")
        (box.project / "evil").write_text(sequence([{"path": str(box.project / "notes.md")}]))
        await until(lambda: pane(app).model.screen.running)
        await pilot.press(*"cat evil", "enter")
        await until(lambda: any("F12 o" in notice for notice in app.notices))
        assert isinstance(app.main.tiles.pane, TerminalPane)
        await pilot.press("f12", "o")
        await until(lambda: isinstance(app.main.tiles.pane, EditorPane))


async def test_the_keyboard_the_size_and_the_script(tmp_path: Path) -> None:
    async with terminal(tmp_path) as (_, app, pilot):
        here = pane(app)
        await until(lambda: here.model.screen.running)
        await pilot.press("f12", "k")
        await until(lambda: here.where().startswith("you alone have the keyboard, "))
        await pilot.press("f12", "k")
        await until(lambda: not here.model.screen.keyboard)
        await pilot.press("f12", "s")
        await until(lambda: app.screen is not app.main)
        await pilot.press(*"fixed", "enter")
        await until(lambda: "fixed by you" in here.where())
        await pilot.press("f12", "e")
        await until(lambda: isinstance(app.screen, ScriptScreen))
        await pilot.press(*"echo hello", "f12")
        await until(lambda: app.screen is app.main)
        assert str(here.document.replica.text(MAIN)) == "echo hello"
        await pilot.press(*"exit", "enter")
        await until(lambda: not here.model.screen.running)
        assert here.where() == "ended"
        await pilot.press("enter")
        assert "starting …" in shown(app) or here.model.screen.running
        await until(lambda: "hello" in shown(app))


async def test_two_panes_of_one_person_have_one_size(tmp_path: Path) -> None:
    async with terminal(tmp_path) as (_, app, pilot):
        first = pane(app)

        async def settles(width: int, height: int, of: TerminalPane) -> None:
            await until(lambda: of.size == (width, height))
            await until(lambda: (first.model.screen.columns, first.model.screen.lines) == of.size)

        await until(lambda: first.model.screen.running)
        alone = first.size
        await settles(*alone, first)
        await pilot.press("f12", "ctrl+t", "b")
        await until(lambda: pane(app) is not first)
        second = pane(app)
        await until(lambda: second.model.screen.running)
        await pilot.press("f12", "ctrl+t", "+")
        await until(lambda: 0 < first.size.height < second.size.height)
        await settles(*first.size, first)
        await pilot.press("f12", "s")
        await until(lambda: app.screen is not app.main)
        await pilot.press(*"my", "enter")
        await settles(*second.size, second)
        first.focus()
        await settles(*first.size, first)
        await pilot.press("f12", "s")
        await until(lambda: app.screen is not app.main)
        await pilot.press(*"smallest", "enter")
        second.focus()
        await until(lambda: first.model.screen.policy == "smallest")
        await settles(*first.size, first)
        await pilot.press("f12", "ctrl+t", "z")
        await until(lambda: not first.size.height)
        await settles(*second.size, second)
        await pilot.press("f12", "ctrl+t", "z")
        await until(lambda: first.size.height)
        await settles(*first.size, first)
        await pilot.press("f12", "ctrl+w")
        await until(lambda: not second.is_attached)
        await settles(*alone, first)


async def test_of_a_larger_terminal_the_part_with_the_cursor_shows(tmp_path: Path) -> None:
    async with terminal(tmp_path) as (_, app, pilot):
        here = pane(app)
        await until(lambda: here.model.screen.running)
        await here.terminal.size(200, 60, "fixed")
        await until(lambda: here.where().startswith("a part of 200x60 fixed"))
        await here.terminal.type(text="exec env PS1='rea''dy> ' sh\r")
        await until(lambda: "ready>" in shown(app))
        await here.terminal.type(text="seq 50; printf '%150s<' wi''de\r")
        await until(lambda: "wide<ready>" in shown(app))
        assert here.window.left > 0
        assert here.window.top > 0
        await pilot.press("shift+pageup")
        assert here.where().endswith(" lines back")
        await pilot.press("shift+pagedown")
        assert here.look is None
        await pilot.press("f12", "[", "0")
        assert here.window.left == 0
        await pilot.press("escape")
        assert "wide<ready>" in shown(app)


async def test_who_had_the_keyboard_is_told_who_took_it(tmp_path: Path) -> None:
    async with terminal(tmp_path) as (box, app, pilot):
        here = pane(app)
        await until(lambda: here.model.screen.running)
        await pilot.press("f12", "k")
        await until(lambda: here.model.screen.keyboard == "alice")
        rune = await box.person("rune")
        theirs = await rune.open("build.term")
        await Terminal(rune.requests, theirs.doc).keyboard(mine=True)
        await until(
            lambda: any(
                "rune took the keyboard; F12 k takes it back" in one.message
                for one in app._notifications
            )
        )


async def test_who_may_not_type_watches(tmp_path: Path) -> None:
    async with terminal(tmp_path, "vera") as (_, app, pilot):
        here = pane(app)
        await until(lambda: here.model.known)
        assert not here.model.screen.running
        assert "starts it again" not in shown(app)
        await pilot.press("enter")
        await until(lambda: any("needs the role runner" in notice for notice in app.notices))
        assert not here.model.screen.running
        await pilot.press("f12", "ctrl+t", "t")
        await until(lambda: isinstance(app.screen, Picker))
        picker = app.screen
        assert isinstance(picker, Picker)
        await until(lambda: not picker._waiting)
        await pilot.press(*"new")
        assert not picker._list.found, "who may not type makes none"


async def test_those_who_come_later_find_it(tmp_path: Path) -> None:
    async with terminal(tmp_path) as (box, app, pilot):
        await until(lambda: pane(app).model.screen.running)
        await until((box.project / "build.term").exists)
        await pilot.press("f12", "ctrl+t", "t")
        await until(lambda: isinstance(app.screen, Picker))
        picker = app.screen
        assert isinstance(picker, Picker)
        offered = ["build.term", "shell.term"]
        await until(lambda: [choice.value for choice, _ in picker._list.found] == offered)
        await pilot.press(*"new")
        assert [choice.value for choice, _ in picker._list.found] == ["new.term"]
        await pilot.press("enter")
        await until(lambda: pane(app).document.path == "new.term")
        await until(lambda: pane(app).model.screen.running)


def frame(seq: int, rows: dict[int, str], **more: object) -> TerminalScreen:
    return TerminalScreen(running=True, seq=seq, rows=rows, **more)  # type: ignore[arg-type]  # fields of several types


def test_frames_are_merged() -> None:
    model = TerminalModel()
    assert model.take(frame(3, {0: "a", 1: "b"}, whole=True)) is None
    assert model.take(frame(4, {1: "c"}, cursor=(0, 5))) == {1, 5}
    assert model.screen.rows == {0: "a", 1: "c"}
    assert model.take(frame(4, {1: "late"})) == set()
    assert model.missed(frame(6, {}))
    assert not model.missed(frame(5, {}))
    assert model.take(frame(5, {0: "x"}, lines=1)) is None
    assert model.screen.rows == {0: "x"}
    assert model.take(TerminalScreen(running=False, whole=True, exit=1)) is None
    assert model.screen.rows == {0: "x"}, "what it showed last stays"
