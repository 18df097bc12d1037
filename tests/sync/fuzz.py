"""`python -m tests.sync.fuzz --cases N --seed S`: random histories against the reference."""

from __future__ import annotations

import argparse
import sys
import traceback
from random import Random

from tests.sync.cases import Case, check

STEPS = (3, 6, 10, 16, 24)


def run_case(seed: int) -> None:
    """Make and check one history; raises where it is not right."""
    random = Random(seed)
    check(Case(random, random.choice(STEPS)))


def fuzz(cases: int, seed: int) -> list[int]:
    """Run `cases` cases, the first with `seed`; returns the seeds of those that went wrong."""
    wrong = []
    for number in range(cases):
        try:
            run_case(seed * 1_000_000 + number)
        except Exception:
            wrong.append(seed * 1_000_000 + number)
            if len(wrong) <= 3:
                print(f"case {wrong[-1]}:", file=sys.stderr)
                traceback.print_exc()
    return wrong


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    wrong = fuzz(options.cases, options.seed)
    print(f"seed {options.seed}, {options.cases} cases, {len(wrong)} mismatches")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
