"""Policies with a course of their own, against answers on paper."""

from __future__ import annotations

from dataclasses import replace
from math import exp, inf, log

import numpy as np
import pytest

from sim.engine.twin import TwinResult, run_twin
from sim.engine.twin.sourcing import capped
from tests.twin.policies import Policy, with_policies
from tests.twin.worlds import STEADY, STEPS_PER_YEAR, Case, Flow, Habits, Market, Node, Strike, build, chain, pair

YEAR = STEPS_PER_YEAR
METAL = "x.metal"
SERVED = Habits(order=inf, stock=inf, expectation=0.0, sweeps=1)
"""Buyers order what was wanted of them, sellers plan on what was asked of them, and nobody asks again."""
AT_COST = Market(alpha=0.0)
"""The price is what sellers ask, at once."""


def members(*policies: Policy, ship_rule: str = "proportional") -> Case:
    """AAA has 10 t a step to give to BBB, CCC and DDD, who ask for 2, 4 and 8 t."""
    wants = {"BBB": 2.0, "CCC": 4.0, "DDD": 8.0}
    nodes = [Node(METAL, "AAA", buffer=0), *(Node(METAL, region, {"cars": want * YEAR}) for region, want in wants.items())]
    flows = [Flow(METAL, "AAA", region, want * YEAR) for region, want in wants.items()]
    outage = Strike("outage", METAL, ["AAA"], 0.0, size=4 / 14)
    habits = replace(STEADY, sweeps=3, ship_rule=ship_rule)
    return with_policies(build(nodes, flows, [outage], habits=habits, n_step=4), *policies)


def sold_by(shares: dict[str, float], market: Market, *policies: Policy, n_step: int = 3) -> Case:
    """CCC buys 1 t a step from sellers with plenty in stock, by these shares; it may be one of them."""
    sellers = [Node(METAL, region, buffer=30) for region in shares if region != "CCC"]
    nodes = [*sellers, Node(METAL, "CCC", {"cars": YEAR}, cover=5, buffer=30, short=0.0, long=0.0)]
    flows = [Flow(METAL, region, "CCC", share * YEAR) for region, share in shares.items()]
    return with_policies(build(nodes, flows, habits=replace(STEADY, market=market), n_step=n_step), *policies)


JOINT = Policy("joint_procurement", METAL, size=1.0)


@pytest.mark.parametrize(
    ("policies", "shipped"),
    [
        ([], (2.0, 4.0, 4.0)),
        ([JOINT], (10 / 7, 20 / 7, 40 / 7)),
        ([replace(JOINT, size=0.5)], (12 / 7, 24 / 7, 34 / 7)),
        # Both have all they ask for; who is no member keeps its own.
        ([replace(JOINT, buyers=["BBB", "CCC"])], (2.0, 4.0, 4.0)),
        ([replace(JOINT, buyers=["CCC", "DDD"])], (2.0, 8 / 3, 16 / 3)),
        # The second shares out anew what the first has left.
        ([replace(JOINT, buyers=["CCC", "DDD"]), replace(JOINT, buyers=["BBB", "CCC"])], (14 / 9, 28 / 9, 16 / 3)),
        ([replace(JOINT, start=9.0)], (2.0, 4.0, 4.0)),
    ],
)
def test_members_of_a_joint_purchase_share_what_a_seller_grants_them(policies: list[Policy], shipped: tuple[float, ...]) -> None:
    # The seller gives all alike, each what it asks for at most; members share by what they usually buy.
    result = _run(members(*policies, ship_rule="max-min"))
    assert result.shipped[0] == pytest.approx(shipped, abs=1e-12)


def test_a_joint_purchase_comes_into_force_gradually() -> None:
    result = _run(members(replace(JOINT, start=1.0, ramp=2.0), ship_rule="max-min"))
    plain, fair = np.array([2.0, 4.0, 4.0]), np.array([10 / 7, 20 / 7, 40 / 7])
    assert result.shipped == pytest.approx(np.array([plain + force * (fair - plain) for force in (0.0, 0.25, 0.75, 1.0)]), abs=1e-12)


TWO = [("AAA", 2.0), ("EEE", 1.0)]
"""Sellers, and what each of two like buyers takes of them in a step."""


