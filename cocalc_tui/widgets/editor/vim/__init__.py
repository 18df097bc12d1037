"""Vim's keys on our editor: a state machine that takes keys and edits an `Editor`.

It knows no widget and no terminal. A pane that offers them hands each key to `machine.Vim.press`
first and goes on with its own keys where that says False; what reaches beyond the text (save,
close, undo, scroll) it asks of `outside.Outside`. So a file and a notebook's cell have the same.

    vim = Vim(outside, registers)
    vim.press(editor, "d"), vim.press(editor, "w")
    vim.mode, vim.showing           # for the status line

- `words`, `motions`: where keys go; `objects`: what `iw` or `a(` is; `search`: patterns.
- `operators`, `doing`: what is done there; `registers`: what was taken;
  `macros`: keys written down in one, and pressed again.
- `grammar`: how keys make a command; `machine`: the modes; `ex`: what follows `:`.
"""
