"""Small scenarios written as YAML and run through the product."""

from __future__ import annotations

import tempfile
from pathlib import Path
from statistics import NormalDist
from types import SimpleNamespace
from typing import Any

import sim
from sim.api import Result

YEAR = 365.25
PLAIN = "{hoarding: 1, front_running: 1, buffer: 0 days, lead_abroad: 1 day, lead_home: 1 day, price: {feedback: false}}"


def write(text: str) -> Path:
    """A scenario file with this text, in a folder of its own."""
    path = Path(tempfile.mkdtemp(prefix="sim-test-")) / "scenario.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def run_text(body: str, *, horizon: str, step: str, runs: int, rng_seed: int = 1, rules: str = PLAIN) -> Result:
    """Run a scenario given as a body; clock, runs and rules are added."""
    return sim.run(write(head(horizon=horizon, step=step, runs=runs, rng_seed=rng_seed, rules=rules) + body))


def head(*, horizon: str, step: str, runs: int, rng_seed: int = 1, rules: str = PLAIN) -> str:
    """Clock, runs and rules of a scenario."""
    return (
        f"clock: {{start: 2026-01-01, horizon: {horizon}, step: {step}}}\nruns: {{count: {runs}, rng_seed: {rng_seed}}}\nrules: {rules}\n"
    )


def two_sources(*, stock: float, shock: str, demand: float = 10, home: float = 4, spare: float = 0) -> str:
    """A buyer B with a stock, a home producer and a foreign one, A, that an outage `stop` strikes from the first day."""
    producer = f"production: {home} t/year, spare: 0, " if home else ""
    start = "" if "every:" in shock else "start: 2026-01-01\n    "
    return f"""
network:
  commodities: {{x.made: {{}}}}
  nodes:
    x.made.A: {{production: {demand - home} t/year, spare: {spare}}}
    x.made.B: {{{producer}cover: {stock / demand} years, demand: {{use: {demand} t/year}}}}
shocks:
  stop:
    kind: outage
    commodity: x.made
    region: A
    {start}{shock}
"""


def bell(mean: float, sd: float, n: int = 1000) -> str:
    """A normal law as so many values of equal chance: a law without bounds is refused where numbers below 0 have no meaning."""
    z = [NormalDist().inv_cdf((i + 0.5) / n) for i in range(n)]
    spread = (sum(x * x for x in z) / n) ** 0.5
    return f"{{empirical: [{', '.join(f'{mean + sd * x / spread:.7g}' for x in z)}]}}"


def estimate_of(result: Result, measure: str, region: str, sector: str = "all") -> Any:
    """A row of the summary; chances as an object with `low` and `high`, other measures as a mapping."""
    table = result.summary()
    row = table[(table.measure == measure) & (table.region == region) & (table.sector == sector)].iloc[0]
    return SimpleNamespace(**row) if measure.startswith("p_") else row
