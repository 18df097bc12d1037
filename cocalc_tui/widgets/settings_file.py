"""Where settings come from: typed flag > COCALC_TUI_* > project's file > user's file > default.

A mistake is one line that names the file (or variable), the key and the nearest that exists. In
the person's own file it stops the start: nobody should work for a week with a setting that was
silently ignored. In a project's file it is only said: somebody else's typing error must not keep
anybody out. A project's file may set few things and no keys, as it is written by others.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from cocalc_tui.widgets.actions import Keymap, KeysError, Registry
from cocalc_tui.widgets.editor.keysets import with_own
from cocalc_tui.widgets.settings import Setting, SettingError, Settings

PROJECT_FILE = "cocalc-tui.toml"
"""In a project's folder."""
MAX_SIZE = 2**20


class ConfigError(Exception):
    """The configuration cannot be used: one line with file, key and what it should be."""


@dataclass(frozen=True)
class Loaded:
    """Settings, where each came from, and what a project's file got wrong."""

    settings: Settings
    sources: Mapping[str, str]
    """Setting name to the file, variable or flag that set it; a default has none."""
    remarks: tuple[str, ...] = ()


def user_file() -> Path:
    """The person's own configuration."""
    from platformdirs import user_config_path

    return user_config_path("cocalc-tui") / "config.toml"


def load(
    registry: Registry,
    *,
    flags: Mapping[str, Any] | None = None,
    environment: Mapping[str, str] | None = None,
    project: Path | None = None,
    user: Path | None = None,
) -> Loaded:
    """The settings in force; `flags` by setting name, only those that were typed.

    Raises ConfigError for a mistake anywhere but in the project's file.
    """
    values: dict[str, Any] = {}
    sources: dict[str, str] = {}
    remarks: list[str] = []

    def take(found: Iterator[tuple[str, Any]], source: str) -> None:
        for name, value in list(found):
            values[name], sources[name] = value, source

    own = user or user_file()
    take(_from_file(own, registry, theirs=False), str(own))
    if project is not None:
        file = project / PROJECT_FILE
        try:
            take(_from_file(file, registry, theirs=True), str(file))
        except ConfigError as error:
            remarks.append(str(error))
    for name, value in _from_environment(os.environ if environment is None else environment):
        take(iter([(name, value)]), _named(name).variable)
    take(_from_flags(flags or {}), "command line")
    fields = {name.replace(".", "_"): value for name, value in values.items()}
    settings = replace(Settings(), **fields)
    if settings.keys:
        try:
            Keymap(registry, with_own(settings.editor_keys, settings.keys))
        except KeysError as error:
            raise ConfigError(f"{own}: beside {settings.editor_keys}'s keys: {error}") from None
    return Loaded(settings, sources, tuple(remarks))


def from_words(words: Sequence[str]) -> dict[str, Any]:
    """Settings typed as `NAME=VALUE`, by name. Raises ConfigError."""
    known = {setting.name: setting for setting in Settings.declared()}
    flags: dict[str, Any] = {}
    for word in words:
        name, equals, text = word.partition("=")
        if not equals or name not in known:
            raise ConfigError(f"--set {word}: no setting {name!r}{_hint(name, list(known))}")
        try:
            flags[name] = known[name].parse(text)
        except SettingError as error:
            raise ConfigError(f"--set {word}: {error}") from None
    return flags


def _named(name: str) -> Setting:
    return next(setting for setting in Settings.declared() if setting.name == name)


def _from_flags(flags: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for name, value in flags.items():
        try:
            yield name, _named(name).check(value)
        except SettingError as error:
            raise ConfigError(str(error)) from None


def _from_environment(environment: Mapping[str, str]) -> Iterator[tuple[str, Any]]:
    for setting in Settings.declared():
        if (text := environment.get(setting.variable)) is not None:
            try:
                yield setting.name, setting.parse(text)
            except SettingError as error:
                raise ConfigError(f"{setting.variable}: {error}") from None


def _from_file(file: Path, registry: Registry, *, theirs: bool) -> Iterator[tuple[str, Any]]:
    table = _read(file)
    keys = table.pop("keys", None)
    try:
        yield from _checked(table, theirs=theirs)
        if keys is not None:
            yield "keys", _checked_keys(keys, registry, theirs=theirs)
    except (SettingError, KeysError) as error:
        raise ConfigError(f"{file}: {error}") from None


def _read(file: Path) -> dict[str, Any]:
    try:
        if file.stat().st_size > MAX_SIZE:
            raise ConfigError(f"{file}: over 1 MB, which is no configuration")
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError, PermissionError):
        return {}
    except OSError as error:
        raise ConfigError(f"{file}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise ConfigError(f"{file}: not UTF-8 text") from None
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise ConfigError(f"{file}: {error}") from None


def _checked(table: dict[str, Any], *, theirs: bool) -> Iterator[tuple[str, Any]]:
    known = {setting.name: setting for setting in Settings.declared()}
    for name, value in _flat(table):
        if (setting := known.get(name)) is None:
            raise SettingError(f"no setting {name!r}{_hint(name, [*known, 'keys'])}")
        if theirs and not setting.project:
            raise SettingError(f"{name} is a person's own, a project's file cannot set it")
        yield name, setting.check(value)


def _flat(table: dict[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    sections = {setting.name.partition(".")[0] for setting in Settings.declared()}
    for key, value in table.items():
        if isinstance(value, dict) and not prefix and key in sections:
            yield from _flat(value, f"{key}.")
        else:
            yield prefix + key, value


def _hint(name: str, known: list[str]) -> str:
    last = {one.rpartition(".")[2]: one for one in known}
    close = get_close_matches(name, known, n=1) or [
        last[one] for one in get_close_matches(name.rpartition(".")[2], last, n=1)
    ]
    return f"; did you mean {close[0]}?" if close else ""


def _checked_keys(keys: object, registry: Registry, *, theirs: bool) -> dict[str, tuple[str, ...]]:
    if theirs:
        raise SettingError("a project's file sets no keys; put [keys] into your own")
    if not isinstance(keys, dict):
        raise SettingError("keys is a table: [keys] and below it lines as `app.open` = ['f2']")
    own: dict[str, tuple[str, ...]] = {}
    for name, value in _flat_keys(keys):
        given = [value] if isinstance(value, str) else value
        if not isinstance(given, list) or not all(isinstance(one, str) for one in given):
            raise SettingError(f"keys.{name} is {value!r}; it is a key or a list of keys")
        own[name] = tuple(given)
    Keymap(registry, own)
    return own


def _flat_keys(keys: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """`app.open = "f2"` is a table within a table to TOML, `"app.open" = "f2"` is not."""
    for name, value in keys.items():
        if isinstance(value, dict):
            yield from ((f"{name}.{verb}", given) for verb, given in value.items())
        else:
            yield name, value
