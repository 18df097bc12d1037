"""Writing a setting into the person's own file, for a choice made on the screen.

One line of it changes or comes; all that a person wrote stays, with its comments. What comes out
is read again before it is kept: a file that would say anything else than before is left alone.
"""

from __future__ import annotations

import os
import re
import tempfile
import tomllib
from pathlib import Path

from cocalc_tui.widgets.settings_file import ConfigError

_TABLE = re.compile(r"\s*\[{1,2}([^\[\]]*)\]{1,2}\s*(?:#.*)?$")


def keep(file: Path, name: str, value: str) -> None:
    """Have a file say that a setting is a word; raises ConfigError where it cannot."""
    try:
        before = file.read_text(encoding="utf-8") if file.exists() else ""
        after = with_setting(before, name, value)
        file.parent.mkdir(parents=True, exist_ok=True)
        _write(file.resolve(), after)
    except (OSError, ValueError, TypeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is written in another way"
        raise ConfigError(f"{file}: {reason}; put {name} = {value!r} there yourself") from None


def with_setting(text: str, name: str, value: str) -> str:
    """A file's text with a setting in it; raises ValueError where that takes more than a line."""
    section, _, key = name.partition(".")
    names = f"{re.escape(name)}|{key}"
    said = re.compile(rf"(\s*(?:{names})\s*=\s*)(\"[^\"]*\"|'[^']*')(.*)", re.DOTALL)
    lines, table, header = text.splitlines(keepends=True), "", None
    for index, line in enumerate(lines):
        if (found := _TABLE.match(line)) is not None:
            table = found[1].strip()
            header = index if table == section else header
        elif (found := said.match(line)) is not None and _is_in(table, section, found[1], name):
            lines[index] = f'{found[1]}"{value}"{found[3]}'
            break
    else:
        if header is not None:
            lines[header : header + 1] = [lines[header].rstrip("\n"), f'\n{key} = "{value}"\n']
        else:
            lines.insert(0, f'{name} = "{value}"\n')
    changed = "".join(lines)
    wanted = tomllib.loads(text)
    wanted = {**wanted, section: {**dict(wanted.get(section, {})), key: value}}
    if tomllib.loads(changed) != wanted:
        raise ValueError(text)
    return changed


def _is_in(table: str, section: str, head: str, name: str) -> bool:
    """Whether a line is for this setting: in its table, or with its whole name outside of any."""
    return not table if head.strip().startswith(name) else table == section


def _write(file: Path, text: str) -> None:
    handle, path = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as out:
            out.write(text)
        Path(path).chmod(file.stat().st_mode & 0o7777 if file.exists() else 0o644)
        Path(path).replace(file)
    except BaseException:
        Path(path).unlink(missing_ok=True)
        raise
