"""How a widget takes part in the registry of actions: keys in, `do_...` methods called.

Every pane is an `Acting`. A key goes to the pane that has the keyboard; the pane's scopes and then
`app` decide what it means; the first widget from the pane outwards that owns the scope does it.
Textual's own bindings are not used for panes: they know no key sequences, no modes within a
widget, and cost several times as much per key.

A method `do_verb` may be `async`: it then runs as a worker, so that waiting for the relay never
holds up typing, and what it raises becomes a notice.
"""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol, TypeVar, cast

from textual.dom import DOMNode
from textual.events import Key

from cocalc_tui.protocol.messages import Role
from cocalc_tui.widgets.actions import Action, Keymap, KeyReader
from cocalc_tui.widgets.faces import Faces

if TYPE_CHECKING:
    from textual.theme import Theme
    from textual.widget import Widget

    from cocalc_tui.sync.patch import Json
    from cocalc_tui.widgets.dialogs import Dialog
    from cocalc_tui.widgets.picker import Choice

Result = TypeVar("Result")


class Desk(Protocol):
    """What a pane may ask of the app; `desk.DeskApp` is the plain one, for one pane alone."""

    reader: KeyReader
    faces: Faces
    typed_at: float
    """When a key was delivered last (monotonic)."""
    said: list[tuple[str, str]]
    """Time and text of every notice so far."""

    @property
    def role(self) -> Role:
        """What this person may do."""
        ...

    @property
    def user(self) -> str:
        """The Unix user, as the relay has it; "" while that is not known."""
        ...

    @property
    def root(self) -> str:
        """The project's folder, as its machine has it; "" while that is not known."""
        ...

    @property
    def people(self) -> list[str]:
        """The names of who is connected."""
        ...

    @property
    def place(self) -> str:
        """What tells this project from all others; "" while that is not known."""
        ...

    def notice(self, text: str, *, bad: bool = False) -> None:
        """Tell the person something in one line; `bad`: it failed, and says what to do next."""
        ...

    def give_up(self, reason: str, *, again: bool) -> None:
        """Leave, as there is no way to the project; the reason is said in the shell.

        `again`: trying another time may help.
        """
        ...

    def use_keymap(self, keymap: Keymap) -> None:
        """Have other keys."""
        ...

    def wear(self, theme: Theme) -> None:
        """Change the colours."""
        ...

    def visit(self, path: str, place: Mapping[str, Json] | None = None) -> None:
        """Show a document; `place` is where in it, as a pane's `memento` says it."""
        ...

    async def pick(
        self,
        title: str,
        choices: Sequence[Choice],
        *,
        make: Callable[[str], Choice | None] | None = None,
    ) -> str | None:
        """Have the person choose one: its value, None for none. For `async` actions."""
        ...

    async def ask(
        self, question: str, text: str = "", wrong: Callable[[str], str] = lambda _: ""
    ) -> str | None:
        """Ask for a line; `wrong` says what is wrong with one, "" for nothing."""
        ...

    async def confirm(self, question: str, yes: str) -> bool:
        """Ask whether to go on; `yes` says in a word what is done then."""
        ...

    async def answer(self, dialog: Dialog[Result]) -> Result:
        """Show a dialog of one's own and wait for the answer."""
        ...

    @property
    def keys_held(self) -> bool:
        """Whether keys that are here already wait for their turn."""
        ...

    def keys_wait(self) -> None:
        """Hold back keys: something begins that may move the keyboard elsewhere."""
        ...

    def keys_go(self) -> None:
        """Deliver keys again."""
        ...

    def recolour(self) -> None:
        """Draw everything anew: people look different now."""
        ...

    def bars_changed(self) -> None:
        """Have status line and footer drawn anew soon: scopes, keys typed so far, caret, mode."""
        ...


def desk(node: DOMNode) -> Desk:
    """The app as panes see it."""
    return cast(Desk, node.app)


class Acting:
    """Mixin for a widget that does actions; put it first among the bases."""

    def scopes(self) -> Sequence[str]:
        """Scopes in force here now, innermost first; those around it add theirs."""
        return ()

    def helpers(self) -> Sequence[Acting]:
        """Others, not around this one, that do some of its actions."""
        return ()

    def typed(self, event: Key) -> bool:
        """A key that no action wants: take it as text, and say whether it was taken."""
        return False

    def on_key(self, event: Key) -> None:
        """Turn a key into an action, or hand it to `typed`."""
        widget = cast("Widget", self)
        if not has_keyboard(widget):
            return
        if press(widget, event.key) or self.typed(event):
            event.stop()
            event.prevent_default()


def has_keyboard(widget: Widget) -> bool:
    """Whether a key is this one's; the screen takes what nobody inside of it wants."""
    screen = widget.screen
    return widget is screen or widget is screen.focused


def scopes_at(node: DOMNode) -> list[str]:
    """The scopes in force when this node has the keyboard, innermost first."""
    found: list[str] = []
    for acting in actors(node):
        found += [scope for scope in acting.scopes() if scope not in found]
    return found


def actors(node: DOMNode) -> Iterator[Acting]:
    """The widgets that may do something, from this one outwards to the app."""
    for ancestor in node.ancestors_with_self:
        if isinstance(ancestor, Acting):
            yield ancestor
            yield from ancestor.helpers()


def press(node: DOMNode, key: str) -> bool:
    """Do what a key means at this node; False when it means nothing here."""
    app = desk(node)
    before = app.reader.pending
    found = app.reader.press(scopes_at(node), key)
    if before or app.reader.pending:
        app.bars_changed()
    if isinstance(found, Action):
        perform(node, found)
    return found is not None


def perform(node: DOMNode, action: Action) -> None:
    """Have the nearest widget that owns the action's scope do it."""
    app = desk(node)
    if app.role < action.needs:
        need, have = action.needs.name.lower(), app.role.name.lower()
        app.notice(f"{action.title}: needs the role {need}, yours is {have}", bad=True)
        return
    for acting in actors(node):
        if action.scope in acting.scopes():
            method = getattr(acting, f"do_{action.verb}")
            result = method()
            if inspect.isawaitable(result):
                _wait(acting, action, result)
            return


def _wait(acting: Acting, action: Action, result: Awaitable[Any]) -> None:
    from cocalc_tui.client.requests import RequestFailed
    from cocalc_tui.client.wire import ReadOnlyError

    node = cast("Widget", acting)
    app = desk(node)

    async def finish() -> None:
        app.keys_go()
        try:
            await result
        except (RequestFailed, ReadOnlyError, OSError) as error:
            app.notice(f"{action.title}: {error}", bad=True)

    app.keys_wait()
    node.run_worker(finish(), name=action.name, group="actions")
