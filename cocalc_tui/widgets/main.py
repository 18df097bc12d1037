"""The main screen: side bar, tiles, bars, and what can be done from everywhere.

It wires the parts and draws nothing itself. What happens in documents and on the connection is
gathered and shown at most once per `SOON`, after the key that caused it is on the screen.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextvars import copy_context
from typing import TYPE_CHECKING, ParamSpec

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.events import DescendantFocus, Resize
from textual.screen import Screen
from textual.timer import Timer
from textual.widgets import Static

from cocalc_tui.client.unread import Unread
from cocalc_tui.client.whereabouts import Whereabouts
from cocalc_tui.protocol.kinds import TERMINAL
from cocalc_tui.widgets import phrases
from cocalc_tui.widgets.acting import Acting, desk, perform
from cocalc_tui.widgets.chat.acts import ChatActs
from cocalc_tui.widgets.documents import Documents
from cocalc_tui.widgets.elsewhere import Elsewhere
from cocalc_tui.widgets.files import FileTree
from cocalc_tui.widgets.general import GeneralActs
from cocalc_tui.widgets.glyphs import safe
from cocalc_tui.widgets.going import GoingActs
from cocalc_tui.widgets.news import News
from cocalc_tui.widgets.past import PastScreen, past_on
from cocalc_tui.widgets.people import PeopleList, spot
from cocalc_tui.widgets.report import WIDE, Report
from cocalc_tui.widgets.sharing.acts import TogetherActs
from cocalc_tui.widgets.sharing.following import Following
from cocalc_tui.widgets.sharing.roll import Roll
from cocalc_tui.widgets.sharing.standing import Standing
from cocalc_tui.widgets.small import TooSmall, fits
from cocalc_tui.widgets.tiles import Tiles

if TYPE_CHECKING:
    from cocalc_tui.client.document import SharedDocument
    from cocalc_tui.sync.patch import Json
    from cocalc_tui.widgets.memory import Memory
    from cocalc_tui.widgets.project import Project
    from cocalc_tui.widgets.settings import Settings

SOON = 0.05
"""Seconds until bars and lists show what happened."""
LATENCY_EVERY = 5.0
"""Seconds between looks at the latency while nothing happens."""
FOOTER_FROM = 28

Told = ParamSpec("Told")


class MainScreen(  # its parts, one subject each
    ChatActs, TogetherActs, Roll, GoingActs, GeneralActs, News, Acting, Screen[None],
    inherit_bindings=False,
):  # fmt: skip
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
        self.documents = Documents(project, lambda *news: self._at_home(self.heard)(*news))
        self.tiles = Tiles(memory.layout(), self.documents, settings, self._views_changed)
        self._files_heading = Static("Files", classes="heading", markup=False)
        self.files = FileTree(
            project, self.visit, self._visitors, self.tiles.focus_pane, self._say_carried
        )
        self.files.opener = settings.files_opener
        self.people = PeopleList(project, self.visit)
        self.standing = Standing(project, machine)
        self.following = Following(project, self.tiles, self.visit, self.show_past, self.ended)
        self.search = None
        self.room = Vertical()
        self.unread = Unread()
        self.report = Report(project, name, settings, self.click, self.unread)
        self.side = Vertical(id="side")
        self._soon: Timer | None = None
        self._small = False
        self._unsubscribe: Callable[[], None] = lambda: None
        self.troubles: dict[SharedDocument, str] = {}

    def compose(self) -> ComposeResult:
        """Bars above and below, the side bar and the tiles between them."""
        yield self.report.top
        with Horizontal(id="body"):
            with self.side:
                yield self._files_heading
                yield self.files
                yield Static("People", classes="heading", id="people-heading", markup=False)
                yield self.people
            with self.room:
                yield self.tiles
        yield self.report.status
        yield self.report.footer

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
        self._unsubscribe = self.project.subscribe(self._at_home(self.happened))
        self.side.styles.width = self.settings.screen_side_bar_width
        self.fit()
        self.tiles.sync()
        self.show_now()
        self.set_interval(LATENCY_EVERY, self.show_soon)
        self.call_after_refresh(self._connect)

    def _connect(self) -> None:
        if not self.room.is_attached:
            return  # somebody left before the first picture
        self.project.start()
        if self.project.online:
            self.online()
        self.make_search()

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
        small = not fits(size)
        self.side.display = not small and self._open_by(
            self.settings.screen_side_bar, self.memory.side_bar, size.width >= WIDE
        )
        self.report.footer.display = not small and self._open_by(
            self.settings.screen_footer, None, size.height >= FOOTER_FROM
        )
        for part in (self.report.top, self.query_one("#body"), self.report.status):
            part.display = not small
        if self._small == small:
            return
        self._small = small
        if small:
            self.app.push_screen(TooSmall(self.do_leave))
        else:
            self.tiles.focus_pane()

    @staticmethod
    def _open_by(setting: str, wish: bool | None, fits: bool) -> bool:
        if wish is not None:
            return wish
        return fits if setting == "auto" else setting == "open"

    # --- what happens --------------------------------------------------------------------------

    def _at_home(self, hear: Callable[Told, None]) -> Callable[Told, None]:
        """Hear news as a task of the app would: Textual needs that for timers and workers."""

        def heard(*args: Told.args, **kwargs: Told.kwargs) -> None:
            self._home.copy().run(hear, *args, **kwargs)

        return heard

    def _say_carried(self, text: str) -> None:
        self._files_heading.update(safe(f"Files   {text}" if text else "Files"))

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
        self.tiles.welcome.greet(phrases.guest(self.project.me, desk(self).people))
        document = self.tiles.document
        self.files.show_current(document.path if document else "")
        following = phrases.following(self.following.user, desk(self).faces)
        self.report.show(self.tiles, self.scopes_here(), following, side_bar=self.side.display)
        here = spot(document, document.place) if document is not None else Whereabouts()
        if (past := past_on(self.app)) is not None:
            past.led_by(following)
            here = past.stands
        self.standing.look(here, desk(self).typed_at)

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
        self.tiles.may_make.add(path)
        self.tiles.division.visit(path)

    def visit(
        self, path: str, place: Mapping[str, Json] | None = None, *, focus: bool = True
    ) -> None:
        """Show a document and give it the keyboard, or not; `place` is where in it."""
        self.memory.visited(path)
        self.tiles.visit(path, place, focus=focus)

    def show_past(self, document: SharedDocument, at: int | None = None) -> PastScreen:
        """Show the past of a document: version `at`, or its newest."""
        from cocalc_tui.widgets.history.screen import HistoryScreen
        from cocalc_tui.widgets.terminal.past import TerminalPast

        kind = TerminalPast if document.type == TERMINAL else HistoryScreen
        past = kind(self.project, document, at)
        self.app.push_screen(past, lambda _: self.show_soon())
        self.show_soon()
        return past

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

    def keep(self) -> None:
        """Remember for the next time what is open, and where."""
        self.tiles.keep()
        self._views_changed()
