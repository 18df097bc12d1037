"""The pane as a person meets it: keys, mouse, other people."""

from __future__ import annotations

from contextvars import Context
from typing import Any

import pytest
from textual import events
from textual.pilot import Pilot

from cocalc_tui.client.places import Place
from cocalc_tui.protocol.messages import Role
from cocalc_tui.sync.patch import MAIN, Json, Splice
from cocalc_tui.widgets.editor import canvas, cells, view
from cocalc_tui.widgets.editor.pane import EditorPane
from cocalc_tui.widgets.typed import TypedKey
from tests.widgets.editor.app import EditorApp, carets, rows
from tests.widgets.editor.texts import text_document, type_remotely

LINES = "".join(f"line {n}\n" for n in range(100))
CODE = "def f(x):\n    return x + 1\n"


def shown(pane: EditorPane) -> list[str]:
    return [row[5:] for row in rows(pane)]


def standing(caret: int) -> dict[str, Json]:
    """A place as somebody's app says it."""
    return {"session": "8" * 16, "seq": 0, "n": -1, "at": list(MAIN), "caret": caret}


async def settled(pilot: Pilot[Any]) -> None:
    """Wait until all is painted in its colours."""
    await pilot.pause()
    pane = pilot.app.query_one(EditorPane)
    for _ in range(500):
        if not pane.colours.stale or not pane.colours.language.name:
            break
        await pilot.pause(0.01)
    await pilot.pause()


async def resized(pilot: Pilot[Any], width: int, height: int) -> None:
    """Have another window, and wait until the pane is laid out in it."""
    await pilot.resize_terminal(width, height)
    pane = pilot.app.query_one(EditorPane)
    for _ in range(500):
        if pane.size == (width, height) and pane.scroll.height == height:
            break
        await pilot.pause(0.01)
    await settled(pilot)


# --- typing --------------------------------------------------------------------------------------


async def test_what_is_typed_is_in_the_document_and_on_the_screen() -> None:
    document = text_document(CODE, "a.py")
    app = EditorApp(document)
    async with app.run_test(size=(40, 6)) as pilot:
        await pilot.press("down", "end", "enter", "i", "f", "space", "y", "colon", "enter")
        await settled(pilot)
        assert str(document.replica.text()) == CODE[:-1] + "\nif y:\n    \n"
        assert rows(app.pane)[:4] == [
            " 1 def f(x):",
            " 2     return x + 1",
            " 3 if y:",
            " 4",
        ]
        assert list(carets(app.pane)) == [" "]
        assert app.pane.where() == "4:5"
        line = {segment.text: segment.style for segment in app.pane.render_line(2)}
        assert line["if"] != line[" y:"]


async def test_undo_takes_back_my_steps_and_shows_where() -> None:
    document = text_document(LINES)
    app = EditorApp(document)
    async with app.run_test(size=(40, 10)) as pilot:
        await pilot.press("a", "b", "ctrl+end", "c", "ctrl+home")
        type_remotely(document, [Splice(20, 0, "remote\n")])
        await pilot.press("ctrl+z")
        assert "remote" in str(document.replica.text())
        assert app.pane.editor.place() == (101, 0)
        assert app.pane.scroll.shows(101)
        await pilot.press("ctrl+z", "ctrl+z")
        assert app.notices == ["Nothing of yours to undo"]
        await pilot.press("ctrl+y")
        assert str(document.replica.text()).startswith("ab")


async def test_copy_cut_and_paste() -> None:
    document = text_document("one\ntwo\n")
    app = EditorApp(document)
    async with app.run_test(size=(40, 6)) as pilot:
        await pilot.press("shift+right", "shift+right", "ctrl+c", "end", "ctrl+v")
        assert str(document.replica.text()) == "oneon\ntwo\n"
        await pilot.press("ctrl+x", "ctrl+v", "ctrl+v")
        assert str(document.replica.text()) == "oneon\noneon\ntwo\n"
        app.pane.post_message(events.Paste("p\rq"))
        await pilot.pause()
        assert str(document.replica.text()) == "oneon\noneon\np\nqtwo\n"
        await pilot.press("ctrl+z")
        assert str(document.replica.text()) == "oneon\noneon\ntwo\n"


