"""The notebook pane: all cells of a notebook drawn by one widget.

A widget per cell would lay out every cell whenever one of them grows: 63 ms of CPU for a key in a
notebook of 200 cells. Here a cell is a `cell.CellView`, a few rows that know their height;
`stack.Stack` says which cell is on which row; `draw` puts a row together; `pane.NotebookPane`
scrolls, listens to the document and takes the keys.
"""
