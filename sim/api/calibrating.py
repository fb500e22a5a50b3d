"""Laws of behaviour fitted on past episodes together, and on all but each in turn: `python -m sim.api.calibrating` prints what comes out.

Each number of behaviour is a law, for markets differ and nobody knows which kind the next one is. A candidate is a law for each of them,
the same for every episode; each run of an episode draws its own numbers. Best is what tells best what was observed, by the continuous
ranked probability score (minimum CRPS estimation, Gneiting and Raftery 2007), and keeps to the plain cases (`sim/plain_cases`: what past
disruptions have in common, and no swings of its own). Found by CMA-ES (Hansen); a generation is one batch of runs. Steps are counted, not
timed: the same words give the same numbers on one machine.
"""

from __future__ import annotations

import argparse
import sys
import warnings
from collections.abc import Callable, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor
from dataclasses import dataclass, fields, is_dataclass, replace
from functools import cache, partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from sim.api.backtesting import Episode, read_episode
from sim.draw.worlds import gain
from sim.measure.observed import Kept, crps, probes_of, sample
from sim.model.world import Floats, World
from sim.study.backtest import observe

CASES = Path(__file__).resolve().parent.parent / "plain_cases"
RUNS = 32
"""Runs in which each candidate is tried: numbers of behaviour spread evenly by Sobol's sequence, facts known roughly drawn anew."""
CASE_RUNS = 16
"""The same for plain cases."""
SCORED = 256
"""Runs in which what is found is scored."""
POPULATION = 24
INNER, EDGE = 0.85, 0.2
"""Part of a plain case's band within which a median costs nothing, so that finer readings lie within it too; half widths beyond that which
cost one half."""
PULL = 0.2
"""Weight of the priors: what a law costs whose middle is one prior's standard deviation off its median, twice over."""
SPREAD = 0.5
"""Standard deviation of the prior of a law's own width, as a part of its parameter's factor, in logarithms."""
RNG = 1


@dataclass(frozen=True)
class Parameter:
    """A number of behaviour, with a prior for the middle of its law: nine in ten within a factor of the median, above `above`."""

    rule: str
    """Where it is written, below `rules`."""
    field: str
    """Of `World`."""
    median: float
    factor: float
    above: float = 0.0
    is_time: bool = False
    """Days, of which the world has the gain per step."""

    def law(self, middle: Floats, width: Floats) -> tuple[Floats, Floats, Floats]:
        """Low end, mode and high end of a triangular law.

        Arguments:
            middle: of its mode, standard deviations of the prior from the median.
            width: logarithm of mode over low end and of high end over mode, as a part of that of the prior's factor.
        """
        mode = (self.median - self.above) * self.factor ** (middle / 1.645)
        wide = self.factor ** np.abs(width)
        return self.above + mode / wide, self.above + mode, self.above + mode * wide


PARAMETERS = (
    Parameter("price.scarcity", "alpha", 1.2, 2.0),
    Parameter("price.prospect", "prospect", 1.5, 4.0),
    Parameter("price.belief", "g_belief", 120.0, 4.0, is_time=True),
    Parameter("price.momentum", "momentum", 0.1, 4.0),
    Parameter("price.adjustment", "g_price", 42.0, 3.0, is_time=True),
    Parameter("demand.elasticity", "short", 0.15, 2.3),
    Parameter("demand.elasticity_long", "long", 0.45, 2.1),
    Parameter("demand.response", "g_demand", 365.0, 3.0, is_time=True),
    Parameter("supply.full_cost", "full_cost", 2.4, 2.0, above=1.0),
    Parameter("sourcing.switching", "switching", 1.0, 2.0),
    Parameter("sourcing.bidding", "bidding", 1.0, 4.0),
    Parameter("hoarding", "hoarding", 1.65, 2.0, above=1.0),
    Parameter("front_running", "front_running", 3.0, 2.0, above=1.0),
)
"""Priors, written down before the first fit of this kind. Scarcity, adjustment: a prototype held against three export controls.
Elasticities: literature collected for GLOMBO (0.05 to 0.35, 0.2 to 0.9). Hoarding: stocks of 1.3 to 2 times the usual; front_running:
exports of 2 to 5 times normal, in past episodes. The others: assumption, wide, for nothing was found on them."""
N = len(PARAMETERS)


def drawn(laws: Floats, n_run: int) -> list[Floats]:
    """Numbers of behaviour of every run, of each parameter [candidate * run].

    Arguments:
        laws: middles and then widths, [2 * parameter, candidate].
        n_run: runs a candidate, a power of two.
    """
    from scipy.stats import triang

    values = []
    for parameter, u, middle, width in zip(PARAMETERS, _places(n_run), laws[:N], laws[N:], strict=True):
        low, mode, high = parameter.law(middle[:, None], width[:, None])
        span = np.maximum(high - low, 1e-12)
        values.append(np.asarray(triang.ppf(u[None], (mode - low) / span, low, span)).ravel())
    return values


@cache
def _places(n_run: int) -> Floats:
    from scipy.stats import qmc

    return qmc.Sobol(N, rng=np.random.default_rng(RNG)).random(n_run).T


