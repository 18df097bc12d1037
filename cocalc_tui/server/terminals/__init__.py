"""Terminals: a keeper for each, which owns the PTY and the only screen model, and outlives relays.

What a program writes goes through the screen model in the keeper; apps get rows of styled text,
never bytes, so a viewer parses nothing hostile and a slow one skips frames. The model answers the
program's questions (where is the cursor, what are you), also while no relay runs.
"""
