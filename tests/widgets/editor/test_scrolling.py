"""What of a text shows in a pane, scrolled and wrapped."""

from __future__ import annotations

import pytest
from textual import events

from cocalc_tui.sync.patch import Splice
from cocalc_tui.widgets.editor import cells, view
from cocalc_tui.widgets.editor.pane import EditorPane
from tests.widgets.editor.app import LINES, EditorApp, resized, rows, settled, shown
from tests.widgets.editor.texts import text_document, type_remotely


async def test_the_caret_is_followed_and_the_wheel_is_not() -> None:
    app = EditorApp(text_document(LINES, "a.py"))
    async with app.run_test(size=(40, 10)) as pilot:
        await pilot.press("pagedown", "pagedown")
        assert app.pane.scroll.shows(app.pane.editor.place()[0])
        top = app.pane.scroll.top
        app.pane.post_message(events.MouseScrollDown(app.pane, 1, 1, 0, 0, 0, False, False, False))
        await pilot.pause()
        assert app.pane.scroll.top == top + 3
        assert app.pane.editor.place()[0] == 18
        await pilot.press("ctrl+end")
        await settled(pilot)
        assert shown(app.pane)[-2:] == ["line 99", ""]
        await resized(pilot, 40, 6)
        assert app.pane.scroll.height == 6


async def test_a_line_begins_at_its_start_where_the_caret_shows_so() -> None:
    app = EditorApp(text_document("a line of thirty characters ..\n", "a.py"))
    app.pane.recall({"caret": 24})
    async with app.run_test(size=(40, 6)) as pilot:
        assert app.pane.scroll.left == 0
        await resized(pilot, 24, 6)
        assert app.pane.scroll.left > 0
        await resized(pilot, 40, 6)
        assert rows(app.pane)[0].startswith(" 1 a line")


async def test_of_a_long_text_only_what_shows_is_wrapped(monkeypatch: pytest.MonkeyPatch) -> None:
    measured: list[str] = []
    rows_of = cells.rows

    def counting(text: str, tab: int, width: int) -> int:
        measured.append(text)
        return rows_of(text, tab, width)

    monkeypatch.setattr(view, "rows", counting)
    text = "".join(f"{n} {'word ' * (n * 7919 % 40)}\n" for n in range(20_000))
    document = text_document(text, "notes.md")
    app = EditorApp(document)
    async with app.run_test(size=(60, 12)) as pilot:
        app.pane.go_to_line(10_000, 0)
        await settled(pilot)
        top = rows(app.pane)[0]
        type_remotely(document, [Splice(0, 0, "an other line\n" * 3)])
        await settled(pilot)
        assert rows(app.pane)[0] == top
        await resized(pilot, 40, 12)
        assert rows(app.pane)[0].split()[0] == top.split()[0]
        assert len(measured) < 10_000
        await pilot.press("ctrl+end")
        assert app.pane.editor.place()[0] == 20_003
        assert rows(app.pane)[-1] == ""
        for key in ("pageup", "up", "pagedown", "down"):
            await pilot.press(*[key] * 9)
            place = app.pane.editor.place()
            assert app.pane.scroll.shows(app.pane.editor.view.place(app.pane.editor.caret)[0])
        assert place == (20_003, 0)


async def test_long_lines_scroll_sideways_or_wrap() -> None:
    app = EditorApp(text_document("word " * 30 + "end\n", "a.py"))
    async with app.run_test(size=(40, 6)) as pilot:
        await pilot.press("end")
        assert app.pane.scroll.left > 100
        assert rows(app.pane)[0].endswith("word end")
        await pilot.press("alt+z")
        assert app.pane.scroll.left == 0
        assert rows(app.pane)[0].startswith(" 1 word word")
        assert app.pane.editor.view.height > 4
        await pilot.press("home", "up", "up", "up", "up", "home")
        assert app.pane.where() == "1:1"


async def test_the_scroll_bar_can_be_dragged() -> None:
    app = EditorApp(text_document(LINES))
    async with app.run_test(size=(40, 10)) as pilot:
        await pilot.mouse_down(EditorPane, offset=(39, 9))
        assert app.pane.scroll.top == app.pane.scroll.total - 10
        await pilot.hover(EditorPane, offset=(39, 0))
        assert app.pane.scroll.top == 0
        await pilot.mouse_up(EditorPane, offset=(39, 0))
