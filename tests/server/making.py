"""Patches and drafts for tests of the relay and its stores."""

from __future__ import annotations

from cocalc_tui.protocol.messages import WireEntry, WirePatch
from cocalc_tui.protocol.patches import to_wire
from cocalc_tui.server.store import Draft
from cocalc_tui.sync.patch import Op, Patch, PatchId, Splice

ALICE = "a" * 16
BOB = "b" * 16
EVE = "e" * 16
NOW = 1_700_000_000_000


def typed(
    session: str = ALICE,
    n: int = 0,
    parents: tuple[PatchId, ...] | None = None,
    *,
    ops: tuple[Op, ...] | None = None,
    time: int = NOW,
    kind: str = "typing",
    acting_for: str | None = None,
) -> WirePatch:
    """A patch that follows its session's last one, unless told otherwise."""
    if parents is None:
        parents = (PatchId(session, n - 1),) if n else ()
    if ops is None:
        ops = (Splice(0, 0, f"{session[0]}{n} "),)
    return to_wire(Patch(PatchId(session, n), time, parents, ops, kind, acting_for))


def draft(patch: WirePatch, author: str = "alice", doc: str = "d", role: str = "editor") -> Draft:
    return Draft(doc, author, role, patch)


def imported(n: int = 0, session: str = "f" * 16) -> Draft:
    """A patch of the host side that may be held."""
    return Draft("d", "alice", "host", typed(session, n, time=1, kind="import"), hold=True)


def ids(entries: list[WireEntry]) -> list[tuple[int, str, int]]:
    return [(entry.seq, entry.patch.session, entry.patch.n) for entry in entries]
