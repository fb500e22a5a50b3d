"""A chain of sectors that stop for want of buyers: the product's input-output step against BoARIO, table for table.

The models differ (inoperability here, stocks and rebuilding there); what is compared is a step of one sector of the same table. The
product's time holds the market of the material that the first sector lacks, and all its measures.
"""

from __future__ import annotations

import statistics
import time

import numpy as np

from sim.model.compile import compile_model
from sim.scenario import Scenario
from sim.study.ensemble import ensemble
from tests.bench.others import interpreter, told

ROUNDS = 5
SIZES = (8, 48, 120)
STEPS = 365
RUNS = 512
PACKAGES = ("boario==0.7.2", "pymrio==0.7.0", "progressbar2==4.6.0")
TABLE = """
import sys
import numpy as np
n, steps = int(sys.argv[1]), int(sys.argv[2])
rng = np.random.default_rng(n)
coefficients = rng.random((n, n))
coefficients *= 0.5 / coefficients.sum(0)
demand = rng.random(n) + 0.5
"""
THEIRS = (
    TABLE
    + """
import logging, time
logging.disable(logging.CRITICAL)
import pandas as pd, pymrio
from boario.event import from_series
from boario.extended_models import ARIOPsiModel
from boario.simulation import Simulation
output = np.linalg.solve(np.eye(n) - coefficients, demand)
rows = pd.MultiIndex.from_product([["B"], [f"s{i}" for i in range(n)]], names=["region", "sector"])
final = pd.MultiIndex.from_product([["B"], ["final"]], names=["region", "category"])
table = pymrio.IOSystem(Z=pd.DataFrame(coefficients * output, rows, rows), Y=pd.DataFrame(demand[:, None], rows, final)).calc_all()
world = Simulation(ARIOPsiModel(table), n_temporal_units_to_sim=steps)
stop = dict(event_type="arbitrary", occurrence=30, duration=60, recovery_tau=60, recovery_function="linear", name="stop")
world.add_event(from_series(impact=pd.Series({("B", "s0"): 0.5}), **stop))
began = time.perf_counter()
world.loop()
print(time.perf_counter() - began)
"""
)


def scenario(n: int, n_run: int) -> Scenario:
    """A metal that a country's first sector needs is cut by half for two months, in an economy of n sectors."""
    rng = np.random.default_rng(n)
    coefficients = rng.random((n, n))
    coefficients *= 0.5 / coefficients.sum(0)
    demand = rng.random(n) + 0.5
    table = {
        "sectors": [f"s{i}" for i in range(n)],
        "coefficients": coefficients.tolist(),
        "final_demand": [f"{amount} bn USD/year" for amount in demand],
    }
    return Scenario.model_validate(
        {
            "clock": {"start": "2026-01-01", "horizon": f"{STEPS} days", "step": "1 day"},
            "runs": {"count": n_run},
            "watch": {"series": ["unmet"]},
            "rules": {"price": {"feedback": False}},
            "network": {
                "commodities": {"a.metal": {}},
                "nodes": {"a.metal.A": {"production": "100 t/year"}, "a.metal.B": {"demand": {"s0": "100 t/year"}, "cover": "10 days"}},
            },
            "sectors": {"s0": {"product_stock": "0 days"}},
            "economies": {"B": table},
            "shocks": {
                "cut": {
                    "kind": "outage", "commodity": "a.metal", "region": "A", "severity": "50 %", "start": "2026-01-31",
                    "duration": {"uniform": ["30 days", "90 days"]},
                }
            },
        }
    )  # fmt: skip


def main() -> None:
    """Print the table."""
    python = interpreter("boario", *PACKAGES)
    if python is None:
        print("BoARIO could not be installed")
        return
    print(f"\nsectors of one economy, {STEPS} steps; product {RUNS} runs, BoARIO its one; medians of {ROUNDS} rounds")
    print(f"{'sectors':>8s}{'product, sector-steps/s':>26s}{'BoARIO':>12s}{'product is':>14s}{'(range)':>18s}")
    for n in SIZES:
        asked = scenario(n, RUNS)
        model, rates = compile_model(asked), list[tuple[float, float]]()
        for _ in range(ROUNDS):
            began = time.perf_counter()
            ensemble(asked, model)
            took = time.perf_counter() - began
            rates.append((RUNS * n * STEPS / took, n * STEPS / told(python, THEIRS, n, STEPS)[0]))
        ours, other = (statistics.median(column) for column in zip(*rates, strict=True))
        ratios = sorted(a / b for a, b in rates)
        print(f"{n:8d}{ours:26,.0f}{other:12,.0f}{statistics.median(ratios):12,.0f} x  ({ratios[0]:,.0f}-{ratios[-1]:,.0f})")


if __name__ == "__main__":
    main()
