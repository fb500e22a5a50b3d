"""A second process that draws charts beside this one: drawing takes longer than most simulations."""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from multiprocessing.connection import Connection
from multiprocessing.reduction import ForkingPickler
from typing import Any


class Helper:
    """One process, made ready to draw while this one does something else.

    `concurrent.futures` would do, but in Python 3.11 its pool hangs where its process dies while work is taken back.
    """

    def __init__(self) -> None:
        """Start it.

        Raises:
            OSError: there is no room for another process.
        """
        # Not forked: a fork of a process that has threads, as numpy's may, can hang.
        context = multiprocessing.get_context("spawn")
        self._line, theirs = context.Pipe()
        self._process = context.Process(target=_work, args=(theirs, gc.get_threshold()[0]), daemon=True)
        self._process.start()
        theirs.close()

    def ask(self, work: Callable[..., Any], *words: Any) -> None:
        """Hand over work; it is picked up when the process is ready, and this one goes on.

        Arguments:
            work: a function that both processes can import.
            words: what it is called with.
        """
        # Packed here, for its words may change while it is sent; sent aside, for the line holds less than it.
        message = ForkingPickler.dumps((work, words))
        threading.Thread(target=self._send, args=(message,), daemon=True).start()

    def answer(self) -> Any:
        """Wait for what the work asked for gave; None if it failed or the process is gone."""
        with suppress(EOFError, OSError):
            return self._line.recv()
        return None

    def stop(self) -> None:
        """Stop it at once, whatever it is doing; it writes no file after this."""
        self._process.terminate()
        self._process.join()

    def _send(self, message: memoryview) -> None:
        with suppress(OSError):
            self._line.send_bytes(message)


@contextmanager
def chart_helper() -> Iterator[Helper | None]:
    """A helper for as long as the block lasts; None where the machine has no core to spare.

    For programs whose main module may be imported twice, as that of the command may: the second process imports it.
    """
    # What a container may use can be less than what the machine has, and only some systems tell.
    n_core = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    helper = None
    with suppress(OSError):
        helper = Helper() if n_core > 1 else None
    try:
        yield helper
    finally:
        if helper:
            helper.stop()


def _work(line: Connection, threshold: int) -> None:
    """Do what is asked until the parent is gone; interrupts are the parent's business."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    gc.set_threshold(threshold)
    import sim.show.charts  # noqa: F401  the slow part, done while nothing is asked

    with suppress(EOFError, OSError):
        while True:
            work, words = line.recv()
            answer = None
            with suppress(Exception):  # the parent will do it itself, and see what is wrong
                answer = work(*words)
            line.send(answer)
