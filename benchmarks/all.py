"""`make bench`: run every benchmark and write what they print to docs/benchmarks.md.

No number in that page is typed by hand; each stands under the command that printed it.
"""

from __future__ import annotations

import datetime
import os
import platform
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "benchmarks.md"
DATA = Path(os.environ.get("COCALC_TUI_TEST_DATA", ROOT.parent / "shared")) / "traces"
TRACES = (
    "automerge-paper",
    "seph-blog1",
    "rustcode",
    "sveltecomponent",
    "friendsforever",
    "clownschool",
)


def commands() -> list[tuple[str, list[str]]]:
    """Title and arguments of each benchmark."""
    found = [
        ("Starting", ["benchmarks/start.py"]),
        ("Key press to own screen", ["benchmarks/keys.py", "--keys", "60"]),
        ("Key press to the neighbour's screen", ["-m", "benchmarks.neighbours", "--keys", "100"]),
        ("A notebook of 200 cells", ["benchmarks/notebook.py"]),
        ("Two people offline", ["benchmarks/offline.py"]),
        ("Snapshots of a folder", ["benchmarks/snapshots.py"]),
    ]
    for name in TRACES:
        trace = DATA / f"{name}.json.gz"
        if trace.exists():
            if name == "automerge-paper":
                found.append(("History", ["-m", "benchmarks.history", str(trace)]))
            found.append((f"Replay of {name}", ["benchmarks/replay.py", str(trace), "--peers"]))
    return found


def machine() -> str:
    """What it ran on, in one line."""
    model = "unknown processor"
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            model = line.partition(":")[2].strip()
            break
    return f"{model}, {os.cpu_count()} cores, Python {platform.python_version()}"


def main() -> int:
    """Run all; 1 where one failed."""
    today = datetime.datetime.now(tz=datetime.UTC).date()
    parts = [
        "# Benchmarks\n",
        f"Made by `make bench` on {today}: {machine()}.",
        "Trust the ratios within a table; absolute figures move with the machine.\n",
    ]
    failed = False
    for title, arguments in commands():
        shown = " ".join(Path(a).name if a.endswith(".gz") else a for a in arguments)
        print(f"{title}: {shown}", file=sys.stderr, flush=True)
        done = subprocess.run(
            [sys.executable, *arguments], cwd=ROOT, capture_output=True, text=True, check=False
        )
        failed |= done.returncode != 0
        said = done.stderr.strip() or done.stdout.strip()
        if not said.startswith("|"):
            said = f"```\n{said}\n```"
        parts.append(f"## {title}\n\n`python {shown}`\n\n{said}\n")
        PAGE.write_text("\n".join(parts), encoding="utf-8")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
