"""What runs in a project."""

from __future__ import annotations

import msgspec

from cocalc_tui.protocol.events.kernels import KernelInfo
from cocalc_tui.protocol.events.terminals import EndedTerminal, TerminalInfo


class OpenDocument(msgspec.Struct, frozen=True, kw_only=True):
    """A document that somebody has open, for `status`."""

    path: str
    people: list[str]
    seq: int


class ProjectStatus(msgspec.Struct, frozen=True, kw_only=True):
    """The answer to `Status`."""

    project: str
    pid: int
    door: int
    started: int
    people: list[str]
    """Everybody who is connected, the connection that asks aside."""
    documents: list[OpenDocument]
    kernels: list[KernelInfo]
    terminals: list[TerminalInfo] = []
    ended: list[EndedTerminal] = []
    """Terminals whose program ended."""
