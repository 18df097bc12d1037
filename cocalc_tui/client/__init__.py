"""One side of one connection: attach, send, resend, resume, go on while offline."""
