"""Jump mode: a letter on everything one can go to; typing it goes there."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import product

from textual.app import ComposeResult
from textual.events import Click, Key
from textual.geometry import Offset
from textual.widgets import Static

from cocalc_tui.widgets.modal import Modal

LETTERS = "asdfghjklqwertyuiopzxcvbnm"
Go = Callable[[], None]
Target = tuple[Offset, Go]
"""Where the letter stands on the screen, and what goes there."""


def labels(count: int) -> list[str]:
    """Letters for so many targets: one each, or two each when there are too many."""
    width = 1 if count <= len(LETTERS) else 2
    found: Iterator[tuple[str, ...]] = product(LETTERS, repeat=width)
    return ["".join(letters) for letters, _ in zip(found, range(count), strict=False)]


class Jump(Modal[Go], inherit_bindings=False):
    """Shows the letters and waits for one; gives what goes there."""

    DEFAULT_CSS = """
    Jump { background: transparent; layers: base; }
    Jump Static {
        position: absolute; width: auto; height: 1;
        background: $warning; color: $on-person; text-style: bold;
    }
    """

    def __init__(self, targets: Sequence[Target]) -> None:
        super().__init__()
        self._targets = dict(zip(labels(len(targets)), targets, strict=False))
        self._typed = ""

    def compose(self) -> ComposeResult:
        """A letter per target."""
        for label, (at, _) in self._targets.items():
            sign = Static(label, markup=False)
            sign.absolute_offset = at
            yield sign

    def on_key(self, event: Key) -> None:
        """Go, or leave."""
        event.stop()
        self._typed += event.key
        if self._typed in self._targets:
            self.dismiss(self._targets[self._typed][1])
        elif not any(label.startswith(self._typed) for label in self._targets):
            self.dismiss(None)

    def on_click(self, _: Click) -> None:
        """Leave."""
        self.dismiss(None)
