"""Commands of vim's normal and insert mode: what they do to text and caret."""

from __future__ import annotations

import pytest

from cocalc_tui.sync.patch import Splice
from cocalc_tui.widgets.editor.vim.registers import Registers
from tests.widgets.editor.texts import type_remotely
from tests.widgets.editor.vim.typed import Typed


@pytest.mark.parametrize(
    ("before", "keys", "after"),
    [
        ("|one two", "x", "|ne two"),
        ("one t|wo", "X", "one |wo"),
        ("|one two three", "2dw", "|three"),
        ("|one two three", "d2w", "|three"),
        ("one |two", "dw", "one| "),
        ("|a\n\nb", "jdw", "a\n|b"),
        ("|one two", "cwnew<esc>", "ne|w two"),
        ("|one   two", "cwnew<esc>", "ne|w   two"),
        ("|one two", "cenew<esc>.", "nene|w"),
        ("a|b\ncd\nef", "dd", "|cd\nef"),
        ("ab\n|cd", "dd", "|ab"),
        ("|ab\ncd\nef", "2dd", "|ef"),
        ("ab\n|cd\nef", "dk", "|ef"),
        ("|a\nb\nc\nd", "dj.", "|"),
        ("  a|b\nc", "cc x<esc>", "   |x\nc"),
        ("|ab\ncd", "yyp", "ab\n|ab\ncd"),
        ("ab\n|cd", "yyP", "ab\n|cd\ncd"),
        ("|one two", "yiwwP", "one on|etwo"),
        ("|ab", "xp", "b|a"),
        ("|ab\ncd\nef", "ddp", "cd\n|ab\nef"),
        ("|one", "Atwo<esc>", "onetw|o"),
        ("  |one", "Ix<esc>", "  |xone"),
        ("|a", "3ix<esc>", "xx|xa"),
        ("|a", "ofoo<esc>", "a\nfo|o"),
        ("  a|b", "Ox<esc>", "  |x\n  ab"),
        ("f(|a, b)", "di(", "f(|)"),
        ("f(a, |b)", "ci(x<esc>", "f(|x)"),
        ("|f(a)", "%x", "f(|a"),
        ('x = "a |b"', 'di"', 'x = "|"'),
        ('x = "a |b" + 1', 'da"', "x = |+ 1"),
        ("<b>a|b</b>", "dit", "<b>|</b>"),
        ("<b>a|b</b>", "dat", "|"),
        ("one\n|two\n\nthree", "dap", "|three"),
        ("o|ne two", "daw", "|two"),
        ("one t|wo", "daw", "on|e"),
        ("One. T|wo. Three.", "das", "One. |Three."),
        ("|a.b c", "dW", "|c"),
        ("|a(b)", "df(", "|b)"),
        ("|a(b)", "dt)", "|)"),
        ("a.b.|c", "dF.", "a.b|c"),
        ("|a.b.c.d", "f.;x", "a.b|c.d"),
        ("|a.b.c.d", "2f.,x", "a|b.c.d"),
        ("|ab", "rx", "|xb"),
        ("|abc", "2rx", "x|xc"),
        ("|abc", "Rxy<esc>", "x|yc"),
        ("|abc", "Rxy<bs><bs>z<esc>", "|zbc"),
        ("|aB", "~~", "A|b"),
        ("|a\n  b", "J", "a| b"),
        ("|a\n  b", "gJ", "a|  b"),
        ("|a\nb", ">>", "    |a\nb"),
        ("    |a", "<<", "|a"),
        ("|a\nb\nc", ">j.", "        |a\n        b\nc"),
        ("o|ne two", "gUiw", "|ONE two"),
        ("|one", "g~~", "|ONE"),
        ("x = |9", "<c-a>", "x = 1|0"),
        ("|x = 007", "<c-x>", "x = 00|6"),
        ("|x -1", "2<c-x>", "x -|3"),
        ("|one two", "wi<c-w>x<esc>", "|xtwo"),
        ("|ab cd", "A<c-u>x<esc>", "|x"),
        ("|one\ntwo", "yyjA<c-r>0<esc>", "one\ntwoone\n|"),
        ("|a b c", 'dw"_dwP', "a| c"),
        ("|a\nb\nc", '"add"Add"ap', "c\n|a\nb"),
        ("|a\nb", "ddu", "|a\nb"),
        ("|one\ntwo", "majx'adl", "|ne\nwo"),
        ("on|e\ntwo", "vjd", "o|n"),
        ("|one two", "wvey0P", "tw|oone two"),
        ("|one two", "vey:noh<cr>$p", "one twoon|e"),
        ("|ab\ncd", "Vjd", "|"),
        ("|one", "viwU", "|ONE"),
        ("|a b", "vlrx", "|xxb"),
        ("|one two", "yiwwviwp", "one on|e"),
        ("|ab\ncd\nef", "Vj>", "    |ab\n    cd\nef"),
        ("|one", "vlcx<esc>", "|xe"),
        ("|abc", "lvohd", "|c"),
        ("|abc\nabc\nabc", "<c-v>jlIx<esc>", "|xabc\nxabc\nabc"),
        ("a|bc\nabc", "<c-v>jd", "a|c\nac"),
        ("|abc\na\nabc", "<c-v>jj$Ax<esc>", "abc|x\nax\nabcx"),
        ("|abc\nabc", "<c-v>jcxy<esc>", "x|ybc\nxybc"),
        ("|ab\ncd", "<c-v>jy$p", "ab|a\ncdc"),
        ("|a a a", "qzxwq@z", "  |a"),
        ("|a b c d", "qqdwq2@q", "|d"),
        ("|one two", "yiwcwx<c-r>0<esc>", "xon|e two"),
        ("|a\nb", "ggVGd", "|"),
        ("|a  \n\nb", "}dd", "a  \n|b"),
        ("|if x:\n    a", "jA<cr>b<esc>", "if x:\n    a\n    |b"),
        ("a |b\nc", "D", "a| \nc"),
        ("a |b\nc", "Cx<esc>", "a |x\nc"),
        ("a |b\nc", "Sx<esc>", "|x\nc"),
        ("|ab", "sx<esc>", "|xb"),
        ("|one two", "wix<esc>0giy<esc>", "one x|ytwo"),
        ("|one two", "yiwgpx", "oone|e two"),
        ("|one two", "wyiw0gPx", "two|ne two"),
        ("|a\nb", "yygpx", "a\na\n|"),
        ("|if a:\n    b\nc\n  d", "yyG]p", "if a:\n    b\nc\n  d\n  |if a:"),
        ("|if a:\n    b\nx:\n  d", "yjG[p", "if a:\n    b\nx:\n  |if a:\n      b\n  d"),
        ("|a b a b a", "/b<cr>0dgn", "a | a b a"),
        ("|a b a b a", "/b<cr>0cgnx<esc>.", "a x a |x a"),
        ("|ab ab ab", "/ab<cr>gnd", "ab | ab"),
        ("|ab ab ab", "/ab<cr>0gngnd", "| ab"),
        ("ab ab |ab", "/ab<cr>$gNd", "ab ab| "),
        ("ab ab |ab", "/ab<cr>$hgNgNd", "ab| "),
        ("|one two", "wyiw$`[x", "one |wo"),
        ("|one two", "wyiw0`]x", "one t|w"),
        ("|one two", "wciwnew<esc>0`[iX<esc>", "one |Xnew"),
        ("|a\nb\nc\nd", "jyjG'[x", "a\n|\nc\nd"),
        ("|a\nb\nc\nd", "j>jG']x", "a\n    b\n   | \nd"),
        ("|a", "dgn", "|a"),
    ],
)
def test_commands(before: str, keys: str, after: str) -> None:
    assert Typed(before).type(keys).marked == after


