"""The indices asked for by names of materials and regions, on the trade of a world at rest."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from sim.data.areas import areas
from sim.data.material import check_materials, materials
from sim.data.own import DataFolder
from sim.draw import draw
from sim.errors import DataError, Problem, near_miss, shown
from sim.measure.exposure import exposure
from sim.model.compile import compile_model
from sim.scenario import Scenario

REGIONS = ("CHN", "EU27", "JPN", "KOR", "USA", "ROW")
"""Regions told apart where none are asked for: those whose use the facts of every material state."""


def survey(names: Sequence[str], regions: Sequence[str], buyers: Sequence[str], on: str, own: DataFolder | None = None) -> pd.DataFrame:
    """Concentration, import reliance, dependence on an origin, GeoPolRisk and supply risk, one row a stage and buyer.

    Arguments:
        names: materials; all of them if none is given.
        regions: regions told apart; `ROW` among them.
        buyers: those of the regions to give rows for; all if none is given.
        on: the region on which dependence is told, one of the regions.
        own: facts over those that ship.

    Raises:
        DataError: a name is unknown, or the facts cannot fill the regions.
    """
    asked, told = tuple(dict.fromkeys(names)) or materials(own), tuple(dict.fromkeys(regions))
    check_materials(asked, own)
    _check_told(told, (*(("for", buyer) for buyer in buyers), ("on", on)))
    # No time passes: the clock is there because a scenario has one.
    clock = {"start": "2026-01-01", "horizon": "1 week"}
    scenario = Scenario.model_validate({"clock": clock, "materials": asked, "regions": told}).with_data(own)
    model = compile_model(scenario)
    return exposure(model.network, draw(model, 0, 0, 1), asked, (tuple(dict.fromkeys(buyers)) or told, on), own)


def _check_told(regions: Sequence[str], asked: Sequence[tuple[str, str]]) -> None:
    """Refuse regions that do not exist, and names asked for that are not among them."""
    known = areas().names
    problems = [_unknown("regions", name, near_miss(name, REGIONS, "Usual ones")) for name in regions if name not in known]
    problems = problems or [
        _unknown(where, name, near_miss(name, regions, "Regions") or "Name the regions.") for where, name in asked if name not in regions
    ]
    if problems:
        raise DataError(*problems)


def _unknown(where: str, name: str, remedy: str | None) -> Problem:
    what = "unknown region" if where == "regions" else "is not one of the regions told apart"
    return Problem(where=where, what=what, got=shown(name), remedy=remedy)
