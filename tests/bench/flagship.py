"""The flagship with everything on: the batch engine against the twin, as ratios taken in one run."""

from __future__ import annotations

import statistics

from sim.draw import draw
from sim.engine.batch import simulate
from sim.engine.room import Room
from sim.engine.twin import run_twin
from sim.model.compile import compile_model
from sim.model.model import Model
from sim.model.world import World
from sim.record.tally import Tally
from sim.scenario import load
from sim.study.ensemble import ensemble
from tests.bench.timing import Work, in_turns, ratios

ROUNDS = 15
LARGE = 3008
"""Runs in a batch: as many as the program takes."""


def engine(model: Model, world: World) -> None:
    """Simulate one batch and fold its outcomes."""
    tally: list[Tally] = []

    def count(room: Room, k: int) -> None:
        if not tally:
            tally.append(Tally(room, model.threshold, model.sectors.cost_share))
        tally[0].count(room, k)

    simulate(model.network, world, count)


def flagship() -> None:
    """Print the table."""
    scenario = load("gallium-export-halt")
    model = compile_model(scenario)
    net, seed = model.network, scenario.runs.rng_seed
    large = draw(model, seed, 0, LARGE)
    turn = iter(range(10**6))
    works: dict[str, tuple[int, Work]] = {
        "twin, one run": (1, lambda: run_twin(net, large, next(turn) % LARGE) and None),
        f"NumPy: engine and outcomes, {LARGE:,} runs": (LARGE, lambda: engine(model, large)),
        "batch, draws, outcomes, weekly fans": (scenario.runs.count, lambda: ensemble(scenario, model) and None),
    }
    took = in_turns({name: work for name, (_, work) in works.items()}, ROUNDS)
    per_run = {name: [t / works[name][0] for t in times] for name, times in took.items()}
    size = f"{net.n_step} weeks, {net.n_node} nodes, {len(net.links.src)} links, {len(net.users.node)} users"
    print(f"{scenario.name}: {size}; median of {ROUNDS} rounds\n")
    print(f"{'':48s}{'ms a run':>10s}  {'times the twin (range)':>24s}")
    for name, times in per_run.items():
        told = ratios(per_run["twin, one run"], times) if name != "twin, one run" else ""
        print(f"{name:48s}{1e3 * statistics.median(times):10.4f}  {told}")
