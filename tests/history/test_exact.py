"""A version is what the slow reference makes of patches 1..k, for ever."""

from __future__ import annotations

import random

import pytest
from hypothesis import given

from benchmarks.traces import patches, read_trace, sessions
from cocalc_tui.sync.document import Document
from cocalc_tui.sync.patch import MAIN, Entry, Patch, Splice
from cocalc_tui.sync.versions import Versions
from tests.shared_data import traces
from tests.sync.lives import TEXTS, Person, lives
from tests.sync.reference import Reference

SHOWN = 12
"""Versions in the first quarter of a trace that are looked at besides its end."""
BEGINNING = 150
"""Patches of a trace that the reference is given: it takes the square of their time."""


@given(lives(actions="tttttbbdddecccmssssx-"))
def test_every_version_is_the_references(entries: list[Entry]) -> None:
    versions = Versions([], entries)
    for version in range(len(entries) + 1):
        # Records are none of its business, nor what is typed in one that is not there.
        reference = Reference(entry.patch for entry in entries[:version])
        assert versions.text(version) == reference.text(MAIN)


def typists(chance: random.Random, rounds: int = 10) -> list[Entry]:
    """Two people type words and take some of each back, key by key, and look at each other's."""
    people, made = (Person("a" * 16), Person("b" * 16)), list[Patch]()
    for _ in range(rounds):
        one, other = people if chance.random() < 0.5 else people[::-1]
        if chance.random() < 0.4:
            one.document.apply(other.document.patches())
        caret = chance.randint(0, len(one.document.text(MAIN)))
        word = chance.randint(3, 6)
        made += [one.make([Splice(caret + key, 0, "etaoin"[key])]) for key in range(word)]
        back = chance.randint(2, word)
        made += [one.make([Splice(caret + word - key, 1, "")]) for key in range(1, back + 1)]
    return [Entry(seq, "ann", "editor", seq, patch) for seq, patch in enumerate(made, 1)]


@pytest.mark.parametrize("seed", range(3))
def test_every_version_of_what_typists_do_is_the_references(seed: int) -> None:
    entries = typists(random.Random(seed))
    versions = Versions([], entries)
    for version in range(len(entries) + 1):
        reference = Reference(entry.patch for entry in entries[:version])
        assert versions.text(version) == reference.text(MAIN)


@given(lives())
def test_what_comes_late_changes_no_version(entries: list[Entry]) -> None:
    whole = Versions([], entries)
    for count in range(len(entries)):
        before = Versions([], entries[:count])
        assert before.records(count) == whole.records(count)
        for at in TEXTS:
            assert before.text(count, at) == whole.text(count, at)


@pytest.mark.parametrize("name", ["clownschool", "friendsforever"])
def test_versions_of_real_traces(name: str) -> None:
    trace = read_trace(traces() / f"{name}.json.gz")
    made = patches(trace, sessions(trace.txns), list(range(1, len(trace.txns) + 1)))
    entries = [Entry(n, "ann", "editor", n, patch) for n, patch in enumerate(made, 1)]
    versions = Versions([], entries)
    assert versions.text(versions.latest) == trace.end
    for version in range(0, BEGINNING, 10):
        reference = Reference(entry.patch for entry in entries[:version])
        assert versions.text(version) == reference.text(MAIN)
    document, done = Document(), 0
    for version in sorted(random.Random(7).sample(range(len(entries) // 4), SHOWN)):
        document.apply(entry.patch for entry in entries[done:version])
        done = version
        assert versions.text(version) == str(document.text())
