from __future__ import annotations

import pytest

from cocalc_tui.protocol.events import FileInfo
from cocalc_tui.widgets.files_model import FilesModel, wrong_name


def info(*paths: str) -> list[FileInfo]:
    """A path that ends in / is a folder."""
    return [
        FileInfo(path=path.rstrip("/"), kind="folder" if path.endswith("/") else "file")
        for path in paths
    ]


@pytest.fixture
def model() -> FilesModel:
    model = FilesModel()
    model.listed("", info("b.py", "data/", "A.py", "src/"))
    return model


def shown(model: FilesModel) -> list[str]:
    return ["  " * entry.depth + entry.name for entry in model.entries()]


def test_folders_come_first_then_names(model: FilesModel) -> None:
    assert shown(model) == ["data", "src", "A.py", "b.py"]


def test_a_folder_is_listed_when_first_unfolded(model: FilesModel) -> None:
    assert model.unfold("data")
    model.listed("data", info("data/1.csv", "data/raw/"))
    assert shown(model) == ["data", "  raw", "  1.csv", "src", "A.py", "b.py"]
    model.fold("data")
    assert shown(model) == ["data", "src", "A.py", "b.py"]
    assert not model.unfold("data")


def test_what_shows_is_listed_again(model: FilesModel) -> None:
    model.unfold("data")
    model.listed("data", info("data/raw/"))
    model.unfold("data/raw")
    model.listed("data/raw", [])
    model.fold("data")
    assert model.to_list() == [""]
    assert model.unfold("data"), "what was hidden may have changed and is listed anew"


def test_a_folder_that_went_takes_its_rows_along(model: FilesModel) -> None:
    model.unfold("data")
    model.listed("data", info("data/1.csv"))
    model.listed("", info("src/"))
    assert shown(model) == ["src"]


def test_reveal_unfolds_the_way(model: FilesModel) -> None:
    assert model.reveal("data/raw/x.csv") == ["data", "data/raw"]
    assert model.reveal("b.py") == []


@pytest.mark.parametrize(
    ("path", "wrong"),
    [
        ("a.py", ""),
        ("a/b.py", ""),
        ("a b/ü.py", ""),
        ("/etc/passwd", "within the project"),
        ("a/../../b", "within the project"),
        ("a//b", "empty"),
        ("./a", "empty"),
        ("a\x1b[2J", "cannot be seen"),
        ("a\u202eb", "cannot be seen"),
        ("x" * 256, "too long"),
        ("ü" * 128, "too long"),
    ],
)
def test_names(path: str, wrong: str) -> None:
    said = wrong_name(path)
    assert (wrong in said) if wrong else not said
