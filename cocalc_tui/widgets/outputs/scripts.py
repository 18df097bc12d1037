"""Charts that came as a script for a browser: what that script was given to draw.

Altair, and Plotly where it is told so, send a page that loads their library from elsewhere and
hands it the chart. Nothing runs here; but what is handed over is JSON, and stands in the page.
"""

from __future__ import annotations

import json
import re
from itertools import islice
from typing import cast

from cocalc_tui.sync.patch import Json

_PLOTLY = re.compile(r"""Plotly\.newPlot\(\s*("[^"]{0,200}"|'[^']{0,200}')\s*,\s*(?=\[)""")
_VEGA = re.compile(
    r"""(?:\}\)\(|\bspec\s*=|vegaEmbed\(\s*("[^"]{0,200}"|'[^']{0,200}')\s*,)\s*(?=\{)"""
)
_COMMA = re.compile(r"\s*,\s*")
_TRIES = 4
"""Places of a page that look like where the chart is."""


def plotly_in(page: str) -> Json:
    """The figure that a page hands to Plotly, None for none."""
    for found in islice(_PLOTLY.finditer(page), _TRIES) if "Plotly.newPlot" in page else ():
        traces, end = _value_at(page, found.end())
        comma = _COMMA.match(page, end)
        layout = _value_at(page, comma.end())[0] if comma else None
        if isinstance(traces, list):
            return {"data": traces, "layout": layout}
    return None


def vega_in(page: str) -> Json:
    """The chart that a page hands to Vega, None for none."""
    for found in islice(_VEGA.finditer(page), _TRIES) if "vegaEmbed" in page else ():
        spec, _ = _value_at(page, found.end())
        if isinstance(spec, dict):
            return spec
    return None


def _value_at(page: str, at: int) -> tuple[Json, int]:
    try:
        return cast("tuple[Json, int]", json.JSONDecoder().raw_decode(page, at))
    except (ValueError, RecursionError):
        return None, at
