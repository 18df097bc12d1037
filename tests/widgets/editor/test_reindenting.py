"""Lines indented anew: real programs stay what they are, flat ones get their blocks."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from cocalc_tui.widgets.editor import canvas, painter, reindenting, writing
from cocalc_tui.widgets.editor.reindenting import reindent
from cocalc_tui.widgets.editor.slices import at_once
from cocalc_tui.widgets.highlight import language_of
from tests.widgets.editor.texts import Written

MODULES = [Path(one.__file__ or "") for one in (canvas, painter, reindenting, writing)]


def anew(text: str, path: str = "a.py") -> str:
    """All of a text, indented anew."""
    written = Written("")
    writing.insert(written.editor, text)
    written.editor.select_all()
    at_once(reindent(written.editor, language_of(path)))
    return str(written.editor.buffer)


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_python_that_is_as_it_should_be_stays(path: Path) -> None:
    text = path.read_text()
    assert anew(text) == text


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_of_python_only_how_far_it_is_indented_changes(path: Path) -> None:
    wide = re.sub(r"(?m)^((?: {4})+)(?=\S)", lambda found: found[1] * 3, path.read_text())
    assert anew(wide) != wide
    assert ast.dump(ast.parse(anew(wide))) == ast.dump(ast.parse(wide))


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (
            "a.py",
            """\
def f(a,
      b):
    if a:
        return 1
    x = \"\"\"
  as it is (
\"\"\"
# commented out
    return [
        a,  # (
        b,
    ]
""",
        ),
        (
            "a.js",
            """\
function f(a) {
    if (a)
        g(a, {
            b: "}",
        });
    else
        return `
 as it is {`;
    switch (a) {
        case 1:
            return b
                .c()
                .d();
        default:
            return 0;
    }
    /* (
   as it is */
    h();
}
""",
        ),
        ("a.go", "func f() {\n    switch a {\n    case 1:\n        g()\n    }\n}\n"),
        ("a.c", "int f() {\n#if A\n    g(\n        1);\n#endif\n}\n"),
        ("a.css", ".a {\n    color: red;\n}\n/* b */\n.b {\n}\n"),
        ("a.json", '{\n    "a": [\n        1,\n        {"b": 2}\n    ]\n}\n'),
    ],
    ids=lambda one: one if len(one) < 10 else "",
)
def test_each_language_as_people_write_it(path: str, text: str) -> None:
    assert anew(text, path) == text
    if path != "a.py":
        flat = re.sub(r"(?m)^ {4,}", "", text)
        assert anew(flat, path) == text


def test_flat_python_gets_its_blocks() -> None:
    flat = "def f(x):\nif x:\nreturn 1\nreturn 2\n"
    assert anew(flat) == "def f(x):\n    if x:\n        return 1\n    return 2\n"


def test_only_the_selected_lines_change_by_what_is_open_above_them() -> None:
    written = Written("if a:\n  f(\n|b,\n c)\n")
    written.editor.step = "  "
    at_once(reindent(written.editor, language_of("a.py")))
    assert str(written.editor.buffer) == "if a:\n  f(\n    b,\n c)\n"
