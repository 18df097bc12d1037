"""Searching a project's files: which are looked into, what is told, and going on part by part."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from cocalc_tui.chat import chatfile
from cocalc_tui.chat.model import Message
from cocalc_tui.protocol.events import Said, SearchedFile, SearchPart
from cocalc_tui.protocol.messages import SearchFiles
from cocalc_tui.query import SearchError
from cocalc_tui.server.search import looking
from cocalc_tui.server.search.worker import search


def files(folder: Path, texts: dict[str, str | bytes]) -> None:
    for path, text in texts.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(text.encode() if isinstance(text, str) else text)


def find(folder: Path, text: str = "x", **how: Any) -> SearchPart:
    return search(folder, SearchFiles(id=1, text=text, **how), seconds=60)


def paths(part: SearchPart) -> list[str]:
    return [file.path for file in part.files]


def test_lines_places_and_context(tmp_path: Path) -> None:
    files(tmp_path, {"a.txt": "one\ntwo x and x\r\nthree\nfour\nx"})
    (file,) = find(tmp_path, around=1).files
    assert [(line.number, line.text, line.spans) for line in file.lines] == [
        (1, "one", []),
        (2, "two x and x", [(4, 5), (10, 11)]),
        (3, "three", []),
        (4, "four", []),
        (5, "x", [(0, 1)]),
    ]
    assert file.count == 3


def test_case_words_and_patterns(tmp_path: Path) -> None:
    files(tmp_path, {"a": "fit", "b": "Fit", "c": "fitted", "d": "f1t"})
    assert paths(find(tmp_path, "fit")) == ["a", "b", "c"]
    assert paths(find(tmp_path, "Fit")) == ["b"]
    assert paths(find(tmp_path, "fit", case=True)) == ["a", "c"]
    assert paths(find(tmp_path, "fit", words=True)) == ["a", "b"]
    assert paths(find(tmp_path, r"f\dt", is_pattern=True)) == ["d"]
    with pytest.raises(SearchError, match="not a pattern"):
        find(tmp_path, "(", is_pattern=True)


def test_a_pattern_over_several_lines_is_told_by_its_first(tmp_path: Path) -> None:
    files(tmp_path, {"a": "begin\nend\n"})
    (file,) = find(tmp_path, r"gin\nen", is_pattern=True).files
    assert [(line.number, line.spans) for line in file.lines] == [(1, [(2, 5)])]


def test_a_long_line_is_cut_around_what_was_found(tmp_path: Path) -> None:
    files(tmp_path, {"a": "-" * 5000 + "needle" + "-" * 5000})
    (file,) = find(tmp_path, "needle").files
    (line,) = file.lines
    assert line.spans == [(5000, 5006)]
    assert len(line.text) == looking.WIDE
    assert line.text[5000 - line.cut :].startswith("needle")


def test_one_file_does_not_take_the_room_of_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(looking, "MOST_PLACES", 5)
    monkeypatch.setattr(looking, "MOST_LINES", 3)
    files(tmp_path, {"a": "x" * 9, "b": "x\n" * 9, "c": "xx\nxxx"})
    part = find(tmp_path)
    assert [(file.count, file.more) for file in part.files] == [(5, True), (3, True), (5, False)]


def test_what_cannot_be_looked_into_is_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(looking, "LARGEST", 10)
    files(tmp_path, {"a": "x", "large": "x" * 11, "binary": b"x\0"})
    os.mkfifo(tmp_path / "pipe")
    part = find(tmp_path)
    assert paths(part) == ["a"]
    assert part.left_out == {"large": 1, "binary": 1}
    assert part.looked == 3


def test_links_and_our_own_state_are_not_followed(tmp_path: Path) -> None:
    project = tmp_path / "project"
    files(tmp_path, {"secret": "x", "outside/b": "x"})
    files(project, {"a": "x", ".cocalc-tui/log": "x", ".git/config": "x"})
    (project / "file").symlink_to(tmp_path / "secret")
    (project / "folder").symlink_to(tmp_path / "outside")
    assert paths(find(project, hidden=True, ignored=True)) == ["a"]


def test_a_notebook_is_searched_by_its_cells(tmp_path: Path) -> None:
    cells = [
        {"cell_type": "markdown", "source": ["# x\n", "more"]},
        {"cell_type": "code", "source": "1\nx = 2", "outputs": [{"text": "x"}]},
    ]
    files(tmp_path, {"a.ipynb": json.dumps({"cells": cells, "x": 1}), "b.ipynb": "no JSON, x"})
    first, second = find(tmp_path).files
    assert [(line.cell, line.number, line.text) for line in first.lines] == [
        (1, 1, "# x"),
        (2, 2, "x = 2"),
    ]
    assert [(line.cell, line.number) for line in second.lines] == [(0, 1)]


def chat(*said: str) -> str:
    messages = [
        Message(f"k{number}", "ann", 1_700_000_000_000 + number, text)
        for number, text in enumerate(said)
    ]
    return chatfile.write(messages)


def test_a_chat_is_searched_by_its_messages(tmp_path: Path) -> None:
    """Not by the JSON, in which every message has an `at` and quotes are escaped."""
    files(tmp_path, {"room.chat": chat('no "at"', "first\nsays at"), "old.chat": "no JSON, at"})
    first, second = find(tmp_path, "at", chats=True).files
    assert [(line.said, line.number, line.text) for line in first.lines] == [
        (None, 1, "no JSON, at")
    ]
    ann = [Said(key=f"k{at}", user="ann", at=1_700_000_000_000 + at) for at in range(2)]
    assert [(line.said, line.number, line.text) for line in second.lines] == [
        (ann[0], 1, 'no "at"'),
        (ann[1], 2, "says at"),
    ]
    assert paths(find(tmp_path, '"at"', case=True, chats=True)) == ["room.chat"]


def test_all_chats_are_those_beside_files_and_rooms(tmp_path: Path) -> None:
    files(
        tmp_path,
        {
            **dict.fromkeys(("room.chat", ".a.py.chat", "b/.c.md.chat", "no/.d.chat"), chat("x")),
            **dict.fromkeys(("a.py", ".hidden", ".git/e.chat"), "x"),
            ".gitignore": ".*.chat\nno/\n",
        },
    )
    chats = [".a.py.chat", "b/.c.md.chat", "room.chat"]
    assert paths(find(tmp_path, chats=True)) == chats
    assert paths(find(tmp_path, chats=True, globs=["*.py", "*.chat"])) == [chats[0], chats[2]]
    assert paths(find(tmp_path, chats=True, ignored=True)) == [*chats[:2], "no/.d.chat", chats[2]]
    others = [".hidden", "a.py"]
    assert paths(find(tmp_path, hidden=True, ignored=True)) == others, "and no chat"


class TestRules:
    def test_hidden_files_are_left_out_unless_asked_for_or_named(self, tmp_path: Path) -> None:
        files(tmp_path, {".a": "x", ".b/c": "x", "d": "x", ".e": "x", ".ignore": "!.e"})
        assert paths(find(tmp_path)) == [".e", "d"]
        assert paths(find(tmp_path, hidden=True)) == [".a", ".b/c", ".e", "d"]

    def test_globs(self, tmp_path: Path) -> None:
        files(tmp_path, {"a.py": "x", "src/b.py": "x", "src/c.md": "x", "src/old/d.py": "x"})
        assert paths(find(tmp_path, globs=["*.py"])) == ["a.py", "src/b.py", "src/old/d.py"]
        assert paths(find(tmp_path, globs=["src/", "!old/"])) == ["src/b.py", "src/c.md"]
        assert paths(find(tmp_path, globs=["src/*.py"])) == ["src/b.py"]

    def test_without_git_only_what_is_not_gits_is_ignored(self, tmp_path: Path) -> None:
        files(tmp_path, {".gitignore": "a", ".ignore": "b", "a": "x", "b": "x"})
        assert paths(find(tmp_path)) == ["a"]
        assert paths(find(tmp_path, ignored=True)) == ["a", "b"]

    def test_rgignore_before_ignore_before_gitignore(self, tmp_path: Path) -> None:
        (tmp_path / ".git").mkdir()
        files(
            tmp_path,
            {
                ".gitignore": "*.log\n",
                ".ignore": "!b.log\n!c.log\n",
                ".rgignore": "c.log\n",
                **{f"{name}.log": "x" for name in "abc"},
            },
        )
        assert paths(find(tmp_path)) == ["b.log"]

    def test_the_same_as_git_says(self, tmp_path: Path) -> None:
        subprocess.run(["git", "init", "-q", tmp_path], check=True)
        files(
            tmp_path,
            {
                ".gitignore": "*.log\n!keep.log\n/top\nbuild/\ndeep/**/x\n\\#odd\nsome dir/\n",
                ".git/info/exclude": "private\n",
                "sub/.gitignore": "!a.log\n/only-here\ntmp*\n",
                **dict.fromkeys(
                    [
                        *("a.log", "keep.log", "top", "sub/top", "build/a", "sub/build/b", "x"),
                        *("deep/x", "deep/a/b/x", "deep/a/y", "#odd", "some dir/f", "private"),
                        *("sub/a.log", "sub/only-here", "only-here", "sub/tmp1", "tmp1"),
                        *("sub/more/a.log", "sub/more/only-here", "sub/more/tmp/z", "build.txt"),
                    ],
                    "x",
                ),
            },
        )
        said = subprocess.run(
            ["git", "ls-files", "-z", "--others", "--cached", "--exclude-standard"],
            cwd=tmp_path,
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        wanted = {path for path in said.split("\0") if path and not path.endswith(".gitignore")}
        assert set(paths(find(tmp_path))) == wanted

    def test_a_project_within_a_repository(self, tmp_path: Path) -> None:
        (tmp_path / ".git").mkdir()
        files(tmp_path, {".gitignore": "/lab/a\nb\n", "lab/a": "x", "lab/b": "x", "lab/c": "x"})
        assert paths(find(tmp_path / "lab")) == ["c"]

    def test_a_repository_within_the_project_has_its_own_rules(self, tmp_path: Path) -> None:
        (tmp_path / ".git").mkdir()
        (tmp_path / "inner" / ".git").mkdir(parents=True)
        files(tmp_path, {".gitignore": "a", "a": "x", "inner/a": "x", "inner/.gitignore": "b"})
        files(tmp_path, {"inner/b": "x"})
        assert paths(find(tmp_path)) == ["inner/a"]


def test_part_by_part_it_finds_the_same(tmp_path: Path) -> None:
    names = ["a", "b/a", "b/c/d", "b/c.txt", "b.txt", "c", "c-d", "é"]
    files(tmp_path, dict.fromkeys(names, "x"))
    found: list[SearchedFile] = []
    after, parts = "", 0
    while True:
        part = search(tmp_path, SearchFiles(id=1, text="x", after=after), seconds=1e-9)
        found += part.files
        parts += 1
        after = part.after
        if not after:
            break
    assert [file.path for file in found] == paths(find(tmp_path))
    assert {file.path for file in found} == set(names)
    assert parts == len(names) + 1


def test_a_pattern_that_takes_for_ever_costs_its_file_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(looking, "PATIENCE", 0.01)
    files(tmp_path, {"a": "a" * 40 + "b", "c": "aac"})
    part = find(tmp_path, r"(a|aa)+c", is_pattern=True)
    assert paths(part) == ["c"]
    assert part.troubles == ["a: this pattern takes too long"]
