"""Several scenarios in the same worlds: run 17 of each is drawn from the same numbers."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import replace

import numpy as np

from sim.draw.sampling import source_of
from sim.errors import Problem, ScenarioError
from sim.model.model import Model
from sim.record.record import Place, Record
from sim.scenario import Scenario
from sim.study.ensemble import ensemble
from sim.study.execution import Execution, Progress
from sim.study.kept import Kept, lay_out, places

ONE_CLOCK = "Give all of them one with --set."
ONE_THRESHOLD = "Give one for all with --set watch.threshold=5%."


def check_same_worlds(names: Sequence[str], scenarios: Sequence[Scenario]) -> None:
    """See that run k of one scenario and run k of another can be set side by side, and that short means the same in both.

    Arguments:
        names: of the scenarios, for messages.
        scenarios: as they are to be run.

    Raises:
        ScenarioError: they differ in number of runs, the generator's number, sampler, clock or threshold; with all of these at once.
    """
    asked: tuple[tuple[str, str, Callable[[Scenario], object], str], ...] = (
        ("runs.count", "not the same number of runs", lambda s: s.runs.count, "Give one number for all with --runs."),
        ("runs.rng_seed", "not the same worlds", lambda s: s.runs.rng_seed, "Give one generator number for all with --rng-seed."),
        ("runs.sampler", "not the same sampler", lambda s: s.runs.sampler, "Give one for all with --set runs.sampler=plain."),
        ("clock.start", "not the same first day", lambda s: s.clock.start, ONE_CLOCK),
        ("clock.horizon", "not the same horizon", lambda s: f"{s.clock.horizon:g} days", ONE_CLOCK),
        ("clock.step", "not the same step", lambda s: f"{s.clock.step:g} days", ONE_CLOCK),
        ("watch.threshold", "not the same shortage", lambda s: f"{100 * s.watch.threshold:g} %", ONE_THRESHOLD),
    )
    problems = []
    for where, what, value, remedy in asked:
        values = [str(value(scenario)) for scenario in scenarios]
        if len(set(values)) > 1:
            got = ", ".join(f"{name} {value}" for name, value in zip(names, values, strict=True))
            problems.append(Problem(where=where, what=what, got=got, remedy=remedy))
    if problems:
        raise ScenarioError(*problems)


def check_common_places(names: Sequence[str], models: Sequence[Model]) -> None:
    """See that each scenario has users of some commodity in some region that the first one has too.

    Arguments:
        names: of the scenarios, for messages.
        models: the scenarios compiled.

    Raises:
        ScenarioError: one has none in common with the first.
    """
    whole = [{place for place in places(model.network) if place.sector == "all"} for model in models]
    problems = [
        Problem(
            where="compare",
            what=f"{names[0]} and {name} have no commodity and region in common",
            got=f"{_commodities(whole[0])} against {_commodities(found)}",
            remedy="Compare scenarios of one material.",
        )
        for name, found in zip(names[1:], whole[1:], strict=True)
        if not whole[0] & found
    ]
    if problems:
        raise ScenarioError(*problems)


def _commodities(found: Iterable[Place]) -> str:
    return ", ".join(sorted({place.commodity for place in found}))


def outline(scenario: Scenario, model: Model) -> Record:
    """The places and measures that a record will have, with zeros for one run that was not played.

    Arguments:
        scenario: as it is to be run.
        model: the scenario compiled.
    """
    layout = lay_out(replace(model, series=()), 1)
    record = Kept(layout).record(scenario, 0.0)
    return replace(record, outcomes={measure: np.zeros((n_row, 1)) for measure, n_row in layout.rows.items()})


def together(scenarios: Sequence[Scenario], models: Sequence[Model], outcomes: Collection[str], execution: Execution) -> tuple[Record, ...]:
    """Run some scenarios one after the other and keep only what is to be compared: no series, and of the outcomes those named.

    Arguments:
        scenarios: of equally many runs, from one generator number, by one sampler.
        models: the scenarios compiled.
        outcomes: names of measures.
        execution: who computes, and who is told of (runs done, runs wanted), those of all scenarios together.

    Raises:
        ScenarioError: the sampler cannot do that number of runs. ModelError: a market cannot be at rest, or matter was not conserved.
    """
    source, n_run, records = source_of(scenarios[0], models), scenarios[0].runs.count, []
    for done, (scenario, model) in enumerate(zip(scenarios, models, strict=True)):
        told = _shifted(execution.progress, done * n_run, len(scenarios) * n_run)
        record = ensemble(scenario, replace(model, series=()), replace(execution, progress=told), source)
        kept = {name: values for name, values in record.outcomes.items() if name in outcomes}
        first = {name: row for name, row in record.first_row.items() if name in kept}
        records.append(replace(record, outcomes=kept, first_row=first, means={}))
    return tuple(records)


def _shifted(progress: Progress | None, before: int, total: int) -> Progress | None:
    """Progress of one of several."""
    return None if progress is None else lambda done, _: progress(before + done, total)
