"""Facts to a network: areas added up to the regions of a scenario, demand split by sector, known trade as the prior."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sim.data.areas import REST, Areas, areas, check_regions
from sim.data.balance import Base, base, next_stage, sectors, split_rest
from sim.data.facts import ANY, WORLD
from sim.data.joined import joined
from sim.data.material import check_materials, commodities, facts
from sim.data.own import DataFolder
from sim.errors import DataError, Problem
from sim.scenario.network import CommoditySpec, Demand, NetworkSpec, NodeSpec, TradeSpec


@dataclass(frozen=True)
class _Stage:
    """One commodity with its facts, and the regions of the scenario."""

    commodity: str
    known: Base
    areas: Areas
    regions: tuple[str, ...]
    next_use: dict[str, float]
    """Use by the next stages, t/year by area."""

    def add_up(self, by_area: dict[str, float]) -> dict[str, float]:
        """Amounts by area to amounts by region."""
        total: dict[str, float] = {}
        for area, amount in by_area.items():
            region = self.areas.home(area, self.regions)
            total[region] = total.get(region, 0.0) + amount
        return total

    def of(self, quantity: str) -> dict[str, float]:
        """Values by area of a quantity of this commodity."""
        return self.known.of(quantity, self.commodity)

    def use(self) -> dict[str, float]:
        """All use, t/year by area."""
        wanted = self.of("consumption")
        return {area: wanted.get(area, 0.0) + self.next_use.get(area, 0.0) for area in {**wanted, **self.next_use}}


def chain(materials: Sequence[str], regions: Sequence[str], own: DataFolder | None = None) -> NetworkSpec:
    """The supply chain of some materials, added up to some regions.

    materials: names out of `sim.data.materials(own)`. regions: ISO 3166 alpha-3 codes, `EU27` and `ROW` (every country not named).
    own: facts over those of the pack.
    Returns commodities with recipes, nodes (t/year, days) and known trade; where the facts are silent the field is left to the rules.
    Raises DataError for unknown materials, and for regions that are unknown or finer than the facts.
    """
    stages = _stages(materials, tuple(regions), own)
    nodes: dict[str, NodeSpec] = {}
    trade: list[TradeSpec] = []
    for stage in stages:
        nodes |= _nodes(stage)
        trade += _links(stage)
    made = {stage.commodity for stage in stages}
    commodities = {
        stage.commodity: CommoditySpec(recipe=stage.known.recipe(stage.commodity), host=_hosts(stage, made), price=_price(stage))
        for stage in stages
    }
    return NetworkSpec(commodities=commodities, nodes=nodes, trade=tuple(trade))


def _price(stage: _Stage) -> float | None:
    """The world's price at rest, USD/t; else the mean of those stated for regions."""
    stated = stage.of("price")
    return stated.get(WORLD, sum(stated.values()) / len(stated)) if stated else None


def _hosts(stage: _Stage, made: set[str]) -> dict[str, float] | None:
    """What a by-product comes with, where the scenario has all of its hosts: with some alone their part would be overstated."""
    hosts = {f.partner: f.value for f in stage.known.rows("host", stage.commodity)}
    return hosts if hosts and hosts.keys() <= made else None


def _stages(materials: Sequence[str], regions: tuple[str, ...], own: DataFolder | None) -> list[_Stage]:
    if not materials:
        raise DataError(Problem(where="materials", what="no material is named", remedy="Name at least one."))
    check_materials(materials, own)
    codes = areas()
    found = tuple(fact for material in dict.fromkeys(materials) for fact in facts(material, own))
    stated, made = base(found), commodities(found)
    used = [wanted for commodity in made if (wanted := stated.of("consumption", commodity))]
    check_regions(regions, codes, set.intersection(*({*w, *(stated.of("industry_share", ANY) if REST in w else ())} for w in used)))
    known = joined(split_rest(stated, regions, codes.blocs), made)
    return [_Stage(commodity, known, codes, regions, next_stage(known, commodity, made)) for commodity in made]


def _nodes(stage: _Stage) -> dict[str, NodeSpec]:
    made, again, use = (stage.add_up(by_area) for by_area in (stage.of("production"), stage.of("recycled"), stage.use()))
    capacity, demand = _capacity(stage), _demand(stage)
    stock = {quantity: _mean_time(stage, quantity) for quantity in ("cover", "buffer")}
    return {
        f"{stage.commodity}.{region}": NodeSpec(
            production=made.get(region, 0.0),
            capacity=capacity.get(region),
            spare=None,
            buffer=stock["buffer"].get(region),
            cover=stock["cover"].get(region),
            recycled=again.get(region, 0.0),
            demand=demand.get(region, {}),
        )
        for region in stage.regions
        if made.get(region) or again.get(region) or use.get(region)
    }


