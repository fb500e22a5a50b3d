"""The log: what a person reads of a run."""

from __future__ import annotations

from math import inf

import pytest

from sim.engine.twin import run_twin
from sim.engine.twin.log import KINDS, Event
from tests.twin.worlds import STEADY, STEPS_PER_YEAR, Flow, Node, Pile, Strike, build, chain, day, pair

METAL = "x.metal"


def test_a_small_story_is_told_in_order() -> None:
    ban = Strike("export_ban", METAL, ["AAA"], 2.0, 8.0, size=0.1, announced=-3.0, name="halt")
    pile = Pile(METAL, ["BBB"], 1.8, trigger=0.1, at_most=0.5, name="reserve")
    case = pair([ban], [pile], cover=3.0, n_step=16)
    events = run_twin(case.network, case.world, 0).events
    # 0.9 t a step is missing from step 3 to 8; 3 t of stock bridge three steps and a third.
    assert [(e.step, e.kind, round(e.amount, 9), e.unit) for e in events] == [
        (-3, "announced", 0.9, "share"),
        (2, "restriction starts", 0.9, "share"),
        (4, "stock half gone", 1.2, "t"),
        (6, "store releases", 0.3, "t"),
        (6, "stock empty", 0.0, "t"),
        (6, "shortage starts", 0.3, "t"),
        (8, "restriction ends", 42.0, "days"),
        (9, "store release ends", 1.2, "t"),
        (9, "shortage ends", 1.2, "t"),
    ]
    # Of step 6 the stock and the store serve 70 %.
    assert [e.date for e in events] == [day(6.7 if e.kind == "shortage starts" else e.step) for e in events]
    assert {(e.commodity, e.region) for e in events} == {(METAL, "AAA"), (METAL, "BBB")}
    told = {e.kind: e.text for e in events}
    assert told == {
        "announced": "halt is announced for 2025-01-15: exports of x.metal from AAA to BBB",
        "restriction starts": "halt begins: exports of x.metal from AAA to BBB stop, but 10 % of the normal flow leaks through",
        "stock half gone": "BBB users' stock of x.metal is half gone: 1.2 t of a normal 3 t",
        "store releases": "store reserve of x.metal releases 300 kg to BBB; 1.5 t is left",
        "stock empty": "BBB users' stock of x.metal is empty: 0 t of a normal 3 t",
        "shortage starts": "BBB users of x.metal run short: 30 % of this week's 1 t cannot be served",
        "restriction ends": "halt ends after 6 weeks: exports of x.metal from AAA to BBB",
        "store release ends": "store reserve of x.metal releases no more: it gave 1.2 t to BBB in 3 weeks; 600 kg is left",
        "shortage ends": "BBB users of x.metal are served again after 16 days; they missed 1.2 t",
    }


def test_a_store_that_runs_out_and_one_that_fills_up() -> None:
    outage = Strike("outage", METAL, ["AAA"], 0.0, 4.0)
    out = _events(pair([outage], [Pile(METAL, ["BBB"], 1.5)], cover=0.0, n_step=6))
    assert _told(out, "store empty") == [(2, "store store of x.metal is empty; its target is 1.5 t")]
    nodes = [Node(METAL, "AAA", buffer=2), Node(METAL, "BBB", {"cars": STEPS_PER_YEAR}, cover=3)]
    flow = Flow(METAL, "AAA", "BBB", STEPS_PER_YEAR)
    up = _events(build(nodes, [flow], (), [Pile(METAL, ["BBB"], 1.0, 0.0, fill=2.0)], STEADY, 7))
    assert _told(up, "store full") == [(2, "store store of x.metal is full: 1 t")]
    assert len(up) == 1


def test_licences_outages_and_surges_are_told_with_their_easing() -> None:
    licence = Strike("export_licence", METAL, ["AAA"], 1.0, 5.0, 9.0, 40.0, after=0.4, name="licence")
    outage = Strike("outage", METAL, ["AAA"], 2.5, 3.5, 6.5, size=0.3, name="fire")
    surge = Strike("demand_surge", METAL, ["BBB"], 3.0, 4.0, size=0.25, name="boom")
    shocks = [e for e in _events(pair([licence, outage, surge], cover=50.0)) if e.unit != "t"]
    assert [(e.step, e.kind, e.text) for e in shocks] == [
        (1, "restriction starts", "licence begins: exports of x.metal from AAA to BBB wait for licences; none passes yet"),
        (2, "outage starts", "fire begins: output of x.metal in AAA falls by 30 %"),
        (3, "surge starts", "boom begins: demand for x.metal by cars in BBB rises by 25 %"),
        (3, "recovery begins", "fire eases: nothing is left of it from 2025-02-15"),
        (4, "surge ends", "boom ends after 1 week: demand for x.metal by cars in BBB"),
        (5, "approvals begin", "licence eases: at most 60 % of the normal flow passes from 2025-03-05"),
        (6, "outage ends", "fire ends after 4 weeks: output of x.metal in AAA"),
    ]
    assert [e.date for e in shocks][1] == day(2.5)


