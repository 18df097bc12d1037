"""Kernels: how they are, which there are, and what they know of code."""

from __future__ import annotations

import msgspec


class KernelState(msgspec.Struct, frozen=True, kw_only=True):
    """Topic `kernel`: the notebook's kernel."""

    name: str
    title: str
    state: str
    """none, starting, idle, busy, silent (it gives no sign of life), dead."""
    reason: str = ""
    """Why it is dead: cause, exit code, last words, next step."""
    note: str = ""
    """Its label, as in `KernelChoice`."""
    words: list[str] = []
    """The last lines that it wrote to its standard error, where it died."""
    pid: int = 0
    memory: int = 0
    """Bytes."""
    cpu: float = 0.0
    """Percent of one core."""


class KernelChoice(msgspec.Struct, frozen=True, kw_only=True):
    """A kernel that a notebook could use."""

    name: str
    title: str
    language: str
    where: str
    """Path of its interpreter or specification."""
    note: str = ""
    """A label: what could be better about it, as in `.venv has no ipykernel; to use it: LINE`."""


class KernelInfo(msgspec.Struct, frozen=True, kw_only=True):
    """A kernel that lives, for `status`."""

    path: str
    name: str
    state: str
    pid: int
    keeper: int
    """The keeper's pid."""
    title: str = ""
    memory: int = 0
    """Bytes."""
    cpu: float = 0.0
    """Percent of one core."""
    user: str = ""
    """Who started it."""
    started: int = 0
    """Milliseconds since 1970."""


class Match(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A way that code could go on."""

    text: str
    """What stands in the place of `start`..`end`."""
    kind: str = ""
    """function, module, keyword ... in the kernel's words."""


class Completion(msgspec.Struct, frozen=True, kw_only=True):
    """The answer to `Complete`."""

    start: int
    """Code points of the code asked about ..."""
    end: int
    """... that a match replaces."""
    matches: list[Match]


class Inspection(msgspec.Struct, frozen=True, kw_only=True):
    """The answer to `Inspect`."""

    data: dict[str, str]
    """Mime type to text: text/plain, perhaps with ANSI colours, or text/markdown. Empty where
    nothing is known."""