async def test_a_viewer_types_nothing_and_is_told() -> None:
    document = text_document("one\n")
    app = EditorApp(document, Role.VIEWER)
    async with app.run_test(size=(60, 6)) as pilot:
        await pilot.press("a", "enter")
        app.pane.post_message(events.Paste("x"))
        await pilot.pause()
        assert str(document.replica.text()) == "one\n"
        assert len(app.notices) == 3
        assert "viewer" in app.notices[0]


async def test_a_document_that_cannot_be_changed_says_why() -> None:
    document = text_document("one\n")
    document.readonly = "notes.txt: not UTF-8"
    app = EditorApp(document)
    async with app.run_test(size=(60, 6)) as pilot:
        await pilot.press("a", "ctrl+x")
        assert str(document.replica.text()) == "one\n"
        assert app.notices == ["notes.txt: not UTF-8"], "once, however many keys"


async def test_several_carets_by_key_and_mouse() -> None:
    document = text_document("one two\none\n", "a.py")
    app = EditorApp(document)
    async with app.run_test(size=(40, 6)) as pilot:
        await pilot.press("ctrl+alt+down", "x")
        assert str(document.replica.text()) == "xone two\nxone\n"
        assert list(carets(app.pane)) == ["o", "o"]
        await pilot.press("escape", "ctrl+z", "ctrl+home", "ctrl+d", "ctrl+d", "1")
        assert str(document.replica.text()) == "1 two\n1\n"
        await pilot.press("ctrl+d")
        assert app.notices == []
        await pilot.press("escape", "escape")
        gutter = app.pane.painter.gutter
        await pilot.click(EditorPane, offset=(gutter, 0))
        await pilot.click(EditorPane, offset=(gutter + 1, 1), meta=True)
        await pilot.press("y", "escape", "z")
        assert str(document.replica.text()) == "y1 two\n1yz\n"


async def test_carets_and_what_is_selected_are_counted() -> None:
    app = EditorApp(text_document(LINES))
    async with app.run_test(size=(40, 8)) as pilot:
        assert app.pane.where() == "1:1"
        await pilot.press("shift+down", "shift+down")
        assert app.pane.where() == "3:1  2 lines, 14 selected"
        await pilot.press("escape", "ctrl+home", "ctrl+d")
        assert app.pane.where() == "1:5  4 selected"
        await pilot.press("ctrl+d", "ctrl+d")
        assert app.pane.where() == "3:5  3 carets, 12 selected"
        await pilot.press("right")
        assert app.pane.where() == "3:5  3 carets"


async def test_each_caret_pastes_its_line() -> None:
    document = text_document("a\nb\n")
    app = EditorApp(document)
    async with app.run_test(size=(40, 6)) as pilot:
        await pilot.press("shift+right", "ctrl+d", "escape", "ctrl+alt+down", "ctrl+c")
        await pilot.press("end", "ctrl+v")
        assert str(document.replica.text()) == "aa\nbb\n"


# --- scrolling -----------------------------------------------------------------------------------


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


async def test_alt_and_a_letter_type_nothing() -> None:
    app = EditorApp(text_document("word", "a.py"))
    async with app.run_test(size=(40, 6)) as pilot:
        app.post_message(TypedKey("alt+q", "q", "\x1bq"))
        await pilot.press("x")
        assert rows(app.pane)[0] == " 1 xword"


async def test_alt_and_a_letter_are_no_letter_to_vim() -> None:
    app = EditorApp(text_document("word " * 30, "a.py"), keys="vim")
    app.pane.use_keys("vim")
    async with app.run_test(size=(40, 6)) as pilot:
        app.post_message(TypedKey("alt+z", "z", "\x1bz"))
        await pilot.pause()
        assert app.pane.wrap
        app.post_message(TypedKey("alt+e", "e", "\x1be"))
        await pilot.pause()
        assert app.pane.where() == "1:1"


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


# --- the mouse -----------------------------------------------------------------------------------


async def test_clicking_and_dragging() -> None:
    app = EditorApp(text_document("one two\nthree\n", "a.py"))
    async with app.run_test(size=(40, 6)) as pilot:
        gutter = app.pane.painter.gutter
        await pilot.click(EditorPane, offset=(gutter + 2, 1))
        assert app.pane.where() == "2:3"
        await pilot.mouse_down(EditorPane, offset=(gutter + 1, 0))
        await pilot.hover(EditorPane, offset=(gutter + 2, 1))
        await pilot.mouse_up(EditorPane, offset=(gutter + 2, 1))
        assert app.pane.editor.selected == "ne two\nth"
        await pilot.click(EditorPane, offset=(gutter + 5, 0), times=2)
        assert app.pane.editor.selected == "two"
        await pilot.click(EditorPane, offset=(gutter + 5, 0), times=3)
        assert app.pane.editor.selected == "one two\n"
        await pilot.press("escape")
        assert app.pane.editor.selected == ""


