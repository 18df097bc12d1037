"""The main screen: side bar, tiles, bars, and what can be done from everywhere.

It wires the parts and draws nothing itself. What happens in documents and on the connection is
gathered and shown at most once per `SOON`, after the key that caused it is on the screen.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextvars import copy_context
from typing import TYPE_CHECKING, ParamSpec

import msgspec
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.events import DescendantFocus, Resize
from textual.screen import Screen
from textual.timer import Timer
from textual.widgets import Static

from cocalc_tui.client.events import (
    DocumentMoved,
    FilesChanged,
    Heard,
    LightsChanged,
    NotKept,
    Offline,
    Online,
    PeopleChanged,
    PeopleMoved,
    ProjectMoved,
    ProjectTold,
    SomebodyStands,
    WorkRefused,
    WorkSent,
)
from cocalc_tui.protocol.events import ChatNews, Purged
from cocalc_tui.widgets import phrases
from cocalc_tui.widgets.acting import Acting, desk, perform, scopes_at
from cocalc_tui.widgets.chat.acts import ChatActs
from cocalc_tui.widgets.documents import Documents
from cocalc_tui.widgets.elsewhere import Elsewhere
from cocalc_tui.widgets.files import FileTree
from cocalc_tui.widgets.glyphs import safe
from cocalc_tui.widgets.going import GoingActs
from cocalc_tui.widgets.keynames import shown
from cocalc_tui.widgets.people import PeopleList
from cocalc_tui.widgets.report import WIDE, Report
from cocalc_tui.widgets.searching.panel import SearchPanel
from cocalc_tui.widgets.sharing.acts import TogetherActs
from cocalc_tui.widgets.sharing.following import Following
from cocalc_tui.widgets.sharing.standing import Standing
from cocalc_tui.widgets.tiles import Tiles

if TYPE_CHECKING:
    from cocalc_tui.client.document import SharedDocument
    from cocalc_tui.client.events import DocumentEvent, WorkspaceEvent
    from cocalc_tui.sync.patch import Json
    from cocalc_tui.widgets.memory import Memory
    from cocalc_tui.widgets.project import Project
    from cocalc_tui.widgets.settings import Settings

SOON = 0.05
"""Seconds until bars and lists show what happened."""
LATENCY_EVERY = 5.0
"""Seconds between looks at the latency while nothing happens."""
FOOTER_FROM = 28
LEAST = (48, 12)
"""Columns and rows below which nothing useful fits."""


News = ParamSpec("News")


class MainScreen(ChatActs, TogetherActs, GoingActs, Acting, Screen[None], inherit_bindings=False):
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
        machine: str = "",
    ) -> None:
        """`name` is the project's, for the top line; `remember` stores the memory.

        `machine` is where the person's terminal is, "" where that is the relay's.
        """
        super().__init__()
        self.project = project
        self.memory = memory
        self.elsewhere = Elsewhere()
        self.settings = settings
        self._remember = remember
        self._home = copy_context()
        self.documents = Documents(project, lambda *news: self._at_home(self._heard)(*news))
        self.tiles = Tiles(memory.layout(), self.documents, settings, self._views_changed)
        self._files_heading = Static("Files", classes="heading", markup=False)
        self.files = FileTree(
            project, self.visit, self._visitors, self.tiles.focus_pane, self._say_carried
        )
        self.people = PeopleList(project, self.visit)
        self.standing = Standing(project, machine)
        self.following = Following(project, self.tiles, self.visit, self.ended)
        self.search = SearchPanel(self.documents, self.visit, self.tiles.focus_pane)
        self.report = Report(project, name, settings, self.click)
        self.side = Vertical(id="side")
        self._soon: Timer | None = None
        self._unsubscribe: Callable[[], None] = lambda: None
        self._troubles: dict[SharedDocument, str] = {}

    def compose(self) -> ComposeResult:
        """Bars above and below, the side bar and the tiles between them."""
        yield self.report.top
        with Horizontal(id="body"):
            with self.side:
                yield self._files_heading
                yield self.files
                yield Static("People", classes="heading", id="people-heading", markup=False)
                yield self.people
            with Vertical():
                yield self.tiles
                yield self.search
        yield self.report.status
        yield self.report.footer
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
        self._home = copy_context()
        self._unsubscribe = self.project.subscribe(self._at_home(self._happened))
        self.side.styles.width = self.settings.screen_side_bar_width
        self.fit()
        self.tiles.sync()
        self.show_now()
        self.set_interval(LATENCY_EVERY, self.show_soon)
        self.call_after_refresh(self._connect)

    def _connect(self) -> None:
        self.project.start()
        if self.project.online:
            self._online()

    def _online(self) -> None:
        self.documents.online()
        self.files.look_again()

    def on_unmount(self) -> None:
        """Listen no more."""
        self._unsubscribe()

    def on_resize(self, _: Resize) -> None:
        """Open and close what the size decides."""
        self.fit()
        self.show_soon()

    def fit(self) -> None:
        """Open and close parts of the screen by its size and the person's wishes."""
        size = self.app.size
        small = size.width < LEAST[0] or size.height < LEAST[1]
        self.side.display = not small and self._open_by(
            self.settings.screen_side_bar, self.memory.side_bar, size.width >= WIDE
        )
        self.report.footer.display = not small and self._open_by(
            self.settings.screen_footer, None, size.height >= FOOTER_FROM
        )
        for part in (self.report.top, self.query_one("#body"), self.report.status):
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

    def _at_home(self, hear: Callable[News, None]) -> Callable[News, None]:
        """Hear news as a task of the app would: Textual needs that for timers and workers."""

        def heard(*args: News.args, **kwargs: News.kwargs) -> None:
            self._home.copy().run(hear, *args, **kwargs)

        return heard

    def _happened(self, event: WorkspaceEvent) -> None:
        match event:
            case Online():
                self._online()
            case Offline():
                self.documents.offline()
                if event.final:
                    self._given_up(event.reason)
                if event.stopped:
                    self._ended(event.reason)
            case FilesChanged():
                self.files.look_again()
            case ProjectMoved():
                desk(self).notice(f"The project's folder is {event.path} now")
            case DocumentMoved():
                self.tiles.follow_renames()
                desk(self).notice(f"{event.path} is {event.to} now")
            case WorkRefused():
                desk(self).notice(
                    f"{event.path}: {event.reason}. What you did is kept in {event.copy}; "
                    "`Work that was not taken` in the commands shows it",
                    bad=True,
                )
            case WorkSent():
                at = phrases.clock(event.since)
                desk(self).notice(f"{event.path}: what you typed from {at} on is sent now")
            case NotKept():
                self._say_kept(event.reason)
            case ProjectTold("purged", data):
                gone = msgspec.msgpack.decode(data, type=Purged)
                desk(self).notice(
                    f"{gone.user} purged the history of {gone.path}; undo begins anew too"
                )
            case ProjectTold("notice", data):
                desk(self).notice(msgspec.msgpack.decode(data, type=str), bad=True)
            case ProjectTold("chat", data):
                self.chat_news(msgspec.msgpack.decode(data, type=ChatNews))
            case SomebodyStands():
                self.somebody_stands(event)
            case PeopleChanged():
                self.following.look()
            case ProjectTold():
                pass
        self.show_soon()

    def _say_carried(self, text: str) -> None:
        self._files_heading.update(safe(f"Files   {text}" if text else "Files"))

    def _say_kept(self, reason: str) -> None:
        if reason:
            text = f"What is not sent cannot be kept on this machine ({reason}): leave this open"
            desk(self).notice(text, bad=True)
        else:
            desk(self).notice("What is not sent is kept on this machine again")

    def _given_up(self, reason: str) -> None:
        """There is no use in trying again: leave if nothing was ever opened, else say so."""
        if self.project.me is None:
            self.app.exit(return_code=3, message=reason)
        else:
            desk(self).notice(f"Not connected any more: {reason}", bad=True)

    def _ended(self, reason: str) -> None:
        """Whoever was connected goes on alone until somebody starts a relay."""
        desk(self).notice(
            f"{reason}. What you type is kept and sent when there is one again; "
            "`Start the relay again` in the commands starts it",
            bad=True,
        )

    def _heard(self, document: SharedDocument, event: DocumentEvent) -> None:
        if isinstance(event, Heard) and event.topic == "output":
            return
        if isinstance(event, LightsChanged | Heard):
            self._say_trouble(document)
        if isinstance(event, PeopleMoved):
            self.files.changed()
            self.following.look()
        self.show_soon()

    def _say_trouble(self, document: SharedDocument) -> None:
        """Tell of trouble when it begins, and when it is over."""
        before = self._troubles.get(document, "")
        self._troubles[document] = document.trouble
        if document.trouble and document.trouble != before:
            desk(self).notice(f"{document.path}: {phrases.trouble(document)}", bad=True)
        elif before and not document.trouble:
            desk(self).notice(f"{document.path}: all is well again")

    def _views_changed(self) -> None:
        self.following.look()
        self.memory.keep_layout(self.tiles.division)
        self._remember(self.memory)
        self.show_soon()

    def on_descendant_focus(self, event: DescendantFocus) -> None:
        """The keyboard is elsewhere."""
        self.tiles.has(event.widget)
        self.show_soon()

    def key_typed(self) -> None:
        """A key or the mouse was used: I follow nobody any more, and am back."""
        self.following.end()
        if self.standing.told.idle:
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
        following = self.following.user
        self.report.show(self.tiles, self._scopes(), following, side_bar=self.side.display)
        self.standing.look(document, desk(self).typed_at)

    def _scopes(self) -> list[str]:
        return scopes_at(self.focused or self)

    def click(self, act: str) -> None:
        """Do what a word of a bar stands for."""
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

    def visit(
        self, path: str, place: Mapping[str, Json] | None = None, *, focus: bool = True
    ) -> None:
        """Show a document and give it the keyboard, or not; `place` is where in it."""
        self.memory.visited(path)
        self.tiles.visit(path, place, focus=focus)

    def _visit_person(self, user: str) -> None:
        for person in self.others():
            if person.user == user and self.go_to(person.connection):
                return
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

    async def do_save(self) -> None:
        """Write the document to disk now."""
        if (document := self.tiles.document) is not None:
            await document.save()

    def do_help(self) -> None:
        """Show what the keys do here."""
        from cocalc_tui.widgets.help import Reading, lines_for

        lines = lines_for(desk(self).reader.keymap, self._scopes())
        self.app.push_screen(Reading(lines))

    def do_notices(self) -> None:
        """Show what was said so far."""
        from cocalc_tui.widgets.help import Reading

        said = [("", "What was said", "")]
        said += [(at, text, " ") for at, text in desk(self).said]
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

    def keep(self) -> None:
        """Remember for the next time what is open, and where."""
        self.tiles.keep()
        self._views_changed()
