"""Forgetting the history of a document: a new log that begins with what the document says now.

What somebody typed by mistake (a password, a name) is in the log for ever, and so is a year of a
busy notebook. The owner may begin anew. The relay core does not merge, so it cannot tell what a
document says; the host side can.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import TYPE_CHECKING

from cocalc_tui.notebook import model
from cocalc_tui.protocol import messages as m
from cocalc_tui.protocol.codec import MAX_PATCH
from cocalc_tui.protocol.kinds import NOTEBOOK, TEXT
from cocalc_tui.protocol.patches import to_wire
from cocalc_tui.server.host.patches import chain, session_of
from cocalc_tui.server.host.root import FileError
from cocalc_tui.sync.patch import Op, Patch, Splice

if TYPE_CHECKING:
    from cocalc_tui.client.document import SharedDocument
    from cocalc_tui.server.host.host import Host
    from cocalc_tui.server.host.opened import Opened

TRIES = 20
"""How often it is tried while others go on typing."""


async def purge(host: Host, opened: Opened, user: str) -> None:
    """Put a new log in the place of a document's; raises FileError."""
    shared = opened.shared
    if opened.document.type not in {TEXT, NOTEBOOK}:
        raise FileError("form", f"{shared.path}: only texts and notebooks can be purged")
    if host.runner is not None and host.runner.needs(shared.doc):
        raise FileError("busy", f"{shared.path}: a cell runs; wait for it, or stop the kernel")
    if opened.document.untouched:
        return  # nobody ever changed it, so nothing of it is in the log
    await opened.save(asked=False)
    for _ in range(TRIES):
        await host.workspace.settled(shared)
        if await _replaced(host, shared, user):
            await host.workspace.open_anew(shared)
            opened.say_again()
            await opened.look()
            return
    raise FileError("busy", f"{shared.path}: somebody types in it without a pause; try again")


async def _replaced(host: Host, shared: SharedDocument, user: str) -> bool:
    """Put it there, unless the log went on meanwhile."""
    seq, patches = shared.numbers.upto, _beginning(shared, host.clock())
    wire = [to_wire(patch) for patch in patches]
    if sum(len(patch.ops) for patch in wire) > MAX_PATCH:
        raise FileError("form", f"{shared.path}: too large to be purged")
    return await host.workspace.requests.result(
        lambda id_: m.Anew(id=id_, doc=shared.doc, seq=seq, patches=wire, user=user), bool
    )


def _beginning(shared: SharedDocument, now: int) -> Sequence[Patch]:
    """The patches that make what the document says; cells keep their keys."""
    if shared.type == NOTEBOOK:
        ops = model.creation(model.take(shared.replica))
    else:
        ops = list[Op]([Splice(0, 0, str(shared.replica.text()))])
    return chain(session_of("purge", secrets.token_hex(16)), ops, "import", time=now, parents=())
