"""ctrl+t k: the kernels that run in the project, what they use and whose they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cocalc_tui.protocol.events import KernelInfo, ProjectStatus
from cocalc_tui.protocol.messages import Role, Status
from cocalc_tui.widgets.acting import desk
from cocalc_tui.widgets.phrases import clock
from cocalc_tui.widgets.picker import Choice

if TYPE_CHECKING:
    from textual.screen import Screen

    from cocalc_tui.widgets.project import Project

GO, RESTART, STOP = "go", "restart", "stop"


async def ask_kernel(screen: Screen[None], project: Project) -> str | None:
    """Have somebody choose a kernel and what to do; returns the notebook to go to."""
    status = await project.requests.result(lambda id_: Status(id=id_), ProjectStatus)
    if not status.kernels:
        desk(screen).notice("No kernel runs: one starts with the first cell that is run")
        return None
    choices = [Choice(kernel.path, kernel.path, said_of(kernel)) for kernel in status.kernels]
    path = await desk(screen).pick("Kernels that run", choices)
    if path is None or desk(screen).role < Role.RUNNER:
        return path
    kernel = next(one for one in status.kernels if one.path == path)
    since = f"by {kernel.user or 'somebody'} since {clock(kernel.started / 1000)}"
    what = await desk(screen).pick(
        f"The kernel of {path}, {since}",
        [
            Choice(GO, "Go to the notebook"),
            Choice(RESTART, "Restart the kernel", "its values are gone"),
            Choice(STOP, "Stop the kernel", "its values are gone"),
        ],
    )
    if what in (RESTART, STOP):
        document = await project.open(path)
        await document.restart(stop=what == STOP)
        done = "stopped" if what == STOP else "restarted"
        desk(screen).notice(f"The kernel of {path} is {done}")
        return None
    return path if what == GO else None


def said_of(kernel: KernelInfo) -> str:
    """What it is, does and uses: `Python 3 · busy · 312 MB · 98 % · al`."""
    words = [kernel.title or kernel.name, kernel.state]
    words += [f"{kernel.memory / 2**20:.0f} MB"] if kernel.memory else []
    words += [f"{kernel.cpu:.0f} %"] if kernel.cpu >= 1 else []
    return " · ".join([*words, *([kernel.user] if kernel.user else [])])
