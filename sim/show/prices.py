"""The chart of prices: how dear a commodity gets, region by region."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure

from sim.show import style
from sim.show.choice import STILL, is_still
from sim.show.layout import Grid, Key, Sheet, build
from sim.show.marks import draw_fan, draw_line, fan_keys
from sim.show.parts import certainty, dress, in_use
from sim.show.scales import TICK_PT, is_far, multiple_axis, multiple_labels, multiple_ticks
from sim.show.view import Course, RunView
from sim.show.words import commodity_label, listing

MADE = style.VERMILION
MADE_PT = 0.9


def price_fan(view: RunView, commodity: str) -> Figure:
    """Delivered price over time as a multiple of the one at rest, one panel a region where it moves, with what producers get.

    Arguments:
        view: the run; needs the series `price`; shows `origin_price` where it was kept and something is made.
        commodity: as in `view.commodities`.
    Raises:
        RunError: the run kept no such series.
    """
    with style.chart_style():
        fans = in_use(view, commodity, view.by_region("price", commodity))
        shown = {region: fan for region, fan in fans.items() if not is_still(fan)}
        made = {region: course for region, course in _made(view, commodity).items() if region in shown}
        low, top = _reach(shown, made)
        sheet = Sheet(
            heading=f"Delivered price: {commodity_label(commodity)}",
            shocks=view.shocks(),
            axis_label="price, multiple of that at rest",
            keys=fan_keys("price", shown.values()) + _made_keys(view, made),
            notes=_notes(view, [region for region in fans if region not in shown], is_log=bool(shown) and is_far(top)),
        )
        labels = multiple_labels(multiple_ticks(low, top))
        grid = Grid(n_panel=len(shown), ticks_in=max(style.text_width_in(label, TICK_PT) for label in labels))
        figure, panels = build(view, sheet, list(shown), grid)
        for place, (axes, (region, fan)) in enumerate(zip(panels, shown.items(), strict=True)):
            multiple_axis(axes, low, top, labelled=place % grid.n_column == 0)
            draw_fan(axes, fan)
            if region in made:
                draw_line(axes, made[region].day, made[region].p50, MADE, dashes="dashed", width_pt=MADE_PT)
            dress(sheet.shocks, axes, fan, grid)
        return figure


def _made(view: RunView, commodity: str) -> dict[str, Course]:
    """What producers get, by region; where nothing is made the series is kept but says nothing."""
    if not view.has("origin_price", commodity):
        return {}
    makers = view.values("origin_price_peak", commodity)
    return {region: course for region, course in view.by_region("origin_price", commodity).items() if region in makers}


def _made_keys(view: RunView, made: dict[str, Course]) -> tuple[Key, ...]:
    if not made:
        return ()
    label = "what producers get" if view.is_certain else "what producers get: median"
    return (Key(label=label, colour=MADE, is_line=True, is_point=all(len(one.day) == 1 for one in made.values()), dashes="dashed"),)


def _reach(shown: dict[str, Course], made: dict[str, Course]) -> tuple[float, float]:
    """Lowest and highest multiple that is drawn; 1 is always in between."""
    lows = [*(fan.p05 for fan in shown.values()), *(course.p50 for course in made.values())]
    tops = [*(fan.p95 for fan in shown.values()), *(course.p50 for course in made.values())]
    low = min((float(np.nanmin(level, initial=1.0)) for level in lows), default=1.0)
    return low, max((float(np.nanmax(level, initial=1.0)) for level in tops), default=1.0)


def _notes(view: RunView, still: Sequence[str], *, is_log: bool) -> tuple[str, ...]:
    notes = ["Equal steps up the axis are equal ratios; the grey line is the price at rest."] if is_log else []
    if still:
        runs = "" if view.is_certain else " in nine runs out of ten"
        notes.append(f"Price within {100.0 * STILL:.0f} % of that at rest at any date{runs}: {listing(still)}.")
    return (*notes, *certainty(view))
