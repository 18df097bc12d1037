"""Finding, replacing and going to a line, by key."""

from __future__ import annotations

from typing import Any

import pytest
from textual.pilot import Pilot

from cocalc_tui.protocol.messages import Role
from cocalc_tui.sync.patch import Splice
from tests.widgets.editor.app import LINES, EditorApp, rows
from tests.widgets.editor.texts import text_document, type_remotely


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


async def test_what_was_searched_for_last_is_only_offered_for_replacing() -> None:
    document = text_document("one two two\n")
    app = EditorApp(document)
    async with app.run_test(size=(100, 10)) as pilot:
        await pilot.press("ctrl+f", *"one", "escape", "ctrl+home")
        await pilot.press("alt+r", *"two", "tab", "x", "alt+a")
        assert str(document.replica.text()) == "one x x\n"
        # What is selected is what one means.
        await pilot.press(
            "escape", "ctrl+home", "ctrl+shift+right", "alt+r", "ctrl+a", "y", "alt+a"
        )
        assert str(document.replica.text()) == "y x x\n"


async def test_replacing_only_in_the_selection() -> None:
    document = text_document("a\na\na\na\n")
    app = EditorApp(document)
    async with app.run_test(size=(100, 10)) as pilot:
        await pilot.press("down", "shift+down", "shift+down", "ctrl+f", "a")
        type_remotely(document, [Splice(0, 0, "aaa\n")])
        await pilot.press("alt+l")
        assert "1 of 2" in rows(app.pane)[-1]
        await pilot.press("tab", "b", "alt+a")
        assert str(document.replica.text()) == "aaa\na\nb\nb\na\n"
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