def two_sellers(*policies: Policy, outage: float = 0.0) -> TwinResult:
    nodes = [Node(METAL, region, buffer=0) for region, _ in TWO] + [Node(METAL, region, {"cars": 3 * YEAR}) for region in ("BBB", "CCC")]
    flows = [Flow(METAL, seller, buyer, flow * YEAR) for seller, flow in TWO for buyer in ("BBB", "CCC")]
    strike = Strike("outage", METAL, ["AAA"], 0.0, size=outage)
    return _run(with_policies(build(nodes, flows, [strike], habits=STEADY, n_step=2), *policies))


def test_members_in_like_need_keep_what_each_seller_grants_them() -> None:
    # AAA has half of the 4 t and EEE all of the 2 t that both members ask for in equal parts.
    assert two_sellers(JOINT, outage=0.5).shipped == pytest.approx(np.array([[1.0, 1.0, 1.0, 1.0]] * 2), abs=1e-12)


@pytest.mark.parametrize("size", [1.0, 0.5])
def test_a_member_shut_out_by_one_seller_gets_more_from_the_other(size: float) -> None:
    # BBB has 2 t of AAA and asks 1 t of EEE, CCC all its 3 t: EEE's 2 t go by halves of a tonne. 2 t for each is fair.
    shut = Policy("export_control", METAL, ["AAA"], buyers=["CCC"], size=0.0)
    assert two_sellers(shut).shipped[0] == pytest.approx([2.0, 0.5, 0.0, 1.5], abs=1e-12)
    assert two_sellers(shut, replace(JOINT, size=size)).shipped[0] == pytest.approx(
        [2.0, 0.5 - 0.5 * size, 0.0, 1.5 + 0.5 * size], abs=1e-12
    )


@pytest.mark.parametrize(
    ("shares", "cap", "held"),
    [
        ({"AAA": 0.9, "BBB": 0.1}, 0.65, (0.65, 0.35)),
        ({"AAA": 0.6, "BBB": 0.4}, 0.65, (0.6, 0.4)),
        ({"AAA": 0.8, "BBB": 0.1, "CCC": 0.1}, 0.65, (0.65, 0.175, 0.175)),
        # What AAA loses would lift BBB beyond the cap: the rest is made up at home.
        ({"AAA": 0.6, "BBB": 0.3, "CCC": 0.1}, 0.4, (0.4, 0.4, 0.2)),
        ({"AAA": 0.1, "CCC": 0.9}, 0.65, (0.1, 0.9)),
        ({"AAA": 0.9, "BBB": 0.1}, 0.4, (0.5, 0.5)),
        ({"AAA": 1.0}, 0.4, (1.0,)),
    ],
)
def test_a_cap_holds_the_shares_of_foreign_sellers(shares: dict[str, float], cap: float, held: tuple[float, ...]) -> None:
    result = _run(sold_by(shares, AT_COST, Policy("single_source_cap", METAL, buyers=["CCC"], size=cap)))
    assert result.share[0] == pytest.approx(held, abs=1e-12)
    assert result.share[-1] == pytest.approx(held, abs=1e-12)


def test_a_cap_comes_down_gradually_and_the_lowest_counts() -> None:
    caps = [Policy("single_source_cap", METAL, start=1.0, ramp=2.0, end=4.0, size=size) for size in (0.6, 0.8)]
    result = _run(sold_by({"AAA": 0.95, "BBB": 0.05}, AT_COST, *caps, n_step=5))
    assert result.share[:, 0] == pytest.approx([0.95, 0.9, 0.7, 0.6, 0.95], abs=1e-12)


def test_shares_follow_a_cap_at_their_own_pace() -> None:
    market = replace(AT_COST, source=1 / log(2.0))
    result = _run(sold_by({"AAA": 0.9, "BBB": 0.1}, market, Policy("single_source_cap", METAL, size=0.65)))
    assert result.share[:, 0] == pytest.approx(0.65 + 0.25 * 0.5 ** np.arange(1, 4), abs=1e-12)


