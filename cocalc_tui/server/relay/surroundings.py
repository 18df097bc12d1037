"""What a relay is told about its project and about the process that it runs in.

The relay core knows neither folders nor kernels nor doors: whoever starts it says what there is to
say about them, and does what it cannot do itself.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

from cocalc_tui.protocol.events import EndedTerminal, KernelInfo, TerminalInfo
from cocalc_tui.server.store import StoreTrouble
from cocalc_tui.server.store.keeping import Keeping


@dataclass(frozen=True)
class Whereabouts:
    """Which project it is, for people to read, and where."""

    name: str
    root: str = ""
    """Its folder's path on `machine`."""
    machine: str = ""
    place: str = ""
    """Stands for the folder, whatever that is called."""


@dataclass(frozen=True)
class Processes:
    """What runs for the project besides the relay core, for `status`."""

    pid: int = 0
    door: int = 0
    started: int = 0
    """Milliseconds."""
    kernels: list[KernelInfo] = field(default_factory=list)
    terminals: list[TerminalInfo] = field(default_factory=list)
    ended: list[EndedTerminal] = field(default_factory=list)


async def _no_backup(_to: Path) -> None:
    """Refuse: what is kept in memory alone has no copies."""
    raise StoreTrouble("this relay keeps nothing on disk, so there is nothing to copy")


@dataclass(frozen=True)
class Surroundings:
    """What it asks of the process around it, and tells it."""

    processes: Callable[[], Processes] = Processes
    keeping: Callable[[], Keeping] = Keeping
    """What the owner says about old history."""
    trouble: Callable[[], str] = str
    """What keeps old history from being archived, "" where nothing does."""
    backup: Callable[[Path], Awaitable[None]] = _no_backup
    """Copies the log to a file; raises StoreTrouble."""
    on_stop: Callable[[bool], None] = lambda _everything: None
    """Called when the owner ends the relay, with whether `everything` is to end."""
    on_broken: Callable[[], None] = lambda: None
    """Called when nothing can be stored any more and another relay is to be started."""


ALONE = Surroundings()
"""Of a relay that nothing else belongs to."""
