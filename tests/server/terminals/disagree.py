"""Where our screen is not tmux's: why, and what rows ours shows.

Ours does as xterm there, but for what is said to be otherwise: `CBT`, `TBC`, wide characters in
line drawing, and the cell that a wide character leaves when it wraps.
"""

from __future__ import annotations

DISAGREE: dict[str, tuple[str, dict[int, str]]] = {
    "HPA HPR VPA VPR": ("tmux knows no HPR and VPR", {0: " " * 9 + "a   b", 8: " " * 15 + "d"}),
    "BS after the last column": ("tmux steps back to the last column", {0: " " * 78 + "cb"}),
    "IL DL in a region": ("tmux leaves the column", {8: "*" + "H" * 79}),
    "IL DL outside of it": ("tmux does it outside, too", {1: "BB*" + "B" * 77, 19: "T" * 80}),
    "ICH DCH ECH of too many": (
        "tmux inserts nothing",
        {1: "B" * 74, 2: "C" * 74, 3: "D" * 74 + "*"},
    ),
    "a wrap to come is dropped": ("tmux keeps it", {0: " " * 78 + "ba", 4: " " * 79 + "f", 5: ""}),
    "1047 and 1048": ("tmux restores with 1047", {0: "", 2: "  firstx"}),
    "CHT CBT": ("ours keeps a wrap to come over CBT; xterm does not", {1: "d"}),
    "TBC": ("ours wants the 0 that may be left out", {0: " " * 8 + "a"}),
    "REP of a wide one": ("tmux repeats no wide ones", {0: " " * 9 + "中中中中|", 1: "abb|"}),
    "LNM": ("tmux does not know it", {0: "abcd", 1: "efgh", 2: "    ij"}),
    "DECOM": ("tmux keeps a wrap to come", {5: "F" * 79 + "c", 6: "G" * 80}),
    "wide over half of a wide": ("tmux leaves the other half", {0: " x中文"}),
    "wide erased by half": ("tmux leaves the other half", {0: "  中 中"}),
    "long numbers": ("tmux passes over them", {0: f"a{' ' * 78}b", 23: "cx"}),
    "UTF-8 that is broken": ("tmux shows nothing", {0: "a�(b�c�d�e"}),
    "IL DL of too many": ("tmux leaves the column", {14: "*"}),
    "EL after a full row": ("tmux keeps a wrap to come", {0: "a" * 79 + "b", 1: ""}),
    "ED after a full row": ("tmux keeps a wrap to come", {0: "a" * 79 + "b", 1: ""}),
    "ECH after a full row": ("tmux keeps a wrap to come", {0: "a" * 79 + "b", 1: ""}),
    "DCH after a full row": ("tmux keeps a wrap to come", {0: "a" * 79 + "b", 1: ""}),
    "ICH after a full row": ("tmux keeps a wrap to come", {0: "a" * 79 + "b", 1: ""}),
    "LF after a full row": ("tmux keeps a wrap to come", {0: "a" * 80, 1: " " * 79 + "b", 2: ""}),
    "RI after a full row": ("tmux keeps a wrap to come", {0: " " * 79 + "b", 1: "a" * 80}),
    "DECSC after a full row": ("tmux forgets a wrap to come", {0: "a" * 80, 1: "b"}),
    "DECAWM off after a full row": ("tmux drops the letter", {0: "a" * 79 + "b", 1: ""}),
    "REP over the margin": ("tmux stops there", {0: " " * 77 + "xxx", 1: "xxx|"}),
    "DECSC on both screens": ("tmux has one place for both", {2: "  x", 8: ""}),
    "UK character set": ("tmux does not know it", {0: "£#"}),
    "SS2 SS3 LS2 LS3": ("tmux does not know them", {0: "q─q─q────q"}),
    "line drawing, all": ("tmux has no signs for controls", {0: "◆▒␉␌␍␊°±␤␋┘┐┌└┼⎺⎻─⎼⎽├┤┴┬│≤≥π≠£·"}),
    "UTF-8 in line drawing": (
        "ours has a blank for what is above U+00FF; xterm does not",
        {0: "─ü─"},
    ),
    "wide wraps at the bottom of a region": (
        "tmux leaves what was in the last cell, ours a blank",
        {4: "F" * 79, 5: "中x"},
    ),
    "wide pushed over the margin": ("tmux shows it over the margin", {0: "x"}),
    "wide, ICH within": ("tmux leaves the other half", {0: "中   中"}),
    "wide, EL within": ("tmux leaves the other half", {0: "中"}),
    "wide, EL before, within": ("tmux leaves the other half", {0: "    中"}),
    "wide, ECH of one": ("tmux leaves the other half", {0: "中  中"}),
    "DECST8C": ("tmux does not know it", {0: "        a"}),
    "DECSTBM keeps in origin mode": (
        "tmux goes to the first row",
        {0: "A" * 80, 4: "*" + "E" * 79},
    ),
    "a string that CAN ends": ("tmux stays in the string", {0: "abc"}),
    "reverse wrap by CUB": ("tmux stops at the first column", {0: "a" * 77 + "xaa", 1: "bc"}),
    "DECSED DECSEL": ("tmux does not know them", {0: "prot", 1: "  cd"}),
    "DECSLRM": (
        "tmux has no left and right margins",
        {2: "C" * 9 + "x" * 11 + "C" * 60, 3: "D" * 9 + "rxxx" + "D" * 67},
    ),
    "DECSLRM scrolls": (
        "tmux has no left and right margins",
        {
            4: "E" * 9 + "G" * 11 + "E" * 60,
            6: "G" * 9 + "I" * 11 + "G" * 60,
            7: "H" * 9 + " " * 11 + "H" * 60,
            8: "I" * 9 + " " * 11 + "I" * 60,
        },
    ),
    "DECSLRM and ICH DCH": (
        "tmux has no left and right margins",
        {2: "C" * 11 + "   " + "C" * 66, 3: "D" * 17 + "   " + "D" * 60},
    ),
    "DECSLRM and IL DL": (
        "tmux has no left and right margins",
        {
            2: "C" * 9 + " " * 11 + "C" * 60,
            3: "D" * 9 + " " * 11 + "D" * 60,
            4: "E" * 9 + "C" * 11 + "E" * 60,
            8: "I" * 80,
            9: "J" * 80,
            10: "K" * 80,
        },
    ),
}
