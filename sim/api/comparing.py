"""Scenarios set side by side, for notebooks and for the command line."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from sim.api.running import Data, prepare, read_own
from sim.errors import Problem, ScenarioError, near_miss
from sim.record.record import Record
from sim.scenario import Scenario

if TYPE_CHECKING:
    import pandas as pd

    from sim.measure.compare import Pair
    from sim.model.model import Model
    from sim.study.execution import Execution

CHARTED = "unmet_share"
REPORTED = ("a", "b", "measure", "commodity", "region", "sector", "unit", "diff", "low", "high", "p_better")


@dataclass(frozen=True)
class Comparison:
    """How the runs of one scenario differ from those of others in the same worlds."""

    names: tuple[str, ...]
    records: tuple[Record, ...]
    """Of each scenario; they hold only what is compared."""
    measures: tuple[str, ...]
    charted: str = CHARTED
    """The measure that `plot` draws if none is named."""

    def frame(self) -> pd.DataFrame:
        """One row a measure, place and other scenario b: means, mean of b - a with its 95 % interval, chance that b is better.

        `p_better` counts ties as half; `p_strict` leaves them out and has an exact interval; `p_alike` is the part of ties.
        """
        return self._frame.copy()

    def table(self, width: int = 100) -> str:
        """The differences as text, a table a commodity.

        Arguments:
            width: characters a line may have.
        """
        from sim.show.versus import compare_table

        return compare_table(self._frame, [pair.b for pair in self._pairs], self.names, n_runs=self.records[0].n_run, width=width)

    def plot(self, path: str | Path = "compare.png", measure: str | None = None) -> Path:
        """Draw the differences of one measure into a file, PNG or SVG by its ending, and return its path.

        Arguments:
            path: file to write.
            measure: one of those compared; the first that was asked for if not given, or unmet demand in % of demand.

        Raises:
            ScenarioError: no such measure was compared. RunError: another ending, or it cannot be written.
        """
        from sim.data import pack
        from sim.show.differences import Sides, write_differences

        wanted = measure or self.charted
        drawn = [pair for pair in self._pairs if pair.measure == wanted]
        if not drawn:
            found = tuple(dict.fromkeys(pair.measure for pair in self._pairs))
            raise ScenarioError(_no_measure(wanted, "was not compared", found))
        scenarios = [record.scenario for record in self.records]
        materials = tuple(dict.fromkeys(material for scenario in scenarios for material in scenario.materials))
        sides = Sides(
            names=self.names,
            title=scenarios[0].title,
            n_runs=self.records[0].n_run,
            rng_seed=self.records[0].rng_seed,
            sources=pack.sources(materials, scenarios[0].data) if materials else (),
        )
        write_differences(drawn, sides, Path(path))
        return Path(path)

    def report(self) -> dict[str, Any]:
        """The differences as one plain object: scenarios, runs, differences."""
        rows = self._frame.reindex(columns=list(REPORTED)).to_dict(orient="records")
        plain = [{key: None if isinstance(value, float) and value != value else value for key, value in row.items()} for row in rows]
        return {"scenarios": list(self.names), "runs": self.records[0].n_run, "differences": plain}

    @cached_property
    def _pairs(self) -> list[Pair]:
        from sim.measure.compare import pairs

        return list(pairs(self.records, self.measures))

    @cached_property
    def _frame(self) -> pd.DataFrame:
        from sim.measure.compare import differences

        return differences(self.names, self._pairs)


class _Thing(NamedTuple):
    """What was named to be compared."""

    source: str | Path | Scenario
    variant: str | None


def compare(
    *sources: str | Path | Scenario,
    sets: Sequence[str] = (),
    data: Data | None = None,
    runs: int | None = None,
    rng_seed: int | None = None,
    measures: Sequence[str] = (),
    execution: Execution | None = None,
) -> Comparison:
    """Run scenarios in the same worlds, and compare the first with each other one, run by run.

    Arguments:
        sources: each a path, the name of a shipped scenario, either with `:variant` after it, a bare `:variant` of the first one's
            scenario, or a Scenario. A single scenario that has variants is compared with all of them.
        sets: `path=value` changes, made to each.
        data: folder of facts over those that ship.
        runs: number of runs instead of the scenarios'.
        rng_seed: generator number instead of the scenarios'.
        measures: as in the summary, or `unmet_t_cvar95`; those that `sim run` shows if none is given.
        execution: who computes, and who is told of (runs done, runs wanted), those of all scenarios together.

    Raises:
        ScenarioError: a scenario has mistakes, there is nothing to compare, or not in the same worlds. DataError: facts are wrong.
        ModelError: no world at rest. RunError: a run failed.
    """
    from sim.measure.compare import KEY_MEASURES, known_measures, outcomes_of
    from sim.model.compile import compile_model
    from sim.study.execution import Execution
    from sim.study.together import check_common_places, check_same_worlds, together

    known = known_measures()
    if unknown := [name for name in measures if name not in known]:
        raise ScenarioError(*(_no_measure(name, "no such measure", known) for name in unknown))
    wanted = tuple(dict.fromkeys(measures or (name for name in KEY_MEASURES if name in known)))
    own = read_own(data)

    def read(thing: _Thing) -> Scenario:
        return prepare(thing.source, variant=thing.variant, sets=sets, data=own, runs=runs, rng_seed=rng_seed)

    things = _things(sources)
    scenarios = [read(thing) for thing in things]
    if len(things) == 1 and isinstance(things[0].source, str | Path) and things[0].variant is None:
        more = [_Thing(things[0].source, name) for name in scenarios[0].variants]
        things, scenarios = [*things, *more], [*scenarios, *map(read, more)]
    names = _names(things, scenarios)
    if len(names) < 2:
        remedy = "Name another scenario, or a variant of this one as :NAME."
        raise ScenarioError(Problem(where="compare", what="there is nothing to compare with", got=repr(", ".join(names)), remedy=remedy))
    check_same_worlds(names, scenarios)
    models = [compile_model(scenario) for scenario in scenarios]
    check_common_places(names, models)
    if measures:
        _check_kept(scenarios, models, wanted)
    records = together(scenarios, models, outcomes_of(wanted), execution or Execution())
    return Comparison(names, records, wanted, wanted[0] if measures else CHARTED)


def _things(sources: Sequence[str | Path | Scenario]) -> list[_Thing]:
    """Sources and variants, a bare `:variant` with the source of the first."""
    if not sources:
        raise ScenarioError(
            Problem(where="compare", what="no scenario is named", remedy="Write, for example, sim compare gallium-export-halt.")
        )
    things: list[_Thing] = []
    for word in sources:
        source, variant = _split(word) if isinstance(word, str) else (word, None)
        bare = source == ""
        if variant == "" or (bare and not (variant and things)):
            what = "names no variant" if source else "is a variant of the first scenario, and none stands before it"
            what = what if source or variant else "names no scenario"
            raise ScenarioError(Problem(where="compare", what=what, got=repr(word), remedy="Write SCENARIO, SCENARIO:VARIANT or :VARIANT."))
        things.append(_Thing(things[0].source if bare else source, variant))
    return things


def _split(word: str) -> tuple[str, str | None]:
    """The scenario and the variant of `scenario:variant`; the path of a file may hold colons."""
    source, colon, variant = word.rpartition(":")
    is_path = not colon or "/" in variant or "\\" in variant or Path(word).is_file()
    return (word, None) if is_path else (source, variant)


def _names(things: Sequence[_Thing], scenarios: Sequence[Scenario]) -> tuple[str, ...]:
    """`scenario` or `scenario:variant`; as they were written where two files have one name."""
    short = [":".join(filter(None, (scenario.name, scenario.variant))) for scenario in scenarios]
    written = [
        name if isinstance(thing.source, Scenario) else ":".join(filter(None, (str(thing.source), thing.variant)))
        for thing, name in zip(things, short, strict=True)
    ]
    is_clear = len(set(short)) == len(set(written))
    return tuple(short if is_clear else written)


def _check_kept(scenarios: Sequence[Scenario], models: Sequence[Model], measures: Sequence[str]) -> None:
    """Refuse a measure that nothing will be compared by, before the runs and not after them."""
    from sim.measure.compare import known_measures, pairs
    from sim.study.together import outline

    outlines = [outline(scenario, model) for scenario, model in zip(scenarios, models, strict=True)]
    kept = tuple(dict.fromkeys(pair.measure for pair in pairs(outlines, known_measures())))
    lacking = [_no_measure(name, "these scenarios do not have this measure in common", kept) for name in measures if name not in kept]
    if lacking:
        raise ScenarioError(*lacking)


def _no_measure(name: str, what: str, known: Collection[str]) -> Problem:
    return Problem(where="measure", what=what, got=repr(name), remedy=near_miss(name, known, "Measures"))
