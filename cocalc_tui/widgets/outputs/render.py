"""All outputs of a cell as rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from textual.strip import Strip

from cocalc_tui.sync.patch import Json
from cocalc_tui.widgets.outputs.bundle import bundle_of
from cocalc_tui.widgets.outputs.mime import bundle_rows, unknown_row
from cocalc_tui.widgets.outputs.rows import SHORT, Frame, cut_rows
from cocalc_tui.widgets.outputs.streams import Output, join_streams, joined
from cocalc_tui.widgets.outputs.text import error_rows, stream_rows

MOST = 100
"""Outputs of one cell that are drawn when it is drawn short."""


def render(outputs: Sequence[Output], frame: Frame) -> list[Strip]:
    """Draw a cell's outputs one below the other."""
    outputs = join_streams(outputs)
    rows: list[Strip] = []
    for output in outputs[:MOST] + outputs[max(MOST, len(outputs) - MOST) :]:
        rows += output_rows(output, frame)
    return cut_rows(rows, frame, 3 * frame.limit)


def output_rows(output: Output, frame: Frame) -> list[Strip]:
    """Draw one output. Something without a known type is drawn for the data it has."""
    match output.get("output_type"):
        case "stream":
            return stream_rows(output, frame)
        case "error":
            return error_rows(output, frame)
        case _:
            if isinstance(output.get("data"), Mapping):
                return bundle_rows(bundle_of(output, frame), frame)
            return [unknown_row(str(output.get("output_type")), frame)]


def estimate(outputs: Sequence[Mapping[str, Json]], frame: Frame) -> int:
    """How many rows outputs will take, roughly and at no cost: for a scroll bar."""
    return min(sum(_guess(output, frame) for output in outputs), 3 * SHORT)


def _guess(output: Mapping[str, Json], frame: Frame) -> int:
    data = output.get("data")
    width = frame.width
    if isinstance(data, Mapping):
        if any(mime.startswith("image/") for mime in data):
            return frame.picture_rows if frame.pictures is not None else 1
        text = joined(data.get("text/plain")) or joined(next(iter(data.values()), ""))
    elif output.get("output_type") == "error":
        lines = output.get("traceback")
        text = "\n".join(joined(line) for line in lines) if isinstance(lines, list) else ""
    else:
        text = joined(output.get("text"))
    breaks = text.count("\n")
    return max(1, min(SHORT + 1, breaks + 1, breaks + len(text) // max(1, width) + 1))
