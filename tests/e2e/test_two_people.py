"""The main job: two real Unix users in two real terminals, one file, one notebook, one kernel."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import nbformat
import pytest

from tests.e2e.tmux import Pane, needs_tmux, pane
from tests.unix_users import ROOT, User, needs_root, unix_users

pytestmark = [
    needs_root,
    needs_tmux,
    pytest.mark.needs_root,
    pytest.mark.needs_tmux,
    pytest.mark.timeout(300),
    pytest.mark.xdist_group("e2e"),
]
LOOP = "import time\nfor i in range(8):\n    time.sleep(0.5); print('tick', i)\n"
TURNS = [f"turns = [*globals().get('turns', []), {n}]; print(turns)" for n in range(6)]
"""Each prints which of them ran up to it, in their order."""


@dataclass
class Box:
    """Alice's project, which Bob may join as a runner."""

    alice: User
    bob: User
    project: Path
    python: Path

    def words(self, user: User, *words: str) -> list[str]:
        """The command line by which a user runs the program."""
        return user.command([str(self.python), "-m", "cocalc_tui", *words])

    def run(self, user: User, *words: str) -> str:
        """Run a command without a screen."""
        done = subprocess.run(
            self.words(user, *words), cwd=self.project, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def status(self) -> dict[str, object]:
        """What runs."""
        found: dict[str, object] = json.loads(
            self.run(self.alice, "status", "--json", "--project", str(self.project))
        )
        return found


@pytest.fixture
def box(program: Path) -> Iterator[Box]:
    with (
        tempfile.TemporaryDirectory(prefix="ct-", ignore_cleanup_errors=True) as folder,
        unix_users("ann", "ben") as users,
    ):
        alice, bob = users
        project = Path(folder) / "lab"
        shutil.copytree(
            ROOT / "cocalc_tui" / "demo" / "project",
            project,
            ignore=shutil.ignore_patterns("__pycache__"),
        )
        (project / "loop.ipynb").write_text(json.dumps(notebook("")))
        (project / "both.ipynb").write_text(json.dumps(notebook(*TURNS)))
        Path(folder).chmod(0o755)
        subprocess.run(["chown", "-R", f"{alice.name}:", str(project)], check=True)
        found = Box(alice, bob, project, program)
        found.run(alice, "share", bob.name, "--project", str(project))
        try:
            yield found
        finally:
            subprocess.run(
                found.words(alice, "stop", "--all", "--project", str(project)),
                check=False,
                capture_output=True,
            )


def notebook(*sources: str) -> dict[str, object]:
    """A notebook with these code cells."""
    cells: list[dict[str, object]] = [
        {
            "cell_type": "code",
            "execution_count": None,
            "id": f"c{number}",
            "metadata": {},
            "outputs": [],
            "source": [source] if source else [],
        }
        for number, source in enumerate(sources)
    ]
    return {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}


def open_app(stack: ExitStack, box: Box, user: User, file: str, width: int = 100) -> Pane:
    """A user's terminal with a file of the project in it."""
    return stack.enter_context(pane(box.words(user, str(box.project / file)), width=width))


def at_once(*work: threading.Thread) -> None:
    """Do things at the same time."""
    for thread in work:
        thread.start()
    for thread in work:
        thread.join()


def typing(where: Pane, words: str) -> threading.Thread:
    """Somebody types, letter by letter."""
    return threading.Thread(target=where.type, args=(words, 0.01))


def wait_for_file(path: Path, wanted: str) -> str:
    """Wait until a file on disk has a pattern."""
    deadline = time.monotonic() + 60
    while not re.search(wanted, text := path.read_text(encoding="utf-8")):
        assert time.monotonic() < deadline, f"never saw {wanted!r} in\n{text}"
        time.sleep(0.1)
    return text


def test_two_type_into_one_file_and_every_word_is_there_once(box: Box) -> None:
    with ExitStack() as stack:
        one = open_app(stack, box, box.alice, "notes.md")
        two = open_app(stack, box, box.bob, "notes.md", width=80)
        for where in (one, two):
            where.wait("first run")
        before = (box.project / "notes.md").read_text()
        two.keys("C-End")
        mine = " ".join(f"alpha{i}" for i in range(20)) + " "
        theirs = " ".join(f"beta{i}" for i in range(20)) + " "
        at_once(typing(one, mine), typing(two, theirs))
        one.wait("sent ✓")
        text = wait_for_file(box.project / "notes.md", r"alpha19 [\s\S]*beta19 ")
        assert text == mine + before + theirs
        two.keys("Left")  # a name shows while its caret moves
        one.wait(box.bob.name)
        two.wait("alpha19")


def on_disk(path: Path) -> tuple[str, str]:
    """Source and printed text of the first cell on disk; the file must be a valid notebook."""
    found = json.loads(path.read_text(encoding="utf-8"))
    nbformat.validate(found)
    cell = found["cells"][0]
    printed = "".join("".join(output.get("text", ())) for output in cell["outputs"])
    return "".join(cell["source"]), printed


def start_loop(box: Box, stack: ExitStack) -> tuple[Pane, Pane]:
    """Both type into one cell; Alice runs it."""
    one = open_app(stack, box, box.alice, "loop.ipynb")
    two = open_app(stack, box, box.bob, "loop.ipynb")
    for where in (one, two):
        where.wait("cell 1")
    one.keys("Enter")
    for line in LOOP.splitlines():
        one.type(line.strip())
        one.keys("Enter")
    two.wait("tick")
    two.keys("Enter", "C-End", pause=0.2)
    at_once(typing(one, "# alice was here"), typing(two, "# bob was here"))
    two.wait("alice was here")
    one.wait("bob was here")
    one.keys("F5")
    two.wait("tick 1")
    one.wait("tick 1")
    return one, two


TICKS = "".join(f"tick {i}\n" for i in range(8))


def test_who_leaves_while_a_cell_runs_finds_everything_on_return(box: Box) -> None:
    with ExitStack() as stack:
        one, two = start_loop(box, stack)
        two.keys("C-q")
        one.wait("tick 7")
        back = open_app(stack, box, box.bob, "loop.ipynb")
        back.wait("tick 7")
        wait_for_file(box.project / "loop.ipynb", "tick 7")
        source, printed = on_disk(box.project / "loop.ipynb")
        assert printed == TICKS
        assert source.count("alice was here") == source.count("bob was here") == 1


def test_a_killed_relay_loses_nothing_of_a_running_cell(box: Box) -> None:
    with ExitStack() as stack:
        one, two = start_loop(box, stack)
        pid = str(box.status()["pid"])
        subprocess.run(["kill", "-9", pid], check=True)
        one.wait("tick 7")
        two.wait("tick 7")
        assert str(box.status()["pid"]) != pid
        wait_for_file(box.project / "loop.ipynb", "tick 7")
        assert on_disk(box.project / "loop.ipynb")[1] == TICKS


def test_everybody_may_leave_and_the_output_is_there_on_return(box: Box) -> None:
    with ExitStack() as stack:
        one, two = start_loop(box, stack)
        one.keys("C-q")
        two.keys("C-q")
        wait_for_file(box.project / "loop.ipynb", "tick 7")
        assert on_disk(box.project / "loop.ipynb")[1] == TICKS
        open_app(stack, box, box.bob, "loop.ipynb").wait("tick 7")


RAN = re.compile(r"\[(\d)\] +turns = .*, (\d)\]; print\(turns\).*\n.{7} +(\[[\d, ]+\])")
"""On a screen: a cell's count, its number, and what it printed."""


def ran_on(where: Pane) -> list[tuple[str, str, str]]:
    """What somebody sees of the cells when all have run."""
    return RAN.findall(where.wait(lambda screen: len(RAN.findall(screen)) == len(TURNS)))


def test_both_run_one_notebook_at_once(box: Box) -> None:
    with ExitStack() as stack:
        one = open_app(stack, box, box.alice, "both.ipynb")
        two = open_app(stack, box, box.bob, "both.ipynb")
        for where in (one, two):
            where.wait("cell 1 of 6")
        two.keys("Down")
        two.wait("cell 2 of 6")
        turn = ("F5", "Down", "Down")
        at_once(*(threading.Thread(target=where.keys, args=turn * 3) for where in (one, two)))
        seen = ran_on(one)
        assert ran_on(two) == seen, "equal screens"
        wait_for_file(box.project / "both.ipynb", r"\[\d(, \d){5}\]\\n")
        found = json.loads((box.project / "both.ipynb").read_text(encoding="utf-8"))
        nbformat.validate(found)
        said = [
            (str(cell["execution_count"]), str(number), "".join(cell["outputs"][0]["text"]).strip())
            for number, cell in enumerate(found["cells"])
        ]
        assert said == seen, "and an equal file"
        in_order = [number for _, number, _ in sorted(seen)]
        assert [text for _, _, text in sorted(seen)] == [
            f"[{', '.join(in_order[: count + 1])}]" for count in range(len(TURNS))
        ], "one queue, in one order"