def adjusted(values: Sequence[Floats], n_run: int, step_days: float) -> Callable[[World], World]:
    """What makes worlds behave so. Every candidate lives in the same worlds, candidate after candidate; batches are asked for in order.

    Arguments:
        values: of each parameter, [candidate * run].
        n_run: runs a candidate.
        step_days: length of a step.
    """
    done = 0

    def adjust(world: World) -> World:
        nonlocal done
        runs = slice(done, done + world.n_run)
        done = runs.stop
        by_candidate = [value.reshape(-1, n_run)[:, runs].ravel() for value in values]
        times = len(by_candidate[0]) // world.n_run
        world = replace(_again(world, world.n_run, times), n_run=world.n_run * times)
        changed: dict[str, Floats] = {}
        for parameter, value in zip(PARAMETERS, by_candidate, strict=True):
            row = value[None]
            if parameter.is_time:
                row = gain(step_days, row)
            elif parameter.field in ("short", "long"):
                row = np.broadcast_to(row, (len(world.short), world.n_run)).copy()
            changed[parameter.field] = row
        changed["long"] = np.maximum(changed["long"], changed["short"])
        return replace(world, **changed)

    return adjust


def _again(numbers: Any, n_run: int, times: int) -> Any:
    """A record of arrays with all runs so many times over, those of one column as they are."""
    if isinstance(numbers, np.ndarray):
        return np.tile(numbers, (1,) * (numbers.ndim - 1) + (times,)) if numbers.ndim and numbers.shape[-1] == n_run > 1 else numbers
    if isinstance(numbers, tuple):
        parts = [_again(part, n_run, times) for part in numbers]
        return type(numbers)(*parts) if hasattr(numbers, "_fields") else tuple(parts)
    if is_dataclass(numbers) and not isinstance(numbers, type):
        return replace(numbers, **{item.name: _again(getattr(numbers, item.name), n_run, times) for item in fields(numbers)})
    return numbers


def told(episode: Episode, values: Sequence[Floats], n_run: int) -> list[Floats]:
    """What candidates have in place of each observable, [candidate, run].

    Arguments:
        episode: to be judged by.
        values: of each parameter, [candidate * run].
        n_run: runs a candidate.
    """
    net = episode.model.network
    probes = [probe for item in episode.observed for probe in probes_of(item, net)]
    kept = Kept(*observe(episode.model, probes, n_run, episode.scenario.runs.rng_seed, adjusted(values, n_run, net.step_days)))
    return [sample(item, net, kept).reshape(-1, n_run) for item in episode.observed]


def scores(episode: Episode, laws: Floats) -> Floats:
    """Continuous ranked probability scores in half widths of the bands, prices by their logarithms, [observable, candidate].

    Arguments:
        episode: to be judged by.
        laws: of `drawn`.
    """
    found = []
    for item, values in zip(episode.observed, told(episode, drawn(laws, RUNS), RUNS), strict=True):
        seen, low, high = item.observed, item.low, item.high
        if low > 0.0 and item.series in ("price", "origin_price") and not item.statistic.startswith("months"):
            values, seen, low, high = np.log(np.maximum(values, 1e-9)), np.log(seen), np.log(low), np.log(high)
        found.append([crps(runs, float(seen)) / float((high - low) / 2.0) for runs in values])
    return np.array(found)


def beyond(case: Episode, laws: Floats, inner: float = INNER) -> Floats:
    """How far medians of a plain case lie beyond a part of their bands, in half widths, [observable, candidate]."""
    found = []
    for item, values in zip(case.observed, told(case, drawn(laws, CASE_RUNS), CASE_RUNS), strict=True):
        away = np.abs(np.median(values, axis=1) - (item.low + item.high) / 2.0) / ((item.high - item.low) / 2.0)
        found.append(np.maximum(away - inner, 0.0))
    return np.array(found)


class Lessons(NamedTuple):
    """What candidates are judged by."""

    episodes: Sequence[Episode]
    cases: Sequence[Episode]

    def cost(self, laws: Floats) -> Floats:
        """What is to be least, [candidate].

        Arguments:
            laws: of `drawn`.
        """
        return pull(laws) + sum((self.part(i, laws) for i in range(self.n_part)), np.zeros(laws.shape[1]))

    @property
    def n_part(self) -> int:
        """Episodes and plain cases."""
        return len(self.episodes) + len(self.cases)

    def part(self, i: int, laws: Floats) -> Floats:
        """What one of them adds to the cost, [candidate]: n rows of an episode hang together and count as the square root of n."""
        if i < len(self.episodes):
            rows = scores(self.episodes[i], laws)
            return rows.sum(axis=0) / np.sqrt(len(rows))
        return 0.5 * (beyond(self.cases[i - len(self.episodes)], laws) ** 2).sum(axis=0) / EDGE**2


def pull(laws: Floats) -> Floats:
    """What the priors add to the cost, [candidate]."""
    return PULL / 2.0 * (laws[:N] ** 2 + (laws[N:] / SPREAD) ** 2).sum(axis=0)


