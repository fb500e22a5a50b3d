"""Policies with a course of their own: each one's answer on paper, the sign of what it does, and how it fails."""

from __future__ import annotations

import numpy as np
import pytest

from sim.api import Result
from sim.errors import ScenarioError
from tests.exact.test_market import SETTLE, TRADE, TWO_PERCENT, rules, settled
from tests.worlds import PLAIN, YEAR, estimate_of, run_text

QUICK = "{hoarding: 1, front_running: 1, buffer: 0 days, lead_abroad: 1 day, lead_home: 1 day, sourcing: {qualification: 1 month}}"
THREE = """
network:
  commodities: {x.made: {}}
  nodes:
    x.made.A: {production: 60 t/year, spare: 100 %}
    x.made.B: {production: 40 t/year, spare: 100 %}
    x.made.C: {demand: {use: 100 t/year}}
"""


def shares(result: Result) -> dict[str, float]:
    """Part of what the last step's shipments come from, by origin."""
    net, supply = result.record.network, result.record.means["supply"]
    by = {net.regions[net.node_region[src]]: float(supply[-1, link]) for link, src in enumerate(net.links.src)}
    return {region: amount / sum(by.values()) for region, amount in by.items()}


def unmet(result: Result, region: str) -> float:
    return float(result.record.outcome("unmet_t", "x.made", region).mean())


def test_a_tariff_as_a_policy_is_p3() -> None:
    policy = "policies: {duty: {kind: tariff, commodity: x.made, from: A, to: B, rate: 25 %, start: 2026-03-01}}"
    result = run_text(TRADE + policy, horizon=SETTLE, step="1 week", runs=1, rules=rules(demand=0.2, supply=0.3))
    assert settled(result, "price", "B") == pytest.approx(1.14326, rel=TWO_PERCENT / 10)
    assert settled(result, "origin_price", "A") == pytest.approx(0.914610, rel=TWO_PERCENT / 10)


def test_saving_cuts_use_by_its_size() -> None:
    body = THREE + "policies: {save: {kind: demand_reduction, commodity: x.made, region: C, size: 20 %, start: 2026-07-02, ramp: 1 year}}"
    wants = run_text(body, horizon="3 years", step="1 week", runs=1).record.means["demand"].sum(axis=1)
    assert wants[0] == pytest.approx(100 * 7 / YEAR)
    assert wants[-1] == pytest.approx(80 * 7 / YEAR)
    # Half a year after the start it is half way.
    assert wants[52] == pytest.approx(90 * 7 / YEAR, rel=0.01)


def test_research_saves_after_a_delay_and_only_if_it_succeeds() -> None:
    policy = "{kind: advanced_materials, commodity: x.made, region: C, saving: 50 %, research: 1 year, probability: 30 %}"
    result = run_text(f"{THREE}policies: {{lab: {policy}}}", horizon="3 years", step="1 week", runs=2000)
    wants = result.record.means["demand"].sum(axis=1)
    assert wants[51] == pytest.approx(100 * 7 / YEAR)
    came = estimate_of(result, "p_in_force", "", "policy:lab")
    assert came.low <= 0.3 <= came.high
    assert wants[-1] == pytest.approx((1 - 0.5 * came.probability) * 100 * 7 / YEAR)


def test_weight_on_origin_moves_shares_as_on_paper() -> None:
    """Twice the weight for B at 40 % of purchases: 0.8 of 0.6 + 0.8."""
    policy = "policies: {friends: {kind: beyond_price, commodity: x.made, region: C, trusted: B, weight: 100 %}}"
    flat = QUICK.replace("sourcing: {", "sourcing: {switching: 0, ")
    result = run_text(THREE + policy, horizon="5 years", step="1 week", runs=1, rules=flat)
    assert shares(result)["B"] == pytest.approx(0.8 / 1.4, rel=1e-3)


