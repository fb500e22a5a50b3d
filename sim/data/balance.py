"""Facts added up: how much each area makes, recycles, uses and hands to the next stage."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from sim.data.areas import REST
from sim.data.facts import ANY, WORLD, Fact
from sim.errors import DataError, Problem


@dataclass(frozen=True)
class Base:
    """The base rows of a pack by quantity; all amounts t/year, times in days, areas as in the files."""

    found: dict[tuple[str, str, str, str, str], Fact]
    """Fact by commodity, quantity, region, partner, sector."""

    def of(self, quantity: str, commodity: str) -> dict[str, float]:
        """Value by region of a quantity without partner or sector."""
        return {f.region: f.value for f in self.rows(quantity, commodity)}

    def rows(self, quantity: str, commodity: str) -> list[Fact]:
        """Facts of a quantity that has partners or sectors, in the order of the file."""
        return self._sorted.get((quantity, commodity), [])

    @cached_property
    def _sorted(self) -> dict[tuple[str, str], list[Fact]]:
        rows: dict[tuple[str, str], list[Fact]] = {}
        for fact in self.found.values():
            rows.setdefault((fact.quantity, fact.commodity), []).append(fact)
        return rows

    def common(self, quantity: str) -> float:
        """Value of a quantity that holds for every commodity and region. Raises DataError if it is not stated."""
        fact = self.found.get((ANY, quantity, WORLD, "", ""))
        if fact is None:
            raise DataError(Problem(file="common.csv", where=quantity, what="is not stated", remedy=f"Add a row any,{quantity},{WORLD}."))
        return fact.value

    def recipe(self, commodity: str) -> dict[str, float]:
        """Tonnes of each input per tonne of the commodity."""
        return {f.partner: f.value for f in self.rows("recipe", commodity)}


def base(facts: Iterable[Fact]) -> Base:
    """Base rows of a pack. Raises DataError if one thing is stated in two files with different values."""
    found: dict[tuple[str, str, str, str, str], Fact] = {}
    for fact in facts:
        if fact.role != "base":
            continue
        earlier = found.setdefault(fact.thing, fact)
        if earlier.value != fact.value:
            raise DataError(
                Problem(
                    file=fact.file,
                    line=fact.line,
                    where=fact.what,
                    what=f"stated twice, also in {earlier.file}",
                    got=f"{earlier.text} and {fact.text}",
                )
            )
    return Base(found)


def split_rest(known: Base, regions: Sequence[str], blocs: Mapping[str, str]) -> Base:
    """Use that is stated for the rest of the world alone, shared out to the countries a scenario names by their part in industry.

    regions: of the scenario. blocs: bloc by country. Cover and end uses of those countries are those of the rest of the world.
    """
    shares, found = known.of("industry_share", ANY), dict(known.found)
    # In stored order: a sum over a set would hang on the hash of names, which differs from process to process.
    for commodity in dict.fromkeys(f.commodity for f in known.found.values() if f.quantity == "consumption"):
        stated = known.of("consumption", commodity)
        named = [r for r in regions if r in shares and r not in stated and r != REST and blocs.get(r) not in stated]
        if REST not in stated or not named:
            continue
        whole = 1.0 - sum(shares[area] for area in stated if area in shares and area != REST)
        part = {region: shares[region] / whole for region in named}
        for fact in [f for f in known.found.values() if f.commodity == commodity and REST in (f.region, f.partner)]:
            for copy in _shared_out(fact, part, 1.0 - sum(part.values())):
                found.setdefault(copy.thing, copy)
                if copy.region == fact.region and copy.partner == fact.partner:
                    found[copy.thing] = copy
    return Base(found)


def _shared_out(fact: Fact, part: Mapping[str, float], left: float) -> Iterable[Fact]:
    """A fact of the rest of the world and its copies for countries: amounts in parts, all else as it is."""
    if fact.quantity in ("consumption", "recycled"):
        yield replace(fact, value=fact.value * left)
        yield from (replace(fact, region=area, value=fact.value * share, status="assumption") for area, share in part.items())
    elif fact.quantity == "trade" and fact.partner == REST:
        yield replace(fact, value=fact.value * left)
        yield from (replace(fact, partner=area, value=fact.value * share, status="assumption") for area, share in part.items())
    elif fact.quantity in ("cover", "end_use"):
        yield from (replace(fact, region=area) for area in part)


def next_stage(known: Base, commodity: str, made: Sequence[str]) -> dict[str, float]:
    """Use of a commodity by the next stages at rest.

    made: commodities of the pack. Returns t/year by area: sum over outputs of recipe ratio x production.
    """
    use: dict[str, float] = {}
    for output in made:
        ratio = known.recipe(output).get(commodity)
        for area, amount in known.of("production", output).items() if ratio else ():
            use[area] = use.get(area, 0.0) + (ratio or 0.0) * amount
    return use


def sectors(known: Base, commodity: str) -> dict[str, dict[str, float]]:
    """Final use of a commodity, t/year, by area and sector; areas without their own shares take those of the world.

    Raises DataError where use has no shares at all.
    """
    rows = known.rows("end_use", commodity)
    by_area: dict[str, dict[str, float]] = {}
    for row in rows:
        by_area.setdefault(row.region, {})[row.sector] = row.value
    split = {}
    for area, amount in known.of("consumption", commodity).items():
        shares = by_area.get(area) or by_area.get(WORLD)
        if shares is None:
            raise DataError(
                Problem(where=f"{commodity}.{area}.end_use", what="use is stated but not who uses it", remedy="Add end_use rows.")
            )
        total = sum(shares.values())
        split[area] = {sector: amount * share / total for sector, share in shares.items()} if total else {}
    return split
