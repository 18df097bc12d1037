"""Folding: what folds, what stays folded, what a view shows of it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cocalc_tui.sync.buffer import TextBuffer
from cocalc_tui.sync.patch import Splice
from cocalc_tui.widgets.editor import folding, heights, rough
from cocalc_tui.widgets.editor import view as view_module
from cocalc_tui.widgets.editor.folds import Folds
from cocalc_tui.widgets.editor.pane import EditorPane
from cocalc_tui.widgets.editor.view import View
from cocalc_tui.widgets.highlight import language_of
from tests.widgets.editor.app import EditorApp, rows
from tests.widgets.editor.texts import text_document, type_remotely

CODE = """\
class A:
    def f(self):
        return 1

    def g(self):
        x = [
            1,
        ]
        return x

print(A())
"""
PROSE = "# One\ntext\n\n## Two\nmore\n\n```py\ncode\n```\n# Three\nend\n"
TEX = "\\section{A}\na\n\\begin{x}\nb\n\\end{x}\n\\section{B}\n"
FOLDS = st.lists(st.tuples(st.integers(0, 12), st.integers(0, 12)), max_size=4)
TEXTS = st.text(st.sampled_from("ab \n\n"), max_size=40)


def folds_of(text: str, path: str) -> list[tuple[int, int]]:
    return list(folding.all_folds(View(TextBuffer(text)), language_of(path)))


# --- what folds ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "path", "line", "last"),
    [
        (CODE, "a.py", 0, 8),
        (CODE, "a.py", 1, 2),
        (CODE, "a.py", 5, 7),
        (CODE, "a.py", 2, None),
        (CODE, "a.py", 3, None),
        (PROSE, "a.md", 0, 8),
        (PROSE, "a.md", 3, 8),
        (PROSE, "a.md", 6, 8),
        (PROSE, "a.md", 1, None),
        (TEX, "a.tex", 0, 4),
        (TEX, "a.tex", 2, 4),
        ("a:\n\tb\n", "x.yml", 0, 1),
    ],
)
def test_what_folds_below_a_line(text: str, path: str, line: int, last: int | None) -> None:
    view, language = View(TextBuffer(text)), language_of(path)
    found = folding.fold_at(view, line, language)
    assert found == (None if last is None else (line, last))
    assert folding.is_head(view, line, language) is (last is not None)


def test_all_that_folds_and_what_is_around() -> None:
    assert folds_of(CODE, "a.py") == [(0, 8)]
    assert folds_of(PROSE, "a.md") == [(0, 8), (9, 10)]
    view, language = View(TextBuffer(CODE)), language_of("a.py")
    assert folding.fold_around(view, 2, language) == (1, 2)
    assert folding.fold_around(view, 8, language) == (4, 8)
    assert folding.fold_around(view, 10, language) is None


# --- staying folded ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("first", "last", "added", "after", "whole"),
    [
        (0, 1, 1, [(4, 7)], True),
        (9, 9, 0, [(3, 6)], True),
        (4, 4, 0, [(3, 6)], True),
        (4, 6, 2, [(3, 8)], True),
        (3, 3, 0, [(3, 6)], True),
        (3, 4, 1, [], False),
        (4, 4, -1, [(3, 5)], True),
        (6, 6, -1, [], False),
        (2, 2, -2, [], False),
    ],
)
def test_folds_stay_with_their_lines(
    first: int, last: int, added: int, after: list[tuple[int, int]], whole: bool
) -> None:
    folds = Folds()
    folds.add(3, 6)
    assert folds.changed(first, last, added) is whole
    assert list(folds) == after


def test_folds_within_folds() -> None:
    folds = Folds()
    folds.set([(1, 9), (3, 5), (12, 14)])
    assert folds.cover(4) == (2, 9)
    assert folds.cover(1) is None
    assert list(folds.hidden(5, 13)) == [(5, 9), (13, 13)]
    assert folds.reveal(4)
    assert list(folds) == [(12, 14)]
    assert not folds.reveal(12)


@given(
    TEXTS, st.lists(FOLDS, min_size=1, max_size=3), st.floats(0, 1), st.floats(0, 1), TEXTS,
    st.sampled_from(["", "wrap", "guess"]), st.sampled_from([0, 50]),
)  # fmt: skip
def test_a_folded_view_is_as_measured_anew(
    text: str,
    folds: list[list[tuple[int, int]]],
    low: float,
    high: float,
    insert: str,
    how: str,
    refolded: int,
) -> None:
    """`how`: wrapped or not, or wrapped with rows that are guessed until somebody looks."""
    buffer, wrap = TextBuffer(text), bool(how)
    with pytest.MonkeyPatch.context() as patch:
        for module in (heights, rough):
            patch.setattr(module, "BLOCK", 4)
        patch.setattr(view_module, "MOST_MEASURED", 0 if how == "guess" else 4_000)
        patch.setattr(view_module, "MOST_REFOLDED", refolded)
        view = View(buffer)
        view.moved = lambda row, by: None
        view.resize(7, wrap=wrap)
        for wanted in folds:
            view.fold(wanted)
            view.settled(int(high * (view.height - 1)))
        start = int(low * len(buffer))
        delete = int(high * (len(buffer) - start))
        buffer.splice(start, delete, insert)
        view.changed(start, start + len(insert))
    for line in range(view.lines):
        view.top(line)
    fresh = View(buffer)
    fresh.resize(7, wrap=wrap)
    fresh.fold(list(view.folds))
    assert view.height == fresh.height >= 1
    for row in range(view.height):
        assert view.at(row) == fresh.at(row)
        line, part = view.at(row)
        assert view.showing(line) == line
        assert view.top(line) + part == row
    for offset in range(len(buffer) + 1):
        row, _ = view.place(offset)
        assert 0 <= row < view.height
        assert view.at(row)[0] == view.showing(buffer.row_col(offset)[0])


# --- in a pane -----------------------------------------------------------------------------------


async def test_folding_by_key() -> None:
    app = EditorApp(text_document(CODE, "a.py"))
    async with app.run_test(size=(40, 14)) as pilot:
        await pilot.press("down", "alt+-")
        assert rows(app.pane)[1:4] == [
            "  2▸    def f(self): ⋯ 1 line",
            "  4",
            "  5     def g(self):",
        ]
        await pilot.press("down", "right")
        assert app.pane.where() == "5:1"
        await pilot.press("left", "left")
        assert app.pane.where() == "2:17"
        await pilot.press("right")
        assert app.pane.where() == "4:1"
        await pilot.press("alt+_")
        assert [row[4:] for row in rows(app.pane)[:3]] == ["class A:  ⋯ 8 lines", "", "print(A())"]
        assert app.pane.where() == "1:9"
        await pilot.press("alt+=")
        assert app.pane.editor.view.height == 12


async def test_going_into_a_fold_opens_it() -> None:
    app = EditorApp(text_document(CODE, "a.py"))
    async with app.run_test(size=(40, 14)) as pilot:
        await pilot.press("alt+-", "ctrl+f", "r", "e", "t", "u", "r", "n", "escape")
        assert app.pane.where() == "3:15  6 selected"
        assert app.pane.editor.view.height == 12


async def test_lines_folded_away_go_with_their_head() -> None:
    document = text_document(CODE, "a.py")
    app = EditorApp(document)
    async with app.run_test(size=(40, 14)) as pilot:
        await pilot.press("down", "alt+-", "ctrl+x")
        assert str(document.replica.text()).startswith("class A:\n\n    def g")


async def test_folding_by_mouse() -> None:
    app = EditorApp(text_document(CODE, "a.py"))
    async with app.run_test(size=(40, 14)) as pilot:
        gutter = app.pane.painter.gutter
        await pilot.click(EditorPane, offset=(gutter - 1, 4))
        assert app.pane.editor.view.height == 8
        await pilot.click(EditorPane, offset=(gutter + 20, 4))
        assert app.pane.editor.view.height == 12
        await pilot.click(EditorPane, offset=(1, 10))
        assert app.pane.editor.selected == "print(A())\n"


async def test_what_others_type_leaves_folds_and_screen() -> None:
    document = text_document("x\n" * 30 + CODE, "a.py")
    app = EditorApp(document)
    async with app.run_test(size=(40, 14)) as pilot:
        app.pane.go_to_line(30)
        await pilot.press("alt+-")
        before = [row[4:] for row in rows(app.pane)]
        type_remotely(document, [Splice(0, 0, "new\nnew\n")])
        await pilot.pause()
        assert [row[4:] for row in rows(app.pane)] == before
        memento = app.pane.memento()
    again = EditorApp(document)
    again.pane.recall(memento)
    async with again.run_test(size=(40, 14)):
        assert again.pane.editor.view.height == app.pane.editor.view.height
        again.pane.recall({"caret": 0, "folds": ["x", [1], [1, "y"], 7]})
        assert again.pane.editor.view.height == 44


async def test_two_views_have_each_their_own() -> None:
    document = text_document("one\n" * 40, "a.py")
    app = EditorApp(document)
    other = EditorPane(document)
    async with app.run_test(size=(40, 20)) as pilot:
        await app.mount(other)
        await pilot.pause()
        other.go_to_line(30)
        before: Any = rows(other)
        app.pane.focus()
        await pilot.press("enter", "x", "enter")
        assert [row[4:] for row in rows(other)] == [row[4:] for row in before]
        assert other.editor.place() == (32, 0)
        assert app.pane.editor.place() == (2, 0)
