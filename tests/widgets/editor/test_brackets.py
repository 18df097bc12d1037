"""Which bracket belongs to which."""

from __future__ import annotations

import pytest
from rich.color import Color

from cocalc_tui.sync.buffer import TextBuffer
from cocalc_tui.widgets.editor import brackets
from cocalc_tui.widgets.editor.pane import EditorPane
from tests.widgets.editor.app import EditorApp, rows
from tests.widgets.editor.texts import text_document


@pytest.mark.parametrize(
    ("text", "at", "pair"),
    [
        ("f(a[1], (b))", 1, (1, 11)),
        ("f(a[1], (b))", 12, (11, 1)),
        ("f(a[1], (b))", 3, (3, 5)),
        ("{\n  x()\n}", 0, (0, 8)),
        ("{\n  x()\n}", 9, (8, 0)),
        ("(a", 0, None),
        ("ab", 1, None),
        ("(]", 0, None),
    ],
)
def test_pairs(text: str, at: int, pair: tuple[int, int] | None) -> None:
    assert brackets.pair_at(TextBuffer(text), at) == pair


def test_brackets_in_strings_do_not_count() -> None:
    text = 'f(")", x)'
    spans = {0: ((2, 5, "string"),)}
    assert brackets.pair_at(TextBuffer(text), 1, lambda line: spans[line]) == (1, 8)
    assert brackets.pair_at(TextBuffer(text), 3, lambda line: spans[line]) is None


def test_the_bracket_around() -> None:
    buffer = TextBuffer("f(a, [b], c)")
    assert brackets.around(buffer, 10, "()") == 1
    assert brackets.around(buffer, 6, "[]") == 5
    assert brackets.around(buffer, 0, "()") is None


def lit(pane: EditorPane) -> str:
    """What is drawn as a bracket at the caret."""
    ground = pane.painter.look.bracket.bgcolor
    return "".join(
        segment.text
        for y in range(pane.size.height)
        for segment in pane.render_line(y)
        if segment.style and segment.style.bgcolor == ground and segment.text.strip()
    )


async def test_the_partner_lights_up_and_is_gone_to() -> None:
    app = EditorApp(text_document("f(a,\n  b)\n", "a.py"))
    async with app.run_test(size=(40, 6)) as pilot:
        await pilot.press("right")
        for _ in range(200):
            if lit(app.pane):
                break
            await pilot.pause(0.01)
        assert lit(app.pane) == ")"
        await pilot.press("alt+m")
        assert app.pane.where() == "2:4"
        await pilot.press("left", "alt+m")
        assert app.pane.where() == "1:2"


async def test_white_space_has_marks_when_asked_for() -> None:
    app = EditorApp(text_document("a  b\tc \n", "a.py"))
    async with app.run_test(size=(40, 6)) as pilot:
        assert rows(app.pane)[0] == " 1 a  b    c"
        app.pane.do_marks()
        await pilot.pause()
        assert rows(app.pane)[0] == " 1 a··b→   c·"
        faint = app.pane.painter.look.space.color
        assert isinstance(faint, Color)
        styles = {part.text: part.style for part in app.pane.render_line(0)}
        assert styles["··"] is not None
        assert styles["··"].color == faint


async def test_words_are_counted() -> None:
    app = EditorApp(text_document("one two\nthree\n"))
    async with app.run_test(size=(40, 6)) as pilot:
        app.pane.do_count()
        await pilot.press("ctrl+shift+right")
        app.pane.do_count()
        assert app.notices == [
            "3 words, 14 characters, 2 lines in all",
            "1 word, 3 characters, 1 line selected",
        ]
