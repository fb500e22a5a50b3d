"""What the log tells of policies."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from sim.engine.twin import Event, run_twin
from sim.engine.twin.news import KINDS
from tests.twin.policies import Policy, with_policies
from tests.twin.worlds import STEADY, STEPS_PER_YEAR, Case, Flow, Market, Node, Pile, Strike, build, day, pair

YEAR = STEPS_PER_YEAR
METAL = "x.metal"


def two_sellers(n_step: int = 9, piles: Sequence[Pile] = ()) -> Case:
    """CCC buys 1 t a step from AAA, and might from BBB once it has approved it; both have plenty in stock."""
    nodes = [Node(METAL, "AAA", buffer=30), Node(METAL, "BBB", {"cars": YEAR}, buffer=30, cover=20)]
    nodes.append(Node(METAL, "CCC", {"cars": YEAR, "wind": YEAR}, cover=20))
    flows = [Flow(METAL, "AAA", "CCC", 2 * YEAR), Flow(METAL, "BBB", "CCC", 0.0, qualify=9.0), Flow(METAL, "BBB", "BBB", YEAR)]
    return build(nodes, flows, (), piles, STEADY, n_step)


@pytest.mark.parametrize(
    ("policy", "size", "whole", "effect"),
    [
        (Policy("tariff", METAL, ["AAA"], size=0.25), (0.25, "share"), "imports of x.metal from AAA to CCC", "pay a duty of 25 %"),
        (
            Policy("import_quota", METAL, ["AAA"], size=0.6),
            (0.4, "share"),
            "imports of x.metal from AAA to CCC",
            "are held to 60 % of the normal flow",
        ),
        (Policy("export_control", METAL, ["AAA"]), (1.0, "share"), "exports of x.metal from AAA to CCC", "stop"),
        (
            Policy("export_control", METAL, ["AAA"], size=0.1),
            (0.9, "share"),
            "exports of x.metal from AAA to CCC",
            "are held to 10 % of the normal flow",
        ),
        (
            Policy("beyond_price", METAL, ["AAA"], size=0.5),
            (0.5, "share"),
            "sellers of x.metal in AAA",
            "count 50 % more at equal price with buyers in CCC",
        ),
        (
            Policy("single_source_cap", METAL, buyers=["CCC"], size=0.65),
            (0.65, "share"),
            "buyers of x.metal in CCC",
            "take at most 65 % from one foreign seller",
        ),
        (
            Policy("joint_procurement", METAL, size=0.8),
            (0.8, "share"),
            "buyers of x.metal in BBB, CCC",
            "share 80 % of what each seller grants them, and forgo as much of their hurry and extra stock",
        ),
        (
            Policy("supplier_qualification", METAL, extra=8.0),
            (56.0, "days"),
            "approval of sellers of x.metal in BBB by buyers in CCC",
            "takes 8 weeks",
        ),
        (
            Policy("demand_reduction", METAL, buyers=["CCC"], size=0.2),
            (0.2, "share"),
            "demand for x.metal by cars, wind in CCC",
            "falls by 20 %",
        ),
        (
            Policy("recycling", METAL, buyers=["CCC"], size=0.5, extra=0.8),
            (0.5, "share"),
            "recyclers of x.metal in CCC",
            "collect 50 % of what comes out of use and win back 80 % of that",
        ),
        (
            Policy("substitution", METAL, buyers=["CCC"], size=0.3, trigger=2.0),
            (0.3, "share"),
            "use of x.metal by cars, wind in CCC",
            "may go over to other materials up to 30 % once it costs 2 times what it did at rest",
        ),
    ],
    ids=lambda value: value.kind if isinstance(value, Policy) else "",
)
def test_a_policy_is_told_when_it_comes_into_force_when_it_is_in_full_and_when_it_ends(
    policy: Policy, size: tuple[float, str], whole: str, effect: str
) -> None:
    course = replace(policy, start=1.0, ramp=2.5, end=6.0, name="act")
    assert _policies(with_policies(two_sellers(), course)) == [
        (1, "policy in force", *size, f"policy act comes into force: {whole} {effect}, in full from {day(3.5)}"),
        (3, "policy in full force", *size, f"policy act is in full force: {whole} {effect}"),
        (6, "policy ends", 35.0, "days", f"policy act ends after 5 weeks: {whole}"),
    ]


def test_works_begin_to_run_in_and_then_run_in_full() -> None:
    policy = Policy("capacity_project", METAL, ["BBB"], start=1.0, ramp=4.0, size=26 / YEAR, offtake={"CCC": 0.6, "BBB": 0.1}, name="mine")
    events = _events(with_policies(two_sellers(), policy))
    assert [(e.step, e.date, e.kind, round(e.amount, 6), e.unit, e.region, e.text) for e in events] == [
        (
            1, day(1), "policy in force", round(26 / YEAR, 6), "t", "BBB",
            "policy mine comes into force: works of 26 t/year for x.metal in BBB begin to run in, in full from 2025-02-05; "
            "their output goes first to BBB (10 %), CCC (60 %)",
        ),
        (1, day(13 / 7), "source qualified", 7.0, "days", "CCC", "CCC users of x.metal have approved BBB as a source; it took 1 week"),
        (
            5, day(5), "policy in full force", round(26 / YEAR, 6), "t", "BBB",
            "policy mine is in full force: works of 26 t/year for x.metal in BBB run in full",
        ),
    ]  # fmt: skip


def test_a_policy_without_a_ramp_is_told_once_and_one_that_ends_before_it_never_in_full() -> None:
    at_once = Policy("demand_reduction", METAL, buyers=["CCC"], start=2.0, size=0.1, name="act")
    text = "policy act comes into force: demand for x.metal by cars, wind in CCC falls by 10 %"
    assert _policies(with_policies(two_sellers(), at_once)) == [(2, "policy in force", 0.1, "share", text)]
    cut_short = replace(at_once, ramp=4.0, end=4.0)
    assert [told[:2] for told in _policies(with_policies(two_sellers(), cut_short))] == [(2, "policy in force"), (4, "policy ends")]
    works = Policy("capacity_project", METAL, ["BBB"], start=2.0, size=26 / YEAR, name="mine")
    assert [told[-1] for told in _policies(with_policies(two_sellers(), works))] == [
        "policy mine comes into force: works of 26 t/year for x.metal in BBB run in full"
    ]


def test_warnings_are_told_when_given_and_false_ones_as_such() -> None:
    seen = Policy("early_warning", METAL, ["AAA"], announced=1.0, start=3.0, end=5.0, name="watch.halt")
    alarm = Policy("early_warning", METAL, (), ["CCC"], announced=2.0, start=2.0, end=6.0, name="watch.false-alarms")
    assert _policies(with_policies(two_sellers(), replace(seen, buyers=["CCC"]), alarm)) == [
        (
            1, "warning given", 14.0, "days",
            "policy watch.halt warns buyers of x.metal in CCC: exports from AAA are to be restricted from 2025-01-22",
        ),
        (2, "warning given", 0.0, "days", "policy watch.false-alarms warns buyers of x.metal in CCC of nothing: a false alarm"),
        (5, "warning called off", 28.0, "days", "policy watch.halt calls off its warning after 4 weeks: buyers of x.metal in CCC"),
        (6, "warning called off", 28.0, "days", "policy watch.false-alarms calls off its warning after 4 weeks: buyers of x.metal in CCC"),
    ]  # fmt: skip


def test_a_source_approved_with_the_help_of_a_policy_is_told_with_the_time_it_took() -> None:
    case = with_policies(two_sellers(), Policy("supplier_qualification", METAL, start=2.0, extra=4.0))
    events = [e for e in _events(case) if e.kind == "source qualified"]
    assert [(e.step, e.amount) for e in events] == [(5, 28.0)]
    assert events[0].text == "CCC users of x.metal have approved BBB as a source; it took 4 weeks"


def test_an_export_quota_is_told_as_a_restriction() -> None:
    quota = Strike("export_quota", METAL, ["AAA"], 2.0, 4.0, size=0.4, name="quota")
    told = [(e.step, e.kind, e.text) for e in _events(pair([quota], cover=9.0, n_step=6))]
    assert told == [
        (2, "restriction starts", "quota begins: exports of x.metal from AAA to BBB are held to 40 % of the normal flow"),
        (4, "restriction ends", "quota ends after 2 weeks: exports of x.metal from AAA to BBB"),
    ]


@pytest.mark.parametrize(("kind", "begins"), [("single_source_cap", 2.75), ("export_control", 2.5)])
def test_a_policy_that_withholds_nothing_does_not_date_a_shortage_earlier(kind: str, begins: float) -> None:
    # A fourfold rise in the last quarter of step 2 doubles what is wanted in it; half is served.
    surge = Strike("demand_surge", METAL, ["BBB"], 2.75, 3.0, size=4.0)
    case = with_policies(pair([surge], cover=0.0, n_step=3), Policy(kind, METAL, ["AAA"], size=1.0))
    starts = [e for e in _events(case) if e.kind == "shortage starts"]
    assert [e.date for e in starts] == [day(begins)]


def test_who_leaves_a_pool_is_told_with_what_it_takes_along() -> None:
    pile = Pile(METAL, ["BBB", "CCC"], 8.0, parts=(0.25, 0.75), leave={"CCC": 2.5}, name="pool")
    case = two_sellers(piles=[pile])
    told = [(e.step, e.kind, e.region, e.amount, e.text) for e in _events(case)]
    assert told == [(3, "member leaves", "CCC", 6.0, "CCC leaves store pool of x.metal with its account of 6 t")]


def test_a_price_floor_whose_budget_is_spent_is_told_once() -> None:
    nodes = [Node(METAL, "AAA", buffer=0, spare=0.5, floor=1.2, price=100.0), Node(METAL, "BBB", {"cars": YEAR}, short=0.0, long=0.0)]
    habits = replace(STEADY, market=Market(alpha=0.0, floor_budget=60.0))
    events = _events(build(nodes, [Flow(METAL, "AAA", "BBB", YEAR)], habits=habits, n_step=6))
    text = "price floor floor for x.metal from AAA ends: its budget of 60 USD is spent"
    assert [(e.step, e.kind, e.amount, e.unit, e.text) for e in events] == [(2, "price floor spent", 60.0, "USD", text)]


def test_users_who_go_over_to_another_material_are_told_when_half_of_them_have() -> None:
    nodes = [Node(METAL, "AAA", buffer=30), Node(METAL, "BBB", {"cars": YEAR}, cover=20), Node("y.alloy", "BBB", {"swap": 0.0})]
    case = build(nodes, [Flow(METAL, "AAA", "BBB", YEAR)], habits=STEADY, n_step=9)
    change = Policy("substitution", METAL, buyers=["BBB"], start=1.0, ramp=4.0, end=7.0, size=0.4, trigger=1.0, name="act")
    for instead, other in (("y.alloy", "y.alloy"), ("", "other materials")):
        told = [(e.step, e.kind, e.text) for e in _events(with_policies(case, replace(change, instead=instead))) if "short" not in e.kind]
        whole = f"use of x.metal by cars in BBB may go over to {other} up to 40 %"
        assert told == [
            (1, "policy in force", f"policy act comes into force: {whole}, in full from {day(5)}"),
            (3, "users change", f"BBB use of x.metal by cars goes over to {other}: 25 % of it has"),
            (5, "policy in full force", f"policy act is in full force: {whole}"),
            (7, "policy ends", "policy act ends after 6 weeks: use of x.metal by cars in BBB"),
            (7, "users change back", f"BBB use of x.metal by cars comes back from {other}: 0 % of it is still gone"),
        ]


def _events(case: Case) -> tuple[Event, ...]:
    events = run_twin(case.network, case.world, 0).events
    assert {e.kind for e in events} <= set(KINDS)
    return events


def _policies(case: Case) -> list[tuple[int, str, float, str, str]]:
    told = [e for e in _events(case) if e.kind.startswith(("policy", "warning"))]
    return [(e.step, e.kind, round(e.amount, 9), e.unit, e.text) for e in told]
