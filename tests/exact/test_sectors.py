"""Sectors at work, through the product, against numbers worked out on paper."""

from __future__ import annotations

from dataclasses import replace
from math import exp

import pytest

from sim.api import Result
from sim.data import DataFolder, Fact, facts
from sim.errors import ScenarioError
from sim.model.compile import compile_model
from sim.scenario import load_text
from tests.worlds import YEAR, estimate_of, run_text

WEEK = 7.0
WORTH = 700.0
"""Value added of the sector, USD a week."""


def cars(sector: str, shocks: str, *, weeks: int) -> Result:
    """Cars of B need metal and chips, 10 t/year each, all made in A; nobody keeps a stock and nobody has spare capacity for chips.

    What left A before the first day arrives in the first week: a shortage begins in the second.
    """
    text = f"""
network:
  commodities: {{a.metal: {{}}, b.chip: {{}}}}
  nodes:
    a.metal.A: {{production: 10 t/year, spare: 50 %}}
    a.metal.B: {{cover: 0 days, demand: {{cars: 10 t/year}}}}
    b.chip.A: {{production: 10 t/year, spare: 50 %}}
    b.chip.B: {{cover: 0 days, demand: {{cars: 10 t/year}}}}
sectors:
  cars: {{{sector}, value_added: {{B: {WORTH / WEEK * YEAR} USD/year}}}}
shocks:
{shocks}
watch: {{series: [stock]}}
"""
    return run_text(text, horizon=f"{weeks} weeks", step="1 week", runs=1)


def outage(commodity: str, *, severity: float = 1.0, weeks: int = 1000, start: str = "2026-01-01") -> str:
    """A shock that takes a part of what A can make; its capacity is half as much again as what it makes."""
    size = 1 - (1 - severity) / 1.5
    name = f"{commodity[0]}-{start}"
    return f"""\
  {name}: {{kind: outage, commodity: {commodity}, region: A, start: {start}, severity: {size}, duration: {weeks} weeks}}
"""


def of_cars(result: Result, measure: str) -> float:
    return float(estimate_of(result, measure, "B", "cars")["mean"])


def left_over(result: Result, commodity: str) -> float:
    """Stock of the users at the end, t."""
    table = result.series()
    rows = table[(table.series == "stock") & (table.commodity == commodity) & (table.region == "B")]
    return float(rows.p50.iloc[-1])


@pytest.mark.parametrize(("essential", "stops"), [("100 %", 1.0), ("40 %", 0.4)])
def test_without_an_input_the_essential_part_of_output_stops(essential: str, stops: float) -> None:
    result = cars(f"essential: {{a.metal: {essential}, b.chip: 100 %}}", outage("a.metal"), weeks=10)
    assert of_cars(result, "sales_lost_share") == pytest.approx(0.9 * stops, abs=1e-12)
    assert of_cars(result, "value_added_lost") == pytest.approx(9 * stops * WORTH)
    # Chips that are not put in stay, and buyers order less the more they have:
    # after n weeks the stock is u (1 - r^n) / (1 - r), with u left over a week and r = exp(-1 week / order_adjustment).
    kept = exp(-1 / 8)
    unused = stops * 10 * WEEK / YEAR
    assert left_over(result, "b.chip") == pytest.approx(unused * (1 - kept**9) / (1 - kept), rel=1e-6)
    assert left_over(result, "a.metal") == pytest.approx(0.0, abs=1e-12)


def test_products_in_stock_carry_their_time_of_sales() -> None:
    result = cars("product_stock: 4 weeks, overtime: 0 %", outage("a.metal"), weeks=10)
    # One week of output, four of stock, five of nothing.
    assert of_cars(result, "sales_lost_share") == pytest.approx(0.5, abs=1e-12)
    assert of_cars(result, "value_added_lost") == pytest.approx(5 * WORTH)
    assert of_cars(result, "value_added_lost_high") == pytest.approx(9 * WORTH)


def test_overtime_fills_the_stock_of_products_again() -> None:
    # The second outage costs four weeks where the stock is still empty from the first. Overtime fills it in the 100 weeks between,
    # but for the last of the gap, which closes ever more slowly. Chips are left out of it.
    twice = outage("a.metal", weeks=4) + outage("a.metal", weeks=4, start="2027-12-30")
    for overtime, weeks in (("0 %", 4.0), ("25 %", 0.0)):
        sector = f"essential: {{b.chip: 0 %}}, product_stock: 4 weeks, overtime: {overtime}"
        lost = 130 * of_cars(cars(sector, twice, weeks=130), "sales_lost_share")
        assert lost == pytest.approx(weeks, abs=1e-2)


