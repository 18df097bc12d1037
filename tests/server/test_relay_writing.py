"""The order in which links are written to, and that nobody is left out."""

from __future__ import annotations

import asyncio

import pytest

from cocalc_tui.server.relay.writing import A_TURN, Writing


class Link:
    """One that notes when it was to write, and how much it had."""

    def __init__(self, name: str, written: list[tuple[str, int]]) -> None:
        self.name, self.written = name, written
        self.queued = self.hurried = False
        self.held = 0

    def write(self) -> None:
        if self.held:
            self.written.append((self.name, self.held))
            self.held = 0


class Crowd:
    def __init__(self, count: int) -> None:
        self.written: list[tuple[str, int]] = []
        self.links = [Link(f"{at}", self.written) for at in range(count)]
        self.writing = Writing()

    def say(self) -> None:
        for link in self.links:
            link.held += 1
            self.writing.soon(link)

    def answer(self, at: int) -> None:
        self.links[at].held += 1
        self.writing.first(self.links[at])


async def turns(count: int) -> None:
    for _ in range(count):
        await asyncio.sleep(0)


async def test_who_waits_for_an_answer_is_first_and_gets_all_at_once() -> None:
    crowd = Crowd(10 * A_TURN)
    crowd.say()
    crowd.answer(9 * A_TURN)
    await turns(1)
    assert crowd.written[0] == (f"{9 * A_TURN}", 2)
    assert len(crowd.written) == 1 + A_TURN


async def test_everybody_is_reached_though_others_hurry_on() -> None:
    crowd = Crowd(10 * A_TURN)
    crowd.say()
    for _ in range(10):
        crowd.answer(0)
        await turns(1)
    assert {name for name, _ in crowd.written} == {link.name for link in crowd.links}
    await turns(2)
    assert not any(link.held or link.queued or link.hurried for link in crowd.links)


@pytest.mark.parametrize("later", [1, 5])
async def test_what_is_said_meanwhile_goes_along(later: int) -> None:
    crowd = Crowd(10 * A_TURN)
    crowd.say()
    await turns(later)
    crowd.say()
    await turns(21)
    together = sum(held == 2 for _, held in crowd.written)
    assert together == (10 - later) * A_TURN
    assert sum(held for _, held in crowd.written) == 2 * 10 * A_TURN
