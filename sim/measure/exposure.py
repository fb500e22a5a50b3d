"""The indices of every stage of a material and every region, from the facts and the flows a simulation starts from."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from sim.data.areas import REST, Areas, areas
from sim.data.balance import Base, base
from sim.data.eu_2017 import Row, eu_2017
from sim.data.facts import ANY
from sim.data.governance import Governance, governance
from sim.data.material import commodities, facts, sources
from sim.data.own import DataFolder
from sim.measure.dependence import Rest, at_rest, direct, through_chain
from sim.measure.indices import (
    concentration,
    economic_importance,
    geopolrisk,
    governance_risk,
    import_reliance,
    instability,
    largest,
    supply_risk,
    weighted_concentration,
)  # fmt: skip
from sim.model.world import Network, World

COLUMNS = (
    *("material", "commodity", "region", "hhi", "top_producer", "top_share", "hhi_wgi", "import_reliance"),
    *("origin", "direct", "through_chain", "geopolrisk", "supply_risk", "material_supply_risk", "recycled_frac", "substitution"),
    "economic_importance",
)
IMPORTANT_TO = "EU27"
"""The region whose economic importance is told: the one whose industries' value added the facts state."""
LEAST_KNOWN = 0.4
"""Part of use that must have an industry with a known value added."""

NAMES_2017 = {"graphite": "natural_graphite", "silicon": "silicon_metal", "boron": "borate"}
"""Materials that the European Union's table of 2017 calls otherwise."""


@dataclass(frozen=True)
class Stage:
    """One commodity: who makes it, and how the governance of each area is read."""

    commodity: str
    made: Mapping[str, float]
    """Production in t/year by area of the facts, areas that make nothing left out."""
    areas: Areas
    regions: tuple[str, ...]
    """Those told apart in the flows."""

    def of_area(self, area: str, values: Mapping[str, float]) -> float:
        """A country's value; of a bloc, and of the countries not named, the plain mean; NaN without any."""
        if area in values:
            return values[area]
        inside = self.areas.members(area)
        if area == REST:
            inside = tuple(country for country in values if self.areas.home(country, self.regions) == REST)
        found = [values[country] for country in inside if country in values]
        return sum(found) / len(found) if found else math.nan

    def of_region(self, region: str, values: Mapping[str, float]) -> float:
        """Mean over a region's producers by tonnage, or `of_area` where it makes nothing."""
        here = {area: amount for area, amount in self.made.items() if self.areas.home(area, self.regions) == region}
        total = sum(here.values())
        return sum(x / total * self.of_area(area, values) for area, x in here.items()) if total else self.of_area(region, values)


def exposure(
    net: Network, world: World, materials: Sequence[str], pairs: tuple[Sequence[str], str], own: DataFolder | None = None
) -> pd.DataFrame:
    """One row a stage and buyer, columns COLUMNS; NaN where a region uses none of it or a fact is missing.

    `hhi` to `hhi_wgi` are of the world's producers, by country where the facts name them. `recycled_frac`, secondary supply in use, stands
    for EoL_RIR of the supply risk; `substitution` is SI_SR of 2017, NaN where the European Union's list lacks the material and 1 is taken.
    Trade factors are 1. `economic_importance` is told of the European Union; what its uses without an industry are worth is taken as what
    the others are. A bloc and the rest of the world count as one country each.

    Arguments:
        net: structure, with the stages of the materials.
        world: its numbers; the first run is taken.
        materials: names in the data pack.
        pairs: regions to give rows for, and the region on which dependence is told.
        own: facts over those of the pack.

    Raises:
        DataError: a fact is wrong, or there are none about a material.
    """
    buyers, origin = pairs
    known = areas()
    scores = governance(known.names)
    rest = at_rest(net, world)
    listed = {row.material: row for row in eu_2017()}
    found: list[dict[str, Any]] = []
    for material in materials:
        stated = facts(material, own)
        by_area = base(stated)
        factors = listed.get(NAMES_2017.get(material, material))
        factor = math.nan if factors is None or factors.substitution_sr is None else factors.substitution_sr
        rows: list[dict[str, Any]] = []
        for commodity in commodities(stated):
            made = {area: x for area, x in by_area.of("production", commodity).items() if x}
            stage = Stage(commodity, made, known, net.regions)
            whole = {"material": material, "commodity": commodity, **_world(stage, scores), "origin": origin}
            for buyer in buyers:
                rows.append(whole | _buyer(stage, rest, scores, buyer, origin))
                rows[-1] |= _risk(stage, rest, scores, rows[-1], factor)
                rows[-1] |= {"economic_importance": _importance(by_area, commodity, factors) if buyer == IMPORTANT_TO else math.nan}
        worst = {buyer: largest(row["supply_risk"] for row in rows if row["region"] == buyer) for buyer in buyers}
        found += [row | {"material_supply_risk": worst[row["region"]]} for row in rows]
    return pd.DataFrame(found, columns=pd.Index(COLUMNS))