def test_who_is_worth_nothing_gets_nothing_under_a_cap() -> None:
    assert capped([0.9, 0.1, 0.0], [0.5, 0.5, 1.0]) == pytest.approx([0.5, 0.5, 0.0], abs=1e-15)
    assert capped([0.9, 0.1, 0.0], [0.5, 0.25, 1.0]) == pytest.approx([2 / 3, 1 / 3, 0.0], abs=1e-15)


@pytest.mark.parametrize(
    ("weights", "share"),
    [((1.0,), 2 / 3), ((1.0, 0.5), 0.75), ((0.0,), 0.5)],
)
def test_trusted_sellers_count_more_at_equal_price(weights: tuple[float, ...], share: float) -> None:
    policies = [Policy("beyond_price", METAL, ["AAA"], size=weight) for weight in weights]
    result = _run(sold_by({"AAA": 0.5, "BBB": 0.5}, AT_COST, *policies))
    assert result.share == pytest.approx(np.array([[share, 1.0 - share]] * 3), abs=1e-12)


def test_a_preference_grows_by_its_logarithm_and_home_sellers_may_be_trusted() -> None:
    policy = Policy("beyond_price", METAL, ["CCC"], size=1.0, start=1.0, ramp=2.0)
    result = _run(sold_by({"AAA": 0.5, "CCC": 0.5}, AT_COST, policy, n_step=4))
    weight = 2.0 ** np.array([0.0, 0.25, 0.75, 1.0])
    assert result.share[:, 1] == pytest.approx(weight / (1.0 + weight), abs=1e-12)


def test_saving_lowers_what_is_wanted_as_it_comes_into_force() -> None:
    policy = Policy("demand_reduction", METAL, buyers=["BBB"], size=0.2, start=1.0, ramp=2.0, end=5.0)
    result = _run(with_policies(pair(cover=9.0, n_step=6), policy))
    assert result.want[:, 0] == pytest.approx([1.0, 0.95, 0.85, 0.8, 0.8, 1.0], abs=1e-12)


def test_savings_multiply_with_each_other_and_with_surges() -> None:
    policies = [Policy("demand_reduction", METAL, size=size) for size in (0.2, 0.1)]
    surge = Strike("demand_surge", METAL, ["BBB"], 0.0, size=0.5)
    result = _run(with_policies(pair([surge], cover=9.0, n_step=1), *policies))
    assert result.want[0, 0] == pytest.approx(0.8 * 0.9 * 1.5, abs=1e-12)


def test_a_policy_that_ends_before_its_ramp_never_gets_to_full_force() -> None:
    policy = Policy("demand_reduction", METAL, size=0.4, ramp=4.0, end=2.0)
    result = _run(with_policies(pair(cover=9.0, n_step=3), policy))
    assert result.want[:, 0] == pytest.approx([0.95, 0.85, 1.0], abs=1e-12)


@pytest.mark.parametrize(("kind", "threat"), [("export_control", [0.0, 0.0, 1.0, 1.0, 1.0, 0.0]), ("import_quota", [0.0] * 6)])
def test_a_control_or_quota_tightens_while_it_binds(kind: str, threat: list[float]) -> None:
    # Twice the normal trade is wanted; from step 2 at most a part of the normal one passes, that falls to a quarter.
    surge = Strike("demand_surge", METAL, ["BBB"], 0.0)
    nodes = [Node(METAL, "AAA", buffer=30), Node(METAL, "BBB", {"cars": YEAR}, cover=30)]
    case = build(nodes, [Flow(METAL, "AAA", "BBB", YEAR)], [surge], habits=SERVED, n_step=6)
    result = _run(with_policies(case, Policy(kind, METAL, ["AAA"], start=2.0, ramp=2.0, end=5.0, size=0.25)))
    assert result.shipped[:, 0] == pytest.approx([2.0, 2.0, 0.8125, 0.4375, 0.25, 2.0], abs=1e-12)
    assert result.threat[:, 1] == pytest.approx(threat, abs=1e-12)


def test_an_export_quota_passes_its_part_of_the_normal_flow_and_is_a_threat() -> None:
    result = _run(pair([Strike("export_quota", METAL, ["AAA"], 2.0, 4.0, size=0.4)], cover=9.0, n_step=5))
    assert result.shipped[:, 0] == pytest.approx([1.0, 1.0, 0.4, 0.4, 1.0], abs=1e-12)
    assert result.threat[:, 1] == pytest.approx([0.0, 0.0, 1.0, 1.0, 0.0], abs=1e-12)


