"""The charts of a run: shortage, supply by origin, stocks, and the chance of having run short; those of prices are in `prices`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

from sim.errors import Problem, RunError
from sim.show import style
from sim.show.choice import SEEN, planned
from sim.show.helper import Helper
from sim.show.layout import Grid, Key, Sheet, build
from sim.show.marks import draw_fan, draw_line, draw_stack, draw_store, fan_keys, label_ends, store_keys
from sim.show.parts import certainty, dress, in_use
from sim.show.prices import price_fan
from sim.show.scales import amount_axis, labels_width_in
from sim.show.view import Chance, Course, Floats, RunView
from sim.show.words import (
    commodity_label,
    format_bound,
    format_chance,
    format_count,
    format_cover,
    format_interval,
    format_number,
    format_tenth,
    listing,
    mass_unit,
)  # fmt: skip
from sim.units import DAYS_PER_YEAR

PERCENT = 100.0
OWN_SCALE = " Each panel has a scale of its own."
LABEL_IN = 2.4
"""Room for a label at the end of a curve, inches."""
MOST_ORIGINS = 6


def shortage_fan(view: RunView, commodity: str) -> Figure:
    """Unmet demand over time, one panel a region that may run short: median, middle half and 5-95 % of runs, in percent of demand.

    Arguments:
        view: the run; needs the series `unmet`.
        commodity: as in `view.commodities`.
    Raises:
        RunError: the run kept no such series.
    """
    with style.chart_style():
        fans = in_use(view, commodity, view.by_region("unmet", commodity))
        shown = {region: _percent(fan) for region, fan in fans.items() if np.nanmax(fan.p95, initial=0.0) > SEEN}
        quiet = [region for region in fans if region not in shown]
        notes = _quiet_notes(view, commodity, quiet) if shown or not _is_calm(view, commodity) else _calm_notes(view, commodity, quiet)
        sheet = Sheet(
            heading=f"Unmet demand: {commodity_label(commodity)}",
            shocks=view.shocks(),
            axis_label="unmet, % of demand",
            keys=fan_keys("unmet demand", shown.values()),
            notes=notes + certainty(view),
        )
        grid = Grid(n_panel=len(shown))
        figure, panels = build(view, sheet, list(shown), grid)
        top = max((float(np.nanmax(fan.p95)) for fan in shown.values()), default=1.0)
        for place, (axes, fan) in enumerate(zip(panels, shown.values(), strict=True)):
            draw_fan(axes, fan)
            amount_axis(axes, top, suffix=" %", labelled=place % grid.n_column == 0)
            dress(sheet.shocks, axes, fan, grid)
        return figure


def supply_by_origin(view: RunView, commodity: str) -> Figure:
    """Mean arrivals by origin, stacked, against demand, in t or kt a year; one panel a region.

    Arguments:
        view: the run; needs the series `supply` and `demand`; shows `recycled` where there is some.
        commodity: as in `view.commodities`.
    Raises:
        RunError: the run kept no such series.
    """
    with style.chart_style():
        demand = view.by_region("demand", commodity)
        stacks = in_use(view, commodity, view.by_origin("supply", commodity))
        recycled = view.by_region("recycled", commodity) if view.has("recycled", commodity) else {}
        origins = _main_origins(stacks)
        colours = style.series_colours((*view.regions, *(name for name in origins if name not in view.regions)))
        colours |= {"other origins": style.OTHER, "recycled": "#7f7f7f"}
        drawn = {region: _layers(stack, recycled.get(region), origins) for region, stack in stacks.items() if region in demand}
        named = [name for name in (*origins, "other origins", "recycled") if any(name in layers for layers in drawn.values())]
        tops = {region: _top(layers, demand[region]) * DAYS_PER_YEAR / view.step_days for region, layers in drawn.items()}
        unit, per_tonne = mass_unit(max(tops.values(), default=0.0))
        yearly = per_tonne * DAYS_PER_YEAR / view.step_days
        is_point = all(len(demand[region].day) == 1 for region in drawn)
        sheet = Sheet(
            heading=f"Supply by origin and demand: {commodity_label(commodity)}",
            shocks=view.shocks(),
            axis_label=f"{unit} per year" if view.is_certain else f"{unit} per year, mean of runs",
            keys=(
                Key(label="demand", colour=style.INK, is_line=True, is_point=is_point),
                *(Key(label=name, colour=colours[name]) for name in named),
            ),
            notes=(_demand_note(view, commodity) + OWN_SCALE * (len(drawn) > 1),),
        )
        grid = Grid(n_panel=len(drawn), own_scale=True, ticks_in=labels_width_in(per_tonne * top for top in tops.values()))
        figure, panels = build(view, sheet, list(drawn), grid)
        for axes, (region, layers) in zip(panels, drawn.items(), strict=True):
            want = demand[region]
            draw_stack(axes, want.day, {name: level * yearly for name, level in layers.items()}, colours)
            draw_line(axes, want.day, want.mean * yearly, style.INK)
            amount_axis(axes, per_tonne * tops[region])
            dress(sheet.shocks, axes, want, grid)
        return figure


def stock_levels(view: RunView, commodity: str) -> Figure:
    """Users' stock in days of use, and the strategic store where there is one, one panel a region.

    Arguments:
        view: the run; needs the series `cover`; shows `store` where there is some, in days of demand on the first date.
        commodity: as in `view.commodities`.
    Raises:
        RunError: the run kept no such series.
    """
    with style.chart_style():
        fans = in_use(view, commodity, view.by_region("cover", commodity))
        stores = _stores_in_days(view, commodity)
        in_days = ("The strategic store is in days of the region's demand on the first date.",) if stores else ()
        sheet = Sheet(
            heading=f"Stocks: {commodity_label(commodity)}",
            shocks=view.shocks(),
            axis_label="stock, days of use",
            keys=fan_keys("users' stock", fans.values()) + store_keys(stores.values()),
            notes=in_days + certainty(view),
        )
        top = max((float(np.nanmax(fan.p95, initial=0.0)) for fan in (*fans.values(), *stores.values())), default=1.0)
        grid = Grid(n_panel=len(fans), ticks_in=labels_width_in([top], " d"))
        figure, panels = build(view, sheet, list(fans), grid)
        for place, (axes, (region, fan)) in enumerate(zip(panels, fans.items(), strict=True)):
            draw_fan(axes, fan)
            if region in stores:
                draw_store(axes, stores[region])
            amount_axis(axes, top, suffix=" d", labelled=place % grid.n_column == 0)
            dress(sheet.shocks, axes, fan, grid)
        return figure


def survival(view: RunView, commodity: str) -> Figure:
    """Share of runs in which a region has run short by each date, one step curve a region, with the chance at the end.

    Arguments:
        view: the run; needs the series `short`; the chance with its exact interval comes from the summary where it is there.
        commodity: as in `view.commodities`.
    Raises:
        RunError: the run kept no such series.
    """
    with style.chart_style():
        curves = in_use(view, commodity, view.by_region("short", commodity))
        chances = view.chance_short(commodity)
        shown = {region: curve for region, curve in curves.items() if curve.mean[-1] > 0.0}
        labels = {region: _end_label(view, region, curve, chances.get(region)) for region, curve in shown.items()}
        widest = max((style.text_width_in(label, 7.5, bold=True) for label in labels.values()), default=0.0)
        never = [region for region in curves if region not in shown]
        sheet = Sheet(
            heading=f"Chance of having run short: {commodity_label(commodity)}",
            shocks=view.shocks(),
            axis_label="runs short so far, %",
            notes=((_short_note(view, bool(chances)),) if shown else ()) + _quiet_notes(view, commodity, never) + certainty(view),
        )
        grid = Grid(n_panel=1 if shown else 0, height_in=2.6, right_in=widest + 0.3)
        figure, panels = build(view, sheet, [""] if shown else [], grid)
        if not shown:
            return figure
        axes = panels[0]
        amount_axis(axes, PERCENT * max(float(curve.mean[-1]) for curve in shown.values()), suffix=" %")
        colours, dashes = style.series_colours(view.regions), style.series_dashes(view.regions)
        for region, curve in shown.items():
            if len(curve.day) == 1:
                draw_line(axes, curve.day, PERCENT * curve.mean, colours[region])
                continue
            axes.step(
                curve.day, PERCENT * curve.mean, where="post", color=colours[region], linestyle=dashes[region], clip_on=False
            )  # fmt: skip
        label_ends(axes, {labels[region]: (PERCENT * float(curve.mean[-1]), colours[region]) for region, curve in shown.items()})
        dress(sheet.shocks, axes, next(iter(shown.values())), grid)
        return figure


_CHARTS: Mapping[str, Callable[[RunView, str], Figure]] = {
    "shortage": shortage_fan,
    "price": price_fan,
    "supply": supply_by_origin,
    "stock": stock_levels,
    "survival": survival,
}


def write_charts(view: RunView, folder: Path, *, every: bool = False) -> tuple[Path, ...]:
    """Draw the charts that show something, as PNG and SVG (`shortage-gallium.refined.png` ...).

    Arguments:
        view: the run.
        folder: where to write; made if absent.
        every: draw every chart the run has the series for.
    Raises:
        RunError: the run kept none of the series that charts are drawn from, or the folder cannot be written.
    """
    with drawing(view, folder, every=every) as finish:
        return finish()


@contextmanager
def drawing(view: RunView, folder: Path, helper: Helper | None = None, *, every: bool = False) -> Iterator[Callable[[], tuple[Path, ...]]]:
    """Let a helper begin with the first charts while the block does something else.

    Arguments:
        view: the run.
        folder: where to write; made if absent.
        helper: another process that draws some of them.
        every: as for `write_charts`.
    Yields:
        a function that draws the other charts here, waits for the helper, and returns the paths.
    Raises:
        RunError: as `write_charts`. The helper stops, so that it writes no more.
    """
    jobs = planned(view, every=every)
    if not jobs:
        remedy = "Name series under watch.series and run it again."
        raise RunError(Problem(where="charts", what="the run kept no series to draw", remedy=remedy))
    # The helper gets two more than half: tables and the page are written here.
    first, last = jobs[: len(jobs) // 2 + 2], jobs[len(jobs) // 2 + 2 :]
    if helper:
        helper.ask(_draw, view, folder, first)

    def finish() -> tuple[Path, ...]:
        try:
            later = _draw(view, folder, last)
            earlier = (helper.answer() if helper else None) or _draw(view, folder, first)
        except OSError as error:
            got = error.strerror or str(error)
            remedy = "Give a folder that can be written, on a disk with room."
            raise RunError(Problem(file=str(folder), what="cannot write the charts here", got=got, remedy=remedy)) from error
        return (*earlier, *later)

    try:
        yield finish
    except BaseException:
        if helper:
            helper.stop()
        raise


def _draw(view: RunView, folder: Path, jobs: Sequence[tuple[str, str]]) -> tuple[Path, ...]:
    """Draw charts, each a kind and a commodity."""
    written: list[Path] = []
    with style.chart_style():
        for kind, commodity in jobs:
            written += style.save(_CHARTS[kind](view, commodity), folder, f"{kind}-{commodity}")
    return tuple(written)


def _quiet_notes(view: RunView, commodity: str, regions: Sequence[str]) -> tuple[str, ...]:
    """Regions without a panel, in words: never short, or too seldom for a band to show."""
    chances = view.chance_short(commodity)
    short = view.by_region("short", commodity) if view.has("short", commodity) else {}
    never: list[str] = []
    seldom: list[str] = []
    for region in regions:
        chance = chances.get(region)
        part = chance.probability if chance else float(short[region].mean[-1]) if region in short else 0.0
        if part > 0.0:
            seldom.append(f"{region} ({format_chance(chance) if chance else f'{format_number(PERCENT * part)} %'})")
        else:
            never.append(region)
    notes: list[str] = []
    if seldom:
        notes.append(f"Short in some runs, but in fewer than one in twenty at any date: {listing(seldom)}.")
    if never:
        more, runs = f"more than {_share(view.threshold)} of demand", f"in any of {format_count(view.n_runs)} runs"
        bounds = [] if view.is_certain else [chances[region].high for region in never if region in chances]
        bound = f" (95 % bound on the chance: {format_bound(max(bounds))} %)" if bounds else ""
        who = listing(never)
        notes.append(f"Never short of {more}: {who}." if view.is_certain else f"Never short of {more} {runs}: {who}{bound}.")
    return tuple(notes)


def _demand_note(view: RunView, commodity: str) -> str:
    at_price = " Demand is what users want at the price of the day." if view.has("price", commodity) else ""
    return f"What is missing under the demand line is drawn from stock or goes unmet.{at_price}"


def _is_calm(view: RunView, commodity: str) -> bool:
    """Whether no run saw anybody short."""
    chances = [chance.probability for chance in view.chance_short(commodity).values()]
    curves = view.by_region("short", commodity).values() if view.has("short", commodity) else ()
    return not any(chances) and not any(curve.mean[-1] > 0.0 for curve in curves)


def _calm_notes(view: RunView, commodity: str, regions: Sequence[str]) -> tuple[str, ...]:
    """Nobody is short: how near they came to it. The bound on the chance stands on the chart of chances."""
    runs = "" if view.is_certain else f" in any of {format_count(view.n_runs)} runs"
    first = f"Nobody is short of more than {_share(view.threshold)} of demand{runs}."
    mean = "" if view.is_certain else " on average"
    notes = [first]
    covers = {region: days for region, days in view.values("lowest_cover_days", commodity).items() if region in regions}
    if covers:
        region = min(covers, key=lambda region: covers[region])
        notes.append(f"Lowest users' stock: {region}, {format_cover(covers[region])} days of use{mean}.")
    given_up = {region: share for region, share in view.values("forgone_share", commodity).items() if region in regions}
    region = max(given_up, key=lambda region: given_up[region], default="")
    if region and given_up[region] >= SEEN:
        notes.append(
            f"But users do without because it is dear: most in {region}, {format_tenth(PERCENT * given_up[region])} % of use{mean}."
        )
    return tuple(notes)


def _short_note(view: RunView, has_interval: bool) -> str:
    text = f"Short: more than {_share(view.threshold)} of demand unmet in some step."
    return f"{text} In brackets: 95 % interval." if has_interval and not view.is_certain else text


def _share(fraction: float) -> str:
    return f"{format_number(PERCENT * fraction)} %"


def _end_label(view: RunView, region: str, curve: Course, chance: Chance | None) -> str:
    value = f"{format_number(PERCENT * float(curve.mean[-1]))} %" if chance is None else format_interval(chance).replace("-", "–")
    if view.is_certain:
        value = "short"
    room = LABEL_IN - style.text_width_in(value, 7.5, bold=True) - 0.1
    return f"{style.fit_text(region, 7.5, room, bold=True)}  {value}"


def _percent(course: Course) -> Course:
    return course.scaled(PERCENT)


def _stores_in_days(view: RunView, commodity: str) -> dict[str, Course]:
    if not (view.has("store", commodity) and view.has("demand", commodity)):
        return {}
    stores = in_use(view, commodity, view.by_region("store", commodity))
    demand = view.by_region("demand", commodity)
    return {
        region: store.scaled(view.step_days / float(demand[region].mean[0]))
        for region, store in stores.items()
        if np.nanmax(store.p95, initial=0.0) > 0.0 and demand[region].mean[0] > 0.0
    }


def _top(layers: Mapping[str, Floats], want: Course) -> float:
    """Highest of supply and demand, in the unit of the series."""
    total = np.sum(list(layers.values()), axis=0) if layers else np.zeros(1)
    return max(float(total.max()), float(np.nanmax(want.mean, initial=0.0)))


def _main_origins(stacks: Mapping[str, Mapping[str, Course]]) -> list[str]:
    """Origins that get a colour of their own: the largest ones, in the order of the scenario."""
    total: dict[str, float] = {}
    for stack in stacks.values():
        for origin, course in stack.items():
            total[origin] = total.get(origin, 0.0) + float(np.nansum(course.mean))
    largest = sorted(total, key=lambda origin: -total[origin])[:MOST_ORIGINS]
    return [origin for origin in total if origin in largest and total[origin] > 0.0]


def _layers(stack: Mapping[str, Course], recycled: Course | None, origins: Sequence[str]) -> dict[str, Floats]:
    layers = {origin: np.nan_to_num(stack[origin].mean) for origin in origins if origin in stack and np.nansum(stack[origin].mean) > 0.0}
    rest = [np.nan_to_num(course.mean) for origin, course in stack.items() if origin not in origins]
    if rest and np.sum(rest) > 0.0:
        layers["other origins"] = np.sum(rest, axis=0)
    if recycled is not None and np.nansum(recycled.mean) > 0.0:
        layers["recycled"] = np.nan_to_num(recycled.mean)
    return layers
