"""Vim's and Emacs' keys in a pane."""

from __future__ import annotations

import pytest

from cocalc_tui.protocol.messages import Role
from cocalc_tui.widgets.actions import Keymap
from cocalc_tui.widgets.editor.keysets import SETS, with_own
from cocalc_tui.widgets.editor.kills import MOST, KillRing
from cocalc_tui.widgets.registry import registry
from tests.widgets.editor.app import EditorApp, rows
from tests.widgets.editor.texts import text_document

TEXT = "one two\nthree\n"


@pytest.mark.parametrize("chosen", SETS)
def test_every_set_names_actions_and_keys_that_are_there(chosen: str) -> None:
    Keymap(registry(), with_own(chosen, {}))


def test_a_persons_own_keys_come_first() -> None:
    keymap = Keymap(registry(), with_own("emacs", {"text.select_all": ["ctrl+a"]}))
    assert keymap.keys_of("text.select_all") == ("ctrl+a",)
    assert keymap.keys_of("text.line_start") == ()
    assert keymap.keys_of("text.end") == ("ctrl+e", "end")
    assert keymap.keys_of("large.last")[0] == keymap.keys_of("text.bottom")[0] == "alt+>"


# --- vim -----------------------------------------------------------------------------------------


async def test_vims_keys_in_a_pane() -> None:
    document = text_document(TEXT)
    app = EditorApp(document)
    app.pane.use_keys("vim")
    async with app.run_test(size=(40, 8)) as pilot:
        assert app.pane.mode() == "normal"
        await pilot.press("d", "w", "A", "!", "enter", "x", "escape")
        assert str(document.replica.text()) == "two!\nx\nthree\n"
        assert app.pane.mode() == "normal"
        await pilot.press("u", "u", "u")
        assert str(document.replica.text()) == TEXT
        await pilot.press("U", "&", "K")
        assert str(document.replica.text()) == TEXT
        assert app.notices[-3] == "`U` is none of the keys here, and types nothing"
        await pilot.press("2", "d")
        assert app.pane.mode() == "normal 2d"
        await pilot.press("escape", "ctrl+a", "G", "g", "g")
        assert app.pane.editor.selected == ""


async def test_vims_line_at_the_foot() -> None:
    document = text_document(TEXT)
    app = EditorApp(document)
    app.pane.use_keys("vim")
    async with app.run_test(size=(40, 8)) as pilot:
        await pilot.press("slash", "t", "w")
        assert rows(app.pane)[-1].strip() == "/tw"
        assert app.pane.painter.over.matches == [(4, 6)]
        await pilot.press("enter", "x")
        assert str(document.replica.text()) == "one wo\nthree\n"
        assert rows(app.pane)[-1] == ""
        await pilot.press("colon", "s", "slash", "o", "slash", "0", "slash", "g", "enter")
        assert str(document.replica.text()) == "0ne w0\nthree\n"


async def test_a_viewer_goes_about_in_vim_and_changes_nothing() -> None:
    document = text_document(TEXT)
    app = EditorApp(document, Role.VIEWER)
    app.pane.use_keys("vim")
    async with app.run_test(size=(40, 8)) as pilot:
        await pilot.press("j", "x", "d", "d", "i", "y", "escape")
        assert str(document.replica.text()) == TEXT
        assert app.pane.editor.place() == (1, 0)
        assert {notice.partition(",")[0] for notice in app.notices} == {
            "Typing needs the role editor"
        }


# --- emacs ---------------------------------------------------------------------------------------


async def test_emacs_keys_in_a_pane() -> None:
    document = text_document(TEXT)
    app = EditorApp(document, keys="emacs")
    async with app.run_test(size=(40, 8)) as pilot:
        await pilot.press("ctrl+k", "ctrl+k", "ctrl+n", "ctrl+y")
        assert str(document.replica.text()) == "three\none two\n"
        await pilot.press("ctrl+a", "ctrl+p", "alt+d", "ctrl+y", "alt+y")
        assert str(document.replica.text()) == "three\none two\n two\n"
        await pilot.press("alt+<", "ctrl+space", "alt+f")
        assert app.pane.editor.selected == "three"
        await pilot.press("ctrl+x", "ctrl+x")
        assert app.pane.editor.caret == 0
        assert app.pane.editor.selected == "three"
        await pilot.press("ctrl+w")
        assert str(document.replica.text()) == "\none two\n two\n"
        await pilot.press("ctrl+n", "ctrl+space", "ctrl+e", "alt+w", "ctrl+f", "ctrl+y")
        assert str(document.replica.text()) == "\none two\none two two\n"
        await pilot.press("ctrl+space", "ctrl+n", "ctrl+g", "ctrl+n")
        assert app.pane.editor.selected == ""


async def test_emacs_goes_to_where_a_line_begins_or_what_is_written_in_it() -> None:
    app = EditorApp(text_document("    one\n"), keys="emacs")
    async with app.run_test(size=(40, 8)) as pilot:
        await pilot.press("ctrl+e", "ctrl+a", "ctrl+a")
        assert app.pane.editor.place() == (0, 0)
        await pilot.press("alt+m")
        assert app.pane.editor.place() == (0, 4)
        await pilot.press("ctrl+a", "ctrl+k")
        assert str(app.pane.editor.buffer) == "\n"


async def test_emacs_finds_backwards() -> None:
    app = EditorApp(text_document("one on\none two on one"), keys="emacs")
    async with app.run_test(size=(60, 8)) as pilot:
        await pilot.press("alt+>", "ctrl+r", *"on")
        assert app.pane.editor.place() == (1, 13)
        await pilot.press("ctrl+r", "e")
        assert app.pane.editor.place() == (1, 3)
        await pilot.press("ctrl+s", "ctrl+r", "ctrl+r")
        assert app.pane.editor.place() == (0, 3)


async def test_transposing_and_killing_backwards() -> None:
    document = text_document("abc one two")
    app = EditorApp(document, keys="emacs")
    async with app.run_test(size=(40, 8)) as pilot:
        await pilot.press("ctrl+f", "alt+t")
        assert str(document.replica.text()) == "bac one two"
        await pilot.press("ctrl+e", "alt+backspace", "alt+backspace", "ctrl+y", "ctrl+l")
        assert str(document.replica.text()) == "bac one two"
        await pilot.press("alt+t", "alt+y")
        assert str(document.replica.text()) == "bac one tow"


def test_the_ring_turns_and_forgets() -> None:
    ring = KillRing()
    assert (ring.last, ring.turn()) == ("", "")
    for number in range(MOST + 5):
        ring.kill(str(number))
    assert (ring.last, ring.turn(), ring.turn()) == ("64", "63", "62")
    assert ring.kill("a", goes_on=True, before=True) == "a64"
