"""Closed, broken and odd standard streams: one line at the most, and the right exit code."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from cocalc_tui.cli import main

pytestmark = pytest.mark.xdist_group("streams")


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    lab = tmp_path_factory.mktemp("streams") / "lab"
    lab.mkdir()
    (lab / "notes.md").write_text("x\n")
    yield lab
    main(["stop", "--all", "--project", str(lab)])


@pytest.mark.parametrize(
    ("line", "code", "said"),
    [
        ("chat notes.md - < /dev/null", 2, "nothing to say"),
        ("chat notes.md - <&-", 2, "nothing to say"),
        (r"chat notes.md - < bad", 2, "no UTF-8 text"),
        ("chat notes.md 'grüße' >&-", 0, ""),
        ("chat notes.md | cat", 0, ""),
        ("export --history notes.md | true", 0, ""),
        ("show notes.md > /dev/full", 1, "cannot be written: No space left"),
        ("term nosuch --tail 1", 2, "no such terminal"),
        ("list --project nowhere", 2, "nowhere: no such folder"),
        ("list --jsn", 2, "did you mean --json?"),
        ("config shov", 2, "`cocalc-tui config` does not know 'shov'; did you mean show?"),
        ("snapshot lst", 2, "did you mean list?"),
        ("share bob --role edtor", 2, "did you mean editor?"),
        ("completion csh", 2, "did you mean zsh?"),
        ("config 7", 2, "there are show, validate, schema, path, edit"),
        ("log notes.md extra", 2, "see cocalc-tui log --help"),
    ],
)
def test_streams_and_words(lab: Path, line: str, code: int, said: str) -> None:
    (lab / "bad").write_bytes(b"a\xffb")
    program = f"{sys.executable} -m cocalc_tui"
    done = subprocess.run(
        ["bash", "-c", f"set -o pipefail; PYTHONIOENCODING=ascii {program} {line}"],
        cwd=lab,
        capture_output=True,
        check=False,
        text=True,
    )
    assert done.returncode == code, done.stderr
    assert len(done.stderr.splitlines()) == (1 if said else 0), done.stderr
    assert said in done.stderr
    if "cat" in line:
        assert r"gr\xfc\xdfe" in done.stdout
