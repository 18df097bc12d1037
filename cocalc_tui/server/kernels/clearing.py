"""Taking outputs away, and giving pasted cells those of the cells that were copied.

People may not write outputs, as these say what a kernel printed; so they ask the side that may.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import cast

from cocalc_tui.client.document import SharedDocument
from cocalc_tui.notebook import schema
from cocalc_tui.server.kernels.session import Session
from cocalc_tui.sync.patch import Json, Op


async def clear(
    document: SharedDocument, session: Session | None, cells: Sequence[str], user: str
) -> None:
    """Take away what cells printed; a cell that runs goes on printing into nothing."""
    if session is not None and not session.ended.is_set():
        cells = await session.clear(cells)
    replica = document.replica
    ops = [op for cell in cells for op in schema.clear_outputs(replica, cell)]
    ops += [op for cell in cells for op in schema.forget_count(replica, cell)]
    if ops:
        document.change(ops, "output", acting_for=user)


def copy(
    source: SharedDocument, target: SharedDocument, cells: Sequence[tuple[str, str]], user: str
) -> None:
    """Give cells the outputs of others, cell by cell; those that have some keep them."""
    found, taken = schema.outputs(source.replica), schema.outputs(target.replica)
    ops: list[Op] = []
    for old, new in cells:
        if target.replica.records.live(new) and new not in taken:
            ops += _copied(source, found.get(old, ()), new)
    if ops:
        target.change(ops, "output", acting_for=user)


def _copied(source: SharedDocument, outputs: Sequence[str], cell: str) -> list[Op]:
    run = secrets.token_hex(6)
    ops: list[Op] = []
    for index, key in enumerate(outputs):
        fields = source.replica.records[key]
        data, layout = (
            cast("dict[str, Json]", fields.get(name, {})) for name in ("data", "layout")
        )
        ops += schema.create_output(cell, run, index, data, layout)
    return ops