def test_no_more_than_the_cap_comes_from_one_origin() -> None:
    policy = "policies: {cap: {kind: single_source_cap, commodity: x.made, region: C, cap: 50 %}}"
    assert shares(run_text(THREE + policy, horizon="5 years", step="1 week", runs=1, rules=QUICK))["A"] == pytest.approx(0.5, abs=1e-3)


def test_a_cap_that_no_other_seller_can_make_up_for_binds_all_alike() -> None:
    """Two sellers and a cap of 30 % each: nothing can be kept to, so each gets half."""
    policy = "policies: {cap: {kind: single_source_cap, commodity: x.made, region: C, cap: 30 %}}"
    result = run_text(THREE + policy, horizon="5 years", step="1 week", runs=1, rules=QUICK)
    assert shares(result)["A"] == pytest.approx(0.5, abs=1e-3)
    assert unmet(result, "C") == 0.0


@pytest.mark.parametrize(("kind", "extra"), [("export_quota", "shock"), ("import_quota", "policy")])
def test_a_quota_passes_its_part(kind: str, extra: str) -> None:
    """A sole seller held to 40 % of the usual trade: after the stock is gone 60 % of use goes unmet."""
    body = TRADE.split("watch")[0].replace("x.made.B: {", "x.made.B: {cover: 0 days, ")
    section = "shocks" if extra == "shock" else "policies"
    body += f"{section}: {{limit: {{kind: {kind}, commodity: x.made, from: A, to: B, quota: 40 %, start: 2026-01-01}}}}"
    result = run_text(body, horizon="1 year", step="1 day", runs=1)
    assert unmet(result, "B") == pytest.approx(6.0, rel=0.01)


def test_an_export_control_calls_forth_its_echo() -> None:
    body = """
network:
  commodities: {x.made: {}, y.made: {}}
  nodes:
    x.made.A: {production: 10 t/year}
    x.made.B: {demand: {use: 10 t/year}}
    y.made.B: {production: 5 t/year}
    y.made.A: {demand: {use: 5 t/year}}
policies:
  control:
    kind: export_control
    commodity: x.made
    from: A
    to: B
    start: 2026-03-01
    counter: {commodity: y.made, probability: 40 %, delay: 90 days, duration: 1 year}
"""
    result = run_text(body, horizon="2 years", step="1 week", runs=1500)
    echo = estimate_of(result, "p_shock", "", "shock:control-counter")
    assert echo.low <= 0.4 <= echo.high
    assert estimate_of(result, "p_in_force", "", "policy:control").probability == 1.0
    hit = result.record.outcome("unmet_t", "y.made", "A") > 0
    assert hit.mean() == echo.probability
    assert (result.record.outcome("unmet_t", "x.made", "B") > 0).all()


def test_q3_works_of_three_stages_come_on_line_as_an_erlang_law() -> None:
    """Mean 5 years: on line with chance 0.1205, 0.5768, 0.9380 after 2, 5 and 10 years."""
    works = "kind: capacity_project, commodity: x.made, region: B, capacity: 10 t/year, build: 5 years, stages: 3, slip: 1, ramp: 0 days"
    policy = f"policies: {{mine: {{{works}}}}}"
    for years, chance in ((2, 0.1205), (5, 0.5768), (10, 0.9380)):
        result = run_text(THREE + policy, horizon=f"{years} years", step="1 month", runs=4000)
        came = estimate_of(result, "p_in_force", "", "policy:mine")
        assert came.low <= chance <= came.high


PROJECT = """
network:
  commodities: {x.made: {}}
  nodes:
    x.made.A: {production: 100 t/year, spare: 0}
    x.made.C: {cover: 10 days, demand: {use: 100 t/year}}
    x.made.D: {}
shocks: {stop: {kind: outage, commodity: x.made, region: A, severity: 50 %, start: 2027-01-01}}
policies:
  works:
    {kind: capacity_project, commodity: x.made, region: D, capacity: 30 t/year, build: 1 day, slip: 1, ramp: 0 days,
     OFFTAKE probability: CHANCE}
"""


