"""Edit mode: typing in cells, the caret across cells, running."""

from __future__ import annotations

import msgspec
from textual.widgets import Input, Static

from cocalc_tui.notebook import schema
from cocalc_tui.protocol.events import KernelChoice, KernelState
from cocalc_tui.sync.patch import Json
from tests.widgets.notebook.desk import (
    NotebookDesk,
    cell,
    document_of,
    rows,
    run_of,
    runs,
    sources,
)
from tests.widgets.notebook.test_command_mode import desk


async def test_typing_goes_into_the_cell() -> None:
    async with desk("a", "b") as (app, pilot):
        await pilot.press("enter")
        assert app.pane.mode() == "edit"
        await pilot.press(*"xy", "enter", "z", "escape", "q")
        assert sources(app.pane.document) == ["xy\nza", "b"]
        assert app.pane.mode() == "command"
        assert rows(app)[1:5] == ["▌[ ]    xy", "▌       za", "", " [ ]    b"]


async def test_python_is_indented_and_undone_by_steps() -> None:
    async with desk("") as (app, pilot):
        await pilot.press("enter", *"if a:", "enter", *"b")
        assert sources(app.pane.document) == ["if a:\n    b"]
        await pilot.press("ctrl+z")
        assert sources(app.pane.document) == ["if a:"]
        await pilot.press("ctrl+y")
        assert sources(app.pane.document) == ["if a:\n    b"]
        await pilot.press("ctrl+/")
        assert sources(app.pane.document) == ["if a:\n    # b"]


async def test_rows_lead_to_the_next_cell_and_back() -> None:
    async with desk("ab\ncd", "# md\nef", "gh") as (app, pilot):
        await pilot.press("j", "m", "k", "enter", "end", "down", "down")
        assert app.pane.where() == "cell 2 of 3"
        assert app.pane.mode() == "edit"
        assert "▌md      # md" not in rows(app)
        await pilot.press("X")
        assert sources(app.pane.document)[1] == "# Xmd\nef"
        await pilot.press("down", "down", "Y", "up", "Z", "up", "up", "W")
        assert sources(app.pane.document) == ["ab\ncdW", "# Xmd\nefZ", "ghY"]
        await pilot.press("up", "up", "home", "V")
        assert sources(app.pane.document)[0] == "Vab\ncdW"


async def test_markdown_shows_its_text_while_it_is_edited() -> None:
    async with desk("# Title\n*x*", "b") as (app, pilot):
        await pilot.press("m")
        assert rows(app)[1:6] == ["▌       Title", "▌", "▌       x", "", " [ ]    b"]
        await pilot.press("enter")
        assert rows(app)[1:5] == ["▌md     # Title", "▌       *x*", "", " [ ]    b"]
        await pilot.press("end", "!", "f5")
        assert rows(app)[1] == "▌       Title!"


async def test_split_and_undo() -> None:
    async with desk("one\ntwo", "z") as (app, pilot):
        await pilot.press("enter", "down", "alt+s")
        assert sources(app.pane.document) == ["one", "two", "z"]
        assert (app.pane.where(), app.pane.mode()) == ("cell 2 of 3", "edit")
        await pilot.press("X")
        assert sources(app.pane.document) == ["one", "Xtwo", "z"]
        await pilot.press("ctrl+z", "ctrl+z")
        assert sources(app.pane.document) == ["one\ntwo", "z"]


async def test_a_cell_that_grows_moves_those_below() -> None:
    async with desk("a", "b", size=(40, 10)) as (app, pilot):
        await pilot.press("enter", "end", "enter", "enter")
        assert rows(app)[1:6] == ["▌[ ]    a", "▌", "▌", "", " [ ]    b"]
        await pilot.press("backspace")
        assert rows(app)[1:5] == ["▌[ ]    a", "▌", "", " [ ]    b"]


