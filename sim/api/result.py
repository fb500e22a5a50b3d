"""What a run of a scenario gave, and its charts drawn again from its folder."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.errors import Problem, RunError
from sim.record.record import Record

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

    from sim.measure.estimate import Chance
    from sim.show.helper import Helper
    from sim.show.view import RunView

RUNS_FOLDER = Path("runs")


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
