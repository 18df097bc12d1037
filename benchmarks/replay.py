"""Replay an editing trace through the engine, and measure; beside pycrdt and Loro if asked.

    python benchmarks/replay.py TRACE [--out FILE] [--json] [--peers]

Prints JSON on stdout: seconds of CPU (the median of some runs), bytes, MB. Without --json a table
on stderr too. Exit 0 where every text came out exactly, 1 where one did not, 2 where the file is
no trace.

- apply_s: one call per edit; in a concurrent trace, one keystroke of others at a time.
- merge_s: the whole history at once, from patches in memory.
- open_log_s, open_checkpoint_s: a document from its sealed log, from a checkpoint.
- version_prepare_s, version_s: the table of versions, then a random one of them.
- sealed_bytes: the whole history with ids, parents, authors and the times of the trace to the
  second, in blocks as the store makes them; sealed_ms_bytes: the same to the millisecond, with the
  times at which a relay received each.
- peak_memory_mb: what the replica takes while it is made edit by edit.
"""

from __future__ import annotations

import argparse
import gc
import json
import random
import sys
import time
import tracemalloc
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median
from typing import Any, TypeVar

from benchmarks.collector import tamed
from benchmarks.peers import PEERS, run_peers
from benchmarks.traces import Trace, TraceError, patches, read_trace, sessions
from cocalc_tui.sync.checkpoint import encode_checkpoint
from cocalc_tui.sync.document import Document
from cocalc_tui.sync.encoding import encode_block
from cocalc_tui.sync.opening import open_log
from cocalc_tui.sync.patch import DoesNotFit, Entry, Patch, PatchId, Splice
from cocalc_tui.sync.versions import Versions

BLOCK = 65536
"""Entries of a block that is full (`server.store.sealing`)."""
VERSIONS = 100
"""Random versions that are looked at."""

Made = TypeVar("Made")


def timed(make: Callable[[], Made], runs: int = 5) -> tuple[float, Made]:
    """Median seconds of CPU, and what was made last. Long ones run once."""
    taken: list[float] = []
    while len(taken) < runs and (not taken or sum(taken) < 2):
        gc.collect()
        start = time.process_time()
        made = make()
        taken.append(time.process_time() - start)
    return median(taken), made


def type_in(trace: Trace, ids: Sequence[PatchId], times: Sequence[int]) -> Document:
    """Somebody types all of a sequential trace, one call per edit."""
    document = Document()
    for number, (txn, patch_id, at) in enumerate(zip(trace.txns, ids, times, strict=True)):
        try:
            document.commit(patch_id, at, [Splice(*edit) for edit in txn.edits[:1]])
            for edit in txn.edits[1:]:
                document.amend([Splice(*edit)])
        except DoesNotFit as error:
            raise TraceError(f"txn {number - trace.first} does not fit: {error}") from None
    return document


def take_in(made: Sequence[Patch]) -> Document:
    """Keystrokes of others come in one at a time."""
    document = Document()
    for patch in made:
        document.apply([patch])
    return document


def merged(made: Sequence[Patch]) -> Document:
    """The whole history comes in at once."""
    document = Document()
    document.apply(made)
    return document


def sealed(trace: Trace, made: Sequence[Patch], times: Sequence[int], delay: int) -> list[bytes]:
    """The log in blocks; each entry came to the relay up to `delay` ms after it was made."""
    chance = random.Random(1)
    log: list[Entry] = []
    for seq, (txn, patch, at) in enumerate(zip(trace.txns, made, times, strict=True), 1):
        step = Patch(patch.id, at, patch.parents, patch.ops)
        received = at + chance.randint(min(1, delay), delay)
        log.append(Entry(seq, f"user{txn.agent}", "editor", received, step))
    return [encode_block(log[i : i + BLOCK]) for i in range(0, len(log), BLOCK)]


