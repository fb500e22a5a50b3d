"""What the log tells of the market: prices, works, sources, sales, and the shocks that strike them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sim.engine.twin import Event, run_twin
from sim.engine.twin.news import KINDS
from sim.engine.twin.shock_watch import STRIKE_KINDS
from tests.twin.worlds import STEADY, STEPS_PER_YEAR, Case, Flow, Market, Node, Strike, build, day

YEAR = STEPS_PER_YEAR
METAL = "x.metal"
COST_ONLY = Market(alpha=0.0)


def one_seller(strikes: list[Strike], n_step: int, market: Market = COST_ONLY, spare: float = 0.0, floor: float = 0.0) -> Case:
    """AAA sells 1 t a step to the users of BBB, who do not answer the price."""
    nodes = [
        Node(METAL, "AAA", buffer=9, spare=spare, floor=floor),
        Node(METAL, "BBB", {"cars": YEAR}, cover=20, short=0.0, long=0.0),
    ]
    return build(nodes, [Flow(METAL, "AAA", "BBB", YEAR)], strikes, habits=replace(STEADY, market=market), n_step=n_step)


def test_a_price_is_told_when_it_rises_beyond_a_mark_and_when_it_has_come_back() -> None:
    # The price is one plus the duty of the step. Of several marks the highest is told; what falls is told only when all is over.
    duties = [0.0, 0.4, 0.6, 0.7, 1.2, 0.6, 1.2, 9.5, 0.3, 0.1, 0.0, 0.6]
    case = one_seller([Strike("tariff", METAL, ["AAA"], k, k + 1.0, size=size) for k, size in enumerate(duties)], 12)
    told = [(e.step, e.kind, round(e.amount, 9), e.unit, e.text) for e in _events(case) if e.kind.startswith("price")]
    assert told == [
        (2, "price rises", 1.6, "times", "BBB price of x.metal rises to 1.6 times what it was at rest"),
        (4, "price rises", 2.2, "times", "BBB price of x.metal rises to 2.2 times what it was at rest"),
        (7, "price rises", 10.5, "times", "BBB price of x.metal rises to 10 times what it was at rest"),
        (9, "price falls back", 1.1, "times", "BBB price of x.metal is back to 1.1 times what it was at rest"),
        (11, "price rises", 1.6, "times", "BBB price of x.metal rises to 1.6 times what it was at rest"),
    ]


def test_works_are_told_when_begun_and_when_first_put_out() -> None:
    half = Market(alpha=0.0, entry_growth=0.25, stage=1 / 0.6931471805599453, run_in=1 / 0.6931471805599453)
    events = _events(one_seller([], 40, half, floor=2.0))
    assert _told(events, "works begun") == [(0, "AAA's new works for x.metal are begun: 250 kg a week")]
    assert _told(events, "works open") == [(4, "AAA's new works for x.metal put out their first: 15.6 kg a week")]


def test_works_are_told_when_half_of_them_shut_and_when_they_restart() -> None:
    # At prices from 0.7 down to 0.525 works shut one after the other: of 0.6, 0.65 and 0.55 the first and the last are news.
    # The price is the mean of what AAA and BBB ask, and BBB dumps; it is paid for that and keeps its works going.
    prices = [0.9, 0.6, 0.65, 0.55, 0.55, 0.9]
    strikes = [Strike("dumping", METAL, ["BBB"], k, k + 1.0, size=1.0 - price**2) for k, price in enumerate(prices)]
    nodes = [
        Node(METAL, "AAA", buffer=9),
        Node(METAL, "BBB", buffer=9),
        Node(METAL, "CCC", {"cars": 2 * YEAR}, cover=5, short=0.0, long=0.0),
    ]
    flows = [Flow(METAL, "AAA", "CCC", YEAR), Flow(METAL, "BBB", "CCC", YEAR)]
    events = _events(build(nodes, flows, strikes, habits=replace(STEADY, market=Market(alpha=0.0)), n_step=8))
    assert _told(events, "works shut") == [
        (1, "AAA works for x.metal shut: 57 % of them stand idle"),
        (3, "AAA works for x.metal shut: 86 % of them stand idle"),
    ]
    assert _told(events, "works restart") == [
        (2, "AAA works for x.metal restart: 29 % of them still stand idle"),
        (5, "AAA works for x.metal restart: 0 % of them still stand idle"),
    ]


def test_a_source_is_told_when_it_has_been_approved() -> None:
    nodes = [
        Node(METAL, "AAA", buffer=0),
        Node(METAL, "BBB", {"cars": YEAR}, buffer=20, cover=9),
        Node(METAL, "CCC", {"cars": YEAR}, cover=20),
    ]
    flows = [Flow(METAL, "AAA", "CCC", YEAR), Flow(METAL, "BBB", "CCC", 0.0, qualify=3.0), Flow(METAL, "BBB", "BBB", YEAR)]
    case = build(nodes, flows, [Strike("export_ban", METAL, ["AAA"], 2.0)], habits=STEADY, n_step=9)
    events = [e for e in _events(case) if e.kind == "source qualified"]
    assert [(e.step, e.region, e.amount, e.unit, e.text) for e in events] == [
        (4, "CCC", 21.0, "days", "CCC users of x.metal have approved BBB as a source; it took 3 weeks")
    ]


@pytest.mark.parametrize(
    ("end", "kind", "step", "text"),
    [
        (6.0, "sales recovered", 7, "sells in full again after 2 weeks; it lost as much as it sells in 1 week"),
        (99.0, "sales still lost", 9, "still loses sales at the horizon, after 4 weeks, and has lost as much as it sells in 2 weeks"),
    ],
)
def test_a_sector_that_loses_sales_is_told_with_what_it_lost(end: float, kind: str, step: int, text: str) -> None:
    nodes = [Node(METAL, "AAA", buffer=0), Node(METAL, "BBB", {"cars": YEAR}, cover=0, essential={"cars": 1.0})]
    outage = Strike("outage", METAL, ["AAA"], 0.0, end, size=0.5)
    events = _events(build(nodes, [Flow(METAL, "AAA", "BBB", YEAR)], [outage], habits=STEADY, n_step=9))
    lost, then = (e for e in events if e.kind.startswith("sales"))
    assert (lost.step, lost.kind, lost.amount, lost.unit, lost.region) == (5, "sales lost", pytest.approx(0.5, abs=1e-12), "share", "BBB")
    assert lost.text == "sector cars of BBB loses 50 % of this week's sales for want of products"
    assert (then.step, then.kind, then.date, then.unit, then.text) == (step, kind, day(step), "days", f"sector cars of BBB {text}")
    assert then.amount == pytest.approx(7.0 if end < 9 else 14.0, abs=1e-9)


@pytest.mark.parametrize(
    ("strike", "told"),
    [
        (
            Strike("transport", METAL, ["AAA"], 1.0, 3.0, 3.0, 5.0, extra=2.0),
            [
                ("disruption starts", 14.0, "days", "blow begins: shipments of x.metal from AAA to BBB take 2 weeks longer"),
                ("disruption ends", 14.0, "days", "blow ends after 2 weeks: shipments of x.metal from AAA to BBB"),
            ],
        ),
        (
            Strike("transport", METAL, ["AAA"], 1.0, 3.0, 3.0, 5.0, after=0.5, size=0.4, extra=1.0),
            [
                (
                    "disruption starts",
                    0.4,
                    "share",
                    "blow begins: shipments of x.metal from AAA to BBB take 1 week longer and are held to 60 % of the normal flow",
                ),
                ("disruption eases", 0.8, "share", "blow eases: at most 80 % of the normal flow passes from 2025-01-22"),
                ("disruption ends", 28.0, "days", "blow ends after 4 weeks: shipments of x.metal from AAA to BBB"),
            ],
        ),
        (
            Strike("tariff", METAL, ["AAA"], 1.0, 3.0, 3.0, 5.0, after=0.5, size=0.25, announced=0.0),
            [
                ("announced", 0.25, "share", "blow is announced for 2025-01-08: imports of x.metal from AAA to BBB"),
                ("tariff starts", 0.25, "share", "blow begins: imports of x.metal from AAA to BBB pay a duty of 25 %"),
                ("tariff falls", 0.5, "share", "blow eases: 50 % of it remains from 2025-01-22"),
                ("tariff ends", 28.0, "days", "blow ends after 4 weeks: imports of x.metal from AAA to BBB"),
            ],
        ),
        (
            Strike("dumping", METAL, ["AAA"], 1.0, 3.0, size=0.3, extra=0.2),
            [
                ("dumping starts", 0.3, "share", "blow begins: AAA sellers of x.metal ask 30 % less than cost and can make 20 % more"),
                ("dumping ends", 14.0, "days", "blow ends after 2 weeks: AAA sellers of x.metal"),
            ],
        ),
        (
            Strike("technology_ban", METAL, ["AAA"], 1.0, 3.0, 4.0, size=0.6),
            [
                ("technology ban starts", 0.6, "share", "blow begins: building of works for x.metal in AAA slows by 60 %"),
                ("technology ban eases", 1.0, "share", "blow eases: nothing is left of it from 2025-01-29"),
                ("technology ban ends", 21.0, "days", "blow ends after 3 weeks: building of works for x.metal in AAA"),
            ],
        ),
    ],
    ids=["detour", "closed route", "tariff", "dumping", "technology ban"],
)
def test_shocks_to_the_market_are_told(strike: Strike, told: list[tuple[str, float, str, str]]) -> None:
    case = one_seller([replace(strike, name="blow")], 9, Market(prices=False))
    events = [(e.kind, round(e.amount, 9), e.unit, e.text) for e in _events(case) if not e.kind.startswith("stock")]
    assert events == told


def test_all_kinds_that_shocks_are_told_by_are_known() -> None:
    assert {kind for kinds in STRIKE_KINDS.values() for kind in kinds} <= set(KINDS)


def _events(case: Case) -> tuple[Event, ...]:
    return run_twin(case.network, case.world, 0).events


def _told(events: tuple[Event, ...], kind: str) -> list[tuple[int, str]]:
    return [(e.step, e.text) for e in events if e.kind == kind]
