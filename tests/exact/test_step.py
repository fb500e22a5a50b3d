"""Step: a day, a week and a month agree on when stocks run out, within one step of the longer."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import sim
from tests.property.networks import networks
from tests.property.test_invariants import scenario_of
from tests.worlds import run_text, two_sources

QUANTITIES_ONLY = "rules.price.feedback=false"
DAYS = {"1 day": 1.0, "1 week": 7.0, "1 month": 365.25 / 12}


@pytest.mark.parametrize("stock", [1.0, 3.3, 10.0])
def test_a_stock_that_is_drawn_down(stock: float) -> None:
    """Known exactly: the stock over what is missing, from the day the last shipment under way has landed."""
    for step, days in DAYS.items():
        result = run_text(two_sources(stock=stock, shock="duration: 9 years"), horizon="9 years", step=step, runs=1)
        first = result.record.outcome("first_shortage_days", "x.made", "B")[0]
        assert first == pytest.approx(stock / 6 * 365.25 + days, abs=days)


def test_the_flagship() -> None:
    # Fear as it usually is (1.7): what buyers lay by at more makes shortages creep over the threshold, and then dates hang on the step.
    plain = [QUANTITIES_ONLY, "rules.uneven_stocks=0", "rules.front_running=1", "rules.hoarding=1.7"]
    first = {step: sim.run("gallium-export-halt", runs=40, sets=[f"clock.step={step}", *plain]).record for step in DAYS}
    for region in ("EU27", "JPN", "KOR", "USA"):
        dates = {step: record.outcome("first_shortage_days", "gallium.refined", region) for step, record in first.items()}
        for step, days in DAYS.items():
            both = ~np.isnan(dates["1 day"]) & ~np.isnan(dates[step])
            assert both.sum() >= 0.9 * (~np.isnan(dates["1 day"])).sum()
            assert np.abs(dates[step] - dates["1 day"])[both].max() <= days


@settings(max_examples=10)
@given(networks(stages=1), st.integers(0, 3))
def test_small_networks(mapping: dict[str, Any], which: int) -> None:
    """The producer that stops takes with it more than half of all supply, so that users run dry and do not just graze the threshold."""
    nodes = mapping["network"]["nodes"]
    makers = [name for name in nodes if "production" in nodes[name]]
    nodes[makers[which % len(makers)]]["spare"] = 0.0
    mapping["rules"].update(
        hoarding=1,
        use="proportional",
        ship="proportional",
        uneven_stocks=0,
        lead_home="5 weeks",
        lead_abroad="9 weeks",
        price={"feedback": False},
    )
    for node in nodes.values():
        node["buffer"] = "0 days"
    shocks = {}
    for i, name in enumerate(makers):
        commodity, _, region = name.rpartition(".")
        shocks[f"s{i}"] = {"kind": "outage", "commodity": commodity, "region": region, "severity": 0.8, "start": "2026-03-01"}
    mapping["shocks"] = shocks
    mapping["runs"]["count"] = 1
    records = {}
    for step in DAYS:
        mapping["clock"]["step"] = step
        records[step] = sim.run(scenario_of(mapping)).record
    for row, place in enumerate(records["1 day"].places):
        if place.sector == "all":
            dates = {step: record.outcomes["first_shortage_days"][row, 0] for step, record in records.items()}
            for step, days in DAYS.items():
                assert abs(dates[step] - dates["1 day"]) <= days, (place, dates)