def project(offtake: str, chance: str, how: str = PLAIN) -> Result:
    body = PROJECT.replace("OFFTAKE", offtake).replace("CHANCE", chance)
    return run_text(body, horizon="3 years", step="1 week", runs=1, rules=how)


def test_new_works_with_agreed_buyers_cover_what_they_make_and_without_luck_nothing() -> None:
    """Half of 100 t a year is lost for two years; works of 30 t a year, sold ahead, make up for 30."""
    lost, with_works = unmet(project("offtake: {C: 100 %},", "0 %"), "C"), unmet(project("offtake: {C: 100 %},", "100 %"), "C")
    assert lost == pytest.approx(100, rel=0.05)
    assert lost - with_works == pytest.approx(60, rel=0.05)


def test_new_works_of_a_newcomer_sell_when_usual_sellers_fail() -> None:
    stocked = PLAIN.replace("buffer: 0 days", "buffer: 2 weeks")
    assert unmet(project("", "100 %", stocked), "C") < 0.6 * unmet(project("", "0 %", stocked), "C")


def test_joint_buyers_share_by_need() -> None:
    """A seller cut to half shares it in proportion to orders; the member with no stock to wait on asks no more than its use."""
    body = """
network:
  commodities: {x.made: {}}
  nodes:
    x.made.A: {production: 90 t/year, spare: 0}
    x.made.C: {cover: 20 days, demand: {use: 60 t/year}}
    x.made.D: {cover: 150 days, demand: {use: 30 t/year}}
shocks: {stop: {kind: outage, commodity: x.made, region: A, severity: 50 %, start: 2026-07-01, duration: 1 year}}
"""
    joint = "policies: {club: {kind: joint_procurement, commodity: x.made, members: [C, D]}}"
    alone, together = (run_text(text, horizon="2 years", step="1 week", runs=1) for text in (body, body + joint))
    parts = [unmet(result, "C") / 60 - unmet(result, "D") / 30 for result in (alone, together)]
    assert abs(parts[1]) <= abs(parts[0]) + 1e-12
    assert unmet(together, "C") + unmet(together, "D") <= unmet(alone, "C") + unmet(alone, "D") + 1e-9


def test_a_member_that_a_seller_shuts_out_fares_like_the_others_in_a_joint_purchase() -> None:
    """Two sellers of 30 and 20 t a year; the first shuts D out. What D takes of the second C leaves: all are served to one part."""
    body = """
network:
  commodities: {x.made: {}}
  nodes:
    x.made.A: {production: 30 t/year, spare: 0}
    x.made.B: {production: 20 t/year, spare: 0}
    x.made.C: {cover: 0 days, demand: {use: 25 t/year}}
    x.made.D: {cover: 0 days, demand: {use: 25 t/year}}
shocks:
  shut: {kind: export_ban, commodity: x.made, from: A, to: D, start: 2026-01-01}
  stop: {kind: outage, commodity: x.made, region: A, severity: 50 %, start: 2026-01-01}
"""
    joint = "policies: {club: {kind: joint_procurement, commodity: x.made, members: [C, D]}}"
    alone, together = (run_text(text, horizon="4 years", step="1 week", runs=1) for text in (body, body + joint))
    assert unmet(alone, "D") > 1.5 * unmet(alone, "C")
    assert unmet(together, "D") == pytest.approx(unmet(together, "C"), rel=0.02)
    assert unmet(together, "C") + unmet(together, "D") <= (unmet(alone, "C") + unmet(alone, "D")) * (1 + 1e-6)


BAN = """
network:
  commodities: {x.made: {}}
  nodes:
    x.made.A: {production: 100 t/year, spare: 100 %}
    x.made.C: {cover: 30 days, demand: {use: 100 t/year}}
shocks: {stop: {kind: export_ban, commodity: x.made, from: A, to: C, start: 2027-01-01, duration: 1 year}}
"""
HOARD = PLAIN.replace("hoarding: 1", "hoarding: 3")


