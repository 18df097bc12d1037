"""`python -m tests.server.terminals.joining [--every N]`: somebody joins at every N-th byte.

What programs wrote is fed byte by byte. Whoever was there from the beginning and merged each
change, whoever comes now and gets the whole screen, and whoever reads all cells of the screen model
must see the same; so all of them see the same of what follows.
"""

from __future__ import annotations

import argparse
import gzip
from collections.abc import Iterable
from pathlib import Path

from cocalc_tui.server.terminals.frames import Frames
from cocalc_tui.server.terminals.grid import Grid
from cocalc_tui.server.terminals.screen import Screen
from cocalc_tui.server.terminals.session import screen_of
from cocalc_tui.widgets.terminal.lookback import screen_rows
from cocalc_tui.widgets.terminal.model import TerminalModel
from tests.server.terminals.reference import COLUMNS, LINES


def join_at(data: bytes, places: Iterable[int]) -> None:
    """Raise AssertionError where somebody who joins at one of the places sees something else."""
    screen = Screen(COLUMNS, LINES)
    frames, early, fed = Frames(screen), TerminalModel(), 0
    early.take(screen_of({**frames.whole(""), "whole": True}))
    for place in places:
        screen.feed(data[fed:place])
        fed = place
        if (frame := frames.changed("")) is not None:
            early.take(screen_of(frame))
        late = TerminalModel()
        late.take(screen_of(frames.whole("")))
        cells, _ = Grid(screen._terminal).screen(COLUMNS, LINES)
        for who in (early, late):
            assert screen_rows(who.screen.rows, LINES) == list(cells), f"at byte {place}"
            assert who.screen.cursor == screen.frame().cursor, f"at byte {place}"


def main() -> None:
    """Join in each recording."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--every", type=int, default=1)
    every = parser.parse_args().every
    for file in sorted((Path(__file__).parent / "corpus").glob("*.gz")):
        data = gzip.decompress(file.read_bytes())
        join_at(data, range(1, len(data) + 1, every))
        print(f"{file.stem}: the same for who joins at any of {len(data) // every} places")


if __name__ == "__main__":
    main()
