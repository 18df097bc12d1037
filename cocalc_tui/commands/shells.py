"""`completion`: what a shell needs to complete our words, made from the parser itself."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from cocalc_tui.commands.common import add_command, say

if TYPE_CHECKING:
    from cocalc_tui.commands.common import Commands

SHELLS = ("bash", "zsh", "fish")
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
    completion.add_argument("shell", choices=SHELLS)


def run(arguments: argparse.Namespace) -> None:
    """Print the completions."""
    import shtab

    say(shtab.complete(arguments.parser, arguments.shell))
