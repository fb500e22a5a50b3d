"""Facts to a network: sums, sectors, links, and regions that cannot be had."""

from __future__ import annotations

from itertools import pairwise

import pytest

from sim.data import chain, facts, materials
from sim.data.balance import base
from sim.errors import DataError
from sim.scenario.network import NetworkSpec, split_node

REGIONS = ("CHN", "EU27", "JPN", "KOR", "USA", "ROW")


def number(value: object) -> float:
    assert isinstance(value, (int, float))
    return float(value)


def totals(spec: NetworkSpec, commodity: str) -> tuple[float, float]:
    """Supply and use of a commodity at rest, t/year."""
    supply = use = 0.0
    for name, node in spec.nodes.items():
        here, _ = split_node(name)
        if here == commodity:
            supply += number(node.production) + number(node.recycled)
            use += sum(number(demand.amount) for demand in node.demand.values())
        use += spec.commodities[here].recipe.get(commodity, 0.0) * number(node.production)
    return supply, use


@pytest.mark.parametrize("regions", [REGIONS, ("CHN", "ROW"), ("ROW", "USA", "EU27"), ("CHN", "JPN", "ROW"), ("ROW",)])
def test_world_supply_equals_use_however_the_world_is_cut(regions: tuple[str, ...]) -> None:
    spec = chain(materials(), regions)
    whole = chain(materials(), REGIONS)
    assert {"gallium.refined", "germanium.refined", "rare-earths.mined", "rare-earths.oxide", "ndfeb.magnet"} <= spec.commodities.keys()
    for commodity in spec.commodities:
        supply, use = totals(spec, commodity)
        assert supply == pytest.approx(use, rel=0.005)
        assert supply == pytest.approx(totals(whole, commodity)[0], rel=1e-9)
    assert set(spec.regions()) == set(regions)


def test_a_bloc_adds_up_its_members_and_the_rest_takes_what_is_not_named() -> None:
    known = base(facts("germanium"))
    made = known.of("production", "germanium.refined")
    spec = chain(["germanium"], REGIONS)
    assert spec.nodes["germanium.refined.EU27"].production == made["BEL"]
    assert spec.nodes["germanium.refined.ROW"].production == made["CAN"] + made["RUS"]
    assert chain(["germanium"], ("CHN", "ROW")).nodes["germanium.refined.ROW"].production == made["CAN"] + made["RUS"] + made["BEL"]
    named = chain(["germanium"], (*REGIONS, "CAN"))
    assert (named.nodes["germanium.refined.CAN"].production, named.nodes["germanium.refined.ROW"].production) == (made["CAN"], made["RUS"])
    assert named.nodes["germanium.refined.CAN"].demand == {}


def test_a_bloc_that_is_not_named_goes_to_the_rest_with_its_sectors() -> None:
    six, five = chain(["gallium"], REGIONS), chain(["gallium"], ("CHN", "JPN", "KOR", "USA", "ROW"))
    for sector in six.nodes["gallium.refined.EU27"].demand:
        parts = sum(number(six.nodes[f"gallium.refined.{region}"].demand[sector].amount) for region in ("EU27", "ROW"))
        assert number(five.nodes["gallium.refined.ROW"].demand[sector].amount) == pytest.approx(parts)


def test_demand_is_split_by_the_shares_of_the_region_or_else_of_the_world() -> None:
    spec = chain(["gallium"], REGIONS)
    usa = {sector: number(demand.amount) for sector, demand in spec.nodes["gallium.refined.USA"].demand.items()}
    assert usa == pytest.approx({"integrated-circuits": 18.7 * 0.79, "optoelectronics": 18.7 * 0.20, "research": 18.7 * 0.01})
    japan = spec.nodes["gallium.refined.JPN"].demand
    assert number(japan["integrated-circuits"].amount) == pytest.approx(167 * 0.70)
    china = spec.nodes["gallium.refined.CHN"].demand
    assert number(china["magnets"].amount) == pytest.approx(100, rel=1e-4)
    assert (china["stock-building"].priority, china["magnets"].priority) == (1, 0)


def test_stages_are_tied_by_their_recipes() -> None:
    spec = chain(["rare-earths"], REGIONS)
    assert spec.commodities["ndfeb.magnet"].recipe == {"rare-earths.oxide": pytest.approx(0.375)}
    assert spec.commodities["rare-earths.oxide"].recipe == {"rare-earths.mined": pytest.approx(75098.8 / 80805.1)}
    assert spec.commodities["rare-earths.mined"].recipe == {}


def test_capacity_and_cover_come_from_the_facts_or_are_left_to_the_rules() -> None:
    spec = chain(["gallium", "germanium", "rare-earths"], REGIONS)
    assert spec.nodes["gallium.refined.CHN"].capacity == 1600
    assert spec.nodes["germanium.refined.ROW"].capacity == 50
    assert spec.nodes["gallium.refined.USA"].cover == pytest.approx(3.41 / 18.7 * 365.25, rel=1e-5)
    assert spec.nodes["gallium.refined.EU27"].cover == 56
    assert spec.nodes["gallium.refined.CHN"].cover is None
    assert spec.nodes["ndfeb.magnet.CHN"].capacity is None
    assert spec.nodes["ndfeb.magnet.CHN"].buffer is None


def test_cover_of_regions_put_together_is_their_mean_by_use() -> None:
    spec = chain(["gallium"], ("CHN", "ROW"))
    known = base(facts("gallium"))
    use = {area: amount for area, amount in known.of("consumption", "gallium.refined").items() if area != "CHN"}
    cover = known.of("cover", "gallium.refined")
    mean = sum(amount * cover[area] for area, amount in use.items()) / sum(use.values())
    assert spec.nodes["gallium.refined.ROW"].cover == pytest.approx(mean, abs=1e-5)
    # Chinese users hold the common cover; put together with all others they pull the mean down.
    world = chain(["gallium"], ("ROW",)).nodes["gallium.refined.ROW"].cover
    assert 42 < number(world) < mean