def test_a_tariff_of_ones_own_rises_where_one_that_strikes_falls() -> None:
    policy = Policy("tariff", METAL, ["AAA"], start=1.0, ramp=2.0, size=0.4)
    result = _run(sold_by({"AAA": 1.0}, AT_COST, policy, n_step=4))
    assert np.exp(result.log_price[:, 1]) == pytest.approx([1.0, 1.1, 1.3, 1.4], abs=1e-12)


def test_members_of_a_joint_purchase_hoard_ahead_of_a_restriction_and_not_while_it_binds() -> None:
    nodes = [Node(METAL, "AAA", buffer=30), Node(METAL, "BBB", {"cars": YEAR}, cover=4)]
    ban = Strike("export_ban", METAL, ["AAA"], 2.0, 9.0, announced=1.0, rush=1.0)
    habits = Habits(order=0.0, stock=inf, expectation=inf, hoarding=1.5, sweeps=1)
    case = build(nodes, [Flow(METAL, "AAA", "BBB", YEAR)], [ban], habits=habits, n_step=3)
    # Half as much stock again, 2 t, on top of the usual order; then users keep it, or need so much less.
    assert _run(case).order[:, 1] == pytest.approx([1.0, 3.0, 1.0], abs=1e-12)
    for size in (0.1, 0.25):
        assert _run(with_policies(case, replace(JOINT, size=size))).order[:, 1] == pytest.approx([1.0, 3.0, 1.0 - 2.0 * size], abs=1e-12)


def test_who_is_warned_hoards_and_hurries_before_anything_is_announced() -> None:
    nodes = [Node(METAL, "AAA", buffer=30), Node(METAL, "BBB", {"cars": YEAR}, cover=4)]
    habits = Habits(order=0.0, stock=inf, expectation=inf, hoarding=1.5, sweeps=1, market=Market(prices=False, front_running=4.0))
    case = build(nodes, [Flow(METAL, "AAA", "BBB", YEAR)], habits=habits, n_step=5)
    seen = Policy("early_warning", METAL, ["AAA"], announced=1.0, rush=2.5, start=3.0, end=4.0)
    result = _run(with_policies(case, seen))
    assert result.threat[:, 1] == pytest.approx([0.0, 1.0, 1.0, 1.0, 0.0], abs=1e-12)
    # Two more tonnes of stock, then half a step of three times the normal trade; what is under way or in stock beyond it is worked off.
    assert result.order[:, 1] == pytest.approx([1.0, 3.0, 2.5, 0.0, 0.0], abs=1e-12)
    alarm = _run(with_policies(case, replace(seen, sellers=(), start=1.0, rush=1.0)))
    assert alarm.threat[:, 1] == pytest.approx(result.threat[:, 1], abs=1e-12)
    assert alarm.order[:4, 1] == pytest.approx([1.0, 3.0, 1.0, 1.0], abs=1e-12)


def approving(strikes: list[Strike], *policies: Policy) -> Case:
    """CCC buys 1 t a step from AAA, and might from BBB, which sells to DDD, once it has spent ten steps on approving it."""
    nodes = [Node(METAL, region, buffer=20) for region in ("AAA", "BBB")]
    nodes += [Node(METAL, region, {"cars": YEAR}, cover=20) for region in ("CCC", "DDD")]
    flows = [Flow(METAL, "AAA", "CCC", YEAR), Flow(METAL, "BBB", "CCC", 0.0, qualify=10.0), Flow(METAL, "BBB", "DDD", YEAR)]
    return with_policies(build(nodes, flows, strikes, habits=STEADY, n_step=6), *policies)


