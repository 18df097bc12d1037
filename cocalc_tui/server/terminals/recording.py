"""What a terminal showed, as an asciicast: for its history, and for `term NAME --record`.

A line a burst of output; above the cap what is oldest goes, and the recording begins anew with a
key frame: the screen as it was. So `yes` for a day costs megabytes, and what is left can be played
from its beginning. What people type is never recorded, only what the program wrote.

Source: asciicast v2, https://docs.asciinema.org/manual/asciicast/v2/.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path

CAP = 4 * 2**20
"""Bytes of each of the two files a recording has."""
RATE = 64 * 2**10
"""Bytes of output a second that are recorded in full; of more only the screen is, as it is then."""


class Recording:
    """The recording of one terminal, in its keeper's folder."""

    def __init__(self, folder: Path, screen: Callable[[], bytes]) -> None:
        """`screen` gives bytes that draw the screen as it is now."""
        self._file = folder / "recording.cast"
        self._older = folder / "recording.old.cast"
        self._screen = screen
        self._began = 0.0
        self._size = 0
        self._second = 0
        self._written = 0
        self._skipped = False

    def begin(self, columns: int, lines: int) -> None:
        """Begin a file, with the screen as it is."""
        self._began = time.time()
        header = {"version": 2, "width": columns, "height": lines, "timestamp": int(self._began)}
        try:
            if self._file.exists():
                self._file.replace(self._older)
            self._file.write_text(json.dumps(header) + "\n", encoding="utf-8")
        except OSError:
            return
        self._size = 0
        self._put("o", self._screen().decode("utf-8", "replace"))

    def output(self, data: bytes, size: tuple[int, int]) -> None:
        """Record what the program wrote."""
        if self._size > CAP:
            self.begin(*size)
        second = int(time.time())
        if second != self._second:
            self._second, self._written = second, 0
            if self._skipped:
                self._skipped = False
                self._put("o", self._screen().decode("utf-8", "replace"))
        self._written += len(data)
        if self._written > RATE:
            self._skipped = True
            return
        self._put("o", data.decode("utf-8", "replace"))

    def resized(self, columns: int, lines: int) -> None:
        """Record another size."""
        self._put("r", f"{columns}x{lines}")

    def _put(self, kind: str, text: str) -> None:
        line = json.dumps([round(time.time() - self._began, 3), kind, text]) + "\n"
        self._size += len(line)
        try:
            with self._file.open("a", encoding="utf-8") as file:
                file.write(line)
        except OSError:
            return
