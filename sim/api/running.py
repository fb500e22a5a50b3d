"""The whole line from a scenario file to charts, for notebooks and for the command line."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from sim.api.result import Result
from sim.errors import Problem, ScenarioError
from sim.scenario import Scenario
from sim.scenario import load as read_scenario

if TYPE_CHECKING:
    from sim.data import DataFolder
    from sim.draw.source import Source
    from sim.model.model import Model
    from sim.show.helper import Helper
    from sim.study.execution import Execution

Progress = Callable[[int, int], None]
Data: TypeAlias = "str | Path | DataFolder"
"""A folder of facts, by path or already read."""
CHECKED_WORLDS = 8
"""Worlds drawn by `check`: enough to meet a law that often gives an impossible world."""


def load(source: str | Path, variant: str | None = None, sets: Sequence[str] = (), data: Data | None = None) -> Scenario:
    """Read a scenario by path or by the name of a shipped one, and check it against the facts.

    Arguments:
        source: a path, or a name such as `gallium-export-halt`.
        variant: one of its variants.
        sets: `path=value` changes.
        data: folder of facts over those that ship; the scenario keeps what was read.

    Raises:
        ScenarioError: with every mistake at once. DataError: with every mistake of the folder.
    """
    from sim.model.compile import compile_model

    scenario = _read(source, variant, sets, read_own(data))
    compile_model(scenario)
    return scenario


def run(
    source: str | Path | Scenario,
    *,
    variant: str | None = None,
    sets: Sequence[str] = (),
    data: Data | None = None,
    runs: int | None = None,
    rng_seed: int | None = None,
) -> Result:
    """Simulate a scenario.

    Arguments:
        source: a path, the name of a shipped scenario, or a Scenario.
        variant: one of its variants.
        sets: `path=value` changes.
        data: folder of facts over those that ship.
        runs: number of runs instead of the scenario's.
        rng_seed: generator number instead of the scenario's.

    Raises:
        ScenarioError: the scenario has mistakes. DataError: facts are wrong. ModelError: no world at rest. RunError: the run failed.
    """
    return simulate(prepare(source, variant=variant, sets=sets, data=data, runs=runs, rng_seed=rng_seed))


def prepare(
    source: str | Path | Scenario,
    *,
    variant: str | None = None,
    sets: Sequence[str] = (),
    data: Data | None = None,
    runs: int | None = None,
    rng_seed: int | None = None,
) -> Scenario:
    """Read a scenario with all that is changed for a run; `simulate` checks it against the facts.

    Arguments:
        source, variant, sets, data, runs, rng_seed: as for `run`.

    Raises:
        ScenarioError: the scenario has mistakes. DataError: the folder of facts has.
    """
    return _with_runs(_loaded(source, variant, sets, data), runs, rng_seed)


def simulate(scenario: Scenario, execution: Execution | None = None, source: Source | None = None) -> Result:
    """Simulate a scenario that is read.

    Arguments:
        scenario: from `prepare` or `load`.
        execution: who computes, who is told how far it is, and where to go on after a stop; in this process, nobody, nowhere if not given.
        source: of chance, where scenarios to be compared share one.

    Raises:
        ScenarioError: names do not fit the facts. DataError: facts are wrong. ModelError: no world at rest. RunError: the run failed.
    """
    from sim.model.compile import compile_model
    from sim.study.ensemble import ensemble

    return Result(ensemble(scenario, compile_model(scenario), execution, source))


def chart_helper() -> AbstractContextManager[Helper | None]:
    """A second process that draws charts, for `Result.save`; for programs whose main module may be imported twice."""
    from sim.show.helper import chart_helper as helper

    return helper()


def check(source: str | Path, variant: str | None = None, sets: Sequence[str] = (), data: Data | None = None) -> None:
    """See whether a scenario and each of its variants would run: read, compile, draw a few worlds, let them rest, find the headline.

    Arguments:
        source: a path, or the name of a shipped scenario.
        variant: look at this variant only.
        sets: `path=value` changes.
        data: folder of facts over those that ship.

    Raises:
        ScenarioError: the scenario has mistakes. DataError: facts are wrong. ModelError: no world at rest.
    """
    from sim.draw import draw, source_of
    from sim.model.compile import compile_model
    from sim.study.ensemble import check_rest

    own = read_own(data)
    for name in (variant,) if variant is not None else (None, *_read(source, None, sets, own).variants):
        scenario = _read(source, name, sets, own)
        model = compile_model(scenario)
        check_rest(model, draw(model, source_of(scenario, [model]), 0, min(CHECKED_WORLDS, scenario.runs.count)))
        _check_headline(scenario, model)


def _check_headline(scenario: Scenario, model: Model) -> None:
    """Play one step of one run: only then is it known what is kept of it."""
    from sim.measure.answer import headline_sample
    from sim.study.ensemble import ensemble

    headline = scenario.headline
    if headline is not None and scenario.variant in (None, *headline.variants):
        short = replace(model, network=replace(model.network, n_step=1))
        headline_sample(ensemble(scenario.model_copy(update={"runs": type(scenario.runs)(count=1)}), short), headline)


def trace(
    source: str | Path | Scenario, run: int = 0, variant: str | None = None, sets: Sequence[str] = (), data: Data | None = None
) -> list[dict[str, Any]]:
    """One run told as dated events by the twin engine.

    Arguments:
        source: a path, the name of a shipped scenario, or a Scenario.
        run: number of the run, from 0; it lives in the same world as run number `run` of `sim run`.
        variant: one of its variants.
        sets: `path=value` changes.
        data: folder of facts over those that ship.

    Raises:
        ScenarioError: the scenario has mistakes, or it has no such run. DataError: facts are wrong.
    """
    from sim.draw import draw, source_of
    from sim.engine.twin import run_twin
    from sim.model.compile import compile_model

    scenario = _loaded(source, variant, sets, data)
    if not 0 <= run < scenario.runs.count:
        got, last = str(run), scenario.runs.count - 1
        raise ScenarioError(Problem(where="run", what="no such run", got=got, remedy=f"Give a number from 0 to {last}."))
    model = compile_model(scenario)
    events = run_twin(model.network, draw(model, source_of(scenario, [model]), run, 1), 0, threshold=model.threshold).events
    fields = ("kind", "commodity", "region", "amount", "unit", "text")
    return [{"date": e.date.isoformat(), **{field: getattr(e, field) for field in fields}} for e in events]


def shipped() -> list[dict[str, Any]]:
    """Shipped scenarios: name, title, question, variants."""
    from sim.scenario import shipped as names

    scenarios = [(name, read_scenario(name)) for name in names()]
    return [{"name": name, "title": s.title, "question": s.question, "variants": list(s.variants)} for name, s in scenarios]


def _loaded(source: str | Path | Scenario, variant: str | None, sets: Sequence[str], data: Data | None) -> Scenario:
    own = read_own(data)
    if not isinstance(source, Scenario):
        return _read(source, variant, sets, own)
    if variant is not None or sets:
        what = "a Scenario takes no variant and no sets here: it is already read"
        raise ScenarioError(Problem(what=what, remedy="Give them to sim.load, or give the path or name instead of the Scenario."))
    return source if own is None else source.with_data(own)


def _read(source: str | Path, variant: str | None, sets: Sequence[str], own: DataFolder | None) -> Scenario:
    from sim.data import pack

    return read_scenario(source, variant=variant, sets=sets, data=own, materials=pack.materials(own))


def read_own(data: Data | None) -> DataFolder | None:
    """A folder of facts, read if it is a path."""
    from sim.data import pack

    return pack.read_folder(data) if isinstance(data, str | Path) else data


def _with_runs(scenario: Scenario, count: int | None, rng_seed: int | None) -> Scenario:
    """The scenario with another number of runs or generator number, checked like those of a file."""
    wanted = {name: value for name, value in (("count", count), ("rng_seed", rng_seed)) if value is not None}
    if not wanted:
        return scenario
    try:
        runs = type(scenario.runs).model_validate(scenario.runs.model_dump() | wanted)
    except ValueError as error:
        got = ", ".join(f"{name} {value}" for name, value in wanted.items())
        remedy = "count is a whole number from 1 to 10,000,000, rng_seed one from 0 on."
        raise ScenarioError(Problem(where="runs", what="not a number of runs or a generator number", got=got, remedy=remedy)) from error
    return scenario.model_copy(update={"runs": runs})
