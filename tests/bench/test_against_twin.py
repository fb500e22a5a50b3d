"""Speed of the batch engine, as ratios taken in one run: `pytest -m bench -s tests/bench`."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from sim.draw import draw
from sim.engine.twin import run_twin
from sim.model.compile import compile_model
from sim.scenario import load
from sim.study.ensemble import ensemble

pytestmark = pytest.mark.bench
REPEATS = 5


def fastest(work: Callable[[], object]) -> float:
    """Seconds of the fastest of REPEATS goes."""
    times = []
    for _ in range(REPEATS):
        began = time.perf_counter()
        work()
        times.append(time.perf_counter() - began)
    return min(times)


def test_batch_against_twin() -> None:
    """Per run, the flagship: a batch of 1,000 with all outcomes and series folded, draws included, against the twin."""
    scenario = load("gallium-export-halt", sets=["runs.count=1000"])
    model = compile_model(scenario)
    world = draw(model, scenario.runs.rng_seed, 0, 8)
    batch, twin = [], []
    for run in range(REPEATS):
        batch.append(fastest(lambda: ensemble(scenario, model)) / 1000)
        twin.append(fastest(lambda run=run: run_twin(model.network, world, run)))
    ratios = sorted(t / b for t, b in zip(twin, batch, strict=True))
    print(f"\nbatch {1e3 * min(batch):.3f} ms a run, twin {1e3 * min(twin):.1f} ms a run; ratio {ratios[REPEATS // 2]:.0f} ({ratios[0]:.0f}-{ratios[-1]:.0f})")
    assert ratios[REPEATS // 2] >= 300
