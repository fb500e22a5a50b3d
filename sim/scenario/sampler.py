"""How chance is sampled, and which numbers of runs each way can do."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Literal

from sim.errors import ScenarioError
from sim.scenario.node import Node

if TYPE_CHECKING:
    from sim.scenario.scenario import Scenario

Sampler = Literal["plain", "antithetic", "sobol", "latin-hypercube"]
REPLICATES = 16
"""Independent scramblings: 2**4, and so many that the t interval (2.13 standard errors) is hardly wider than a normal one (1.96)."""
MOST_RUNS = 10_000_000
NEEDED = {
    "antithetic": "an even number of runs, for they come in pairs",
    "sobol": f"{REPLICATES} runs or a power of two above, for its points are balanced only in powers of two",
    "latin-hypercube": f"{2 * REPLICATES} runs or a larger multiple of {REPLICATES}, for there are {REPLICATES} hypercubes of equal size",
}


def check_count(scenario: Scenario) -> None:
    """See that the sampler can do the number of runs.

    Arguments:
        scenario: as it is to be run.

    Raises:
        ScenarioError: it cannot; with the nearest number that it can.
    """
    sampler, count = scenario.runs.sampler, scenario.runs.count
    nearest = possible(sampler, count)
    if nearest != count:
        what, remedy = f"{sampler} needs {NEEDED[sampler]}", f"Give {nearest}, or --set runs.sampler=plain."
        written = scenario.tree.entries.get("runs", Node({})).entries.get("count")
        # A number given beside the file is no mistake of the file.
        elsewhere = written is not None and written.value != count
        problem = scenario.problem(("runs", "count"), what, str(count), remedy)
        raise ScenarioError(replace(problem, file=None, line=None, column=None) if elsewhere else problem)


def possible(sampler: Sampler, count: int) -> int:
    """The number of runs that a sampler can do next to one that is wanted, of two equally near the larger.

    Arguments:
        sampler: which.
        count: number wanted, from 1 on.
    """
    match sampler:
        case "plain":
            return count
        case "antithetic":
            return count + count % 2
        case "latin-hypercube":
            return max((count + REPLICATES // 2) // REPLICATES, 2) * REPLICATES
        case "sobol":
            above = 1 << (count - 1).bit_length()
            near = above // 2 if count - above // 2 < above - count else above
            return max(near if near <= MOST_RUNS else near // 2, REPLICATES)
