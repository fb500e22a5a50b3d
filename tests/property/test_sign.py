"""Sign: with the same draws, more stock, a shorter outage, more supply or less demand never adds unmet demand, on any run.

Where buyers compete that is true of the market, not of each buyer: one buyer with more stock to refill takes goods from the others.
So stock is compared as more cover for all, or as a store that no order book sees, and places only where they do not compete.
An export ban helps the exporter's own users, so made-up networks have outages; bans and licences are tested in shipped scenarios.
In a chain the same holds between stages: makers who are back sooner bid for inputs that others then lack. Made-up networks therefore
have one stage here; the shipped chains are tested as they are.
"""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import sim
from sim.engine import trade
from sim.model.compile import compile_model
from sim.study.ensemble import ensemble
from tests.property.networks import makers, networks
from tests.property.test_invariants import scenario_of

SLACK = 1e-9
RETURN = 5e-5
"""Part of what is wanted over all the years; 2e-5 was seen."""


@st.composite
def struck(draw: st.DrawFn, *, stages: int | None = None) -> dict[str, Any]:
    """A network with one outage and no hoarding."""
    mapping = draw(networks(stages=stages))
    mapping["rules"].update(hoarding=1, use="proportional", ship="proportional", uneven_stocks=0, price={"feedback": False})
    commodity, region = draw(st.sampled_from(makers(mapping)))
    shock: dict[str, Any] = {"commodity": commodity, "start": "2026-04-01", "duration": {"uniform": ["4 weeks", "60 weeks"]}}
    shock |= {"kind": "outage", "region": region}
    mapping["shocks"] = {"stop": shock}
    return mapping