async def test_the_caret_stays_on_the_screen() -> None:
    async with desk("\n".join(f"l{n}" for n in range(60)), "end", size=(40, 12)) as (app, pilot):
        await pilot.press("enter", "pagedown", "pagedown")
        row = app.pane.stack.source_top(app.pane.active) + 22
        assert app.pane.window.scroll.shows(row)
        await pilot.press("ctrl+end", "down")
        assert app.pane.where() == "cell 2 of 2"
        assert "▌[ ]    end" in rows(app)
        await pilot.press("up", "ctrl+home")
        assert rows(app)[1] == "▌[ ]    l0"


async def test_long_lines_wrap() -> None:
    async with desk("word " * 12, size=(40, 10)) as (app, _):
        assert rows(app)[1:5] == [
            "▌[ ]    word word word word word word",
            "▌       word word word word word word",
            "",
            "",
        ]


async def test_the_mouse() -> None:
    async with desk("alpha beta", "# page", "c") as (app, pilot):
        await pilot.press("j", "m", "k")
        await pilot.click(offset=(14, 1))
        assert (app.pane.mode(), app.pane.where()) == ("edit", "cell 1 of 3")
        await pilot.press("X")
        assert sources(app.pane.document)[0] == "alpha Xbeta"
        await pilot.click(offset=(10, 3))
        assert (app.pane.mode(), app.pane.where()) == ("command", "cell 2 of 3")
        await pilot.click(offset=(10, 3), times=2)
        assert (app.pane.mode(), app.pane.where()) == ("edit", "cell 2 of 3")
        await pilot.click(offset=(2, 5))
        assert (app.pane.mode(), app.pane.where()) == ("command", "cell 3 of 3")
        await pilot.click(offset=(2, 1), shift=True)
        assert len(app.pane.selection()) == 3
        await pilot.click(offset=(16, 1), times=2)
        assert app.pane.stack.cells[0].source.editor.selected == "Xbeta"


async def test_the_wheel_and_the_thumb_scroll() -> None:
    async with desk(*(f"cell {n}" for n in range(50)), size=(40, 11)) as (app, pilot):
        await pilot._post_mouse_events([_wheel()], widget=app.pane, offset=(5, 5))
        assert app.pane.window.top == 3
        await pilot.mouse_down(offset=(39, 10))
        await pilot.mouse_up(offset=(39, 10))
        assert rows(app)[-2] == " [ ]    cell 49"


def _wheel() -> type:
    from textual.events import MouseScrollDown

    return MouseScrollDown


class Runner:
    """Takes the place of the relay for requests, and notes them."""

    def __init__(self, app: NotebookDesk) -> None:
        self.asked: list[Json] = []
        wire = app.pane.document._wire
        for name in ("run", "interrupt", "restart", "kernels", "choose_kernel"):
            setattr(wire, name, self._asker(name))

    def _asker(self, name: str) -> object:
        async def ask(_: object, *args: Json, **named: Json) -> list[KernelChoice]:
            self.asked.append([name, *args, *(() if name == "run" else named.values())])
            return [
                KernelChoice(name="python3", title="Python 3", language="python", where="/a"),
                KernelChoice(name="ir", title="R", language="R", where="/b", note="from conda"),
            ]

        return ask


