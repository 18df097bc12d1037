"""Chats of 100, 1,000 and 10,000 messages: CPU of what people do in them.

The pane runs in a real PTY, so what it writes is part of the cost. CPU is that of the process, all
threads, as the kernel counts it; each step is waited for until nothing is done any more. Another's
message, and another's reply in a thread of a hundred messages ago, are patches that arrive. Beside
it: what the relay's event loop stands still for where a chat is written to its file.
Prints a table on stderr and JSON on stdout.

    python -m benchmarks.chat [--messages 100,1000,10000] [--keys 20]
"""

from __future__ import annotations

import argparse
import asyncio
import json
import signal
import statistics
import sys
import time
from functools import partial

from benchmarks.programs import in_pty
from cocalc_tui.chat import schema
from cocalc_tui.client.document import SharedDocument
from cocalc_tui.protocol import kinds
from cocalc_tui.server.host.content import ChatContent
from cocalc_tui.sync.patch import Entry, Op, Patch, PatchId

INDEPENDENT = 1.5
"""How much more than in the shortest chat a step may cost in the longest."""
OPEN, WHEEL = b"\x1bOP", b"\x1b[<65;60;20M"
"""F1, by which the program here opens the chat, and a turn of the wheel."""
SAYS, REPLIES = signal.SIGUSR1, signal.SIGUSR2
"""What stands for a patch that arrives."""
BACK = 100


def talk(count: int) -> list[Op]:
    """Messages as people write them; every tenth begins a thread."""
    texts = ("look at [fit.ipynb cell 3]", "the *second* run is better, @bob", "`rms` or not?")
    return [
        op
        for n in range(count)
        for op in schema.say(
            f"k{n}", "ann", n + 1, texts[n % 3], thread=f"k{n - n % 10}" if n % 10 else ""
        )
    ]


def says(document: SharedDocument, number: int, thread: str) -> None:
    """Somebody says something, and it arrives."""
    replica = document.replica
    ops = schema.say(f"new{number}", "bob", 10**9 + number, "yes, that one", thread=thread)
    patch_id = PatchId("b" * 16, number)
    patch = Patch(patch_id, replica.clock + 1, tuple(replica.heads), tuple(ops), "chat")
    document.arrived([Entry(document.numbers.upto + 1, "bob", "editor", 0, patch)])


def run_pane(count: int) -> None:
    """The pane of a chat, alone in the plainest app."""
    from textual import events

    from cocalc_tui.widgets.chat.pane import ChatPane
    from cocalc_tui.widgets.desk import DeskApp
    from cocalc_tui.widgets.registry import registry

    document = SharedDocument.offline("bench.chat", kinds.CHAT, talk(count))

    class Alone(DeskApp):
        arrivals = 0

        async def on_key(self, event: events.Key) -> None:
            if event.key == "f1":
                loop = asyncio.get_running_loop()
                loop.add_signal_handler(SAYS, self.hear, "")
                begun = max(count - BACK, 0)
                loop.add_signal_handler(REPLIES, self.hear, f"k{begun - begun % 10}")
                pane = ChatPane(document)
                await self.mount(pane)
                pane.keyboard().focus()

        def on_chat_pane_arrived(self, event: ChatPane.Arrived) -> None:
            event.pane.found_out([], ["bob"])

        def hear(self, thread: str) -> None:
            says(document, self.arrivals, thread)
            self.arrivals += 1

    Alone(registry()).run()


def measure(count: int, keys: int) -> dict[str, float]:
    """CPU of opening and of each kind of step, and for how long writing the file stops others."""
    with in_pty(partial(run_pane, count)) as running:
        running.settle(quiet=2.0)
        opened = running.step(OPEN, quiet=1.0)
        steps = {
            "arrives": [running.step(SAYS) for _ in range(keys)],
            "reply": [running.step(REPLIES) for _ in range(keys)],
            "key": [running.step(b"a") for _ in range(keys)],
            "send": [running.step(b"\r") + 0 * running.step(b"b") for _ in range(keys // 3)],
            "scroll": [running.step(WHEEL) for _ in range(keys)],
        }
    medians = {f"{name}_ms": statistics.median(took) * 1000 for name, took in steps.items()}
    found = {"open_s": opened, **medians, "saving_ms": saving(count)}
    return {name: round(value, 2) for name, value in found.items()}


def saving(count: int) -> float:
    """Milliseconds for which the relay's loop takes what is written to a chat's file."""
    document = SharedDocument.offline("bench.chat", kinds.CHAT, talk(count))
    content, took = ChatContent(), []
    for number in range(5):
        began = time.perf_counter()
        says(document, number, "")
        content.take(document)
        took.append((time.perf_counter() - began) * 1000)
    return statistics.median(took[1:])


COLUMNS = {
    "open s": "open_s",
    "another's message ms": "arrives_ms",
    "another's reply ms": "reply_ms",
    "key ms": "key_ms",
    "send ms": "send_ms",
    "scroll step ms": "scroll_ms",
    "saving stops the relay ms": "saving_ms",
}


def table(results: dict[int, dict[str, float]]) -> str:
    """The results for people: medians of CPU, and the bar."""
    lines = [
        f"| {count:,} | {' | '.join(str(row[field]) for field in COLUMNS.values())} |"
        for count, row in results.items()
    ]
    least, most = results[min(results)], results[max(results)]
    steps = [
        "" if field in ("open_s", "saving_ms") else f"{most[field] / least[field]:.2f}"
        for field in COLUMNS.values()
    ]
    return "\n".join(
        [
            f"| messages | {' | '.join(COLUMNS)} |",
            "|---" * (1 + len(COLUMNS)) + "|",
            *lines,
            f"| most / fewest (bar {INDEPENDENT}) | {' | '.join(steps)} |",
        ]
    )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--messages", default="100,1000,10000", help="how many")
    parser.add_argument("--keys", type=int, default=20)
    options = parser.parse_args()
    counts = [int(one) for one in options.messages.split(",")]
    results = {count: measure(count, options.keys) for count in counts}
    print(table(results), file=sys.stderr)
    print(json.dumps({"messages": results, "bar": INDEPENDENT}, indent=2))


if __name__ == "__main__":
    main()
