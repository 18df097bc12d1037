"""How far lines are indented, and with what: as the text itself does it."""

from __future__ import annotations

from collections import Counter

from cocalc_tui.widgets.editor import moves
from cocalc_tui.widgets.editor.view import Buffer, View

LOOKED_AT = 1_000
"""Lines that tell how a text is indented."""
NEAR = 100


def step_of(buffer: Buffer) -> str:
    """What one step of a text is: a tab, some spaces, "" where nothing is indented."""
    steps: Counter[str] = Counter()
    before = 0
    for row in range(min(buffer.line_count, LOOKED_AT)):
        text = buffer.line(row)
        if not text.strip():
            continue
        indent = moves.indent_of(text)
        if indent.startswith("\t"):
            steps["\t"] += 1
        elif 1 < len(indent) - before <= 8:
            steps[" " * (len(indent) - before)] += 1
        before = len(indent)
    return steps.most_common(1)[0][0] if steps else ""


def step_at(view: View, line: int, step: str) -> str:
    """What indents one step at a line: as the lines above it do, else `step`, else the tab width.

    A text that is indented in two ways is gone on with in the way of each part.
    """
    for near in range(line, max(line - NEAR, -1), -1):
        text = view.buffer.line(near)
        if text[:1] in ("\t", " ") and text.strip():
            if text[0] == "\t":
                return "\t"
            break
    else:
        return step or " " * view.tab
    return step if step.startswith(" ") else " " * view.tab
