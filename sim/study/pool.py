"""Workers of another process or machine: work is handed out in small parts, and what dies is asked for again."""

from __future__ import annotations

import gc
import multiprocessing
import os
import pickle
import signal
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from functools import lru_cache
from multiprocessing.connection import wait as wait_for
from pathlib import Path
from typing import TypeVar

from sim.errors import Problem, RunError
from sim.study.execution import Told
from sim.study.kept import Kept, Part
from sim.study.task import Task

T = TypeVar("T")
AHEAD = 2
"""Parts a worker has been given, so that it need not wait for more."""
MOST_DEATHS = 3
"""Deaths of workers, with nothing done between them, after which it is no accident."""


class Processes:
    """Some processes of this machine, for as long as the block lasts; they are started when there is work.

    Each imports the main module, as all that are not forked do: a script needs its `if __name__ == "__main__":`.
    """

    def __init__(self, n_worker: int) -> None:
        """Have so many processes."""
        self.n_worker = n_worker
        self._executor: ProcessPoolExecutor | None = None

    def __enter__(self) -> Processes:
        """Nothing is started yet."""
        return self

    def __exit__(self, *_: object) -> None:
        """Stop them at once, whatever they are doing."""
        if self._executor is not None:
            stopped, self._executor = self._executor, None
            for child in multiprocessing.active_children():
                if not child.daemon:
                    child.terminate()
            stopped.shutdown()

    def parts(self, task: Task, jobs: Sequence[range], whole: Kept, told: Told | None) -> Iterator[Part]:
        """Give what is kept of each stretch of runs, in any order.

        Raises:
            ModelError, RunError: as `Task.play`. RunError: workers die again and again, or there is no room for what they did.
        """
        left, deaths = dict.fromkeys(jobs), 0
        with tempfile.TemporaryDirectory(prefix="sim-task-") as folder:
            # By files, for only messages that go through the pipe in one piece cannot hang a pool of which a process dies.
            sealed = Path(folder) / "task.pickle"
            sealed.write_bytes(pickle.dumps(task))

            def submit(start: int, stop: int) -> Future[Path]:
                return self._ready().submit(play_to_file, sealed, start, stop)

            while left:
                try:
                    for runs, path in played(submit, list(left), self.n_worker):
                        del left[runs]
                        deaths = 0
                        with path.open("rb") as file:
                            part = pickle.load(file)
                        path.unlink()
                        yield part
                except BrokenProcessPool as error:
                    self.__exit__()
                    deaths += 1
                    if deaths == MOST_DEATHS:
                        raise _all_die(self.n_worker) from error
                except OSError as error:
                    what, got = "what workers have done cannot be put into a file", f"{folder}: {error.strerror or error}"
                    raise RunError(Problem(where="workers", what=what, got=got, remedy="Make room there, or set TMPDIR.")) from error

    def _ready(self) -> ProcessPoolExecutor:
        if self._executor is None:
            self._executor = ProcessPoolExecutor(
                self.n_worker,
                # Not forked: a fork of a process that has threads, as numpy's may, can hang.
                mp_context=multiprocessing.get_context("spawn"),
                initializer=_settle,
                initargs=(gc.get_threshold()[0],),
            )
        return self._executor


def played(submit: Callable[[int, int], Future[T]], jobs: Sequence[range], n_worker: int) -> Iterator[tuple[range, T]]:
    """Hand out stretches of runs, a few ahead of what is done, and give each with what came back.

    Arguments:
        submit: has somebody play the runs from the first number to before the second.
        jobs: stretches of runs.
        n_worker: how many work at a time.
    """
    waiting, under_way = iter(jobs), dict[Future[T], range]()

    def hand_out(n: int) -> None:
        for _, runs in zip(range(n), waiting, strict=False):
            under_way[submit(runs.start, runs.stop)] = runs

    with _deaf():
        hand_out(AHEAD * n_worker)
    while under_way:
        done, _ = wait(under_way, return_when=FIRST_COMPLETED)
        hand_out(len(done))
        for future in done:
            yield under_way.pop(future), future.result()


def play_to_file(sealed: Path, start: int, stop: int) -> Path:
    """Play runs start ... stop - 1 of the task that a file holds, and give the path of a file, beside it, with what is kept of them."""
    path = sealed.with_name(f"{start}-{os.getpid()}.pickle")
    path.write_bytes(pickle.dumps(_unsealed(sealed).play(range(start, stop)), protocol=5))
    return path


@lru_cache(maxsize=2)
def _unsealed(sealed: Path) -> Task:
    return pickle.loads(sealed.read_bytes())


def _settle(threshold: int) -> None:
    """Make a new process ready: interrupts are the parent's business, and it does not outlive the parent."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    gc.set_threshold(threshold)
    threading.Thread(target=_die_with_parent, daemon=True).start()


def _die_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait_for([parent.sentinel])
        os._exit(1)


@contextmanager
def _deaf() -> Iterator[None]:
    """Let no interrupt reach processes that are just being born, which would answer with a traceback; this one gets it afterwards."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _all_die(n_worker: int) -> RunError:
    return RunError(
        Problem(
            where="workers",
            what=f"processes die at the same work, {MOST_DEATHS} times over",
            got=f"{n_worker} workers",
            remedy='Most often memory is short: ask for fewer workers. A script of your own needs its `if __name__ == "__main__":`.',
        )
    )