def test_a_command_of_one_text_is_known_in_the_next() -> None:
    registers = Registers()
    Typed("|one two", registers=registers).type("yiw")
    assert Typed("|x", registers=registers).type("p").marked == "xon|e"


def test_what_was_deleted_moves_on_through_the_numbers() -> None:
    typed = Typed("|a\nb\nc").type("dddd")
    assert typed.vim.registers.get("1") == ("b\n", True, False)
    assert typed.vim.registers.get("2") == ("a\n", True, False)
    typed.type("x")
    assert typed.vim.registers.get("-") == ("c", False, False)


def test_copying_reaches_other_programs() -> None:
    typed = Typed("|one two").type("yiw")
    assert typed.clipboard == "one"
    typed.type("w" + '"+dw')
    assert typed.clipboard == "two"
    typed.clipboard = "x"
    assert typed.type('"+P').text == "onex "


def test_modes_and_what_is_typed_so_far_are_told() -> None:
    typed = Typed("|one")
    typed.vim.press(typed.editor, "2")
    typed.vim.press(typed.editor, "d")
    assert typed.vim.showing == "2d"
    assert typed.type("<esc>").vim.showing == ""
    assert typed.type("v").vim.mode == "visual"
    assert typed.type("V").vim.mode == "visual line"
    assert typed.editor.whole_lines
    assert typed.type("<c-v>").vim.mode == "visual block"
    assert typed.type("<esc>i").vim.mode == "insert"