@pytest.mark.parametrize(
    ("policy", "fit"),
    [
        (Policy("supplier_qualification", METAL, start=1.0, extra=4.0), [0.0, 0.25, 0.5, 0.75, 1.0, 1.0]),
        (Policy("supplier_qualification", METAL, start=1.0, ramp=2.0, extra=2.0), [0.0, 0.125, 0.5, 1.0, 1.0, 1.0]),
        (Policy("supplier_qualification", METAL, start=1.5, end=2.5, extra=4.0), [0.0, 0.125, 0.25, 0.25, 0.25, 0.25]),
        (Policy("supplier_qualification", METAL, start=2.0, extra=0.0), [0.0, 0.0, 1.0, 1.0, 1.0, 1.0]),
        (Policy("capacity_project", METAL, ["BBB"], start=2.5, ramp=9.0, size=0.1, offtake={"CCC": 1.0}), [0.0, 0.0, 1.0, 1.0, 1.0, 1.0]),
    ],
)
def test_policies_have_sellers_approved_ahead_of_need(policy: Policy, fit: list[float]) -> None:
    case = approving([], policy)
    assert _run(case).fit[:, case.link(METAL, "BBB", "CCC")] == pytest.approx(fit, abs=1e-12)


@pytest.mark.parametrize(("extra", "pace"), [(4.0, 0.25), (20.0, 0.1)])
def test_of_need_and_policy_the_faster_approves(extra: float, pace: float) -> None:
    ban = Strike("export_ban", METAL, ["AAA"], 0.0)
    case = approving([ban], Policy("supplier_qualification", METAL, extra=extra))
    fit = _run(case).fit[:3, case.link(METAL, "BBB", "CCC")]
    assert fit == pytest.approx([pace, 2 * pace, 3 * pace], abs=1e-12)


def test_new_works_add_to_what_can_be_made() -> None:
    surge = Strike("demand_surge", METAL, ["BBB"], 0.0, size=0.5)
    project = Policy("capacity_project", METAL, ["AAA"], start=1.0, ramp=2.0, size=0.4)
    result = _run(with_policies(pair([surge], habits=SERVED, cover=20.0, n_step=6), project))
    # Sellers plan on what they could make in the step before: 1 t, and a quarter, three quarters and all of 0.4 t.
    assert result.expected_orders[:, 0] == pytest.approx([1.0, 1.1, 1.3, 1.4, 1.4, 1.4], abs=1e-12)
    assert result.made[:, 0] == pytest.approx([1.0, 1.0, 1.1, 1.3, 1.4, 1.4], abs=1e-12)
    lost = Strike("outage", METAL, ["AAA"], 4.0, size=0.5)
    result = _run(with_policies(pair([surge, lost], habits=SERVED, cover=20.0, n_step=6), project))
    assert result.made[4:, 0] == pytest.approx([0.7, 0.7], abs=1e-12)


def test_new_works_count_as_normal_for_what_the_last_tonne_costs() -> None:
    # Twice the works for the same orders: prices fall to where works shut. With orders for all of them, cost is as it was.
    nodes = [Node(METAL, "AAA", buffer=9), Node(METAL, "BBB", {"cars": YEAR}, cover=9, short=0.0, long=0.0)]
    project = Policy("capacity_project", METAL, ["AAA"], size=1.0)
    case = build(nodes, [Flow(METAL, "AAA", "BBB", YEAR)], habits=replace(STEADY, market=AT_COST), n_step=1)
    assert exp(_run(with_policies(case, project)).log_price[0, 1]) == pytest.approx(0.7, abs=1e-12)
    surge = Strike("demand_surge", METAL, ["BBB"], 0.0)
    case = build(nodes, [Flow(METAL, "AAA", "BBB", YEAR)], [surge], habits=replace(SERVED, market=AT_COST), n_step=1)
    assert _run(with_policies(case, project)).log_price[0, 1] == pytest.approx(0.0, abs=1e-12)


def built(*policies: Policy, n_step: int = 8) -> Case:
    """BBB buys 1 t a step from AAA, which has plenty; in CCC and DDD nothing is made at rest."""
    nodes = [Node(METAL, "AAA", buffer=30), Node(METAL, "BBB", {"cars": YEAR}, cover=20), Node(METAL, "CCC"), Node(METAL, "DDD")]
    flows = [Flow(METAL, "AAA", "BBB", YEAR), *(Flow(METAL, region, "BBB", 0.0, qualify=50.0) for region in ("CCC", "DDD"))]
    return with_policies(build(nodes, flows, habits=SERVED, n_step=n_step), *policies)


