"""JSON as a tree, charts as their data."""

from __future__ import annotations

import base64
import json
import math
import struct
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cocalc_tui.widgets.outputs.rows import WHOLE
from tests.widgets.hostile import PAYLOADS
from tests.widgets.outputs.frames import drawn

PLOTLY = "application/vnd.plotly.v1+json"
VEGA = "application/vnd.vegalite.v5+json"


def shown(mime: str, value: Any, **how: int) -> list[str]:
    output = {"output_type": "display_data", "data": {mime: value}, "metadata": {}}
    return drawn(output, **{"width": 76, **how})


def test_a_tree() -> None:
    value = {"name": "decay", "params": [0.1, {"a": None}], "ok": True, "empty": {}, "l": [[]]}
    assert shown("application/json", value) == [
        'name    "decay"',
        "params  2 items",
        "│ 0  0.1",
        "│ 1  1 entry",
        "│ │ a  null",
        "ok      true",
        "empty   no entries",
        "l       1 item",
        "│ 0  no items",
    ]
    assert shown("application/json", "text") == ['"text"']
    assert shown("application/json", []) == ["no items"]


def test_a_long_list_shows_its_ends() -> None:
    rows = shown("application/json", list(range(1000)))
    assert rows[0] == "0    0"
    assert rows[14] == "… 980 more"
    assert rows[-1] == "999  999"
    assert len(rows) == 21
    assert len(shown("application/json", list(range(1000)), limit=WHOLE)) == 1000


def test_a_deep_or_huge_tree_costs_little() -> None:
    deep: Any = 1
    for _ in range(60):
        deep = [deep]
    wide: Any = [{"n": n, "text": "x" * 10_000} for n in range(10_000)]
    start = time.process_time()
    assert len(shown("application/json", deep)) <= 22
    assert len(shown("application/json", wide)) <= 61
    assert time.process_time() - start < 1


def figure(**more: Any) -> dict[str, Any]:
    wave = [math.sin(n / 9) for n in range(100)]
    packed = base64.b64encode(struct.pack("<4d", 1, 2, 3, 9)).decode()
    return {
        "data": [
            {"type": "scatter", "name": "sin", "x": list(range(100)), "y": wave},
            {"type": "bar", "x": ["a", "b", "c", "d"], "y": {"dtype": "f8", "bdata": packed}},
            {"type": "pie", "labels": ["u", "v"], "values": [1, 2]},
        ],
        "layout": {"title": {"text": "Waves"}},
    } | more


def test_plotly_is_its_data() -> None:
    assert shown(PLOTLY, figure(), width=90) == [
        "▣ plotly  Waves  3 traces",
        "trace  type     points  x          y",
        "─" * 73,
        "sin    scatter     100  0 .. 99    -1 .. 0.9999  ▅▇███▇▅▄▂▁▁▁▂▄▆▇███▆▅▃▁▁",
        "1      bar           4  a, b, c …  1 .. 9        ▁▁▂█",
        "2      pie           2  u, v       1 .. 2        ▁█",
    ]


def test_an_image_is_richer_than_data() -> None:
    output = {"output_type": "display_data", "metadata": {}}
    data = {PLOTLY: figure(), "image/png": "AAAA"}
    assert drawn({**output, "data": data}, width=60)[0].startswith("▣ image/png")


def test_vega_is_its_fields() -> None:
    spec = {
        "mark": {"type": "bar"},
        "title": "Cars",
        "data": {"name": "d"},
        "datasets": {"d": [{"a": n, "b": "x"} for n in range(30)]},
        "encoding": {"x": {"field": "a"}, "y": {"field": "b"}},
    }
    assert shown(VEGA, spec) == [
        "▣ vega  Cars  bar  30 rows",
        "channel  field  from .. to",
        "─" * 52,
        "x        a      0 .. 29     ▁▁▁▁▂▂▂▃▃▄▄▄▅▅▅▆▆▆▇▇████",
        "y        b      x, x, x …",
    ]


PAGES = {
    "altair": """<div id="v"></div><script>(function(spec, embedOpt){
        vegaEmbed(outputDiv, spec, embedOpt).catch(err => showError(`${err}`));
    })(SPEC, {"mode": "vega-lite"});</script>""",
    "vega-embed": """<script>vegaEmbed('#vis', SPEC);</script>""",
    "a page": """<script>var spec = SPEC; vegaEmbed("#vis", spec, opt);</script>""",
    "plotly": """<script>if (x) { Plotly.newPlot( "7e", TRACES, LAYOUT, {"responsive": true}) }""",
}


@pytest.mark.parametrize("kind", PAGES)
def test_a_chart_in_a_page_is_its_data(kind: str) -> None:
    spec = {
        "mark": "bar",
        "data": {"values": [{"a": 1}, {"a": 9}]},
        "encoding": {"x": {"field": "a"}},
    }
    page = PAGES[kind].replace("SPEC", json.dumps(spec))
    page = page.replace("TRACES", json.dumps([{"y": [1, 9]}]))
    page = page.replace("LAYOUT", json.dumps({"title": {"text": "Two"}}))
    data = {"text/html": page, "text/plain": "alt.Chart(...)"}
    rows = drawn({"output_type": "display_data", "metadata": {}, "data": data}, width=60)
    head = "▣ plotly  Two" if kind == "plotly" else "▣ vega  bar  2 rows"
    assert rows[0].rstrip() == head
    assert "1 .. 9" in rows[3]


@pytest.mark.parametrize(
    "page",
    [
        "vegaEmbed('#v', {not JSON})",
        "vegaEmbed })(" * 9,
        "vegaEmbed('#v', " + '{"a":' * 9000,
        "Plotly.newPlot('a', [1, 2",
        "Plotly.newPlot('a', [])  words",
        "Plotly.newPlot('" + "a" * 999,
    ],
    ids=map(str, range(6)),
)
def test_a_page_that_holds_no_chart_is_its_words(page: str) -> None:
    data = {"text/html": f"<p>words</p><script>{page}</script>"}
    rows = drawn({"output_type": "display_data", "metadata": {}, "data": data}, width=60)
    assert rows[0].rstrip() in ("words", "▣ plotly  0 traces")


def test_other_json_is_a_tree_and_other_things_are_named() -> None:
    assert shown("application/vnd.custom+json", {"a": 1}) == ["a  1"]
    assert shown(PLOTLY, "nonsense") == [f"▣ {PLOTLY}  8 B  not drawn in a terminal"]
    assert shown("application/x-odd", "abc") == [
        "▣ application/x-odd  3 B  not drawn in a terminal"
    ]


JSON: Any = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=9) | st.sampled_from(PAYLOADS),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["data", "x", "y", "layout", "title", "mark", "encoding", "values"]),
            inner,
        )
    ),
    max_leaves=9,
)


@given(JSON, st.sampled_from([PLOTLY, VEGA, "application/json", "application/x+json"]))
def test_anything_is_drawn_and_nothing_acts(value: Any, mime: str) -> None:
    for row in shown(mime, value):
        assert not any(c < " " or "\x7f" <= c < "\xa0" for c in row)


@pytest.mark.parametrize("mime", [PLOTLY, VEGA])
def test_a_million_points_cost_little(mime: str) -> None:
    start = time.process_time()
    shown(mime, figure(data=[{"y": [0.5] * 1_000_000}], mark="x"))
    assert time.process_time() - start < 1
