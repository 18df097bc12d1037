"""Faults put in on purpose: each breaks one promise, and the simulation has to find it.

A simulation that finds nothing may be a bad one. Each of these takes the place of a part of the
real client, relay or host side, as small as such a mistake would be.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any
from unittest import mock

from cocalc_tui.client.document import SharedDocument
from cocalc_tui.client.outbox import Outbox
from cocalc_tui.protocol import messages as m
from cocalc_tui.server.host.saved import SavedVersions, Version
from cocalc_tui.server.relay.committer import Committer, Job
from cocalc_tui.server.relay.peer import Membership, Peer
from cocalc_tui.server.relay.project import Project
from cocalc_tui.server.relay.room import Room
from cocalc_tui.server.store.sqlite import SqliteStore
from tests.sim.person import Person

Patching = AbstractContextManager[Any]


@dataclass(frozen=True)
class Mutant:
    """A fault."""

    name: str
    patch: Callable[[], Patching]
    says: str
    """What the simulation says of it, as a regular expression."""
    within: int
    """Seeds within which it is found."""
    person: type[Person] = Person


async def _acknowledges_at_once(self: Committer, jobs: list[Job]) -> None:
    store = self._store
    assert isinstance(store, SqliteStore)
    ledgers = {draft.doc: store._logs[draft.doc].ledger for job in jobs for draft in job.drafts}
    if any(ledgers[d.doc].knows(d.patch) or d.hold for job in jobs for d in job.drafts):
        await _commit(self, jobs)
        return
    numbers = {doc: ledger.seq for doc, ledger in ledgers.items()}
    for job in jobs:
        for draft in job.drafts:
            numbers[draft.doc] += 1
        job.done([numbers[draft.doc] - len(job.drafts) + 1 + i for i, _ in enumerate(job.drafts)])
    await self._append([draft for job in jobs for draft in job.drafts])


def _skips_one(self: Peer, member: Membership, frame: Any, first: int, last: int) -> None:
    _push(self, member, frame, first, last)
    if member.live and last == member.cursor and last % 5 == 0:
        member.cursor += 1


def _does_not_note(self: SavedVersions, doc: str, version: Version, **more: Any) -> int:
    return _note(self, doc, version, **more) if version.done else 0


def _children_first(self: Room, doc: str, entries: Sequence[m.WireEntry]) -> None:
    _arrived(self, doc, entries)
    if len(entries) > 1:
        frame = m.Entries(doc=doc, entries=list(entries)[::-1])
        for member in self.members.values():
            member.peer.say(frame)


async def _one_too_far(self: Room) -> tuple[int, bytes | None]:
    seq, data = await _checkpoint(self)
    return (seq, data) if data is None else (min(seq + 1, self.seq), data)


_push, _note, _arrived = Peer.push, SavedVersions.note, Room._arrived
_checkpoint = Room._checkpoint
_commit = Committer._commit


class Forgetful(Person):
    """Every start of the app writes under the same session, and counts from 0."""

    def new_session(self) -> str:
        return f"{sum(self.first_name.encode()):016x}"


def _replace(owner: object, name: str, by: object) -> Callable[[], Patching]:
    return lambda: mock.patch.object(owner, name, by)


MUTANTS = [
    Mutant(
        "acknowledge before commit",
        _replace(Committer, "_commit", _acknowledges_at_once),
        "is lost|has the numbers|was acknowledged|do not agree",
        40,
    ),
    Mutant(
        "no resend",
        _replace(Outbox, "retry", lambda self: None),
        "do not agree|waits for ever|no amen|does not send",
        10,
    ),
    Mutant(
        "n reused after restart",
        _replace(SharedDocument, "counts_on", lambda self: True),
        "next patch|KeyError|another patch|is nowhere",
        20,
        Forgetful,
    ),
    Mutant("cursor that skips one", _replace(Peer, "push", _skips_one), r"heard \d+ after", 10),
    Mutant(
        "own save taken as foreign",
        _replace(SavedVersions, "note", _does_not_note),
        "were taken in|times in",
        20,
    ),
    Mutant(
        "revoked role still accepted",
        _replace(Project, "_roles_changed", lambda self: None),
        "might not write any more",
        20,
    ),
    Mutant(
        "patch broadcast before its parents",
        _replace(Room, "_arrived", _children_first),
        r"heard \d+ after|before its parent",
        20,
    ),
    Mutant(
        "checkpoint used for the wrong heads",
        _replace(Room, "_checkpoint", _one_too_far),
        r"a checkpoint of entries 1\.\.\d+ is for 1\.\.\d+",
        20,
    ),
]
