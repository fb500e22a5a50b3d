"""Which source the runs of scenarios draw from, and which of their streams have a Sobol axis."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from sim.draw.source import Antithetic, Latin, Plain, Sobol, Source
from sim.draw.stream import STEPS
from sim.draw.worlds import draw
from sim.model.model import Model
from sim.model.world import Floats
from sim.scenario import Scenario
from sim.scenario.sampler import check_count

MOST_AXES = 64
"""Streams beyond so many are plain: a scenario has fewer that matter, and points fill many dimensions less well."""


def source_of(scenario: Scenario, models: Sequence[Model]) -> Source:
    """The source that run k of each of some scenarios draws from.

    Arguments:
        scenario: says how many runs, from which generator number, by which sampler.
        models: scenarios to be run in the same worlds; with Sobol points those in front set the order of axes.

    Raises:
        ScenarioError: the sampler cannot do that number of runs. ModelError: a market cannot be at rest in the middle of all laws.
    """
    check_count(scenario)
    runs = scenario.runs
    match runs.sampler:
        case "plain":
            return Plain(runs.rng_seed)
        case "antithetic":
            return Antithetic(runs.rng_seed)
        case "latin-hypercube":
            return Latin(runs.rng_seed, runs.count)
        case "sobol":
            return Sobol(runs.rng_seed, tuple(dict.fromkeys(name for model in models for name in streams(model)))[:MOST_AXES])


def streams(model: Model) -> tuple[str, ...]:
    """Names of the streams that a model reads, but for noise: shocks, facts and rules, later strikes of shocks, policies.

    Those of a world in which every number is at its median, so that they depend on the model alone.

    Arguments:
        model: the compiled scenario.

    Raises:
        ModelError: that world cannot be at rest.
    """
    middle = _Middle()
    draw(model, middle, 0, 1)
    return tuple(sorted(middle.names, key=_rank))


class _Middle:
    """A source of one half that notes who asks."""

    def __init__(self) -> None:
        self.names: dict[str, None] = {}

    def law(self, name: str, first: int, n_run: int) -> Floats:
        self.names[name] = None
        return np.full(n_run, 0.5)

    def noise(self, name: str, first: int, n_run: int) -> Floats:
        return np.full(n_run, 0.5)

    def steps(self, name: str, part: int, first: int, n_run: int) -> Floats:
        return np.full((STEPS, n_run), 0.5)


def _rank(name: str) -> tuple[int, int]:
    """Near axes fill space best, and how long and how hard a shock strikes matters most as a rule.

    What a variant adds, most often a policy, comes last and moves no axis.
    """
    strike = re.search(r"\[(\d+)\]$", name)
    number = int(strike[1]) if strike else 0
    match name.partition(".")[0]:
        case "shocks":
            return (2 if number else 0), number
        case "policies":
            return 3, number
        case _:
            return 1, number
