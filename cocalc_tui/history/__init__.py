"""The past of a document: its time line, its versions as people read them, what differs. Pure."""
