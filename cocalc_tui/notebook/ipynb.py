"""Read and write .ipynb without loss: what nobody edited stays as it was, to the byte.

Writing starts from the text that was read or written last (`base`). A cell that is equal to one of
it is copied from there, and so is everything around the cells; only what changed is written anew,
in the style of the file. Without a base (the file is gone) the whole is written in that style.

nbformat itself is not used: it drops and renames ids, forgets the layout, and cannot read what it
calls invalid, which people have in their folders nonetheless.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import cast

from cocalc_tui.notebook.cellform import (
    cell_from_json,
    cell_to_json,
    in_order,
    order_of,
    present,
)
from cocalc_tui.notebook.jsontext import (
    JsonTextError,
    Span,
    Style,
    carry,
    items,
    members,
    style_of,
    surrogate_block,
    uncarry,
)
from cocalc_tui.notebook.model import Cell, Fields, Notebook, NotebookError
from cocalc_tui.notebook.oldform import OLD, upgraded
from cocalc_tui.sync.order import between
from cocalc_tui.sync.patch import Json

_KNOWN = ("cells", "metadata", "nbformat", "nbformat_minor")
_FORMS: dict[str, Callable[[Json], bool]] = {
    "metadata": lambda value: isinstance(value, dict),
    "nbformat_minor": lambda value: type(value) is int and 0 <= value < 2**31,
}
"""Of a value of another form the same is true as in a cell, see `notebook.cellform`."""
_PLAIN = Style()
_MEND = "mend it, or open it as text under a name that does not end in .ipynb"

EMPTY = """{
 "cells": [
  {
   "cell_type": "code",
   "execution_count": null,
   "id": "first",
   "metadata": {},
   "outputs": [],
   "source": []
  }
 ],
 "metadata": {},
 "nbformat": 4,
 "nbformat_minor": 5
}
"""
"""A new notebook."""


@dataclass(frozen=True, slots=True)
class _Parsed:
    """A text and what is where in it."""

    text: str
    members: list[Span]
    cells: list[Span]
    notebook: Notebook


def read(text: str, salt: str = "") -> Notebook:
    """Read a file's text; an empty one is a new notebook.

    Keys of cells are made from `salt` and their numbers: equal for the same text and salt, so two
    relays that open one file make one notebook. Raises NotebookError.
    """
    return _parse(text, salt).notebook


def write(notebook: Notebook, base: str | None = None) -> str:
    """Return the text of the file, given the text that it has or had."""
    parsed = _parse(base) if base is not None else None
    style = _style(notebook) if parsed is None else style_of(parsed.text)
    head, foot = _around(notebook, style, parsed)
    text = head + _cells(notebook, style, parsed) + foot
    # An empty file, or one of an old format, stays as it is until there is something to write.
    return base if base is not None and parsed is not None and text == parsed.text else text


# --- reading -----------------------------------------------------------------------------------


def _parse(text: str, salt: str = "", old: int = 0) -> _Parsed:
    """Read a text; `old` is the format that it was told in at first, where that is another."""
    text = text if text.strip() else EMPTY
    try:
        found = members(text)
        top = {span.key: span.value for span in found}
        version = _version(top)
        if version in OLD:
            end = text[len(text.rstrip()) :]
            return _parse(style_of(text).dump(_upgraded(top)) + end, salt, version)
        block = surrogate_block(text, top)
        array = next(span for span in found if span.key == "cells")
        raws = cast("list[Json]", array.value)
        places = positions(len(raws))
        cells = tuple(
            cell_from_json(raw, n + 1, _key(salt, n), places[n], block)
            for n, raw in enumerate(raws)
        )
        about = {"old": old} if old else {}
        notebook = Notebook(_notebook_fields(text, top, block) | about, cells)
        return _Parsed(text, found, items(text, array), notebook)
    except JsonTextError as error:
        raise NotebookError(f"this is not a notebook's JSON: {error}; {_MEND}") from None


def _version(top: Fields) -> int:
    """Return which nbformat it is, of those that can be read."""
    version = top.get("nbformat")
    if not isinstance(version, int) or isinstance(version, bool):
        raise NotebookError(f"this is not a notebook: it has no nbformat; {_MEND}")
    if version > 4:
        raise NotebookError(f"this notebook is of format {version}, newer than what is known (4)")
    if version < min(OLD):
        raise NotebookError(
            f"this notebook is of the old format {version}; convert it first: "
            "jupyter nbconvert --to notebook --nbformat 4 --inplace FILE"
        )
    if version == 4 and not isinstance(top.get("cells"), list):
        raise NotebookError(f"this notebook has no list of cells; {_MEND}")
    return version


def _upgraded(top: Fields) -> Fields:
    try:
        return upgraded(top)
    except ValueError as error:
        raise NotebookError(f"this notebook of an old format cannot be read: {error}") from None


def _key(salt: str, number: int) -> str:
    return hashlib.sha256(f"{salt}/{number}".encode()).hexdigest()[:16]


def positions(count: int) -> list[str]:
    """Make position keys for `count` cells, short ones: by halving, not one after the other."""
    made = [""] * count

    def fill(low: int, high: int, below: str | None, above: str | None) -> None:
        if low < high:
            middle = (low + high) // 2
            made[middle] = between(below, above, "")
            fill(low, middle, below, made[middle])
            fill(middle + 1, high, made[middle], above)

    fill(0, count, None, None)
    return made


def _notebook_fields(text: str, top: Fields, block: int) -> Fields:
    fit = {name: value for name, value in top.items() if name not in _FORMS or _FORMS[name](value)}
    extra = {name: top[name] for name in top if name not in _KNOWN or name not in fit}
    layout = order_of(top, [fit.get("metadata"), extra])
    if missing := [name for name in ("metadata", "nbformat_minor") if name not in top]:
        layout["missing"] = cast("list[Json]", missing)
    if (style := style_of(text)) != _PLAIN:
        layout["style"] = {
            name: getattr(style, name) for name in ("indent", "comma", "colon", "newline", "ascii")
        }
    if (end := text[len(text.rstrip()) :]) != "\n":
        layout["end"] = end
    if block:
        layout["block"] = block
    fields: Fields = {
        "type": "notebook",
        "nbformat": 4,
        "minor": fit.get("nbformat_minor", 0),
        "metadata": fit.get("metadata"),
        "extra": extra,
        "layout": layout,
    }
    return present({name: carry(value, block) for name, value in fields.items()})


# --- writing -----------------------------------------------------------------------------------


def _style(notebook: Notebook) -> Style:
    return Style(**cast("dict[str, str]", notebook.layout.get("style", {})))  # type: ignore[arg-type]  # as `_notebook_fields` put it


def _top(notebook: Notebook) -> Fields:
    """All members of the file but the cells, which are an empty list here."""
    fields, layout = notebook.fields, notebook.layout
    extra = cast("Fields", fields.get("extra", {}))
    own: Fields = {
        "cells": [],
        "metadata": fields.get("metadata", {}),
        "nbformat": 4,
        "nbformat_minor": notebook.minor,
    }
    top = own | {name: extra[name] for name in extra if own.get(name) in (None, {}, 0)}
    for name in cast("list[str]", layout.get("missing", [])):
        if top.get(name) in ({}, 0):
            del top[name]
    return cast("Fields", uncarry(in_order(top, layout), notebook.block))


def _around(notebook: Notebook, style: Style, parsed: _Parsed | None) -> tuple[str, str]:
    """Return what comes before the list of cells and after it."""
    top = _top(notebook)
    if parsed is None or {span.key for span in parsed.members} != top.keys():
        return _new_around(notebook, top, style)
    pieces, at, head = [], 0, ""
    for span in parsed.members:
        pieces.append(parsed.text[at : span.start])
        at = span.end
        if span.key == "cells":
            head = "".join(pieces)
            pieces = []
        elif _canonical(top[span.key]) == _canonical(span.value):
            pieces.append(parsed.text[span.start : at])
        else:
            pieces.append(style.dump(top[span.key], 1))
    return head, "".join(pieces) + parsed.text[at:]


def _new_around(notebook: Notebook, top: Fields, style: Style) -> tuple[str, str]:
    mark = "\0"
    written = [
        style.dump(key) + style.colon + (mark if key == "cells" else style.dump(value, 1))
        for key, value in top.items()
    ]
    body = style.between(1).join(written)
    end = cast(str, notebook.layout.get("end", "\n"))
    head, _, foot = f"{{{style.line(1)}{body}{style.line(0)}}}{end}".partition(mark)
    return head, foot


def _cells(notebook: Notebook, style: Style, parsed: _Parsed | None) -> str:
    """Write the list of cells, brackets included."""
    if not notebook.cells:
        kept = parsed is not None and not parsed.cells
        return _array(parsed) if parsed is not None and kept else "[]"
    write_cell = _cell_writer(notebook, style)
    copies = _copies(notebook, parsed)
    opening, closing = style.line(2), style.line(1)
    if parsed is not None and parsed.cells:
        text = _array(parsed)
        start = next(span.start for span in parsed.members if span.key == "cells")
        opening = text[1 : parsed.cells[0].start - start]
        closing = text[parsed.cells[-1].end - start : -1]
    pieces = ["[", opening]
    for index, cell in enumerate(notebook.cells):
        number = copies.get(index)
        if index:
            pieces.append(_gap(style, parsed, number))
        if number is not None and parsed is not None:
            span = parsed.cells[number]
            pieces.append(parsed.text[span.start : span.end])
        else:
            pieces.append(write_cell(cell))
    return "".join([*pieces, closing, "]"])


def _array(parsed: _Parsed) -> str:
    array = next(span for span in parsed.members if span.key == "cells")
    return parsed.text[array.start : array.end]


def _gap(style: Style, parsed: _Parsed | None, number: int | None) -> str:
    """Return what stands before a cell that is not the first."""
    if parsed is None or len(parsed.cells) < 2:
        return style.between(2)
    at = number or 1
    return parsed.text[parsed.cells[at - 1].end : parsed.cells[at].start]


def _copies(notebook: Notebook, parsed: _Parsed | None) -> dict[int, int]:
    """Say for cells, by their numbers, which cell of the base is equal.

    Where several are, the one at the same place comes first, counted from the first cell or the
    last; then one that is also written as the cell once was.
    """
    if parsed is None:
        return {}
    found: dict[int, int] = {}
    for kept in ({"pos"}, {"pos", "layout"}):
        old = [_content(cell, kept) for cell in parsed.notebook.cells]
        new = [_content(cell, kept) for cell in notebook.cells]
        if not found:
            found = _at_the_ends(old, new)
        free: dict[str, list[int]] = {}
        for number in sorted(set(range(len(old))) - set(found.values())):
            free.setdefault(old[number], []).append(number)
        for index, content in enumerate(new):
            if index not in found and (waiting := free.get(content)):
                found[index] = waiting.pop(0)
    return found


def _at_the_ends(old: Sequence[str], new: Sequence[str]) -> dict[int, int]:
    """Pair what is equal from the first on, and from the last back."""
    most = min(len(old), len(new))
    first = next((at for at in range(most) if old[at] != new[at]), most)
    last = next((at for at in range(most - first) if old[~at] != new[~at]), most - first)
    ends = {len(new) + ~at: len(old) + ~at for at in range(last)}
    return {at: at for at in range(first)} | ends


def _content(cell: Cell, without: set[str]) -> str:
    fields = {name: value for name, value in cell.fields.items() if name not in without}
    return _canonical([fields, cell.source, [output.data for output in cell.outputs]])


def _canonical(value: Json | Sequence[object]) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"))


def _cell_writer(notebook: Notebook, style: Style) -> Callable[[Cell], str]:
    """Return what writes a cell; an id that an earlier cell has too is replaced by the key."""
    owners: dict[Json, str] = {}
    for cell in notebook.cells:
        owners.setdefault(cell.fields.get("id"), cell.key)

    def write_cell(cell: Cell) -> str:
        cell_id = cast("str | None", cell.fields.get("id"))
        if (cell_id is None and notebook.minor >= 5) or (
            cell_id is not None and owners[cell_id] != cell.key
        ):
            cell_id = cell.key
        return style.dump(cell_to_json(cell, notebook.block, cell_id), 2)

    return write_cell
