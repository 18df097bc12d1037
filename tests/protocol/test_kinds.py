from cocalc_tui.protocol.kinds import CHAT, NOTEBOOK, TEXT, kind_of


def test_the_ending_tells_the_kind() -> None:
    assert kind_of("a/fit.ipynb") == NOTEBOOK
    assert kind_of("a/fit.ipynb.txt") == TEXT
    assert kind_of("a/.fit.ipynb.chat") == CHAT
