"""`python -m tests.notebook.fuzz --cases N --seed S`: made-up .ipynb files there and back."""

from __future__ import annotations

import argparse
import sys

from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

from tests.notebook import making
from tests.notebook.test_generated import check
from tests.notebook.test_oldform import comes_back_and_stays, old_files

SOME = 100
"""Cases of one run: Hypothesis remembers all it made in a run, megabytes for each file."""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    many = settings(
        max_examples=SOME,
        derandomize=False,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    for number in range(options.seed, options.seed + -(-options.cases // SOME)):
        seed(number)(many(given(making.files, st.integers(0, 9))(check)))()
        seed(number)(many(given(old_files)(comes_back_and_stays)))()
    print(
        f"seed {options.seed}, {options.cases} files of format 4 and of formats 2 and 3: all well"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
