"""How sure the number is that a scenario is run for."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.measure.answer import headline_sample
from sim.measure.estimate import spread
from sim.record.record import Record


class Precision(NamedTuple):
    """A mean over runs and its standard error, in the unit of its measure."""

    what: str
    mean: float
    se: float

    @property
    def relative(self) -> float:
        """Standard error as a part of the mean; 0 where every run gave the same, infinite where a mean of 0 is not certain."""
        if self.se == 0.0:
            return 0.0
        return self.se / abs(self.mean) if self.mean else float("inf")


def precision(record: Record) -> Precision:
    """How sure the mean of the headline is; without one, that of unmet demand of all commodities in all regions together, t.

    Arguments:
        record: the runs.

    Raises:
        ScenarioError: what the headline asks for is not kept.
    """
    headline = record.scenario.headline
    if headline is None:
        what, nodes = "unmet_t of all commodities and regions", [i for i, place in enumerate(record.places) if place.sector == "all"]
        rows = [record.row("unmet_t", i) for i in nodes]
        sample = np.sum([row for row in rows if row is not None], axis=0)
    else:
        what = " ".join(filter(None, (headline.measure, headline.commodity, headline.region)))
        sample = headline_sample(record, headline)
    return Precision(what, float(sample.mean()), spread(sample, record.sampler).se)
