"""Two workers against one, on the flagship: processes, and a Dask cluster of this machine. Rounds in which all take turns."""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable

import sim
from sim.study.execution import Alone, Workers

ROUNDS = 3
RUNS = 150_000


def main() -> None:
    """Print the table. The time holds the start of the processes, for who asks for them waits for it; the cluster is running."""
    from dask.config import set as configure
    from distributed import LocalCluster

    scenario = sim.load("gallium-export-halt", sets=[f"runs.count={RUNS}"])
    print(f"\nflagship, {RUNS:,} runs, {os.cpu_count()} cores; medians of {ROUNDS} rounds in turns with one process")
    print(f"{'':26s}{'s':>8s}{'one, s':>9s}{'times one':>12s}{'(range)':>16s}")

    def seconds(workers: Workers) -> float:
        began = time.perf_counter()
        sim.simulate(scenario, sim.Execution(workers=workers))
        return time.perf_counter() - began

    def started() -> float:
        began = time.perf_counter()
        with sim.processes(2) as workers:
            seconds(workers)
            return time.perf_counter() - began

    def against_one(name: str, way: Callable[[], float]) -> None:
        ones, others = zip(*[(seconds(Alone()), way()) for _ in range(ROUNDS)], strict=True)
        ratios = sorted(one / other for one, other in zip(ones, others, strict=True))
        told = f"{statistics.median(others):8.2f}{statistics.median(ones):9.2f}{statistics.median(ratios):12.2f}"
        print(f"{name:26s}{told}   ({ratios[0]:.2f}-{ratios[-1]:.2f})", flush=True)

    against_one("two processes, started", started)
    # Only now, for its processes disturb the others; and without Dask's usual eagerness to give memory back, which costs a quarter.
    configure({"distributed.nanny.pre-spawn-environ": {"OMP_NUM_THREADS": 1}})
    with LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=":0") as cluster:  # noqa: SIM117  the second needs the first's address
        with sim.dask_cluster(cluster.scheduler_address) as two:  # pyright: ignore[reportAttributeAccessIssue]  (its stubs are of another class)
            against_one("two Dask workers", lambda: seconds(two))


if __name__ == "__main__":
    main()
