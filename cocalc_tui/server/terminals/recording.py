"""The recording of a terminal, in files under a cap: for its history, and for `term NAME --record`.

`cast` says what is written; here is where, how often, and how much. A flood is recorded in full
for a while and then ever more seldom, by a key frame at a time, so that a day of `yes` neither
fills the disk nor drives out what was shown before. What people type is never recorded, only what
was shown.

The files of one run of a program are numbered; when the newest is full another is begun, and those
that are too many go, the oldest first.
"""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import TYPE_CHECKING

from cocalc_tui.server.terminals.order import about_all
from cocalc_tui.terminal.cast import Cast, Shown

if TYPE_CHECKING:  # what draws screens takes a third of a second to load, and the relay draws none
    from cocalc_tui.server.terminals.screen import Screen

CAP = 4 * 2**20
"""Bytes of one file."""
FILES = 2
"""Of one run of the program."""
RUNS = 4
"""Of a terminal's program that are kept, beside the one that runs."""
SWIFT, SELDOM = 100, 60_000
"""Milliseconds between two screens, usually and at the end of a long flood."""
FULL = 2**20
"""Bytes that can be written in a row, where the terminal was at rest before."""
STEADY = 64
"""Bytes a second that may be written for ever."""
AT_REST = 16 * 2**10
"""Bytes that are added for each second of rest."""
REST = 1000
"""Milliseconds without a change that count as rest."""
MOST_LINES = 2000
"""Lines between two screens that are written one by one."""
ENDING = ".cast"


class Recording:
    """The recording of one run; all times are milliseconds since 1970."""

    def __init__(self, folder: Path, title: str) -> None:
        self._folder = folder
        self._title = title
        self._cast: Cast | None = None
        self._number = 0
        self._size = 0
        self._left = float(FULL)
        self._pause = SWIFT
        self._changed = 0
        self._written = 0
        self._due = 0
        self._pending = False

    def changed(self, now: int) -> None:
        """The screen is another."""
        rest = now - self._changed
        self._left += STEADY * rest / 1000 + (AT_REST * rest / 1000 if rest > REST else 0)
        self._left = min(self._left, FULL)
        self._changed = now
        self._pending = True

    @property
    def due(self) -> int | None:
        """When the next screen is to be written; None while nothing changed."""
        return self._due if self._pending else None

    def take(self, screen: Screen, shown: Shown, now: int, typist: str) -> None:
        """Write the screen as it is now."""
        self._pending = False
        scrolled = screen.scrolled(MOST_LINES)
        if self._cast is None or self._size > CAP:
            self._begin(shown, now, typist)
        else:
            self._put(self._cast.frame(shown, now, scrolled, typist))
        self._slow_down()
        self._due = now + self._pause

    def ended(self, now: int, code: int) -> None:
        """The program ended."""
        if self._cast is not None:
            self._put(self._cast.ended(now, code))

    def go_on_in(self, folder: Path) -> None:
        """Go on in another folder; in one that has nothing of it, from the next screen."""
        self._folder = folder
        if not (folder / f"{self._number}{ENDING}").exists():
            self._cast = None

    def forget(self) -> None:
        """Leave nothing of what was recorded, and go on from the next screen."""
        self._cast = None
        for file in self._folder.glob(f"*{ENDING}"):
            file.unlink(missing_ok=True)

    def _slow_down(self) -> None:
        """Write ever more seldom once too much was written, until there was a rest."""
        if self._left < 0:
            self._pause = min(max(self._pause * 2, 1000), SELDOM)
        elif self._left > FULL // 8:
            self._pause = SWIFT

    def _begin(self, shown: Shown, now: int, typist: str) -> None:
        self._cast = Cast(shown, now, self._title, typist)
        self._number += 1
        self._size = 0
        with contextlib.suppress(OSError):
            (self._folder / f"{self._number - FILES}{ENDING}").unlink()
        self._put(self._cast.beginning)

    def _put(self, lines: str) -> None:
        data = lines.encode("utf-8", "replace")
        self._size += len(data)
        self._left -= len(data)
        with (
            contextlib.suppress(OSError),
            (self._folder / f"{self._number}{ENDING}").open("ab") as file,
        ):
            file.write(data)


def recordings(terminals: Path, doc: str) -> list[Path]:
    """The files of a terminal's recording, oldest first."""
    runs = sorted(
        (about.started, folder) for folder, about in about_all(terminals) if about.doc == doc
    )
    found: list[Path] = []
    for _, folder in runs:
        files = [file for file in folder.glob(f"*{ENDING}") if file.stem.isdigit()]
        found += sorted(files, key=lambda file: int(file.stem))
    return found
