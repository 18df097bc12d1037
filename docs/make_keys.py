"""Writes docs/keys.md from the registry of actions: `python docs/make_keys.py`."""

from __future__ import annotations

import sys
from pathlib import Path

from cocalc_tui.widgets.actions import Action, Keymap
from cocalc_tui.widgets.keynames import shown
from cocalc_tui.widgets.registry import registry

PAGE = Path(__file__).with_name("keys.md")

HEAD = """\
# Keys and actions

Made from the registry of actions by `python docs/make_keys.py`; do not edit.

Inside the app F1 shows the same for where you are, with your own keys. Every action can be given
other keys in the configuration, by its name:

```toml
[keys]
app.open = "f2"
text.undo = ["ctrl+z", "ctrl+u"]
app.jump = []
```

Several keys typed one after the other are written with spaces: `"ctrl+t r"`. A key given to an
action is taken from the one that had it. Keys of the place where you are come before those of
everywhere.

`shift+enter` and `ctrl+enter` reach the app in terminals with the kitty keyboard protocol, and in
tmux with these two lines in `~/.tmux.conf`; the other keys work in every terminal.

```
set -s extended-keys on
set -as terminal-features 'xterm*:extkeys'
```
"""


def page() -> str:
    """The whole page."""
    keymap = Keymap(registry())
    return "\n".join([HEAD, *(_section(keymap, name) for name in registry().scopes)])


def _section(keymap: Keymap, name: str) -> str:
    scope = keymap.registry.scopes[name]
    rows = [_row(keymap, action) for action in keymap.registry.of([name])]
    lead = [scope.help, ""] if scope.help else []
    table = ["| keys | does | action | role |", "|---|---|---|---|", *rows]
    return "\n".join([f"## {scope.title}", "", *lead, *table, ""])


def _row(keymap: Keymap, action: Action) -> str:
    keys = " ".join(f"`` {shown(keys)} ``" for keys in keymap.keys_of(action.name))
    what = f"{action.title}. {action.help}" if action.help else action.title
    role = "" if action.needs.name == "VIEWER" else action.needs.name.lower()
    cells = (keys, what, f"`{action.name}`", role)
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def main(words: list[str]) -> None:
    """Write the page, or with --check say whether it is up to date."""
    if words == ["--check"]:
        if not PAGE.exists() or PAGE.read_text(encoding="utf-8") != page():
            sys.exit(f"{PAGE}: out of date; run python docs/make_keys.py")
    else:
        PAGE.write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
