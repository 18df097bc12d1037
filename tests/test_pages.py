"""What the pages name is there: files, links, make's targets, commands and their flags."""

from __future__ import annotations

import re
import shlex
from itertools import chain
from pathlib import Path

import pytest

from cocalc_tui.cli import make_parser
from cocalc_tui.commands.common import CommandError

ROOT = Path(__file__).parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")])
HOUSE = (ROOT, ROOT / "cocalc_tui", ROOT / "docs")
"""What paths in pages may be relative to."""
_CODE = re.compile(r"`([^`\n]+)`")
_BLOCK = re.compile(r"^ *```\w*\n(.*?)^ *```", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\]\(([^)\s]+)\)")
_PATH = re.compile(r"(?:[\w.-]+/)+[\w.-]*|\w[\w-]*\.(?:py|md|toml|lock)")
_PRODUCT = {"cocalc_tui", "tests", "docs", "benchmarks", "snapshots", ".ci"} | {
    path.name for path in (ROOT / "cocalc_tui").iterdir() if path.is_dir()
}
"""Folders of the repository: a path that begins elsewhere is one of the reader's."""

every_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)


def code_of(page: Path) -> list[str]:
    """Words between backticks, and lines of code."""
    text = page.read_text(encoding="utf-8")
    lines = chain.from_iterable(block.splitlines() for block in _BLOCK.findall(text))
    return [*lines, *_CODE.findall(_BLOCK.sub("", text))]


@every_page
def test_links_lead_somewhere(page: Path) -> None:
    links = _LINK.findall(_BLOCK.sub("", page.read_text(encoding="utf-8")))
    near = [link.partition("#")[0] for link in links if "://" not in link]
    assert [link for link in near if not (page.parent / link).exists()] == []


@every_page
def test_files_are_there(page: Path) -> None:
    named = {path for code in code_of(page) for path in _PATH.findall(code)}
    ours = {path for path in named if path.partition("/")[0] in _PRODUCT}
    assert {path for path in ours if not is_there(path)} == set()


def is_there(path: str) -> bool:
    """A folder, a file, or a module without its ending."""
    return any((root / f"{path}{end}").exists() for root in HOUSE for end in ("", ".py"))


@every_page
def test_targets_of_make_are_there(page: Path) -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    named = {word for code in code_of(page) for word in re.findall(r"^make (\w+)", code)}
    assert {word for word in named if f"\n{word}:" not in makefile} == set()


@every_page
def test_commands_are_understood(
    page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    parser = make_parser()
    wrong = []
    for code in code_of(page):
        words = command_in(code)
        if len(words) > 1 and words[0] in parser.get_default("names"):
            make_files(words)
            try:
                _, unknown = parser.parse_known_args(words)
            except CommandError as error:
                wrong.append(f"{code}: {error}")
            else:
                wrong += [f"{code}: {word}" for word in unknown]
    assert wrong == []


def make_files(words: list[str]) -> None:
    """Whatever may be a file is one here: some commands look."""
    for word in words:
        if "/" not in word:
            Path(word).touch()


def command_in(code: str) -> list[str]:
    """The words behind `cocalc-tui`, without comments; the first where one of several is meant."""
    if not code.lstrip().startswith("cocalc-tui "):
        return []
    return [word.partition("|")[0] for word in shlex.split(code, comments=True)[1:]]
