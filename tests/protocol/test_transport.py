"""Listening to whatever has a `recv`."""

from __future__ import annotations

from collections.abc import Awaitable

import pytest

from cocalc_tui.protocol.transport import TransportClosed, listen_to


async def test_frames_are_handed_on_one_after_the_other_until_the_end() -> None:
    frames = [b"first", b"slow", b"last"]
    heard: list[str] = []

    async def recv() -> bytes:
        if not frames:
            raise TransportClosed("gone")
        return frames.pop(0)

    async def slowly() -> None:
        heard.append("slow begins")
        heard.append("slow ends")

    def hear(frame: bytes) -> Awaitable[None] | None:
        heard.append(frame.decode())
        return slowly() if frame == b"slow" else None

    with pytest.raises(TransportClosed):
        await listen_to(recv, hear)
    assert heard == ["first", "slow", "slow begins", "slow ends", "last"]
