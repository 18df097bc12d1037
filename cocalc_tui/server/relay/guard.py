"""What the relay checks in a patch before it is queued, without merging it.

The rest is decided where it can be: numbers, parents and times by the store, whether positions fit
by every replica alike.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from cocalc_tui.protocol.codec import MAX_PATCH
from cocalc_tui.protocol.kinds import NOTEBOOK
from cocalc_tui.protocol.messages import Role, WirePatch
from cocalc_tui.protocol.patches import PatchFormError, from_wire
from cocalc_tui.server.store import HOST, Denied
from cocalc_tui.sync.patch import Cancel, Create, Op, Put, Remove, Splice

OUTPUT_MARK = "/"
"""Keys of output records are CELL/RUN/INDEX; no other key of a notebook has one."""


async def objection(
    patch: WirePatch,
    role: Role,
    document_type: str,
    owner: Callable[[str], Awaitable[str | None]],
) -> Denied | None:
    """Why this patch may not be queued; `owner` says whose session one is."""
    if len(patch.ops) > MAX_PATCH:
        return Denied("size", f"patch {patch.n} is larger than {MAX_PATCH} bytes; split it")
    try:
        ops = from_wire(patch).ops
    except PatchFormError as error:
        return Denied("form", str(error))
    if role is Role.HOST:
        return None
    if patch.acting_for is not None:
        return Denied("form", "only the relay side acts for others")
    if document_type == NOTEBOOK:
        return await _touches_outputs(patch, ops, owner)
    return None


async def _touches_outputs(
    patch: WirePatch, ops: tuple[Op, ...], owner: Callable[[str], Awaitable[str | None]]
) -> Denied | None:
    """Outputs say what a kernel printed: only the side that runs it may write or take them."""
    for op in ops:
        match op:
            case Splice(at=at):
                outputs = OUTPUT_MARK in at.key
            case Create(key=key) | Put(key=key) | Remove(key=key):
                outputs = OUTPUT_MARK in key
            case Cancel(session=session):
                outputs = session != patch.session and await owner(session) == HOST
        if outputs:
            return Denied("role", "outputs are written by the kernel's side only")
    return None
