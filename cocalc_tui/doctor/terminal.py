"""The terminal and what stands between it and the app: colours, letters, keys, copying."""

from __future__ import annotations

import locale
import shutil
import subprocess
from collections.abc import Iterator, Mapping

from cocalc_tui.doctor.finding import Finding

LEAST = (80, 24)
"""Columns and rows for which the screen is made."""


def look_at_terminal(environment: Mapping[str, str]) -> Iterator[Finding]:
    """What can be told without asking the terminal itself."""
    name = environment.get("TERM", "")
    if name in {"", "dumb"}:
        yield Finding("trouble", "terminal", f"TERM is {name!r}", "export TERM=xterm-256color")
    else:
        yield Finding("fine", "terminal", f"TERM={name}, {_colours(environment)}")
    size = shutil.get_terminal_size()
    small = size.columns < LEAST[0] or size.lines < LEAST[1]
    wish = f"; the screen is made for {LEAST[0]}x{LEAST[1]} and more" if small else ""
    text = f"{size.columns}x{size.lines}{wish}"
    yield Finding("note" if small else "fine", "size", text)
    yield _letters()
    if "TMUX" in environment:
        yield from _look_at_tmux()


def _colours(environment: Mapping[str, str]) -> str:
    if "NO_COLOR" in environment:
        return "no colours, as NO_COLOR is set"
    deep = environment.get("COLORTERM", "") in {"truecolor", "24bit"}
    return "24-bit colours" if deep else "256 colours"


def _letters() -> Finding:
    encoding = locale.getpreferredencoding(False)
    if encoding.lower().replace("-", "") == "utf8":
        return Finding("fine", "letters", "UTF-8")
    return Finding(
        "trouble", "letters", f"the locale's encoding is {encoding}", "export LANG=C.UTF-8"
    )


def _look_at_tmux() -> Iterator[Finding]:
    if _tmux_says("extended-keys") in {"on", "always"}:
        yield Finding("fine", "tmux", "shift+enter and ctrl+enter come through")
    else:
        yield Finding(
            "note",
            "tmux",
            "shift+enter and ctrl+enter do not come through; F5 and ctrl+r run cells",
            "add to ~/.tmux.conf: set -s extended-keys on",
        )
    if _tmux_says("set-clipboard") == "off":
        yield Finding(
            "note",
            "tmux",
            "what you copy does not reach your terminal's clipboard",
            "add to ~/.tmux.conf: set -s set-clipboard on",
        )


def _tmux_says(option: str) -> str:
    try:
        done = subprocess.run(
            ["tmux", "show-options", "-sv", option],  # noqa: S607 - the one that the person uses
            capture_output=True,
            text=True,
            timeout=5,
            check=False,
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stdout.strip()
