"""What can be done from everywhere that belongs to no pane: commands, help, colours, leaving."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from textual.screen import Screen

from cocalc_tui.widgets.acting import desk, perform, scopes_at
from cocalc_tui.widgets.actions import Keymap, KeysError
from cocalc_tui.widgets.editor.keysets import TITLES, with_own
from cocalc_tui.widgets.keynames import shown

if TYPE_CHECKING:
    from cocalc_tui.widgets.documents import Documents
    from cocalc_tui.widgets.elsewhere import Elsewhere
    from cocalc_tui.widgets.project import Project
    from cocalc_tui.widgets.settings import Settings
    from cocalc_tui.widgets.tiles import Tiles


class GeneralActs(Screen[None]):
    """Part of the main screen: what is done with the app as a whole."""

    project: Project
    documents: Documents
    tiles: Tiles
    elsewhere: Elsewhere
    settings: Settings
    keep: Callable[[], None]
    show_soon: Callable[[], None]

    def scopes_here(self) -> list[str]:
        """The scopes in force where the keyboard is, innermost first."""
        return scopes_at(self.focused or self)

    async def do_palette(self) -> None:
        """Choose from all that can be done here."""
        from cocalc_tui.widgets.picker import Choice

        node, keymap = self.focused or self, desk(self).reader.keymap
        choices = [
            Choice(
                action.name,
                action.title,
                shown("".join(keymap.keys_of(action.name)[:1])),
                action.help,
            )
            for action in keymap.registry.of(self.scopes_here())
            if action.palette and action.needs <= desk(self).role
        ]
        chosen = await desk(self).pick("What to do", choices)
        if chosen is not None:
            perform(node, keymap.registry[chosen])

    async def do_save(self) -> None:
        """Write the document to disk now."""
        if (document := self.tiles.document) is not None:
            await document.save()

    def do_help(self) -> None:
        """Show what the keys do here."""
        from cocalc_tui.widgets.help import Reading, lines_for

        lines = lines_for(desk(self).reader.keymap, self.scopes_here())
        self.app.push_screen(Reading(lines))

    def do_notices(self) -> None:
        """Show what was said so far."""
        from cocalc_tui.widgets.help import Reading

        said = [("", "What was said", "")]
        said += [(at, text, " ") for at, text in desk(self).said]
        self.app.push_screen(Reading(said))

    def do_settings(self) -> None:
        """Show the settings in force, and where they are changed."""
        from cocalc_tui.widgets.help import Reading
        from cocalc_tui.widgets.settings_file import user_file

        said = [("", f"Settings; changed in {user_file()}", "")]
        for setting in self.settings.declared():
            value = str(getattr(self.settings, setting.field))
            said.append((value, setting.name, setting.help))
        self.app.push_screen(Reading(said))

    async def do_theme(self) -> None:
        """Choose the colours, for this time."""
        from cocalc_tui.widgets import theme_files
        from cocalc_tui.widgets.picker import Choice

        choices = [Choice(name, name) for name in theme_files.names()]
        if (name := await desk(self).pick("Colours", choices)) is not None:
            try:
                desk(self).wear(theme_files.find(name))
            except theme_files.ThemeError as error:
                desk(self).notice(str(error), bad=True)

    async def do_key_set(self) -> None:
        """Choose the keys in text, for this time and the next."""
        from cocalc_tui.widgets.picker import Choice

        choices = [
            Choice(name, title, "now" if name == self.settings.editor_keys else "")
            for name, title in TITLES.items()
        ]
        if (chosen := await desk(self).pick("Keys in text", choices)) is not None:
            self._use_keys(chosen)

    def _use_keys(self, chosen: str) -> None:
        """Have the keys of a set here, and in the person's configuration."""
        from cocalc_tui.widgets import settings_file, settings_kept

        registry = desk(self).reader.keymap.registry
        try:
            keymap = Keymap(registry, with_own(chosen, self.settings.keys))
            self.settings = replace(self.settings, editor_keys=chosen)
            desk(self).use_keymap(keymap)
            self.tiles.use(self.settings)
            settings_kept.keep(file := settings_file.user_file(), "editor.keys", chosen)
        except KeysError as error:
            desk(self).notice(f"Beside these keys: {error}", bad=True)
        except settings_file.ConfigError as error:
            desk(self).notice(str(error), bad=True)
        else:
            desk(self).notice(f"{TITLES[chosen]}, here and in {file}")
        self.show_soon()

    def do_start_relay(self) -> None:
        """Start the relay again that somebody ended."""
        if self.project.online:
            desk(self).notice("The relay runs: you are connected")
        else:
            self.project.start_again()

    def do_how_to_leave(self) -> None:
        """Say which key leaves, to who expects another."""
        keys = desk(self).reader.keymap.keys_of("app.leave")
        desk(self).notice(f"{shown(keys[0]) if keys else 'Leave in the commands'} leaves")

    async def do_join(self) -> None:
        """Leave this project for another."""
        import asyncio

        from cocalc_tui.widgets.elsewhere import typed

        choices = await asyncio.to_thread(self.elsewhere.projects)
        question = "Go to which project: one of these, or a path, or HOST:PATH"
        if (path := await desk(self).pick(question, choices, make=typed)) is not None:
            self.elsewhere.chosen = path
            await self.do_leave()

    async def do_leave(self) -> None:
        """Leave; ask first where work would stay behind."""
        unsent = self.documents.unsent()
        if unsent and not self.project.online:
            names = ", ".join(document.path for document in unsent)
            question = (
                f"What you did in {names} is not sent yet, as the relay does not answer. It is "
                "kept on this machine, and sent when you open this project again. Leave?"
            )
            if not await desk(self).confirm(question, "leave"):
                self.elsewhere.chosen = ""
                return
        self.keep()
        self.app.exit()
