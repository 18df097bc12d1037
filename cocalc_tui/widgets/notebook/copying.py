"""Cells cut, copied and pasted: all of what they are, from one notebook to another.

The outputs stay where they are written, at the side that runs kernels: it is asked to give those
of the copied cell to the pasted one. So a person can move a result to where it is wanted, and
nobody can paste one that no kernel ever printed.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, cast

from cocalc_tui.client.document import SharedDocument
from cocalc_tui.notebook import schema
from cocalc_tui.sync.patch import Create, Json, Op

KEPT = ("metadata", "attachments", "extra")
"""Fields of a cell, besides its type and text, that go where it goes."""


class CopiedCell(NamedTuple):
    """A cell cut or copied."""

    kind: str
    text: str
    fields: dict[str, Json] = {}  # noqa: RUF012 - of a tuple, and never changed
    path: str = ""
    """The notebook it comes from, "" for none ..."""
    key: str = ""
    """... and which cell it was there."""


_copied: list[CopiedCell] = []
"""Of this app, so that cells go from one notebook to another."""


def take(document: SharedDocument, keys: Sequence[str]) -> None:
    """Copy cells."""
    _copied[:] = [_copy(document, key) for key in keys]


def taken() -> Sequence[CopiedCell]:
    """What was copied last."""
    return tuple(_copied)


def _copy(document: SharedDocument, key: str) -> CopiedCell:
    replica = document.replica
    record = replica.records[key]
    fields = {name: record[name] for name in KEPT if name in record}
    if (count := schema.execution_count(replica, key)) is not None:
        fields["exec_count"] = count
    kind = schema.cell_type(replica, key)
    return CopiedCell(kind, schema.source(replica, key), fields, document.path, key)


def insertion(document: SharedDocument, key: str, place: int, cell: CopiedCell) -> list[Op]:
    """Make the operations that put a copied cell before the `place`-th, as a cell named `key`."""
    created, *rest = schema.insert_cell(document.replica, key, place, cell.kind, cell.text)
    made = cast(Create, created)
    return [Create(key, {**cell.fields, **made.fields}), *rest]


async def bring_outputs(
    document: SharedDocument, keys: Sequence[str], cells: Sequence[CopiedCell]
) -> None:
    """Have pasted cells get the outputs of those they were copied from; raises RequestFailed."""
    pairs: dict[str, list[tuple[str, str]]] = {}
    for key, cell in zip(keys, cells, strict=True):
        if cell.kind == "code" and cell.path and "exec_count" in cell.fields:
            pairs.setdefault(cell.path, []).append((cell.key, key))
    for path, found in pairs.items():
        await document.copy_outputs(path, found)
