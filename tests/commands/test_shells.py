from __future__ import annotations

import argparse
import runpy
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from cocalc_tui.cli import main, make_parser

ROOT = Path(__file__).parents[2]
NAMES = sorted(set(make_parser().get_default("names")) - {"relay"})
"""The commands for people: `relay` is for ssh alone."""


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_every_command_is_completed(shell: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["completion", shell]) == 0
    script = capsys.readouterr().out
    for name in NAMES:
        assert name in script


def test_bash_completes(capsys: pytest.CaptureFixture[str]) -> None:
    main(["completion", "bash"])
    script = capsys.readouterr().out
    ask = "COMP_WORDS=(cocalc-tui stat); COMP_CWORD=1; COMP_LINE='cocalc-tui stat'; COMP_POINT=15"
    call = "complete -p cocalc-tui >&2; _shtab_cocalc_tui; echo ${COMPREPLY[@]}"
    bash = shutil.which("bash")
    assert bash is not None
    done = subprocess.run(
        [bash, "-c", f"{script}\n{ask}\n{call}"], capture_output=True, text=True, check=False
    )
    assert done.stdout.split() == ["status"]


def test_the_man_page_has_every_command() -> None:
    page = runpy.run_path(str(ROOT / "docs" / "build_man.py"))["man_page"]()
    assert "cocalc\\-tui \\- work in" in page, "what `whatis` reads"
    for name in NAMES:
        dashed = name.replace("-", "\\-")
        assert f".SS \\fBcocalc\\-tui {dashed}\\fR" in page


def test_everything_that_can_be_typed_is_explained() -> None:
    silent = [
        f"{command.prog} {action.dest}"
        for command in commands_of(make_parser())
        for action in command._actions
        if not (action.help or isinstance(action, argparse._SubParsersAction))
        and "relay" not in command.prog
    ]
    assert silent == []


def commands_of(parser: argparse.ArgumentParser) -> Iterator[argparse.ArgumentParser]:
    yield parser
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for command in action.choices.values():
                yield from commands_of(command)


def test_files_are_completed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["completion", "bash"]) == 0
    said = capsys.readouterr().out
    assert "_shtab_cocalc_tui_chat_pos_0_COMPGEN=_shtab_compgen_files" in said
    assert "_shtab_cocalc_tui_list___project_COMPGEN=_shtab_compgen_dirs" in said
