"""Chains joined: where a scenario has both, the final use of one commodity is the making of another."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace

from sim.data.balance import Base, sectors
from sim.data.facts import Fact


def joined(known: Base, made: Collection[str]) -> Base:
    """Facts in which use that goes into another commodity of the scenario is that commodity's input, and no longer final use.

    known: base facts of every material of the scenario. made: its commodities.
    The input per tonne is what its sectors used worldwide over the world output it goes into; what was recycled from that use follows it.
    """
    passing: dict[str, list[Fact]] = {}
    for fact in known.found.values():
        if fact.quantity == "goes_into" and fact.commodity in made and fact.partner in made:
            passing.setdefault(fact.commodity, []).append(fact)
    found = dict(known.found)
    for commodity, rows in passing.items():
        for fact in _handed_on(known, commodity, rows):
            found[fact.thing] = fact
    return Base(found)


def _handed_on(known: Base, commodity: str, rows: list[Fact]) -> Iterator[Fact]:
    used = sectors(known, commodity)
    part: dict[str, float] = {}
    inputs: dict[str, float] = {}
    for row in rows:
        part[row.sector] = part.get(row.sector, 0.0) + row.value
        moved = row.value * sum(split.get(row.sector, 0.0) for split in used.values())
        inputs[row.partner] = inputs.get(row.partner, 0.0) + moved
    outputs = {partner: known.of("production", partner) for partner in inputs}
    for partner, amount in inputs.items():
        yield replace(
            rows[0], commodity=partner, quantity="recipe", partner=commodity, sector="", value=amount / sum(outputs[partner].values())
        )
    yield from _left(known, commodity, used, part)
    again, whole = known.of("recycled", commodity), sum(inputs.values())
    freed = {area: amount * _share(used[area], part) for area, amount in again.items()}
    follows = {area: again[area] - freed[area] for area in again}
    for partner, made in outputs.items():
        for area, amount in made.items():
            share = inputs[partner] / whole * amount / sum(made.values())
            follows[area] = follows.get(area, 0.0) + share * sum(freed.values())
    for area, amount in follows.items() if again else ():
        pattern = next(f for f in known.rows("recycled", commodity))
        yield replace(pattern, region=area, value=amount, status="assumption")


def _left(known: Base, commodity: str, used: dict[str, dict[str, float]], part: dict[str, float]) -> Iterator[Fact]:
    """Final use and its split, without what goes on into other commodities."""
    for fact in known.rows("consumption", commodity):
        yield replace(fact, value=fact.value * (1.0 - _share(used[fact.region], part)))
    for fact in known.rows("end_use", commodity):
        if fact.sector in part:
            yield replace(fact, value=fact.value * (1.0 - part[fact.sector]))


def _share(split: dict[str, float], part: dict[str, float]) -> float:
    """Part of an area's use that goes on."""
    whole = sum(split.values())
    return sum(amount * part.get(sector, 0.0) for sector, amount in split.items()) / whole if whole else 0.0
