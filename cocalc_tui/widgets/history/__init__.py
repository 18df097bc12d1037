"""F4: the past of the document that has the keyboard."""
