"""What a terminal showed, as a recording: how it is written down, and how it is looked at. Pure.

A recording holds rows as they were shown, never bytes that a program wrote: whoever plays it plays
text and colours, and no sequence that could act on their own terminal.
"""
