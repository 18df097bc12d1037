"""The one registry of what a person can do, and with which keys.

Key maps, footer, F1 help, command palette, `docs/keys.md` and the check of a user's own keys all
read the same `Action`s. Without that, a key would be bound in one place, printed in a second and
documented in a third, and they would drift apart.

A pane contributes its part as plain data: `SCOPES` and `ACTIONS` of the module `actions` in its
package; `registry.py` puts them together. Neither knows anything of Textual, so that documents
can be made and a configuration checked without a screen.

An action is named `scope.verb`. A scope is a place where its keys count: `app` everywhere, `text`
wherever text is edited, `notebook`, `command` (Jupyter's command mode) ... The widget that has the
keyboard says which scopes are in force, the innermost first (`acting.Acting.scopes`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from difflib import get_close_matches
from typing import Literal, NamedTuple

from msgspec import Struct

from cocalc_tui.protocol.messages import Role
from cocalc_tui.widgets.keynames import canonical, canonical_sequence

FOOTER_KEYS = 7
"""More than this and nobody reads any of them."""


class Action(Struct, frozen=True):
    """Something a person can do."""

    name: str
    """`scope.verb`. The widget in whose scope it is has a method `do_verb`."""
    title: str
    """A few words, as in a menu: `Split right`."""
    keys: tuple[str, ...] = ()
    """Default keys, the one to show first. A sequence is written with spaces: `d d`."""
    help: str = ""
    """One sentence for F1 and the documents, where the title does not say it all."""
    needs: Role = Role.VIEWER
    """The least role that may do it."""
    footer: int = 0
    """Rank in the footer, 1 first; 0: not in the footer."""
    palette: bool = True
    """Whether the command palette offers it; not for `move one character left`."""

    @property
    def scope(self) -> str:
        """Where its keys count."""
        return self.name.partition(".")[0]

    @property
    def verb(self) -> str:
        """The part of the name after the scope."""
        return self.name.partition(".")[2]


class Scope(NamedTuple):
    """A place where keys count, for the headings of help and documents."""

    name: str
    title: str
    help: str = ""
    way_out: str = ""
    """The action whose key comes before those of scopes around it, where a program has all keys."""


class Registry:
    """All actions by name, in the order they were given."""

    def __init__(self, scopes: Iterable[Scope], actions: Iterable[Action]) -> None:
        """Raises ValueError for a name used twice or a scope that nobody describes."""
        self.scopes = {scope.name: scope for scope in scopes}
        self._actions: dict[str, Action] = {}
        for action in actions:
            if action.name in self._actions:
                raise ValueError(f"two actions are named {action.name}")
            if action.scope not in self.scopes:
                raise ValueError(f"{action.name}: no scope is named {action.scope!r}")
            self._actions[action.name] = action

    def __getitem__(self, name: str) -> Action:
        return self._actions[name]

    def __contains__(self, name: str) -> bool:
        return name in self._actions

    def __iter__(self) -> Iterator[Action]:
        return iter(self._actions.values())

    def __len__(self) -> int:
        return len(self._actions)

    def of(self, scopes: Sequence[str]) -> list[Action]:
        """Actions of these scopes, scope by scope."""
        return [action for scope in scopes for action in self if action.scope == scope]

    def nearest(self, name: str) -> str | None:
        """The name somebody probably meant."""
        close = get_close_matches(name, self._actions, n=1, cutoff=0.5)
        return close[0] if close else None


EVERYWHERE = "app"
"""The scope that is around all others."""


class KeysError(ValueError):
    """Keys that cannot be mapped; says which and why in one line."""


Keys = tuple[str, ...]
"""A key, or several typed one after the other, each in canonical spelling."""
Pressed = Action | Literal["waiting"] | None


class Keymap:
    """Which keys do what: the registry's defaults with a user's own on top."""

    def __init__(self, registry: Registry, own: Mapping[str, Sequence[str]] | None = None) -> None:
        """`own`: action name to the keys that replace its defaults; none of them: no key.

        Raises KeysError for an unknown action or key, or a key given to two actions of one scope.
        """
        self.registry = registry
        own = own or {}
        for name in own:
            if name not in registry:
                hint = registry.nearest(name)
                raise KeysError(f"no action {name!r}" + (f"; did you mean {hint}?" if hint else ""))
        self._keys = {action.name: _sequences(action, own) for action in registry}
        self._table: dict[str, dict[Keys, Action]] = {}
        self._starts: dict[str, set[Keys]] = {}
        taken = self._taken(own)
        for action in registry:
            if action.name not in own:
                self._keys[action.name] = tuple(
                    keys
                    for keys in self._keys[action.name]
                    if taken.isdisjoint({(action.scope, keys), (EVERYWHERE, keys)})
                )
            for keys in self._keys[action.name]:
                self._bind(action, keys)
        self._check_starts()

    def _taken(self, own: Iterable[str]) -> set[tuple[str, Keys]]:
        """Scopes and keys that a user's own take from what has them by default.

        A key that was chosen for what works everywhere shall do so everywhere.
        """
        found = {(self.registry[name].scope, keys) for name in own for keys in self._keys[name]}
        for name in own:
            if (action := self.registry[name]).scope == EVERYWHERE:
                new = set(self._keys[name]).difference(_sequences(action, {}))
                found.update((EVERYWHERE, keys) for keys in new)
        return found

    def _bind(self, action: Action, keys: Keys) -> None:
        table = self._table.setdefault(action.scope, {})
        if (other := table.get(keys)) is not None:
            raise KeysError(f"{' '.join(keys)} is given to both {other.name} and {action.name}")
        table[keys] = action
        starts = self._starts.setdefault(action.scope, set())
        starts.update(keys[:length] for length in range(1, len(keys)))

    def _check_starts(self) -> None:
        for scope, starts in self._starts.items():
            for keys in starts & self._table[scope].keys():
                action = self._table[scope][keys]
                raise KeysError(f"{' '.join(keys)} is {action.name} and also begins a longer key")

    def keys_of(self, name: str) -> tuple[str, ...]:
        """The keys that do this now, the one to show first."""
        return tuple(" ".join(keys) for keys in self._keys[name])

    def way_out(self, scopes: Sequence[str]) -> str:
        """The key that comes before all but those of the innermost scope; "" for none."""
        leads = self.registry.scopes[scopes[0]].way_out if scopes else ""
        return "".join(self.keys_of(leads)[:1]) if leads else ""

    @property
    def alt_signs(self) -> frozenset[str]:
        """The signs that are keys together with alt, as `.` in `alt+.`."""
        bases = (
            key.removeprefix("alt+")
            for keys in self._keys.values()
            for sequence in keys
            for key in sequence
            if key.startswith("alt+")
        )
        return frozenset(base for base in bases if len(base) == 1 and not base.isalnum())

    def find(self, scopes: Sequence[str], keys: Keys) -> Pressed:
        """What these keys do here; "waiting" when they begin something longer."""
        for scope in scopes:
            if (action := self._table.get(scope, {}).get(keys)) is not None:
                return action
            if keys in self._starts.get(scope, ()):
                return "waiting"
        return None

    def going_on(self, scopes: Sequence[str], begun: Keys) -> list[tuple[str, Action]]:
        """How a longer key that was begun may go on: the next key, and what it does."""
        found: dict[str, Action] = {}
        for scope in scopes:
            for keys, action in self._table.get(scope, {}).items():
                if keys[: len(begun)] == begun and len(keys) > len(begun):
                    found.setdefault(keys[len(begun)], action)
        return list(found.items())

    def footer(self, scopes: Sequence[str], role: Role = Role.OWNER) -> list[Action]:
        """What the footer shows somebody here: at most `FOOTER_KEYS`, only what works."""
        shown = [
            action
            for action in self.registry.of(scopes)
            if action.footer and action.needs <= role
            if self._keys[action.name] and self._reaches(scopes, action)
        ]
        return sorted(shown, key=lambda action: action.footer)[:FOOTER_KEYS]

    def _reaches(self, scopes: Sequence[str], action: Action) -> bool:
        """Whether the key shown does this here and is not hidden by an inner scope."""
        return self.find(scopes, self._keys[action.name][0]) is action


def _sequences(action: Action, own: Mapping[str, Sequence[str]]) -> tuple[Keys, ...]:
    try:
        return tuple(canonical_sequence(keys) for keys in own.get(action.name, action.keys))
    except ValueError as error:
        raise KeysError(f"{action.name}: {error}") from None


class KeyReader:
    """Follows what is typed, so that `d d` and `ctrl+t r` are one key each."""

    def __init__(self, keymap: Keymap) -> None:
        self.keymap = keymap
        self.pending: Keys = ()
        """What was typed of a longer key; for the screen to show."""

    def press(self, scopes: Sequence[str], key: str) -> Pressed | Literal["swallowed"]:
        """What to do now. None: the key means nothing here and may be typed as text.

        "swallowed": it ended a longer key that means nothing. After a longer key that began with
        a plain character the key starts afresh, as in Jupyter: `d j` moves down.
        """
        before, self.pending = self.pending, ()
        keys = (*before, canonical(key))
        found = self.keymap.find(scopes, keys)
        if found == "waiting":
            self.pending = keys
        if found is None and before:
            return self.press(scopes, key) if len(before[0]) == 1 else "swallowed"
        return found
