"""Whether an episode scores what it was told: an observable that the scenario states is no test of the model."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from sim.data.observed import Observable
from sim.draw import draw
from sim.errors import Problem
from sim.measure.observed import node_of, ratio_of
from sim.model.model import Model
from sim.model.world import Events, Floats, Ints, Network, ShockPlan
from sim.scenario import Scenario

STATED_TRADE = ("export_ban", "export_quota", "export_control", "import_quota")
WORLDS = 32
"""Worlds looked at, where dates are laws."""
WHOLE = 1e-9
"""Steps by which rounding may move a day."""


def stated(scenario: Scenario, model: Model, items: Sequence[Observable], file: str) -> list[Problem]:
    """A problem for each observable that the scenario itself states.

    Arguments:
        scenario: the episode's.
        model: it compiled.
        items: what was observed; the network has their places.
        file: where they are written, for messages.
    """
    net = model.network
    world = draw(model, scenario.runs.rng_seed, 0, WORLDS)
    problems = []
    for item in items:
        for what in _reasons(scenario, net, world.events, item):
            remedy = "Score what followed from it instead: a price, a stock, a shortage, a date."
            problems.append(Problem(file=file, line=item.line, where=item.name, what=what, remedy=remedy))
            break
    return problems


def _reasons(scenario: Scenario, net: Network, events: Sequence[Events], item: Observable) -> Iterator[str]:
    first, last = ((day - net.start).days / net.step_days for day in (item.over.first, item.over.last))
    begun = [float(np.minimum(event.announced, event.start).min()) for event in events]
    if last <= min(begun, default=np.inf) + WHOLE:
        yield "is over before anything has happened: it is what the scenario starts from"
    for plan, event in zip(net.shocks, events, strict=True):
        if _states(plan, net, item):
            starts, ends = _in_force(scenario, plan, event)
            if ((starts <= first + WHOLE) & (ends >= last - WHOLE)).any():
                yield f"is stated by {'policies' if plan.is_policy else 'shocks'}.{plan.name} for the whole of its period"


def _states(plan: ShockPlan, net: Network, item: Observable) -> bool:
    """Whether the shock's size says outright what the series is while it is in force."""
    if item.series in ("exports", "imports"):
        return plan.kind in (*STATED_TRADE, "export_licence") and _all_in(_rows(net, item), plan.links)
    if item.series == "import_share":
        # Of a part both sides must be stated: what the one sends, and what all others do.
        bottom = ratio_of(item, net).bottom
        return plan.kind in STATED_TRADE and bottom is not None and _all_in(np.array(bottom.rows, dtype=np.intp), plan.links)
    node = node_of(net, item.commodity, item.region)
    if item.series in ("production", "world_share"):
        return plan.kind == "outage" and _all_in(np.array([node]), plan.nodes)
    users = np.flatnonzero(net.users.node == node)
    return item.series == "use" and plan.kind in ("demand_surge", "demand_reduction") and _all_in(users, plan.users)


def _rows(net: Network, item: Observable) -> Ints:
    return np.array(ratio_of(item, net).top.rows, dtype=np.intp)


def _all_in(rows: Ints, struck: Ints) -> bool:
    return len(rows) > 0 and bool(np.isin(rows, struck).all())


def _in_force(scenario: Scenario, plan: ShockPlan, event: Events) -> tuple[Floats, Floats]:
    """Steps between which the size that the author wrote holds. A licence whose course is the product's default states only its end."""
    if plan.kind == "export_licence":
        written = scenario.shocks[plan.name].model_fields_set
        if not {"processing", "ramp"} & written:
            return (event.ramp_end, event.end) if "approval" in written else (event.end, event.end)
    return event.start, event.end
