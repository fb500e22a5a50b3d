"""The whole line from a scenario file to charts, for notebooks and for the command line."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from sim.errors import Problem, RunError, ScenarioError
from sim.record.record import Record
from sim.scenario import Scenario
from sim.scenario import load as read_scenario

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

    from sim.data import DataFolder
    from sim.draw.source import Source
    from sim.measure.estimate import Chance
    from sim.model.model import Model
    from sim.show.helper import Helper
    from sim.show.view import RunView

Progress = Callable[[int, int], None]
Data: TypeAlias = "str | Path | DataFolder"
"""A folder of facts, by path or already read."""
RUNS_FOLDER = Path("runs")
CHECKED_WORLDS = 8
"""Worlds drawn by `check`: enough to meet a law that often gives an impossible world."""


@dataclass(frozen=True)
class Result:
    """What a run of a scenario gave, with everything a person asks of it."""

    record: Record

    def summary(self) -> pd.DataFrame:
        """One row a measure and place: mean, standard error, quantiles, CVaR; chances with exact intervals."""
        return self._summary.copy()

    def frame(self) -> pd.DataFrame:
        """One row a run and place, one column a measure; NaN where a thing did not happen."""
        import pandas as pd

        from sim.record.tables import outcomes

        return pd.concat(list(outcomes(self.record)), ignore_index=True)

    def series(self) -> pd.DataFrame:
        """Weekly series: quantiles over runs, or the mean, of what the scenario watches."""
        return self._series.copy()

    @cached_property
    def _summary(self) -> pd.DataFrame:
        from sim.measure.summary import summary

        return summary(self.record)

    @cached_property
    def _series(self) -> pd.DataFrame:
        from sim.record.tables import series

        return series(self.record)

    def chance(self, happened: NDArray[np.bool_]) -> Chance:
        """Chance of any event over the runs, with its 95 % interval, exact for plain runs.

        Arguments:
            happened: whether it happened, [run], such as `result.record.outcome("unmet_t", commodity, region) > 5`.
        """
        from sim.measure.estimate import chance

        return chance(happened, self.record.sampler)

    def view(self) -> RunView:
        """The result as charts and terminal tables see it."""
        return self._seen

    @cached_property
    def _seen(self) -> RunView:
        from sim.record.folder import manifest

        return _view(manifest(self.record), {"summary": self._summary, "series": self._series})

    def plot(self, folder: str | Path = "charts", *, every: bool = False) -> tuple[Path, ...]:
        """Draw the charts into a folder, PNG and SVG, and return their paths.

        Arguments:
            folder: made if absent.
            every: also those of commodities to which nothing, or less, happens.
        """
        from sim.show.charts import write_charts

        return write_charts(self.view(), Path(folder), every=every)

    def left_out(self, folder: str | Path) -> tuple[str, ...]:
        """In sentences: commodities that got no chart, why, and how to draw them.

        Arguments:
            folder: the run folder, as `save` gives it.
        """
        from sim.show.choice import choose, left_out

        return left_out(self.view(), choose(self.view()).drawn, str(folder))

    def save(self, out: str | Path | None = None, helper: Helper | None = None) -> Path:
        """Write the run folder under `out` (`runs` if not given) and return its path.

        Arguments:
            out: folder of run folders; made if absent.
            helper: from `chart_helper`; draws some of the charts meanwhile.

        Raises:
            RunError: it cannot be written; nothing is left behind.
        """
        from sim.record.folder import manifest, write
        from sim.record.tables import outcomes
        from sim.show.charts import drawing
        from sim.show.page import write_page

        tables = {"summary": self._summary, "series": self._series}
        told = manifest(self.record)
        view = self.view()

        @contextmanager
        def drawn(folder: Path) -> Iterator[Callable[[], Path]]:
            with drawing(view, folder / "charts", helper) as finish:
                yield lambda: write_page(view, finish(), told, folder / "report.html")

        return write(Path(out) if out is not None else RUNS_FOLDER, told, outcomes(self.record), tables, drawn)

    def report(self) -> dict[str, Any]:
        """The result as one plain object: scenario, runs, outcomes."""
        rows = self._summary.to_dict(orient="records")
        return {
            "scenario": self.record.scenario.name,
            "variant": self.record.scenario.variant,
            "runs": self.record.n_run,
            "rng_seed": self.record.rng_seed,
            "sampler": self.record.sampler,
            "wall_s": round(self.record.wall_s, 3),
            "outcomes": [_plain(row) for row in rows],
        }


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


def simulate(scenario: Scenario, progress: Progress | None = None, source: Source | None = None) -> Result:
    """Simulate a scenario that is read, telling how far it is.

    Arguments:
        scenario: from `prepare` or `load`.
        progress: called with (runs done, runs wanted).
        source: of chance, where scenarios to be compared share one.

    Raises:
        ScenarioError: names do not fit the facts. DataError: facts are wrong. ModelError: no world at rest. RunError: the run failed.
    """
    from sim.model.compile import compile_model
    from sim.study.ensemble import ensemble

    return Result(ensemble(scenario, compile_model(scenario), progress=progress, source=source))


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


def plot(folder: str | Path, *, every: bool = False) -> tuple[Path, ...]:
    """Draw the charts of a run folder anew, rebuild its page, and return the paths of all.

    Arguments:
        folder: that `Result.save` has written.
        every: draw also commodities to which nothing, or less, happens.

    Raises:
        DataError: it is not a whole run folder. RunError: it cannot be written.
    """
    from sim.record.folder import read
    from sim.show.charts import write_charts
    from sim.show.page import write_page

    manifest, tables = read(Path(folder))
    view = _view(manifest, tables)
    try:
        charts = write_charts(view, Path(folder) / "charts", every=every)
        return (*charts, write_page(view, charts, manifest, Path(folder) / "report.html"))
    except OSError as error:
        raise RunError(Problem(file=str(folder), what="cannot write the charts", got=error.strerror or str(error))) from error


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


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    """A summary row without the cells that do not apply to it."""
    chance = row["unit"] == "probability"
    names = ("measure", "commodity", "region", "sector", "unit", *(("probability", "low", "high") if chance else ()))
    statistics = ("n",) if chance else ("mean", "se", "p05", "p50", "p95", "cvar95", "cvar95_se", "n")
    cells = {key: row[key] for key in (*names, *statistics)}
    return {key: None if isinstance(value, float) and value != value else value for key, value in cells.items()}


def _view(manifest: dict[str, Any], tables: dict[str, pd.DataFrame]) -> RunView:
    from sim.show.view import RunView

    return RunView(
        title=manifest["title"],
        question=manifest["question"],
        scenario=manifest["scenario"],
        variant=manifest["variant"],
        commodities=tuple(manifest["commodities"]),
        main=(manifest["resolved"].get("headline") or {}).get("commodity"),
        regions=tuple(manifest["regions"]),
        sources=tuple(manifest["fact_sources"]),
        n_runs=manifest["runs"],
        rng_seed=manifest["rng_seed"],
        threshold=manifest["threshold"],
        step_days=manifest["step_days"],
        series=tables["series"],
        summary=tables["summary"],
    )