# --- finding -------------------------------------------------------------------------------------


async def test_finding() -> None:
    app = EditorApp(text_document(LINES))
    async with app.run_test(size=(60, 10)) as pilot:
        await pilot.press("ctrl+f", "e", "space", "5")
        assert "1 of 11" in rows(app.pane)[-1]
        assert app.pane.editor.place() == (5, 6)
        await pilot.press("enter")
        assert app.pane.editor.place() == (50, 6)
        assert app.pane.scroll.shows(50)
        await pilot.press("up", "up")
        assert app.pane.editor.place()[0] == 59
        await pilot.press("backspace", "x")
        assert "not found" in rows(app.pane)[-1]
        await pilot.press("enter")
        assert app.notices == ["Not found"]
        await pilot.press("escape", "X")
        assert app.pane.bar is None
        assert "line 9\n" in str(app.pane.document.replica.text())


async def typed(pilot: Pilot[Any], text: str) -> None:
    for character in text:
        await pilot.press("space" if character == " " else character)


async def test_replacing_one_by_one_and_all() -> None:
    document = text_document("one two one\none\n")
    app = EditorApp(document)
    async with app.run_test(size=(100, 10)) as pilot:
        await pilot.press("ctrl+f")
        await typed(pilot, "one")
        await pilot.press("tab")
        await typed(pilot, "1")
        assert rows(app.pane)[-1].startswith(" Replace  1")
        await pilot.press("enter")
        assert str(document.replica.text()) == "1 two one\none\n"
        assert app.pane.editor.selection == (6, 9)
        await pilot.press("alt+a")
        assert str(document.replica.text()) == "1 two 1\n1\n"
        assert app.notices == ["2 replaced"]
        await pilot.press("escape", "ctrl+z")
        assert str(document.replica.text()) == "1 two one\none\n"


@pytest.mark.parametrize(("chosen", "width"), [("default", 80), ("default", 48), ("emacs", 80)])
async def test_the_keys_that_find_and_replace_are_said(chosen: str, width: int) -> None:
    app = EditorApp(text_document("one one"), keys=chosen)
    async with app.run_test(size=(width, 8)) as pilot:
        app.pane.do_find()
        await pilot.press("tab")
        asks, puts = rows(app.pane)[-2:]
        assert asks.startswith(" Find")
        assert "this" in puts
        assert ("alt+s carets" in puts) is (width == 80)
        assert ("alt+a all" in puts) is (width >= 48)


async def test_patterns_case_and_words() -> None:
    document = text_document("ab1 AB2 xab3\n")
    app = EditorApp(document)
    async with app.run_test(size=(120, 10)) as pilot:
        await pilot.press("alt+r")
        await typed(pilot, "(ab).")
        assert "not found" in rows(app.pane)[-2]
        await pilot.press("alt+r")
        assert "1 of 3" in rows(app.pane)[-2]
        assert "[.*]" in rows(app.pane)[-2]
        await pilot.press("alt+c", "alt+w")
        assert "1 of 1" in rows(app.pane)[-2]
        await pilot.press("alt+w", "alt+c", "tab")
        await typed(pilot, "$1-")
        await pilot.press("alt+a")
        assert str(document.replica.text()) == "ab- AB- xab-\n"
        await pilot.press("tab")
        await typed(pilot, "[")
        assert "not a pattern" in rows(app.pane)[-2]


async def test_replacing_only_in_the_selection() -> None:
    document = text_document("a\na\na\na\n")
    app = EditorApp(document)
    async with app.run_test(size=(100, 10)) as pilot:
        await pilot.press("down", "shift+down", "shift+down", "ctrl+f", "a", "alt+l")
        assert "1 of 2" in rows(app.pane)[-1]
        await pilot.press("tab", "b", "alt+a")
        assert str(document.replica.text()) == "a\nb\nb\na\n"
        await pilot.press("alt+l", "escape", "ctrl+home", "ctrl+f", "alt+l")
        assert app.notices[-1].startswith("Select some lines first")


