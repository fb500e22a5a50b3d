"""What charts of every kind do alike."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

import numpy as np
from matplotlib.axes import Axes

from sim.show.layout import Grid
from sim.show.scales import date_axis, shade
from sim.show.view import Course, RunView
from sim.show.words import CERTAIN

Part = TypeVar("Part")


def in_use(view: RunView, commodity: str, by_region: Mapping[str, Part]) -> dict[str, Part]:
    """Those regions that want the commodity at some time.

    Arguments:
        view: the run.
        commodity: as in `view.commodities`.
        by_region: anything by region.
    """
    if not view.has("demand", commodity):
        return dict(by_region)
    users = {region for region, want in view.by_region("demand", commodity).items() if np.nanmax(want.mean, initial=0.0) > 0.0}
    return {region: part for region, part in by_region.items() if region in users}


def dress(shocks: Mapping[str, Course], axes: Axes, course: Course, grid: Grid) -> None:
    """Set the dates under a panel and shade the shocks.

    Arguments:
        shocks: mean level of each, 0 to 1.
        axes: the panel.
        course: any that is drawn in it, for its dates.
        grid: room for the panels.
    """
    date_axis(axes, float(course.day[0]), float(course.day[-1]))
    shade(axes, shocks, grid.panel_in)


def certainty(view: RunView) -> tuple[str, ...]:
    """The note that every run is the same, where it is so.

    Arguments:
        view: the run.
    """
    return (f"{CERTAIN.capitalize()}.",) if view.is_certain else ()