def warned(policy: str) -> Result:
    return run_text(BAN + policy, horizon="2 years", step="1 week", runs=400, rules=HOARD)


def test_who_is_warned_in_time_goes_into_the_ban_with_the_stock_it_wants() -> None:
    """Three times 30 days in stock instead of one: 60 days of use less go unmet."""
    early = "policies: {watch: {kind: early_warning, commodity: x.made, region: C, notice: 9 months}}"
    saved = unmet(warned(""), "C") - unmet(warned(early), "C")
    assert saved == pytest.approx(100 * 60 / YEAR, rel=0.05)


def test_a_warning_that_never_comes_helps_nobody_and_alarms_are_of_nothing() -> None:
    blind = "policies: {watch: {kind: early_warning, commodity: x.made, region: C, notice: 9 months, detection: 0 %}}"
    assert unmet(warned(blind), "C") == unmet(warned(""), "C")
    calm = BAN.split("shocks")[0] + (
        "policies: {watch: {kind: early_warning, commodity: x.made, region: C, notice: 1 month, false_alarms: 0.5 /year}}"
    )
    result = run_text(calm, horizon="2 years", step="1 week", runs=1000, rules=HOARD)
    alarms = estimate_of(result, "p_in_force", "", "policy:watch.false-alarms")
    assert alarms.low <= 1 - np.exp(-1.0) <= alarms.high
    assert unmet(result, "C") == 0.0


@pytest.mark.parametrize(
    ("policy", "message"),
    [
        ("{kind: tariff, commodity: x.made, from: C, to: A, rate: 5 %}", "p.from: the policy touches nothing: there is no trade in x.made"),
        ("{kind: early_warning, commodity: x.made, region: C, notice: 1 month}", "no ban, quota or licence on x.made strikes these"),
        ("{kind: supplier_qualification, commodity: x.made, from: A, to: C}", "there is no seller to approve between these"),
        ("{kind: demand_reduction, commodity: x.made, region: A, size: 5 %}", "no such sector there uses x.made"),
        ("{kind: beyond_price, commodity: x.made, region: C, trusted: C, weight: 1}", "they sell no x.made to these buyers"),
        (
            "{kind: export_control, commodity: x.made, from: A, to: C, counter: {commodity: x.made}}",
            "the answer strikes nothing: there is no trade in x.made between these",
        ),
    ],
)
def test_a_policy_that_touches_nothing_is_refused(policy: str, message: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        run_text(f"{THREE}policies: {{p: {policy}}}", horizon="1 year", step="1 week", runs=1, rules=QUICK)
    assert message in str(caught.value)


def test_a_seller_approved_ahead_of_need_sells_from_the_first_day() -> None:
    """Approval takes half a year: begun when the ban strikes it costs half a year of 100 t, begun before nothing."""
    body = """
network:
  commodities: {x.made: {}}
  nodes:
    x.made.A: {production: 100 t/year, spare: 0}
    x.made.B: {production: 100 t/year, spare: 100 %}
    x.made.C: {cover: 0 days, demand: {use: 100 t/year}}
    x.made.D: {demand: {use: 100 t/year}}
  trade:
    - {commodity: x.made, from: B, to: C, flow: 0 t/year, qualify: 26 weeks}
    - {commodity: x.made, from: A, to: D, flow: 0 t/year}
    - {commodity: x.made, from: B, to: D, flow: 100 t/year}
    - {commodity: x.made, from: A, to: C, flow: 100 t/year}
shocks: {stop: {kind: export_ban, commodity: x.made, from: A, to: C, start: 2027-01-01}}
"""
    policy = "policies: {ready: {kind: supplier_qualification, commodity: x.made, from: B, to: C, time: 4 months}}"
    stocked = PLAIN.replace("buffer: 0 days", "buffer: 1 year")
    late, ready = (unmet(run_text(text, horizon="3 years", step="1 week", runs=1, rules=stocked), "C") for text in (body, body + policy))
    assert late == pytest.approx(50, rel=0.06)
    assert ready < 4