async def test_a_caret_at_each_place_found() -> None:
    document = text_document("a b a\n")
    app = EditorApp(document)
    async with app.run_test(size=(100, 10)) as pilot:
        await pilot.press("ctrl+f", "a", "alt+s", "x")
        assert str(document.replica.text()) == "x b x\n"
        assert app.pane.bar is None


async def test_what_others_type_moves_what_was_found() -> None:
    document = text_document("one two\n")
    app = EditorApp(document)
    async with app.run_test(size=(60, 10)) as pilot:
        await pilot.press("ctrl+f")
        await typed(pilot, "two")
        type_remotely(document, [Splice(0, 0, "two ")])
        assert app.pane.search.place == (8, 11)
        for _ in range(500):
            if len(app.pane.search.places) == 2:
                break
            await pilot.pause(0.01)
        assert "2 of 2" in rows(app.pane)[-1]


async def test_a_viewer_finds_and_does_not_replace() -> None:
    document = text_document("one two\n")
    app = EditorApp(document, Role.VIEWER)
    async with app.run_test(size=(60, 10)) as pilot:
        await pilot.press("ctrl+f")
        await typed(pilot, "two")
        await pilot.press("tab", "x", "enter")
        assert app.pane.editor.selection == (4, 7)
        assert str(document.replica.text()) == "one two\n"
        assert app.notices[-1].startswith("Typing needs the role editor")


async def test_going_to_a_line() -> None:
    app = EditorApp(text_document(LINES))
    async with app.run_test(size=(60, 10)) as pilot:
        await pilot.press("ctrl+l", "4", "2", "enter")
        assert app.pane.where() == "42:1"
        await pilot.press("ctrl+l", "4", "2", "colon", "3", "enter")
        assert app.pane.where() == "42:3"
        await pilot.press("ctrl+l", "-", "2", "enter")
        assert app.pane.where() == "40:1"
        await pilot.press("ctrl+l", "5", "0", "%", "enter")
        assert app.pane.where() == "50:1"
        await pilot.press("ctrl+l", "x", "enter")
        assert app.notices == ["x: not a line; it is 12, 12:5, +10 or 50%"]
        app.pane.recall({"line": 9, "column": 2, "length": 3})
        assert app.pane.editor.selected == "ne "
        await pilot.press("ctrl+l", "9", "9", "9", "enter")
        assert app.pane.where() == "101:1"


# --- other people --------------------------------------------------------------------------------


async def test_others_typing_above_moves_neither_caret_nor_scroll() -> None:
    document = text_document(LINES)
    app = EditorApp(document)
    async with app.run_test(size=(40, 10)) as pilot:
        await pilot.press("pagedown", "pagedown", "right")
        before = rows(app.pane)
        place = app.pane.editor.place()
        type_remotely(document, [Splice(0, 0, "new\n" * 5)])
        await settled(pilot)
        assert rows(app.pane) == before
        assert app.pane.editor.place() == (place[0] + 5, place[1])
        type_remotely(document, [Splice(0, 20, "")], n=1)
        await settled(pilot)
        assert rows(app.pane) == before
        assert app.pane.editor.place() == place


async def test_with_my_caret_out_of_sight_the_first_row_stays() -> None:
    document = text_document(LINES)
    app = EditorApp(document)
    async with app.run_test(size=(40, 10)) as pilot:
        app.pane.scroll_rows(50)
        before = rows(app.pane)
        type_remotely(document, [Splice(10, 3, "a\nb\nc\n"), Splice(15, 0, "x\n")])
        await settled(pilot)
        assert rows(app.pane) == before
        assert app.pane.editor.caret == 0
        type_remotely(document, [Splice(len(LINES), 0, "end\n")], n=1)
        await settled(pilot)
        assert rows(app.pane) == before


