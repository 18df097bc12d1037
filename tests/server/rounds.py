"""`python -m tests.server.rounds --rounds N --races N --seed S`: real processes, killed at random.

People type without a pause while the door, the relay, keepers and apps are killed (-9) and stopped.
In the end each word that was acknowledged is in the file, once; and after each blow it is measured
how long it took until all who type had something acknowledged again. In every second game nobody is
there who could start a relay.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import itertools
import os
import random
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import TypeVar

from cocalc_tui.client.document import SharedDocument
from cocalc_tui.client.events import WorkRefused, WorkspaceEvent
from cocalc_tui.client.requests import RequestFailed
from cocalc_tui.client.workspace import Workspace
from cocalc_tui.joining import join
from cocalc_tui.notebook import schema
from cocalc_tui.server.daemon import is_locked
from cocalc_tui.server.paths import RUNTIME_VARIABLE, places
from cocalc_tui.server.start import ensure_relay
from cocalc_tui.sync.patch import Splice
from tests.server.processes.look import processes
from tests.server.processes.racing import doors, race, relays

Result = TypeVar("Result")
PATIENCE = 60.0
GAME = 50
"""Rounds that are played in one project."""
NOTEBOOK = (
    '{"cells": [{"cell_type": "code", "id": "one", "metadata": {}, "source": "1",'
    ' "execution_count": null, "outputs": []}], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}'
)


@dataclass
class Outcome:
    """What came of some rounds."""

    rounds: int = 0
    acknowledged: int = 0
    lost: list[str] = field(default_factory=list)
    """Words that were acknowledged and are not there."""
    twice: list[str] = field(default_factory=list)
    blows: dict[str, list[float]] = field(default_factory=dict)
    """Seconds until everybody was back, in each round, by what was done to them."""

    def add(self, other: Outcome) -> None:
        """Take in those of another game."""
        self.rounds += other.rounds
        self.acknowledged += other.acknowledged
        self.lost += other.lost
        self.twice += other.twice
        for blow, seconds in other.blows.items():
            self.blows.setdefault(blow, []).extend(seconds)

    @property
    def back(self) -> list[float]:
        """Seconds until everybody was back, in each round."""
        return [seconds for each in self.blows.values() for seconds in each]

    def back_within(self, share: float) -> float:
        """Seconds within which that share of rounds was over."""
        ordered = sorted(self.back)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))]

    def __str__(self) -> str:
        blows = ", ".join(
            f"{what} {len(seconds)}: {median(seconds):.2f} to {max(seconds):.2f}"
            for what, seconds in sorted(self.blows.items())
        )
        return (
            f"{self.rounds} rounds, {self.acknowledged} patches acknowledged, "
            f"{len(self.lost)} lost, {len(self.twice)} twice; "
            f"apps back p50 {self.back_within(0.5):.2f} s, "
            f"p95 {self.back_within(0.95):.2f} s, max {max(self.back):.2f} s ({blows})"
        )


class Typist:
    """Somebody in this process who types a word now and then."""

    def __init__(self, name: str, workspace: Workspace) -> None:
        self.name = name
        self.workspace = workspace
        self.acknowledged: list[str] = []
        self.refused: list[str] = []
        """Why work was not taken: nobody lost a role here, so that is a fault."""
        self._waiting: list[str] = []
        self._numbers = itertools.count()
        self._typing: asyncio.Task[None] | None = None
        self.document: SharedDocument

    async def sit_down(self) -> None:
        """Open the file and begin."""
        self.workspace.subscribe(self._heard)
        self.workspace.start()
        await self.workspace.ready()
        self.document = await again(lambda: self.workspace.open("a.txt"))
        self.document.subscribe(lambda _: self._look())
        self._typing = asyncio.create_task(self._type_on())

    async def _type_on(self) -> None:
        while True:
            self.type()
            await asyncio.sleep(0.02)

    def type(self) -> str:
        """Type a word that nobody else types."""
        word = f"{self.name}{next(self._numbers)}"
        self._waiting.append(word)
        self.document.change([Splice(0, 0, f"{word} ")], step=True)
        return word

    def _heard(self, event: WorkspaceEvent) -> None:
        if isinstance(event, WorkRefused):
            self.refused.append(event.reason)

    def _look(self) -> None:
        """What is not in the outbox any more was acknowledged: the oldest words first."""
        unsent = "".join(
            op.insert for p in self.document.unsent() for op in p.ops if isinstance(op, Splice)
        )
        while self._waiting and f"{self._waiting[0]} " not in unsent:
            self.acknowledged.append(self._waiting.pop(0))

    async def back(self) -> None:
        """Return once what is typed now is acknowledged."""
        word = self.type()
        await until(lambda: word not in self._waiting)

    async def rest(self) -> None:
        """Stop typing, and see that all of it is sent."""
        if self._typing is not None:
            self._typing.cancel()
        await until(lambda: self.document.sent)

    async def leave(self) -> None:
        """End the app."""
        if self._typing is not None:
            self._typing.cancel()
        await self.workspace.close()


class Away:
    """Somebody whose app is a process of its own."""

    def __init__(self, name: str, project: Path) -> None:
        self.name = name
        self._project = project
        self._starts = itertools.count()
        self._files: list[Path] = []
        self.process: asyncio.subprocess.Process

    async def start(self) -> None:
        """Start the app, anew where it was killed."""
        name = f"{self.name}{next(self._starts)}x"
        self._files.append(self._project.with_name(f"{self._project.name}.{name}"))
        self.process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tests.server.typist", str(self._project), name),
            str(self._files[-1]),
        )
        await until(self._files[-1].exists)

    @property
    def acknowledged(self) -> list[str]:
        """Words of all its starts."""
        return [word for file in self._files for word in file.read_text().split()]

    async def kill(self) -> None:
        """Kill it, whatever it does."""
        with contextlib.suppress(ProcessLookupError):
            self.process.kill()
        await self.process.wait()


class Game:
    """One project, and blows that fall on what serves it."""

    def __init__(self, project: Path, seed: int, *, hosted: bool) -> None:
        """`hosted`: somebody is there who starts a relay where none runs."""
        self._project = project
        self._chance = random.Random(seed)
        self._hosted = hosted
        self.outcome = Outcome()
        self._typists = [
            Typist("a", join([project]).workspace(start=hosted)),
            Typist("b", join([project]).workspace(start=False)),
        ]
        self._away = Away("c", project)
        self._blows: list[Callable[[], Awaitable[None]]] = [
            self.relay_killed,
            self.relay_killed,
            self.relay_stopped,
            self.door_killed,
            self.door_stopped_and_relay_killed,
            self.door_then_relay_killed,
            self.app_killed,
            self.app_stopped,
            self.keeper_killed,
            self.all_but_a_kernel_killed,
            self.state_taken_away,
            self.state_taken_away_and_relay_killed,
        ]
        self._slow = (self.keeper_killed, self.all_but_a_kernel_killed)
        if hosted:
            self._blows.append(self.all_killed)

    async def play(self, rounds: int) -> Outcome:
        """Play so many rounds; raises AssertionError where somebody does not come back."""
        (self._project / "a.txt").touch()
        (self._project / "n.ipynb").write_text(NOTEBOOK)
        await asyncio.to_thread(ensure_relay, self._project)
        for typist in self._typists:
            await typist.sit_down()
        await self._away.start()
        for number in range(rounds):
            await asyncio.sleep(self._chance.random() ** 2 * 0.3)
            blow = self._blows[self._chance.randrange(len(self._blows))]
            if blow in self._slow and number % 4:
                blow = self.relay_killed  # a kernel takes long to start
            await blow()
            began = time.monotonic()
            await asyncio.gather(*(typist.back() for typist in self._typists))
            seconds = self.outcome.blows.setdefault(blow.__name__.replace("_", " "), [])
            seconds.append(time.monotonic() - began)
        await self._check()
        self.outcome.rounds = rounds
        return self.outcome

    async def _check(self) -> None:
        """Whether each acknowledged word is in the file, once."""
        await self._away.kill()
        for typist in self._typists:
            await typist.rest()
            assert not typist.refused, typist.refused
        await again(self._typists[0].document.save)
        there = Counter((self._project / "a.txt").read_text().split())
        words = [word for typist in self._typists for word in typist.acknowledged]
        words += self._away.acknowledged
        self.outcome.acknowledged = len(words)
        self.outcome.lost = [word for word in words if not there[word]]
        self.outcome.twice = [word for word, count in there.items() if count > 1]

    async def end(self) -> None:
        """Leave nothing running."""
        with contextlib.suppress(AttributeError):
            await self._away.kill()
        with contextlib.suppress(RequestFailed, TimeoutError):
            await asyncio.wait_for(self._typists[0].workspace.stop(everything=True), 30)
        for typist in self._typists:
            await typist.leave()
        await until(lambda: not doors(self._project) and not relays(self._project))
        assert not is_locked(places(self._project).lock)

    # --- blows ---------------------------------------------------------------------------------

    async def relay_killed(self) -> None:
        """Only the relay."""
        kill(relays(self._project))

    async def door_killed(self) -> None:
        """Its relay starts another."""
        kill(doors(self._project))

    async def door_then_relay_killed(self) -> None:
        """The relay has noticed, but no more than that."""
        before = doors(self._project)
        kill(before)
        await until(lambda: set(doors(self._project)) - set(before))
        kill(relays(self._project))

    async def all_killed(self) -> None:
        """Both at once: whoever may start them does."""
        kill([*doors(self._project), *relays(self._project)])

    async def relay_stopped(self) -> None:
        """For a while it does not answer, and everybody waits or connects anew."""
        await stopped(relays(self._project), self._chance.random())

    async def door_stopped_and_relay_killed(self) -> None:
        """Nobody restarts the relay for a while."""
        where = doors(self._project)
        send(where, signal.SIGSTOP)
        kill(relays(self._project))
        await stopped(where, self._chance.random() / 2)

    async def app_killed(self) -> None:
        """Its unsent work is sent by the next start."""
        await self._away.kill()
        await self._away.start()

    async def app_stopped(self) -> None:
        """As a laptop that sleeps."""
        await stopped([self._away.process.pid], self._chance.random())

    async def state_taken_away(self) -> None:
        """As by `rm -rf .cocalc-tui` or `git clean -fdx`, which take what is made meanwhile too."""
        await asyncio.to_thread(shutil.rmtree, places(self._project).state, ignore_errors=True)

    async def state_taken_away_and_relay_killed(self) -> None:
        """What was acknowledged in between has nothing but what was written anew."""
        await self.state_taken_away()
        await asyncio.gather(*(typist.back() for typist in self._typists))
        await self.relay_killed()

    async def keeper_killed(self) -> None:
        """A kernel dies with its keeper, and everybody hears of it; nothing else is touched."""
        document = await self._with_kernel()
        kill(processes("keeper", str(self._project)))
        await until(lambda: document.kernel.state == "dead")

    async def all_but_a_kernel_killed(self) -> None:
        """Its keeper starts door and relay again, though nobody else could."""
        await self._with_kernel()
        await self.all_killed()

    async def _with_kernel(self) -> SharedDocument:
        """A notebook whose kernel runs."""
        workspace = self._typists[0].workspace
        document = await again(lambda: workspace.open("n.ipynb"))
        await again(lambda: document.run(schema.cells(document.replica)))
        await until(lambda: document.kernel.state == "idle")
        return document


async def again(ask: Callable[[], Awaitable[Result]]) -> Result:
    """Ask for something, again where the relay is another meanwhile."""
    while True:
        try:
            return await ask()
        except RequestFailed as failed:
            if failed.code not in {"offline", "busy"}:
                raise
        await asyncio.sleep(0.05)


def kill(pids: Sequence[int]) -> None:
    """-9."""
    send(pids, signal.SIGKILL)


def send(pids: Sequence[int], number: signal.Signals) -> None:
    """Send a signal to those that are still there."""
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)


async def stopped(pids: Sequence[int], seconds: float) -> None:
    """Stop processes for a while."""
    send(pids, signal.SIGSTOP)
    try:
        await asyncio.sleep(seconds)
    finally:
        send(pids, signal.SIGCONT)


async def until(happened: Callable[[], object]) -> None:
    """Wait until something is so; the bound only ends what fails."""
    end = time.monotonic() + PATIENCE
    while not happened():
        assert time.monotonic() < end, "it never happened"
        await asyncio.sleep(0.002)


@contextlib.asynccontextmanager
async def game(project: Path, seed: int, *, hosted: bool) -> AsyncIterator[Game]:
    """A game that leaves nothing running."""
    one = Game(project, seed, hosted=hosted)
    try:
        yield one
    finally:
        await one.end()


async def _games(folder: Path, rounds: int, seed: int) -> Outcome:
    whole = Outcome()
    for number in range(-(-rounds // GAME)):
        project = folder / f"lab{number}"
        project.mkdir()
        async with game(project, seed + number, hosted=number % 2 == 0) as one:
            whole.add(await one.play(min(GAME, rounds - number * GAME)))
        print(f"{whole.rounds} rounds, {len(whole.lost)} lost", file=sys.stderr)
    return whole


def races(folder: Path, count: int) -> float:
    """Let 20 apps start at once, every second time after everything was killed; the slowest."""
    slowest = 0.0
    project = folder / "raced"
    project.mkdir()
    for number in range(count):
        if number % 2:
            kill([*doors(project), *relays(project)])
        began = time.monotonic()
        race(project, 20)
        slowest = max(slowest, time.monotonic() - began)
        assert len(doors(project)) == 1, f"race {number}: {doors(project)}"
        end = time.monotonic() + PATIENCE
        while len(relays(project)) != 1:
            assert time.monotonic() < end, f"race {number}: {relays(project)}"
            time.sleep(0.01)
    kill([*doors(project), *relays(project)])
    return slowest


def main() -> int:
    """Play; returns 1 where a promise was broken."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=1000)
    parser.add_argument("--races", type=int, default=100)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="ct-", dir="/tmp") as folder:
        os.environ[RUNTIME_VARIABLE] = folder
        os.environ["XDG_STATE_HOME"] = f"{folder}/state"
        whole = asyncio.run(_games(Path(folder), options.rounds, options.seed))
        if whole.rounds:
            print(whole)
        slowest = races(Path(folder), options.races)
    print(f"{options.races} races of 20 apps: one door and one relay each; slowest {slowest:.1f} s")
    return 1 if whole.lost or whole.twice else 0


if __name__ == "__main__":
    sys.exit(main())
