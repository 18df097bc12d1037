"""The window on the cells: what is held stays in its place whatever happens elsewhere."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from cocalc_tui.notebook import schema
from cocalc_tui.sync.patch import Splice, TextChange
from cocalc_tui.widgets.highlight import PLAIN
from cocalc_tui.widgets.notebook.cell import GAP, Part, Setting
from cocalc_tui.widgets.notebook.look import dark_look
from cocalc_tui.widgets.notebook.stack import Stack
from cocalc_tui.widgets.notebook.window import Window
from tests.widgets.notebook.desk import Somebody, cell, document_of, printed


def stack_of(count: int, chance: random.Random, width: int = 40) -> Stack:
    """Cells of all kinds, some much higher than they are taken to be."""
    cells = []
    for number in range(count):
        text = "\n".join(["word " * chance.randint(1, 20)] * chance.randint(1, 4))
        if chance.random() < 0.3:
            cells.append(cell(f"# T{number}\n\n{text}\n\n- x\n- y", "markdown"))
        else:
            table = "<table>" + "<tr><td>1</td></tr>" * chance.randint(1, 30) + "</table>"
            shown = {"output_type": "display_data", "metadata": {}, "data": {"text/html": table}}
            outputs = [printed("line\n" * chance.randint(0, 80)), shown]
            cells.append(cell(text, "code", *outputs[: chance.randint(0, 2)]))
    document = document_of(cells)
    stack = Stack(document, lambda *_: None, Setting(width, dark_look(), PLAIN))
    stack.update()
    return stack


def shown(stack: Stack, window: Window) -> list[tuple[str, Part, int]]:
    """What each row of the screen shows, by cell."""
    found = [stack.at(window.top + y) for y in range(window.scroll.height)]
    return [(one[0].key, *one[1]) for one in found if one]


def check(stack: Stack, window: Window) -> None:
    """Rows follow each other without gaps, and everything on the screen is drawn."""
    rows = 0
    for one in stack:
        assert stack.top(one.key) == rows
        rows += one.height
        assert stack.at(rows - 1) is not None
    assert stack.total == rows + GAP if len(stack) else stack.total == 0
    for one in stack.between(window.top, window.bottom):
        assert one.settled


@given(st.integers(0, 2**32), st.integers(4, 40))
def test_scrolling_moves_rows_and_nothing_else(seed: int, height: int) -> None:
    chance = random.Random(seed)
    stack = stack_of(12, chance)
    window = Window(stack, lambda: None)
    window.scroll.height = height
    window.to(0)
    for _ in range(20):
        before, top = shown(stack, window), window.top
        by = chance.choice([3, -3, 1, -1, height - 1, 1 - height])
        window.to(top + by)
        check(stack, window)
        after = shown(stack, window)
        common = [row for row in before if row in after]
        # Whatever is on both screens moved by one and the same number of rows.
        assert len({before.index(row) - after.index(row) for row in common}) <= 1
        if window.top not in (0, stack.total - height):
            assert not common or before.index(common[0]) - after.index(common[0]) == by


@given(st.integers(0, 2**32))
def test_a_held_row_stays(seed: int) -> None:
    chance = random.Random(seed)
    stack = stack_of(12, chance)
    document = stack._document
    mine = chance.choice(stack.cells).key
    window = Window(stack, lambda: (mine, GAP) if mine in stack else None)
    window.scroll.height = 20
    window.show(lambda: (stack.top(mine), stack.top(mine) + 3))
    bob = Somebody(document)
    for number in range(12):
        held = window.hold()
        assert held.caret
        keys = [cell.key for cell in stack if cell.key != mine]
        what = chance.randint(0, 2)
        if what == 0 and keys:
            bob.does(*schema.delete_cells([chance.choice(keys)]))
            stack.update()
        elif what == 1:
            index = chance.randint(0, len(stack))
            text = "new\n" * chance.randint(1, 9)
            key = f"{seed % 2**48:012x}{number:04x}"
            bob.does(*schema.insert_cell(document.replica, key, index, "code", text))
            stack.update()
        elif keys:
            at = schema.input_of(chance.choice(keys))
            bob.does(Splice(0, 0, "x\n" * chance.randint(1, 9), at))
            changes = document.replica.patch(document.replica.heads[0])
            splice = changes.ops[0]
            assert isinstance(splice, Splice)
            stack.changed([TextChange(at, 0, 0, splice.insert, changes.id)])
        window.keep(held)
        check(stack, window)
        row = stack.source_top(mine) - window.top
        # Only the top of the notebook keeps a row from staying where it was.
        assert row == held.on_screen or (window.top == 0 and row < held.on_screen)


def test_jumping_lands_where_it_was_aimed() -> None:
    stack = stack_of(40, random.Random(3))
    window = Window(stack, lambda: None)
    window.scroll.height = 20
    window.to(0)
    window.to(stack.total)
    check(stack, window)
    assert shown(stack, window)[-1][0] == stack.cells[-1].key
    window.to(stack.total // 2)
    check(stack, window)
    window.to(0)
    assert shown(stack, window)[0] == (stack.cells[0].key, Part.GAP, 0)


def test_the_notebook_may_end_above_the_foot_of_the_screen() -> None:
    """What I look at stays though all below it goes."""
    stack = stack_of(30, random.Random(4))
    window = Window(stack, lambda: None)
    window.scroll.height = 20
    window.to(stack.total // 2)
    held, before = window.hold(), shown(stack, window)
    first = stack.between(window.top, window.top)[0]
    below = [cell.key for cell in stack.cells[stack.place(first.key) + 1 :]]
    Somebody(stack._document).does(*schema.delete_cells(below))
    stack.update()
    window.keep(held)
    after = shown(stack, window)
    assert after == before[: len(after)]
    assert after
