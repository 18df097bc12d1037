from __future__ import annotations

import runpy
import shutil
import subprocess
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
    for name in NAMES:
        dashed = name.replace("-", "\\-")
        assert f".SS \\fBcocalc\\-tui {dashed}\\fR" in page
