"""Who computes the runs, and how a long simulation goes on after a stop, for notebooks and for the command line."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from sim.errors import Problem, RunError
from sim.record.checkpoint import Checkpoint
from sim.study.execution import Execution

if TYPE_CHECKING:
    from sim.scenario import Scenario
    from sim.study.cluster import Cluster
    from sim.study.pool import Processes

__all__ = ["Execution", "dask_cluster", "processes", "resumable"]


@contextmanager
def processes(n_worker: int) -> Iterator[Processes]:
    """So many processes of this machine, for `Execution.workers`; a script that uses them needs its `if __name__ == "__main__":`.

    Arguments:
        n_worker: how many, from 1.
    """
    from sim.study.pool import Processes

    with Processes(n_worker) as workers:
        yield workers


@contextmanager
def dask_cluster(address: str) -> Iterator[Cluster]:
    """The workers of a Dask cluster that is running, for `Execution.workers`.

    Arguments:
        address: of its scheduler, such as `tcp://10.0.0.1:8786`, or the path of its scheduler file.

    Raises:
        RunError: Dask is not installed, nobody answers there, or the workers lack this version of the program.
    """
    if find_spec("distributed") is None:
        remedy = "Install it: pip install 'supply-chain-dependency-risk[dask]'."
        raise RunError(Problem(where="dask", what="Dask is not installed", remedy=remedy))
    from sim.study.cluster import Cluster

    with Cluster(address) as workers:
        yield workers


def resumable(scenario: Scenario, out: str | Path, resume: bool) -> Checkpoint:
    """Where a simulation puts by what it has done, for `Execution.checkpoint`; a block of `with` takes hold of it.

    Arguments:
        scenario: as it is to be run.
        out: folder of run folders.
        resume: go on with what was put by there, if anything was.
    """
    from sim.record.folder import decisive_versions, fingerprint

    name = "-".join(part for part in (scenario.name, scenario.variant) if part)
    hashed = fingerprint(scenario)
    return Checkpoint(Path(out) / f".unfinished-{name}-{hashed}", {"hash": hashed} | decisive_versions(), resume)
