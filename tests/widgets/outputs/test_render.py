"""Outputs as nbformat has them: which form is drawn, and what is said of the others."""

from __future__ import annotations

import base64
import json
import struct
import time
from typing import Any

import pytest

from cocalc_tui.widgets.outputs.render import estimate, render
from tests.shared_data import notebooks
from tests.widgets.outputs.frames import LOOK, display, drawn, frame, stream, style_of

FRAME = """<div><style scoped>.dataframe { color: red }</style>
<table border="1" class="dataframe">
<thead><tr style="text-align: right;"><th></th><th>t</th><th>name</th></tr></thead>
<tbody><tr><th>0</th><td>0.5</td><td>ada</td></tr><tr><th>10</th><td>12.25</td><td>bo</td></tr>
</tbody></table><p>2 rows × 2 columns</p></div>"""


def bundle(**others: Any) -> dict[str, Any]:
    return {"output_type": "execute_result", "execution_count": 1, "data": others, "metadata": {}}


def mime(kind: str, data: Any, plain: str = "") -> dict[str, Any]:
    forms = {kind: data} | ({"text/plain": plain} if plain else {})
    return {"output_type": "display_data", "data": forms, "metadata": {}}


def test_a_data_frame() -> None:
    assert drawn(display(text_html=FRAME, text_plain="t name")) == [
        "        t  name",
        "───────────────",
        " 0    0.5  ada",
        "10  12.25  bo",
        "2 rows × 2 columns",
    ]


def test_text_before_repr_of_an_object() -> None:
    assert drawn(display(text_html="<b>hello</b> you", text_plain="plain")) == ["plain"]
    html = display(text_html="<b>hello</b> you", text_plain="<IPython.core.display.HTML object>")
    assert drawn(html) == ["hello you"]
    latex = display(text_latex="$x^2$", text_plain="<IPython.core.display.Math object>")
    assert drawn(latex) == ["x²"]


def test_lists_of_lines_are_joined() -> None:
    assert drawn(display(text_plain=["a\n", "b"])) == ["a", "b"]
    assert drawn({"output_type": "stream", "name": "stdout", "text": ["a\n", "b\n"]}) == ["a", "b"]


def test_json_is_laid_out() -> None:
    assert drawn(mime("application/json", {"a": [1]}, "<JSON object>")) == ["a  1 item", "│ 0  1"]


def test_what_cannot_be_drawn_is_named() -> None:
    assert drawn(mime("application/pdf", "A" * 1234), width=80) == [
        "▣ application/pdf  1 kB  not drawn in a terminal"
    ]
    assert drawn(mime("application/javascript", "x" * 5000, "<Javascript object>"), width=80) == [
        "▣ application/javascript  5 kB  not drawn in a terminal"
    ]
    view = mime("application/vnd.jupyter.widget-view+json", {}, "IntSlider(value=0)")
    assert drawn(view, width=80) == ["IntSlider(value=0)"]
    assert drawn({"output_type": "future"}) == ["▣ future  output of an unknown type"]


def test_no_text_of_an_output_is_markup_or_a_control() -> None:
    assert drawn(mime("text/x[bold]\x1b]0;t\x07", "hm", "")) == ["hm"]
    assert drawn(mime("a/\x1b]0;t\x07[b]", "hm"), width=60) == [
        "▣ a/␛]0;t␇[b]  2 B  not drawn in a terminal"
    ]


PNG = b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sII", 13, b"IHDR", 640, 480) + b"\x08\x06\0\0\0"
GIF = b"GIF89a" + struct.pack("<HH", 7, 9) + b"\0" * 20
JPEG = b"\xff\xd8\xff\xe0\x00\x04ab\xff\xc2\x00\x11\x08" + struct.pack(">HH", 30, 50) + b"\0" * 20


@pytest.mark.parametrize(
    ("kind", "data", "said"),
    [
        ("image/png", base64.b64encode(PNG).decode(), "image/png  640×480  29 B"),
        ("image/png", base64.encodebytes(PNG * 9).decode(), "image/png  640×480  261 B"),
        ("image/gif", base64.b64encode(GIF).decode(), "image/gif  7×9  30 B"),
        ("image/jpeg", base64.b64encode(JPEG).decode(), "image/jpeg  50×30  37 B"),
        ("image/svg+xml", "<svg width='12px' height=\"8.6\">", "image/svg+xml  12×9  31 B"),
        ("image/svg+xml", ["<svg ", "viewBox='0 0 30 20'/>"], "image/svg+xml  30×20  26 B"),
        ("image/svg+xml", "<p>", "image/svg+xml  3 B"),
        ("image/png", "no base64!", "image/png  7 B"),
        ("image/webp", "AAAA", "image/webp  3 B"),
    ],
)
def test_images_say_kind_and_size(kind: str, data: Any, said: str) -> None:
    assert drawn(mime(kind, data), width=60) == [f"▣ {said}"]
    assert drawn(mime(kind, data, "<Figure>"), width=60) == [f"▣ {said}  <Figure>"]


def test_tracebacks() -> None:
    error: dict[str, Any]
    error = {"output_type": "error", "ename": "ZeroDivisionError", "evalue": "division by zero"}
    coloured = error | {"traceback": ["\x1b[31m---\x1b[39m", "\x1b[32m1\x1b[39m/0"]}
    assert drawn(coloured) == ["---", "1/0"]
    plain = error | {"traceback": ["Traceback:", "ZeroDivisionError: division by zero"]}
    assert style_of(render([plain], frame()), "Zero") == LOOK.error
    assert style_of(render([plain], frame()), "Trace") == LOOK.text
    assert drawn(error | {"traceback": []}) == ["ZeroDivisionError: division by zero"]
    assert drawn({"output_type": "error"}) == []


def test_a_ruler_is_cut_not_wrapped() -> None:
    assert drawn(stream("-" * 75 + "\nab" + "c" * 8), width=8) == ["-" * 8, "abcccccc", "cc"]


def test_pieces_of_a_stream_are_one() -> None:
    assert drawn(stream("a"), stream("b\n"), stream("c")) == ["ab", "c"]
    assert drawn(stream("a"), stream("x", "stderr"), stream("b")) == ["a", "x", "b"]
    assert drawn(stream("a"), display(text_plain="x"), stream("b")) == ["a", "x", "b"]


def test_many_outputs_are_cut_in_the_middle() -> None:
    shown = drawn(*(display(text_plain=str(number)) for number in range(1000)))
    assert shown[0] == "0"
    assert shown[-1] == "999"
    assert len(shown) <= 181
    assert any("more lines" in line for line in shown)


def test_the_estimate_is_near() -> None:
    for outputs in ([stream("a\nb\n")], [display(text_plain="xy" * 50)], [stream("x\n" * 10_000)]):
        guess, real = estimate(outputs, frame()), len(render(outputs, frame()))
        assert abs(guess - real) <= 2
    assert estimate([mime("image/png", "A" * 90_000)], frame()) == 1
    assert estimate([], frame()) == 0


def test_real_notebooks_are_drawn_at_any_width() -> None:
    for path in sorted(notebooks().glob("*.ipynb")):
        for cell in json.loads(path.read_text("utf-8")).get("cells", []):
            for width in (20, 76):
                start = time.process_time()
                drawn(*cell.get("outputs", ()), width=width)
                assert time.process_time() - start < 1, path.name
