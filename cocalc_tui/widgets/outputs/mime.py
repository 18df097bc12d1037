"""Which of the forms an object offers is drawn, and how.

A kernel gives an object in several MIME types at once. The richest that a terminal can draw is
drawn; what cannot be drawn is named with its size, so that nobody takes an empty place for an
empty result.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable

from textual.strip import Strip

from cocalc_tui.sync.patch import Json
from cocalc_tui.widgets.glyphs import safe
from cocalc_tui.widgets.outputs.ansi import ansi_lines
from cocalc_tui.widgets.outputs.bundle import Bundle
from cocalc_tui.widgets.outputs.charts import plotly_rows, vega_rows
from cocalc_tui.widgets.outputs.html import LONGEST, Table, parse_html
from cocalc_tui.widgets.outputs.image import (
    DRAWN,
    absent_rows,
    in_bytes,
    picture_rows,
    size_of,
)
from cocalc_tui.widgets.outputs.math import math_lines
from cocalc_tui.widgets.outputs.rows import Frame, cut_rows, one_row, wrap_lines
from cocalc_tui.widgets.outputs.scripts import plotly_in, vega_in
from cocalc_tui.widgets.outputs.streams import joined
from cocalc_tui.widgets.outputs.table import table_rows
from cocalc_tui.widgets.outputs.text import text_rows
from cocalc_tui.widgets.outputs.tree import tree_rows

Draw = Callable[[Bundle, Frame], "list[Strip] | None"]

PLAIN = "text/plain"
HTML = "text/html"
MARKDOWN = "text/markdown"
LATEX = "text/latex"
_FORMULA = re.compile(
    r"\$\$?([^$]+)\$\$?|\\\[(.+)\\\]|\\\((.+)\\\)"
    r"|(\\begin\{(?:equation|align|gather|eqnarray|multline|pmatrix|bmatrix|array)\*?\}.+)",
    re.DOTALL,
)
"""LaTeX that is a formula and nothing else."""
_OBJECT = re.compile(r"<[^<>\n]{1,200}>")
"""What Python prints of an object that cannot be printed, as in `<IPython.core.display.HTML>`."""


def bundle_rows(bundle: Bundle, frame: Frame) -> list[Strip]:
    """Draw an object in the best of its forms."""
    for draw in _BY_RICHNESS:
        rows = draw(bundle, frame)
        if rows is not None:
            return rows
    return [_named(bundle, frame)] if bundle else []


def unknown_row(kind: str, frame: Frame) -> Strip:
    """Say that there is an output of a type that nbformat does not know."""
    parts = (("▣ ", frame.look.accent), (safe(kind), frame.look.text))
    return one_row(frame, *parts, ("  output of an unknown type", frame.look.dim))


def _table(bundle: Bundle, frame: Frame) -> list[Strip] | None:
    html = joined(bundle.get(HTML))
    if "<table" not in html or (len(html) > LONGEST and PLAIN in bundle):
        return None
    return _html_rows(html, frame)


def _html_rows(html: str, frame: Frame) -> list[Strip]:
    rows: list[Strip] = []
    for block in parse_html(html):
        if isinstance(block, Table):
            rows += table_rows(block, frame)
        else:
            rows += wrap_lines(ansi_lines(block, frame, frame.look.dim), frame.width)
    return cut_rows(rows, frame, frame.limit + 2)


def _markdown(bundle: Bundle, frame: Frame) -> list[Strip] | None:
    if MARKDOWN not in bundle:
        return None
    # Rich's markdown costs more to import than most notebooks need to be drawn.
    from cocalc_tui.widgets.outputs.markdown import markdown_rows

    return markdown_rows(joined(bundle[MARKDOWN]), frame)


def _image(bundle: Bundle, frame: Frame) -> list[Strip] | None:
    mimes = [mime for mime in bundle if mime.startswith("image/")]
    if not mimes:
        return None
    mime = next((mime for mime in DRAWN if mime in mimes), mimes[0])
    if (absent := bundle.absent.get(mime)) is not None:
        return absent_rows(mime, absent.about, absent.trouble, frame)
    return picture_rows(mime, joined(bundle[mime]), frame, joined(bundle.get(PLAIN)))


def _widget(bundle: Bundle, frame: Frame) -> list[Strip] | None:
    """An interactive widget: what it holds, else what it is."""
    if not any(mime.startswith("application/vnd.jupyter.widget") for mime in bundle):
        return None
    rows = _plain(bundle, frame)
    return [_named(bundle, frame)] if rows is None else rows


def _plain(bundle: Bundle, frame: Frame) -> list[Strip] | None:
    return text_rows(joined(bundle[PLAIN]), frame) if PLAIN in bundle else None


def _telling_plain(bundle: Bundle, frame: Frame) -> list[Strip] | None:
    """Plain text, unless it is only the name of an object that has another form."""
    only_a_name = len(bundle) > 1 and _OBJECT.fullmatch(joined(bundle.get(PLAIN)).strip())
    return None if only_a_name else _plain(bundle, frame)


def _latex(bundle: Bundle, frame: Frame) -> list[Strip] | None:
    """A formula; whatever else LaTeX may say is shown as it is written."""
    if not (source := joined(bundle.get(LATEX)).strip()):
        return None
    formula = _FORMULA.fullmatch(source)
    if formula is None:
        return text_rows(source, frame)
    lines = math_lines(next(filter(None, formula.groups())))
    return text_rows("\n".join(lines), frame)


def _formula_for_plain(bundle: Bundle, frame: Frame) -> list[Strip] | None:
    """A formula that is richer than one line of text; what is laid out in rows is left alone."""
    plain = joined(bundle.get(PLAIN)).strip()
    source = joined(bundle.get(LATEX)).strip()
    return _latex(bundle, frame) if _FORMULA.fullmatch(source) and "\n" not in plain else None


def _pictured_formula(bundle: Bundle, frame: Frame) -> list[Strip] | None:
    """A formula that came with a picture of itself, which is too small to be read in cells."""
    if not _FORMULA.fullmatch(joined(bundle.get(LATEX)).strip()):
        return None
    return _formula_for_plain(bundle, frame) or _telling_plain(bundle, frame)


def _json(bundle: Bundle, frame: Frame) -> list[Strip] | None:
    found = next((bundle[mime] for mime in bundle if mime == "application/json"), None)
    if found is None:
        return None
    return tree_rows(found, frame)


def _chart(bundle: Bundle, frame: Frame) -> list[Strip] | None:
    """A chart that came with no image."""
    for mime, value in bundle.items():
        if mime.startswith("application/vnd.plotly."):
            return plotly_rows(value, frame)
        if mime.startswith(("application/vnd.vega.", "application/vnd.vegalite.")):
            return vega_rows(value, frame)
    page = joined(bundle.get(HTML))
    return plotly_rows(plotly_in(page), frame) or vega_rows(vega_in(page), frame)


def _other_json(bundle: Bundle, frame: Frame) -> list[Strip] | None:
    """JSON of a kind that only some browser knows."""
    found = next((value for mime, value in bundle.items() if mime.endswith("+json")), None)
    return tree_rows(found, frame) if isinstance(found, dict | list) else None


def _html(bundle: Bundle, frame: Frame) -> list[Strip] | None:
    if HTML not in bundle or joined(bundle[HTML])[:200].lstrip().startswith("<iframe"):
        return None
    return _html_rows(joined(bundle[HTML]), frame) or None


def _other_text(bundle: Bundle, frame: Frame) -> list[Strip] | None:
    mime = next((mime for mime in bundle if mime.startswith("text/") and mime != PLAIN), None)
    return None if mime is None else text_rows(joined(bundle[mime]), frame)


_BY_RICHNESS: tuple[Draw, ...] = (
    _widget,
    _table,
    _markdown,
    _pictured_formula,
    _image,
    _chart,
    _formula_for_plain,
    _telling_plain,
    _latex,
    _json,
    _html,
    _other_text,
    _other_json,
)


def _named(bundle: Bundle, frame: Frame) -> Strip:
    """Say what there is, where nothing of it can be drawn."""
    kinds = ", ".join(safe(mime) for mime in bundle if mime != PLAIN)
    size = sum(_size(value) for value in bundle.values())
    size += sum(size_of(absent.about) for absent in bundle.absent.values())
    trouble = next((absent.trouble for absent in bundle.absent.values()), None)
    how = frame.saving or "not drawn in a terminal"
    what = how if trouble is None else trouble or "on its way"
    return one_row(
        frame,
        ("▣ ", frame.look.accent),
        (kinds, frame.look.text),
        (f"  {in_bytes(size)}  {safe(what)}", frame.look.dim),
    )


def _size(value: Json) -> int:
    return len(value) if isinstance(value, str) else len(json.dumps(value))
