"""Snapshots of a large folder: the first, one of nothing new, one of 50 changed files.

`python benchmarks/snapshots.py [--files 10000] [--megabytes 1000] [--json]`

Each is the CPU of the child process that takes it, its start included; the child is niced, so wall
time is other people's. Half of the bytes cannot be compressed, as in a folder with images in it.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from cocalc_tui.server.daemon import python_command

BARS = {"nothing changed": 0.15, "50 files changed": 0.30}
"""Seconds of CPU."""
CHANGED = 50


def fill(project: Path, files: int, size: int) -> None:
    """Make the folder; text and noise by turns."""
    noise = random.Random(1)
    line = b"2026-11-25T12:00:00 a line of a log that is much like all the others\n"
    for number in range(files):
        folder = project / f"d{number // 100:03}"
        folder.mkdir(exist_ok=True)
        text = line * (size // len(line) + 1)
        (folder / f"f{number:05}").write_bytes(noise.randbytes(size) if number % 2 else text[:size])


def take(project: Path, title: str) -> tuple[float, float]:
    """CPU and wall seconds of the child."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    started = time.perf_counter()
    request = {"do": "take", "user": "ann", "kind": "automatic", "title": title}
    done = subprocess.run(
        python_command("cocalc_tui.server.main", "snapshots", str(project)),
        input=json.dumps(request).encode(),
        capture_output=True,
        check=True,
    )
    assert b"result" in done.stdout, done.stdout
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return cpu, time.perf_counter() - started


def measure(files: int, megabytes: int) -> dict[str, Any]:
    """All figures."""
    with tempfile.TemporaryDirectory(prefix="ct-") as name:
        project = Path(name) / "lab"
        (project / ".cocalc-tui").mkdir(parents=True)
        fill(project, files, megabytes * 10**6 // files)
        old = time.time() - 100
        for file in project.rglob("f*"):
            os.utime(file, (old, old))
        figures = {"first": take(project, "first")}
        figures["nothing changed"] = min(take(project, "same") for _ in range(5))
        changed = []
        for round_ in range(3):
            for number in range(0, files, max(files // CHANGED, 1)):
                file = project / f"d{number // 100:03}" / f"f{number:05}"
                with file.open("ab") as opened:
                    opened.write(b"one more line\n")
                os.utime(file, (old + round_ + 1, old + round_ + 1))
            changed.append(take(project, "changed"))
        figures["50 files changed"] = min(changed)
        repository = project / ".cocalc-tui" / "snapshots.git"
        stored = sum(one.stat().st_size for one in repository.rglob("*") if one.is_file())
    return {
        "files": files,
        "megabytes": megabytes,
        "stored_mb": round(stored / 10**6, 1),
        "seconds": {what: {"cpu": cpu, "wall": wall} for what, (cpu, wall) in figures.items()},
    }


def main(words: list[str]) -> int:
    """Print the figures; exit code 1 where a bar is missed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--files", type=int, default=10_000)
    parser.add_argument("--megabytes", type=int, default=1_000)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args(words)
    found = measure(arguments.files, arguments.megabytes)
    missed = [what for what, bar in BARS.items() if found["seconds"][what]["cpu"] > bar]
    if arguments.json:
        print(json.dumps(found, indent=1))
        return bool(missed)
    print(f"{found['files']} files, {found['megabytes']} MB; stored in {found['stored_mb']} MB\n")
    print("| snapshot | CPU s | wall s | bar |\n|---|---|---|---|")
    for what, figure in found["seconds"].items():
        bar = f"{BARS[what]:.2f}" if what in BARS else ""
        late = " (missed)" if what in missed else ""
        print(f"| {what} | {figure['cpu']:.2f} | {figure['wall']:.2f} | {bar}{late} |")
    return bool(missed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
