"""Differences between scenarios whose runs live in the same worlds, run by run."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd

from sim.measure.estimate import chance, spread, tail, tail_spread
from sim.measure.summary import UNITS, events
from sim.model.world import Floats
from sim.record.record import Place, Record
from sim.record.tally import COST_MEASURES, USER_MEASURES
from sim.scenario.sampler import Sampler

NAN = float("nan")
TAIL_MEASURE = "unmet_t_cvar95"
"""Mean unmet demand in the worst 5 % of runs: of the runs together, so none is better than another."""


@dataclass(frozen=True, kw_only=True)
class Sense:
    """How one measure is to be judged."""

    better: int
    """-1: less is better, 1: more is, 0: neither."""
    at_rest: float = 0.0
    """What it is where nothing happens; NaN where that differs from place to place."""
    never: float = NAN
    """What NaN, a thing that did not happen, counts as when it is asked which is better."""
    absent: float = NAN
    """What it is at a place that only one of two scenarios has; NaN: such a place is left out."""


LESS, MORE, NEITHER = Sense(better=-1), Sense(better=1, at_rest=NAN), Sense(better=0, at_rest=NAN)
DEARER = Sense(better=-1, at_rest=1.0)
SENSES = {
    "p_short": LESS,
    "p_short_at_end": LESS,
    "p_shock": LESS,
    "p_shock_at_end": LESS,
    "unmet_t": LESS,
    "unmet_share": LESS,
    TAIL_MEASURE: LESS,
    "first_shortage_days": Sense(better=1, at_rest=NAN, never=np.inf),
    "days_short": LESS,
    "deepest_share": LESS,
    "recovery_days": Sense(better=-1, at_rest=NAN),
    "lowest_cover_days": MORE,
    "stock_drawn_t": Sense(better=0),
    "supply_gap_t": LESS,
    "forgone_t": LESS,
    "forgone_share": LESS,
    "price_peak": DEARER,
    "price_peak_days": NEITHER,
    "price_mean": DEARER,
    # A low price is the buyers' gain and the makers' loss.
    "origin_price_lowest": Sense(better=0, at_rest=1.0),
    "origin_price_peak": Sense(better=0, at_rest=1.0),
    "stock_mean_t": Sense(better=0),
    "under_way_mean_t": Sense(better=0),
    "backorders_mean_t": LESS,
    "fill_rate": MORE,
    "ready_rate": MORE,
    "sales_lost_share": LESS,
    "sales_lost_share_high": LESS,
    "sales_lost_share_low": LESS,
    "value_added_lost": LESS,
    "value_added_lost_high": LESS,
    "value_added_lost_low": LESS,
    "shock_days": LESS,
    "longest_shock_days": LESS,
    "economy_lost": LESS,
    "second_round_lost": LESS,
    "inoperability_peak": LESS,
    "state_bought_t": Sense(better=0),
    # What a policy costs where it is not in force is nothing.
    **dict.fromkeys(COST_MEASURES, Sense(better=-1, absent=0.0)),
}
"""How each measure is judged."""
KEY_MEASURES = (
    *("p_short", "unmet_t", "unmet_share", "days_short", "lowest_cover_days", TAIL_MEASURE, "price_peak", "forgone_share"),
    *("sales_lost_share", "value_added_lost", "value_added_lost_low", "value_added_lost_high", "policy_cost_usd"),
)
"""Compared if none is asked for: those that `sim run` shows."""
OF_WHOLE_NODES = (*USER_MEASURES, TAIL_MEASURE)
"""Kept of each user as well, but compared for all of a region's users together."""
BEHIND = {"p_short": "days_short", "p_short_at_end": "days_short", "p_shock": "shock_days", "p_shock_at_end": "shock_days"} | {
    TAIL_MEASURE: "unmet_t"
}
"""Measures that are worked out, and the outcome they are worked out from."""
ROUNDING, ROUNDING_IN = 1e-9, {"t": 1e-6, "USD": 1.0}
"""Differences up to this, in the unit or as a part of the value, are rounding: two runs are alike."""


class Difference(NamedTuple):
    """How two scenarios differ in one measure, over the n runs in which both have a value."""

    mean_a: float
    mean_b: float
    diff: float
    """Mean of b - a."""
    low: float
    high: float
    """Its 95 % interval."""
    p_better: float
    """Chance that b is better, ties counted as half; NaN where neither is, or where it cannot be said run by run."""
    p_strict: float
    p_strict_low: float
    p_strict_high: float
    """Chance that b is better by more than rounding, with its exact 95 % interval."""
    p_alike: float
    n: int


COLUMNS = ("a", "b", "measure", "commodity", "region", "sector", "unit", *Difference._fields)


@dataclass(frozen=True, kw_only=True, eq=False)
class Pair:
    """One measure at one place in two scenarios."""

    b: int
    """Number of the second among the scenarios compared; the first is always the first of them."""
    measure: str
    place: Place
    before: Floats
    after: Floats
    """Values in a and b, [run]."""
    sampler: Sampler = "plain"
    """That the runs of both were drawn with."""


def unit_of(measure: str) -> str:
    """Unit of a measure, as in the summary.

    Arguments:
        measure: any of those compared.
    """
    return UNITS[BEHIND[measure]] if measure == TAIL_MEASURE else "probability" if measure in BEHIND else UNITS[measure]


def known_measures() -> tuple[str, ...]:
    """All measures that can be compared, in the order of SENSES."""
    return tuple(measure for measure in SENSES if measure in BEHIND or measure in UNITS)


