"""Writes docs/configuration.md from the settings: `python docs/make_configuration.py`."""

from __future__ import annotations

import dataclasses
import json
import sys
from pathlib import Path

from cocalc_tui.server.store.keeping import Keeping
from cocalc_tui.widgets.settings import Setting, Settings
from cocalc_tui.widgets.theme_files import GIVEN, NAMES

PAGE = Path(__file__).with_name("configuration.md")

HEAD = """\
# Configuration

Made from the settings by `python docs/make_configuration.py`; do not edit.

A setting is taken from the first of these that has it:

1. what was typed on the command line,
2. a variable `COCALC_TUI_...`,
3. `cocalc-tui.toml` in the project's folder: only settings marked *project* below, no keys,
4. your own `~/.config/cocalc-tui/config.toml` (or under `$XDG_CONFIG_HOME`),
5. the default.

A mistake in your own file or in a variable stops the start with one line that names the file, the
key and the nearest that exists. A mistake in a project's file is only said on the screen.

```toml
[screen]
theme = "quiet-light"

[editor]
tab_width = 2

[keys]
app.open = "f2"
```

`cocalc-tui config show` says what is in force and who set it, `config edit` opens your file,
`config validate` checks one, `config schema` prints its JSON schema for editors, and
`cocalc-tui --set editor.tab_width=2` sets something for this time.

Themes that come with it: {themes}. In each, the colours of people and of code can be read on its
ground.

A theme of your own is a file `~/.config/cocalc-tui/themes/NAME.toml`, used by `screen.theme`:

```toml
base = "quiet-light"
[colours]
background = "#fdf6e3"
syntax-comment = "#93a1a1"
```

It may set: {colours}.

The actions that can be given keys are in [keys.md](keys.md). `NO_COLOR` is followed.

| setting | may be | default | meaning | variable |
|---|---|---|---|---|
"""

HISTORY = """
## Of a project's history

What the host says about old history stands in `.cocalc-tui/history.toml` of the project, which only
the host's account can write; it is in force a second after it was written. Nothing in it deletes
anything. Another `archive_folder` counts from the next start of the relay on: end the relay
(`cocalc-tui stop`), move `archive.sqlite` there, and start it.

```toml
archive_after = 30
archive_folder = "/srv/large/lab"
```

| setting | default | meaning |
|---|---|---|
"""

TAIL = """
What goes wrong in the app is written to `~/.local/state/cocalc-tui/cocalc-tui.log`;
`cocalc-tui doctor` looks for what keeps things from working.

What the app remembers by itself is not configuration: layout, carets and what was lately open are
kept for each project in `~/.local/state/cocalc-tui/projects/` (or under `$XDG_STATE_HOME`) and may
be deleted.
"""


def page() -> str:
    """The whole page."""
    themes = ", ".join(f"`{name}`" for name in GIVEN)
    colours = ", ".join(f"`{name}`" for name in NAMES)
    return (
        HEAD.replace("{colours}", colours).replace("{themes}", themes)
        + "".join(_row(setting) for setting in Settings.declared())
        + HISTORY
        + "".join(
            f"| `{one.name}` | `{json.dumps(one.default)}` | {one.metadata['help']} |\n"
            for one in dataclasses.fields(Keeping)
        )
        + TAIL
    )


def _row(setting: Setting) -> str:
    mark = " *project*" if setting.project else ""
    cells = (
        f"`{setting.name}`{mark}",
        setting.takes,
        f"`{setting.default}`",
        setting.help,
        f"`{setting.variable}`",
    )
    return f"| {' | '.join(cells)} |\n"


def main(words: list[str]) -> None:
    """Write the page, or with --check say whether it is up to date."""
    if words == ["--check"]:
        if not PAGE.exists() or PAGE.read_text(encoding="utf-8") != page():
            sys.exit(f"{PAGE}: out of date; run python docs/make_configuration.py")
    else:
        PAGE.write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
