"""The last rows of a notebook: what its kernel has to say, and the key for what to do next.

A cell that waits for input, a kernel that died: people see it wherever they are in the notebook,
and it stays until it is over.
"""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import NamedTuple

from rich.segment import Segment
from textual.strip import Strip

from cocalc_tui.protocol.events import Asking, KernelState
from cocalc_tui.widgets.actions import Keymap
from cocalc_tui.widgets.glyphs import safe
from cocalc_tui.widgets.keynames import shown
from cocalc_tui.widgets.notebook.look import NotebookLook

MOST = 4
"""Rows that one thing to say takes, and lines of a kernel's last words."""
LONGEST_PROMPT = 200


class Advice(NamedTuple):
    """What could be better about a kernel that runs."""

    what: str
    line: str
    """What to type in a shell."""


def advice_of(note: str) -> Advice | None:
    """What a kernel's label says, `WHAT; TO DO SO: LINE`; None where it has none."""
    what, _, rest = note.partition("; ")
    _, _, line = rest.partition(": ")
    return Advice(what, line) if line else None


def foot_lines(
    kernel: KernelState, asking: Asking, cell: int | None, keymap: Keymap
) -> tuple[str, ...]:
    """What there is to say, one line each; `cell` is the number of the cell that asks."""
    lines: list[str] = []
    if asking.run:
        prompt = " ".join(asking.prompt.split())[:LONGEST_PROMPT]
        who = f"cell {cell}" if cell is not None else "a cell"
        what = f"asks: {prompt}" if prompt else "waits for input"
        lines.append(f"{who} {what}{_key(keymap, 'notebook.answer', 'answers')}")
    if kernel.reason:
        lines.append(kernel.reason)
    elif advice := advice_of(kernel.note):
        lines.append(f"{advice.what}{_key(keymap, 'notebook.kernel', 'mends it')}")
    if kernel.reason and kernel.state in ("dead", "silent"):
        if len(kernel.words) > 1:
            lines += [f"  {word}" for word in kernel.words[-MOST:]]
        keys = ("command.restart_now", "starts it anew"), ("notebook.kernel", "offers more")
        lines.append("".join(_key(keymap, *key) for key in keys).strip())
    return tuple(lines)


def _key(keymap: Keymap, action: str, does: str) -> str:
    keys = keymap.keys_of(action)
    return f"   [{shown(keys[0])} {does}]" if keys else ""


def foot_rows(lines: Sequence[str], width: int, look: NotebookLook) -> list[Strip]:
    """Draw them: whole, as one may be a line to type."""
    style = look.source.text + look.source.bar
    room = max(8, width - 2)
    rows = [
        row
        for line in lines
        for row in textwrap.wrap(
            safe(line), room, max_lines=MOST, placeholder=" …", drop_whitespace=False
        )
    ]
    return [Strip([Segment(f" {row}", style)]).adjust_cell_length(width, style) for row in rows]
