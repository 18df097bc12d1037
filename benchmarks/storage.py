"""What history costs: bytes per keystroke, and a year of a busy notebook.

    python -m benchmarks.storage [TRACE...] [--patches 1000000]

- Each TRACE (as for `replay.py`) sealed, with ids, parents, authors and the times of the trace to
  the second (and to the millisecond), beside what Loro, pycrdt and Yjs save with history; those
  that are not installed are left out (`make bench` installs them; Yjs needs node and npm).
- A year of a notebook of two people: so many patches, among them 200 runs a day, whose outputs take
  the place of those before. How large it is, and how long it takes to open it from its checkpoint,
  to prepare its history (the time line too), to look at a version somewhere and at one beside it,
  to find that a text was never there, and who wrote a cell; each in a process of its own, whose
  peak memory is told.

Tables on stderr, JSON on stdout. Seconds of CPU.
"""

from __future__ import annotations

import argparse
import gc
import json
import multiprocessing
import random
import re
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.peers import run_peers
from benchmarks.relay_servers import CACHE, without_y_websocket
from benchmarks.replay import BLOCK, milliseconds, sealed, seconds
from benchmarks.summing import missed
from benchmarks.traces import Trace, TraceError, patches, read_trace, sessions
from cocalc_tui.garbage import garbage
from cocalc_tui.history.overview import near, whole
from cocalc_tui.history.pasts import LogPast
from cocalc_tui.history.searching import Search
from cocalc_tui.notebook.schema import INPUT
from cocalc_tui.protocol.kinds import NOTEBOOK
from cocalc_tui.sync.checkpoint import Checkpoint, decode_checkpoint, encode_checkpoint
from cocalc_tui.sync.document import Document
from cocalc_tui.sync.encoding import encode_block
from cocalc_tui.sync.opening import read_log
from cocalc_tui.sync.patch import Create, Entry, Json, Op, Patch, PatchId, Remove, Splice, TextId
from cocalc_tui.sync.versions import Versions

BARS = {"open_s": 0.05, "history_s": 2.0}
DAY, RUNS, CELLS = 2740, 200, 60
"""Patches of a day (a million a year), runs among them, and cells."""
WIDTH = 160
"""Columns of a screen."""
TEXT = 400
"""Characters of a cell, about which its text stays."""
NEVER = "lifetime of"
"""What nobody ever typed, though its letters were."""
CELL = TextId(f"cell{1:012x}", INPUT)
"""The text of one of them."""

YJS = """
const Y = require('yjs'), trace = JSON.parse(require('fs').readFileSync(0, 'utf8'))
const sizes = [true, false].map((gc) => {
  const doc = new Y.Doc({ gc }), text = doc.getText('t')
  for (const [pos, remove, insert] of trace) {
    if (remove) text.delete(pos, remove)
    if (insert) text.insert(pos, insert)
  }
  return Y.encodeStateAsUpdateV2(doc).length
})
console.log(JSON.stringify(sizes))
"""


# --- bytes per keystroke ---------------------------------------------------------------------


def trace_sizes(trace: Trace) -> dict[str, float]:
    """Bytes per keystroke, by who saved it."""
    made = patches(trace, sessions(trace.txns), [txn.time for txn in trace.txns])
    found = {
        "ours": size(sealed(trace, made, seconds(trace), 0)),
        "ours, ms": size(sealed(trace, made, milliseconds(trace), 9)),
    }
    found |= {name: peer["sealed_bytes"] for name, peer in run_peers(trace).items()}
    if not trace.concurrent and not without_y_websocket():
        found["yjs, deleted text dropped"], found["yjs"] = yjs_sizes(trace)
    return {name: bytes_ / trace.keystrokes for name, bytes_ in found.items()}


def size(blocks: Sequence[bytes]) -> int:
    """Bytes of a log."""
    return sum(map(len, blocks))


def yjs_sizes(trace: Trace) -> tuple[int, int]:
    """Bytes that Yjs saves, without the text that was deleted and with it."""
    edits = json.dumps([edit for txn in trace.txns for edit in txn.edits])
    done = subprocess.run(
        ["node", "-e", YJS], input=edits, cwd=CACHE, check=True, capture_output=True, text=True
    )
    without, whole = json.loads(done.stdout)
    return without, whole


# --- a year of a notebook --------------------------------------------------------------------


