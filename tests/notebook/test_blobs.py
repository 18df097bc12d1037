"""Large parts of outputs go and come back as they were."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cocalc_tui.notebook import blobs
from cocalc_tui.notebook.blobs import BLOBS, WHOLE, MissingBlobError, put_back, take_out
from cocalc_tui.notebook.pixels import image_pixels

PNG = base64.b64encode(
    b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x02\x80\0\0\x01\xe0" + b"\0" * 9000
).decode()


class Kept:
    """Stands for the disk."""

    def __init__(self) -> None:
        self.of: dict[str, bytes] = {}

    def put(self, name: str, data: bytes) -> None:
        assert self.of.get(name, data) == data
        self.of[name] = data


def display(**data: Any) -> dict[str, Any]:
    return {"output_type": "display_data", "data": data, "metadata": {"a": 1}, "own": [1]}


def test_a_picture_leaves_its_size_and_its_place() -> None:
    kept = Kept()
    whole = display(**{"text/plain": "<Figure>", "image/png": PNG, "text/html": "<b>"})
    small = take_out(whole, kept.put)
    assert small["data"] == {"text/plain": "<Figure>", "image/png": "", "text/html": "<b>"}
    about = small[BLOBS]["image/png"]  # type: ignore[call-overload, index]  # an output is JSON of any form
    (name,) = kept.of
    assert about == {"name": name, "size": len(PNG), "width": 640, "height": 480}
    assert put_back(small, kept.of.get) == whole
    assert list(put_back(small, kept.of.get)["data"]) == list(whole["data"])  # type: ignore[arg-type]  # an output is JSON of any form


@pytest.mark.parametrize(
    ("mime", "value", "large"),
    [
        ("image/png", "A" * 4097, True),
        ("image/png", "A" * 4096, False),
        ("text/html", "<b>" * 20_000, False),
        ("text/html", "<b>" * 22_000, True),
        ("application/vnd.plotly.v1+json", {"data": [1.5] * 20_000}, True),
        ("application/vnd.plotly.v1+json", {"data": [1.5] * 200}, False),
        ("application/pdf", "A" * 5000, True),
        ("text/plain", "é\ud800" * 40_000, True),
    ],
)
def test_what_is_large(mime: str, value: Any, large: bool) -> None:
    kept = Kept()
    whole = display(**{mime: value})
    small = take_out(whole, kept.put)
    assert (BLOBS in small) == large == bool(kept.of)
    assert put_back(small, kept.of.get) == whole
    if not large:
        assert small is whole


def test_what_came_with_a_file_may_be_of_any_size() -> None:
    for whole in (
        {"output_type": "stream", "name": "stderr", "text": "line\n" * 1_000_000},
        {"output_type": "error", "ename": "E", "evalue": "v", "traceback": ["x" * 99] * 20_000},
        {"output_type": "execute_result", "data": {}, "metadata": {"m": "x" * 2_000_000}},
    ):
        kept = Kept()
        small = take_out(whole, kept.put)  # type: ignore[arg-type]  # an output is JSON of any form
        assert set(small[BLOBS]) == {WHOLE}  # type: ignore[arg-type]  # an output is JSON of any form
        assert len(json.dumps(small)) < 300_000
        assert small["output_type"] == whole["output_type"]
        assert put_back(small, kept.of.get) == whole
    stream = take_out({"output_type": "stream", "text": "a\n" * 1_000_000}, Kept().put)
    assert str(stream["text"]).startswith("a\na\n")
    assert "characters left out" in str(stream["text"])


def test_a_file_cannot_name_what_is_kept() -> None:
    kept = Kept()
    secret = take_out(display(**{"image/png": PNG}), kept.put)
    planted = display(**{"image/png": ""}) | {BLOBS: secret[BLOBS]}
    small = take_out(planted, kept.put)
    assert put_back(small, kept.of.get) == planted


def test_what_is_gone_is_said() -> None:
    small = take_out(display(**{"image/png": PNG}), Kept().put)
    with pytest.raises(MissingBlobError, match=f"image/png of {len(PNG)} bytes is not there"):
        put_back(small, lambda _: None)


JSON: Any = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=9,
)


@given(st.dictionaries(st.sampled_from(["image/png", "text/plain", "a/json", ""]), JSON), JSON)
def test_anything_comes_back(data: dict[str, Any], more: Any) -> None:
    with pytest.MonkeyPatch.context() as patch:
        for name, limit in (("TEXTS", 8), ("PICTURES", 4), ("MOST", 60)):
            patch.setattr(blobs, name, limit)
        kept = Kept()
        whole: dict[str, Any] = {"output_type": "display_data", "data": data, "more": more}
        assert put_back(take_out(whole, kept.put), kept.of.get) == whole


@pytest.mark.parametrize(
    ("mime", "data", "size"),
    [
        ("image/png", PNG, (640, 480)),
        ("image/svg+xml", "<svg width=\"30px\" height='20'>", (30, 20)),
        ("image/svg+xml", '<svg viewBox="0 0 7.5 4">', (8, 4)),
        ("image/svg+xml", "<svg>", None),
        ("image/gif", base64.b64encode(b"GIF89a\x0a\0\x05\0" + b"\0" * 9).decode(), (10, 5)),
        ("image/jpeg", base64.b64encode(b"\xff\xd8\xff\xd9" + b"\0" * 99).decode(), None),
        ("image/png", "€", None),
    ],
)
def test_sizes_are_read(mime: str, data: str, size: tuple[int, int] | None) -> None:
    assert image_pixels(mime, data) == size
