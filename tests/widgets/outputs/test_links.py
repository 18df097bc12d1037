"""Links are offered whole, and only of kinds that name a page or an address."""

from __future__ import annotations

import pytest
from rich.segment import Segment

from cocalc_tui.widgets.outlet import safe_link
from cocalc_tui.widgets.outputs.links import (
    CellLine,
    FileLine,
    in_project,
    linked,
    target_at,
    targets_of,
)
from cocalc_tui.widgets.outputs.markdown import markdown_rows
from cocalc_tui.widgets.outputs.streams import Output
from tests.widgets.outputs.frames import frame


@pytest.mark.parametrize(
    ("text", "links"),
    [
        ("see https://a.example/b?c=d#e, or (http://f.example/).", 2),
        ("[docs](https://a.example/x_(y)) <mailto:al@a.example>", 2),
        ('<a href="https://a.example/">', 1),
        ("javascript:alert(1) file:///etc/passwd ssh://a vscode://x data:text/html,x", 0),
        ("https:// http://", 0),
        ("https://a.example/\x1b]52;c;x\x07", 1),
        ("https://a.example https://a.example", 1),
        ("https://a.example/" + "x" * 3000, 0),
        ("https://a.example/\u202egpj.exe", 1),
    ],
)
def test_links_in_text(text: str, links: int) -> None:
    found = targets_of([{"output_type": "stream", "text": text}])
    assert len(found) == links
    for link in found:
        assert isinstance(link, str)
        assert safe_link(link)
        assert link.isascii()
        assert link.isprintable()
        assert link[-1] not in ',.>"'


def test_all_forms_of_outputs() -> None:
    items: list[Output] = [
        {"output_type": "stream", "text": "https://one.example"},
        {
            "output_type": "display_data",
            "data": {
                "text/html": "<a href='https://two.example/?a=1&amp;b=2'>",
                "image/png": "https://three.example",
            },
        },
    ]
    assert targets_of(items) == ["https://one.example", "https://two.example/?a=1&b=2"]


TRACEBACK = [
    "\x1b[31m------\x1b[39m",
    "ZeroDivisionError    Traceback (most recent call last)",
    "\x1b[36mCell\x1b[39m\x1b[36m In[3], line 2\x1b[39m\n      1 x\n----> 2 f(0)",
    "File \x1b[32m~/lab/src/model.py:12\x1b[39m, in f(x)",
    '  File "/usr/lib/python3.11/json.py", line 7, in loads',
]


def test_lines_of_files_and_cells_in_tracebacks() -> None:
    error = {"output_type": "error", "traceback": TRACEBACK}
    warning = "/home/al/lab/a.py:30: UserWarning: see https://a.example/w."
    found = targets_of([error, {"output_type": "stream", "text": warning}])  # type: ignore[list-item]  # as items come
    assert found == [
        CellLine(3, 2),
        FileLine("~/lab/src/model.py", 12),
        FileLine("/usr/lib/python3.11/json.py", 7),
        FileLine("/home/al/lab/a.py", 30),
        "https://a.example/w",
    ]


def test_what_is_referred_to_is_there_to_be_clicked_on() -> None:
    line = [Segment("see "), Segment("https://a.exa"), Segment("mple, and File x.py:3")]
    drawn = linked(line)
    assert "".join(part.text for part in drawn) == "".join(part.text for part in line)
    at = {part.text: target_at(part.style) for part in drawn if part.style}
    assert at["https://a.exa"] == at["mple"] == "https://a.example"
    assert at["File x.py:3"] == FileLine("x.py", 3)
    assert "see " not in at


@pytest.mark.parametrize(
    ("text", "target"),
    [
        ("[the site](https://a.example/b)", "https://a.example/b"),
        ("<https://a.example>", "https://a.example"),
        ("[a.example/b](https://a.example/b/)", "https://a.example/b/"),
        ("[bank.example](https://evil.example)", None),
        ("[https://bank.example](https://bank.example.evil)", None),
        ("[mail me](mailto:al@a.example)", "mailto:al@a.example"),
        ("[x](javascript:alert(1))", None),
        ("[x](file:///etc/passwd)", None),
    ],
)
def test_links_in_pages_lead_where_their_words_say(text: str, target: str | None) -> None:
    rows = markdown_rows(f"before {text}", frame(60))
    links = {style.link for row in rows for _, style, _ in row if style is not None}
    assert links - {None} == ({target} if target else set())


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("~/lab/src/model.py", ["src/model.py"]),
        ("~/x.py", ["x.py"]),
        ("/home/al/lab/a.py", ["a.py"]),
        ("/usr/lib/json.py", []),
        ("b.py", ["notes/b.py", "b.py"]),
    ],
)
def test_paths_of_programs_in_the_project(path: str, found: list[str]) -> None:
    assert in_project(path, "/home/al/lab", "notes") == found