@pytest.mark.parametrize(
    ("kind", "after", "size", "ramp_end", "passes", "text"),
    [
        ("export_licence", 0.6, 0.0, 6.0, 0.4, "at most 40 % of the normal flow passes from 2025-02-12"),
        ("export_licence", 0.6, 0.25, 6.0, 0.55, "at most 55 % of the normal flow passes from 2025-02-12"),
        ("export_licence", 0.0, 0.0, 6.0, 1.0, "at most 100 % of the normal flow passes from 2025-02-12"),
        ("export_licence", 0.7, 0.0, 9.0, 1.0, "all orders pass again from 2025-03-05"),
        ("export_ban", 0.0, 0.1, 9.0, 1.0, "all orders pass again from 2025-03-05"),
    ],
)
def test_a_restriction_that_eases_tells_what_passes_and_ends_where_it_ends(
    kind: str, after: float, size: float, ramp_end: float, passes: float, text: str
) -> None:
    strike = Strike(kind, METAL, ["AAA"], 2.0, 4.0, ramp_end, 9.0, after, size, name="rule")
    told = [e for e in _events(pair([strike], cover=50.0, n_step=12)) if e.unit != "t"]
    eases = "approvals begin" if kind == "export_licence" else "restriction eases"
    assert [(e.step, e.kind) for e in told] == [(2, "restriction starts"), (4, eases), (9, "restriction ends")]
    assert told[1].amount == pytest.approx(passes, abs=1e-12)
    assert told[1].text == f"rule eases: {text}"


def test_output_cut_for_want_of_input_is_told_once_and_so_is_its_return() -> None:
    nodes = [Node("a.ore", "AAA", buffer=0, cover=0), Node("b.metal", "AAA", {"cars": STEPS_PER_YEAR}, {"a.ore": 2.0}, buffer=0)]
    flows = [Flow("a.ore", "AAA", "AAA", 2 * STEPS_PER_YEAR), Flow("b.metal", "AAA", "AAA", STEPS_PER_YEAR)]
    events = _events(build(nodes, flows, [Strike("outage", "a.ore", ["AAA"], 3.0, 5.0, size=0.4)], (), STEADY, 9))
    assert _told(events, "output cut for want of input") == [
        (4, "AAA output of b.metal is cut by 40 % to 600 kg this week for want of a.ore")
    ]
    assert _told(events, "output restored") == [(6, "AAA output of b.metal is back to plan: 1 t this week")]
    assert _told(events, "shortage starts") == [(4, "AAA users of a.ore run short: 40 % of this week's 2 t cannot be served")]


@pytest.mark.parametrize(("threshold", "kinds"), [(0.01, ["shortage starts", "shortage goes on"]), (0.3, [])])
def test_a_shortage_is_what_exceeds_the_threshold(threshold: float, kinds: list[str]) -> None:
    case = pair([Strike("outage", METAL, ["AAA"], 0.0, size=0.25)], cover=0.0, n_step=5)
    events = run_twin(case.network, case.world, 0, threshold).events
    assert [e.kind for e in events if "short" in e.kind] == kinds
    if kinds:
        assert events[-1].text == "BBB users of x.metal are still short at the horizon, after 23 days, and have missed 1 t"
        assert (events[-1].step, events[-1].date) == (5, day(5))


@pytest.mark.parametrize(("announced", "begins"), [(-1.0, 2.5), (2.25, 2.5), (2.6, 2.6), (2.75, 2.75)])
def test_a_shortage_starts_within_its_step_but_not_before_the_first_shock_is_known(announced: float, begins: float) -> None:
    # A fourfold rise in the last quarter of step 2 doubles what is wanted in it; half is served. Shocks that never come count for nothing.
    surge = Strike("demand_surge", METAL, ["BBB"], 2.75, 3.0, size=4.0, announced=announced)
    never = Strike("outage", METAL, ["AAA"], inf, announced=inf)
    starts = [e for e in _events(pair([never, surge], cover=0.0, n_step=6)) if e.kind == "shortage starts"]
    assert [(e.step, e.date, e.amount) for e in starts] == [(2, day(begins), pytest.approx(1.0, abs=1e-12))]