async def test_running() -> None:
    cells = [cell("a"), cell("# b", "markdown"), cell("c"), cell("  ")]
    app = NotebookDesk(document_of(cells))
    async with app.run_test(size=(60, 20)) as pilot:
        await pilot.pause()
        asked = Runner(app).asked
        a, _, c, d = schema.cells(app.pane.document.replica)
        await pilot.press("enter", "f5")
        assert (asked, app.pane.mode()) == ([["run", [a]]], "command")
        await pilot.press("ctrl+r", "shift+enter", "ctrl+r")
        assert asked[1:] == [["run", [a]], ["run", [c]]]
        assert app.pane.active == d
        await pilot.press("ctrl+r")
        assert app.pane.where() == "cell 5 of 5"
        assert app.pane.mode() == "edit"
        await pilot.press("escape", "shift+f5", "i", "i", "0", "0")
        assert asked[3:] == [["run", [a, c]], ["interrupt"], ["restart", False]]
        await pilot.press("home", "ctrl+f5")
        assert (app.pane.where(), app.pane.mode()) == ("cell 2 of 6", "edit")
        assert asked.pop() == ["run", [a]]
        await pilot.press("escape", "z", "end")
        for verb in ("run_above", "run_below", "interrupt", "restart", "stop_kernel"):
            await getattr(app.pane, f"do_{verb}")()
        await app.pane.do_restart_run()
        assert asked[6:] == [
            *(["run", [a, c]], ["interrupt"], ["restart", False], ["restart", True]),
            *(["restart", False], ["run", [a, c]]),
        ]


async def test_what_ends_a_kernel_asks_first() -> None:
    async with desk("a", "b", "c") as (app, pilot):
        asked = Runner(app).asked
        document = app.pane.document
        a, b, _ = schema.cells(document.replica)
        kernel = KernelState(name="python3", title="Python 3", state="busy", memory=50 * 2**20)
        document.hearing.heard("kernel", msgspec.msgpack.encode(kernel))
        runs(document, run_of(a, "running", "bob"), run_of(b, "queued", "cyd"))
        await pilot.press("alt+k")
        await pilot.pause()
        assert app.screen.query_one(Input).placeholder == "Python 3 · busy · 50 MB · 1 waiting"
        await pilot.press(*"down to", "enter")
        await pilot.pause()
        question = app.screen.query_one("#question", Static).content
        assert question == (
            "Restart the kernel and run down to here for everybody? Its values are gone. "
            "Cells of bob, cyd run or wait."
        )
        await pilot.press("n")
        await pilot.pause()
        assert asked == []
        await pilot.press("j", "alt+k")
        await pilot.pause()
        await pilot.press(*"down to", "enter")
        await pilot.pause()
        await pilot.press("y")
        await pilot.pause()
        assert asked == [["restart", False], ["run", [a, b]]]


async def test_keys_of_everywhere_in_jupyters_place() -> None:
    async with desk("a") as (app, pilot):
        await pilot.press("s", "h", "p")
        assert (sources(app.pane.document), app.pane.mode()) == (["a"], "command")


async def test_choosing_a_kernel() -> None:
    async with desk("a") as (app, pilot):
        asked = Runner(app).asked
        app.pane.run_worker(app.pane.do_choose_kernel())
        await pilot.pause()
        await pilot.press("r", "enter")
        await pilot.pause()
        assert asked == [["kernels"], ["choose_kernel", "ir"]]


async def test_without_a_relay_it_says_so() -> None:
    async with desk("a") as (app, pilot):
        await pilot.press("f5")
        await pilot.pause()
        assert app.notices == ["Run: fit.ipynb: not connected, so nothing can be run"]


async def test_a_big_cell_is_coloured_where_it_is_looked_at() -> None:
    async with desk("\n".join(f"x{n} = {n}" for n in range(3000)), size=(40, 10)) as (app, pilot):
        source = app.pane.stack.cells[0].source
        await pilot.press("enter", "ctrl+end")
        assert source.colours.spans(2999)
        assert not source.colours.spans(0)
        await pilot.press("enter", *"'ab'")
        await pilot.pause(0.1)
        assert [span[2] for span in source.colours.spans(3000)] == ["string"]


async def test_a_theme_changes_all_colours() -> None:
    async with desk("a = 1", "# b", size=(40, 10)) as (app, pilot):
        await pilot.press("j", "m")
        dark = [str(app.pane.render_line(y)) for y in range(6)]
        app.theme = "quiet-light"
        await pilot.pause()
        light = [str(app.pane.render_line(y)) for y in range(6)]
        assert all(one != other for one, other in zip(dark, light, strict=True))
        assert "#1c1c1c" not in "".join(light)
