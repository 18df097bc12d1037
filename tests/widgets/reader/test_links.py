"""Links are offered whole, and only of kinds that name a page or an address."""

from __future__ import annotations

import pytest

from cocalc_tui.widgets.reader.links import links_in, links_of, safe_link


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
    found = links_in(text)
    assert len(found) == links
    for link in found:
        assert safe_link(link)
        assert link.isascii()
        assert link.isprintable()
        assert link[-1] not in ',.>"'


def test_all_forms_of_outputs() -> None:
    items = [
        {"output_type": "stream", "text": "https://one.example"},
        {
            "output_type": "display_data",
            "data": {
                "text/html": "<a href='https://two.example/?a=1&amp;b=2'>",
                "image/png": "https://three.example",
            },
        },
    ]
    assert links_of(items) == ["https://one.example", "https://two.example/?a=1&b=2"]  # type: ignore[arg-type]  # as items come
