"""What a Python kernel is told before its first cell, so that it loses nothing and opens nothing.

Two habits of ipykernel cost too much here:

- It drops what it publishes as soon as a thousand messages wait for its own sending thread, which
  on a busy machine happens to any cell that prints a lot. The limit is taken away once we are
  connected: libzmq applies it to connections that are there, not to those a socket accepts later.
- It listens on a TCP port of the loopback for what forked children print. Every user of the machine
  could send to it, and so fill the kernel's memory. It gets a socket in our private folder instead.

Run silently in a namespace of its own, it leaves no name and no execution count behind. Where a
later ipykernel looks another way inside, it is as ipykernel made it.
"""

from __future__ import annotations

_CODE = """
import contextlib, threading, zmq

def prepare(thread, done):
    try:
        thread.socket.setsockopt(zmq.SNDHWM, 0)
        with contextlib.suppress(Exception):
            close_port(thread)
    finally:
        done.set()

def close_port(thread):
    here = thread.socket.getsockopt_string(zmq.LAST_ENDPOINT)
    if not thread._pipe_flag or not here.startswith("ipc://"):
        return
    private = here + "-forked"
    pipe = thread.socket.context.socket(zmq.PULL)
    pipe.linger = 0
    pipe.bind(private)
    public = thread._pipe_in
    thread._pipe_in = type(public)(pipe, thread.io_loop)
    thread._pipe_in.on_recv(thread._handle_pipe_msg)
    thread._setup_pipe_out = lambda: connect(private)
    public.close()

def connect(private):
    context = zmq.Context()
    pipe = context.socket(zmq.PUSH)
    pipe.linger = 3000
    pipe.connect(private)
    return context, pipe

done = threading.Event()
thread.schedule(lambda: prepare(thread, done))
done.wait(5)
"""
PREPARE = f"exec({_CODE!r}, {{'thread': get_ipython().kernel.iopub_thread}})"
"""An expression for the kernel."""
