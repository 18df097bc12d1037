"""Many apps that start at the same moment, and the one relay that they come to."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from cocalc_tui.server.paths import places
from tests.server.processes.look import processes

STARTER = """
import sys
from pathlib import Path
from cocalc_tui.server.start import ensure_relay
sys.stdin.readline()
print(ensure_relay(Path(sys.argv[1])))
"""


def doors(project: Path) -> list[int]:
    return processes("door", str(project))


def relays(project: Path) -> list[int]:
    return processes("relay", str(project))


def race(project: Path, count: int) -> None:
    """Many apps start at the same moment."""
    starters = [
        subprocess.Popen(
            [sys.executable, "-c", STARTER, str(project)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(count)
    ]
    for starter in starters:
        assert starter.stdin is not None
        starter.stdin.write("go\n")
        starter.stdin.flush()
    said = {starter.communicate()[0].strip() for starter in starters}
    assert said == {str(places(project).socket)}
