"""`python -m tests.e2e.monkey --rounds N --seed S`: two people who press any key there is.

Each round is a project of its own, two apps in two terminals, and keys, clicks and sizes without
any sense, faster than the screens follow. Whoever leaves comes back. An app never ends by
a fault of its own, and no process of the project meets what nobody foresaw.
"""

from __future__ import annotations

import argparse
import os
import random
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from cocalc_tui.server.paths import RUNTIME_VARIABLE
from tests.e2e.tmux import Pane, pane
from tests.unix_users import ROOT

STEPS = 500
LOOK = 20
"""Steps between two looks at whether both still run."""
SIZES = ((80, 24), (160, 48), (40, 12), (100, 30), (20, 5))
ARROWS = ["Up", "Down", "Left", "Right", "Home", "End"]
PLAIN = [*ARROWS, "PgUp", "PgDn", "Enter", "Escape", "Tab", "BTab", "BSpace", "DC"]
HELD_ARROWS = [f"{held}{key}" for held in ("S-", "M-", "C-", "C-S-") for key in ARROWS]
FUNCTIONS = [f"F{number}" for number in range(1, 13)]
LETTERS = "abcdefghijklmnopqrstuvwxyz"
HELD_LETTERS = [f"{held}{sign}" for held in ("C-", "M-") for sign in LETTERS]
SIGNS = [f"M-{sign}" for sign in "0123456789.,/"] + ["C-_", "C-]", "S-F5", "S-F6", "C-F5"]
KEYS = [*PLAIN, *PLAIN, *HELD_ARROWS, *FUNCTIONS, *HELD_LETTERS, *SIGNS]
TYPED = LETTERS + LETTERS.upper() + " 0123456789()[]{}/.,:;'\"é漢😀\t|-=+<>?"
LINES = ("x = 1", "print(2)", "/usr", "ls\r", "notes")
BUTTONS = (0, 0, 0, 2, 32, 64, 65)
"""As the terminal codes them: the left one, the right one, moved, the wheel up and down."""
ENDED = "the app ended with "


class Round:
    """A project with two people in it."""

    def __init__(self, folder: Path, seed: int, stack: ExitStack) -> None:
        self._chance = random.Random(seed)
        self._project = folder / "lab"
        self._states = [folder / "one", folder / "two"]
        self.pressed: list[str] = []
        self._acts: list[Callable[[Pane], None]] = [
            *[self._key] * 9,
            *[self._prefixed] * 3,
            *[self._character] * 6,
            self._line,
            self._size,
            self._click,
            self._pause,
        ]
        files(self._project)
        self._people = [
            stack.enter_context(pane(self._app(state), cwd=self._project)) for state in self._states
        ]

    def _app(self, state: Path) -> list[str]:
        state.mkdir()
        own = f"env XDG_STATE_HOME={state} XDG_CONFIG_HOME={state} TERM=tmux-256color"
        app = f"{own} {shlex.quote(sys.executable)} -m cocalc_tui"
        return ["sh", "-c", f'while :; do {app}; echo "{ENDED}$?"; sleep 1; done']

    def play(self) -> None:
        """Raise AssertionError where an app ended, or something unforeseen was logged."""
        for person in self._people:
            person.wait("lab")
        for step in range(STEPS):
            self._chance.choice(self._acts)(self._chance.choice(self._people))
            if step % LOOK == 0:
                time.sleep(0.2)
                self._look()
        self._look()
        for log in self.logs():
            assert "Traceback" not in log, log

    def _look(self) -> None:
        for person in self._people:
            said = person.screen()
            assert ENDED not in said or f"{ENDED}0" in said, said

    def logs(self) -> Iterator[str]:
        """What the apps, the relay and its helpers wrote for whoever looks for a fault."""
        for folder in (*self._states, self._project / ".cocalc-tui"):
            for path in folder.rglob("*.log"):
                yield f"{path}\n{path.read_text(errors='replace')}"

    # --- what a monkey does --------------------------------------------------------------------

    def _key(self, person: Pane) -> None:
        self._press(person, self._chance.choice(KEYS))

    def _prefixed(self, person: Pane) -> None:
        self._press(person, "C-t")
        self._character(person)

    def _character(self, person: Pane) -> None:
        self._type(person, self._chance.choice(TYPED))

    def _line(self, person: Pane) -> None:
        self._type(person, self._chance.choice(LINES))

    def _size(self, person: Pane) -> None:
        width, height = self._chance.choice(SIZES)
        self.pressed.append(f"{width}x{height}")
        person.tmux("resize-window", "-t", "p", "-x", str(width), "-y", str(height))

    def _click(self, person: Pane) -> None:
        column, row = self._chance.randint(1, 100), self._chance.randint(1, 30)
        at = f"\x1b[<{self._chance.choice(BUTTONS)};{column};{row}"
        self._type(person, f"{at}M{at}m")

    def _pause(self, _: Pane) -> None:
        time.sleep(0.3)

    def _press(self, person: Pane, key: str) -> None:
        self.pressed.append(key)
        person.keys(key)

    def _type(self, person: Pane, text: str) -> None:
        self.pressed.append(text)
        person.type(text)


def files(project: Path) -> None:
    """Make a small project with one file of each kind."""
    shipped = ROOT / "cocalc_tui" / "demo" / "project"
    shutil.copytree(shipped, project, ignore=shutil.ignore_patterns("__pycache__"))
    (project / "a.py").write_text("def f(x):\n    return [x, {1: (2)}]\n\n" * 40)
    (project / "long.txt").write_text("a line of words\n" * 5000)
    (project / "x.json").write_text('{"a": [1, 2, 3]}')


@contextmanager
def round_of(seed: int) -> Iterator[Round]:
    """Set one up; what it started ends with it."""
    with tempfile.TemporaryDirectory(prefix="ct-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        (folder / "run").mkdir()
        os.environ[RUNTIME_VARIABLE] = str(folder / "run")
        try:
            with ExitStack() as stack:
                yield Round(folder, seed, stack)
        finally:
            stop = ["-m", "cocalc_tui", "stop", "--all", "--project", str(folder / "lab")]
            subprocess.run([sys.executable, *stop], check=False, capture_output=True)


def main() -> int:
    """Play the rounds; 1 where an app fell, with what was pressed before."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--seed", type=int, default=0)
    chosen = parser.parse_args()
    for seed in range(chosen.seed, chosen.seed + chosen.rounds):
        with round_of(seed) as one:
            try:
                one.play()
            except AssertionError as error:
                print(f"{error}\n", *one.logs(), f"pressed: {one.pressed[-60:]}", sep="\n")
                print(f"again: python -m tests.e2e.monkey --rounds 1 --seed {seed}")
                return 1
    print(f"any keys: {chosen.rounds} rounds of {STEPS} steps by two, seed {chosen.seed}: 0 faults")
    return 0


if __name__ == "__main__":
    sys.exit(main())
