"""`python -m tests.sim --seeds N --seed S`: lives from seed S on; one alone is told in full."""

from __future__ import annotations

import argparse
import sys
import time

from tests.sim.play import STEPS, command, play


def main() -> int:
    """Play; returns 1 where a promise was broken."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=1, help="how many")
    parser.add_argument("--seed", type=int, default=0, help="the first")
    parser.add_argument("--steps", type=int, default=STEPS, help="things that happen in each")
    options = parser.parse_args()
    began = time.process_time()
    wrong = patches = steps = 0
    for seed in range(options.seed, options.seed + options.seeds):
        played = play(seed, options.steps)
        patches += played.patches
        steps += played.steps
        if options.seeds == 1:
            print("\n".join(played.trace))
        if played.fault:
            wrong += 1
            print(f"seed {seed}: {played.fault}\n  replay: {command(seed, options.steps)}")
    spent = time.process_time() - began
    print(
        f"simulation: {options.seeds} seeds from {options.seed}, {patches} patches, "
        f"{steps} callbacks, {wrong} broken, {spent:.0f} s CPU"
    )
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
