"""Can a world be built from a person's own facts? How rows fit together, once each is right by itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

from sim.data.areas import Areas, areas
from sim.data.facts import ANY, WORLD, Fact
from sim.data.material import commodities, facts, shipped_materials
from sim.data.own import COMMON, DataFolder, material_of
from sim.errors import Problem, near_miss, shown
from sim.scenario.ring import rings

BY_COUNTRY = ("production", "capacity", "consumption", "recycled", "trade", "cover", "buffer")
"""Quantities of countries: a total of the world would be added to them."""
COUNTED_ONCE = ("production", "capacity", "consumption", "recycled")
ABOVE_ZERO = ("recipe", "lead_time", "lead_home", "lead_abroad")
LAST_PRIORITY = 99


def misplaced(found: Iterable[Fact]) -> list[Problem]:
    """Rows of one file that stand in the wrong file, or that the model would take for something else."""
    return [problem for fact in found for problem in _misplaced(fact)]


def _misplaced(fact: Fact) -> Iterator[Problem]:
    is_common = material_of(fact) == COMMON
    if is_common and fact.commodity != ANY:
        yield _at(fact, "commodity", "is not any", shown(fact.commodity), "Put the row into the file of its material.")
    if not is_common and fact.commodity == ANY:
        yield _at(fact, "commodity", "any stands in common only", None, "Put the row into common, or name the commodity.")
    if fact.role != "base":
        return
    if fact.commodity == ANY:
        if fact.region != WORLD and fact.quantity != "lead_time":
            yield _at(fact, "region", "holds everywhere", shown(fact.region), f"Write {WORLD}, or put the row into the file of a material.")
    elif fact.quantity in BY_COUNTRY and WORLD in (fact.region, fact.partner):
        yield _at(fact, "region", "a world total would be added to its countries", WORLD, "Make its role context, or name countries.")
    if fact.quantity == "priority" and not (fact.value <= LAST_PRIORITY and fact.value.is_integer()):
        yield _at(fact, "value", f"must be a whole number from 0 to {LAST_PRIORITY}", fact.text, None)
    if fact.quantity in ABOVE_ZERO and not fact.value:
        yield _at(fact, "value", "must be above 0", fact.text, "Leave the row out, or give a number above 0.")


def unsound(own: DataFolder) -> list[Problem]:
    """What is wrong between the rows of a folder, or between them and those of the pack that they stand beside.

    own: facts whose rows are right by themselves. Each problem is marked at a row, or a file, of the folder.
    """
    codes = areas()
    problems = []
    for name in own.materials():
        merged = _Merged(name, facts(name, own), frozenset(own.of(name)), codes)
        problems += list(merged.problems())
    return problems


@dataclass(frozen=True)
class _Merged:
    """Facts of one material, and which of them are a person's own."""

    name: str
    facts: tuple[Fact, ...]
    own: frozenset[Fact]
    areas: Areas

    def problems(self) -> Iterator[Problem]:
        """Everything that is wrong; of a material that nobody makes or uses nothing else can be told."""
        lacking = [name for name in ("production", "consumption") if not self._of(name)]
        if lacking:
            yield self._incomplete(lacking)
            return
        yield from self._strangers()
        yield from self._recipes()
        yield from self._capacities()
        yield from self._uses()
        yield from self._blocs()

    def _of(self, quantity: str) -> list[Fact]:
        return [f for f in self.facts if f.role == "base" and f.quantity == quantity and f.commodity != ANY]

    def _mine(self, *facts: Fact | None) -> Fact | None:
        """The first of these that is a person's own."""
        return next((fact for fact in facts if fact in self.own), None)

    def _place(self, fact: Fact) -> str:
        return f"in {fact.file}:{fact.line}" if fact in self.own else "in the pack"

    def _incomplete(self, lacking: list[str]) -> Problem:
        file = next(fact.file for fact in self.facts if fact in self.own)
        hint = near_miss(self.name, shipped_materials()) or ""
        remedy = f"Add them. {hint}" if hint.startswith("Did") else "Add them."
        return Problem(file=file, what=f"a material of its own needs base rows of {' and '.join(lacking)}", remedy=remedy)

    def _strangers(self) -> Iterator[Problem]:
        made = commodities(self.facts)
        for fact in self.facts:
            if fact in self.own and fact.role == "base" and fact.commodity not in made:
                yield _at(fact, "commodity", "nobody makes this", shown(fact.commodity), near_miss(fact.commodity, made, "Made here"))

    def _recipes(self) -> Iterator[Problem]:
        rows, made = self._of("recipe"), commodities(self.facts)
        for row in rows:
            if row in self.own and row.partner not in made:
                yield _at(row, "partner", "nobody makes this input", shown(row.partner), near_miss(row.partner, made, "Made here"))
        needs = {commodity: [row.partner for row in rows if row.commodity == commodity] for commodity in made}
        for ring in rings(needs):
            steps = [row for row in rows if (row.commodity, row.partner) in pairwise(ring)]
            if fact := self._mine(*reversed(steps)):
                yield _at(fact, "partner", "recipes go round in a circle", " <- ".join(ring), "Take one of the inputs out.")

    def _capacities(self) -> Iterator[Problem]:
        made = {(f.commodity, f.region): f for f in self._of("production")}
        for row in self._of("capacity"):
            output = made.get((row.commodity, row.region))
            if output and row.value < output.value and (fact := self._mine(row, output)):
                got = f"{row.text} {self._place(row)} against {output.text} {self._place(output)}"
                yield _at(fact, fact.what, "capacity is below production", got, "Raise the capacity or lower the production.")

    def _uses(self) -> Iterator[Problem]:
        shares = self._of("end_use")
        for row in self._of("consumption"):
            here = [f for f in shares if f.commodity == row.commodity and f.region == row.region]
            split = here or [f for f in shares if f.commodity == row.commodity and f.region == WORLD]
            if not any(f.value for f in split) and (fact := self._mine(row, *split)):
                remedy = f"Add end_use rows of {row.region}, or of {WORLD} for all regions."
                yield _at(fact, f"{row.commodity}.{row.region}.end_use", "use is stated but not who uses it", None, remedy)

    def _blocs(self) -> Iterator[Problem]:
        for quantity in COUNTED_ONCE:
            rows = {(f.commodity, f.region): f for f in self._of(quantity)}
            for (commodity, area), row in rows.items():
                whole = rows.get((commodity, self.areas.blocs.get(area, "")))
                if whole and (fact := self._mine(row, whole)):
                    other = whole if fact is row else row
                    got = f"{fact.region} beside {other.region} {self._place(other)}"
                    yield _at(fact, fact.what, "would be counted twice", got, f"Write {other.region} instead, or make its role context.")


def _at(fact: Fact, where: str, what: str, got: str | None, remedy: str | None) -> Problem:
    return Problem(file=fact.file, line=fact.line, where=where, what=what, got=got, remedy=remedy)
