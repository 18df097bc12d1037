"""A push, from its arrival to its `Ack` or `Refused`: checks, the commit queue, the answer."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from itertools import groupby
from operator import attrgetter

from cocalc_tui.protocol import messages as m
from cocalc_tui.protocol.messages import LARGEST_OPENED
from cocalc_tui.server.relay.allowance import AT_ONCE as ALLOWED
from cocalc_tui.server.relay.allowance import Allowance
from cocalc_tui.server.relay.committer import Committer, Job
from cocalc_tui.server.relay.guard import adds, objection, to_look_up
from cocalc_tui.server.relay.peer import Membership, Peer
from cocalc_tui.server.store import Denied, Draft, Outcome, Store

AT_ONCE = 1000
"""Patches that are queued as one: nobody waits for all of a large push."""
_session = attrgetter("session")
_WORD = {role: role.name.lower() for role in m.Role}
OVERHEAD = 500
"""Bytes that a patch costs in memory besides its operations, roughly."""


class Pushing:
    """What becomes of pushed patches."""

    def __init__(self, store: Store, committer: Committer, clock: Callable[[], int]) -> None:
        self._store = store
        self._committer = committer
        self._clock = clock
        self._allowance = Allowance(clock)

    def push(self, peer: Peer, message: m.Push) -> Awaitable[None] | None:
        """Check and queue; waits while too much of this connection is queued already."""
        member = peer.memberships.get(message.doc)
        document_type = member.room.info.type if member else ""
        sessions = to_look_up(message.patches, peer.role, document_type)
        if sessions:
            return self._push_knowing(peer, message, sessions)
        self._push(peer, message, {})
        return peer.when_unclogged()

    async def _push_knowing(self, peer: Peer, message: m.Push, sessions: Iterable[str]) -> None:
        owners = {session: await self._store.owner(session) for session in sessions}
        self._push(peer, message, owners)
        await peer.unclogged()

    def _push(self, peer: Peer, message: m.Push, owners: Mapping[str, str | None]) -> None:
        if len(message.patches) == 1:  # as nearly always
            self._queue(peer, message.doc, message.patches[0].session, message.patches, owners)
            return
        for session, patches in groupby(message.patches, _session):
            own = list(patches)
            for first in range(0, len(own), AT_ONCE):
                self._queue(peer, message.doc, session, own[first : first + AT_ONCE], owners)

    def _queue(
        self,
        peer: Peer,
        doc: str,
        session: str,
        patches: list[m.WirePatch],
        owners: Mapping[str, str | None],
    ) -> None:
        drafts: list[Draft] = []
        refused: list[Outcome] = []
        role, word, size = peer.role, _WORD[peer.role], 0
        member = peer.memberships.get(doc)
        closed = _closed(peer, member)
        document_type = member.room.info.type if member is not None else ""
        for patch in patches:
            denied = closed or objection(patch, peer.user, role, document_type, owners)
            if member is not None and not peer.host:
                denied = denied or self._too_much(member, patch)
            if denied is not None:
                refused.append(denied)
                break
            hold = peer.host and patch.kind == "import"
            drafts.append(Draft(doc, peer.user, word, patch, hold))
            size += len(patch.ops) + OVERHEAD
        peer.begin(size)

        def done(outcomes: Sequence[Outcome]) -> None:
            peer.finish(size)
            self._reply(peer, doc, session, patches, [*outcomes, *refused])

        self._committer.submit(Job(drafts, done))

    def _too_much(self, member: Membership, patch: m.WirePatch) -> Denied | None:
        """Why this patch is more than the document, or the relay, can hold."""
        size, user = len(patch.ops), member.peer.user
        if not member.room.growth.has_room(size) and adds(patch):
            most = LARGEST_OPENED // 2**20
            text = f"it has the {most} MB that a file may have; delete some of it to add more"
            return Denied("size", text)
        if not self._allowance.spend(user, size):
            text = f"{user} put {ALLOWED // 2**20} MB into documents within a short time"
            return Denied("busy", f"{text}; the rest waits here, and is stored bit by bit")
        return None

    def _reply(
        self,
        peer: Peer,
        doc: str,
        session: str,
        patches: Sequence[m.WirePatch],
        outcomes: Sequence[Outcome],
    ) -> None:
        """Say what became of patches that came together: one `Ack`, and the first `Refused`."""
        seqs: list[tuple[int, int]] = []
        refused: m.Refused | None = None
        for patch, outcome in zip(patches, outcomes, strict=False):
            if isinstance(outcome, Denied):
                code, text = outcome
                refused = m.Refused(
                    doc=doc,
                    session=session,
                    n=patch.n,
                    code=code,
                    text=text,
                    now=self._clock(),
                    time=patch.time,
                )
                break
            seqs.append((patch.n, outcome))
        if seqs:
            peer.say(m.Ack(doc=doc, session=session, seqs=seqs))
        if refused is not None:
            peer.say(refused)


def _closed(peer: Peer, member: Membership | None) -> Denied | None:
    """Why somebody may write nothing at all there."""
    if member is None:
        return Denied("form", "open the document before changing it")
    if member.room.readonly is not None and not peer.host:
        return Denied("role", member.room.readonly)
    return None
