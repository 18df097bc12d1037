"""The program as people start it, and its end."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

OURS = [sys.executable, "-m", "cocalc_tui"]


def end(project: Path | str) -> None:
    """End all that runs in a project, and say nothing: what a benchmark says is a table."""
    subprocess.run(
        [*OURS, "stop", "--all", "--project", str(project)], check=False, capture_output=True
    )
