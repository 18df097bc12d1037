"""Printed text as rows: what a program wrote, what it wrote to stderr, and how it failed."""

from __future__ import annotations

import re
from collections.abc import Mapping

from rich.style import Style
from textual.strip import Strip

from cocalc_tui.sync.patch import Json
from cocalc_tui.widgets.outputs.ansi import ansi_lines
from cocalc_tui.widgets.outputs.links import linked
from cocalc_tui.widgets.outputs.rows import Frame, cut_lines, cut_rows, more, wrap_lines
from cocalc_tui.widgets.outputs.streams import joined

IPYTHON_WIDTH = 75
"""Columns for which IPython lays out the first line of a traceback."""
_TITLE_GAP = re.compile(r" {3,}(?=Traceback \(most recent call last\))")


def text_rows(text: str, frame: Frame, base: Style | None = None) -> list[Strip]:
    """Draw a printed text; only the lines that are shown are looked at."""
    base = base or frame.look.text
    part = cut_lines(text, frame.limit)
    rows = _rows(part.head, frame, base)
    if not part.hidden:
        return cut_rows(rows, frame, frame.limit)
    first = frame.limit - frame.limit // 3
    return [
        *cut_rows(rows, frame, first),
        more(frame, part.hidden, part.left_out),
        *_rows(part.tail, frame, base)[-(frame.limit // 3) :],
    ]


def _rows(text: str, frame: Frame, base: Style) -> list[Strip]:
    return wrap_lines(map(linked, ansi_lines(text, frame, base)), frame.width) if text else []


def stream_rows(output: Mapping[str, Json], frame: Frame) -> list[Strip]:
    """Draw stdout or stderr."""
    stderr = output.get("name") == "stderr"
    text = joined(output.get("text"))
    return text_rows(text, frame, frame.look.stderr if stderr else frame.look.text)


def error_rows(output: Mapping[str, Json], frame: Frame) -> list[Strip]:
    """Draw an exception: its traceback as the kernel coloured it, else name and value."""
    lines = output.get("traceback")
    traceback = "\n".join(joined(line) for line in lines) if isinstance(lines, list) else ""
    if frame.width < IPYTHON_WIDTH:
        traceback = _TITLE_GAP.sub("  ", traceback, count=1)
    if not traceback.strip():
        name, value = joined(output.get("ename")), joined(output.get("evalue"))
        traceback = f"{name}: {value}" if value else name
        return text_rows(traceback, frame, frame.look.error)
    if "\x1b[" in traceback:
        return text_rows(traceback, frame)
    body, _, last = traceback.rstrip("\n").rpartition("\n")
    above = text_rows(body, frame) if body else []
    return [*above, *text_rows(last, frame, frame.look.error)]
