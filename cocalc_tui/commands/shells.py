"""`completion`: what a shell needs to complete our words, made from the parser itself."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from typing import TYPE_CHECKING

from cocalc_tui.commands.common import add_command, say

if TYPE_CHECKING:
    from cocalc_tui.commands.common import Commands

SHELLS = ("bash", "zsh", "fish")
KINDS = {"FILE": "FILE", "NOTEBOOK": "FILE", "PATH": "FILE", "FOLDER": "DIRECTORY"}
"""By the name of an argument: what a shell completes it with."""
WHERE = """\
where it goes:
  bash  cocalc-tui completion bash > ~/.local/share/bash-completion/completions/cocalc-tui
  zsh   cocalc-tui completion zsh > ~/.zfunc/_cocalc-tui     (~/.zfunc in $fpath)
  fish  cocalc-tui completion fish > ~/.config/fish/completions/cocalc-tui.fish
"""


def add(commands: Commands) -> None:
    """Add the words of this module."""
    completion = add_command(
        commands,
        "completion",
        run,
        help="print completions for a shell",
        epilog=WHERE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    completion.add_argument("shell", choices=SHELLS, help="what you type in")


def run(arguments: argparse.Namespace) -> None:
    """Print the completions."""
    import shtab

    for action in _actions(arguments.parser):
        if (kind := KINDS.get(str(action.metavar))) is not None:
            action.complete = getattr(shtab, kind)  # type: ignore[attr-defined]  # shtab's way
    say(shtab.complete(arguments.parser, arguments.shell))


def _actions(parser: argparse.ArgumentParser) -> Iterator[argparse.Action]:
    """All that can be typed, in all commands."""
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for command in action.choices.values():
                yield from _actions(command)
        else:
            yield action
