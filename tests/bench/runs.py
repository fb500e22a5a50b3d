"""Processor time and memory of the flagship against runs, each number in a process of its own: `python -m tests.bench.runs 1e6`."""

from __future__ import annotations

import subprocess
import sys

import numpy as np

FEWEST, MOST = 1000, 100_000
CHILD = """
import resource, sys, time
import sim
scenario = sim.load("gallium-export-halt", sets=[f"runs.count={sys.argv[1]}"])
sim.simulate(scenario.model_copy(update={"runs": scenario.runs.model_copy(update={"count": 32})}))
began = time.process_time()
result = sim.simulate(scenario)
took = time.process_time() - began
result.summary()
result.save(sys.argv[2])
print(took, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
"""


def main(most: float = MOST) -> None:
    """Print the table; `most` runs at most, ten times as many in each row."""
    from tempfile import TemporaryDirectory

    rows = []
    print("\nflagship against runs, one process; memory of the whole, tables and charts written")
    print(f"{'runs':>10s}{'s':>10s}{'ms a run':>10s}{'peak MB':>10s}")
    n_run = FEWEST
    while n_run <= most:
        with TemporaryDirectory() as folder:
            told = subprocess.run([sys.executable, "-c", CHILD, str(n_run), folder], check=True, capture_output=True, text=True).stdout
        took, memory = map(float, told.split())
        rows.append((n_run, took))
        print(f"{n_run:10,d}{took:10.2f}{1e3 * took / n_run:10.3f}{memory:10.0f}", flush=True)
        n_run *= 10
    counts, times = np.log(rows).T
    print(f"time grows with the power {np.polyfit(counts, times, 1)[0]:.3f} of the number of runs")


if __name__ == "__main__":
    main(*map(float, sys.argv[1:]))
