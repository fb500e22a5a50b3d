"""Do the facts of a material agree with each other? Each check is a number a reader can follow."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from sim.data.areas import REST, areas
from sim.data.balance import Base, base, next_stage
from sim.data.facts import WORLD, Fact
from sim.data.material import commodities, facts

CLOSES = 0.005
"""World supply and use agree to this share."""
ROUNDED = 0.01
"""Stated world totals are rounded by their source."""


class Check(NamedTuple):
    """One check: what was compared, the number found, whether it is as it should be."""

    name: str
    value: float
    ok: bool


def checks(material: str) -> list[Check]:
    """Every check of a material's facts.

    material: one of `materials()`. Returns (check, value, ok) in a fixed order. Raises DataError for an unknown material.
    """
    return check(facts(material))


def check(found: tuple[Fact, ...]) -> list[Check]:
    """Every check of the given facts (see `checks`)."""
    known, made = base(found), commodities(found)
    results: list[Check] = []
    for commodity in made:
        use = next_stage(known, commodity, made)
        results += _world(known, commodity, use)
        results += _stated(known, commodity, found)
        results += _shares(known, commodity)
        results += _places(known, commodity, use)
        results += _trade(known, commodity, use)
        results += _blocs(known, commodity)
        results += _worth(known, commodity)
    return results


def _world(known: Base, commodity: str, use: dict[str, float]) -> Iterable[Check]:
    supply = sum(known.of("production", commodity).values()) + sum(known.of("recycled", commodity).values())
    wanted = sum(known.of("consumption", commodity).values()) + sum(use.values())
    gap = (supply - wanted) / supply
    yield Check(f"{commodity}: (production + recycled - use) / supply", gap, abs(gap) <= CLOSES)


def _stated(known: Base, commodity: str, found: tuple[Fact, ...]) -> Iterable[Check]:
    made = known.of("production", commodity)
    years = {f.year for f in known.rows("production", commodity)}
    used = {f.source for f in known.rows("production", commodity)}
    for f in found:
        if (f.commodity, f.quantity, f.region) == (commodity, "production", WORLD) and f.year in years and f.source in used:
            ratio = sum(made.values()) / f.value
            yield Check(f"{commodity}: producers / stated world total ({f.source}, {f.year})", ratio, abs(ratio - 1) <= ROUNDED)


def _shares(known: Base, commodity: str) -> Iterable[Check]:
    rows = known.rows("end_use", commodity)
    for region in dict.fromkeys(f.region for f in rows):
        total = sum(f.value for f in rows if f.region == region)
        yield Check(f"{commodity}: end-use shares, {region}", total, abs(total - 1) < 1e-6)


def _places(known: Base, commodity: str, use: dict[str, float]) -> Iterable[Check]:
    wanted, made = known.of("consumption", commodity), known.of("production", commodity)
    for area, amount in known.of("recycled", commodity).items():
        total = wanted.get(area, 0.0) + use.get(area, 0.0)
        if amount:
            yield Check(f"{commodity}: recycled / use, {area}", amount / total if total else float("inf"), amount <= total)
    for area, amount in known.of("capacity", commodity).items():
        ratio = amount / made[area] if made.get(area) else float("inf")
        yield Check(f"{commodity}: capacity / production, {area}", ratio, ratio >= 1)


def _trade(known: Base, commodity: str, use: dict[str, float]) -> Iterable[Check]:
    rows = known.rows("trade", commodity)
    if not rows:
        return
    made, again, wanted = (known.of(name, commodity) for name in ("production", "recycled", "consumption"))
    for area, amount in made.items():
        if amount:
            ratio = sum(f.value for f in rows if f.region == area) / amount
            yield Check(f"{commodity}: trade out / production, {area}", ratio, abs(ratio - 1) <= CLOSES)
    for area in dict.fromkeys((*wanted, *use)):
        need = wanted.get(area, 0.0) + use.get(area, 0.0) - again.get(area, 0.0)
        if need:
            ratio = sum(f.value for f in rows if f.partner == area) / need
            yield Check(f"{commodity}: trade in / (use - recycled), {area}", ratio, abs(ratio - 1) <= CLOSES)


def _blocs(known: Base, commodity: str) -> Iterable[Check]:
    blocs = areas().blocs
    for quantity in ("production", "capacity", "consumption", "recycled"):
        named = known.of(quantity, commodity)
        double = [area for area in named if blocs.get(area, REST) in named and area in blocs]
        yield Check(f"{commodity}: members counted beside their bloc, {quantity}", float(len(double)), not double)


def _worth(known: Base, commodity: str) -> Iterable[Check]:
    worth, users = known.rows("value_added", commodity), {f.sector for f in known.rows("end_use", commodity)}
    if worth:
        strange = [f.sector for f in worth if f.sector not in users]
        yield Check(f"{commodity}: sectors with value added that use none of it", float(len(strange)), not strange)