def outcomes_of(measures: Collection[str]) -> set[str]:
    """The outcomes that measures are worked out from.

    Arguments:
        measures: any of `known_measures`.
    """
    return {BEHIND.get(measure, measure) for measure in measures}


def pairs(records: Sequence[Record], measures: Sequence[str]) -> Iterator[Pair]:
    """The first of some records with each other one, measure by measure, place by place.

    Arguments:
        records: of equally many runs in the same worlds.
        measures: any of `known_measures`.
    """
    places = [{place: row for row, place in enumerate(record.places)} for record in records]
    for b in range(1, len(records)):
        for measure in measures:
            for place in dict.fromkeys((*records[0].places, *records[b].places)):
                if measure in OF_WHOLE_NODES and place.sector != "all":
                    continue
                sides = [_values(records[i], measure, places[i].get(place)) for i in (0, b)]
                if all(side is None or np.isnan(side).all() for side in sides):
                    continue
                absent = SENSES[measure].absent
                filled = [np.full(records[0].n_run, absent) if side is None else side for side in sides]
                if not (np.isnan(absent) and any(side is None for side in sides)):
                    yield Pair(b=b, measure=measure, place=place, before=filled[0], after=filled[1], sampler=records[0].sampler)


def differences(names: Sequence[str], compared: Sequence[Pair]) -> pd.DataFrame:
    """One row a pair, columns COLUMNS.

    Arguments:
        names: of the scenarios.
        compared: from `pairs`.
    """
    rows = [
        {"a": names[0], "b": names[pair.b], "measure": pair.measure, **pair.place._asdict(), "unit": unit_of(pair.measure)}
        | difference(pair.before, pair.after, pair.measure, pair.sampler)._asdict()
        for pair in compared
    ]
    return pd.DataFrame(rows, columns=pd.Index(COLUMNS))


def difference(before: Floats, after: Floats, measure: str, sampler: Sampler = "plain") -> Difference:
    """Mean of paired differences d = after - before with the interval `d +- 1.96 s(d) / sqrt(n)`, and how often after is better.

    The interval is normal for plain runs; `spread` tells of others. Runs of one number share their world, so `s(d)` leaves out what both
    have in common (common random numbers: Law 2015, Simulation Modeling and Analysis, 11.2). For the tail mean d is the difference of the
    runs' parts in it (`tail`).

    Arguments:
        before: values in one scenario, NaN where a thing did not happen, [run].
        after: values of the same runs in the other, [run].
        measure: decides which is better.
        sampler: that the runs were drawn with.
    """
    both = ~(np.isnan(before) | np.isnan(after))
    a, b, n = before[both], after[both], int(both.sum())
    change = b - a
    error, width = (tail_spread if measure == TAIL_MEASURE else spread)(change if sampler == "plain" else after - before, sampler)
    half = width * error
    mean_a, mean_b, diff = (float(x.mean()) if n else NAN for x in (a, b, change))
    return Difference(mean_a, mean_b, diff, diff - half, diff + half, *_better(before, after, measure, sampler), n)


def is_calm(measure: str, mean_a: float, diff: float, p_alike: float) -> bool:
    """Whether nothing differs in any run, and nothing happens as far as one can tell.

    Arguments:
        measure: which.
        mean_a, diff, p_alike: of its `Difference`.
    """
    rest = SENSES[measure].at_rest
    is_still = np.isnan(rest) or np.isnan(mean_a) or abs(mean_a - rest) <= _rounding(measure)
    return bool(is_still and (diff == 0.0 if np.isnan(p_alike) else p_alike == 1.0))


def is_alike(before: Floats, after: Floats, measure: str) -> Floats:
    """1 where two values differ by rounding at most, else 0; NaN where one is missing, [run].

    Arguments:
        before: values in one scenario, [run].
        after: values of the same runs in the other, [run].
        measure: its unit tells what is rounding.
    """
    least = _rounding(measure)
    with np.errstate(invalid="ignore"):  # infinite less infinite
        near = np.abs(after - before) <= np.maximum(least, ROUNDING * np.maximum(np.abs(before), np.abs(after)))
    # Infinitely late is not near to any date.
    same = (before == after) | (near & np.isfinite(before) & np.isfinite(after))
    return np.where(np.isnan(before) | np.isnan(after), NAN, same)


def _rounding(measure: str) -> float:
    return ROUNDING_IN.get(unit_of(measure), ROUNDING)


def _better(before: Floats, after: Floats, measure: str, sampler: Sampler) -> tuple[float, float, float, float, float]:
    """p_better, p_strict with its interval, p_alike."""
    sense = SENSES[measure]
    a, b = (np.where(np.isnan(x), sense.never, x) for x in (before, after))
    alike = is_alike(a, b, measure)
    known = ~np.isnan(alike)
    if measure == TAIL_MEASURE or not known.any():
        return NAN, NAN, NAN, NAN, NAN
    same = alike[known] == 1.0
    p_alike = float(same.mean())
    if not sense.better:
        return NAN, NAN, NAN, NAN, p_alike
    strict = chance(np.where(known, (sense.better * b > sense.better * a) & (alike != 1.0), NAN), sampler)
    return strict.probability + p_alike / 2.0, strict.probability, strict.low, strict.high, p_alike


def _values(record: Record, measure: str, place: int | None) -> Floats | None:
    """A measure in every run, [run]; None if it is not kept at that place."""
    if place is None:
        return None
    if measure == TAIL_MEASURE:
        unmet = record.row(BEHIND[measure], place)
        return None if unmet is None else tail(unmet)
    if measure in BEHIND:
        happened = events(record, place).get(measure)
        return None if happened is None else happened.astype(np.float64)
    return record.row(measure, place)
