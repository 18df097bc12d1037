"""What programs wrote, on our screen and on tmux's; and for who comes in the middle of it.

`make fuzz` looks at every byte (`python -m tests.server.terminals.joining`).
"""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from cocalc_tui.server.terminals.screen import Screen
from cocalc_tui.widgets.terminal.rows import cell_parts, row_text
from tests.server.terminals.disagree import DISAGREE
from tests.server.terminals.edges import ALL, NEITHER
from tests.server.terminals.joining import join_at
from tests.server.terminals.reference import COLUMNS, LINES, Shown, Tmux, ours, tmux
from tests.server.terminals.sequences import FULL, SEQUENCES

FOLDER = Path(__file__).parent / "corpus"
MARKS: dict[str, list[int]] = json.loads((FOLDER / "marks.json").read_text("utf-8"))
PLACES = 25
"""How many of the bytes of a recording somebody joins at."""


ANEW = b"\x18\x1b[?1049l\x1bc"
"""Ends what was begun and resets the terminal: one pane of tmux is enough."""


def recorded(name: str) -> bytes:
    return gzip.decompress((FOLDER / f"{name}.gz").read_bytes())


EMOJI = {
    "a family": "👨‍👩‍👧‍👦",
    "a flag": "🇪🇺",
    "a sign as emoji": "❤️",
    "a hand with its colour": "👋🏽",
    "a key": "1️⃣",
    "a rainbow flag": "🏳️‍🌈",
    "one alone": "😀",
}
"""On which terminals disagree; each takes two cells here."""


@pytest.fixture(scope="module")
def server() -> Iterator[Tmux]:
    with tmux() as started:
        yield started


@pytest.mark.needs_tmux
@pytest.mark.parametrize("program", MARKS)
def test_a_program_looks_as_in_tmux(program: str, server: Tmux) -> None:
    data, screen = recorded(program), Screen(COLUMNS, LINES)
    pieces = [data[first:last] for first, last in pairwise([0, *MARKS[program]])]
    for number, (piece, reference) in enumerate(
        zip(pieces, server.follow(program, pieces), strict=True)
    ):
        screen.feed(piece)
        assert_same(ours(screen), reference, f"{program} at {number}")


@pytest.mark.needs_tmux
def test_sequences_do_what_they_do_in_tmux(server: Tmux) -> None:
    alike = {what: data for what, data in ALL.items() if what not in DISAGREE}
    shown = server.follow("sequences", [ANEW + data for data in alike.values()])
    for (what, data), reference in zip(alike.items(), shown, strict=True):
        assert_same(ours(fed(data)), reference, what)


@pytest.mark.parametrize("what", DISAGREE)
def test_where_tmux_is_no_reference(what: str) -> None:
    _, rows = DISAGREE[what]
    shown = ours(fed(ALL[what])).text
    assert {y: shown[y] for y in rows} == rows


@pytest.mark.parametrize("what", NEITHER)
def test_what_is_not_known_changes_nothing(what: str) -> None:
    assert ours(fed(NEITHER[what])).text == ours(fed(FULL)).text


@pytest.mark.parametrize("what", EMOJI)
def test_an_emoji_takes_two_cells_and_shifts_nothing(what: str) -> None:
    screen = fed(f"{EMOJI[what]}|\x1b[1;40H|".encode())
    (row, *_), cursor = screen.frame()[:2]
    assert cursor == (40, 0)
    assert row_text(row) == f"{EMOJI[what]}|{' ' * 36}|"
    widths = [width for _, width in cell_parts(row_text(row))]
    assert widths == [2, *[1] * 38]


@pytest.mark.parametrize("program", MARKS)
def test_who_comes_in_the_middle_has_the_same_screen(program: str) -> None:
    data = recorded(program)
    step = max(len(data) // PLACES, 1)
    join_at(data, [*range(1, len(data), step), len(data)])


def test_who_comes_at_any_byte_of_a_sequence_has_the_same_screen() -> None:
    for what in ("moving", "regions", "alternate", "wide", "erased, then nothing, then text"):
        join_at(SEQUENCES[what], range(1, len(SEQUENCES[what]) + 1))


@pytest.mark.parametrize("what", ALL)
def test_in_any_pieces_it_is_the_same(what: str) -> None:
    data, pieces = ALL[what], Screen(COLUMNS, LINES)
    for piece in re.findall(rb"(?s).{1,3}", data):
        pieces.feed(piece)
    assert pieces.frame() == fed(data).frame()


def fed(data: bytes) -> Screen:
    screen = Screen(COLUMNS, LINES)
    screen.feed(data)
    return screen


def assert_same(shown: Shown, reference: Shown, what: str) -> None:
    assert shown.text == reference.text, what
    assert shown == reference, what
