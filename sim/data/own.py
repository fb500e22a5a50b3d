"""A person's own facts: rows that stand over those of the pack, or beside them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import PurePath

from sim.data.facts import Fact

COMMON = "common"
"""Name of the file of facts that hold for every material."""


@dataclass(frozen=True)
class DataFolder:
    """What a folder of facts held when it was read (see `sim.data.folder.read_folder`)."""

    path: str
    """As it was given."""
    sha256: str
    """Of the names and the content of its files."""
    facts: tuple[Fact, ...] = field(repr=False)
    """In the order of the files' names and of their rows."""

    def materials(self) -> tuple[str, ...]:
        """Names of the materials that the folder states facts of."""
        return tuple(dict.fromkeys(name for fact in self.facts if (name := material_of(fact)) != COMMON))

    def of(self, name: str) -> tuple[Fact, ...]:
        """Facts of a material, or of `common`."""
        return tuple(fact for fact in self.facts if material_of(fact) == name)

    def over(self, shipped: Iterable[Fact], name: str) -> tuple[Fact, ...]:
        """Facts of a material with those of the folder laid over them.

        shipped: of the pack. name: of the material, or `common`.
        Returns the shipped rows in their order, each base row that is replaced as context after the one in its place; then the rest.
        """
        mine = self.of(name)
        new = {fact.thing: fact for fact in mine if fact.role == "base"}
        merged: list[Fact] = []
        for fact in shipped:
            instead = new.pop(fact.thing, None) if fact.role == "base" else None
            merged += [fact] if instead is None else [instead, _replaced(fact, instead)]
        return (*merged, *(fact for fact in mine if fact.role != "base" or fact.thing in new))


def material_of(fact: Fact) -> str:
    """Name of the file a fact stands in, without folder and suffix: its material, or `common`."""
    return PurePath(fact.file).stem


def _replaced(old: Fact, new: Fact) -> Fact:
    note = f"replaced by {new.file}:{new.line}"
    return replace(old, role="context", basis=f"{note}; {old.basis}" if old.basis else note)