def test_what_buyers_have_agreed_to_take_from_new_works_comes_first() -> None:
    case = built(Policy("capacity_project", METAL, ["CCC"], start=1.0, end=6.0, size=0.5, offtake={"BBB": 0.6}))
    result = _run(case)
    # Approved in step 1, asked for in step 2, made from step 3 on, until the works are gone.
    assert result.shipped[:, case.link(METAL, "CCC", "BBB")] == pytest.approx([0, 0, 0, 0.3, 0.3, 0.3, 0, 0], abs=1e-12)
    assert result.shipped[:, case.link(METAL, "AAA", "BBB")] == pytest.approx([1, 1, 0.7, 0.7, 0.7, 0.7, 1, 1], abs=1e-12)
    assert result.made[:, case.node(METAL, "CCC")] == pytest.approx([0, 0, 0, 0.3, 0.3, 0.3, 0, 0], abs=1e-12)


@pytest.mark.parametrize(("parts", "shipped"), [((0.5, 0.25), (0.25, 0.5, 0.25)), ((1.0, 0.5), (0.0, 2 / 3, 1 / 3))])
def test_nobody_is_asked_for_more_than_the_order(parts: tuple[float, float], shipped: tuple[float, ...]) -> None:
    projects = [
        Policy("capacity_project", METAL, [where], size=1.0, offtake={"BBB": part})
        for where, part in zip(("CCC", "DDD"), parts, strict=True)
    ]
    result = _run(built(*projects, n_step=5))
    assert result.shipped[-1] == pytest.approx(shipped, abs=1e-12)


def test_every_kind_at_once_leaves_matter_alone_and_all_numbers_finite() -> None:
    market = Market(alpha=1.2, switching=2.0, price=8, demand=52, source=26, signal=26, stage=17, run_in=26, front_running=2.0)
    strikes = [
        Strike("export_quota", "c.magnet", ["AAA"], 30.3, 90.0, size=0.3, announced=17.2, rush=24.2),
        Strike("outage", "a.ore", ["AAA"], 40.5, 54.0, 80.0, size=0.7),
    ]
    magnet = "c.magnet"
    case = with_policies(
        chain(strikes, habits=Habits(market=market), n_step=200),
        Policy("export_control", "a.ore", ["BBB"], start=60.3, ramp=10.0, end=120.0, size=0.2),
        Policy("import_quota", "b.metal", ["AAA"], start=20.0, ramp=6.5, size=0.7),
        Policy("tariff", magnet, ["AAA"], start=10.0, ramp=20.0, size=0.4),
        Policy("beyond_price", magnet, ["BBB"], start=5.5, ramp=9.0, size=0.5),
        Policy("single_source_cap", magnet, start=35.0, ramp=20.0, size=0.5),
        Policy("joint_procurement", magnet, buyers=["BBB", "CCC"], start=4.0, ramp=30.0, size=0.8),
        Policy("early_warning", magnet, ["AAA"], announced=10.3, rush=22.0, start=30.3, end=90.0),
        Policy("capacity_project", magnet, ["BBB"], start=50.0, ramp=26.0, size=0.05, offtake={"CCC": 0.7, "BBB": 0.2}),
        Policy("demand_reduction", "b.metal", start=70.0, ramp=13.0, end=150.0, size=0.3),
        Policy("recycling", magnet, start=20.0, ramp=13.0, size=0.8, extra=0.9, life=40.0),
        Policy("substitution", "b.metal", start=25.0, ramp=13.0, size=0.3, extra=20.0, trigger=1.1),
    )
    result = _run(case)  # raises where matter is not conserved
    signed = {"log_price", "log_origin", "signal"}
    for name in result.__dataclass_fields__.keys() - {"events", "paid", "floor_left"}:
        table = getattr(result, name)
        assert np.isfinite(table).all(), name
        assert name in signed or table.min(initial=0.0) > -1e-9, name
    bought = case.network.links.dst == case.node(magnet, "CCC")
    assert result.share[-1, bought].sum() == pytest.approx(1.0, abs=1e-12)


def test_a_kind_nobody_knows_is_no_outage() -> None:
    case = pair([Strike("earthquake", METAL, ["AAA"], 0.0)])
    with pytest.raises(KeyError, match="earthquake"):
        _run(case)


def _run(case: Case) -> TwinResult:
    return run_twin(case.network, case.world, 0)
