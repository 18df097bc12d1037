"""Editing one text on the screen.

`model.Editor` is the text with my caret and what keys do to it; `painter.Painter` turns its rows
into Strips; `pane.EditorPane` is the widget around both for a file. A notebook's active cell uses
the first two as they are:

    editor = Editor(buffer, edit, at=TextId(cell, "input"))
    painter = Painter(editor, look)
    editor.view.resize(width, wrap=True)
    editor.view.height              # visual rows
    painter.row(y, width)           # Strip of visual row y
    writing.insert(editor, "x")     # calls edit([Splice(...)], "typing", step)
    editor.changed(text_changes)    # after the buffer changed, by me or others -> rows to repaint
"""