def test_keys_of_the_pane_stay_the_panes() -> None:
    typed = Typed("|one")
    assert not typed.vim.press(typed.editor, "ctrl+s")
    assert not typed.vim.press(typed.editor, "f1")
    assert not typed.vim.press(typed.editor, "escape")
    assert typed.type("i").vim.press(typed.editor, "x")
    assert not typed.vim.press(typed.editor, "pageup")


def test_keys_that_mean_nothing_do_nothing() -> None:
    assert Typed("|one").type("gxd'zc<esc>2q<esc>@yZxy<esc>").marked == "|one"


def test_what_others_type_keeps_marks_and_selections() -> None:
    typed = Typed("one |two three").type("mave")
    type_remotely(typed.document, [Splice(0, 0, "zero ")])
    assert typed.type("d").marked == "zero one | three"
    assert typed.type("0`ax").marked == "zero one |three"


def test_a_macro_that_calls_itself_ends() -> None:
    typed = Typed("|a").type("qzA!<esc>@zq")
    typed.type("@z")
    assert typed.text.startswith("a!!!")


def test_screen_and_scrolling() -> None:
    typed = Typed("|" + "".join(f"{n}\n" for n in range(100)))
    assert typed.type("L").editor.place() == (19, 0)
    assert typed.type("M").editor.place() == (10, 0)
    assert typed.type("<c-d>").editor.place() == (20, 0)
    typed.type("zt")
    assert typed.top == 20
    typed.type("<c-f>H")
    assert typed.editor.place() == (40, 0)
    typed.type("3<c-e>")
    assert (typed.top, typed.editor.place()) == (43, (43, 0))
    assert typed.type("50%").editor.place() == (49, 0)
    assert typed.type("G''").editor.place() == (49, 0)


def test_what_reaches_beyond_the_text_is_asked_of_the_pane() -> None:
    typed = Typed("|one").type("ZZgt<c-w>vzazczO")
    assert typed.acts == [
        *("app.save", "tile.close", "tile.next_tab", "tile.split_right", "editor.fold"),
        *("editor.fold on", "editor.fold off"),
    ]


@pytest.mark.parametrize(
    "keys",
    [
        "ciwnew<esc>",
        "ifoo<bs><bs>x<cr>y<esc>",
        "ofoo<cr>bar<esc>",
        "3ifo<bs>x<esc>",
        "Rxyz<esc>",
        "vjcnew<esc>",
        "<c-v>jIx<esc>",
        "3J",
        ":%s/o/0/g<cr>",
        ":g/e/s/e/E/<cr>",
        "Ax<c-w>y<esc>",
    ],
)
def test_a_command_with_what_is_typed_after_it_is_undone_as_one(keys: str) -> None:
    text = "one two three\nfour five six\nseven"
    typed = Typed(text).at(0, 4).type("x").at(0, 4).type(keys)
    assert typed.type("u").text == text[:4] + text[5:]
    assert typed.type("u").text == text


def test_a_macro_and_a_change_made_again_are_undone_as_one_each() -> None:
    typed = Typed("|one two three\nfour five six\nseven\neight")
    typed.type("qaxj0cwnew<esc>jq0@a")
    assert typed.text == "ne two three\nnew five six\neven\nnew"
    assert typed.type("u").text == "ne two three\nnew five six\nseven\neight"
    typed = Typed("|one two").type("cwnew<esc>w.")
    assert typed.text == "new new"
    assert typed.type("u").text == "new two"


def test_going_elsewhere_while_typing_begins_a_step() -> None:
    typed = Typed("|one").type("ia<left>b<esc>")
    typed.editor.go(0)
    assert typed.type("u").text == "aone"