def _capacity(stage: _Stage) -> dict[str, float]:
    # Where only some producers of a region state a capacity, the others get the common spare on top of their output.
    stated, spare = stage.of("capacity"), 1 + stage.known.common("spare")
    made = {area: amount for area, amount in stage.of("production").items() if amount}
    known = {stage.areas.home(area, stage.regions) for area in stated}
    filled = {area: stated.get(area, amount * spare) for area, amount in made.items()}
    return {region: total for region, total in stage.add_up(filled).items() if region in known}


def _demand(stage: _Stage) -> dict[str, dict[str, Demand]]:
    classes = {f.sector: int(f.value) for f in stage.known.rows("priority", ANY)}
    total: dict[str, dict[str, float]] = {}
    for area, split in sectors(stage.known, stage.commodity).items():
        here = total.setdefault(stage.areas.home(area, stage.regions), {})
        for sector, amount in split.items():
            here[sector] = here.get(sector, 0.0) + amount
    return {
        region: {sector: Demand(amount=amount, priority=classes.get(sector, 0), weight=1.0) for sector, amount in split.items() if amount}
        for region, split in total.items()
    }


def _mean_time(stage: _Stage, quantity: str) -> dict[str, float]:
    # Mean over a region's areas by tonnage; areas without their own value hold the common one. Regions without any are left to the rules.
    stated, common = stage.of(quantity), stage.known.common(quantity)
    weight = stage.use() if quantity == "cover" else stage.of("production")
    known = {stage.areas.home(area, stage.regions) for area in stated}
    held = stage.add_up({area: amount * stated.get(area, common) for area, amount in weight.items()})
    total = stage.add_up(weight)
    return {region: round(held[region] / total[region], 6) for region in known if total.get(region)}


def _links(stage: _Stage) -> Iterable[TradeSpec]:
    leads = _leads(stage)
    flows = _flows(stage)
    for seller, buyer in flows or leads:
        flow, lead = flows.get((seller, buyer)), leads.get((seller, buyer))
        yield TradeSpec.model_validate({"commodity": stage.commodity, "from": seller, "to": buyer, "flow": flow, "lead": lead})


def _flows(stage: _Stage) -> dict[tuple[str, str], float]:
    """Prior flows, t/year: recorded trade, and a thin link (a share of supply x need / world supply) wherever none is recorded.

    Where no trade of the commodity is recorded at all: supply x need / world supply, home goods preferred.
    """
    rows = stage.known.rows("trade", stage.commodity)
    flows: dict[tuple[str, str], float] = {}
    for row in rows:
        pair = stage.areas.home(row.region, stage.regions), stage.areas.home(row.partner, stage.regions)
        flows[pair] = flows.get(pair, 0.0) + row.value
    thin = stage.known.common("thin_link") if rows else 1.0
    home = thin if rows else stage.known.common("home_preference")
    made, again, use = (stage.add_up(by_area) for by_area in (stage.of("production"), stage.of("recycled"), stage.use()))
    world = sum(made.values())
    for seller in (region for region in stage.regions if made.get(region)):
        for buyer in (region for region in stage.regions if use.get(region)):
            need = max(0.0, use[buyer] - again.get(buyer, 0.0))
            if need:
                weight = home if seller == buyer else thin
                flows.setdefault((seller, buyer), weight * made[seller] * need / world)
    return flows


def _leads(stage: _Stage) -> dict[tuple[str, str], float]:
    """Lead times in days between the regions that have their own: those of their areas, weighed by trade where that is known."""
    stated = {(f.region, f.partner): f.value for commodity in (ANY, stage.commodity) for f in stage.known.rows("lead_time", commodity)}
    home, abroad = stage.known.common("lead_home"), stage.known.common("lead_abroad")
    parts: dict[tuple[str, str], list[tuple[float, float, bool]]] = {}
    for row in stage.known.rows("trade", stage.commodity):
        pair = stage.areas.home(row.region, stage.regions), stage.areas.home(row.partner, stage.regions)
        own = stated.get((row.region, row.partner))
        days = own if own is not None else home if pair[0] == pair[1] else abroad
        parts.setdefault(pair, []).append((row.value, days, own is not None))
    leads = {pair: days for pair, days in stated.items() if pair[0] in stage.regions and pair[1] in stage.regions and pair not in parts}
    for pair, rows in parts.items():
        weight = sum(flow for flow, _, _ in rows)
        if weight and pair[0] != pair[1] and any(is_own for _, _, is_own in rows):
            leads[pair] = round(sum(flow * days for flow, days, _ in rows) / weight, 6)
    return {pair: days for pair, days in leads.items() if WORLD not in pair}
