"""The model held against past episodes, for notebooks and for the command line."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.api.running import Progress, prepare
from sim.errors import DataError, Problem, ScenarioError

if TYPE_CHECKING:
    import pandas as pd

    from sim.data.observed import Observable
    from sim.measure.observed import Agreement, Kept
    from sim.model.model import Model
    from sim.model.world import Network
    from sim.scenario import Scenario

BACKTEST_RUNS = 400
"""Runs of each episode: the median of a price is then known to a few percent of its spread."""
COLUMNS = ("episode", "name", "unit", "observed", "low", "high", "p05", "p50", "p95", "inside", "crps", "source", "url")


@dataclass(frozen=True)
class Episode:
    """A past episode read and checked: its scenario, compiled, and what was observed."""

    name: str
    scenario: Scenario
    model: Model
    observed: tuple[Observable, ...]


@dataclass(frozen=True)
class Scored:
    """An episode played: each observed number beside what the runs have in its place."""

    episode: Episode
    agreements: tuple[Agreement, ...]
    kept: Kept
    """Readings behind them, for charts."""

    @property
    def score(self) -> float:
        """Part of the observables whose simulated median lies in the band."""
        return sum(found.inside for found in self.agreements) / len(self.agreements)

    @property
    def network(self) -> Network:
        """The episode's network."""
        return self.episode.model.network


@dataclass(frozen=True)
class Backtest:
    """Past episodes held against what was observed."""

    episodes: tuple[Scored, ...]
    runs: int

    @property
    def score(self) -> float:
        """Part of all observables whose simulated median lies in the band."""
        found = [agreement.inside for scored in self.episodes for agreement in scored.agreements]
        return sum(found) / len(found)

    @property
    def crps(self) -> float:
        """Mean continuous ranked probability score over all observables, in half widths of their bands; 0 is perfect."""
        found = [agreement.crps for scored in self.episodes for agreement in scored.agreements]
        return sum(found) / len(found)

    def frame(self) -> pd.DataFrame:
        """One row an observable: what was observed and its band, simulated quantiles, whether the median is inside."""
        import pandas as pd

        return pd.DataFrame([_row(scored, found) for scored in self.episodes for found in scored.agreements], columns=list(COLUMNS))

    def table(self, width: int = 100) -> str:
        """The same as text, a table an episode.

        Arguments:
            width: characters a line may have.
        """
        from sim.show.past import backtest_table

        return backtest_table(self, width)

    def report(self) -> dict[str, Any]:
        """The same as one plain object: score, crps, runs, episodes with their observables."""
        episodes = []
        for scored in self.episodes:
            rows = [_row(scored, found) for found in scored.agreements]
            observables = [{key: value for key, value in row.items() if key != "episode"} for row in rows]
            episodes.append({"name": scored.episode.name, "score": scored.score, "observables": observables})
        return {"score": self.score, "crps": self.crps, "runs": self.runs, "episodes": episodes}

    def save(self, folder: str | Path) -> Path:
        """Write table, charts and one page into a folder, and return the page's path.

        Arguments:
            folder: made if absent.

        Raises:
            RunError: it cannot be written.
        """
        from sim.show.past_page import write_backtest

        return write_backtest(self, Path(folder))


def _row(scored: Scored, found: Agreement) -> dict[str, Any]:
    item = found.item
    told = {"episode": scored.episode.name, "name": item.name, "unit": item.unit, "observed": item.observed, "low": item.low}
    told |= {"high": item.high, "p05": found.p05, "p50": found.p50, "p95": found.p95, "inside": found.inside}
    return told | {"crps": found.crps, "source": item.source, "url": item.url}


