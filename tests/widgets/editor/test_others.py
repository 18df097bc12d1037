"""Other people in a pane: what they type, where they are, and where they see me."""

from __future__ import annotations

import pytest

from cocalc_tui.client.places import Place
from cocalc_tui.sync.patch import MAIN, Splice
from cocalc_tui.widgets.editor import canvas
from tests.widgets.editor.app import LINES, EditorApp, rows, settled
from tests.widgets.editor.texts import standing, text_document, type_remotely


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
