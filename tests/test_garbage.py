"""When Python looks for garbage; in processes of their own, as the collector is one's whole."""

from __future__ import annotations

import subprocess
import sys

import pytest

SETUP = """
import gc, weakref
from cocalc_tui import garbage as module
from cocalc_tui.garbage import garbage

class Knot:
    def __init__(self):
        self.me = self

def knot():
    made = Knot()
    return weakref.ref(made)

"""


@pytest.mark.parametrize(
    "story",
    [
        # Left alone until a process says that it starts.
        "before = gc.get_threshold(); garbage.settle(); garbage.loaded(); garbage.pause()\n"
        "assert gc.isenabled() and gc.get_threshold() == before and not gc.get_freeze_count()",
        # Nothing is looked at during the start, and what it made never.
        "garbage.hold_off(); assert not gc.isenabled()\n"
        "held = [[] for _ in range(5000)]; garbage.settle()\n"
        "assert gc.isenabled() and gc.get_freeze_count() > 5000 > len(gc.get_objects())",
        # New garbage goes in a pause, and pauses are not used all the time.
        "garbage.hold_off(); garbage.settle(); gone = knot(); garbage.pause()\n"
        "assert gone() is None\n"
        "kept = knot(); garbage.pause(); assert kept() is not None",
        # What was put aside stays until somebody says that some of it is not needed.
        "garbage.hold_off(); garbage.settle(); module.EVERY = 0\n"
        "gone = knot(); garbage.loaded(); garbage.pause(); assert gone() is not None\n"
        "garbage.let_go(); garbage.pause(); assert gone() is None",
    ],
)
def test_the_collector(story: str) -> None:
    subprocess.run([sys.executable, "-c", SETUP + story], check=True)
