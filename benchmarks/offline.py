"""Two people offline: merging two long branches, beside Loro and pycrdt where they are installed.

Realistic typing (bursts of words here and there), each burst a patch as an app groups what it
cannot send; the same with a patch for each key; and random single characters, which no run-length
encoding can help with. Each branch is handed over whole, as after a reconnect. Prints a table on
stderr and JSON on stdout; seconds of CPU.

    python benchmarks/offline.py [--keystrokes 20000]
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import random
import sys
import time
from collections.abc import Callable, Iterator

from benchmarks.collector import tamed
from cocalc_tui.sync.document import Document
from cocalc_tui.sync.patch import Patch, PatchId, Splice

Edit = tuple[int, int, str]
Burst = list[Edit]
BARS = {"realistic": 0.05, "a patch per key": None, "random": 1.0}
BASE = "The quick brown fox jumps over the lazy dog.\n" * 200


def realistic(chance: random.Random, keystrokes: int, length: int) -> Iterator[Burst]:
    """Words typed forward in bursts, with some deletions behind the caret."""
    while keystrokes > 0:
        pos = chance.randrange(length + 1)
        burst: Burst = []
        for _ in range(min(keystrokes, chance.randint(5, 120))):
            if pos and chance.random() < 0.06:
                pos -= 1
                length -= 1
                burst.append((pos, 1, ""))
            else:
                burst.append((pos, 0, chance.choice("etaoin shrdlu")))
                pos += 1
                length += 1
        keystrokes -= len(burst)
        yield burst


def key_by_key(chance: random.Random, keystrokes: int, length: int) -> Iterator[Burst]:
    """The same words, nothing grouped."""
    for burst in realistic(chance, keystrokes, length):
        yield from ([edit] for edit in burst)


def scattered(chance: random.Random, keystrokes: int, length: int) -> Iterator[Burst]:
    """Single characters anywhere."""
    for _ in range(keystrokes):
        if length and chance.random() < 0.3:
            length -= 1
            yield [(chance.randrange(length + 1), 1, "")]
        else:
            yield [(chance.randrange(length + 1), 0, chance.choice("etaoin"))]
            length += 1


def branches(kind: str, keystrokes: int) -> list[list[Burst]]:
    """What each of the two typed."""
    make = {"realistic": realistic, "a patch per key": key_by_key, "random": scattered}[kind]
    return [list(make(random.Random(seed), keystrokes, len(BASE))) for seed in (1, 2)]


def ours(edits: list[list[Burst]]) -> tuple[float, str]:
    """Seconds to take in the other's branch, and the text."""
    root = Patch(PatchId("0" * 16, 0), 1, (), (Splice(0, 0, BASE),), "import")
    logs = []
    for person, typed in enumerate(edits, 1):
        replica = Document()
        replica.apply([root])
        for n, burst in enumerate(typed):
            first, *rest = (Splice(*edit) for edit in burst)
            replica.commit(PatchId(f"{person:016x}", n), n + 2, [first])
            for splice in rest:
                replica.amend([splice])
        logs.append(replica)
    mine, theirs = logs
    with tamed():
        start = time.process_time()
        mine.apply(theirs.patches())
        return time.process_time() - start, str(mine.text())


def loro(edits: list[list[Burst]]) -> tuple[float, str]:
    """The same by Loro."""
    from loro import ExportMode, LoroDoc

    base = LoroDoc()
    base.get_text("t").insert(0, BASE)
    base.commit()
    snapshot = base.export(ExportMode.Snapshot())
    docs = []
    for person, typed in enumerate(edits, 1):
        doc = LoroDoc()
        doc.peer_id = person
        doc.import_(snapshot)
        text = doc.get_text("t")
        for pos, delete, insert in (edit for burst in typed for edit in burst):
            if delete:
                text.delete(pos, delete)
            if insert:
                text.insert(pos, insert)
            doc.commit()
        docs.append(doc)
    mine, theirs = docs
    update = theirs.export(ExportMode.Updates(mine.oplog_vv))
    start = time.process_time()
    mine.import_(update)
    merged = mine.get_text("t").to_string()
    return time.process_time() - start, merged


def pycrdt(edits: list[list[Burst]]) -> tuple[float, str]:
    """The same by pycrdt (all text here is ASCII, so its byte offsets are ours)."""
    from pycrdt import Doc, Text

    base: Doc[Text] = Doc()
    base["t"] = Text(BASE)
    docs = []
    for typed in edits:
        doc: Doc[Text] = Doc()
        doc["t"] = text = Text()
        doc.apply_update(base.get_update())
        for pos, delete, insert in (edit for burst in typed for edit in burst):
            if delete:
                del text[pos : pos + delete]
            if insert:
                text.insert(pos, insert)
        docs.append(doc)
    mine, theirs = docs
    update = theirs.get_update(mine.get_state())
    start = time.process_time()
    mine.apply_update(update)
    merged = str(mine["t"])
    return time.process_time() - start, merged


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="merge two offline branches")
    parser.add_argument("--keystrokes", type=int, default=20_000)
    keystrokes = parser.parse_args().keystrokes
    programs: dict[str, Callable[[list[list[Burst]]], tuple[float, str]]] = {"ours": ours}
    peers = {"loro": loro, "pycrdt": pycrdt}
    programs |= {name: peers[name] for name in peers if importlib.util.find_spec(name)}
    found: dict[str, dict[str, float]] = {}
    print(f"| 2 x {keystrokes} keystrokes | {' | '.join(programs)} | bar |", file=sys.stderr)
    print("|---|" + "---|" * (len(programs) + 1), file=sys.stderr)
    for kind, bar in BARS.items():
        edits = branches(kind, keystrokes)
        found[kind] = {name: program(edits)[0] for name, program in programs.items()}
        shown = " | ".join(f"{seconds * 1000:.0f} ms" for seconds in found[kind].values())
        limit = "" if bar is None else f"{bar * 1000:.0f} ms"
        print(f"| {kind} | {shown} | {limit} |", file=sys.stderr)
    print(json.dumps(found, indent=2))


if __name__ == "__main__":
    main()
