"""The app: puts settings, memory, keys and the main screen together and starts them.

What a person sees first does not wait for anything: the screen is painted from what is
remembered, then the relay is asked.
"""

from __future__ import annotations

import asyncio
import os
import socket
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from textual.events import Event, MouseDown, MouseScrollDown, MouseScrollUp
from textual.worker import WorkerFailed

from cocalc_tui import logs
from cocalc_tui.garbage import garbage
from cocalc_tui.protocol.messages import Role
from cocalc_tui.widgets import memory as memories
from cocalc_tui.widgets.desk import DeskApp
from cocalc_tui.widgets.editor.keysets import with_own
from cocalc_tui.widgets.elsewhere import Elsewhere
from cocalc_tui.widgets.glyphs import safe
from cocalc_tui.widgets.main import MainScreen
from cocalc_tui.widgets.memory import Memory
from cocalc_tui.widgets.registry import registry
from cocalc_tui.widgets.settings import Settings
from cocalc_tui.widgets.settings_file import ConfigError, load
from cocalc_tui.widgets.theme_files import ThemeError
from cocalc_tui.widgets.theme_files import find as find_theme
from cocalc_tui.widgets.tty import HungUp

if TYPE_CHECKING:
    from cocalc_tui.sync.patch import Json
    from cocalc_tui.widgets.project import Project

USAGE = 2
RESTED = 5.0
"""Seconds without a key that count as a pause."""


class CocalcApp(DeskApp, inherit_bindings=False):
    """The app of one person in one project."""

    CSS = """
    Toast { width: auto; max-width: 76; padding: 0 1; margin-top: 0; background: $raised; }
    Toast.-information { border-left: wide $accent; }
    Toast.-error { border-left: wide $error; }
    ToastRack { dock: top; align: right top; margin: 2 0 0 0; }
    """

    def __init__(
        self,
        project: Project,
        name: str,
        paths: Sequence[str] = (),
        *,
        settings: Settings | None = None,
        memory_file: Path | None = None,
        remarks: Sequence[str] = (),
        elsewhere: Elsewhere | None = None,
        far: bool = False,
    ) -> None:
        """Show `paths` of a project, which may be on another machine, `far` from this one.

        `remarks` are said once the screen is there.
        """
        self.settings = settings or Settings()
        super().__init__(registry(), with_own(self.settings.editor_keys, self.settings.keys))
        self.pictures_by = self.settings.screen_pictures
        self.wear(find_theme(self.settings.screen_theme))
        self.project = project
        self._file = memory_file
        self._remarks = remarks
        memory = memories.load(memory_file) if memory_file else Memory()
        self.faces.know(memory.members, ())
        machine = terminal_machine(far=far)
        self.main = MainScreen(project, name, memory, self.settings, self._remember, machine)
        if elsewhere is not None:
            self.main.elsewhere = elsewhere
        for path in paths:
            self.main.open_at_start(path)
        self.title = name

    def get_default_screen(self) -> MainScreen:
        """The one that is always there."""
        return self.main

    def on_load(self) -> None:
        """Have a task begin after who starts it, on every Python: Textual changes that on 3.12.

        What is set up beside its start would not be there yet where it begins at once.
        """
        asyncio.get_running_loop().set_task_factory(None)

    def on_mount(self) -> None:
        """Say what was wrong with the configuration."""
        self.retitle(f"{self.title} – cocalc-tui")
        for remark in self._remarks:
            self.notice(remark, bad=True)
        self.call_after_refresh(garbage.settle)
        self.set_interval(RESTED, self._rest)

    def _rest(self) -> None:
        if time.monotonic() > self.typed_at + RESTED:
            garbage.pause()

    def on_hung_up(self, _: HungUp) -> None:
        """Remember where everything was; then leave, as any app does."""
        self.main.keep()

    async def on_unmount(self) -> None:
        """Leave the relay."""
        await self.project.close()

    def _remember(self, memory: Memory) -> None:
        memory.members = self.faces.members
        if self._file is not None:
            memories.store(self._file, memory)

    def _fatal_error(self) -> None:
        """Leave with one line: a traceback shows locals, and those may hold anybody's bytes."""
        error = self._exception
        if error is None or self.last_words:
            return
        # A worker's own error has the traceback.
        cause = error.error if isinstance(error, WorkerFailed) else error
        self.say_last(f"{logs.unexpected(cause)}; what you typed is kept, start again")
        self._close_messages_no_wait()

    # --- what panes may ask --------------------------------------------------------------------

    def visit(self, path: str, place: Mapping[str, Json] | None = None) -> None:
        """Show a document and give it the keyboard."""
        self.main.visit(path, place)

    @property
    def role(self) -> Role:
        """What this person may do; until the relay says it, the relay will have to refuse."""
        me = self.project.me
        return Role.__members__.get(me.role.upper(), Role.VIEWER) if me else Role.OWNER

    @property
    def root(self) -> str:
        """The project's folder, as its machine has it."""
        return self.project.me.root if self.project.me else ""

    @property
    def user(self) -> str:
        """The Unix user, as the relay has it."""
        return self.project.me.user if self.project.me else ""

    @property
    def people(self) -> list[str]:
        """The names of who is connected."""
        return sorted({person.user for person in self.project.people})

    @property
    def place(self) -> str:
        """What tells this project from all others."""
        return self.project.me.place if self.project.me else ""

    def key_typed(self) -> None:
        """Who touches a key follows nobody any more, and is back."""
        self.main.key_typed()

    async def on_event(self, event: Event) -> None:
        """The mouse counts as a key does."""
        if isinstance(event, MouseDown | MouseScrollDown | MouseScrollUp):
            self.main.key_typed()
        await super().on_event(event)

    def bars_changed(self) -> None:
        """Have the bars drawn anew soon."""
        self.main.show_soon()


def run_app(
    project: Project,
    name: str,
    paths: Sequence[str] = (),
    *,
    root: Path | None = None,
    key: str | None = None,
    flags: Mapping[str, Any] | None = None,
    elsewhere: Elsewhere | None = None,
) -> int:
    """Run the app until the person leaves; returns the exit code.

    `elsewhere` says which other projects one may go to, and afterwards whether one wants to.

    `root` is the project's folder where it is on this machine: its `cocalc-tui.toml` is read. The
    layout is remembered for `key`. `flags` are settings typed on the command line, by name.
    A mistake in the person's configuration is one line on stderr and exit code 2.
    """
    try:
        loaded = load(registry(), flags=flags, project=root)
        find_theme(loaded.settings.screen_theme)
    except (ConfigError, ThemeError) as error:
        _talk(safe(str(error)))
        return USAGE
    logs.start(loaded.settings.log_level)
    app = CocalcApp(
        project,
        name,
        paths,
        settings=loaded.settings,
        memory_file=memories.memory_file(key or str(root or name)),
        remarks=loaded.remarks,
        elsewhere=elsewhere,
        far=root is None,
    )
    app.run()
    for line in app.last_words:
        _talk(line)
    return app.return_code or 0


def terminal_machine(*, far: bool) -> str:
    """The machine that the person sits at; "" for that of the project, unless that is `far`."""
    over_ssh = os.environ.get("SSH_CONNECTION", "").partition(" ")[0]
    return over_ssh or (socket.gethostname() if far else "")


def _talk(line: str) -> None:
    print(f"cocalc-tui: {line}", file=sys.stderr)  # noqa: T201 - this is the talk