@pytest.mark.parametrize("regions", [REGIONS, ("CHN", "ROW"), ("CHN", "AUS", "MYS", "MMR", "USA", "ROW")])
def test_every_user_has_a_seller_and_known_trade_meets_both_margins(regions: tuple[str, ...]) -> None:
    spec = chain(["rare-earths"], regions)
    sold: dict[tuple[str, str], float] = {}
    bought: dict[tuple[str, str], float] = {}
    for link in spec.trade:
        sold[link.commodity, link.source] = sold.get((link.commodity, link.source), 0.0) + number(link.flow)
        bought[link.commodity, link.to] = bought.get((link.commodity, link.to), 0.0) + number(link.flow)
    for name, node in spec.nodes.items():
        commodity, region = split_node(name)
        use = sum(number(demand.amount) for demand in node.demand.values())
        use += sum(
            s.recipe.get(commodity, 0) * number(spec.nodes[f"{c}.{region}"].production)
            for c, s in spec.commodities.items()
            if f"{c}.{region}" in spec.nodes
        )
        need = use - number(node.recycled)
        if need > 1:
            # Thin links come on top of recorded trade; a small buyer's may be a larger part of it.
            assert need * 0.99 < bought[commodity, region] < need * 1.10
        if number(node.production):
            assert number(node.production) * 0.99 < sold[commodity, region] < number(node.production) * 1.10


def test_trade_between_partners_without_a_record_is_thin() -> None:
    spec = chain(["germanium"], REGIONS)
    flow = {(link.source, link.to): number(link.flow) for link in spec.trade}
    assert flow["CHN", "EU27"] == pytest.approx(43.7 * 0.52)
    assert flow["ROW", "CHN"] == pytest.approx(0.05 * 26 * 136.3 / 210, rel=1e-4)
    assert ("JPN", "USA") not in flow


def test_lead_times_of_the_facts_are_weighed_by_trade() -> None:
    leads = {(link.commodity, link.source, link.to): link.lead for link in chain(materials(), REGIONS).trade}
    assert leads["gallium.refined", "CHN", "JPN"] == 28
    assert leads["gallium.refined", "CHN", "USA"] is None
    assert leads["ndfeb.magnet", "JPN", "KOR"] == 7
    # Myanmar by land in 2 weeks, the others by sea in 6.
    assert leads["rare-earths.mined", "ROW", "CHN"] == pytest.approx((12072 * 14 + 4722.45 * 42) / 16794.45, abs=0.01)


@pytest.mark.parametrize(
    ("regions", "words"),
    [
        (("CHN", "JPM", "ROW"), "regions: unknown region (got 'JPM'). Did you mean 'JPN'?"),
        (("CHN", "DEU", "ROW"), "regions: is finer than the facts: its use is inside EU27 (got 'DEU'). Use EU27, or any of "),
        (("CHN", "ISL", "ROW"), "regions: is finer than the facts: its use is inside ROW (got 'ISL'). Use ROW, or any of "),
        (("CHN", "WLD", "ROW"), "regions: is a world total, not a region (got 'WLD')."),
        (("CHN", "CHN", "ROW"), "regions: is named twice (got 'CHN'). Name it once."),
        (("CHN", "JPN"), "regions: ROW is not named, so world supply and use would not close. Add ROW."),
    ],
)
def test_regions_that_cannot_be_had_are_refused(regions: tuple[str, ...], words: str) -> None:
    with pytest.raises(DataError) as caught:
        chain(["gallium"], regions)
    assert words in str(caught.value)


def test_a_country_takes_its_part_of_what_the_rest_of_the_world_uses() -> None:
    shares = base(facts("gallium")).of("industry_share", "any")
    part = shares["TWN"] / (1 - sum(shares[area] for area in REGIONS if area != "ROW"))
    whole, split = (chain(["gallium"], regions).nodes for regions in (REGIONS, (*REGIONS, "TWN")))
    for sector, demand in whole["gallium.refined.ROW"].demand.items():
        there, left = (number(split[f"gallium.refined.{area}"].demand[sector].amount) for area in ("TWN", "ROW"))
        assert there == pytest.approx(part * number(demand.amount))
        assert there + left == pytest.approx(demand.amount)
    again = [number(split[f"gallium.refined.{area}"].recycled) for area in ("TWN", "ROW")]
    assert sum(again) == pytest.approx(whole["gallium.refined.ROW"].recycled)
    assert split["gallium.refined.TWN"].cover == whole["gallium.refined.ROW"].cover
    flows = {(link.source, link.to): link.flow for link in chain(["gallium"], (*REGIONS, "TWN")).trade}
    assert flows["CHN", "TWN"] == pytest.approx(part * 3.666)


def test_hosts_come_with_a_by_product_only_where_all_of_them_are_there() -> None:
    alone = chain(["cobalt"], REGIONS).commodities["cobalt.mined"]
    assert not alone.hosts()


def test_materials_that_cannot_be_had_are_refused() -> None:
    with pytest.raises(DataError, match="Did you mean 'germanium'"):
        chain(["gallium", "germanum"], REGIONS)
    with pytest.raises(DataError, match="no material is named"):
        chain([], REGIONS)


def test_order_of_regions_is_that_of_the_scenario_and_a_material_twice_is_one() -> None:
    spec = chain(["gallium", "gallium"], REGIONS[::-1])
    order = [REGIONS.index(region) for region in spec.regions()]
    assert all(a > b for a, b in pairwise(order))
    assert len(spec.nodes) == 6