def fit(cost: Callable[[Floats], Floats], start: Floats, sigma: float, generations: int) -> Floats:
    """The laws that cost least, [2 * parameter]: the middle of the last generation.

    Arguments:
        cost: of some laws, [2 * parameter, candidate] -> [candidate].
        start: where the search begins, [2 * parameter].
        sigma: how far about it candidates lie at first.
        generations: how many.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of plots that nobody asks for
        from cma import CMAEvolutionStrategy

    search = CMAEvolutionStrategy(start, sigma, {"popsize": POPULATION, "seed": RNG, "verbose": -9, "maxiter": generations})
    while not search.stop():
        candidates = search.ask()
        costs = cost(np.array(candidates).T)
        search.tell(candidates, costs.tolist())
        sys.stderr.write(f"\r{search.countiter} of {generations} generations, {costs.min():.3f} ")
        sys.stderr.flush()
    sys.stderr.write("\n")
    return np.asarray(search.mean)


def inside(episode: Episode, laws: Floats) -> int:
    """Observables whose median lies in its band."""
    values = told(episode, drawn(laws[:, None], SCORED), SCORED)
    return sum(item.low <= float(np.median(runs)) <= item.high for item, runs in zip(episode.observed, values, strict=True))


class Choice(NamedTuple):
    """What a fit looks at: a name that other processes can read lessons by."""

    only: str = ""
    """One episode, and no plain case."""
    without: str = ""
    """All episodes but one."""


@cache
def lessons(choice: Choice) -> Lessons:
    """The episodes that ship, and the plain cases."""
    from sim.scenario.library import episodes as names

    if choice.only:
        return Lessons([read_episode(choice.only)], [])
    episodes = [read_episode(name) for name in names() if name != choice.without]
    return Lessons(episodes, [read_episode(path.parent) for path in sorted(CASES.glob("*/scenario.yaml"))])


def _part(choice: Choice, i: int, laws: Floats) -> Floats:
    return lessons(choice).part(i, laws)


class Search(NamedTuple):
    """Fits whose episodes are shared out among processes, which changes nothing but the time they take."""

    pool: Executor

    def fit(self, choice: Choice, start: Floats, sigma: float, generations: int) -> Floats:
        """As `fit`, of what a choice looks at."""
        parts = range(lessons(choice).n_part)
        slow_first = sorted(parts, key=lambda i: i < len(lessons(choice).episodes) and -len(lessons(choice).episodes[i].observed))

        def cost(laws: Floats) -> Floats:
            found = dict(zip(slow_first, self.pool.map(partial(_part, choice, laws=laws), slow_first), strict=True))
            return pull(laws) + sum((found[i] for i in parts), np.zeros(laws.shape[1]))

        return fit(cost, start, sigma, generations)


def main() -> None:
    """Fit on all, on all but each in turn, and on each alone, and print what comes out."""
    reader = argparse.ArgumentParser(
        description="Fit laws of behaviour on past episodes together, on all but each in turn, and on each alone."
    )
    reader.add_argument("--generations", type=int, default=200, help="of the fit on all (default 200)")
    reader.add_argument("--others", type=int, default=40, help="of each of the other fits, from those laws (default 40)")
    reader.add_argument("--workers", type=int, default=2, help="processes (default 2)")
    asked = reader.parse_args()
    everything = lessons(Choice())
    with ProcessPoolExecutor(asked.workers) as pool:
        search = Search(pool)
        best = search.fit(Choice(), np.concatenate([np.zeros(N), np.full(N, SPREAD)]), 0.3, asked.generations)
        _tell(everything, best)
        found, n_all = np.zeros((3, len(everything.episodes)), dtype=int), sum(len(episode.observed) for episode in everything.episodes)
        for i, episode in enumerate(everything.episodes):
            without = search.fit(Choice(without=episode.name), best, 0.15, asked.others)
            alone = search.fit(Choice(only=episode.name), best, 0.3, asked.others)
            found[:, i] = [inside(episode, laws) for laws in (best, without, alone)]
            on_all, on_others, on_it = found[:, i]
            of = f"{on_all} of {len(episode.observed)}, on the others {on_others}, on it alone {on_it}"
            sys.stdout.write(f"{episode.name}: fitted on all {of}\n")
            sys.stdout.flush()
    on_all, on_others, on_it = found.sum(axis=1)
    sys.stdout.write(f"together: fitted on all {on_all} of {n_all}, each left out in turn {on_others}, each alone {on_it}\n")


def _tell(everything: Lessons, best: Floats) -> None:
    for parameter, middle, width in zip(PARAMETERS, best[:N], best[N:], strict=True):
        low, mode, high = parameter.law(middle, width)
        unit = " days" if parameter.is_time else ""
        prior = f"prior of the mode: median {parameter.median:g}, factor {parameter.factor:g}"
        sys.stdout.write(f"{parameter.rule}: triangular {low:.4g}, {mode:.4g}, {high:.4g}{unit} ({prior})\n")
    for case in everything.cases:
        held = beyond(case, best[:, None], 1.0)[:, 0] <= 0.0
        sys.stdout.write(f"plain case {case.name}: {held.sum()} of {len(held)} in their bands\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
