"""As many runs as it takes to be sure of the number that a scenario is run for."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sim.api.result import Result
from sim.api.running import Progress, simulate
from sim.scenario.sampler import MOST_RUNS

if TYPE_CHECKING:
    from sim.measure.precision import Precision
    from sim.scenario import Scenario
    from sim.study.execution import Execution

LEAST_RUNS = 1000
"""The error of fewer is not believed: they often miss what is rare, and its spread with it."""


def simulate_until(scenario: Scenario, relative_se: float, execution: Execution | None = None) -> tuple[Result, Precision]:
    """Simulate a scenario with twice the runs, and twice again, until a standard error is small enough or the runs are too many.

    It is that of the mean of the headline, or of unmet demand where there is none. Runs are made anew with each doubling, so that the
    result is bit for bit that of the same number of runs asked for at once; all together they are fewer than twice the last.

    Arguments:
        scenario: from `prepare` or `load`; its number of runs is the first tried.
        relative_se: standard error wanted, as a part of the mean, in (0, 1).
        execution: who computes, and who is told of (runs done, runs wanted), those of all rounds so far together.

    Returns:
        the last result, and how sure it is: `relative` above `relative_se` means that the next doubling is more than a scenario may have.

    Raises:
        ScenarioError, DataError, ModelError, RunError: as for `simulate`.
    """
    from sim.measure.precision import precision
    from sim.study.execution import Execution

    how, done = execution or Execution(), 0
    while True:
        count = scenario.runs.count
        result = simulate(scenario, replace(how, progress=_after(how.progress, done)))
        found = precision(result.record)
        if (count >= LEAST_RUNS and found.relative <= relative_se) or 2 * count > MOST_RUNS:
            return result, found
        done += count
        scenario = scenario.model_copy(update={"runs": scenario.runs.model_copy(update={"count": 2 * count})})


def _after(progress: Progress | None, before: int) -> Progress | None:
    """Progress of one of several rounds."""
    return None if progress is None else lambda done, wanted: progress(before + done, before + wanted)
