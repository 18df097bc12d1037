"""The owner purges while people type and the relay is killed: nobody loses a word."""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections import Counter
from pathlib import Path

from cocalc_tui.client.events import WorkRefused, WorkspaceEvent
from cocalc_tui.client.history import purge
from cocalc_tui.client.requests import RequestFailed
from cocalc_tui.joining import join
from cocalc_tui.server.start import ensure_relay
from tests.server.processes.racing import relays
from tests.server.rounds import Typist, again, kill

ROUNDS = 4


class Keeping(Typist):
    """Knows what was kept as a copy, because it was not sent when the log became another."""

    kept = ""

    def _heard(self, event: WorkspaceEvent) -> None:
        if isinstance(event, WorkRefused):
            self.kept += event.copy.read_text()


async def purge_and_kill(typist: Keeping, project: Path, wait: float) -> bool:
    """Whether it was purged before the relay was killed."""
    before = typist.document.epoch
    asking = asyncio.ensure_future(purge(typist.workspace.requests, typist.document.doc))
    await asyncio.sleep(wait)
    kill(await asyncio.to_thread(relays, project))
    with contextlib.suppress(RequestFailed):
        await asking
    await typist.back()
    return typist.document.epoch > before


async def test_every_word_is_in_the_file_or_in_a_copy(project: Path) -> None:
    (project / "a.txt").touch()
    await asyncio.to_thread(ensure_relay, project)
    typists = [Keeping(name, join([project]).workspace(start=True)) for name in "ab"]
    chance, done = random.Random(3), 0
    for typist in typists:
        await typist.sit_down()
    for _ in range(ROUNDS):
        done += await purge_and_kill(typists[0], project, chance.random() * 0.15)
        await typists[1].back()
    for typist in typists:
        await typist.rest()
    await again(typists[0].document.save)
    there = Counter((project / "a.txt").read_text().split())
    words = [word for typist in typists for word in typist.acknowledged]
    kept = {word for typist in typists for word in typist.kept.split()}
    assert [word for word in words if not there[word] and word not in kept] == []
    assert [word for word, count in there.items() if count > 1] == []
    assert len(words) > 20
    assert done
    await again(lambda: purge(typists[0].workspace.requests, typists[0].document.doc))
    await typists[0].workspace.stop(everything=True)
    for typist in typists:
        await typist.leave()
