"""The answer of a scenario: the number its headline asks for, and how far each variant is from it, run by run."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from sim.errors import ScenarioError
from sim.measure.estimate import chance, estimate
from sim.measure.summary import UNITS
from sim.model.world import Floats
from sim.record.record import Record
from sim.scenario import Headline
from sim.scenario.sampler import Sampler

CHANCES = {"p_short": "days_short"}
"""Measure that is a chance -> the measure that is above 0 where it happened."""
NO_COMMODITY = ""
ECONOMY = "economy:all"
ROUNDING = 1e-9
"""Part of the largest number by which two are taken for the same."""


class Figure(NamedTuple):
    """A mean over runs, or a chance, with its 95 % interval, in the unit of its measure.

    Both ends are the value where every run gave the same, and NaN where one run says nothing about others.
    """

    value: float
    low: float
    high: float

    @property
    def is_same(self) -> bool:
        """Whether every run gave the same."""
        return self.low == self.value == self.high


class Rival(NamedTuple):
    """A variant beside the base."""

    variant: str
    figure: Figure
    change: Figure
    """Variant less base, run i of both in the same world."""


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What the headline of a scenario reads."""

    headline: Headline
    days: float
    """Length of time it is over."""
    base: Figure
    against: tuple[Rival, ...]


def answer(base: Record, variants: Sequence[Record] = ()) -> Answer | None:
    """Read the headline of a scenario.

    Arguments:
        base: runs of the scenario; None is returned where it has no headline.
        variants: runs of the variants it is set against, of the same number, from the same generator number, by the same sampler.

    Raises:
        ScenarioError: the number is not kept in these worlds, or a variant looks over another time.
        ValueError: a variant was not run in the same worlds.
    """
    headline = base.scenario.headline
    if headline is None:
        return None
    sample, days = headline_sample(base, headline), base.scenario.clock.horizon
    rivals = []
    for record in variants:
        if (record.n_run, record.rng_seed, record.sampler) != (base.n_run, base.rng_seed, base.sampler):
            raise ValueError("only runs of the same worlds can be set against each other")
        name, span = record.scenario.variant or "", record.scenario.clock.horizon
        if span != days:
            what, got = f"variant '{name}' looks over another length of time", f"{span:g} days instead of {days:g}"
            remedy = "Set the scenario against variants of the same horizon."
            raise ScenarioError(base.scenario.problem(("headline", "against"), what, got, remedy))
        other = headline_sample(record, headline)
        rivals.append(Rival(name, figure(headline.measure, other, base.sampler), paired(sample, other, base.sampler)))
    return Answer(headline=headline, days=days, base=figure(headline.measure, sample, base.sampler), against=tuple(rivals))


def headline_sample(record: Record, headline: Headline) -> Floats:
    """What the headline asks for, [run]; 1 or 0 for a chance.

    Arguments:
        record: the runs.
        headline: of the record's scenario, or of the one it is a variant of.

    Raises:
        ScenarioError: nothing of the kind is kept, or it is not known.
    """
    measure = CHANCES.get(headline.measure, headline.measure)
    sector = ECONOMY if headline.measure == "economy_lost" else headline.sector
    try:
        sample = record.outcome(measure, headline.commodity or NO_COMMODITY, headline.region, sector)
    except KeyError:
        sample = np.array([np.nan])  # not kept, or kept but nowhere stated (value added): the same to a reader
    if np.isnan(sample).any():
        where = " ".join(filter(None, (headline.commodity, headline.region, headline.sector)))
        variant = f" in variant '{record.scenario.variant}'" if record.scenario.variant else ""
        remedy = (
            "Name a place that has users of it, or a measure that the summary of `sim run` shows there; prices need rules.price.feedback."
        )
        raise ScenarioError(record.scenario.problem(("headline",), f"no {headline.measure} is known here{variant}", where, remedy))
    return (sample > 0.0).astype(np.float64) if headline.measure in CHANCES else sample


def figure(measure: str, sample: Floats, sampler: Sampler = "plain") -> Figure:
    """Mean over runs with its 95 % interval, kept within what the measure can be; a chance has its exact one.

    Arguments:
        measure: one of a headline.
        sample: values in its unit, 1 or 0 for a chance, [run].
        sampler: that the runs were drawn with.
    """
    if measure in CHANCES:
        return Figure(*chance(sample, sampler)[:3])
    mean, low, high = _interval(sample, sampler)
    return Figure(mean, max(low, 0.0), min(high, 1.0 if UNITS[measure] == "share" else math.inf))


def paired(base: Floats, other: Floats, sampler: Sampler = "plain") -> Figure:
    """Mean of `other - base` with its 95 % interval, run i of both in the same world.

    Arguments:
        base, other: values of one measure, [run].
        sampler: that the runs were drawn with.
    """
    difference = other - base
    # What differs by rounding alone does not differ.
    return _interval(np.where(np.abs(difference) > ROUNDING * np.maximum(np.abs(base), np.abs(other)), difference, 0.0), sampler)


def _interval(sample: Floats, sampler: Sampler) -> Figure:
    if len(sample) > 1 and np.ptp(sample) <= ROUNDING * np.abs(sample).max():
        return Figure(*[float(sample[0])] * 3)
    found = estimate(sample, sampler)
    return Figure(found.mean, *found.interval())