def test_what_is_lost_lies_between_the_share_of_the_inputs_and_a_full_stop() -> None:
    shocks = outage("a.metal") + outage("b.chip", severity=0.5)
    sector = "essential: {a.metal: 40 %, b.chip: 100 %}, cost_share: {a.metal: 10 %, b.chip: 20 %}"
    result = cars(sector, shocks, weeks=10)
    low, middle, high = (of_cars(result, f"value_added_lost{end}") for end in ("_low", "", "_high"))
    # Nine weeks without metal and with half the chips: 10 % of 1 and 20 % of 0.5; the larger of 40 % of 1 and 0.5; all that lacks most.
    assert (low, middle, high) == pytest.approx((9 * 0.2 * WORTH, 9 * 0.5 * WORTH, 9 * 1.0 * WORTH))


@pytest.mark.parametrize("severity", [0.1, 0.5, 0.9])
@pytest.mark.parametrize("essential", [0.3, 0.7, 1.0])
def test_the_bounds_hold_without_products_in_stock(severity: float, essential: float) -> None:
    # They hold where no input is worth more than it stops; chips that the lack of metal leaves unused soon fill their own gap.
    sector = f"essential: {{a.metal: {essential}, b.chip: 30 %}}, cost_share: {{a.metal: 20 %, b.chip: 10 %}}"
    result = cars(sector, outage("a.metal", severity=severity) + outage("b.chip", severity=0.2), weeks=10)
    low, middle, high = (of_cars(result, f"sales_lost_share{end}") for end in ("_low", "", "_high"))
    assert low <= middle + 1e-12
    assert middle <= high + 1e-12
    assert middle == pytest.approx(0.9 * max(essential * severity, 0.3 * 0.2))


def test_value_added_comes_from_the_facts_where_the_scenario_states_none() -> None:
    text = """
materials: [gallium]
regions: [CHN, EU27, JPN, KOR, USA, ROW]
sectors:
  integrated-circuits: {}
  optoelectronics: {value_added: {EU27: 1 bn USD/year}}
shocks:
  halt: {kind: export_ban, commodity: gallium.refined, from: CHN, start: 2026-01-01}
"""
    result = run_text(text, horizon="52 weeks", step="1 week", runs=1, rules="{price: {feedback: false}}")
    # 77,000 million EUR (NACE division C26) at the mean rate of 2016 to 2020; what the scenario states comes first.
    rate = (1.1069 + 1.1297 + 1.1810 + 1.1195 + 1.1422) / 5
    for sector, usd_a_year in (("integrated-circuits", 77_000e6 * rate), ("optoelectronics", 1e9)):
        part = float(estimate_of(result, "sales_lost_share", "EU27", sector)["mean"])
        assert part > 0.01
        lost = float(estimate_of(result, "value_added_lost", "EU27", sector)["mean"])
        assert lost == pytest.approx(part * 52 * WEEK / YEAR * usd_a_year, rel=1e-5)
    # Missing is not zero: no figure for Japan, so no loss in money there.
    assert estimate_of(result, "value_added_lost", "JPN", "integrated-circuits")["n"] == 0


def test_two_materials_that_value_a_sector_differently_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    def told(material: str, own: DataFolder | None = None) -> tuple[Fact, ...]:
        found = facts(material, own)
        if material != "germanium":
            return found
        (other,) = (f for f in facts("gallium") if f.quantity == "value_added" and f.sector == "integrated-circuits")
        return (*found, replace(other, commodity="germanium.refined", value=1e9, text="1 bn USD/year"))

    text = """
clock: {start: 2026-01-01, horizon: 1 year}
materials: [gallium, germanium]
regions: [CHN, EU27, ROW]
set: {germanium.refined.EU27.demand.integrated-circuits: 1 t/year}
"""
    monkeypatch.setattr("sim.data.facts", told)
    with pytest.raises(ScenarioError) as caught:
        compile_model(load_text(text + "sectors:\n  integrated-circuits: {}\n", name="f"))
    assert str(caught.value) == (
        "f:7:3 sectors.integrated-circuits: the facts give its value added in EU27 differently "
        "(got 87461.2 million USD/year for gallium.refined and 1 bn USD/year for germanium.refined). State value_added of EU27 here."
    )
    stated = compile_model(load_text(text + "sectors:\n  integrated-circuits: {value_added: {EU27: 2 bn USD/year}}\n", name="f"))
    assert [entry and entry.amount for entry in stated.sectors.value_added] == [None, 2e9, None]