def read_episode(source: str | Path, *, sets: Sequence[str] = ()) -> Episode:
    """A past episode: its scenario and what was observed, checked against each other.

    Arguments:
        source: the folder, or the name of one that ships.
        sets: `path=value` changes of the scenario.

    Raises:
        ScenarioError: there is no such episode, or its scenario has mistakes. DataError: `observed.csv` has, looks where the scenario has
            nothing, or scores what the scenario states.
    """
    from sim.data.observed import read_observed
    from sim.measure.honest import stated
    from sim.model.compile import compile_model
    from sim.scenario.library import EPISODE, find_episode

    folder = find_episode(source)
    scenario = prepare(folder / EPISODE, sets=sets)
    if scenario.runs.sampler != "plain":
        what, remedy = "a past episode is played with plain runs, for it is medians that are scored", "Leave the sampler out."
        raise ScenarioError(scenario.problem(("runs", "sampler"), what, scenario.runs.sampler, remedy))
    model = compile_model(scenario)
    file = folder / "observed.csv"
    observed = read_observed(file)
    problems = _misplaced(model, observed, str(file)) or stated(scenario, model, observed, str(file))
    if problems:
        raise DataError(*problems)
    return Episode(folder.resolve().name, scenario, model, observed)


def _misplaced(model: Model, observed: Sequence[Observable], file: str) -> list[Problem]:
    """Observables that look at what the scenario does not have, or when it is not played."""
    from sim.data.observed import STORAGE, Period
    from sim.measure.observed import last_day, probes_of

    net, problems = model.network, []
    for item in observed:
        try:
            probes = probes_of(item, net)
            if item.base == STORAGE and model.facts.storage[probes[0].rows[0]] is None:
                what, remedy = "users' storage has no limit here", f"Give {item.commodity}.{item.region} a storage in the scenario."
                problems.append(Problem(file=file, line=item.line, where=item.name, what=what, remedy=remedy))
        except KeyError as error:
            remedy = f"The scenario has {', '.join(net.commodities)} in {', '.join(net.regions)}."
            problems.append(Problem(file=file, line=item.line, where=item.name, what=str(error.args[0]), remedy=remedy))
        for days in (item.over, item.base):
            if isinstance(days, Period) and not net.start <= days.first < days.last <= last_day(net):
                what, remedy = "reaches beyond the clock of the scenario", f"It runs from {net.start} to {last_day(net) - timedelta(1)}."
                problems.append(Problem(file=file, line=item.line, where=item.name, what=what, got=str(days), remedy=remedy))
    return problems


def backtest(*sources: str | Path, runs: int = BACKTEST_RUNS, sets: Sequence[str] = (), progress: Progress | None = None) -> Backtest:
    """Play past episodes and hold what comes out against what was observed.

    Arguments:
        sources: folders, or names of episodes that ship; all that ship if none is given.
        runs: number of runs of each.
        sets: `path=value` changes, made to each.
        progress: called with (runs done, runs wanted), those of all episodes together.

    Raises:
        ScenarioError, DataError: as `read_episode`. ModelError: no world at rest. RunError: a run failed.
    """
    from sim.scenario.library import episodes

    read = [read_episode(source, sets=sets) for source in sources or episodes()]
    scored = []
    for number, episode in enumerate(read):
        scored.append(score_episode(episode, runs, _part(progress, number * runs, len(read) * runs)))
    return Backtest(tuple(scored), runs)


def score_episode(episode: Episode, runs: int, progress: Callable[[int], None] | None = None) -> Scored:
    """Play one episode.

    Arguments:
        episode: from `read_episode`.
        runs: number of runs.
        progress: called with the number of runs done.
    """
    from sim.draw import draw
    from sim.measure.observed import Kept, agreement, probes_of, sample
    from sim.study.backtest import observe
    from sim.study.ensemble import check_rest

    check_rest(episode.model, draw(episode.model, episode.scenario.runs.rng_seed, 0, 1))
    net = episode.model.network
    probes = [probe for item in episode.observed for probe in probes_of(item, net)]
    kept = Kept(*observe(episode.model, probes, runs, episode.scenario.runs.rng_seed))
    if progress:
        progress(runs)
    return Scored(episode, tuple(agreement(item, sample(item, net, kept)) for item in episode.observed), kept)


def _part(progress: Progress | None, before: int, total: int) -> Callable[[int], None] | None:
    return None if progress is None else lambda done: progress(before + done, total)