async def test_others_are_seen_with_their_name_for_a_while(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(canvas, "NAMED_FOR", 0.05)
    monkeypatch.setattr("cocalc_tui.widgets.editor.visitors.NAMED_FOR", 0.05)
    document = text_document(LINES)
    app = EditorApp(document)
    wire = standing(14)
    async with app.run_test(size=(40, 10)) as pilot:
        document.somebody_moved("c1", "boris\x1b]0;x", {**wire, "anchor": 20})
        assert "boris␛]0;x" in rows(app.pane)[1]
        assert rows(app.pane)[2] == " line 2"
        for _ in range(500):
            if not app.pane.visitors.named:
                break
            await pilot.pause(0.01)
        assert rows(app.pane)[1] == " line 1"
        type_remotely(document, [Splice(0, 0, "x\n")])
        assert app.pane.visitors.shown[0].caret == 16
        document.somebody_moved("c1", "boris", None)
        assert app.pane.visitors.shown == ()


async def test_a_name_goes_from_where_a_fold_or_scrolling_left_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(canvas, "NAMED_FOR", 3600.0)
    monkeypatch.setattr("cocalc_tui.widgets.editor.visitors.NAMED_FOR", 3600.0)
    document = text_document("x\ndef f():\n    a\n    b\n    c\nd\n" + LINES, "a.py")
    app = EditorApp(document)
    async with app.run_test(size=(40, 8)) as pilot:
        document.somebody_moved("c1", "boris", standing(19))
        await settled(pilot)
        assert app.pane.painter.rows_of_names() == [(2, 2)]
        await pilot.press("down", "alt+minus")
        await settled(pilot)
        assert app.pane.painter.rows_of_names() == [(0, 0)]
        app.pane.scroll_rows(1)
        await settled(pilot)
        assert app.pane.painter.rows_of_names() == [(0, 0), (2, 2)]
        monkeypatch.setattr("cocalc_tui.widgets.editor.visitors.NAMED_FOR", 0.0)
        app.pane._names_fade()
        await settled(pilot)
        assert app.pane.painter.rows_of_names() == [(0, 0)]  # out of sight


async def test_others_stay_at_their_text_when_i_type_and_take_away() -> None:
    document = text_document("one\ntwo")
    app = EditorApp(document)
    async with app.run_test(size=(40, 6)) as pilot:
        document.somebody_moved("c1", "boris", standing(7))
        await pilot.press("x")
        assert app.pane.visitors.shown[0].caret == 8
        await pilot.press("ctrl+z", "delete")
        assert app.pane.visitors.shown[0].caret == 6
        await pilot.press("ctrl+a", "delete")
        await settled(pilot)
        assert app.pane.visitors.shown[0].caret == 0
        assert rows(app.pane)[0] == ""


async def test_a_place_beyond_the_text_does_no_harm() -> None:
    document = text_document("one")
    app = EditorApp(document)
    async with app.run_test(size=(40, 6)) as pilot:
        wire = standing(10**12)
        document.somebody_moved("c1", "boris", {**wire, "anchor": 10**15})
        await settled(pilot)
        assert app.pane.visitors.shown[0].caret == 3


async def test_my_place_is_told_while_the_keyboard_is_here(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    document = text_document("one\ntwo")
    told: list[Place | None] = []
    monkeypatch.setattr(document, "stand", told.append)
    app = EditorApp(document)
    async with app.run_test(size=(40, 6)) as pilot:
        await pilot.press("right", "shift+right")
        assert told[-1] == Place(MAIN, 2, 1)


async def test_another_log_of_the_document_is_taken_up() -> None:
    document = text_document("one\ntwo\nthree\n")
    app = EditorApp(document)
    async with app.run_test(size=(40, 6)) as pilot:
        await pilot.press("ctrl+end")
        document.load(text_document("other").replica, 1)
        await settled(pilot)
        assert rows(app.pane)[0] == " other"
        await pilot.press("x")
        assert "x" in str(document.replica.text())


# --- for the app ---------------------------------------------------------------------------------


async def test_a_view_is_remembered() -> None:
    app = EditorApp(text_document(LINES))
    async with app.run_test(size=(40, 10)) as pilot:
        await pilot.press("ctrl+end", "up", "alt+z")
        memento = app.pane.memento()
    again = EditorApp(text_document(LINES))
    again.pane.recall(memento)
    async with again.run_test(size=(40, 10)):
        assert again.pane.where() == "100:1"
        assert again.pane.memento() == memento
        again.pane.recall({"caret": "x", "top": None})
        assert again.pane.where() == "100:1"


async def test_news_may_come_from_anywhere() -> None:
    document = text_document(LINES, "a.py")
    app = EditorApp(document)
    async with app.run_test(size=(40, 6)) as pilot:
        Context().run(type_remotely, document, [Splice(0, 0, "x = 'new'\n")])
        Context().run(document.somebody_moved, "c1", "boris", standing(12))
        await settled(pilot)
        assert "boris" in rows(app.pane)[1]
        assert app.pane.colours.spans(0) == ((2, 3, "operator"), (4, 9, "string"))
