"""Behaviour fitted on past episodes together, and on all but each in turn: `python -m sim.api.calibrating`, which prints what comes out.

A few numbers of behaviour, the same for every episode, are moved within a range each until as many observables as can be lie in their
bands. All candidates of a generation are runs of one batch. The fit is free: it looks at nothing but the episodes, and every place in a
range counts alike. It stops by the clock, so a figure differs from machine to machine. The defaults of `rules` are not what it finds: see
DESIGN.md, Held against the past.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from sim.api.backtesting import Episode, read_episode
from sim.draw.worlds import gain
from sim.measure.observed import Kept, probes_of, sample
from sim.model.world import Floats, World
from sim.study.backtest import observe

DRAWS = 3
"""Worlds in which each candidate is tried: facts of an episode that are known roughly are drawn anew."""
EDGE, SOFTNESS, PULL = 1.05, 0.12, 0.01
"""Distance from the middle of a band, in half widths, at which half of the credit is lost; over which it is; what each half width costs."""
CLOUD, NEAR = 2000, 0.02
"""Candidates drawn about the best, and how much of the loss they may add to count as good as it."""


@dataclass(frozen=True)
class Parameter:
    """A number of behaviour and the range it is searched in. Ranges were set, and moved, while results were seen: they are no priors."""

    rule: str
    """Where it is written, below `rules`."""
    field: str
    """Of `World`."""
    low: float
    high: float
    is_time: bool = False
    """Days, of which the world has the gain per step."""

    def at(self, u: Floats) -> Floats:
        """Value at a place between 0 and 1, even in its logarithm where it cannot be nothing."""
        if self.low > 0.0:
            return self.low * (self.high / self.low) ** u
        return self.low + (self.high - self.low) * u


PARAMETERS = (
    Parameter("price.scarcity", "alpha", 0.7, 4.5),
    Parameter("price.prospect", "prospect", 0.0, 12.0),
    Parameter("price.belief", "g_belief", 30.0, 500.0, is_time=True),
    Parameter("price.momentum", "momentum", 0.0, 0.5),
    Parameter("price.adjustment", "g_price", 6.0, 60.0, is_time=True),
    Parameter("demand.elasticity", "short", 0.04, 0.25),
    Parameter("demand.elasticity_long", "long", 0.1, 0.9),
    Parameter("demand.response", "g_demand", 120.0, 1000.0, is_time=True),
    Parameter("supply.full_cost", "full_cost", 1.5, 4.0),
    Parameter("sourcing.switching", "switching", 0.5, 2.0),
    Parameter("sourcing.bidding", "bidding", 0.0, 4.0),
    Parameter("hoarding", "hoarding", 1.1, 2.0),
    Parameter("front_running", "front_running", 2.0, 3.5),
)


def adjusted(values: Sequence[Floats], step_days: float) -> Callable[[World], World]:
    """What makes a batch's worlds behave so; batches are asked for in order.

    Arguments:
        values: of each parameter, [run].
        step_days: length of a step.
    """
    done = 0

    def adjust(world: World) -> World:
        nonlocal done
        runs = slice(done, done + world.n_run)
        done = runs.stop
        changed: dict[str, Floats] = {}
        for parameter, value in zip(PARAMETERS, values, strict=True):
            row = value[runs][None]
            if parameter.is_time:
                row = gain(step_days, row)
            elif parameter.field in ("short", "long"):
                row = np.broadcast_to(row, (len(world.short), world.n_run)).copy()
            changed[parameter.field] = row
        changed["long"] = np.maximum(changed["long"], changed["short"])
        return replace(world, **changed)

    return adjust


def loss(episodes: Sequence[Episode], places: Floats) -> Floats:
    """How badly candidates do, 0 for all medians well inside their bands, one row an observable, [observable, candidate].

    Arguments:
        episodes: to be judged by.
        places: of each parameter in its range, 0 to 1, [parameter, candidate].
    """
    values = [np.repeat(parameter.at(u), DRAWS) for parameter, u in zip(PARAMETERS, places, strict=True)]
    found = []
    for episode in episodes:
        net = episode.model.network
        probes = [probe for item in episode.observed for probe in probes_of(item, net)]
        kept = Kept(*observe(episode.model, probes, len(values[0]), episode.scenario.runs.rng_seed, adjusted(values, net.step_days)))
        for item in episode.observed:
            median = np.median(sample(item, net, kept).reshape(-1, DRAWS), axis=1)
            low, high = item.low, item.high
            if low > 0.0 and item.series in ("price", "origin_price"):
                median, low, high = np.log(np.maximum(median, 1e-9)), np.log(low), np.log(high)
            away = np.abs(median - (low + high) / 2.0) / ((high - low) / 2.0)
            found.append(1.0 / (1.0 + np.exp(-(away - EDGE) / SOFTNESS)) + PULL * np.minimum(away, 20.0))
    return np.array(found)


def fit(episodes: Sequence[Episode], seconds: float, rng: int) -> Floats:
    """Places in the ranges that do best, [parameter], by differential evolution (Storn and Price 1997).

    Arguments:
        episodes: to be fitted on.
        seconds: to search for.
        rng: seed of the search.
    """
    from scipy.optimize import differential_evolution

    until = time.monotonic() + seconds

    def judged(places: Floats) -> Floats:
        return loss(episodes, np.atleast_2d(places.T).T).mean(axis=0)

    found = differential_evolution(
        judged,
        [(0.0, 1.0)] * len(PARAMETERS),
        maxiter=10_000,
        popsize=4,
        tol=0.0,
        vectorized=True,
        updating="deferred",
        polish=False,
        rng=rng,
        callback=lambda *_: time.monotonic() > until,
    )
    return found.x


def spread(episodes: Sequence[Episode], best: Floats, rng: int) -> Floats:
    """Values at 5 and 95 % of candidates about the best that do nearly as well, [parameter, 2].

    Arguments:
        episodes: fitted on.
        best: places in the ranges, [parameter].
        rng: seed of the cloud.
    """
    width = np.random.default_rng(rng).uniform(0.05, 0.5, CLOUD)
    cloud = np.clip(best[:, None] + width * np.random.default_rng(rng + 1).standard_normal((len(best), CLOUD)), 0.0, 1.0)
    cloud[:, 0] = best
    judged = loss(episodes, cloud).mean(axis=0)
    good = cloud[:, judged <= judged[0] + NEAR]
    return np.array([parameter.at(np.quantile(u, (0.05, 0.95))) for parameter, u in zip(PARAMETERS, good, strict=True)])


def inside(episodes: Sequence[Episode], best: Floats) -> float:
    """Part of the observables whose median lies in its band."""
    values = np.repeat(best[:, None], 30 // DRAWS, axis=1)
    return float((loss(episodes, values).mean(axis=1) < 0.5).mean())


def main() -> None:
    """Fit on all, then with each episode left out, and print what comes out; seconds a fit as the only word."""
    from sim.scenario.library import episodes as names

    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 300.0
    episodes = [read_episode(name) for name in names()]
    best = fit(episodes, seconds, 1)
    ends = spread(episodes, best, 2)
    for parameter, u, (low, high) in zip(PARAMETERS, best, ends, strict=True):
        unit = " days" if parameter.is_time else ""
        searched = f"searched {parameter.low:g} to {parameter.high:g}"
        sys.stdout.write(
            f"{parameter.rule}: {float(parameter.at(u)):.3g}{unit}, nearly as good from {low:.3g} to {high:.3g} ({searched})\n"
        )
    sys.stdout.write(f"all: {inside(episodes, best):.3f} in their bands\n")
    left_out = []
    for out in episodes:
        rest = [episode for episode in episodes if episode is not out]
        without = fit(rest, seconds, 1)
        left_out.append(inside([out], without) * len(out.observed))
        sys.stdout.write(f"without {out.name}: {inside([out], without):.3f} of it, {inside(rest, without):.3f} of the others\n")
        sys.stdout.flush()
    n_all = sum(len(episode.observed) for episode in episodes)
    sys.stdout.write(f"each left out in turn: {sum(left_out) / n_all:.3f} in their bands\n")


if __name__ == "__main__":
    main()
