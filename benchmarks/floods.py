"""Cells that print without measure, on a real kernel: what they cost everybody, and what is kept.

One runner with one notebook, as in a relay, and one app that hears all. CPU is that of this process
(the relay side's part and the app's); the kernel's and its keeper's are apart. *Log* is what the
document's patches hold, *told* what went to each app.

A night of progress bars is played in half a minute: what paces the writing (`kernels.writing`) is
as many times faster.
Prints a table on stderr and JSON on stdout.

    python -m benchmarks.floods [--megabytes 500] [--lines 1000000] [--seconds 10]
"""

from __future__ import annotations

import argparse
import asyncio
import json
import resource
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import msgspec

from cocalc_tui.notebook.outputs import weight_of
from cocalc_tui.server.kernels import writing
from tests.server.kernels.running import Running, notebook

NIGHT, PLAYED = 8 * 3600.0, 30.0
"""Seconds of a night, and in how many it is played."""


async def flood(what: str, code: str, *, stop_after: float = 0.0) -> dict[str, Any]:
    """Run one cell; returns what it cost."""
    with tempfile.TemporaryDirectory(prefix="ct-", ignore_cleanup_errors=True) as folder:
        document = notebook("1", code)
        async with Running(Path(folder), document) as box:
            await box.ran("c0")
            before = _log(document)
            wall, cpu = time.monotonic(), _cpu()
            stopped = 0.0
            await box.run("c1")
            if stop_after:
                await asyncio.sleep(stop_after)
                asked = time.monotonic()
                await box.runner.interrupt("doc1", "al")
                await box.until(lambda: box.heard.runs["c1"].state == "error")
                stopped = time.monotonic() - asked
            await box.until(lambda: box.heard.runs["c1"].finished, 600)
            await box.until(lambda: document.sent)
            found = {
                "what": what,
                "wall_s": time.monotonic() - wall,
                "cpu_s": _cpu() - cpu,
                "stopped_s": stopped,
                "told_kb": sum(map(_told, box.heard.batches)) / 1000,
                "log_kb": (_log(document) - before) / 1000,
                "patches": sum(1 for patch in document.replica.patches() if patch.kind == "output"),
                "kept_mb": _kept(box.grounds.outputs) / 1e6,
            }
            await box.runner.close(everything=True)
            return found


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def _told(batch: Any) -> int:
    return sum(map(weight_of, batch.items))


def _log(document: Any) -> int:
    return sum(len(msgspec.msgpack.encode(patch.ops)) for patch in document.replica.patches())


def _kept(folder: Path) -> int:
    return sum(part.stat().st_size for part in folder.rglob("*.part"))


async def night() -> dict[str, Any]:
    """A progress bar for eight hours, in half a minute."""
    faster = NIGHT / PLAYED
    for name in ("COMMIT", "LONGEST"):
        setattr(writing, name, getattr(writing, name) / faster)
    writing.BYTES_PER_SECOND = int(writing.BYTES_PER_SECOND * faster)
    return await flood("a night of a progress bar", BAR.format(seconds=PLAYED))


BAR = """\
import time, sys
end = time.time() + {seconds}
n = 0
while time.time() < end:
    n += 1
    print(f"\\repoch {{n:6}} |{{'#' * (n % 40):40}}| loss {{1 / n:.5f}}", end="", flush=True)
    time.sleep(0.002)
"""


async def measure(options: argparse.Namespace) -> list[dict[str, Any]]:
    """All of them."""
    times = options.megabytes * 10
    return [
        await flood(f"{options.megabytes} MB", f"for _ in range({times}): print('x' * 99_999)"),
        await flood("one print of 100 MB", "print('x' * 100_000_000)"),
        await flood(f"{options.lines:,} lines", f"for n in range({options.lines}): print(n)"),
        await flood(
            f"for ever, stopped after {options.seconds} s",
            "while True: print('y' * 50)",
            stop_after=options.seconds,
        ),
        await night(),
    ]


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--megabytes", type=int, default=500)
    parser.add_argument("--lines", type=int, default=1_000_000)
    parser.add_argument("--seconds", type=int, default=10)
    rows = asyncio.run(measure(parser.parse_args()))
    said = sys.stderr
    print("| a cell prints | wall s | CPU s | told kB | log kB | patches | kept MB |", file=said)
    print("|---|---|---|---|---|---|---|", file=said)
    for row in rows:
        what = row["what"]
        if row["stopped_s"]:
            what += f" (within {row['stopped_s']:.2f} s)"
        numbers = (f"{row[name]:,.1f}" for name in ("wall_s", "cpu_s", "told_kb", "log_kb"))
        print(
            f"| {what} | {' | '.join(numbers)} | {row['patches']} | {row['kept_mb']:.1f} |",
            file=said,
        )
    print(json.dumps(rows))
    return 0


if __name__ == "__main__":
    sys.exit(main())
