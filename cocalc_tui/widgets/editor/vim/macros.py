"""Keys that are written down in a register, and pressed again from there.

A macro may play others, itself among them. Were each pressed within the other, one that calls
itself would end in Python's depth; here they wait in one row.
"""

from __future__ import annotations

from collections import deque

from cocalc_tui.widgets.editor.vim.registers import Registers, Taken

MOST_KEYS = 10_000
"""Keys that one key may stand for, so that a macro that calls itself ends."""


class Macros:
    """What is being written down, and what is still to be pressed."""

    def __init__(self, registers: Registers) -> None:
        self.recording = ""
        """The register into which keys are recorded."""
        self.played = ""
        """The register played last."""
        self.waiting: deque[str] = deque()
        """Keys that are still to be pressed."""
        self._registers = registers
        self._recorded: list[str] = []

    def note(self, key: str) -> None:
        """A key was pressed: write it down if anything is."""
        if self.recording:
            self._recorded.append(key)

    def record(self, register: str) -> None:
        """Write down keys from now on, or (already doing so) no more."""
        if not self.recording:
            self.recording, self._recorded = register, []
            return
        self._registers.set(self.recording, Taken("\x00".join(self._recorded)))
        self.recording = ""

    def play(self, register: str, times: int) -> None:
        """Have the keys written down in a register pressed."""
        self.played = register
        held = self._registers.get(register)
        if held is None:
            return
        keys = held.text.split("\x00") if "\x00" in held.text else list(held.text)
        # One macro may end by playing the next: what it plays comes before what is left of it.
        self.waiting.extendleft(reversed(keys * min(times, MOST_KEYS)))