def unmet(mapping: dict[str, Any]) -> np.ndarray:
    """Unmet final demand of all places together, t, [run].

    Buyers ask again for the last gram here: that nobody does so for a ten-thousandth of an order moves sums by as much, either way.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(trade, "FLOOR", 0.0)
        record = ensemble(scenario := scenario_of(mapping), compile_model(scenario))
    rows = [row for row, place in enumerate(record.places) if place.sector in ("chips", "cars")]
    return record.outcomes["unmet_t"][rows].sum(0)


def changed(mapping: dict[str, Any]) -> dict[str, Any]:
    return copy.deepcopy(mapping)


def add_cover(mapping: dict[str, Any]) -> None:
    for node in mapping["network"]["nodes"].values():
        node["cover"] = f"{int(node['cover'].split()[0]) + 4} weeks"


def add_store(mapping: dict[str, Any]) -> None:
    users = [name.rpartition(".") for name, node in mapping["network"]["nodes"].items() if "demand" in node]
    commodity = users[0][0]
    holders = [region for c, _, region in users if c == commodity]
    release = {"when": "shortage > 0 %"}
    store = {
        "kind": "stockpile",
        "commodity": commodity,
        "holders": holders,
        "target": "60 days",
        "initial": 1.0,
        "fill": "1000 years",
        "release": release,
    }
    mapping["policies"] = {"reserve": store}


def shorten(mapping: dict[str, Any]) -> None:
    mapping["shocks"]["stop"]["duration"] = {"uniform": ["2 weeks", "40 weeks"]}


def soften(mapping: dict[str, Any]) -> None:
    stop = mapping["shocks"]["stop"]
    stop["severity"] = 0.6


@settings(max_examples=25)
@given(struck(stages=1), st.sampled_from((add_cover, add_store, shorten, soften)))
def test_help_never_hurts(mapping: dict[str, Any], help_given: Any) -> None:
    before = unmet(mapping)
    helped = changed(mapping)
    help_given(helped)
    # When works come back the market rings for a few weeks, and a later return may meet it in a better phase (DESIGN.md, "What holds").
    wanted = sum(float(d["amount"].split()[0]) for n in mapping["network"]["nodes"].values() for d in n.get("demand", {}).values())
    phase = RETURN * 3 * wanted if help_given is shorten else 0.0
    assert np.all(unmet(helped) <= before + phase + SLACK * max(1.0, before.max()))


@settings(max_examples=20)
@given(networks(), st.sampled_from((0.1, 0.5)))
def test_a_smaller_surge_never_adds_unmet_demand(mapping: dict[str, Any], size: float) -> None:
    mapping["rules"].update(hoarding=1, use="proportional", ship="proportional", uneven_stocks=0, price={"feedback": False})
    node = next(name for name, facts in mapping["network"]["nodes"].items() if "demand" in facts)
    commodity, _, region = node.rpartition(".")
    surge = {"kind": "demand_surge", "commodity": commodity, "region": region, "start": "2026-04-01", "duration": "40 weeks"}
    small, large = changed(mapping), changed(mapping)
    small["shocks"] = {"surge": {**surge, "size": size}}
    large["shocks"] = {"surge": {**surge, "size": size + 0.3}}
    more = unmet(large)
    assert np.all(unmet(small) <= more + SLACK * max(1.0, more.max()))


@pytest.mark.parametrize("suppliers", [1, 2, 3])
def test_one_more_supplier(suppliers: int) -> None:
    """A buyer fed by n makers, the first of which stops: each further maker of the same demand lowers what goes unmet."""

    def with_makers(n: int) -> dict[str, Any]:
        nodes: dict[str, Any] = {f"x.made.A{i}": {"production": f"{60 / n!r} t/year", "spare": 0.1} for i in range(n)}
        nodes["x.made.B"] = {"cover": "4 weeks", "demand": {"chips": "60 t/year"}}
        return {
            "clock": {"start": "2026-01-01", "horizon": "3 years", "step": "1 week"},
            "runs": {"count": 20, "rng_seed": 4},
            "rules": {"price": {"feedback": False}},
            "network": {"commodities": {"x.made": {}}, "nodes": nodes},
            "shocks": {
                "stop": {
                    "kind": "outage",
                    "commodity": "x.made",
                    "region": "A0",
                    "start": "2026-04-01",
                    "duration": {"uniform": ["4 weeks", "60 weeks"]},
                }
            },
        }

    fewer, more = unmet(with_makers(suppliers)), unmet(with_makers(suppliers + 1))
    assert np.all(more <= fewer + SLACK)
    assert more.sum() < fewer.sum()


HELP = {
    "gallium-export-halt": (
        "shocks.halt.leakage=20 %",
        "shocks.halt.duration={lognormal: {median: 8 months, p90: 16 months}}",
        "variant=pooled-60",
    ),
    "germanium-licence": ("shocks.licences.approval=80 %", "shocks.licences.duration=1 year", "shocks.licences.processing=2 weeks"),
    "magnet-export-licence": (
        "shocks.licences.approval=90 %",
        "shocks.licences.duration={uniform: [4 months, 18 months]}",
        "shocks.licences.processing=2 weeks",
    ),
}


@pytest.mark.parametrize(("name", "change"), [(name, change) for name, changes in HELP.items() for change in changes])
def test_help_never_hurts_in_shipped_scenarios(name: str, change: str) -> None:
    plain = ["runs.count=100", "rules.hoarding=1", "rules.price.feedback=false"]
    variant, sets = (change.partition("=")[2], plain) if change.startswith("variant=") else (None, [*plain, change])
    before, after = (
        sim.run(name, sets=s, variant=v).frame().query("sector == 'all'").groupby("run").unmet_t.sum().to_numpy()
        for s, v in ((plain, None), (sets, variant))
    )
    assert np.all(after <= before + SLACK * max(1.0, before.max()))
    assert after.sum() < before.sum()


@pytest.mark.parametrize(("name", "change"), [(name, change) for name, changes in HELP.items() for change in changes])
def test_help_never_hurts_in_the_mean_where_prices_answer(name: str, change: str) -> None:
    """With prices on help may change who pays for what, so runs and buyers differ; what users lack altogether falls in the mean."""
    variant, sets = (change.partition("=")[2], []) if change.startswith("variant=") else (None, [change])
    before, after = (
        sim.run(name, runs=100, sets=s, variant=v).frame().query("sector == 'all'")[["unmet_t", "forgone_t"]].to_numpy().sum()
        for s, v in (([], None), (sets, variant))
    )
    assert after < before
