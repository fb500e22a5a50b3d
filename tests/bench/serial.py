"""The classic serial system (three stages, N(5, 1) a period) by the product, by stockpyl and by a plain SimPy model, in turns.

The product's time holds drawing the demand, every step and every measure of stock; not reading the scenario. stockpyl needs an older
NumPy, so it has an environment of its own: the interpreter that SIM_BENCH_STOCKPYL names, or one that is made here once.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Mapping

import numpy as np

from sim.draw import draw
from sim.engine.batch import simulate
from sim.engine.room import Room
from sim.model.compile import compile_model
from sim.model.model import Model
from sim.model.world import Floats
from sim.record.stock_tally import StockTally
from sim.scenario import Scenario
from sim.study.ensemble import batch_size, ensemble
from tests.bench.others import interpreter, told
from tests.bench.plain import mean_cost

ROUNDS = 9
PERIODS = {"product": 1000, "stockpyl": 1000, "SimPy": 10_000}
STAGES = 3
TRUTH = 47.66
STOCKPYL = ("numpy<2", "stockpyl==1.0.2")
THEIRS = """
import time
from stockpyl.instances import load_instance
from stockpyl.sim import simulation
import sys
network, periods, seed = load_instance("example_6_1"), int(sys.argv[1]), int(sys.argv[2])
began = time.perf_counter()
cost = simulation(network, periods, rand_seed=seed, progress_bar=False)
print(time.perf_counter() - began, cost / periods)
"""


def scenario(n_period: int, n_run: int, warm_up: int = 20) -> Scenario:
    """The system: stage a serves the customers, c buys from a source of any size; a period is a week."""

    def stage(level: float) -> dict[str, object]:
        return {"production": "5 t/week", "order_up_to": f"{level} t"}

    demand = {"use": {"amount": "5 t/week", "each_step": {"kind": "normal", "sd": "1 t"}}}
    leads = {"a.stage": "1 week", "b.stage": "1 week", "c.stage": "2 weeks"}
    return Scenario.model_validate(
        {
            "clock": {"start": "2026-01-01", "horizon": f"{n_period} weeks", "step": "1 week"},
            "runs": {"count": n_run, "rng_seed": 1},
            "rules": {"spare": "100000 %", "price": {"feedback": False}},
            "watch": {"series": [], "warm_up": f"{warm_up} weeks"},
            "network": {
                "commodities": {"c.stage": {}, "b.stage": {"recipe": {"c.stage": 1}}, "a.stage": {"recipe": {"b.stage": 1}}},
                "nodes": {
                    "c.stage.X": stage(10.69),
                    "b.stage.X": stage(5.53),
                    "a.stage.X": stage(6.49) | {"unmet": "backordered", "demand": demand},
                },
                "trade": [{"commodity": name, "from": "X", "to": "X", "lead": lead} for name, lead in leads.items()],
            },
        }
    )


def cost(outcomes: Mapping[str, Floats], nodes: Mapping[str, int]) -> Floats:
    """Mean cost of a period from the product's measures, [run].

    Arguments:
        outcomes: by measure, [row, run].
        nodes: row of each stage, by its letter.
    """
    held, under_way, owed = (outcomes[f"{name}_mean_t"] for name in ("stock", "under_way", "backorders"))
    a, b, c = (nodes[letter] for letter in "abc")
    return 7 * held[a] + 4 * (held[b] + under_way[a]) + 2 * (held[c] + under_way[b]) + 37.12 * owed[a]


def product(model: Model, n_run: int, seed: int) -> tuple[float, float]:
    """Seconds for one batch with its draws and measures, and its mean cost."""
    tally: list[StockTally] = []

    def count(room: Room, k: int) -> None:
        if not tally:
            tally.append(StockTally(room, model.threshold, model.warm_up_steps))
        tally[0].count(room, k)

    net, began = model.network, time.perf_counter()
    simulate(net, draw(model, seed, 0, n_run), count)
    outcomes = tally[0].outcomes(net.step_days, net.n_step)
    took = time.perf_counter() - began
    return took, float(cost(outcomes, {name[0]: n for n, name in enumerate(net.commodities)}).mean())


def main() -> None:
    """Print the table."""
    python = interpreter("stockpyl", *STOCKPYL)
    asked = scenario(PERIODS["product"], 1)
    model = compile_model(asked)
    n_run = batch_size(model.network)
    whole = scenario(PERIODS["product"], n_run)
    rows: dict[str, list[tuple[float, float]]] = {"product": [], "product, whole ensemble": [], "SimPy": []}
    rows |= {"stockpyl": []} if python else {}
    product(model, n_run, 0)
    for turn in range(ROUNDS):
        took, mean = product(model, n_run, turn)
        rows["product"].append((STAGES * PERIODS["product"] * n_run / took, mean))
        began = time.perf_counter()
        record = ensemble(whole, model)
        rate = STAGES * PERIODS["product"] * n_run / (time.perf_counter() - began)
        places = {place.commodity[0]: i for i, place in enumerate(record.places) if place.sector == "all"}
        rows["product, whole ensemble"].append((rate, float(cost(record.outcomes, places).mean())))
        began = time.perf_counter()
        mean = mean_cost(PERIODS["SimPy"], turn)
        rows["SimPy"].append((STAGES * PERIODS["SimPy"] / (time.perf_counter() - began), mean))
        if python:
            took, mean = told(python, THEIRS, PERIODS["stockpyl"], turn)
            rows["stockpyl"].append((STAGES * PERIODS["stockpyl"] / took, mean))
    print(f"\nserial system of {STAGES} stages; product in batches of {n_run:,} runs; medians of {ROUNDS} rounds, {sys.version.split()[0]}")
    print(f"{'':26s}{'node-periods/s':>16s}{'mean cost':>12s}{'product is':>14s}{'(range)':>18s}")
    for name, found in rows.items():
        rates, means = zip(*found, strict=True)
        ratios = sorted(ours / other for (ours, _), other in zip(rows["product"], rates, strict=True))
        times = f"{statistics.median(ratios):11,.0f} x  ({ratios[0]:,.0f}-{ratios[-1]:,.0f})" if "product" not in name else ""
        print(f"{name:26s}{statistics.median(rates):16,.0f}{np.mean(means):12.2f}{times:>32s}")
    print(f"the truth is {TRUTH}" + ("" if python else "; stockpyl could not be installed"))


if __name__ == "__main__":
    main()
