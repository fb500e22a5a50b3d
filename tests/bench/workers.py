"""Two workers against one, on the flagship: processes, and a Dask cluster of this machine. Rounds in which all take turns."""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable

import sim
from sim.study.execution import Alone, Workers

ROUNDS = 5
RUNS = 60_000


def main() -> None:
    """Print the table. The time holds the start of the processes, for who asks for them waits for it; the cluster is running."""
    from distributed import LocalCluster

    scenario = sim.load("gallium-export-halt", sets=[f"runs.count={RUNS}"])

    def seconds(workers: Workers) -> float:
        began = time.perf_counter()
        sim.simulate(scenario, sim.Execution(workers=workers))
        return time.perf_counter() - began

    def started() -> float:
        began = time.perf_counter()
        with sim.processes(2) as workers:
            seconds(workers)
            return time.perf_counter() - began

    with LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=":0") as cluster:  # noqa: SIM117
        with sim.dask_cluster(cluster.scheduler_address) as dask:  # pyright: ignore[reportAttributeAccessIssue]
            ways: dict[str, Callable[[], float]] = {
                "one process": lambda: seconds(Alone()),
                "two processes, started": started,
                "two Dask workers": lambda: seconds(dask),
            }
            times: dict[str, list[float]] = {name: [] for name in ways}
            for _ in range(ROUNDS):
                for name, way in ways.items():
                    times[name].append(way())
    print(f"\nflagship, {RUNS:,} runs, {os.cpu_count()} cores; medians of {ROUNDS} rounds")
    print(f"{'':26s}{'s':>8s}{'times one':>12s}{'(range)':>16s}")
    for name, took in times.items():
        ratios = sorted(one / other for one, other in zip(times["one process"], took, strict=True))
        print(f"{name:26s}{statistics.median(took):8.2f}{statistics.median(ratios):12.2f}   ({ratios[0]:.2f}-{ratios[-1]:.2f})")


if __name__ == "__main__":
    main()
