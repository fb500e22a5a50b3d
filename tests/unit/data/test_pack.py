"""The pack as a whole: its materials agree with themselves, and every number can be shown."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sim.data import checks, facts, materials, table
from sim.data.balance import base
from sim.data.checks import check
from sim.data.facts import Fact
from sim.errors import DataError
from sim.scenario.scenario import Rules


@pytest.mark.parametrize("material", materials())
def test_every_check_holds(material: str) -> None:
    found = checks(material)
    assert len(found) > 5
    assert [c for c in found if not c.ok] == []


@pytest.mark.parametrize("material", materials())
def test_each_commodity_is_checked_for_closure_shares_and_trade(material: str) -> None:
    names = [c.name for c in checks(material)]
    for commodity in {f.commodity for f in facts(material) if f.quantity == "production" and f.role == "base"}:
        assert any(name.startswith(f"{commodity}: (production + recycled - use)") for name in names)
        has_trade = any(f.commodity == commodity and f.quantity == "trade" and f.role == "base" for f in facts(material))
        assert any(name.startswith(f"{commodity}: trade in") for name in names) == has_trade
    assert any("end-use shares" in name for name in names)


def changed(material: str, what: str, value: float) -> list[str]:
    found: list[Fact] = [replace(f, value=value) if f.what == what and f.role == "base" else f for f in facts(material)]
    assert any(f.value == value for f in found if f.what == what)
    return [c.name for c in check(tuple(found)) if not c.ok]


def without_use(material: str, sector: str) -> list[str]:
    return [c.name for c in check(tuple(f for f in facts(material) if f.sector != sector or f.quantity != "end_use")) if not c.ok]


def test_checks_see_what_is_wrong() -> None:
    assert any("- use) / supply" in name for name in changed("gallium", "gallium.refined.USA.consumption", 60.0))
    assert any("stated world total" in name for name in changed("gallium", "gallium.refined.RUS.production", 60.0))
    assert any("end-use shares, EU27" in name for name in changed("gallium", "gallium.refined.EU27.end_use.optoelectronics", 0.5))
    assert any("recycled / use, KOR" in name for name in changed("germanium", "germanium.refined.KOR.recycled", 50.0))
    assert any("capacity / production, CHN" in name for name in changed("germanium", "germanium.refined.CHN.capacity", 50.0))
    assert any("trade out / production, MYS" in name for name in changed("rare-earths", "rare-earths.oxide.MYS.trade.JPN", 0.0))
    assert any("value added that use none" in name for name in without_use("gallium", "solar-cells"))
    belgium = next(f for f in facts("germanium") if f.what == "germanium.refined.BEL.production")
    assert any(
        "members counted beside their bloc" in c.name for c in check((*facts("germanium"), replace(belgium, region="EU27"))) if not c.ok
    )


def test_a_thing_stated_in_two_files_with_two_values_is_refused() -> None:
    found = facts("gallium")
    other = replace(found[0], value=1.0, text="1 t/year", file="common.csv", line=9)
    with pytest.raises(DataError, match=r"common.csv:9 gallium.refined.CHN.production: stated twice, also in gallium.csv"):
        base((*found, other))


def test_defaults_of_the_pack_are_those_of_the_rules() -> None:
    known, rules = base(facts("gallium")), Rules.model_validate({})
    for name in ("lead_home", "lead_abroad", "cover", "buffer", "spare"):
        assert known.common(name) == pytest.approx(getattr(rules, name))
    with pytest.raises(DataError, match=r"common.csv recipe: is not stated"):
        known.common("recipe")


@pytest.mark.parametrize("material", materials())
def test_the_table_shows_every_number_with_its_source(material: str) -> None:
    frame = table(material)
    assert len(frame) == len(facts(material))
    assert list(frame.columns[:3]) == ["commodity", "quantity", "meaning"]
    assert (frame[["value", "year", "status", "source", "licence", "meaning"]] != "").to_numpy().all()
    assert (frame.loc[frame.status != "measured", "basis"] != "").all()
    assert list(frame.role) == sorted(frame.role)


def test_the_table_shows_no_digits_that_calculation_alone_put_there() -> None:
    names = ["commodity", "quantity", "region", "partner", "sector", "role"]
    shown = {tuple(row[name] for name in names): row["value"] for row in table("rare-earths").to_dict("records")}
    assert shown["rare-earths.oxide", "production", "CHN", "", "", "base"] == "73756.7 t/year"
    assert shown["ndfeb.magnet", "production", "CHN", "", "", "base"] == "182300 t/year"
    assert shown["rare-earths.oxide", "recipe", "WLD", "rare-earths.mined", "", "base"] == "0.9294 t/t"
    assert shown["rare-earths.oxide", "recycled", "USA", "", "", "base"] == "0 t/year"


def test_an_unknown_material_is_refused_with_a_hint() -> None:
    for ask in (facts, table, checks):
        with pytest.raises(DataError, match=r"materials: no facts about this material \(got 'galium'\). Did you mean 'gallium'\?"):
            ask("galium")


@pytest.mark.parametrize(
    ("material", "what", "value", "status"),
    [
        ("gallium", "gallium.refined.CHN.production", 839.0, "measured"),
        ("gallium", "gallium.refined.JPN.consumption", 167.0, "measured"),
        ("germanium", "germanium.refined.CHN.production", 180.0, "measured"),
        ("rare-earths", "rare-earths.oxide.CHN.production", 73756.7, "measured"),
        ("rare-earths", "ndfeb.magnet.JPN.production", 8700.0, "assumption"),
        ("gallium", "gallium.refined.EU27.value_added.optoelectronics", 101_570.9e6, "derived"),
        ("rare-earths", "rare-earths.oxide.EU27.value_added.catalysts", 150_343.6e6, "derived"),
    ],
)
def test_headline_figures(material: str, what: str, value: float, status: str) -> None:
    (fact,) = (f for f in facts(material) if f.what == what and f.role == "base")
    assert (fact.value, fact.status) == (value, status)


def test_value_added_is_given_only_where_it_was_measured_and_called_an_upper_bound() -> None:
    found = [f for material in materials() for f in facts(material) if f.quantity == "value_added"]
    assert {f.region for f in found} == {"EU27"}
    assert {f.commodity for f in found} >= {"gallium.refined", "rare-earths.oxide", "cobalt.refined"}
    assert all("upper bound" in f.basis and f.value > 1e9 for f in found)
    # One name in two materials would have to mean one sector.
    by_name: dict[str, set[float]] = {}
    for fact in found:
        if fact.role == "base":
            by_name.setdefault(fact.sector, set()).add(fact.value)
    assert all(len(values) == 1 for values in by_name.values())
