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
from tests.server.terminals.joining import join_at
from tests.server.terminals.reference import COLUMNS, LINES, Shown, Tmux, ours, tmux
from tests.server.terminals.sequences import SEQUENCES

FOLDER = Path(__file__).parent / "corpus"
MARKS: dict[str, list[int]] = json.loads((FOLDER / "marks.json").read_text("utf-8"))
PLACES = 25
"""How many of the bytes of a recording somebody joins at."""


def recorded(name: str) -> bytes:
    return gzip.decompress((FOLDER / f"{name}.gz").read_bytes())


DISAGREE: dict[str, tuple[str, dict[int, str]]] = {
    "HPA HPR VPA VPR": ("tmux knows no HPR and VPR", {0: " " * 9 + "a   b", 8: " " * 15 + "d"}),
    "BS after the last column": ("tmux steps back to the last column", {0: " " * 78 + "cb"}),
    "IL DL in a region": ("tmux leaves the column", {8: "*" + "H" * 79}),
    "IL DL outside of it": ("tmux does it outside, too", {1: "BB*" + "B" * 77, 19: "T" * 80}),
    "ICH DCH ECH of too many": (
        "tmux inserts nothing",
        {1: "B" * 74, 2: "C" * 74, 3: "D" * 74 + "*"},
    ),
    "a wrap to come is dropped": ("tmux keeps it", {0: " " * 78 + "ba", 4: " " * 79 + "f", 5: ""}),
    "1047 and 1048": ("tmux restores with 1047", {0: "", 2: "  firstx"}),
    "CHT CBT": ("ours keeps a wrap to come over CBT; xterm does not", {1: "d"}),
    "TBC": ("ours wants the 0 that may be left out", {0: " " * 8 + "a"}),
    "REP of a wide one": ("tmux repeats no wide ones", {0: " " * 9 + "中中中中|", 1: "abb|"}),
    "LNM": ("tmux does not know it", {0: "abcd", 1: "efgh", 2: "    ij"}),
    "DECOM": ("tmux keeps a wrap to come", {5: "F" * 79 + "c", 6: "G" * 80}),
    "wide over half of a wide": ("tmux leaves the other half", {0: " x中文"}),
    "wide erased by half": ("tmux leaves the other half", {0: "  中 中"}),
    "long numbers": ("tmux passes over them", {0: f"a{' ' * 78}b", 23: "cx"}),
    "UTF-8 that is broken": ("tmux shows nothing", {0: "a�(b�c�d�e"}),
}
"""Where ours is not tmux's: why, and what rows ours shows; as xterm does, but for CBT and TBC."""
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
    for number, (what, data) in enumerate(SEQUENCES.items()):
        if what not in DISAGREE:
            (reference,) = server.follow(f"s{number}", [data])
            assert_same(ours(fed(data)), reference, what)


@pytest.mark.parametrize("what", DISAGREE)
def test_where_tmux_is_no_reference(what: str) -> None:
    _, rows = DISAGREE[what]
    shown = ours(fed(SEQUENCES[what])).text
    assert {y: shown[y] for y in rows} == rows


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


@pytest.mark.parametrize("what", SEQUENCES)
def test_in_any_pieces_it_is_the_same(what: str) -> None:
    data, pieces = SEQUENCES[what], Screen(COLUMNS, LINES)
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