def seconds(trace: Trace) -> list[int]:
    """The times of a trace to the second."""
    return [txn.time // 1000 * 1000 for txn in trace.txns]


def milliseconds(trace: Trace) -> list[int]:
    """Times to the millisecond; where a trace does not tell keys apart, as somebody types."""
    chance = random.Random(1)
    whole = all(txn.time % 1000 == 0 for txn in trace.txns)
    times: list[int] = []
    for txn in trace.txns:
        at = txn.time + (chance.randrange(1000) if whole else 0)
        if times and at <= times[-1]:
            at = times[-1] + chance.randint(60, 400)
        times.append(at)
    return times


def peak_memory(make: Callable[[], Document]) -> float:
    """The most MB that making a document takes."""
    gc.collect()
    tracemalloc.start()
    make()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return round(peak / 1e6, 1)


def measure(trace: Trace) -> tuple[dict[str, Any], str]:
    """Everything about our engine, and the text; raises TraceError."""
    ids = sessions(trace.txns)
    made = patches(trace, ids, [txn.time for txn in trace.txns])
    times = [patch.time for patch in made]

    def replay() -> Document:
        return take_in(made) if trace.concurrent else type_in(trace, ids, times)

    found: dict[str, Any] = {"exact": True, "keystrokes": trace.keystrokes}
    found["apply_s"], document = timed(replay)
    for number, patch_id in enumerate(ids):
        if patch_id in document.refused:
            number -= trace.first
            raise TraceError(f"txn {number} does not fit: a position is beyond the text")
    found["merge_s"], whole = timed(lambda: merged(made))
    log = sealed(trace, made, seconds(trace), 0)
    found["open_log_s"], from_log = timed(lambda: open_log(log))
    checkpoint = encode_checkpoint(document, len(made))
    found["open_checkpoint_s"], young = timed(
        lambda: Document.from_checkpoint(checkpoint, len(made))
    )
    found["version_prepare_s"], versions = timed(lambda: Versions(log))
    found["version_s"], found["version_worst_s"] = look(versions)
    found["sealed_bytes"] = sum(map(len, log))
    found["sealed_ms_bytes"] = sum(map(len, sealed(trace, made, milliseconds(trace), 9)))
    found["checkpoint_bytes"] = len(checkpoint)
    found["peak_memory_mb"] = peak_memory(replay)
    texts = [str(other.text()) for other in (document, whole, from_log, young)]
    found["exact"] = {*texts, versions.text(versions.latest)} == {trace.end}
    return found, texts[0]


def look(versions: Versions) -> tuple[float, float]:
    """Median and most seconds of CPU for a random version."""
    taken = []
    for version in random.Random(1).choices(range(versions.latest + 1), k=VERSIONS):
        start = time.process_time()
        versions.text(version)
        taken.append(time.process_time() - start)
    return median(taken), max(taken)


def table(found: dict[str, Any]) -> str:
    """What was measured, for people."""
    columns = {"ours": found, **found.get("peers", {})}
    rows = [f"| | {' | '.join(columns)} |", "|---|" + "---|" * len(columns)]
    for name in found:
        if name != "peers":
            cells = [shown(name, column.get(name, "")) for column in columns.values()]
            rows.append(f"| {name.removesuffix('_s')} | {' | '.join(cells)} |")
    return "\n".join(rows)


def shown(name: str, value: Any) -> str:
    """A figure with its unit."""
    if name.endswith("_s") and value != "":
        return f"{value * 1000:.3g} ms" if value < 1 else f"{value:.2f} s"
    return str(value) if isinstance(value, bool | str) else f"{value:,}"


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="replay an editing trace")
    parser.add_argument("trace", type=Path, help="a .json or .json.gz editing trace")
    parser.add_argument("--out", type=Path, help="write the merged text to this file")
    parser.add_argument("--json", action="store_true", help="print JSON only")
    parser.add_argument("--peers", action="store_true", help="measure pycrdt and Loro too")
    options = parser.parse_args(arguments)
    try:
        trace = read_trace(options.trace)
        with tamed():
            found, text = measure(trace)
        if options.out is not None:
            options.out.write_bytes(text.encode())
    except (TraceError, OSError) as error:
        print(f"replay: {error}", file=sys.stderr)
        return 2
    if options.peers:
        with tamed():
            found["peers"] = run_peers(trace)
        for name in PEERS.keys() - found["peers"].keys():
            print(f"replay: {name} is not installed; `make bench` installs it", file=sys.stderr)
    if not options.json:
        print(table(found), file=sys.stderr)
    print(json.dumps(found, indent=2))
    return 0 if found["exact"] else 1


if __name__ == "__main__":
    sys.exit(main())
