"""What the relay checks in a patch before it is queued, without merging it.

The rest is decided where it can be: numbers, parents and times by the store, whether positions fit
by every replica alike.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cocalc_tui.protocol.codec import MAX_PATCH
from cocalc_tui.protocol.kinds import CHAT, NOTEBOOK
from cocalc_tui.protocol.messages import Role, WirePatch
from cocalc_tui.protocol.patches import PatchFormError, check_form, from_wire
from cocalc_tui.server.store import HOST, Denied
from cocalc_tui.sync.patch import Cancel, Create, Op, Put, Remove, Splice

OUTPUT_MARK = "/"
"""Keys of output records are CELL/RUN/INDEX; no other key of a notebook has one."""


def to_look_up(patches: Sequence[WirePatch], role: Role, document_type: str) -> frozenset[str]:
    """Sessions whose owner `objection` must know."""
    if role is Role.HOST or document_type != NOTEBOOK:
        return frozenset()
    return frozenset(
        op.session
        for patch in patches
        for op in _ops(patch)
        if isinstance(op, Cancel) and op.session != patch.session
    )


def _ops(patch: WirePatch) -> tuple[Op, ...]:
    try:
        return from_wire(patch).ops
    except PatchFormError:
        return ()


def adds(patch: WirePatch) -> bool:
    """Whether a patch puts something in; what only deletes or takes back does not."""
    return any(
        op.insert if isinstance(op, Splice) else isinstance(op, Create | Put) for op in _ops(patch)
    )


def objection(
    patch: WirePatch,
    user: str,
    role: Role,
    document_type: str,
    owners: Mapping[str, str | None],
) -> Denied | None:
    """Why this patch may not be queued."""
    if len(patch.ops) > MAX_PATCH:
        return Denied("size", f"patch {patch.n} is larger than {MAX_PATCH} bytes; split it")
    try:
        check_form(patch)
    except PatchFormError as error:
        return Denied("form", str(error))
    if role is Role.HOST:
        return None
    if patch.acting_for is not None:
        return Denied("form", "only the relay side acts for others")
    if document_type == NOTEBOOK:
        return _touches_outputs(patch, owners)
    if document_type == CHAT:
        return _speaks_for_others(_ops(patch), user)
    return None


def _speaks_for_others(ops: tuple[Op, ...], user: str) -> Denied | None:
    """A chat's records say whose they are: nobody makes one in another's name, or alters that."""
    for op in ops:
        match op:
            case Create(_, fields):
                if fields.get("user") != user or "claimed" in fields:
                    return Denied("role", f"{user} can only speak as {user}")
            case Put():
                return Denied("form", "what was said is edited in its text, not in its fields")
            case _:
                pass
    return None


def _touches_outputs(patch: WirePatch, owners: Mapping[str, str | None]) -> Denied | None:
    """Outputs say what a kernel printed: only the side that runs it may write or take them."""
    for op in _ops(patch):
        match op:
            case Splice(at=at):
                outputs = OUTPUT_MARK in at.key
            case Create(key=key) | Put(key=key) | Remove(key=key):
                outputs = OUTPUT_MARK in key
            case Cancel(session=session):
                outputs = owners.get(session) == HOST
        if outputs:
            return Denied("role", "outputs are written by the kernel's side only")
    return None
