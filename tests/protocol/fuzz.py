"""`python -m tests.protocol.fuzz --inputs N --seed S`: made-up bytes for all that reads some.

Hypothesis makes them up, or seeds from which frames of ours get something wrong; where one fails it
finds the smallest. Where atheris is installed, it looks for inputs that reach code which nobody
reached before.
"""

from __future__ import annotations

import argparse
import importlib.util
import subprocess
import sys
import time
from random import Random

from hypothesis import HealthCheck, given, settings
from hypothesis import seed as seeded
from hypothesis import strategies as st

from tests.protocol.hostile import FRAMES, Websocket, inputs, read_frame, read_log

_words = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.binary(max_size=8)
    | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=8,
)
_ATHERIS = """
import sys, atheris
with atheris.instrument_imports(include=["cocalc_tui"]):
    from tests.protocol.hostile import read_frame, read_log
atheris.Setup(sys.argv, lambda data: (read_frame(data), read_log(data)))
atheris.Fuzz()
"""


@st.composite
def _messages(draw: st.DrawFn) -> bytes:
    """A map that claims to be one of our messages."""
    import msgspec

    from cocalc_tui.protocol.codec import KNOWN

    kind = KNOWN[draw(st.sampled_from(sorted(KNOWN)))]
    names = [field.name for field in msgspec.structs.fields(kind)]
    fields = draw(st.dictionaries(st.sampled_from([*names, "author"]), _words, max_size=6))
    return msgspec.msgpack.encode({"t": str(kind.__struct_config__.tag), **fields})


any_bytes = st.binary(max_size=300) | _messages() | st.sampled_from(FRAMES)
ROUNDS = 25
PER_EXAMPLE = 3 + 4 * ROUNDS
"""Inputs in each of Hypothesis' examples: one for each reader, and many that are made of a seed."""


def with_hypothesis(examples: int, seed: int) -> None:
    """Give so many examples to the readers; raises what went wrong, with the smallest."""

    @seeded(seed)
    @settings(
        max_examples=examples,
        database=None,
        deadline=None,  # a busy machine is no failure
        suppress_health_check=list(HealthCheck),
    )
    @given(any_bytes, st.integers(0, 2**32))
    def look(data: bytes, chance: int) -> None:
        random = Random(chance)
        read_frame(data)
        read_log(data)
        Websocket(random).read(data)
        for _ in range(ROUNDS):
            for read in inputs(random):
                read()

    look()


def with_atheris(runs: int, seed: int) -> str:
    """Let atheris look, if it is there; returns what became of it."""
    if importlib.util.find_spec("atheris") is None:
        return "atheris is not installed, so it did not look"
    command = [sys.executable, "-c", _ATHERIS, f"-atheris_runs={runs}", f"-seed={seed + 1}"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise AssertionError(done.stderr[-2000:])
    return f"atheris looked at {runs} inputs"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--inputs", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    began = time.process_time()
    examples = -(-options.inputs // PER_EXAMPLE)
    with_hypothesis(examples, options.seed)
    print(
        f"decoders: {examples * PER_EXAMPLE} inputs, seed {options.seed}, 0 crashes, "
        f"{time.process_time() - began:.0f} s CPU; {with_atheris(100_000, options.seed)}"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
