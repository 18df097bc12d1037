"""Tokens are carried along with the text until somebody looks again."""

from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st

from cocalc_tui.sync.buffer import TextBuffer
from cocalc_tui.widgets.editor.colours import AROUND, Colours
from cocalc_tui.widgets.editor.view import View
from cocalc_tui.widgets.highlight import language_of

CODE = "def f(x):\n    '''doc'''\n    return x + 1  # sum\n\nclass A:\n    y = f(2)\n"


class Typed:
    """Some code with its colours."""

    def __init__(self, text: str = CODE) -> None:
        self.buffer = TextBuffer(text)
        self.view = View(self.buffer)
        self.colours = Colours(self.view, language_of("a.py"))
        self.colours.refresh(0, 9)

    def splice(self, pos: int, delete: int, insert: str) -> None:
        self.buffer.splice(pos, delete, insert)
        self.colours.changed(self.view.changed(pos, pos + len(insert)))

    def coloured(self, line: int) -> list[tuple[str, str]]:
        text = self.view.text(line)
        return [(text[start:end], token) for start, end, token in self.colours.spans(line)]


def test_typing_within_a_token_takes_its_colour() -> None:
    typed = Typed()
    typed.splice(CODE.index("oc'''"), 0, "xx")
    assert typed.coloured(1) == [("'''dxxoc'''", "string")]
    assert typed.colours.stale


def test_text_behind_moves_with_its_colours() -> None:
    typed = Typed()
    typed.splice(CODE.index("x + 1"), 0, "abc * ")
    assert ("# sum", "comment") in typed.coloured(2)
    assert ("1", "number") in typed.coloured(2)


def test_a_new_line_takes_its_colours_along() -> None:
    typed = Typed()
    typed.splice(CODE.index("  # sum"), 0, "\n")
    assert typed.coloured(2)[0] == ("return", "keyword")
    assert typed.coloured(3) == [("# sum", "comment")]
    assert typed.coloured(5)[0] == ("class", "keyword")


def test_lines_that_go_take_their_colours_with_them() -> None:
    typed = Typed()
    start = CODE.index("    '''")
    typed.splice(start, CODE.index("    return") - start, "")
    assert typed.coloured(1)[0] == ("return", "keyword")


def test_looking_again_tells_which_lines_are_other() -> None:
    typed = Typed()
    typed.splice(0, 0, "#")
    assert typed.colours.refresh(0, 9) == [0]
    assert typed.coloured(0) == [("#def f(x):", "comment")]
    assert not typed.colours.stale
    assert typed.colours.refresh(0, 9) == []


def test_changes_before_the_window_move_it() -> None:
    typed = Typed("import os\n" * 500 + CODE)
    typed.colours.refresh(500, 505)
    typed.splice(0, 0, "x\ny\n")
    assert typed.coloured(502)[0] == ("def", "keyword")
    assert typed.colours.covers(502, 505)
    assert not typed.colours.covers(0, 10)


def test_a_window_begins_outside_of_a_string() -> None:
    typed = Typed("x = '''\n" + "text\n" * 300 + "'''\ndef f(): pass\n" + "    y = 'z'\n" * 150)
    last = typed.view.lines - 2
    typed.colours.refresh(last - 5, last)
    assert ("'z'", "string") in typed.coloured(last)


def test_a_big_change_waits_for_the_next_look() -> None:
    typed = Typed(CODE * 200)
    typed.splice(len("def f(x):\n"), len(CODE) * 150, "new\n" * 400)
    assert typed.colours.spans(3) == ()
    typed.colours.refresh(0, 40)
    assert typed.colours.covers(0, 40 + AROUND)
    typed.colours.forget()
    assert typed.colours.spans(0) == ()


@given(
    st.lists(
        st.tuples(st.floats(0, 1), st.integers(0, 30), st.text(st.sampled_from("a'#\n (é"))),
        max_size=6,
    )
)
def test_carried_tokens_lie_within_their_lines(edits: list[tuple[float, int, str]]) -> None:
    typed = Typed()
    for where, delete, insert in edits:
        pos = round(where * len(typed.buffer))
        typed.splice(pos, min(delete, len(typed.buffer) - pos), insert)
        for line in range(typed.view.lines):
            spans = typed.colours.spans(line)
            assert all(0 <= a < b <= len(typed.view.text(line)) for a, b, _ in spans)
            assert all(a[1] <= b[0] for a, b in itertools.pairwise(spans))
    typed.colours.refresh(0, 40)
    fresh = Typed(str(typed.buffer))
    fresh.colours.refresh(0, 40)
    lines = range(min(5, typed.view.lines))
    assert [typed.coloured(line) for line in lines] == [fresh.coloured(line) for line in lines]
