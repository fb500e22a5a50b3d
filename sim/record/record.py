"""The record of a scenario's runs: outcomes by run, quantiles by week, and how they came about."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.model.world import Floats, Network

if TYPE_CHECKING:
    from sim.scenario import Scenario
    from sim.scenario.sampler import Sampler


class Place(NamedTuple):
    """Where a number belongs."""

    commodity: str
    region: str
    sector: str
    """A final sector (of no one commodity if it is at work), the commodity made from it, `all` for the whole node, `shock:NAME`,
    `policy:NAME`, `economy:NAME` or `price floor`."""


@dataclass(frozen=True, kw_only=True)
class Record:
    """What the runs of a scenario gave."""

    scenario: Scenario
    network: Network
    n_run: int
    rng_seed: int
    wall_s: float
    places: tuple[Place, ...]
    outcomes: Mapping[str, Floats] = field(repr=False)
    """Measure -> value in its unit, [row, run]; NaN where a thing did not happen. Rows are the places from `first_row` on.
    Where they are too many for memory a `shelf.Shelf` stands for each array; `row` and `outcome` read either."""
    first_row: dict[str, int] = field(repr=False)
    """Measure -> the place of its first row."""
    at_end: NDArray[np.bool_] = field(repr=False)
    """True where the place is short in the last step (a shock: in force at the end), [place, run]."""
    fans: dict[str, Floats] = field(repr=False)
    """Series -> quantiles over runs at `fan.LEVELS`, [level, step, node]."""
    means: dict[str, Floats] = field(repr=False)
    """`supply` [step, link], `demand` and `recycled` [step, node], t per step; `shock` [step, shock], level."""

    @property
    def start(self) -> date:
        """First day of the first step."""
        return self.network.start

    @property
    def sampler(self) -> Sampler:
        """How chance was sampled; its errors depend on it."""
        return self.scenario.runs.sampler

    def index(self, commodity: str, region: str, sector: str = "all") -> int:
        """Row of a place in `outcomes`.

        Raises:
            KeyError: there is no such place.
        """
        return self._rows()[Place(commodity, region, sector)]

    def row(self, measure: str, place: int, runs: slice = slice(None)) -> Floats | None:
        """Values of one measure at the place of that number, [run]; None if it is not kept there."""
        if measure not in self.first_row:
            return None
        row = place - self.first_row[measure]
        return self.outcomes[measure][row, runs] if 0 <= row < len(self.outcomes[measure]) else None

    def outcome(self, measure: str, commodity: str, region: str, sector: str = "all") -> Floats:
        """Values of one measure at one place, [run].

        Raises:
            KeyError: there is no such place, or the measure is not kept there.
        """
        values = self.row(measure, self.index(commodity, region, sector))
        if values is None:
            raise KeyError(f"{measure} is not kept for {commodity} {region} {sector}")
        return values

    def _rows(self) -> dict[Place, int]:
        return {place: row for row, place in enumerate(self.places)}
