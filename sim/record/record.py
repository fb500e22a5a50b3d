"""The record of a scenario's runs: outcomes by run, quantiles by week, and how they came about."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from sim.model.world import Floats, Network

if TYPE_CHECKING:
    from sim.scenario import Scenario


class Place(NamedTuple):
    """Where a number belongs."""

    commodity: str
    region: str
    sector: str
    """A final sector, the commodity made from it, `all` for the whole node, or `shock:NAME`."""


@dataclass(frozen=True, kw_only=True)
class Record:
    """What the runs of a scenario gave."""

    scenario: Scenario
    network: Network
    n_run: int
    rng_seed: int
    wall_s: float
    places: tuple[Place, ...]
    outcomes: dict[str, Floats] = field(repr=False)
    """Measure -> value in its unit, [place, run]; NaN where a thing did not happen or is not kept for that place."""
    at_end: Floats = field(repr=False)
    """1 where the place is short in the last step (a shock: in force at the end), [place, run]."""
    fans: dict[str, Floats] = field(repr=False)
    """Series -> quantiles over runs at `fan.LEVELS`, [level, step, node]."""
    means: dict[str, Floats] = field(repr=False)
    """`supply` [step, link], `demand` and `recycled` [step, node], t per step; `shock` [step, shock], level."""

    @property
    def start(self) -> date:
        """First day of the first step."""
        return self.network.start

    def index(self, commodity: str, region: str, sector: str = "all") -> int:
        """Row of a place in `outcomes`.

        Raises:
            KeyError: there is no such place.
        """
        return self._rows()[Place(commodity, region, sector)]

    def outcome(self, measure: str, commodity: str, region: str, sector: str = "all") -> Floats:
        """Values of one measure at one place, [run]."""
        return self.outcomes[measure][self.index(commodity, region, sector)]

    def _rows(self) -> dict[Place, int]:
        return {place: row for row, place in enumerate(self.places)}
