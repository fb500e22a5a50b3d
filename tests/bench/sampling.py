"""How many plain runs of the flagship are as sure of a mean as one Sobol run: from the spread of the mean over generator numbers."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from sim.model.compile import compile_model
from sim.model.world import Floats
from sim.scenario import Scenario, load
from sim.study.ensemble import ensemble

SEEDS = 24
COUNTS = (256, 1024, 4096, 16384)
MEASURES = ("unmet_t", "forgone_share", "price_peak")


def totals(scenario: Scenario) -> dict[str, Floats]:
    """Measures added up over the places that are whole nodes, [run]."""
    model = compile_model(scenario)
    record = ensemble(scenario, replace(model, series=("unmet",)))
    whole = [row for row, place in enumerate(record.places) if place.sector == "all"]
    kept = {name: [record.row(name, row) for row in whole] for name in MEASURES}
    return {name: np.sum([v for v in values if v is not None], axis=0) for name, values in kept.items()}


def main() -> None:
    """Print the table."""
    print(f"\nplain runs in one Sobol run, flagship, all regions together; from {SEEDS} generator numbers")
    print(f"{'mean of':36s}" + "".join(f"{n:>10,d}" for n in COUNTS))
    for feedback in (True, False):
        base = [f"rules.price.feedback={str(feedback).lower()}"]
        plain = totals(load("gallium-export-halt", sets=[*base, "runs.count=40000", "runs.rng_seed=987654"]))
        gains: dict[str, list[str]] = {name: [] for name in MEASURES}
        for n in COUNTS:
            sets = [*base, f"runs.count={n}", "runs.sampler=sobol"]
            found = [totals(load("gallium-export-halt", sets=[*sets, f"runs.rng_seed={seed}"])) for seed in range(SEEDS)]
            for name in MEASURES:
                spread = np.var([each[name].mean() for each in found], ddof=1)
                gains[name].append(f"{plain[name].var() / n / spread:10.1f}" if spread > 0 and name in plain else f"{'-':>10s}")
        for name, row in gains.items():
            part = f"{100 * (plain[name] > 0).mean():.2g} % of runs"
            print(f"{name + ('' if feedback else ', quantities only'):36s}" + "".join(row) + f"   above nothing in {part}", flush=True)


if __name__ == "__main__":
    main()
