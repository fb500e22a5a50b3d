"""All chains of the pack as one model."""

from __future__ import annotations

import time

import sim
from sim.data import materials
from sim.scenario import Scenario


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
