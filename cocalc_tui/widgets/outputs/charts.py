"""Plotly and Vega charts that came without an image: what they are of, as a table of their data.

No browser draws here. But a chart is data: its traces or fields, how many points, from where to
where, and the shape of a row of numbers as a line of bars.
"""

from __future__ import annotations

import base64
import binascii
import struct
from collections.abc import Mapping, Sequence
from typing import Any

from textual.strip import Strip

from cocalc_tui.sync.patch import Json
from cocalc_tui.widgets.glyphs import safe
from cocalc_tui.widgets.outputs.html import Cell, Table
from cocalc_tui.widgets.outputs.rows import Frame, one_row
from cocalc_tui.widgets.outputs.table import table_rows

BARS = "▁▂▃▄▅▆▇█"
SHAPE = 24
"""Bars of a row of numbers."""
MOST = 30
"""Traces or fields that are listed."""
MOST_POINTS = 100_000
"""Points of a trace that are looked at."""
_TYPES = {"f8": "d", "f4": "f", "i4": "i", "i2": "h", "i1": "b", "u4": "I", "u2": "H", "u1": "B"}


def plotly_rows(figure: Json, frame: Frame) -> list[Strip] | None:
    """Draw a Plotly figure; None for what is none."""
    if not isinstance(figure, dict) or not isinstance(traces := figure.get("data"), list):
        return None
    layout = figure.get("layout")
    title = _title(layout.get("title")) if isinstance(layout, dict) else ""
    known = [trace for trace in traces if isinstance(trace, dict)]
    head = [_heading(frame, "plotly", title, f"{len(known)} traces" if len(known) != 1 else "")]
    rows = [["trace", "type", "points", "x", "y", ""]]
    for number, trace in enumerate(known[:MOST]):
        x, y = (_column(trace.get(name)) for name in ("x", "y"))
        if not y and "values" in trace:
            x, y = _column(trace.get("labels")), _column(trace.get("values"))
        name = str(trace.get("name") or number)
        points = str(max(len(x), len(y)) or "")
        rows.append(
            [name, str(trace.get("type", "scatter")), points, _range(x), _range(y), _shape(y)]
        )
    return [*head, *table_rows(_table(rows), frame)] if len(rows) > 1 else head


def vega_rows(spec: Json, frame: Frame) -> list[Strip] | None:
    """Draw a Vega or Vega-Lite chart; None for what is none."""
    if not isinstance(spec, dict) or not ({"mark", "marks", "layer", "encoding"} & spec.keys()):
        return None
    mark = spec.get("mark")
    kind = mark.get("type") if isinstance(mark, dict) else mark
    values = _values(spec)
    count = f"{len(values):,} rows" if values else ""
    head = _heading(frame, "vega", _title(spec.get("title")), str(kind or ""), count)
    rows = [["channel", "field", "from .. to", ""]]
    encoding = spec.get("encoding")
    for channel, about in encoding.items() if isinstance(encoding, dict) else ():
        if isinstance(about, dict):
            field = str(about.get("field") or about.get("aggregate") or about.get("value") or "")
            column = [value.get(field) for value in values if isinstance(value, dict)]
            rows.append([str(channel), field, _range(column), _shape(column)])
    return [head, *table_rows(_table(rows[:MOST]), frame)] if len(rows) > 1 else [head]


def _heading(frame: Frame, what: str, *words: str) -> Strip:
    said = "  ".join(safe(word[:200]) for word in words if word)
    look = frame.look
    return one_row(frame, ("▣ ", look.accent), (what, look.text), (f"  {said}", look.dim))


def _title(title: Json) -> str:
    return str(title.get("text", "")) if isinstance(title, dict) else str(title or "")


def _values(spec: Mapping[str, Any]) -> Sequence[Any]:
    data, datasets = spec.get("data"), spec.get("datasets")
    if isinstance(data, dict) and isinstance(datasets, dict):
        found = datasets.get(data.get("name"))
        if isinstance(found, list):
            return found[:MOST_POINTS]
    found = data.get("values") if isinstance(data, dict) else None
    return found[:MOST_POINTS] if isinstance(found, list) else ()


def _column(value: Json) -> list[Any]:
    """A row of numbers or words: a list, or the bytes that Plotly packs them into."""
    if isinstance(value, list):
        return value[:MOST_POINTS]
    if isinstance(value, dict) and isinstance(packed := value.get("bdata"), str):
        code = _TYPES.get(str(value.get("dtype")))
        try:
            data = base64.b64decode(packed[: MOST_POINTS * 12])
        except (binascii.Error, ValueError):
            return []
        if code is not None:
            count = len(data) // struct.calcsize(code)
            return list(struct.unpack(f"<{count}{code}", data[: count * struct.calcsize(code)]))
    return []


def _numbers(column: Sequence[Any]) -> list[float]:
    return [
        float(value)
        for value in column
        if isinstance(value, int | float)
        and not isinstance(value, bool)
        and value == value
        and abs(value) != float("inf")
    ]


def _range(column: Sequence[Any]) -> str:
    numbers = _numbers(column)
    if numbers:
        return f"{min(numbers):.4g} .. {max(numbers):.4g}"
    words = [str(value) for value in column[:4] if value is not None]
    return ", ".join(words[:3])[:40] + (" …" if len(words) > 3 else "")


def _shape(column: Sequence[Any]) -> str:
    """A row of numbers as bars: the mean of each part of it."""
    numbers = _numbers(column)
    if len(numbers) < 2 or len(numbers) < len(column) / 2:
        return ""
    bars = min(SHAPE, len(numbers))
    parts = [
        numbers[len(numbers) * at // bars : len(numbers) * (at + 1) // bars] for at in range(bars)
    ]
    means = [sum(part) / len(part) for part in parts]
    low, high = min(means), max(means)
    if high == low:
        return BARS[3] * bars
    return "".join(BARS[int((mean - low) / (high - low) * 7.999)] for mean in means)


def _table(rows: Sequence[Sequence[str]]) -> Table:
    return Table(
        [[Cell(text, heading=number == 0) for text in row] for number, row in enumerate(rows)],
        heads=1,
    )
