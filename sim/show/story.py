"""The headlines of a run: who runs short first, how dear it gets, and which sector loses most."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

from sim.show.outcome import SECTOR_TITLE, Block
from sim.show.view import RunView
from sim.show.words import CERTAIN, MISSING, format_chance, format_count, format_tenth, format_tenths, listing

LIKELY = 0.5
"""Chance from which a region may count as the first to run short: a date that few runs have is not a forecast."""
DEAR = 1.05
"""Mean highest price, as a multiple of that at rest, from which it is worth a word."""
GIVEN_UP = 0.0005
"""Mean share of use given up from which it is worth a word: a tenth of a percent, rounded."""

_FIGURE = re.compile(r"\d{4}-\d\d-\d\d|[\d.]+ %(?: \([\d.-]+\))?")


@dataclass(frozen=True, kw_only=True)
class Headline:
    """What comes of a commodity, or of the sectors at work."""

    subject: str
    lead: str
    rest: Markup
    is_news: bool
    """Whether somebody runs short, pays more, or loses sales."""


def headlines(view: RunView, blocks: Sequence[Block], sectors: Block | None) -> list[Headline]:
    """One headline a commodity, shortages first, then high prices, then quiet ones; and one for sectors at work.

    Arguments:
        view: the run.
        blocks: one a commodity.
        sectors: those at work, if there are any.
    """
    told = [(_rank(view, block), _headline(view, block)) for block in blocks]
    # Within a rank in the order of the chain.
    return [headline for _, headline in sorted(told, key=lambda pair: pair[0])] + ([] if sectors is None else [_at_work(view, sectors)])


def _rank(view: RunView, block: Block) -> int:
    if any(chance.probability > 0.0 for chance in view.chance_short(block.name).values()):
        return 0
    return 1 if _dear(view, block.name) else 2


def _headline(view: RunView, block: Block) -> Headline:
    chances = {region: chance.probability for region, chance in view.chance_short(block.name).items()}
    rows = {row["region"]: row for row in block.rows}
    days = view.values("first_shortage_days", block.name, "p50")
    losses = view.values("unmet_t", block.name)
    short = [region for region in rows if chances.get(region, 0.0) > 0.0]
    # By date as it is shown: on the same day the larger loss comes first.
    short.sort(key=lambda region: (math.floor(days[region]) if region in days else math.inf, -losses.get(region, 0.0)))
    safe = _safe(view, block.name, [region for region in rows if region in chances and region not in short])
    price = _price_story(view, block.name)
    if not short:
        dear = _dear(view, block.name)
        # The lead says the dearest place; what is given up is left for the rest.
        given_up = f"{_capital(_given_up(view, block.name))}." if _peak(view, block.name) and _given_up(view, block.name) else ""
        lead, rest = (f"nobody runs short, but {dear}", given_up) if dear else ("nobody runs short", price)
        mean = "" if view.is_certain or not dear else "Both are means over all runs." if given_up else "That is the mean over all runs."
        return Headline(subject=block.title, lead=lead, rest=_unbroken(_joined(rest, mean, safe)), is_news=bool(dear))
    if view.is_certain:
        lead, tells = f"{short[0]} runs short first", _certain_story(block, short)
        return Headline(
            subject=block.title, lead=lead, rest=_unbroken(_joined(tells, price, safe, f"{CERTAIN.capitalize()}.")), is_news=True
        )
    likely = [region for region in short if chances[region] >= LIKELY]
    first = likely[0] if likely else max(short, key=lambda region: chances[region])
    lead = f"{first} runs short first" if likely else f"{first} is the most likely to run short"
    most = max(short, key=lambda region: losses.get(region, 0.0))
    return Headline(subject=block.title, lead=lead, rest=_unbroken(_joined(_story(block, short, first, most), price, safe)), is_news=True)


def _story(block: Block, short: Sequence[str], first: str, most: str) -> str:
    """What happens to those that run short: the first, the one that lacks most, and the others."""
    rows = {row["region"]: row for row in block.rows}
    row = rows[first]
    tells = [
        f"Its chance of shortage is {row['chance']}; the median date among the runs that run short is {row['first']}.",
        f"It goes without {_mean(row['unmet'])} {block.unit} on average over all runs ({_mean(row['share'])} % of its demand),",
        f"and without {row['cvar']} {block.unit} in the worst 5 % of them.",
    ]
    if most != first:
        lost = rows[most]
        tells.append(f"The most is missing in {most}: {_mean(lost['unmet'])} {block.unit} on average ({_mean(lost['share'])} % of demand).")
    others = [f"{region} {rows[region]['chance']}, {rows[region]['first']}" for region in short if region != first]
    if others:
        tells.append(f"The others that run short, with chance and median date: {'; '.join(others)}.")
    return " ".join(tells)


def _certain_story(block: Block, short: Sequence[str]) -> str:
    """What happens in every run alike: the first to run short, and the others."""
    rows = {row["region"]: row for row in block.rows}
    lost = {region: f"{rows[region]['unmet']} {block.unit} ({rows[region]['share']} % of its demand)" for region in short}
    tells = [f"It first runs short on {rows[short[0]]['first']} and goes without {lost[short[0]]} in all."]
    if len(short) > 1:
        others = [f"{region} on {rows[region]['first']}, {lost[region]}" for region in short[1:]]
        tells.append(f"The others that run short: {'; '.join(others)}.")
    return " ".join(tells)


def _dear(view: RunView, commodity: str) -> str:
    """How dear it gets in the dearest place, or else what is given up; empty if neither is worth a word."""
    return _peak(view, commodity) or _given_up(view, commodity)


def _price_story(view: RunView, commodity: str) -> str:
    """Price and use given up where each is worst, with their ranges; empty for a run without prices."""
    if not view.values("price_peak", commodity):
        return ""
    parts = [part for part in (_peak(view, commodity), _given_up(view, commodity)) if part]
    mean = "" if view.is_certain else ", on average over all runs"
    return f"{_capital(', and '.join(parts))}{mean}." if parts else "Its price hardly moves."


def _peak(view: RunView, commodity: str) -> str:
    peaks = view.values("price_peak", commodity)
    where = max(peaks, key=lambda region: peaks[region], default="")
    if not where or peaks[where] < DEAR:
        return ""
    return f"the price peaks at {format_tenth(peaks[where])} times that at rest in {where}{_range(view, 'price_peak', commodity, where)}"


def _given_up(view: RunView, commodity: str) -> str:
    shares = view.values("forgone_share", commodity)
    who = max(shares, key=lambda region: shares[region], default="")
    if not who or shares[who] < GIVEN_UP:
        return ""
    most = ", where most is given up" if sum(share >= GIVEN_UP for share in shares.values()) > 1 else ""
    part = format_tenth(100.0 * shares[who])
    return f"users give up {part} % of their use in {who}{most}{_range(view, 'forgone_share', commodity, who)}"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _range(view: RunView, measure: str, commodity: str, region: str) -> str:
    """The range that holds 90 % of runs, in brackets, where it has a width: multiples, or percent of a share."""
    factor = 100.0 if measure == "forgone_share" else 1.0
    low, mean, high = (factor * view.values(measure, commodity, name).get(region, math.nan) for name in ("p05", "mean", "p95"))
    shown = format_tenths(mean, low, high)
    sign = " %" if factor > 1.0 else ""
    return f" (5-95 %: {shown.partition('(')[2].rstrip(')')}{sign})" if "(" in shown else ""


def _safe(view: RunView, commodity: str, regions: Sequence[str]) -> str:
    """Regions that no run saw short, with the bound that the number of runs allows; empty if there are none."""
    if not regions:
        return ""
    if view.is_certain:
        return f"No shortage: {listing(regions)}."
    chances = view.chance_short(commodity)
    bound = format_chance(max((chances[region] for region in regions), key=lambda chance: chance.high))
    return f"No shortage in any of {format_count(view.n_runs)} runs: {listing(regions)} (chance {bound})."


def _at_work(view: RunView, block: Block) -> Headline:
    """The sector that loses most of its sales."""
    table = view.summary[view.summary["measure"] == "sales_lost_share"]
    lost = {(str(r), str(s)): float(mean) for r, s, mean in zip(table["region"], table["sector"], table["mean"], strict=True)}
    most = max(block.rows, key=lambda row: lost[row["region"], row["sector"]])
    if lost[most["region"], most["sector"]] < GIVEN_UP:
        return Headline(subject=SECTOR_TITLE, lead="none loses sales", rest=Markup(""), is_news=False)
    mean = "" if view.is_certain else " on average"
    lead = f"{most['sector']} in {most['region']} loses most, {_mean(most['sales'])} % of its sales{mean}"
    return Headline(subject=SECTOR_TITLE, lead=lead, rest=_unbroken(_worth(most, block, mean)), is_news=True)


def _worth(row: Mapping[str, str], block: Block, mean: str) -> str:
    if row["value"] in (MISSING, "none"):
        return ""
    dollar, _, size = block.unit.partition(" ")
    low, _, high = row["value"].partition("(")[2].rstrip(")").partition("-")
    ends = f" ({low} if each missing input costs no more than its share in value added, {high} if any stops all)" if high else ""
    return f"That is {dollar} {_mean(row['value'])} {size} of value added{mean}{ends}."


def _joined(*parts: str) -> str:
    return " ".join(filter(None, parts))


def _unbroken(text: str) -> Markup:
    """The text with its dates and intervals kept on one line: a browser breaks at their hyphens."""
    return Markup(_FIGURE.sub(r'<span class="figure">\g<0></span>', str(escape(text))))


def _mean(cell: str) -> str:
    """The mean of a cell `mean (low-high)`."""
    return cell.partition(" (")[0]
