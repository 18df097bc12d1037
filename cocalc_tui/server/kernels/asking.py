"""How code goes on and what a name is, asked of a notebook's kernel.

Politely: a kernel at work is not asked, and one that takes long is not waited for, so that nobody
sits before a screen that has stopped because somebody else's cell runs.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from cocalc_tui.protocol.events import Completion, Inspection, Match
from cocalc_tui.server.keeper.following import KeeperGoneError
from cocalc_tui.server.kernels.errors import KernelError
from cocalc_tui.server.kernels.session import Session

PATIENCE = 5.0
"""Seconds that a kernel has to answer; the first completion loads much."""


async def complete(session: Session | None, code: str, pos: int) -> Completion:
    """Ask how code could go on; raises KernelError."""
    reply = await _ask(session, "complete", {"code": code, "cursor_pos": pos})
    kinds: Mapping[str, Any] = reply.get("kinds") or {}
    matches = [
        Match(text=text, kind=str(kinds.get(text, "")))
        for text in reply.get("matches") or ()
        if isinstance(text, str)
    ]
    start, end = (_within(code, reply.get(name, pos)) for name in ("cursor_start", "cursor_end"))
    return Completion(start=min(start, end), end=end, matches=matches)


async def inspect(session: Session | None, code: str, pos: int, detail: int) -> Inspection:
    """Ask what stands at a place; raises KernelError."""
    content = {"code": code, "cursor_pos": pos, "detail_level": 1 if detail else 0}
    reply = await _ask(session, "inspect", content)
    data = reply.get("data") if reply.get("found") else None
    return Inspection(data=data or {})


def _within(code: str, place: object) -> int:
    """A place in the code; kernels have been seen to name others."""
    return min(max(place, 0), len(code)) if isinstance(place, int) else len(code)


async def _ask(session: Session | None, about: str, content: dict[str, object]) -> dict[str, Any]:
    if session is None or session.ended.is_set():
        raise KernelError("no kernel runs; run a cell to start it")
    try:
        async with asyncio.timeout(PATIENCE):
            said = await session.link.ask("question", about=about, content=content)
    except (TimeoutError, ValueError):
        raise KernelError("the kernel is busy", "busy") from None
    except KeeperGoneError:
        raise KernelError("the kernel just ended; run a cell to start it anew") from None
    reply: dict[str, Any] = said["reply"]
    if reply.get("status", "ok") != "ok":
        raise KernelError("the kernel cannot say it")
    return reply