@pytest.mark.parametrize("strikes", [[], [Strike("outage", METAL, ["AAA"], 5.0, announced=4.0)]])
def test_a_shortage_in_a_step_before_any_shock_keeps_its_date(strikes: list[Strike]) -> None:
    # A store that BBB fills takes goods from CCC: 2 t are shared among orders of 2 t and 1 t.
    nodes = [Node(METAL, "AAA", buffer=0), *(Node(METAL, region, {"cars": STEPS_PER_YEAR}, cover=0) for region in ("BBB", "CCC"))]
    flows = [Flow(METAL, "AAA", region, STEPS_PER_YEAR) for region in ("BBB", "CCC")]
    events = _events(build(nodes, flows, strikes, [Pile(METAL, ["BBB"], 9.0, 0.0, fill=9.0)], STEADY, 4))
    starts = [(e.step, e.date, e.region) for e in events if e.kind == "shortage starts"]
    assert starts == [(1, day(1 + 2 / 3), "CCC")]


def test_what_a_store_released_is_summed_when_the_episode_ends() -> None:
    # Half of what is missing in steps 2 and 3, and again from 6 to the horizon.
    outages = [Strike("outage", METAL, ["AAA"], start, end) for start, end in ((1.0, 3.0), (5.0, inf))]
    events = _events(pair(outages, [Pile(METAL, ["BBB"], 9.0, at_most=0.5)], cover=0.0, n_step=9))
    ends = [e for e in events if e.kind == "store release ends"]
    assert [(e.step, e.date, e.amount, e.unit) for e in ends] == [(4, day(4), 1.0, "t"), (9, day(9), 1.5, "t")]
    assert [e.text for e in ends] == [
        "store store of x.metal releases no more: it gave 1 t to BBB in 2 weeks; 8 t is left",
        "store store of x.metal still releases at the horizon: it gave 1.5 t to BBB in 3 weeks; 6.5 t is left",
    ]
    assert [e.step for e in events if e.kind == "store releases"] == [2, 6]


def test_the_end_of_a_release_names_all_who_were_served() -> None:
    nodes = [Node(METAL, "AAA", buffer=0), *(Node(METAL, region, {"cars": STEPS_PER_YEAR}, cover=0) for region in ("BBB", "CCC"))]
    flows = [Flow(METAL, "AAA", "BBB", STEPS_PER_YEAR), Flow(METAL, "AAA", "CCC", STEPS_PER_YEAR, lead=2)]
    events = _events(build(nodes, flows, [Strike("outage", METAL, ["AAA"], 0.0, 2.0)], [Pile(METAL, ["BBB", "CCC"], 9.0)], STEADY, 6))
    assert _told(events, "store releases") == [(1, "store store of x.metal releases 1 t to BBB; 8 t is left")]
    assert _told(events, "store release ends") == [
        (4, "store store of x.metal releases no more: it gave 4 t to BBB, CCC in 3 weeks; 5 t is left")
    ]


def test_a_stock_that_is_rebuilt_may_be_told_to_fall_again() -> None:
    blows = [Strike("outage", METAL, ["AAA"], start, start + 6.0) for start in (2.0, 60.0)]
    nodes = [Node(METAL, "AAA", buffer=0, spare=1.0), Node(METAL, "BBB", {"cars": STEPS_PER_YEAR}, cover=4)]
    events = _events(build(nodes, [Flow(METAL, "AAA", "BBB", STEPS_PER_YEAR)], blows, n_step=104))
    stock = [e.kind for e in events if e.kind.startswith("stock")]
    assert stock == ["stock half gone", "stock empty", "stock rebuilt"] * 2


def test_the_log_is_sorted_by_date_and_of_known_kinds() -> None:
    events = _events(chain([Strike("outage", "a.ore", ["AAA"], 5.5, 30.0), Strike("export_ban", "c.magnet", ["AAA"], 8.0, 40.0)]))
    assert len(events) > 10
    assert [e.date for e in events] == sorted(e.date for e in events)
    assert {e.kind for e in events} <= set(KINDS)


def _events(case) -> tuple[Event, ...]:
    return run_twin(case.network, case.world, 0).events


def _told(events: tuple[Event, ...], kind: str) -> list[tuple[int, str]]:
    return [(e.step, e.text) for e in events if e.kind == kind]
