"""A keeper starts a door that was killed, and none that ended as somebody wanted."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from cocalc_tui.server import revival
from cocalc_tui.server.daemon import take_lock
from cocalc_tui.server.keeper.around import SOON, Surroundings
from cocalc_tui.server.keeper.link import Link
from cocalc_tui.server.keeper.place import Place
from cocalc_tui.server.paths import Places, places, prepare
from tests.server.processes.conftest import project, runtime
from tests.server.processes.look import eventually

__all__ = ["project", "runtime"]

DOOR = """
import os, sys
descriptor = os.open(sys.argv[2] + "/started", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
os.write(descriptor, " ".join(sys.argv[1:]).encode() + b"\\n")
"""
"""Notes how it was started, and does not stay."""


@pytest.fixture
def where(project: Path) -> Places:
    prepare(places(project))
    return places(project)


@pytest.fixture
def lock(where: Places) -> int:
    """Of a door that lives until the test closes it."""
    held = take_lock(where.lock)
    assert held is not None
    revival.note(held, [sys.executable, "-c", DOOR, "door"], ["027"])
    return held


@pytest.fixture
def place(where: Places) -> Place:
    """Of a keeper that lives."""
    folder = where.keepers / "one"
    folder.mkdir()
    found = Place(folder)
    assert found.take()
    return found


def starts(where: Places) -> list[str]:
    try:
        return (where.project / "started").read_text().splitlines()
    except FileNotFoundError:
        return []


def test_one_that_was_killed_is_started_again(where: Places, lock: int) -> None:
    keeper = revival.Revival()
    keeper.look(where.project, 1.0)
    assert not starts(where), "it lives"
    os.close(lock)
    keeper.look(where.project, 2.0)
    eventually(lambda: starts(where) == [f"door {where.project} 027"])


def test_one_that_ended_in_order_stays_away(where: Places, lock: int) -> None:
    revival.forget(lock)
    os.close(lock)
    keeper = revival.Revival()
    keeper.look(where.project, 1.0)
    assert not keeper.tries
    where.lock.unlink()
    keeper.look(where.project, 2.0)
    assert not keeper.tries


def test_one_that_does_not_stay_is_started_ever_more_seldom(where: Places, lock: int) -> None:
    os.close(lock)
    keeper = revival.Revival()
    at = []
    for second in range(300):
        before = keeper.tries
        keeper.look(where.project, float(second))
        if keeper.tries > before:
            at.append(second)
            eventually(lambda: len(starts(where)) == keeper.tries)
            eventually(keeper.rested)
    assert at == [0, 2, 6, 14, 30, 62, 122, 182, 242]


@pytest.fixture
def link(where: Places) -> Iterator[Link]:
    link = Link(where.kernel_sockets / "keeper.sock", dict)
    yield link
    link.close_listener()


def test_it_starts_where_the_project_is_now(
    where: Places, lock: int, place: Place, link: Link
) -> None:
    os.close(lock)
    to = where.project.with_name("elsewhere")
    where.project.rename(to)
    around = Surroundings(place, link, lambda _: None)
    around.look(1.0, alone=True)
    eventually(lambda: starts(places(to)) == [f"door {to} 027"])


def test_while_a_relay_is_there_nothing_is_started(
    where: Places, lock: int, place: Place, link: Link
) -> None:
    os.close(lock)
    around = Surroundings(place, link, lambda _: None)
    around.look(10.0, alone=False)
    assert around.due(10.0) > SOON
    assert not starts(where)
    around.look(10.1, alone=True)
    eventually(lambda: starts(where))
    assert around.due(10.1) == pytest.approx(SOON)
