"""Recorded trade: goods sold on go back to who made them, and flows are fitted to what is made and used."""

from __future__ import annotations

import numpy as np
import pytest
import yaml

from sim.data.areas import areas
from sim.data.balance import base
from sim.data.facts import facts_of
from sim.data.making.card import Card, Trade, cards
from sim.data.making.inputs import table
from sim.data.making.make import material_rows
from sim.data.making.trade import flows, needs, recorded, traced

BECAUSE = "for the sake of the test alone"


def test_what_passes_through_a_trading_place_is_its_makers() -> None:
    # 0 makes 100 and sells 60 to 1, which makes nothing, keeps 20 and sells 40 to 2; 2 makes 10 and keeps all.
    seen = np.array([[0.0, 60, 0], [0, 0, 40], [0, 0, 0]])
    assert traced(np.array([100.0, 0, 10]), seen) == pytest.approx(np.array([[40.0, 20, 40], [0, 0, 0], [0, 0, 10]]))


def test_a_maker_that_also_buys_sells_a_mix() -> None:
    # 1 makes 30 and buys 30: half of the 40 it sells to 2 is from 0.
    seen = np.array([[0.0, 30, 0], [0, 0, 40], [0, 0, 0]])
    assert traced(np.array([30.0, 30, 0]), seen) == pytest.approx(np.array([[0.0, 10, 20], [0, 10, 20], [0, 0, 0]]))


def test_nobody_sells_more_than_it_makes_and_buys() -> None:
    # 0 is said to sell 50 of the 40 it makes; 1 then cannot sell on the 50 it is said to.
    seen = np.array([[0.0, 50, 0], [0, 0, 50], [0, 0, 0]])
    assert traced(np.array([40.0, 0, 0]), seen) == pytest.approx(np.array([[0.0, 0, 40], [0, 0, 0], [0, 0, 0]]))


def test_places_that_sell_each_other_the_same_goods_add_none() -> None:
    seen = np.array([[0.0, 50, 0], [0, 0, 80], [0, 60, 0]])
    found = traced(np.array([50.0, 0, 0]), seen)
    assert found.sum(1) == pytest.approx([50, 0, 0])
    assert found[0] == pytest.approx([0, 30, 20])


def test_codes_count_by_content_and_exporters_can_be_left_out() -> None:
    one = {"282200": {"value": 0.5, "because": BECAUSE}}
    countries, seen = recorded(Trade.model_validate({"codes": one}))
    stated = {(row["exporter"], row["importer"]): float(row["t"]) for row in table("trade") if row["code"] == "282200"}
    place = {code: i for i, code in enumerate(countries)}
    assert seen[place["COD"], place["CHN"]] == pytest.approx(0.5 * stated["COD", "CHN"])
    assert seen.sum() == pytest.approx(0.5 * sum(stated.values()))
    _, without = recorded(Trade.model_validate({"codes": one, "without": {"COD": BECAUSE}}))
    assert without.sum() == pytest.approx(0.5 * sum(t for (seller, _), t in stated.items() if seller != "COD"))
    assert "TWN" in recorded(Trade.model_validate({"codes": {"810600": {"value": 1, "because": BECAUSE}}}))[0]


TRADED = [(card, stage) for card in cards() for stage in card.stages if stage.trade]


@pytest.mark.parametrize(("card", "stage"), TRADED, ids=lambda one: getattr(one, "commodity", ""))
def test_flows_meet_output_and_use_and_follow_customs(card: Card, stage) -> None:
    plain = Card.model_validate(card.model_dump() | {"stages": [one | {"trade": None} for one in card.model_dump()["stages"]]})
    facts, _ = facts_of(enumerate(material_rows(plain)), card.material, areas().names)
    known, made = base(facts), [one.commodity for one in card.stages]
    found = list(flows(stage.trade, known, stage.commodity, made))
    for area, amount in known.of("production", stage.commodity).items():
        assert sum(flow.fitted for flow in found if flow.seller == area) == pytest.approx(amount, rel=5e-3)
    for area, amount in needs(known, stage.commodity, made).items():
        assert sum(flow.fitted for flow in found if flow.buyer == area) == pytest.approx(amount, rel=1e-2)
    followed = sum(min(flow.traced, flow.fitted) for flow in found) / sum(flow.fitted for flow in found)
    assert followed > 0.5, f"{followed:.0%} of the flows are where customs saw them"


def test_trade_rows_say_what_customs_saw_and_what_fits() -> None:
    text = """
        material: x
        title: X
        stages:
          - commodity: x.mined
            output: {table: natural_graphite}
            trade: {codes: {"250410": {value: 1, because: "for the sake of the test alone"}}}
            use: {sectors: {alloys: {value: 1, because: "for the sake of the test alone"}}}
    """
    rows = [row for row in material_rows(Card.model_validate(yaml.safe_load(text))) if row["quantity"] == "trade"]
    (one,) = (row for row in rows if (row["region"], row["partner"]) == ("CHN", "JPN"))
    formula, _, words = one["basis"].partition(": ")
    seen, factor = (float(number) for number in formula.split(" x "))
    assert seen * factor == pytest.approx(float(one["value"]), rel=1e-4)
    assert words.startswith("recorded trade, mean of 2022 to 2024")
    assert (one["status"], one["licence"]) == ("assumption", "Etalab Open Licence 2.0")
    assert one["source"].startswith("CEPII BACI")
