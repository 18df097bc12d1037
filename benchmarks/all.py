"""`make bench`: run every benchmark and write what they print to docs/benchmarks.md.

No number in that page is typed by hand: each section stands under the command that printed it, with
the day and how busy the machine was. A section is written as soon as it ends, and none may take
longer than its time, so the whole ends too. A benchmark prints its bars beside its numbers, in a
Markdown table on stderr, and says where one is missed. To add one, add a line to `sections`.

    python -m benchmarks.all [SECTION...]     all, or those whose title has one of these words
"""

from __future__ import annotations

import datetime
import os
import platform
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "benchmarks.md"
DATA = Path(os.environ.get("COCALC_TUI_TEST_DATA", ROOT.parent / "shared")) / "traces"
WHOLE = 45 * 60.0
"""Seconds for everything; what has not begun by then is left as it was."""
TRACES = (
    "automerge-paper",
    "friendsforever",
    "clownschool",
    "seph-blog1",
    "rustcode",
    "sveltecomponent",
)
HEAD = """# Benchmarks

Written by `make bench`. Trust the ratios within a table; absolute figures move with the machine and
with what else it does, which the load beside each says (the number of busy cores when it began).
"""


class Section(NamedTuple):
    """One benchmark."""

    title: str
    command: str
    """Arguments of Python."""
    limit: float = 120.0
    """Seconds."""


def traces() -> str:
    """The paths of those that are there."""
    paths = [DATA / f"{name}.json.gz" for name in TRACES]
    return " ".join(str(path) for path in paths if path.exists())


def sections() -> list[Section]:
    """All of them, what matters most to people first."""
    found = [
        Section("Starting", "-m benchmarks.start"),
        Section("Key press to own screen", "-m benchmarks.keys"),
        Section("Key press to the neighbour's screen", "-m benchmarks.neighbours"),
        Section("Terminals", "-m benchmarks.terminal"),
        Section("The relay", "-m benchmarks.relay", 300),
        Section("Notebooks of 20, 200 and 2,000 cells", "-m benchmarks.notebook", 400),
        Section("Cells that print without measure", "-m benchmarks.floods", 300),
        Section("Chats of 100, 1,000 and 10,000 messages", "-m benchmarks.chat", 240),
        Section(
            "Files of 1,000, 10,000 and 100,000 lines",
            "-m benchmarks.editor --only editor,textarea",
            300,
        ),
        Section("A line of 10 MB, a log of 100 MB", "-m benchmarks.editor --only line,log"),
        Section("Two people offline", "-m benchmarks.offline"),
        Section("History of 50 branches at once", "-m benchmarks.history --branches 50"),
    ]
    found.append(Section("Snapshots of 10,000 files", "-m benchmarks.snapshots", 240))
    found.append(
        Section("What history costs", f"-m benchmarks.storage {traces()} --patches 0", 300)
    )
    found.append(Section("A year of a busy notebook", "-m benchmarks.storage", 400))
    for name in TRACES:
        trace = DATA / f"{name}.json.gz"
        if trace.exists():
            if name == "automerge-paper":
                found.append(Section("History", f"-m benchmarks.history {trace}"))
            command = f"-m benchmarks.replay {trace} --peers"
            found.append(Section(f"Replay of {name}", command))
    return found


def machine() -> str:
    """What it runs on, in one line."""
    model = "unknown processor"
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            model = line.partition(":")[2].strip()
            break
    return f"{model}, {os.cpu_count()} cores, Python {platform.python_version()}"


def run(section: Section) -> tuple[str, bool]:
    """The section as it stands in the page, and whether its benchmark ended well."""
    load = os.getloadavg()[0]
    began = time.monotonic()
    process = subprocess.Popen(
        [sys.executable, *section.command.split()],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        out, said = process.communicate(timeout=section.limit)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        out, said = process.communicate()
        said += f"\n\n**not finished within {section.limit:.0f} s**"
    took = time.monotonic() - began
    said = said.strip() or out.strip()
    if not re.search(r"^\|", said, re.MULTILINE):
        said = f"```\n{said}\n```"
    today = datetime.datetime.now(tz=datetime.UTC).date()
    shown = re.sub(r"\S*/(\S+\.gz)", r"\1", section.command)
    when = f"{today}, {machine()}, load {load:.1f}, {took:.0f} s"
    text = f"## {section.title}\n\n`python {shown}` ({when})\n\n{said}\n"
    return text, process.returncode == 0


def page() -> dict[str, str]:
    """The sections of the page as it is, by title."""
    if not PAGE.exists():
        return {}
    parts = re.split(r"^(?=## )", PAGE.read_text("utf-8"), flags=re.MULTILINE)[1:]
    return {part[3:].partition("\n")[0]: part.strip() + "\n" for part in parts}


def write(texts: dict[str, str]) -> None:
    """Write the page, in the order of `sections`."""
    order = [section.title for section in sections()]
    known = sorted(texts, key=lambda title: order.index(title) if title in order else len(order))
    PAGE.write_text("\n".join([HEAD, *(texts[title] for title in known)]), encoding="utf-8")


def main(words: list[str]) -> int:
    """Run all or some; 1 where one failed."""
    texts, failed = page(), False
    until = time.monotonic() + WHOLE
    for section in sections():
        if words and not any(word.lower() in section.title.lower() for word in words):
            continue
        if time.monotonic() > until:
            print(f"{section.title}: left out, the time is over", file=sys.stderr)
            continue
        print(f"{section.title}: python {section.command}", file=sys.stderr, flush=True)
        texts[section.title], well = run(section)
        failed |= not well
        write(texts)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
