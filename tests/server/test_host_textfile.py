"""Bytes to text and back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cocalc_tui.server.host.textfile import MAX_BYTES, NotTextError, decode, encode


@given(st.text(), st.booleans())
def test_every_text_comes_back_as_it_was(text: str, bom: bool) -> None:
    data = (b"\xef\xbb\xbf" if bom else b"") + text.encode()
    try:
        found, form = decode(data)
    except NotTextError as error:
        assert "binary" in str(error)  # noqa: PT017 - some random texts are all control characters
        return
    assert encode(found, form) == data


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"no newline at the end",
        b"a\r\nb\r\n",
        b"mixed\r\nline\nends\rhere",
        "form feed \f, U+2028 \u2028, emoji 👩‍👩‍👧, e\u0301".encode(),
        b"a few zeros \0 in a long text are kept",
        b"\xef\xbb\xbfwith a mark",
        b"\xef\xbb\xbf\xef\xbb\xbftwo marks",
        b"\x1b[31mcolours\x1b[0m",
    ],
)
def test_texts_of_all_kinds_are_kept(data: bytes) -> None:
    assert encode(*decode(data)) == data


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"\x7fELF\x02\x01\x01\0\0\0\xff\xfe", "binary"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "binary"),
        (b"\0" * 100, "binary"),
        (b"one\ntwo\ncaf\xe9\n", "line 3 is not UTF-8 .byte 0xe9.; .*iconv"),
        ("text".encode("utf-16"), "UTF-16 text; convert it first: iconv"),
        (b"a" * (MAX_BYTES + 1), "32.1 MB are more than the 32 MB"),
    ],
)
def test_what_is_no_text_is_refused_in_one_line(data: bytes, said: str) -> None:
    with pytest.raises(NotTextError, match=said) as caught:
        decode(data)
    assert "\n" not in str(caught.value)
