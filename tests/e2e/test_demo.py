"""`make demo` without a terminal plays the main job and says whether it came out right."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from cocalc_tui.demo.play import ALICE_SAYS, BOB_SAYS


@pytest.mark.timeout(180)
@pytest.mark.xdist_group("e2e")
def test_the_play_comes_out_right(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "cocalc_tui.demo"],
        cwd=tmp_path,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.rstrip().endswith("All of it is right.")
    assert "WRONG" not in done.stdout
    assert done.stdout.count(ALICE_SAYS) == done.stdout.count(BOB_SAYS) == 2  # merged, and saved
    assert done.stdout.count('  "step 7\\n"') == 1  # the cell as the file has it