class Year:
    """Entries of a notebook in which people type and run cells, as the relay numbers them."""

    def __init__(self, total: int) -> None:
        self._total = total
        self._chance = random.Random(1)
        self._seq = 0
        self._counts: dict[str, int] = {}
        self._head: tuple[PatchId, ...] = ()
        self._lengths = dict.fromkeys((f"cell{n:012x}" for n in range(CELLS)), 0)
        self._printed: dict[str, list[str]] = {}
        self._clock = 1_700_000_000_000

    def entries(self) -> Iterator[Entry]:
        """All of them; each day everybody's app is a new session."""
        for cell in self._lengths:
            fields: dict[str, Json] = {"type": "cell", "cell_type": "code", "pos": cell}
            yield self._entry("ann", 0, [Create(cell, fields)], "import")
        runs = self._total * RUNS // DAY
        keys = max(0, self._total - 2 * runs - CELLS)
        for run in range(runs):
            day = run // RUNS
            who = "ann" if self._chance.random() < 0.6 else "ben"
            cell = self._chance.choice(list(self._lengths))
            for op in self._typing(cell, keys * (run + 1) // runs - keys * run // runs):
                yield self._entry(who, day, [op])
            yield from self._run(cell, run, day)

    def _typing(self, cell: str, keys: int) -> Iterator[Op]:
        """Keys in a row in one cell: words, and some of them taken back."""
        at, length = TextId(cell, INPUT), self._lengths[cell]
        pos = self._chance.randint(0, length)
        back = length > TEXT and pos > keys
        for _ in range(keys):
            if (back or self._chance.random() < 0.05) and pos:
                pos -= 1
                length -= 1
                yield Splice(pos, 1, "", at)
            else:
                yield Splice(pos, 0, self._chance.choice("etaoin shrdlu()=."), at)
                pos += 1
                length += 1
        self._lengths[cell] = length

    def _run(self, cell: str, run: int, day: int) -> Iterator[Entry]:
        """The relay side notes a run, and its output in the place of the one before."""
        before = [Remove(key) for key in self._printed.get(cell, ())]
        noted, printed = f"{cell}/{run}", f"{cell}/{run}/0"
        fields: dict[str, Json] = {"type": "run", "cell": cell, "run": str(run), "count": run}
        yield self._entry("ann", day, [*before, Create(noted, fields)], "output")
        text = "".join(f"{self._chance.random():.6f}\n" for _ in range(5))
        data: dict[str, Json] = {"output_type": "stream", "name": "stdout", "text": text}
        fields = {"type": "output", "cell": cell, "run": str(run), "index": 0, "data": data}
        yield self._entry("host", day, [Create(printed, fields)], "output")
        self._printed[cell] = [noted, printed]

    def _entry(self, who: str, day: int, ops: Sequence[Op], kind: str = "typing") -> Entry:
        session = f"{who.encode().hex():0>8}{day:08x}"
        n = self._counts.get(session, 0)
        self._counts[session] = n + 1
        self._seq += 1
        self._clock += self._chance.randint(60, 2000)
        patch = Patch(PatchId(session, n), self._clock, self._head, tuple(ops), kind)
        self._head = (patch.id,)
        return Entry(self._seq, who, "owner", self._clock + 3, patch)


def sealed_year(total: int, folder: Path) -> dict[str, Any]:
    """Write the year's blocks into a folder, and its checkpoint; how large they are."""
    part: list[Entry] = []
    sizes: list[int] = []

    def write() -> None:
        data = encode_block(part)
        (folder / f"{len(sizes):06}.block").write_bytes(data)
        sizes.append(len(data))
        part.clear()

    for entry in Year(total).entries():
        part.append(entry)
        if len(part) == BLOCK:
            write()
    last = entry.seq
    if part:
        write()
    blocks = load(folder)
    start = time.process_time()
    checkpoint = read_log(blocks)
    read = time.process_time() - start
    data = encode_checkpoint(_Saved(checkpoint), last)
    (folder / "checkpoint").write_bytes(data)
    return {
        "patches": last,
        "bytes": sum(sizes),
        "bytes_per_patch": sum(sizes) / last,
        "checkpoint_bytes": len(data),
        "open_without_checkpoint_s": read,
    }


class _Saved(Document):
    """A document that was only read."""

    def __init__(self, checkpoint: Checkpoint) -> None:
        super().__init__(checkpoint)


def load(folder: Path) -> list[bytes]:
    """The blocks in a folder."""
    return [path.read_bytes() for path in sorted(folder.glob("*.block"))]


def open_year(folder: Path) -> dict[str, Any]:
    """Open it from its checkpoint."""
    data = (folder / "checkpoint").read_bytes()
    gc.collect()
    start = time.process_time()
    document = Document(decode_checkpoint(data))
    return {"open_s": time.process_time() - start, "cells": len(document.texts())}


def history_of_year(folder: Path) -> dict[str, Any]:
    """Prepare its versions and time line, and look at some."""
    start = time.process_time()
    versions = Versions(load(folder))
    found = {"history_s": time.process_time() - start}
    start = time.process_time()
    past = LogPast(versions, NOTEBOOK)
    line = past.line
    near(line, versions.latest, WIDTH)
    found["time_line_s"] = time.process_time() - start
    start = time.process_time()
    whole(line)
    found["whole_line_s"] = time.process_time() - start
    start = time.process_time()
    search = Search(past, NEVER, versions.latest, -1)
    assert search.go_on(lambda: False)
    found["search_s"] = time.process_time() - start
    assert search.found is None
    picked = random.Random(1).choices(range(1, versions.latest), k=20)
    found["version_elsewhere_s"] = statistics.median([_looked(versions, one) for one in picked])
    found["version_s"] = statistics.median([_looked(versions, one) for one in picked[-10:]])
    start = time.process_time()
    versions.blame(versions.latest, CELL)
    found["blame_of_cell_s"] = time.process_time() - start
    return found


def _looked(versions: Versions, version: int) -> float:
    """CPU seconds of looking at a version."""
    start = time.process_time()
    versions.text(version, CELL)
    versions.records(version)
    return time.process_time() - start


def apart(do: Callable[..., dict[str, Any]], *arguments: object) -> dict[str, Any]:
    """Do something in a new process; what it found, and the most memory it took."""
    context = multiprocessing.get_context("spawn")
    with context.Pool(1) as pool:
        return pool.apply(_measured, (do, arguments))


def _measured(do: Callable[..., dict[str, Any]], arguments: Sequence[object]) -> dict[str, Any]:
    before = _peak()
    garbage.hold_off()
    garbage.settle()  # as in the app
    found = do(*arguments)
    return {**found, f"{do.__name__}_mb": round(_peak() - before)}


def _peak() -> float:
    """Megabytes that this process had in memory at most; without those of who started it."""
    (peak,) = re.findall(r"VmHWM:\s*(\d+) kB", Path("/proc/self/status").read_text())
    return int(peak) / 1024


def year(total: int) -> dict[str, Any]:
    """All about the year."""
    found: dict[str, Any] = {}
    with TemporaryDirectory() as name:
        folder = Path(name)
        found |= apart(sealed_year, total, folder)
        found |= apart(open_year, folder)
        found |= apart(history_of_year, folder)
    return found


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="what history costs")
    parser.add_argument("trace", type=Path, nargs="*", help=".json or .json.gz editing traces")
    parser.add_argument("--patches", type=int, default=1_000_000, help="of the year; 0 for none")
    options = parser.parse_args(arguments)
    found: dict[str, Any] = {"traces": {}}
    try:
        for path in options.trace:
            found["traces"][path.name.partition(".")[0]] = trace_sizes(read_trace(path))
    except TraceError as error:
        print(f"storage: {error}", file=sys.stderr)
        return 2
    names = list(dict.fromkeys(name for sizes in found["traces"].values() for name in sizes))
    if names:
        print(f"| bytes per keystroke | {' | '.join(names)} |", file=sys.stderr)
        print("|---|" + "---|" * len(names), file=sys.stderr)
    for trace, sizes in found["traces"].items():
        cells = [f"{sizes[name]:.2f}" if name in sizes else "" for name in names]
        print(f"| {trace} | {' | '.join(cells)} |", file=sys.stderr)
    if options.patches:
        found["year"] = year(options.patches)
        print("\n| a year of a notebook | | bar |\n|---|---|---|", file=sys.stderr)
        for name, value in found["year"].items():
            bar = BARS.get(name)
            limit = f"{bar:g} s{missed(value > bar)}" if bar else ""
            shown = f"{value:.3f} s" if name.endswith("_s") else f"{value:,.4g}"
            print(f"| {name.removesuffix('_s')} | {shown} | {limit} |", file=sys.stderr)
    print(json.dumps(found, indent=2))
    return 0


if __name__ == "__main__":
    sys.exit(main())
