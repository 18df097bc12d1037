"""The plainest app that a pane can live in: reads keys, does actions, shows notices.

`CocalcApp` builds on it; tests and benchmarks of one pane use it as it is, so that a pane meets
the same keys and the same cleaning of text in a test as in real life.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, TypeVar

from textual.driver import Driver
from textual.drivers.linux_driver import LinuxDriver

from cocalc_tui.protocol.messages import Role
from cocalc_tui.widgets import frames
from cocalc_tui.widgets.actions import Keymap, KeyReader, Registry
from cocalc_tui.widgets.faces import Faces
from cocalc_tui.widgets.glyphs import safe
from cocalc_tui.widgets.graphics import Probe, worth_asking
from cocalc_tui.widgets.theme import DARK, THEMES, people_on
from cocalc_tui.widgets.tty import GraphicsFound, HungUp, TtyDriver
from cocalc_tui.widgets.typeahead import TypeAheadApp

if TYPE_CHECKING:
    from textual.notifications import SeverityLevel
    from textual.theme import Theme

    from cocalc_tui.sync.patch import Json
    from cocalc_tui.widgets.dialogs import Dialog
    from cocalc_tui.widgets.picker import Choice

Result = TypeVar("Result")

FAILED, UNREACHABLE = 1, 3
"""Exit codes where there is no way to the project, for good and just now."""
NOTICE_SECONDS = 5
BAD_NOTICE_SECONDS = 15


class DeskApp(TypeAheadApp, inherit_bindings=False):
    """An app without Textual's own keys and palette."""

    ENABLE_COMMAND_PALETTE = False
    ALLOW_SELECT = False
    """Panes select by themselves; Textual's own selecting ends the app where a widget just went."""
    pictures_by = "characters"
    """How pictures are drawn, as the setting says it."""

    def __init__(self, registry: Registry, own: Mapping[str, Sequence[str]] | None = None) -> None:
        """`own`: action name to the keys that a person chose for it."""
        super().__init__()
        frames.install()
        for theme in THEMES.values():
            self.register_theme(theme)
        self.theme = DARK.name
        self.reader = KeyReader(Keymap(registry, own))
        self.faces = Faces(self._colours_of_people)
        self.said: list[tuple[str, str]] = []
        """Time and text of every notice."""
        self.last_words: list[str] = []
        """What is said on the terminal that is left behind, where it could not go on."""
        self._bad_until = 0.0
        """When what is bad and was said last goes, by the monotonic clock."""

    def use_keymap(self, keymap: Keymap) -> None:
        """Have other keys."""
        self.reader = KeyReader(keymap)
        if isinstance(self._driver, TtyDriver):
            self._driver.take_signs(keymap.alt_signs)

    def wear(self, theme: Theme) -> None:
        """Change the colours."""
        self.register_theme(theme)
        self.theme = theme.name

    def recolour(self) -> None:
        """Draw everything anew, as after another theme: people look different now."""
        self.refresh_css(animate=False)
        self.theme_changed_signal.publish(self.current_theme)

    def _colours_of_people(self) -> tuple[str, ...]:
        return people_on(*(self.theme_variables[name] for name in ("background", "side", "bar")))

    def get_driver_class(self) -> type[Driver]:
        """Textual's way to the terminal, in our form."""
        found = super().get_driver_class()
        return TtyDriver if found is LinuxDriver else found

    def on_resize(self) -> None:
        """Ask how the terminal draws pixels: with its size that of a cell may be another."""
        if isinstance(self._driver, TtyDriver) and worth_asking(self.pictures_by, os.environ):
            self._driver.probe(Probe(self.pictures_by))

    def on_graphics_found(self, found: GraphicsFound) -> None:
        """Draw pictures as the terminal can."""
        from cocalc_tui.widgets.outputs.pictures import pictures_of

        pictures_of(self).draw_by(found.graphics)

    def on_hung_up(self, _: HungUp) -> None:
        """Leave with the terminal."""
        self.exit()

    @property
    def role(self) -> Role:
        """What this person may do."""
        return Role.OWNER

    @property
    def user(self) -> str:
        """Whoever it is."""
        return "me"

    @property
    def root(self) -> str:
        """No project."""
        return ""

    @property
    def people(self) -> list[str]:
        """Nobody else."""
        return [self.user]

    @property
    def place(self) -> str:
        """There is no project."""
        return ""

    def notice(self, text: str, *, bad: bool = False) -> None:
        """Tell the person something in one line, and keep it for reading again.

        What is bad and was said just now, as for each key that does nothing, is not said again.
        """
        now = time.monotonic()
        if bad and self.said and self.said[-1][1] == text and now < self._bad_until:
            return
        self._bad_until = now + BAD_NOTICE_SECONDS if bad else 0.0
        self.said.append((time.strftime("%H:%M:%S"), text))
        seconds = BAD_NOTICE_SECONDS if bad else NOTICE_SECONDS
        severity: SeverityLevel = "error" if bad else "information"
        self.notify(safe(text), severity=severity, timeout=seconds, markup=False)

    @property
    def notices(self) -> list[str]:
        """The texts of all notices so far."""
        return [text for _, text in self.said]

    def give_up(self, reason: str, *, again: bool) -> None:
        """Leave, as there is no way to the project; `again`: trying another time may help."""
        self.say_last(reason)
        self.exit(return_code=UNREACHABLE if again else FAILED)

    def say_last(self, line: str) -> None:
        """Leave a line behind for the shell."""
        self.last_words.append(safe(line))

    def visit(self, path: str, place: Mapping[str, Json] | None = None) -> None:
        """Show another document; there is none beside that of the pane."""

    async def pick(
        self,
        title: str,
        choices: Sequence[Choice],
        *,
        make: Callable[[str], Choice | None] | None = None,
    ) -> str | None:
        """Have the person choose one: its value, None for none."""
        from cocalc_tui.widgets.picker import Picker

        return await self.answer(Picker(title, choices, make=make))

    async def ask(
        self, question: str, text: str = "", wrong: Callable[[str], str] = lambda _: ""
    ) -> str | None:
        """Ask for a line; None when it was cancelled."""
        from cocalc_tui.widgets.dialogs import Ask

        return await self.answer(Ask(question, text, wrong))

    async def confirm(self, question: str, yes: str) -> bool:
        """Ask whether to go on."""
        from cocalc_tui.widgets.dialogs import Confirm

        return await self.answer(Confirm(question, yes))

    async def answer(self, dialog: Dialog[Result]) -> Result:
        """Show a dialog and wait for the answer; keys typed after it wait for what comes of it."""
        try:
            # Not `push_screen_wait`: it lets others run before the dialog has the keyboard.
            return await self.push_screen(dialog, wait_for_dismiss=True)
        finally:
            if dialog.answered:
                self.keys_go()

    def bars_changed(self) -> None:
        """What the bars show is another; there are none here."""
