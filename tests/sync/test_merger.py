"""What many people's patches give, in whatever order they come, against the plain reference."""

from __future__ import annotations

from random import Random

import pytest

from tests.sync.cases import Case, check


@pytest.mark.parametrize("seed", range(60))
def test_random_histories_follow_the_reference(seed: int) -> None:
    random = Random(seed)
    check(Case(random, random.randint(5, 60)))
