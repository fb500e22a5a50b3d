"""What scenarios answer, and to which claims of the fact sheets, for notebooks and for the command line."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.api.running import Data, Progress, prepare, read_own, simulate
from sim.errors import Problem, ScenarioError, near_miss, shown

if TYPE_CHECKING:
    from sim.scenario import Scenario

ANSWER_RUNS = 200
"""Runs of each scenario and variant in `seeds`: enough to tell a chance to 7 points, and a scenario takes a second or two."""


def answer(
    source: str | Path,
    *,
    sets: Sequence[str] = (),
    data: Data | None = None,
    runs: int | None = None,
    progress: Progress | None = None,
) -> str | None:
    """Run a scenario and the variants its headline is set against, and say in a sentence what came out.

    Arguments:
        source: a path, or the name of a shipped scenario.
        sets: `path=value` changes, of the scenario and the variants alike.
        data: folder of facts over those that ship.
        runs: number of runs of each instead of the scenario's.
        progress: called with (runs done, runs wanted), variants included.

    Returns:
        the sentence; None if the scenario has no headline.

    Raises:
        ScenarioError: the scenario has mistakes, or its headline reads what is not there. DataError: facts are wrong.
        ModelError: no world at rest. RunError: the run failed.
    """
    from sim.draw import source_of
    from sim.measure.answer import answer as read_headline
    from sim.model.compile import compile_model
    from sim.show.answer import sentence
    from sim.study.execution import Execution

    worlds = _worlds(source, sets, data, runs)
    base = worlds[0]
    if base.headline is None:
        return None
    count = base.runs.count
    drawn = source_of(base, [compile_model(each) for each in worlds])
    told = [_part(progress, i * count, count * len(worlds)) for i in range(len(worlds))]
    records = [simulate(each, Execution(told_of), drawn).record for each, told_of in zip(worlds, told, strict=True)]
    found = read_headline(records[0], records[1:])
    return None if found is None else sentence(found)


def seeds(
    sheets: str | Sequence[str] = (), *, runs: int = ANSWER_RUNS, list_only: bool = False, progress: Progress | None = None
) -> list[dict[str, Any]]:
    """Every claim of the fact sheets, the shipped scenarios that cite it, and what their runs say; each scenario is run once.

    Arguments:
        sheets: name of a sheet, or several; all of them if none is given.
        runs: number of runs of each scenario and variant.
        list_only: run nothing.
        progress: called with (runs done, runs wanted), of all scenarios.

    Returns:
        one mapping a claim: `id` (sheet#claim), `title` of the sheet, `text`, `scenarios`, and `answer`: a sentence a scenario, None
        where it has no headline; None in place of the list if nothing was run.

    Raises:
        ScenarioError: no such sheet, or a sheet or scenario has mistakes. DataError, ModelError, RunError: as for `answer`.
    """
    from sim.scenario import load, shipped
    from sim.scenario import sheets as read_sheets

    known = {sheet.id: sheet for sheet in read_sheets()}
    asked = (sheets,) if isinstance(sheets, str) else tuple(dict.fromkeys(sheets))
    for name in asked:
        if name not in known:
            raise ScenarioError(Problem("seeds", what="no such fact sheet", got=shown(name), remedy=near_miss(name, known, "Sheets")))
    scenarios = {name: load(name) for name in shipped()}
    rows = [
        {"id": f"{sheet}#{claim}", "title": known[sheet].title, "text": text, "scenarios": [], "answer": None}
        for sheet in asked or known
        for claim, text in known[sheet].claims.items()
    ]
    for row in rows:
        row["scenarios"] = [name for name, scenario in scenarios.items() if row["id"] in scenario.sources]
    if not list_only:
        cited = {name: scenarios[name] for name in scenarios if any(name in row["scenarios"] for row in rows)}
        answers = _answers(cited, runs, progress)
        for row in rows:
            row["answer"] = [answers[name] for name in row["scenarios"]]
    return rows


def _answers(scenarios: dict[str, Scenario], runs: int, progress: Progress | None) -> dict[str, str | None]:
    """The sentence of each scenario, all of them with one progress."""
    sizes = {name: runs * (1 + len(s.headline.variants)) if s.headline else 0 for name, s in scenarios.items()}
    answers, done = {}, 0
    for name, size in sizes.items():
        answers[name] = answer(name, runs=runs, progress=_part(progress, done, sum(sizes.values())))
        done += size
    return answers


def _worlds(source: str | Path, sets: Sequence[str], data: Data | None, runs: int | None) -> list[Scenario]:
    """A scenario and the variants of its headline, of one number of runs, from one generator number, by one sampler."""
    own = read_own(data)
    base = prepare(source, sets=sets, data=own, runs=runs)
    names = base.headline.variants if base.headline else ()
    same = {"runs": base.runs}
    return [base, *(prepare(source, variant=name, sets=sets, data=own).model_copy(update=same) for name in names)]


def _part(progress: Progress | None, done: int, wanted: int) -> Progress | None:
    """Progress of a part of a larger work. done: runs before this part. wanted: runs of the whole."""
    return None if progress is None else lambda now, _: progress(done + now, wanted)