def index_sources(materials: Sequence[str], own: DataFolder | None = None) -> tuple[str, ...]:
    """Sources of what the indices of some materials rest on, as they should be cited, and how many numbers were measured.

    Arguments:
        materials: names in the data pack.
        own: facts over those of the pack.
    """
    *cited, tally = sources(materials, own)
    names = {NAMES_2017.get(material, material) for material in materials}
    listed = (row.source for row in eu_2017() if row.material in names)
    return (*cited, *dict.fromkeys(listed), governance(areas().names).source, tally)


def _world(stage: Stage, scores: Governance) -> dict[str, Any]:
    """Concentration of the world's production."""
    risk = {area: governance_risk(stage.of_area(area, scores.mean)) for area in stage.made}
    named = {area: amount for area, amount in stage.made.items() if area != REST}
    top = max(named, key=lambda area: named[area], default="")
    return {
        "hhi": concentration(stage.made.values()),
        "top_producer": top,
        "top_share": named[top] / sum(stage.made.values()) if top else math.nan,
        "hhi_wgi": weighted_concentration(stage.made, risk),
    }


def _buyer(stage: Stage, rest: Rest, scores: Governance, buyer: str, origin: str) -> dict[str, Any]:
    """What one region's use rests on."""
    place = stage.commodity, buyer
    use, production, recycled = rest.use[place], rest.production[place], rest.recycled[place]
    imports = {seller: amount for seller, amount in rest.bought[place].items() if seller != buyer}
    unrest = {seller: instability(stage.of_region(seller, scores.stability)) for seller in imports}
    score = geopolrisk(concentration(stage.made.values()), imports, unrest, production)
    return {
        "region": buyer,
        "import_reliance": import_reliance(use, production, recycled),
        "direct": direct(rest, stage.commodity, buyer, origin),
        "through_chain": through_chain(rest, stage.commodity, buyer, origin),
        "geopolrisk": score if use > 0 else math.nan,
        "recycled_frac": recycled / use if use > 0 else math.nan,
    }


def _risk(stage: Stage, rest: Rest, scores: Governance, row: Mapping[str, Any], factor: float) -> dict[str, Any]:
    """Supply risk by the European Union's method; its import reliance leaves secondary supply out."""
    place = stage.commodity, row["region"]
    bought = rest.bought[place]
    risk = {seller: governance_risk(stage.of_region(seller, scores.mean)) for seller in bought}
    reliance = import_reliance(rest.use[place] - rest.recycled[place], rest.production[place], 0.0)
    value = supply_risk(
        row["hhi_wgi"], weighted_concentration(bought, risk), reliance, row["recycled_frac"], 1.0 if math.isnan(factor) else factor
    )
    return {"supply_risk": value, "substitution": factor}


def _importance(known: Base, commodity: str, factors: Row | None) -> float:
    """Economic importance for the European Union, NaN where too little is known of who uses it and what that adds."""
    uses = {f.sector: f.value for f in known.rows("end_use", commodity) if f.region == IMPORTANT_TO}
    worth = {f.sector: f.value for f in known.rows("value_added", commodity) if f.region == IMPORTANT_TO}
    told = {sector: share for sector, share in uses.items() if sector in worth}
    if not told or sum(told.values()) < LEAST_KNOWN * sum(uses.values()):
        return math.nan
    shares = {sector: share / sum(told.values()) for sector, share in told.items()}
    factor = 1.0 if factors is None or factors.substitution_ei is None else factors.substitution_ei
    (most,) = known.of("largest_value_added", ANY).values()
    return economic_importance(shares, worth, most, factor)
