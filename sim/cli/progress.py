"""How far a simulation is: a bar on a terminal, a line now and then elsewhere, nothing with --quiet."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click

Report = Callable[[int, int], None]

FIRST_LINE_S = 2.0
NEXT_LINE_S = 10.0


@contextmanager
def progress(quiet: bool) -> Iterator[Report | None]:
    """Yield a function of (runs done, runs in all) that shows progress on standard error; None if nothing is to be shown.

    quiet: show nothing.
    """
    if quiet:
        yield None
    elif sys.stderr.isatty():
        bar = Bar()
        try:
            yield bar
        finally:
            bar.close()
    else:
        yield Lines()


class Bar:
    """A bar with rate and time left, gone when the work is done."""

    def __init__(self) -> None:
        from tqdm import tqdm

        self.bar = tqdm(unit=" runs", leave=False, dynamic_ncols=True, file=sys.stderr)

    def __call__(self, done: int, total: int) -> None:
        """Move to `done` of `total` runs."""
        self.bar.total = total
        self.bar.update(done - self.bar.n)

    def close(self) -> None:
        """Take the bar off the screen."""
        self.bar.close()


class Lines:
    """Plain lines for a log: the first after two seconds, so that a short run says nothing."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """clock: seconds, rising."""
        self.clock = clock
        self.began = clock()
        self.due = self.began + FIRST_LINE_S

    def __call__(self, done: int, total: int) -> None:
        """Print a line if one is due: `done` of `total` runs, the rate and the time left."""
        now = self.clock()
        if now < self.due or not 0 < done < total:
            return
        self.due = now + NEXT_LINE_S
        rate = done / (now - self.began)
        click.echo(f"{done} of {total} runs, {rate:.3g} runs/s, {(total - done) / rate:.0f} s left", err=True)
