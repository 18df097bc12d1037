"""The rules by which patches enter a log: which are taken, and with which number.

Pure, and the same for every store. What it must know of a log is small: how far each session has
counted, the heads, and the greatest time. Since a session counts without gaps, a patch is known
exactly where its number is below its session's next one.
"""

from __future__ import annotations

from collections.abc import Iterable

from cocalc_tui.protocol.messages import WireEntry, WirePatch
from cocalc_tui.protocol.patches import from_wire, to_wire
from cocalc_tui.server.store.interface import HOST, Denied, Draft
from cocalc_tui.sync.patch import PatchId

MAX_AHEAD = 60_000
"""Milliseconds that a patch may be ahead of the relay's clock and of the log."""


class Ledger:
    """The state of one log that decides about its next patch."""

    def __init__(self) -> None:
        self.seq = 0
        self.clock = 0
        """The greatest time in the log."""
        self.heads: set[PatchId] = set()
        self.next_n: dict[str, int] = {}
        self.unstored: list[WireEntry] = []
        """The last entries, numbered but not stored yet."""
        self.holding = True
        """Whether all there is may be held: nothing is stored, and nothing need be."""

    def knows(self, patch: WirePatch) -> bool:
        """Whether a patch with this id is in the log."""
        return patch.n < self.next_n.get(patch.session, 0)

    def objection(self, draft: Draft, owner: str, now: int) -> Denied | None:
        """Why a patch that is not known cannot be taken at `now`; its session is `owner`'s."""
        patch = draft.patch
        writer = draft.owner
        if writer not in {owner, HOST}:
            return Denied("id", f"session {patch.session} is another user's")
        expected = self.next_n.get(patch.session, 0)
        if patch.n != expected:
            return Denied("gap", f"patch {patch.n} came while patch {expected} is missing")
        for session, n in patch.parents:
            if n >= self.next_n.get(session, 0):
                return Denied("parents", f"patch {patch.n} follows {session}:{n}, unknown here")
        if patch.time > max(now, self.clock) + MAX_AHEAD:
            return Denied("clock", f"patch {patch.n} is from a clock that is ahead of the relay's")
        return None

    def take(self, draft: Draft, now: int) -> WireEntry:
        """Number a patch against which there is no objection."""
        entry = WireEntry(self.seq + 1, draft.author, draft.role, now, draft.patch)
        self.add(entry)
        self.unstored.append(entry)
        self.holding = self.holding and draft.hold
        return entry

    def add(self, entry: WireEntry) -> None:
        """The log's next entry, numbered already."""
        patch = entry.patch
        self.follow(entry.seq, PatchId(patch.session, patch.n), patch.time, patch.parents)

    def follow(self, seq: int, new: PatchId, time: int, parents: Iterable[tuple[str, int]]) -> None:
        """The log goes on with this patch."""
        self.seq = seq
        self.clock = max(self.clock, time)
        self.next_n[new.session] = new.n + 1
        advance(self.heads, new, parents)


def advance(heads: set[PatchId], new: PatchId, parents: Iterable[tuple[str, int]]) -> None:
    """Move heads over a patch whose parents are in the log."""
    heads.difference_update(parents)
    heads.add(new)


def same_patch(one: WirePatch, other: WirePatch) -> bool:
    """Whether two patches with one id are one patch, however each was encoded."""
    return one == other or to_wire(from_wire(one)) == to_wire(from_wire(other))
