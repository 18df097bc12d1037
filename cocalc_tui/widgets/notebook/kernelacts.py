"""What is done with the kernel: everybody's, so what ends it asks first."""

from __future__ import annotations

from collections.abc import Awaitable

from cocalc_tui.protocol.events import KernelChoice
from cocalc_tui.widgets.acting import desk, perform
from cocalc_tui.widgets.keynames import shown
from cocalc_tui.widgets.notebook.foot import advice_of
from cocalc_tui.widgets.notebook.runacts import RunActs
from cocalc_tui.widgets.notebook.runs import UNDER_WAY
from cocalc_tui.widgets.picker import Choice

STUBBORN = 5.0
"""Seconds after an interrupt at which it is said that a cell goes on all the same."""
ADVICE = "advice"
MENU = (
    "notebook.interrupt",
    "notebook.restart",
    "notebook.restart_run",
    "notebook.restart_run_above",
    "notebook.stop_kernel",
    "notebook.choose_kernel",
    "notebook.clear_all",
)


class KernelActs(RunActs):
    """Actions on the kernel."""

    async def do_kernel(self) -> None:
        """Say how the kernel is, and offer what can be done with it."""
        keymap = desk(self).reader.keymap
        choices = [
            Choice(action.name, action.title, shown("".join(keymap.keys_of(action.name)[:1])))
            for action in map(keymap.registry.__getitem__, MENU)
            if action.needs <= desk(self).role
        ]
        advice = advice_of(self.document.kernel.note)
        if advice is not None:
            choices.insert(0, Choice(ADVICE, f"Copy {advice.line}", "for a terminal"))
        chosen = await desk(self).pick(self._how_it_is(), choices)
        if advice is not None and chosen == ADVICE:
            self.app.copy_to_clipboard(advice.line)
            desk(self).notice(f"Copied; then restart the kernel: {advice.line}")
        elif chosen is not None:
            perform(self, keymap.registry[chosen])

    def _how_it_is(self) -> str:
        kernel = self.document.kernel
        state = "not started yet" if kernel.state == "none" else kernel.state
        words = [kernel.title or "Kernel", state]
        if kernel.memory:
            words.append(f"{kernel.memory / 2**20:.0f} MB")
        waiting = sum(run.state == "queued" for run in self.document.runs.values())
        return " · ".join([*words, *([f"{waiting} waiting"] if waiting else [])])

    async def do_interrupt(self) -> None:
        """Interrupt the running cell and empty the queue; say so if it goes on all the same."""
        runs = self.document.runs.values()
        going = {run.run for run in runs if run.state == "running"}
        if self.document.kernel.state != "busy" and all(run.state not in UNDER_WAY for run in runs):
            desk(self).notice("Nothing runs or waits here")
        await self.document.interrupt()
        self.set_timer(STUBBORN, lambda: self._say_stubborn(going))

    def do_interrupt_now(self) -> Awaitable[None]:
        """Interrupt, as `i i`."""
        return self.do_interrupt()

    def _say_stubborn(self, going: set[str]) -> None:
        """A cell may wait in code that hears no interrupt; then only a restart helps."""
        for key, run in self.document.runs.items():
            if run.run in going and run.state == "running" and key in self.stack:
                keys = desk(self).reader.keymap.keys_of("command.restart_now")
                how = f"{shown(keys[0])} restarts" if keys else "restart"
                number = self.stack.place(key) + 1
                desk(self).notice(
                    f"cell {number} goes on though it was interrupted; {how} the kernel", bad=True
                )

    async def _sure(self, what: str, yes: str) -> bool:
        """Ask before what a kernel holds is gone, where it may hold anything."""
        if self.document.kernel.state not in ("idle", "busy", "silent"):
            return True
        running = [run for run in self.document.runs.values() if run.state in UNDER_WAY]
        users = sorted({run.user for run in running})
        work = f" Cells of {', '.join(users)} run or wait." if users else ""
        return await desk(self).confirm(f"{what} for everybody? Its values are gone.{work}", yes)

    async def do_restart(self) -> None:
        """End the kernel and start it anew."""
        if await self._sure("Restart the kernel", "restart"):
            await self.document.restart()

    def do_restart_now(self) -> Awaitable[None]:
        """Restart, as `0 0`: typing it twice is sure enough."""
        return self.document.restart()

    async def do_restart_run(self) -> None:
        """Start the kernel anew and run everything."""
        if await self._sure("Restart the kernel and run all", "restart"):
            await self.document.restart()
            await self._run(self._keys(0))

    async def do_restart_run_above(self) -> None:
        """Start the kernel anew and run everything down to this cell."""
        keys = self._keys(0, self._place_below())
        if await self._sure("Restart the kernel and run down to here", "restart"):
            await self.document.restart()
            await self._run(keys)

    async def do_stop_kernel(self) -> None:
        """End the kernel."""
        if await self._sure("Stop the kernel", "stop"):
            await self.document.restart(stop=True)

    async def do_choose_kernel(self) -> None:
        """Ask which kernel of this machine to use."""
        choices = await self.document.kernels()
        if not choices:
            desk(self).notice("No kernel is known: python -m pip install ipykernel", bad=True)
            return
        name = await desk(self).pick("Kernel", [*map(_choice, choices)])
        if name is not None and await self._sure("Change the kernel", "change"):
            await self.document.choose_kernel(name)


def _choice(kernel: KernelChoice) -> Choice:
    advice = advice_of(kernel.note)
    return Choice(kernel.name, kernel.title, advice.what if advice else kernel.note or kernel.where)
