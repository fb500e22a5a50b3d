"""Speed, as ratios taken in one run: `python -m tests.bench`, or `... serial` for the serial system alone. Medians over rounds in turns."""

from __future__ import annotations

import os
import platform
import statistics
import sys
import time
from collections.abc import Callable

import sim
from sim.data import materials
from sim.draw import draw
from sim.engine.batch import simulate
from sim.engine.room import Room
from sim.engine.twin import run_twin
from sim.model.compile import compile_model
from sim.record.tally import Tally
from sim.scenario import Scenario, load
from sim.study.ensemble import ensemble
from tests.bench import serial

ROUNDS = 15
n_run = 1000


def seconds(work: Callable[[], object]) -> float:
    """Wall time of one go."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def main() -> None:
    """Print the table."""
    scenario = load("gallium-export-halt")
    n_run = scenario.runs.count
    model = compile_model(scenario)
    net, world = model.network, draw(model, scenario.runs.rng_seed, 0, n_run)

    def engine_alone() -> None:
        tally: list[Tally] = []

        def count(room: Room, k: int) -> None:
            if not tally:
                tally.append(Tally(room, model.threshold, model.sectors.cost_share))
            tally[0].count(room, k)

        simulate(net, world, count)

    rows: dict[str, list[float]] = {"twin, one run": [], "batch engine and outcomes": [], "batch, draws, outcomes, weekly fans": []}
    for turn in range(ROUNDS):
        rows["twin, one run"].append(seconds(lambda turn=turn: run_twin(net, world, turn)))
        rows["batch engine and outcomes"].append(seconds(engine_alone) / n_run)
        rows["batch, draws, outcomes, weekly fans"].append(seconds(lambda: ensemble(scenario, model)) / n_run)
    size = f"{net.n_step} weeks, {net.n_node} nodes, {len(net.links.src)} links, {len(net.users.node)} users"
    print(f"{scenario.name}: {size}; batch of {n_run:,} runs")
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}; one process, median of {ROUNDS} rounds\n")
    print(f"{'':38s}{'ms a run':>10s}{'times the twin':>18s}{'(range)':>14s}")
    for name, times in rows.items():
        ratios = sorted(t / b for t, b in zip(rows["twin, one run"], times, strict=True))
        spread = f"({ratios[0]:.0f}-{ratios[-1]:.0f})" if name != "twin, one run" else ""
        print(f"{name:38s}{1e3 * statistics.median(times):10.3f}{statistics.median(ratios):18.0f}{spread:>14s}")


def whole_pack() -> None:
    """Print how long all chains of the pack take as one model: 100 runs of five years, weekly, with one ban."""
    ban = {"kind": "export_ban", "commodity": "gallium.refined", "from": "CHN", "to": ["EU27", "JPN"], "start": "2027-01-01"}
    asked = {
        "clock": {"start": "2026-10-01", "horizon": "5 years"},
        "runs": {"count": 100},
        "materials": materials(),
        "regions": ["CHN", "EU27", "JPN", "KOR", "USA", "ROW"],
        "shocks": {"stop": ban | {"duration": {"lognormal": {"median": "11 months", "p90": "22 months"}}}},
    }
    began = time.perf_counter()
    net = sim.run(Scenario.model_validate(asked)).record.network
    took = time.perf_counter() - began
    print(f"\nall chains as one: {net.n_node} places, {len(net.links.src)} links, 100 runs x {net.n_step} weeks: {took:.1f} s")


if __name__ == "__main__":
    if sys.argv[1:] != ["serial"]:
        main()
        whole_pack()
    serial.main()
