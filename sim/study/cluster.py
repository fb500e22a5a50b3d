"""The workers of a Dask cluster."""

from __future__ import annotations

import pickle
from collections.abc import Iterator, Sequence
from concurrent.futures import CancelledError
from functools import lru_cache, partial
from pathlib import Path
from typing import Any, cast

from distributed import Client, KilledWorker

from sim.errors import Problem, RunError
from sim.record.folder import decisive_versions
from sim.study.execution import Told
from sim.study.kept import Kept, Part
from sim.study.pool import played
from sim.study.task import Task

PATIENCE = "10s"
"""How long a scheduler may take to answer."""


class Cluster:
    """A cluster that is running, for as long as the block lasts."""

    def __init__(self, address: str) -> None:
        """Meet it.

        Arguments:
            address: of its scheduler, or the path of its scheduler file.

        Raises:
            RunError: nobody answers there, it has no workers, or these lack this version of the program.
        """
        try:
            is_file = Path(address).is_file()
            self.client = Client(scheduler_file=address, timeout=PATIENCE) if is_file else Client(address, timeout=PATIENCE)
        except (OSError, ValueError, TypeError) as error:
            what, remedy = "no Dask scheduler answers", "Give its address, such as tcp://10.0.0.1:8786, or the path of its scheduler file."
            raise RunError(Problem(where="dask", what=what, got=f"{address}: {error}", remedy=remedy)) from error
        try:
            self.n_worker = self._meet()
        except RunError:
            self.client.close()
            raise

    def __enter__(self) -> Cluster:
        """It is there already."""
        return self

    def __exit__(self, *_: object) -> None:
        """Leave it; work that was handed out is called back."""
        self.client.close()

    def parts(self, task: Task, jobs: Sequence[range], whole: Kept, told: Told | None) -> Iterator[Part]:
        """Give what is kept of each stretch of runs, in any order; Dask plays again what a lost worker had.

        Raises:
            ModelError, RunError: as `Task.play`. RunError: the cluster is lost.
        """
        try:
            submit = partial(self.client.get_executor(pure=False).submit, play, pickle.dumps(task))
            yield from (part for _, part in played(submit, jobs, self.n_worker))
        except KilledWorker as error:
            what, remedy = "workers of the cluster die at the same work", "Most often memory is short: give each worker more of it."
            raise RunError(Problem(where="dask", what=what, got=str(error), remedy=remedy)) from error
        except (OSError, CancelledError) as error:
            remedy = "Look at its log; the same command with --resume goes on from what was put by."
            raise RunError(
                Problem(where="dask", what="the cluster is lost", got=str(error) or type(error).__name__, remedy=remedy)
            ) from error

    def _meet(self) -> int:
        """Number of threads of all workers, which must have what decides the bits in the version that is here."""
        threads = cast("dict[str, int]", self.client.nthreads())
        if not threads:
            raise RunError(Problem(where="dask", what="the cluster has no workers", remedy="Start some: dask worker ADDRESS."))
        mine = decisive_versions()
        try:
            theirs = cast("dict[str, Any]", self.client.run(decisive_versions))
        except Exception as error:  # noqa: BLE001  whatever a worker raises that cannot import this module
            theirs = dict.fromkeys(threads, f"{type(error).__name__}: {error}")
        other = {name: found for name, found in theirs.items() if found != mine}
        if other:
            name, found = next(iter(other.items()))
            what, remedy = "a worker of the cluster has other versions than this machine", f"Install there what is here: {mine}."
            raise RunError(Problem(where="dask", what=what, got=f"{name}: {found}", remedy=remedy))
        return sum(threads.values())


def play(sealed: bytes, start: int, stop: int) -> Part:
    """Play runs start ... stop - 1 of a pickled task."""
    return _unsealed(sealed).play(range(start, stop))


@lru_cache(maxsize=2)
def _unsealed(sealed: bytes) -> Task:
    return pickle.loads(sealed)
