"""`config`: which settings are in force and where they come from; check, edit and describe them."""

from __future__ import annotations

import argparse
import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cocalc_tui.commands.common import (
    FAILED,
    FINE,
    USAGE,
    CommandError,
    Parser,
    add_command,
    add_json,
    add_project,
    join,
    say,
    say_json,
    talk,
)

if TYPE_CHECKING:
    from cocalc_tui.commands.common import Commands
    from cocalc_tui.widgets.settings_file import Loaded


def add(commands: Commands) -> None:
    """Add the words of this module."""
    config = add_command(commands, "config", run_show, help="settings: show, check, edit")
    config.set_defaults(json=False, project=Path())
    parts = config.add_subparsers(metavar="WHAT", parser_class=Parser)
    show = add_command(parts, "show", run_show, help="each setting and who set it (the default)")
    add_json(show)
    add_project(show)
    validate = add_command(parts, "validate", run_validate, help="say whether a file can be used")
    validate.add_argument("file", nargs="?", type=Path, help="default: your own")
    add_command(parts, "schema", run_schema, help="the JSON schema of the file, for editors")
    add_command(parts, "path", run_path, help="where your own file is")
    add_command(parts, "edit", run_edit, help="open your own file in $VISUAL or $EDITOR")


def run_show(arguments: argparse.Namespace) -> None:
    """Print every setting, its value and its source."""
    from cocalc_tui.widgets.settings import Settings

    loaded = _load(arguments.project)
    rows = [
        (setting.name, getattr(loaded.settings, setting.field), loaded.sources.get(setting.name))
        for setting in Settings.declared()
    ]
    keys = {f"keys.{name}": list(given) for name, given in loaded.settings.keys.items()}
    rows += [(name, given, loaded.sources["keys"]) for name, given in keys.items()]
    if arguments.json:
        table = {name: {"value": value, "source": source} for name, value, source in rows}
        say_json(table)
        return
    width = max(len(name) for name, _, _ in rows)
    for name, value, source in rows:
        say(f"{name:{width}}  {json.dumps(value, ensure_ascii=False)}  {source or 'default'}")
    for remark in loaded.remarks:
        talk(remark)


def _load(folder: str) -> Loaded:
    from cocalc_tui.widgets.registry import registry
    from cocalc_tui.widgets.settings_file import ConfigError, load

    try:
        return load(registry(), project=join([folder]).root)
    except ConfigError as error:
        raise CommandError(str(error), USAGE) from None


def run_validate(arguments: argparse.Namespace) -> None:
    """Say whether a file can be used; exit code 2 where it cannot."""
    from cocalc_tui.widgets.settings_file import user_file

    file = arguments.file or user_file()
    if not os.path.exists(file):
        if arguments.file:
            raise CommandError(f"{file}: no such file", USAGE)
        talk(f"{file}: there is none; the defaults are in force")
        return
    _validate(file)
    talk(f"{file}: fine")


def _validate(file: Path) -> None:
    from cocalc_tui.widgets.registry import registry
    from cocalc_tui.widgets.settings_file import ConfigError, load

    try:
        load(registry(), environment={}, user=file)
    except ConfigError as error:
        raise CommandError(str(error), USAGE) from None


def run_schema(_: argparse.Namespace) -> None:
    """Print the JSON schema of the configuration file."""
    say_json(schema())


def schema() -> dict[str, Any]:
    """The JSON schema (draft 2020-12) of a person's configuration file."""
    from cocalc_tui.widgets.registry import registry
    from cocalc_tui.widgets.settings import Settings

    sections: dict[str, Any] = {}
    for setting in Settings.declared():
        section, _, key = setting.name.partition(".")
        table = sections.setdefault(section, _table({}))
        table["properties"][key] = setting.schema()
    scopes: dict[str, Any] = {}
    for action in registry():
        table = scopes.setdefault(action.scope, _table({}))
        one = {"type": "string"}
        table["properties"][action.verb] = {
            "description": action.title,
            "anyOf": [one, {"type": "array", "items": one}],
        }
    sections["keys"] = _table(scopes)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "cocalc-tui configuration",
        **_table(sections),
    }


def _table(properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "additionalProperties": False, "properties": properties}


def run_path(_: argparse.Namespace) -> None:
    """Print where the person's own file is."""
    from cocalc_tui.widgets.settings_file import user_file

    say(str(user_file()))


def run_edit(_: argparse.Namespace) -> int:
    """Open the person's own file in an editor, then say whether it can be used."""
    from cocalc_tui.widgets.settings_file import user_file

    file = user_file()
    import shlex
    import subprocess

    words = shlex.split(os.environ.get("VISUAL") or os.environ.get("EDITOR") or "vi")
    try:
        if not file.exists():
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(template(), encoding="utf-8")
        done = subprocess.run([*words, str(file)], check=False)
    except OSError as error:
        raise CommandError(f"{error.filename}: {error.strerror}; set EDITOR to another") from None
    if done.returncode:
        talk(f"{words[0]} ended with exit code {done.returncode}")
        return FAILED
    _validate(file)
    return FINE


def template() -> str:
    """A first file: every setting with its meaning and default, none of them in force."""
    from cocalc_tui.widgets.settings import Settings

    lines = ["# Settings of cocalc-tui. Take a `#` away to change one; `cocalc-tui config show`."]
    section = ""
    for setting in Settings.declared():
        here, _, key = setting.name.partition(".")
        if here != section:
            section = here
            lines += ["", f"[{section}]"]
        lines += [f"# {setting.help} ({setting.takes})", f"# {key} = {json.dumps(setting.default)}"]
    lines += ["", "[keys]", '# app.open = ["ctrl+o", "f2"]', ""]
    return "\n".join(lines)
