"""What the losses of sectors at work cost the whole economy, folded step by step."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from sim.model.economy import Economy
from sim.model.world import Floats
from sim.record.record import Place

if TYPE_CHECKING:
    from sim.engine.room import Room

ECONOMY_MEASURES = {"economy_lost": "USD", "second_round_lost": "USD"}
"""Measures of an economy: value added lost in all its sectors; of that, what is lost beyond the final sales of the hit sectors
themselves. In the end the first is the final sales lost, and the second the part of them that suppliers would have earned."""
INDUSTRY_MEASURES = {"inoperability_peak": "share"}
"""Measures of a sector of an economy: the largest part of it that stood still."""


def economy_places(economies: Sequence[Economy]) -> tuple[Place, ...]:
    """Economies as wholes (`economy:all`), then their sectors (`economy:NAME`)."""
    wholes = tuple(Place("", economy.region, "economy:all") for economy in economies)
    return wholes + tuple(Place("", economy.region, f"economy:{name}") for economy in economies for name in economy.sectors)


class EconomyTally:
    """Economies of a batch's runs: inoperability `q(t+1) = q(t) + K [A* q(t) + c* - q(t)]` (Lian and Haimes 2006), and what it costs.

    `c*` is the share of its sales that a hit sector loses in the step, times its final sales over its output. `K` is the same for all
    sectors: the exact gain of a first-order lag of the table's recovery time. `own` is the same lag without `A*`: the loss of the hit
    sectors by themselves. A step counts with the mean of `q` before and after it.
    """

    def __init__(self, economies: Sequence[Economy], n_run: int) -> None:
        """Start where nothing stands still.

        Arguments:
            economies: solved tables.
            n_run: runs in the batch.
        """
        self.economies = economies
        shapes = [(len(economy.sectors), n_run) for economy in economies]
        self.stopped, self.own, self.peak = ([np.zeros(shape) for shape in shapes] for _ in range(3))
        self.stopped_steps, self.own_steps = ([np.zeros(shape) for shape in shapes] for _ in range(2))
        self._spare = [np.zeros((3, *shape)) for shape in shapes]

    def count(self, room: Room, k: int) -> None:
        """Fold step k."""
        sold = room.flows.sold
        for e, economy in enumerate(self.economies):
            lost, target, spare = self._spare[e]
            for i in np.flatnonzero(economy.hit >= 0):
                lost[i] = (1.0 - sold[economy.hit[i]]) * economy.final_share[i]
            target[...] = 0.0
            # Column by column, not as a product of matrices: its bits depend on how many runs are in the batch.
            for column, stopped in zip(economy.interdependency.T[:, :, None], self.stopped[e], strict=True):
                np.add(target, np.multiply(column, stopped, out=spare), out=target)
            np.add(target, lost, out=target)
            for state, steps, goal in ((self.stopped[e], self.stopped_steps[e], target), (self.own[e], self.own_steps[e], lost)):
                change = np.multiply(np.subtract(goal, state, out=spare), economy.gain, out=spare)
                np.add(steps, state, out=steps)
                np.add(state, change, out=state)
                np.add(steps, np.multiply(change, 0.5, out=change), out=steps)
            np.maximum(self.peak[e], self.stopped[e], out=self.peak[e])

    def outcomes(self) -> dict[str, Floats]:
        """Measures in the units of ECONOMY_MEASURES, [economy, run], and of INDUSTRY_MEASURES, [sector of any economy, run]."""
        worth = [economy.value_added[:, None] for economy in self.economies]
        # Sums of whole columns in stored order: the same bits for any number of runs.
        whole = [_down(steps * usd) for steps, usd in zip(self.stopped_steps, worth, strict=True)]
        own = [_down(steps * usd) for steps, usd in zip(self.own_steps, worth, strict=True)]
        return {
            "economy_lost": np.array(whole),
            "second_round_lost": np.array(whole) - np.array(own),
            "inoperability_peak": np.concatenate(self.peak),
        }


def _down(values: Floats) -> Floats:
    total = np.zeros(values.shape[1])
    for row in values:
        total += row
    return total
