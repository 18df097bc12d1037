"""The pane as a person meets it: typing, the mouse, what is remembered of it."""

from __future__ import annotations

from contextvars import Context

from textual import events

from cocalc_tui.protocol.messages import Role
from cocalc_tui.sync.patch import Splice
from cocalc_tui.widgets.editor.pane import EditorPane
from cocalc_tui.widgets.typed import TypedKey
from tests.widgets.editor.app import CODE, LINES, EditorApp, carets, rows, settled
from tests.widgets.editor.texts import standing, text_document, type_remotely


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


# --- the mouse ------------------------------------------------------------------------------------


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


# --- for the app ----------------------------------------------------------------------------------


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
