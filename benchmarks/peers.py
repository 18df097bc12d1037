"""The same replay by pycrdt and Loro, for comparison in the same run."""

from __future__ import annotations

import importlib.util
import time
from collections.abc import Callable, Sequence
from typing import Any, Protocol, TypedDict

from benchmarks.traces import Trace, Txn, sessions


class Result(TypedDict):
    """Seconds of CPU, and bytes."""

    exact: bool
    apply_s: float
    """One call per edit, or per keystroke of others where the trace is concurrent."""
    merge_s: float
    """The whole history at once, from bytes."""
    sealed_bytes: int


class Replica(Protocol):
    """What a peer must offer."""

    def edit(self, pos: int, delete: int, insert: str) -> None:
        """Do one edit by itself."""

    def end(self) -> bytes:
        """End a step; returns what others need of it."""

    def take(self, update: bytes) -> None:
        """Take in what others did."""

    def save(self) -> bytes:
        """What it writes to disk, with the whole history."""

    def history(self) -> bytes:
        """All that was ever done, to be merged."""

    def text(self) -> str:
        """The text."""


class Pycrdt:
    """pycrdt, which counts in UTF-8 bytes and forgets deleted text."""

    def __init__(self, number: int, *, ascii_only: bool) -> None:
        from pycrdt import Doc, Text

        self._doc: Any = Doc(client_id=number + 1)
        self._doc["t"] = self._text = Text()
        self._ascii = ascii_only
        self._state = self._doc.get_state()

    def edit(self, pos: int, delete: int, insert: str) -> None:
        """Do one edit by itself."""
        stop = pos + delete
        if not self._ascii:
            text = str(self._text)
            pos, stop = len(text[:pos].encode()), len(text[:stop].encode())
        if delete:
            del self._text[pos:stop]
        if insert:
            self._text.insert(pos, insert)

    def end(self) -> bytes:
        """End a step; returns what others need of it."""
        update: bytes = self._doc.get_update(self._state)
        self._state = self._doc.get_state()
        return update

    def take(self, update: bytes) -> None:
        """Take in what others did."""
        self._doc.apply_update(update)
        self._state = self._doc.get_state()

    def save(self) -> bytes:
        """What it writes to disk, with the whole history."""
        return self.history()

    def history(self) -> bytes:
        """All that was ever done, to be merged."""
        update: bytes = self._doc.get_update()
        return update

    def text(self) -> str:
        """The text."""
        return str(self._text)


class Loro:
    """Loro, with a commit per edit."""

    def __init__(self, number: int, *, ascii_only: bool) -> None:
        import loro

        del ascii_only
        self._modes = loro.ExportMode
        self._doc: Any = loro.LoroDoc()
        self._doc.peer_id = number + 1
        self._text = self._doc.get_text("t")
        self._version = self._doc.oplog_vv

    def edit(self, pos: int, delete: int, insert: str) -> None:
        """Do one edit by itself."""
        if delete:
            self._text.delete(pos, delete)
        if insert:
            self._text.insert(pos, insert)
        self._doc.commit()

    def end(self) -> bytes:
        """End a step; returns what others need of it."""
        update: bytes = self._doc.export(self._modes.Updates(self._version))
        self._version = self._doc.oplog_vv
        return update

    def take(self, update: bytes) -> None:
        """Take in what others did."""
        self._doc.import_(update)
        self._version = self._doc.oplog_vv

    def save(self) -> bytes:
        """What it writes to disk, with the whole history."""
        saved: bytes = self._doc.export(self._modes.Snapshot())
        return saved

    def history(self) -> bytes:
        """All that was ever done, to be merged."""
        update: bytes = self._doc.export(self._modes.Updates(type(self._version)()))
        return update

    def text(self) -> str:
        """The text."""
        text: str = self._text.to_string()
        return text


PEERS: dict[str, Callable[..., Replica]] = {"pycrdt": Pycrdt, "loro": Loro}


def run_peers(trace: Trace) -> dict[str, Result]:
    """Every peer that is installed."""
    return {
        name: replay(trace, make) for name, make in PEERS.items() if importlib.util.find_spec(name)
    }


def replay(trace: Trace, make: Callable[..., Replica]) -> Result:
    """One peer."""
    ascii_only = all(edit[2].isascii() for txn in trace.txns for edit in txn.edits)
    if trace.concurrent:
        updates = _updates(trace.txns, make, ascii_only=ascii_only)
        replica = make(2**32, ascii_only=ascii_only)
        start = time.process_time()
        for update in updates:
            replica.take(update)
        apply_s = time.process_time() - start
    else:
        replica = make(0, ascii_only=ascii_only)
        start = time.process_time()
        for txn in trace.txns:
            for edit in txn.edits:
                replica.edit(*edit)
        apply_s = time.process_time() - start
    history = replica.history()
    fresh = make(1, ascii_only=ascii_only)
    start = time.process_time()
    fresh.take(history)
    merged = fresh.text()
    merge_s = time.process_time() - start
    exact = replica.text() == merged == trace.end
    return Result(exact=exact, apply_s=apply_s, merge_s=merge_s, sealed_bytes=len(replica.save()))


def _updates(txns: Sequence[Txn], make: Callable[..., Replica], *, ascii_only: bool) -> list[bytes]:
    """What each step sends to others, made by a replica that has seen exactly its parents."""
    replicas: dict[str, tuple[Replica, set[int]]] = {}
    updates: list[bytes] = []
    for index, (txn, (session, _)) in enumerate(zip(txns, sessions(txns), strict=True)):
        if session not in replicas:
            replicas[session] = make(len(replicas), ascii_only=ascii_only), set()
        replica, has = replicas[session]
        missing: list[int] = []
        look = list(txn.parents)
        while look:
            parent = look.pop()
            if parent not in has:
                has.add(parent)
                missing.append(parent)
                look += txns[parent].parents
        for parent in sorted(missing):
            replica.take(updates[parent])
        for edit in txn.edits:
            replica.edit(*edit)
        updates.append(replica.end())
        has.add(index)
    return updates
