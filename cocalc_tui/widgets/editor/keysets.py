"""Keys that a person may choose as a whole: those of Emacs, and what vim's need of the others.

A set is a map of action names to keys, as `[keys]` of the configuration is; a person's own keys
are laid over it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cocalc_tui.widgets.keynames import canonical_sequence

Keys = Mapping[str, Sequence[str]]

EMACS: dict[str, tuple[str, ...]] = {
    "text.left": ("ctrl+b", "left"),
    "text.right": ("ctrl+f", "right"),
    "text.up": ("ctrl+p", "up"),
    "text.down": ("ctrl+n", "down"),
    "text.word_left": ("alt+b", "ctrl+left"),
    "text.word_right": ("alt+f", "ctrl+right"),
    "text.line_start": ("ctrl+a",),
    "text.home": ("alt+m", "home"),
    "text.end": ("ctrl+e", "end"),
    "text.page_up": ("alt+v", "pageup"),
    "text.page_down": ("ctrl+v", "pagedown"),
    "text.top": ("alt+<", "ctrl+home"),
    "text.bottom": ("alt+>", "ctrl+end"),
    "text.paragraph_up": ("alt+{",),
    "text.paragraph_down": ("alt+}",),
    "text.delete": ("ctrl+d", "delete"),
    "text.delete_word_left": ("ctrl+backspace",),
    "text.delete_word_right": ("ctrl+delete",),
    "text.kill_line": ("ctrl+k",),
    "text.kill_word": ("alt+d",),
    "text.kill_word_before": ("alt+backspace",),
    "text.kill_region": ("ctrl+w",),
    "text.copy_region": ("alt+w",),
    "text.yank": ("ctrl+y",),
    "text.yank_pop": ("alt+y",),
    "text.set_mark": ("ctrl+space",),
    "text.exchange": ("ctrl+x ctrl+x",),
    "text.select_all": ("ctrl+x h",),
    "text.transpose": ("alt+t",),
    "text.recentre": ("ctrl+l",),
    "text.undo": ("ctrl+/", "ctrl+x u", "ctrl+z"),
    "text.redo": ("alt+_",),
    "text.cut": ("shift+delete",),
    "text.copy": ("ctrl+insert",),
    "text.paste": ("shift+insert",),
    "text.comment": ("alt+;",),
    "text.join": ("alt+^",),
    "text.upper": ("alt+u",),
    "text.lower": ("alt+l",),
    "text.delete_lines": ("ctrl+shift+k",),
    "text.add_next": ("alt+n",),
    "text.skip_next": (),
    "editor.find": ("ctrl+s",),
    "editor.find_back": ("ctrl+r",),
    "editor.find_previous": ("shift+f3",),
    "editor.find_next": ("f3",),
    "editor.replace": ("alt+%",),
    "editor.go_to_line": ("alt+g g",),
    "editor.deselect": ("ctrl+g", "escape"),
    "find.next": ("enter", "ctrl+s", "down", "f3"),
    "find.previous": ("up", "ctrl+r", "shift+enter", "shift+f3"),
    "find.close": ("escape", "ctrl+g"),
    "ask.close": ("escape", "ctrl+g"),
    "chat.find_said": ("ctrl+s",),
    "chat.scroll_up": ("alt+v", "pageup"),
    "chat.scroll_down": ("ctrl+v", "pagedown"),
    "said.find": ("ctrl+s", "/"),
    "large.find": ("ctrl+s", "/"),
    "large.next": ("f3", "n"),
    "large.previous": ("ctrl+r", "shift+f3", "N"),
    "large.go": ("alt+g g", ":"),
    "large.copy": ("alt+w", "y"),
    "large.stop": ("ctrl+g", "escape"),
    "large.up": ("ctrl+p", "up", "k"),
    "large.down": ("ctrl+n", "down", "j"),
    "large.page_up": ("alt+v", "pageup", "b"),
    "large.page_down": ("ctrl+v", "pagedown", "space"),
    "large.first": ("alt+<", "ctrl+home", "home", "g"),
    "large.last": ("alt+>", "ctrl+end", "end", "G"),
    "app.palette": ("alt+x", "ctrl+p"),
    "app.open": ("ctrl+x ctrl+f", "ctrl+o"),
    "app.save": ("ctrl+x ctrl+s",),
    "app.leave": ("ctrl+x ctrl+c", "ctrl+q"),
    "app.next_pane": ("ctrl+x o", "f6"),
    "tile.close": ("ctrl+x k",),
    "tile.close_tile": ("ctrl+x 0",),
    "tile.zoom": ("ctrl+x 1",),
    "tile.split_below": ("ctrl+x 2",),
    "tile.split_right": ("ctrl+x 3", "ctrl+\\"),
}
SETS: dict[str, dict[str, tuple[str, ...]]] = {"default": {}, "vim": {}, "emacs": EMACS}
"""By the value of the setting `editor.keys`."""
TITLES = {
    "default": "Keys as in VS Code and micro",
    "vim": "Vim's keys",
    "emacs": "Emacs' keys",
}
"""What people call them."""


def with_own(chosen: str, own: Keys) -> dict[str, tuple[str, ...]]:
    """The keys of a set with a person's own over it; these take a key away from what has it."""
    taken = {
        (name.partition(".")[0], sequence)
        for name, keys in own.items()
        for sequence in map(canonical_sequence, keys)
    }
    found = {
        name: tuple(
            one for one in keys if (name.partition(".")[0], canonical_sequence(one)) not in taken
        )
        for name, keys in SETS[chosen].items()
    }
    return found | {name: tuple(keys) for name, keys in own.items()}
