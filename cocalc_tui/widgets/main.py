"""The main screen: side bar, tiles, bars, and what can be done from everywhere.

It wires the parts and draws nothing itself. What happens in documents and on the connection is
gathered and shown at most once per `SOON`, after the key that caused it is on the screen.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, cast

from rich.cells import set_cell_size
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.events import DescendantFocus, Resize
from textual.geometry import Region
from textual.screen import Screen
from textual.timer import Timer
from textual.widget import Widget
from textual.widgets import Static

from cocalc_tui.client.events import (
    FilesChanged,
    Heard,
    LightsChanged,
    Offline,
    Online,
    PeopleChanged,
    PeopleMoved,
    WorkRefused,
)
from cocalc_tui.widgets import phrases
from cocalc_tui.widgets.acting import Acting, desk, perform, scopes_at
from cocalc_tui.widgets.bars import Bar
from cocalc_tui.widgets.documents import Documents
from cocalc_tui.widgets.files import FileTree
from cocalc_tui.widgets.glyphs import safe
from cocalc_tui.widgets.keynames import shown
from cocalc_tui.widgets.pane import Pane
from cocalc_tui.widgets.people import PeopleList
from cocalc_tui.widgets.phrases import Word
from cocalc_tui.widgets.tiles import Tiles

if TYPE_CHECKING:
    from cocalc_tui.app import CocalcApp
    from cocalc_tui.client.document import SharedDocument
    from cocalc_tui.client.events import DocumentEvent, WorkspaceEvent
    from cocalc_tui.widgets.memory import Memory
    from cocalc_tui.widgets.project import Project
    from cocalc_tui.widgets.settings import Settings

SOON = 0.05
"""Seconds until bars and lists show what happened."""
LATENCY_EVERY = 5.0
"""Seconds between looks at the latency while nothing happens."""
SIDE_BAR_FROM = 110
FOOTER_FROM = 28
LEAST = (48, 12)
"""Columns and rows below which nothing useful fits."""


class MainScreen(Acting, Screen[None], inherit_bindings=False):
    """Everything that is there all the time."""

    AUTO_FOCUS = None
    DEFAULT_CSS = """
    MainScreen { layout: vertical; background: $background; }
    #footer { background: $side; }
    #body { height: 1fr; }
    #side { background: $side; padding: 1 0 0 0; }
    #side .heading { height: 1; padding: 0 1; color: $text-dim; }
    #people { margin: 0 0 1 0; }
    #people-heading { margin-top: 1; }
    #small { display: none; width: 1fr; height: 1fr; content-align: center middle; }
    """

    def __init__(
        self,
        project: Project,
        name: str,
        memory: Memory,
        settings: Settings,
        remember: Callable[[Memory], None],
    ) -> None:
        """`name` is the project's, for the top line; `remember` stores the memory."""
        super().__init__()
        self.project = project
        self.project_name = name
        self.memory = memory
        self.settings = settings
        self._remember = remember
        self.documents = Documents(project, self._heard)
        self.tiles = Tiles(memory.layout(), self.documents, settings, self._views_changed)
        self.files = FileTree(project, self.visit, self._visitors, self.tiles.focus_pane)
        self.people = PeopleList(project, self.visit)
        self.top = Bar(self._click, id="top")
        self.status = Bar(self._click, id="status")
        self.footer = Bar(self._click, id="footer")
        self._side = Vertical(id="side")
        self._soon: Timer | None = None
        self._unsubscribe: Callable[[], None] = lambda: None
        self._troubles: dict[SharedDocument, str] = {}

    def compose(self) -> ComposeResult:
        """Bars above and below, the side bar and the tiles between them."""
        yield self.top
        with Horizontal(id="body"):
            with self._side:
                yield Static("Files", classes="heading", markup=False)
                yield self.files
                yield Static("People", classes="heading", id="people-heading", markup=False)
                yield self.people
            yield self.tiles
        yield self.status
        yield self.footer
        yield Static(id="small", markup=False)

    def scopes(self) -> Sequence[str]:
        """What can be done from everywhere."""
        return ("app",)

    def helpers(self) -> Sequence[Acting]:
        """Tiles can be divided while the side bar has the keyboard."""
        return (self.tiles,)

    # --- its life ------------------------------------------------------------------------------

    def on_mount(self) -> None:
        """Paint first, then connect."""
        self._unsubscribe = self.project.subscribe(self._happened)
        self._side.styles.width = self.settings.screen_side_bar_width
        self._fit()
        self.tiles.sync()
        self.show_now()
        self.set_interval(LATENCY_EVERY, self.show_soon)
        self.call_after_refresh(self.project.start)

    def on_unmount(self) -> None:
        """Listen no more."""
        self._unsubscribe()

    def on_resize(self, _: Resize) -> None:
        """Open and close what the size decides."""
        self._fit()
        self.show_soon()

    def _fit(self) -> None:
        size = self.app.size
        small = size.width < LEAST[0] or size.height < LEAST[1]
        self._side.display = not small and self._open_by(
            self.settings.screen_side_bar, self.memory.side_bar, size.width >= SIDE_BAR_FROM
        )
        self.footer.display = not small and self._open_by(
            self.settings.screen_footer, None, size.height >= FOOTER_FROM
        )
        for part in (self.top, self.query_one("#body"), self.status):
            part.display = not small
        message = self.query_one("#small", Static)
        if message.display != small:
            message.display = small
            self.set_focus(None) if small else self.tiles.focus_pane()
        message.update(
            f"This window has {size.width}x{size.height};\n{LEAST[0]}x{LEAST[1]} are needed.\n\n"
            "Make it larger, or leave with ctrl+q."
        )

    @staticmethod
    def _open_by(setting: str, wish: bool | None, fits: bool) -> bool:
        if wish is not None:
            return wish
        return fits if setting == "auto" else setting == "open"

    # --- what happens --------------------------------------------------------------------------

    def _happened(self, event: WorkspaceEvent) -> None:
        match event:
            case Online():
                self.documents.online()
                self.files.look_again()
            case Offline():
                self.documents.offline()
                if event.final:
                    self._given_up(event.reason)
            case FilesChanged():
                self.tiles.follow_renames()
                self.files.look_again()
            case WorkRefused():
                desk(self).notice(
                    f"{event.path}: {event.reason}. What you did is kept in {event.copy}", bad=True
                )
            case PeopleChanged():
                pass
        self.show_soon()

    def _given_up(self, reason: str) -> None:
        """There is no use in trying again: leave if nothing was ever opened, else say so."""
        if self.project.me is None:
            self.app.exit(return_code=3, message=reason)
        else:
            desk(self).notice(f"Not connected any more: {reason}", bad=True)

    def _heard(self, document: SharedDocument, event: DocumentEvent) -> None:
        if isinstance(event, Heard) and event.topic == "output":
            return
        if isinstance(event, LightsChanged | Heard):
            self._say_trouble(document)
        if isinstance(event, PeopleMoved):
            self.files.changed()
        self.show_soon()

    def _say_trouble(self, document: SharedDocument) -> None:
        """Tell of trouble once, when it begins."""
        before = self._troubles.get(document, "")
        self._troubles[document] = document.trouble
        if document.trouble and document.trouble != before:
            desk(self).notice(f"{document.path}: {document.trouble}", bad=True)

    def _views_changed(self) -> None:
        self.memory.keep_layout(self.tiles.division)
        self._remember(self.memory)
        self.show_soon()

    def on_descendant_focus(self, event: DescendantFocus) -> None:
        """The keyboard is elsewhere."""
        self.tiles.has(event.widget)
        self.show_soon()

    # --- bars ----------------------------------------------------------------------------------

    def show_soon(self) -> None:
        """Show what changed, after the key that changed it."""
        if self._soon is None and self.is_mounted:
            self._soon = self.set_timer(SOON, self.show_now)

    def show_now(self) -> None:
        """Bring bars and lists up to date."""
        self._soon = None
        self.tiles.say_tabs()
        self.people.look_again()
        document = self.tiles.document
        self.files.show_current(document.path if document else "")
        self._show_top()
        self._show_status(document)
        self._show_footer()

    def _show_top(self) -> None:
        faces = desk(self).faces
        me = self.project.me.user if self.project.me else ""
        right = phrases.people(self.project.people, me, faces)
        right += [Word(" "), *phrases.connection(self.project), Word(" ")]
        name = f" {self.project_name} "
        if self._side.display:
            name = set_cell_size(safe(name), self.settings.screen_side_bar_width)
        left = [Word(name, "text-dim", bold=True)]
        if not self.tiles.several:
            left += self.tiles.tab_words(self.tiles.division.current)
        self.top.say(left, right)

    def _show_status(self, document: SharedDocument | None) -> None:
        wide = self.size.width >= SIDE_BAR_FROM
        reader = desk(self).reader
        left = [Word(" ")]
        if reader.pending and not self.footer.display:
            left += self._going_on()
        elif document is not None:
            left += self._place_words(document, wide=wide)
        right = phrases.lights(document, online=self.project.online, wide=wide)
        if not self.footer.display:
            right += [Word("  F1 help", "text-dim", act="app.help")]
        self.status.say(left, [*right, Word(" ")])

    def _place_words(self, document: SharedDocument, *, wide: bool) -> list[Word]:
        pane = cast(Pane, self.tiles.pane)
        folder, slash, name = document.path.rpartition("/")
        path = [Word(folder + slash, "text-dim"), Word(f"{name}  ", "text-bright")]
        words = [*(path if wide else []), Word(f"{pane.where()}  "), Word(pane.mode(), "text-dim")]
        if document.type == "notebook":
            words += [Word("   ")]
            words += phrases.kernel(document.kernel, document.runs, wide=wide)
        if document.trouble:
            words += [Word(f"   ! {document.trouble}", "error")]
        return words

    def _show_footer(self) -> None:
        if desk(self).reader.pending:
            self.footer.say([Word(" "), *self._going_on()])
            return
        keymap = desk(self).reader.keymap
        words = [Word(" ")]
        for action in keymap.footer(self._scopes()):
            words += self._key_words(keymap.keys_of(action.name)[0], action.title, action.name)
        self.footer.say(words)

    def _going_on(self) -> list[Word]:
        """What may follow the keys typed so far."""
        reader = desk(self).reader
        words = [Word(f"{' '.join(reader.pending)}  ", "warning", bold=True)]
        for key, action in reader.keymap.going_on(self._scopes(), reader.pending):
            words += self._key_words(key, action.title.lower(), action.name)
        return words

    @staticmethod
    def _key_words(key: str, title: str, name: str) -> list[Word]:
        return [
            Word(shown(key), "accent", act=name),
            Word(f" {title}", "text-dim", act=name),
            Word("  "),
        ]

    def _scopes(self) -> list[str]:
        return scopes_at(self.focused or self)

    def _click(self, act: str) -> None:
        kind, _, rest = act.partition(" ")
        if kind == "tab":
            views = self.tiles.division.current.views
            self.tiles.division.show(views[int(rest)])
            self.tiles.sync()
        elif kind == "person":
            self._visit_person(rest)
        else:
            perform(self.focused or self, desk(self).reader.keymap.registry[act])

    # --- going places --------------------------------------------------------------------------

    def open_at_start(self, path: str) -> None:
        """Have a document shown as soon as there is a screen."""
        self.memory.visited(path)
        self.tiles.division.visit(path)

    def visit(self, path: str) -> None:
        """Show a document and give it the keyboard."""
        self.memory.visited(path)
        self.tiles.visit(path)

    def _visit_person(self, user: str) -> None:
        for document in self.project.documents.values():
            if any(other.user == user for other in document.others):
                self.visit(document.path)
                return

    def _visitors(self, path: str) -> list[str]:
        for document in self.project.documents.values():
            if document.path == path:
                return sorted({other.user for other in document.others})
        return []

    # --- what can be done ----------------------------------------------------------------------

    async def do_palette(self) -> None:
        """Choose from all that can be done here."""
        from cocalc_tui.widgets.picker import Choice

        node, keymap = self.focused or self, desk(self).reader.keymap
        choices = [
            Choice(action.name, action.title, shown("".join(keymap.keys_of(action.name)[:1])))
            for action in keymap.registry.of(self._scopes())
            if action.palette and action.needs <= desk(self).role
        ]
        chosen = await desk(self).pick("What to do", choices)
        if chosen is not None:
            perform(node, keymap.registry[chosen])

    async def do_open(self) -> None:
        """Open a file by a few letters of its name."""
        from cocalc_tui.widgets.opening import ask_file

        path = await ask_file(self, self.project, self.memory.recent)
        if path is not None:
            self.visit(path)

    async def do_new(self) -> None:
        """Make a file and open it."""
        await self.files.do_new()

    async def do_save(self) -> None:
        """Write the document to disk now."""
        if (document := self.tiles.document) is not None:
            await document.save()

    def do_help(self) -> None:
        """Show what the keys do here."""
        from cocalc_tui.widgets.help import Reading, lines_for

        lines = lines_for(desk(self).reader.keymap, self._scopes())
        self.app.push_screen(Reading(lines, "↑ ↓ scroll   esc close"))

    def do_notices(self) -> None:
        """Show what was said so far."""
        from cocalc_tui.widgets.help import Reading

        said = [("", "What was said", "")]
        said += [(at, text, " ") for at, text in cast("CocalcApp", self.app).said]
        self.app.push_screen(Reading(said, "esc close"))

    def do_jump(self) -> None:
        """Show a letter on everything one can go to."""
        from cocalc_tui.widgets.jump import Jump

        def go(where: Callable[[], None] | None) -> None:
            if where is not None:
                where()

        self.app.push_screen(Jump([(region.offset, act) for region, act in self._jumps()]), go)

    def _jumps(self) -> list[tuple[Region, Callable[[], None]]]:
        found: list[tuple[Region, Callable[[], None]]] = [
            (Region(at.x, at.y, width, 1), partial(self._click, act))
            for act, at, width in self.top.places()
        ]
        found += self.tiles.jumps()
        return found + self.files.jumps() if self._side.display else found

    def do_side_bar(self) -> None:
        """Open or close the side bar, and keep it so."""
        self.memory.side_bar = not self._side.display
        self._fit()
        if not self._side.display:
            self.tiles.focus_pane()
        self.show_soon()

    def do_files(self) -> None:
        """Go to the files, opening the side bar for it."""
        if not self._side.display:
            self.do_side_bar()
        self.set_focus(self.files)

    def do_next_pane(self) -> None:
        """Go to the next tile; the files come after the last."""
        self._step(1)

    def do_previous_pane(self) -> None:
        """Go to the tile before; the files come before the first."""
        self._step(-1)

    def _step(self, by: int) -> None:
        places: list[Widget] = self.tiles.showing()
        if self._side.display:
            places.append(self.files)
        here = self.focused
        at = places.index(here) if here in places else 0
        self.set_focus(places[(at + by) % len(places)])

    def do_theme(self) -> None:
        """Change between dark and light."""
        from cocalc_tui.widgets.theme import DARK, LIGHT

        self.app.theme = LIGHT.name if self.app.current_theme.dark else DARK.name

    def do_how_to_leave(self) -> None:
        """Say which key leaves, to who expects another."""
        keys = desk(self).reader.keymap.keys_of("app.leave")
        desk(self).notice(f"{shown(keys[0]) if keys else 'Leave in the commands'} leaves")

    async def do_leave(self) -> None:
        """Leave; ask first where work would stay behind."""
        unsent = self.documents.unsent()
        if unsent and not self.project.online:
            names = ", ".join(document.path for document in unsent)
            question = f"What you did in {names} is not sent yet, as the relay does not answer."
            if not await desk(self).confirm(f"{question} Leave and lose it?", "leave"):
                return
        self.tiles.keep()
        self._views_changed()
        self.app.exit()
