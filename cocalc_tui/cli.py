"""What a person types in a shell: data on stdout, talk on stderr, one line for each mistake.

The words come from `commands/`, a module for each subject; help, completions and man pages come
from the same parser.
"""

from __future__ import annotations

import argparse
import errno
import os
import sys
from collections.abc import Sequence

from cocalc_tui import __version__
from cocalc_tui.commands import (
    backup,
    cat,
    chat,
    config,
    doctor,
    files,
    kept,
    listing,
    log,
    opening,
    people,
    relay,
    run,
    running,
    shells,
    snapshot,
    term,
    term_offer,
    versions,
)
from cocalc_tui.commands.common import FAILED, FINE, INTERRUPTED, USAGE, CommandError, Parser, talk

MODULES = (
    opening,
    listing,
    files,
    run,
    cat,
    chat,
    term,
    term_offer,
    people,
    running,
    log,
    versions,
    snapshot,
    backup,
    kept,
    config,
    doctor,
    shells,
    relay,
)
"""In the order of the help."""

ALONE = ("-h", "--help", "--version")
"""What stands without a command; whatever else is none is for opening the app."""
FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
"""Why a file that output goes to takes no more."""


def make_parser() -> argparse.ArgumentParser:
    """The command line, from which help, completions and man pages come."""
    parser = Parser(
        prog="cocalc-tui",
        description="Work in one project with other people on this machine: shared files, "
        "notebooks and kernels, in the terminal.",
        epilog="examples:\n"
        "  cocalc-tui                     open the project of this folder\n"
        "  cocalc-tui fit.ipynb notes.md  open these files\n"
        "  cocalc-tui share bob           let bob in\n"
        "  cocalc-tui box:/home/al/lab    a project on another machine, over ssh\n"
        "  cocalc-tui status --json       what runs, for programs\n"
        "\n"
        "exit codes: 0 fine, 1 the work failed, 2 usage or configuration, 3 no connection (try "
        "again),\n130 interrupted. Data goes to standard output, all else to standard error.\n",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"cocalc-tui {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", parser_class=Parser)
    for module in MODULES:
        module.add(commands)
    parser.set_defaults(names=tuple(commands.choices), parser=parser, parsers=commands.choices)
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command line; returns the exit code."""
    _have_streams()
    words = list(sys.argv[1:] if argv is None else argv)
    parser = make_parser()
    names = parser.get_default("names")
    if not words or words[0] not in {*names, *ALONE}:
        words.insert(0, "open")
    try:
        code = int(_run(parser, words) or FINE)
        sys.stdout.flush()  # whoever reads may be gone
    except CommandError as error:
        talk(f"cocalc-tui: {error}")
        return error.code
    except BrokenPipeError:
        _write_no_more()  # whoever read the data has enough
        return FINE
    except KeyboardInterrupt:
        return INTERRUPTED
    except Exception as error:
        if isinstance(error, OSError) and error.errno in FULL:
            _write_no_more()
            talk(f"cocalc-tui: the output cannot be written: {error.strerror}")
            return FAILED
        from cocalc_tui.logs import unexpected

        talk(f"cocalc-tui: {unexpected(error)}")
        return FAILED
    return code


def _write_no_more() -> None:
    """Python would complain once more at its end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _have_streams() -> None:
    """Have all three: a shell may close one, and not every terminal can show every letter."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: SIM115 - to stay
        elif mode == "w" and stream.errors == "strict":
            stream.reconfigure(errors="backslashreplace")


def _run(parser: argparse.ArgumentParser, words: Sequence[str]) -> int | None:
    arguments, unknown = parser.parse_known_args(words)
    if unknown:
        raise CommandError(
            _mistyped(arguments.parsers.get(arguments.command, parser), unknown), USAGE
        )
    code: int | None = arguments.run(arguments)
    return code


def _mistyped(command: argparse.ArgumentParser, unknown: Sequence[str]) -> str:
    """What is wrong with words that a command does not know."""
    from difflib import get_close_matches

    known = [flag for action in command._actions for flag in action.option_strings]
    near = get_close_matches(unknown[0], known, n=1)
    meant = f"did you mean {near[0]}?" if near else f"see {command.prog} --help"
    return f"{' '.join(unknown)}: `{command.prog}` does not know this; {meant}"
