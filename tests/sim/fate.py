"""What happens to everybody: drawn from the seed, one thing after the other.

Each thing is a small function; how often it comes is its weight. Whatever lasts a while (a
partition, a full disk, a stopped process) ends by itself.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable
from random import Random
from typing import TypeVar

from tests.sim.box import OWNER, Box
from tests.sim.person import Person, Word

PATHS = ("a.txt", "b.txt")
HOUR = 3_600_000
FIRST_WORD = 0x4E00
YEAR_9999 = 253_000_000_000_000
"""Milliseconds from the beginning of the simulation."""
Thing = TypeVar("Thing")


def open_all(person: Person) -> None:
    """Have somebody open every document."""
    for path in PATHS:
        person.open(path)


class Fate:
    """Lets things happen."""

    def __init__(self, box: Box, people: list[Person], note: Callable[[str, str], None]) -> None:
        self.box = box
        self.people = people
        self.foreign: list[Word] = []
        """Words that programs wrote into files."""
        self.typed: list[Word] = []
        """Words of all people, also of apps that are gone."""
        self._note = note
        self._random: Random = box.random
        self._count = 0
        self._lasting: set[asyncio.Task[None]] = set()
        self._kinds: dict[Callable[[], None], int] = {
            self.somebody_types: 140,
            self.somebody_deletes: 14,
            self.somebody_undoes: 14,
            self.somebody_opens: 6,
            self.somebody_closes: 2,
            self.a_connection_is_cut: 5,
            self.a_connection_falls_silent: 3,
            self.somebody_is_unreachable: 3,
            self.the_network_is_slow: 3,
            self.an_app_is_stopped: 3,
            self.an_app_is_killed: 2,
            self.who_was_shown_out_comes_again: 4,
            self.the_relay_is_killed: 3,
            self.the_relay_dies_while_writing: 3,
            self.the_relay_is_stopped: 2,
            self.the_relay_ends: 1,
            self.the_power_goes: 2,
            self.the_disk_is_full: 2,
            self.the_disk_does_not_flush: 2,
            self.the_disk_fails_now_and_then: 2,
            self.a_role_changes: 4,
            self.a_clock_jumps: 3,
            self.a_program_writes_a_file: 5,
        }

    async def happen(self, count: int) -> None:
        """Let so many things happen."""
        kinds, weights = list(self._kinds), list(self._kinds.values())
        for _ in range(count):
            await asyncio.sleep(self._random.expovariate(4))
            (kind,) = self._random.choices(kinds, weights)
            kind()

    def end(self) -> None:
        """From now on all is well, and stays so."""
        for task in list(self._lasting):
            task.cancel()
        self.box.disk.heal()
        self.box.skew = 0
        for process in list(self.box.loop.processes):
            process.go_on()
        for person in self.people:
            person.go_on()
            person.reachable = True
            person.weather.calm()
        for connection in self.box.connections:
            connection.cut()

    # --- chance --------------------------------------------------------------------------------

    def _somebody(self) -> Person:
        return self._random.choice(self.people)

    def _for_a_while(
        self, most: float, begin: Callable[[], object], end: Callable[[], object]
    ) -> None:
        """Let something last, up to `most` seconds."""
        begin()

        async def wait() -> None:
            await asyncio.sleep(self._random.random() * most)
            end()

        self._last(wait())

    def _last(self, work: Awaitable[None]) -> None:
        task = asyncio.ensure_future(work)
        self._lasting.add(task)
        task.add_done_callback(self._lasting.discard)

    # --- people --------------------------------------------------------------------------------

    def _word(self) -> str:
        """A new word, of one character that nobody typed before: so no diff is ambiguous."""
        self._count += 1
        return chr(FIRST_WORD + self._count)

    def somebody_types(self) -> None:
        person, path = self._somebody(), self._random.choice(PATHS)
        words = [
            self._word() + self._random.choice("    \n")
            for _ in range(self._random.choice([1, 1, 2, 5]))
        ]

        def type_(person: Person) -> None:
            before = len(person.words)
            for word in words:
                person.type(path, word)
            self.typed += person.words[before:]

        person.do(type_)

    def somebody_deletes(self) -> None:
        path = self._random.choice(PATHS)
        self._somebody().do(lambda person: person.delete(path, [*self.typed, *self.foreign]))

    def somebody_undoes(self) -> None:
        path, redo = self._random.choice(PATHS), self._random.random() < 0.4
        self._somebody().do(lambda person: person.undo(path, redo=redo))

    def somebody_opens(self) -> None:
        path = self._random.choice(PATHS)
        self._somebody().do(lambda person: person.open(path))

    def somebody_closes(self) -> None:
        path = self._random.choice(PATHS)
        self._somebody().do(lambda person: person.close(path))

    def an_app_is_killed(self) -> None:
        person = self._somebody()
        self._note("fate", f"{person.name} is killed")
        person.restart()
        person.do(open_all)

    def who_was_shown_out_comes_again(self) -> None:
        for person in self.people:
            if person.over:
                self._note("fate", f"{person.name} comes again")
                person.restart()
                person.do(open_all)
                return

    def an_app_is_stopped(self) -> None:
        """A laptop sleeps, or somebody pressed ctrl+z."""
        person = self._somebody()
        self._note("fate", f"{person.name} is stopped")
        for connection in self.box.connections:
            connection.stopped(person.process)
        self._for_a_while(60, person.stop, person.go_on)

    def a_role_changes(self) -> None:
        owner = self.people[0]
        guest = self._random.choice([one for one in self.people if one.user != OWNER])
        role = self._random.choice([None, "viewer", "viewer", "editor", "editor", "runner"])
        self._note("fate", f"{guest.user} becomes {role}")
        owner.do(lambda owner: owner.share(guest.user, role))

    def a_clock_jumps(self) -> None:
        by = self._random.choice(
            [-HOUR, HOUR, 30 * HOUR, -1000, 1000, YEAR_9999, -YEAR_9999 // 200]
        )
        if self._random.random() < 0.5:
            self._note("fate", f"the machine's clock jumps by {by}")
            self.box.skew = by
        else:
            person = self._somebody()
            self._note("fate", f"the clock of {person.user} jumps by {by}")
            person.skew = by

    # --- the network ---------------------------------------------------------------------------

    def a_connection_is_cut(self) -> None:
        if alive := [one for one in self.box.connections if not one.over]:
            connection = self._random.choice(alive)
            self._note("fate", f"a connection of {connection.app} is cut")
            connection.cut()

    def a_connection_falls_silent(self) -> None:
        if alive := [one for one in self.box.connections if not one.over]:
            connection = self._random.choice(alive)
            up, down = self._random.choice([(True, True), (True, False), (False, True)])
            self._note("fate", f"a connection of {connection.app} falls silent {up} {down}")
            connection.fall_silent(up=up, down=down)

    def somebody_is_unreachable(self) -> None:
        person = self._somebody()
        self._note("fate", f"{person.user} is unreachable")

        def begin() -> None:
            person.reachable = False
            for connection in self.box.connections:
                if connection.app is person.process:
                    connection.fall_silent()

        self._for_a_while(40, begin, lambda: setattr(person, "reachable", True))

    def the_network_is_slow(self) -> None:
        weather = self._somebody().weather
        slow = self._random.choice([20.0, 200.0, 1000.0])
        self._for_a_while(
            10, lambda: setattr(weather, "slow", slow), lambda: setattr(weather, "slow", 1.0)
        )

    # --- the relay and its disk ----------------------------------------------------------------

    def the_relay_is_killed(self) -> None:
        self._note("fate", "the relay is killed")
        if self.box.process is not None:
            self.box.process.kill()

    def the_relay_dies_while_writing(self) -> None:
        if self.box.vfs is not None:
            calls = int(self._random.expovariate(1 / 20))
            self._note("fate", f"the relay dies {calls} calls from now")
            self.box.vfs.fatal_in = calls

    def the_relay_is_stopped(self) -> None:
        process = self.box.process
        if process is not None:
            self._note("fate", f"{process} is stopped")
            self._for_a_while(30, process.stop, process.go_on)

    def the_relay_ends(self) -> None:
        self._note("fate", "the relay ends in good order")
        self.box.end()

    def the_power_goes(self) -> None:
        self._note("fate", "the power goes")
        self.box.lose_power()

    def the_disk_is_full(self) -> None:
        self._disk("full", 6)

    def the_disk_does_not_flush(self) -> None:
        self._disk("broken", 4)

    def the_disk_fails_now_and_then(self) -> None:
        self._disk("failing", 6)

    def _disk(self, how: str, most: float) -> None:
        disk = self.box.disk
        self._note("fate", f"the disk is {how}")
        self._for_a_while(most, lambda: setattr(disk, how, True), lambda: setattr(disk, how, False))

    # --- other programs ------------------------------------------------------------------------

    def a_program_writes_a_file(self) -> None:
        """As a shell does it: read, add a line somewhere, write."""
        path = self._random.choice(PATHS)
        file = self.box.project / path
        if not file.exists():
            return
        lines = file.read_text(encoding="utf-8").splitlines(keepends=True)
        word = self._word()
        at = self._random.randint(0, len(lines))
        if at and not lines[at - 1].endswith("\n"):
            lines[at - 1] += "\n"
        lines.insert(at, f"{word}\n")
        data = "".join(lines)
        self._note("fate", f"a program writes {word!r} into {path}")
        if self._random.random() < 0.5:
            file.write_text(data, encoding="utf-8")
        else:
            new = file.with_name(f"{path}.new")
            new.write_text(data, encoding="utf-8")
            new.replace(file)
        # Virtual time: two writes of one real tick must not look like one.
        when = 10**15 + int(self.box.loop.time() * 1e9) + self._count
        os.utime(file, ns=(when, when))
        self.foreign.append(Word(path, word, self.box.loop.time()))
