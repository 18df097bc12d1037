"""What terminals are asked to do, in small: the bytes that our screen and tmux's are fed with.

Named after the control functions of ECMA-48 and of DEC's terminals, in the manner of vttest and
esctest: each leaves a trace on the screen that tells whether it did what its description says.
"""

from __future__ import annotations

FULL = b"".join(b"\x1b[%d;1H%s" % (n, bytes([64 + n]) * 80) for n in range(1, 25))
"""A screen full of letters: the n-th row in the n-th letter."""
LINES = b"".join(b"line %d\r\n" % n for n in range(60))

SEQUENCES = {
    "plain": b"one\r\ntwo\tafter a tab\r\nthree\r\n",
    "wrapping": b"x" * 200 + b"\r\n" + "ü".encode() * 90,
    "moving": b"\x1b[2J\x1b[5;10Hhere\x1b[3A\x1b[4Dup\x1b[10;70Hat the margin goes on",
    "erasing": b"aaaa\r\nbbbb\r\ncccc\x1b[2;3H\x1b[K\x1b[1J\x1b[3;2H\x1b[1P\x1b[2@\x1b[1X",
    "regions": b"".join(b"%d\r\n" % n for n in range(30))
    + b"\x1b[5;10r\x1b[10;1H\n\n\n\x1b[5;1H\x1bM",
    "lines": b"a\r\nb\r\nc\r\nd\x1b[2;1H\x1b[2L\x1b[4;1H\x1b[1M",
    "alternate": b"first\r\n\x1b[?1049h\x1b[2J\x1b[Hsecond\x1b[?1049l third",
    "scrolling": LINES + b"\x1b[3S\x1b[2T",
    "colours": b"\x1b[1;31mred\x1b[0m \x1b[38;5;200mpink\x1b[48;2;1;2;3mtrue\x1b[m \x1b[7minv",
    "wide": "中文字 mixed 漢字\r\n".encode() + b"a" * 79 + "中".encode(),
    "combining": "e\u0301a\u0308 n\u0303\r\n".encode(),
    "tabs": b"\x1b[3g\x1b[10G\x1bH\r\tx\x1b[20G\x1bH\r\t\ty",
    "repeat": b"ab\x1b[5b|",
    "insert mode": b"abcdef\x1b[3G\x1b[4hXY\x1b[4l",
    "origin": b"\x1b[3;8r\x1b[?6h\x1b[1;1Htop\x1b[9;1Hlow\x1b[?6l\x1b[r",
    "strings": b"a\x1b]0;title\x07b\x1bP+q544e\x1b\\c\x1b_apc\x1b\\d\x1b^pm\x1b\\e",
    "progress": b"".join(b"\r%3d%%|%s" % (n, b"#" * (n // 5)) for n in range(0, 101, 7)),
    "kitty and modify": b"\x1b[>4;2m\x1b[>1u\x1b[?2004h ok \x1b[<u\x1b[?2004l",
    "CUP beyond the margins": b"\x1b[99;99H*\x1b[0;0H+\x1b[5H-\x1b[;7H=",
    "CUU CUD CUF CUB stop at margins": b"\x1b[3;3H\x1b[9AA\x1b[99BB\x1b[99DC\x1b[99CD\x1b[AE",
    "CNL CPL CHA": b"\x1b[5;5H\x1b[2Ea\x1b[3Fb\x1b[40Gc\x1b[999Gd\x1b[Ge",
    "HPA HPR VPA VPR": b"\x1b[10`a\x1b[3ab\x1b[7dc\x1b[2ed\x1b[99de",
    "HVP": b"\x1b[4;4fa\x1b[99;99fb\x1b[fc",
    "BS stops at the margin": b"ab\x08\x08\x08\x08c\r\n\x08d",
    "BS after the last column": b"\x1b[1;79Hab\x08c\x1b[3;80Hx\x08\x08y",
    "CR LF VT FF": b"ab\ncd\x0bef\x0cgh\rij",
    "IND NEL RI": b"ab\x1bDcd\x1bEef\x1b[1;5H\x1bMgh",
    "RI in a region": FULL + b"\x1b[5;9r\x1b[5;1H\x1bM\x1bM*",
    "IND in a region": FULL + b"\x1b[5;9r\x1b[9;1H\x1bD\x1bD*",
    "LF below a region": FULL + b"\x1b[5;9r\x1b[24;1H\n\n*",
    "DECSTBM homes the cursor": b"\x1b[9;9Hx\x1b[3;7ry\x1b[rz",
    "DECSTBM that is none": FULL + b"\x1b[9;9r\x1b[24;1H\n*\x1b[20;3r\x1b[24;1H\n+",
    "SU SD in a region": FULL + b"\x1b[4;8r\x1b[2S\x1b[r\x1b[14;18r\x1b[3T",
    "IL DL in a region": FULL + b"\x1b[4;12r\x1b[6;3H\x1b[2L\x1b[9;3H\x1b[M*",
    "IL DL outside of it": FULL + b"\x1b[4;12r\x1b[20;3H\x1b[2L\x1b[2;3H\x1b[M*",
    "ICH DCH ECH": FULL + b"\x1b[2;5H\x1b[3@\x1b[3;5H\x1b[3P\x1b[4;5H\x1b[3X*",
    "ICH DCH ECH of too many": FULL + b"\x1b[2;75H\x1b[30@\x1b[3;75H\x1b[30P\x1b[4;75H\x1b[30X*",
    "EL": FULL + b"\x1b[2;5H\x1b[0K\x1b[3;5H\x1b[1K\x1b[4;5H\x1b[2K*",
    "ED below": FULL + b"\x1b[12;5H\x1b[J*",
    "ED above": FULL + b"\x1b[12;5H\x1b[1J*",
    "ED all": FULL + b"\x1b[12;5H\x1b[2J*",
    "DECALN": b"\x1b#8\x1b[12;40H ",
    "DECAWM off": b"\x1b[?7l" + b"x" * 90 + b"y\x1b[?7h\x1b[2;80Hab",
    "a wrap to come is dropped": b"\x1b[1;80Ha\x1b[Db\x1b[2;80Hc\r\nd\x1b[5;80He\x1b[Kf",
    "DECSC DECRC": b"\x1b[5;9H\x1b[1;35m\x1b7\x1b[m\x1b[Haway\x1b8back",
    "DECRC without DECSC": b"\x1b[5;9Hx\x1b8y",
    "SCOSC SCORC": b"\x1b[5;9H\x1b[s\x1b[Haway\x1b[uback",
    "1047 and 1048": b"\x1b[3;3Hfirst\x1b[?1048h\x1b[?1047h\x1b[Hsecond\x1b[?1047l\x1b[?1048lx",
    "47": b"first\x1b[?47h\x1b[Hsecond\x1b[?47l x",
    "CHT CBT": b"\x1b[3Ia\x1b[2Zb\x1b[99Ic\x1b[99Zd",
    "TBC": b"\x1b[9G\x1b[g\r\ta\r\n\x1b[3g\tb",
    "REP of a wide one": "\x1b[10G中\x1b[3b|\r\nab\x1b[0b|".encode(),
    "IRM at the margin": b"\x1b[1;1H" + b"a" * 80 + b"\x1b[1;1H\x1b[4hbc\x1b[4l",
    "LNM": b"ab\x1b[20hcd\nef\x1b[20lgh\nij",
    "DECOM": FULL + b"\x1b[5;9r\x1b[?6h\x1b[1;1Ha\x1b[99;99Hb\x1b[2dc\x1b[?6l\x1b[1;1Hd",
    "DECSTR": b"\x1b[5;9r\x1b[?6h\x1b[4h\x1b[1;31m\x1b[!pab\x1b[1;1Hcd",
    "RIS": FULL + b"\x1b[5;9r\x1b[31m\x1bcab",
    "line drawing": b"\x1b(0lqqk\x1b(B q \x1b)0\x0emqqj\x0f q",
    "SGR of all kinds": b"".join(
        b"\x1b[%dmx\x1b[0m" % n for n in range(1, 10) if n not in (5, 6, 8)
    )
    + b"\r\n\x1b[1;2;3;4;7;9mall\x1b[22ma\x1b[23ma\x1b[24ma\x1b[27ma\x1b[29ma",
    "SGR of sixteen colours": b"".join(
        b"\x1b[%dmx\x1b[%dmy" % (n, n + 10) for n in (*range(30, 38), *range(90, 98))
    )
    + b"\x1b[39mz\x1b[49mz",
    "SGR of 256 colours": b"".join(
        b"\x1b[38;5;%dm\x1b[48;5;%dmx" % (n, 255 - n) for n in range(256)
    ),
    "SGR with colons": b"\x1b[38:2::1:2:3mx\x1b[38:5:99my\x1b[48:2:4:5:6mz\x1b[4:3mw\x1b[4:0mv",
    "SGR that is none": b"\x1b[38;9;9mx\x1b[999my\x1b[;;1mz\x1b[38;5mw",
    "erased in a colour": b"\x1b[41m\x1b[2;1H\x1b[10Xa\x1b[m\x1b[2;30Hb\x1b[44m\x1b[1Kc\x1b[mz",
    "erased, then nothing, then text": b"\x1b[48;2;9;9;9mab\x1b[10X\x1b[0m"
    + b"\x1b[1;20Hz\x1b[7mr\x1b[30Gs",
    "scrolled in a colour": FULL + b"\x1b[42m\x1b[3;6r\x1b[6;1H\n\x1b[m\x1b[r\x1b[6;5Hx",
    "wide over half of a wide": "中中中\x1b[2Gx\x1b[5G文".encode(),
    "wide erased by half": "中中中中\x1b[2G\x1b[X\x1b[6G\x1b[P".encode(),
    "wide at the margin": b"\x1b[1;80H" + "中".encode() + b"\x1b[3;79H" + "中a".encode(),
    "combining at the margin": b"\x1b[1;80H" + "e\u0301x".encode(),
    "controls within a sequence": b"\x1b[2\x08;5Ha\x1b[3\r;7Hb\x1b[\n5;9Hc",
    "a sequence cut by another": b"ab\x1b[3\x1b[5;5Hc\x1b[12\x18d\x1b[12\x1ae",
    "unknown sequences": b"a\x1b[?9999hb\x1b[5;5zc\x1b[>99xd\x1b%Ge\x1b[=1;2;3vf",
    "long numbers": b"a\x1b[99999999999Cb\x1b[99999999999;1Hc\x1b[1;2;3;4;5;6;7;8;9;10;11;12;13mx",
    "C0 that do nothing": b"a\x00\x01\x02\x05\x06\x10\x11\x13\x14\x1c\x1f\x7fb",
    "UTF-8 that is broken": b"a\xc3(b\xe4\xb8c\xffd\xf0\x9f\x98e",
    "strings that never end": b"a\x1b]0;x\x1b[3;3Hb\x1b\\c",
    "synchronized": b"\x1b[?2026hab\x1b[?2026lcd",
    "hyperlink": b"\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\ no",
}
