"""The simulation finds what is wrong: faults put in on purpose, each within a few seeds."""

from __future__ import annotations

import re

import pytest

from tests.sim.mutants import MUTANTS, Mutant
from tests.sim.play import Played, play


def first_fault(mutant: Mutant) -> Played:
    for seed in range(mutant.within):
        with mutant.patch():
            played = play(seed, person=mutant.person)
        if played.fault:
            return played
    raise AssertionError(f"{mutant.name}: not found within {mutant.within} seeds")


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_a_fault_put_in_on_purpose_is_found(mutant: Mutant) -> None:
    played = first_fault(mutant)
    assert re.search(mutant.says, played.fault), played.fault
