"""A notebook that something else changed on disk: which operations on the old one make the new one.

Cells are matched first, by their ids and then by what is in them, so that somebody who types in a
cell keeps their place when another program rewrites the file around it, and so that an edit of one
cell is an edit of that cell and not of the file.
"""

from __future__ import annotations

import json
from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from difflib import SequenceMatcher
from typing import Any

from cocalc_tui.notebook import schema
from cocalc_tui.notebook.model import Cell, Fields, Notebook, Output, create_cell, create_outputs
from cocalc_tui.sync.diff import diff
from cocalc_tui.sync.order import between
from cocalc_tui.sync.patch import Json, Op, Put, Remove

_CELL_FIELDS = ("cell_type", "id", "metadata", "exec_count", "attachments", "extra", "layout")
_NOTEBOOK_FIELDS = ("minor", "metadata", "extra", "layout")
_ALIKE = 0.5
"""Share of the text that two cells must have in common to be one that was edited."""


def keys_of(notebook: Notebook) -> list[Any]:
    """Return the keys of a notebook's records as JSON, for `with_keys`."""
    return [
        [cell.key, cell.fields["pos"], [output.key for output in cell.outputs], list(cell.runs)]
        for cell in notebook.cells
    ]


def with_keys(notebook: Notebook, keys: list[Any]) -> Notebook:
    """Give a notebook that was read from a file the keys that it had when that was written."""
    cells = tuple(
        replace(
            cell,
            key=key,
            fields=cell.fields | {"pos": pos},
            outputs=tuple(
                replace(output, key=known)
                for output, known in zip(cell.outputs, outputs, strict=False)
            ),
            runs=tuple(runs),
        )
        for cell, (key, pos, outputs, runs) in zip(notebook.cells, keys, strict=True)
    )
    return replace(notebook, cells=cells)


def changes(base: Notebook, found: Notebook, run: str) -> tuple[list[Op], Notebook]:
    """Return what makes `base` into `found`, and `found` with the keys that it then has.

    `found` was read with keys that are new to the document, and `run` is new to it as well: 16 hex
    digits for the outputs that came with it.
    """
    ops = _puts(schema.NOTEBOOK, _NOTEBOOK_FIELDS, base.fields, found.fields)
    partners = _match(base.cells, found.cells)
    ops += [
        Remove(cell.key) for at, cell in enumerate(base.cells) if at not in set(partners.values())
    ]
    places = _places(base.cells, found.cells, partners)
    made: list[Cell] = []
    for index, cell in enumerate(found.cells):
        placed = replace(cell, fields=cell.fields | {"pos": places[index]})
        if index in partners:
            edits, placed = _edited(base.cells[partners[index]], placed, run)
        else:
            edits = create_cell(placed)
        ops += edits
        made.append(placed)
    return ops, replace(found, cells=tuple(made))


def _edited(old: Cell, new: Cell, run: str) -> tuple[list[Op], Cell]:
    """Return what makes one cell into another, and the other with the keys of the first."""
    ops = _puts(old.key, (*_CELL_FIELDS, "pos"), old.fields, new.fields)
    ops += diff(old.source, new.source, schema.input_of(old.key))
    runs = old.runs
    if runs and old.fields.get("exec_count") != new.fields.get("exec_count"):
        ops += [Remove(key) for key in runs]
        runs = ()
    outputs = old.outputs
    if [_canonical(output.data) for output in outputs] != [
        _canonical(output.data) for output in new.outputs
    ]:
        ops += [Remove(output.key) for output in outputs]
        outputs = tuple(
            Output(schema.output_key(old.key, run, at), output.data, output.layout)
            for at, output in enumerate(new.outputs)
        )
        ops += create_outputs(old.key, outputs)
    return ops, replace(new, key=old.key, outputs=outputs, runs=runs)


def _puts(key: str, names: Sequence[str], old: Fields, new: Fields) -> list[Op]:
    return [
        Put(key, name, new.get(name))
        for name in names
        if _canonical(old.get(name)) != _canonical(new.get(name))
    ]


def _canonical(value: Json) -> str:
    return json.dumps(value, sort_keys=True)


# --- which cell is which -----------------------------------------------------------------------


def _match(old: Sequence[Cell], new: Sequence[Cell]) -> dict[int, int]:
    """Say for cells of `new`, by their numbers, which of `old` they were."""
    partners = _by_id(old, new)
    free_old = sorted(set(range(len(old))) - set(partners.values()))
    free_new = [at for at in range(len(new)) if at not in partners]
    matcher = SequenceMatcher(
        None,
        [(old[at].kind, old[at].source) for at in free_old],
        [(new[at].kind, new[at].source) for at in free_new],
        autojunk=False,
    )
    for tag, low, high, start, stop in matcher.get_opcodes():
        if tag == "equal":
            partners.update(zip(free_new[start:stop], free_old[low:high], strict=True))
        elif tag == "replace":
            partners |= _edited_ones(old, new, free_old[low:high], free_new[start:stop])
    return partners


def _by_id(old: Sequence[Cell], new: Sequence[Cell]) -> dict[int, int]:
    def places(cells: Sequence[Cell]) -> dict[Json, int]:
        ids = [cell.fields.get("id") for cell in cells]
        times = Counter(map(str, ids))
        return {
            cell_id: at
            for at, cell_id in enumerate(ids)
            if cell_id is not None and times[str(cell_id)] == 1
        }

    before, after = places(old), places(new)
    return {after[cell_id]: before[cell_id] for cell_id in after if cell_id in before}


def _edited_ones(
    old: Sequence[Cell], new: Sequence[Cell], olds: list[int], news: list[int]
) -> dict[int, int]:
    """Match cells whose text changed, in their order.

    Where as many came as went that is each of them, unless their ids say that they are others.
    """
    found: dict[int, int] = {}
    waiting = list(olds)
    for at in news:
        for number, candidate in enumerate(waiting):
            one, other = old[candidate], new[at]
            others = "id" in one.fields and "id" in other.fields
            sure = len(olds) == len(news) and not others
            if one.kind == other.kind and (sure or _alike(one, other)):
                found[at] = candidate
                del waiting[: number + 1]
                break
    return found


def _alike(one: Cell, other: Cell) -> bool:
    matcher = SequenceMatcher(None, one.source.split(), other.source.split(), autojunk=False)
    return matcher.quick_ratio() >= _ALIKE


def _places(old: Sequence[Cell], new: Sequence[Cell], partners: dict[int, int]) -> list[str]:
    """Return a position key for each cell; as many as can be keep theirs."""
    before = {at: str(old[partners[at]].fields["pos"]) for at in range(len(new)) if at in partners}
    kept = {at: before[at] for at in _longest_rise(list(before.items()))}
    places: list[str] = []
    for at, cell in enumerate(new):
        above = next((kept[later] for later in range(at + 1, len(new)) if later in kept), None)
        below = places[-1] if places else None
        places.append(kept[at] if at in kept else between(below, above, cell.key))
    return places


def _longest_rise(pairs: list[tuple[int, str]]) -> set[int]:
    """Return the numbers of a longest sequence of pairs whose keys rise."""
    tails: list[str] = []
    chains: list[tuple[int, ...]] = []
    for at, value in pairs:
        length = bisect_left(tails, value)
        chain = (*(chains[length - 1] if length else ()), at)
        tails[length : length + 1] = [value]
        chains[length : length + 1] = [chain]
    return set(chains[-1]) if chains else set()
