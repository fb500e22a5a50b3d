"""When and how hard each shock strikes in each run."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from scipy.special import gammaincinv

from sim.draw.draws import Draws
from sim.errors import ModelError, Problem
from sim.model.model import Build, Entry, ShockFacts
from sim.model.world import Events, Floats
from sim.units import DAYS_PER_YEAR

MOST_STRIKES = 20_000
RUSH_DAYS = 30.0
"""Days before an announced restriction in which buyers hurry: past rushes were seen in the last free month."""

Sample = Callable[[Entry], Floats]


def events(shock: ShockFacts, draws: Draws, step_days: float, n_step: int, parent: Events | None = None) -> Events:
    """Instants in steps from the clock's start, [event, run].

    Arguments:
        shock: the shock as written.
        draws: the runs wanted.
        step_days: length of a step in days.
        n_step: number of steps; what has no end lasts one step longer.
        parent: events of the shock it follows, if it follows one.

    Raises:
        ModelError: random strikes so frequent that they cannot be listed.
    """
    horizon = n_step * step_days
    if shock.notice is not None and parent is not None:
        return _seen(shock, draws, parent, step_days)
    if shock.after is not None and parent is not None:
        strikes = _following(shock, draws, parent.start * step_days, horizon)
    else:
        strikes = _random(shock, draws, horizon) if shock.rate is not None else [_single(shock, draws, horizon)]
    stacked = {key: np.stack([np.broadcast_to(s[key], (draws.n_run,)) for s in strikes]) for key in strikes[0]}
    steps = {key: stacked[key] / step_days for key in ("announced", "rush", "start", "full_end", "ramp_end", "end")}
    extra = stacked["extra"] / step_days if shock.is_extra_time else stacked["extra"]
    size = stacked["size"] * (step_days / DAYS_PER_YEAR) if shock.is_size_rate else stacked["size"]
    trigger = np.ones(1) if shock.trigger is None else draws.value(shock.trigger)
    return Events(after=stacked["after"], size=size, extra=extra, trigger=np.broadcast_to(trigger, size.shape), **steps)


def _seen(shock: ShockFacts, draws: Draws, parent: Events, step_days: float) -> Events:
    """The strikes of a restriction as those are told of it who see it coming."""
    assert shock.after is not None
    assert shock.notice is not None
    shape = (len(parent.start), draws.n_run)
    told = {
        name: np.broadcast_to(getattr(parent, name), shape).copy() for name in ("announced", "rush", "start", "full_end", "ramp_end", "end")
    }
    ahead = draws.value(shock.notice) / step_days
    for number in range(shape[0]):
        seen = draws.happens(f"{shock.after.probability.name}.happens[{number}]", draws.value(shock.after.probability))
        # What is known earlier through no warning stays known.
        told["announced"][number] = np.minimum(told["announced"][number], told["start"][number] - ahead)
        told["rush"][number] = np.maximum(told["announced"][number], told["start"][number] - RUSH_DAYS / step_days)
        seen &= np.isfinite(told["start"][number])
        for instants in told.values():
            instants[number] = np.where(seen, instants[number], np.inf)
    nothing = np.zeros(shape)
    return Events(after=nothing, size=nothing, extra=nothing, trigger=nothing + 1.0, **told)


def in_order(shocks: Sequence[ShockFacts]) -> list[int]:
    """Numbers of the shocks, those that others follow before their followers."""
    done: list[int] = []
    while len(done) < len(shocks):
        done += [i for i, shock in enumerate(shocks) if i not in done and (shock.after is None or shock.after.shock in done)]
    return done


def _following(shock: ShockFacts, draws: Draws, starts: Floats, horizon: float) -> list[dict[str, Floats]]:
    """One strike for each of the shock it follows, [event, run] in days; not all of them happen."""
    assert shock.after is not None
    strikes = []
    for number, parent in enumerate(starts):
        nth = _numbered(draws, number)
        chance = nth(shock.after.probability) * nth(shock.probability)
        happens = draws.happens(f"{shock.after.probability.name}.happens[{number}]", chance)
        start = np.where(happens, parent + nth(shock.after.delay), np.inf)
        strikes.append(_profile(shock, nth, np.where(start < horizon, start, np.inf), horizon))
    return strikes


def _numbered(draws: Draws, number: int) -> Sample:
    """Values of a strike that is one of many: each has draws of its own."""

    def nth(entry: Entry) -> Floats:
        return draws.value(Entry(f"{entry.name}[{number}]", entry.amount))

    return nth


def _single(shock: ShockFacts, draws: Draws, horizon: float) -> dict[str, Floats]:
    assert shock.start is not None
    happens = draws.happens(f"{shock.probability.name}.happens", draws.value(shock.probability))
    begun = draws.value(shock.start) - shock.origin
    if shock.build is not None:
        begun = begun + _building(shock.build, draws)
    start = np.where(happens, begun, np.inf)
    return _profile(shock, draws.value, start, horizon)


def _building(build: Build, draws: Draws) -> Floats:
    """Days from the decision to the first output: stages of equal mean time, each as long as it takes (Erlang), [run]."""
    days = draws.value(build.mean) * draws.value(build.slip)
    if not build.stages:
        return days
    return days * gammaincinv(build.stages, draws.uniform(f"{build.mean.name}.stages")) / build.stages


def _random(shock: ShockFacts, draws: Draws, horizon: float) -> list[dict[str, Floats]]:
    """Poisson strikes; unless they overlap, the next gap starts when the last strike has ended."""
    assert shock.rate is not None
    mean_gap = DAYS_PER_YEAR / draws.value(shock.rate)
    strikes: list[dict[str, Floats]] = []
    clock = np.zeros(draws.n_run)
    while not strikes or np.any(clock < horizon):
        if len(strikes) == MOST_STRIKES:
            raise ModelError(
                Problem(
                    where=shock.rate.name,
                    what=f"more than {MOST_STRIKES} strikes within the horizon",
                    remedy="Lower the rate, shorten the horizon, or state the average loss of capacity instead.",
                )
            )
        number = len(strikes)
        nth = _numbered(draws, number)
        start = clock - mean_gap * np.log1p(-draws.uniform(f"{shock.rate.name}.gap[{number}]"))
        happens = draws.happens(f"{shock.probability.name}.happens[{number}]", nth(shock.probability))
        strike = _profile(shock, nth, np.where(start < horizon, start, np.inf), horizon)
        clock = start if shock.overlap else np.where((start < horizon) & happens, strike["end"], start)
        strikes.append({key: np.where(happens, v, np.inf) if key not in ("after", "size", "extra") else v for key, v in strike.items()})
    return strikes


def _profile(shock: ShockFacts, value: Sample, start: Floats, horizon: float) -> dict[str, Floats]:
    """Instants in days. Recovery follows the duration; licences ramp up within it."""
    beyond = horizon + 1.0
    if shock.duration is not None:
        end = start + value(shock.duration)
    else:
        end = np.where(np.isfinite(start), np.maximum(start, beyond if shock.end is None else shock.end), np.inf)
    if shock.processing is None or shock.approval is None:
        full_end, ramp_end = end, end + value(shock.recovery)
        end, after = ramp_end, np.zeros(1)
    else:
        ramp = value(shock.recovery)
        full_end = np.minimum(start + value(shock.processing), end)
        ramp_end = np.minimum(full_end + ramp, end)
        with np.errstate(invalid="ignore"):
            done = np.where(ramp > 0.0, np.fmin((ramp_end - full_end) / np.maximum(ramp, 1e-12), 1.0), 1.0)
        after = 1.0 - value(shock.approval) * np.where(np.isfinite(start), done, 1.0)
    announced = start if shock.announced is None else np.where(np.isfinite(start), np.minimum(shock.announced, start), np.inf)
    with np.errstate(invalid="ignore"):
        rush = np.where(announced < start, np.maximum(announced, start - RUSH_DAYS), start)
    return {
        "announced": announced,
        "rush": rush,
        "start": start,
        "full_end": full_end,
        "ramp_end": ramp_end,
        "end": end,
        "after": np.broadcast_to(after, (len(start),)),
        "size": value(shock.size),
        "extra": value(shock.extra),
    }
