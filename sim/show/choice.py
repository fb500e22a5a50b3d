"""Which charts a run gets: those of commodities to which something happens, most affected first, and in words what is left out."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np

from sim.show.parts import in_use
from sim.show.view import Course, Floats, RunView
from sim.show.words import commodity_label

NEEDS: Mapping[str, tuple[str, ...]] = {
    "shortage": ("unmet",),
    "price": ("price",),
    "supply": ("supply", "demand"),
    "stock": ("cover",),
    "survival": ("short",),
}
"""Kinds of chart in their order, and the series each is drawn from."""
SEEN = 5e-4
"""Smallest share that shows on paper; what stays below is put into words."""
STILL = 0.05
"""Part by which a price may stray and still count as hardly moving."""
CALM = 0.1
"""The same for stocks and arrivals, which breathe more."""
MOST = 4
"""Commodities that are drawn: more charts than these are not looked at, and take longer than simulating."""


@dataclass(frozen=True, kw_only=True)
class Choice:
    """Commodities by what becomes of them on paper, each part in the order of the run."""

    main: str | None
    """Drawn whatever happens; none where nothing can be drawn."""
    drawn: tuple[str, ...]
    quiet: tuple[str, ...]
    """Those to which nothing happens."""
    rest: tuple[str, ...]
    """Those to which less happens than to the ones that are drawn."""


@dataclass(frozen=True, kw_only=True, order=True)
class Stir:
    """How much happens to a commodity where most does; in the order in which it counts."""

    unmet: float
    """Mean share of demand."""
    short: float
    """Chance of a shortage."""
    struck: bool
    """Whether a shock names it."""
    seen: float
    """Unmet share of demand at its highest on the chart."""
    price: float
    """Part by which the price strays from that at rest."""
    stock: float
    """Part by which stocks stray from where they began."""
    arrivals: float
    """Part of all arrivals by which those of one origin stray from where they began."""

    def is_quiet(self) -> bool:
        """Whether nothing happens, within the tolerances."""
        return self.short == 0.0 and max(self.unmet, self.seen) <= SEEN and self.price <= STILL and max(self.stock, self.arrivals) <= CALM


def choose(view: RunView) -> Choice:
    """What to draw: the main commodity, and the most affected of the others.

    Arguments:
        view: the run.
    """
    stirs = {commodity: _stir(view, commodity) for commodity in view.commodities if _kinds(view, commodity)}
    ranked = sorted(stirs, key=lambda commodity: stirs[commodity], reverse=True)
    main = view.main if view.main in stirs else next(iter(ranked), None)
    quiet = {commodity for commodity in ranked if stirs[commodity].is_quiet() and commodity != main}
    others = [commodity for commodity in ranked if commodity not in quiet and commodity != main]
    drawn = {main, *others[: MOST - 1]}
    return Choice(
        main=main,
        drawn=tuple(commodity for commodity in stirs if commodity in drawn),
        quiet=tuple(commodity for commodity in stirs if commodity in quiet),
        rest=tuple(commodity for commodity in stirs if commodity not in drawn | quiet),
    )


def planned(view: RunView, *, every: bool = False) -> list[tuple[str, str]]:
    """Charts to draw, each a kind and a commodity: of the main commodity all, of the others those that show something.

    Arguments:
        view: the run.
        every: every chart there is a series for.
    """
    choice = choose(view)
    drawn = view.commodities if every else choice.drawn
    return [
        (kind, commodity)
        for commodity in drawn
        for kind in _kinds(view, commodity)
        if every or commodity == choice.main or _shows(view, kind, commodity)
    ]


def left_out(view: RunView, drawn: Collection[str], folder: str = "RUN_FOLDER") -> tuple[str, ...]:
    """One sentence on commodities to which nothing happens, and one on those to which less happens; none where all are drawn.

    Arguments:
        view: the run.
        drawn: commodities that have a chart.
        folder: name of the run folder, for the command that draws the others.
    """
    choice = choose(view)
    quiet, rest = ([commodity_label(one) for one in names if one not in drawn] for names in (choice.quiet, choice.rest))
    sentences: list[str] = []
    if quiet:
        runs = ";" if view.is_certain else " in any run; in nine runs out of ten"
        sentences.append(
            f"Nothing happens to: {'; '.join(quiet)} (no chart). Nobody runs short{runs} prices stay within {100.0 * STILL:.0f} %, stocks "
            f"and arrivals within {100.0 * CALM:.0f} %, of where they begin."
        )
    if rest:
        sentences.append(f"Less happens to: {'; '.join(rest)} (no chart; 'sim plot {folder} --all' draws all).")
    return tuple(sentences)


def is_still(fan: Course) -> bool:
    """Whether a price hardly moves in what is drawn of it.

    Arguments:
        fan: multiples of the price at rest.
    """
    return _price_stray(fan) <= STILL


def _kinds(view: RunView, commodity: str) -> list[str]:
    """Kinds of chart there are series for; none where nobody asks for the commodity."""
    if view.has("demand", commodity) and not in_use(view, commodity, view.by_region("demand", commodity)):
        return []
    return [kind for kind, needs in NEEDS.items() if all(view.has(series, commodity) for series in needs)]


def _shows(view: RunView, kind: str, commodity: str) -> bool:
    """Whether a chart has a panel, not words alone."""
    courses = _users(view, NEEDS[kind][0], commodity)
    if kind == "shortage":
        return any(np.nanmax(fan.p95, initial=0.0) > SEEN for fan in courses)
    if kind == "survival":
        return any(curve.mean[-1] > 0.0 for curve in courses)
    return kind != "price" or not all(is_still(fan) for fan in courses)


def _stir(view: RunView, commodity: str) -> Stir:
    curves = [float(curve.mean[-1]) for curve in _users(view, "short", commodity)]
    chances = [chance.probability for chance in view.chance_short(commodity).values()]
    return Stir(
        unmet=max(view.values("unmet_share", commodity).values(), default=0.0),
        short=max((*curves, *chances), default=0.0),
        struck=view.is_struck(commodity),
        seen=max((float(np.nanmax(fan.p95, initial=0.0)) for fan in _users(view, "unmet", commodity)), default=0.0),
        price=max((_price_stray(fan) for fan in _users(view, "price", commodity)), default=0.0),
        stock=max((_stray(fan) for series in ("cover", "store") for fan in _users(view, series, commodity)), default=0.0),
        arrivals=_arrivals_stray(view, commodity),
    )


def _users(view: RunView, series: str, commodity: str) -> list[Course]:
    """A series at each region that uses the commodity; none where it was not kept."""
    if not view.has(series, commodity):
        return []
    return list(in_use(view, commodity, view.by_region(series, commodity)).values())


def _price_stray(fan: Course) -> float:
    return max(abs(float(end) - 1.0) for end in (np.nanmin(fan.p05, initial=1.0), np.nanmax(fan.p95, initial=1.0)))


def _stray(fan: Course) -> float:
    """How far any quantile strays from its own beginning, as a part of the median there; of the highest where it begins with none."""
    usual = float(fan.p50[0]) or float(np.nanmax(fan.p95, initial=0.0))
    if usual == 0.0:
        return 0.0
    return max(_reach(quantile) for quantile in (fan.p05, fan.p25, fan.p50, fan.p75, fan.p95)) / usual


def _reach(level: Floats) -> float:
    return float(np.nanmax(np.abs(level - level[0]), initial=0.0))


def _arrivals_stray(view: RunView, commodity: str) -> float:
    if not view.has("supply", commodity):
        return 0.0
    stray = 0.0
    for origins in in_use(view, commodity, view.by_origin("supply", commodity)).values():
        usual = sum(float(course.mean[0]) for course in origins.values())
        top = max((float(np.nanmax(course.mean, initial=0.0)) for course in origins.values()), default=0.0)
        moved = max((_reach(course.mean) for course in origins.values()), default=0.0)
        stray = max(stray, moved / (usual or top or 1.0))
    return stray
