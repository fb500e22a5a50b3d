"""Recorded trade: traced from who makes a commodity to who uses it, then fitted to what they make and use."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from sim.data.areas import areas
from sim.data.balance import Base, base, next_stage
from sim.data.facts import Fact, facts_of
from sim.data.making.card import Stage, Trade
from sim.data.making.inputs import pick, sources, table
from sim.data.making.row import Row, base_row
from sim.data.material import commodities
from sim.model import balance

Floats = npt.NDArray[np.float64]
CALLED = {"S19": "TWN"}
"""Codes of BACI that are no country: other Asia, not specified, is Taiwan's trade nearly alone."""
UNSEEN = 1e-3
"""Part of what size alone would suggest that may flow where customs saw nothing; without it margins could not always be met."""
ROUNDING = 1e-9
"""Part of the world's output below which a traced flow is none."""
LEAST = 1e-4
"""Flows below this part of both what the seller makes and what the buyer needs are left out."""


class Flow(NamedTuple):
    """A yearly flow between two areas, in tonnes of what the chain counts."""

    seller: str
    buyer: str
    traced: float
    """As customs saw it, goods sold on given to who made them."""
    fitted: float
    """The same, fitted to output and use."""


def trade_rows(stage: Stage, rows: list[Row]) -> Iterator[Row]:
    """Rows of a stage's trade, where its card names its codes.

    Arguments:
        stage: the stage.
        rows: all other rows of the material.
    """
    trade = stage.trade
    if trade is None:
        return
    facts, _ = facts_of(enumerate(rows), stage.commodity, areas().names)
    known, made = base(facts), commodities(tuple(facts))
    is_guess = any(f.status == "assumption" for f in known.found.values() if _bears_on(f, stage.commodity, made))
    cited = sources()[pick("trade", {"code": next(iter(trade.codes))})[0]["source"]]
    names = " and ".join(f"HS {code} x {number.value:g} ({number.because})" for code, number in trade.codes.items())
    without = "".join(f"; without exports of {seller}: {because}" for seller, because in trade.without.items())
    for flow in flows(trade, known, stage.commodity, made):
        words = (
            f"recorded trade, mean of 2022 to 2024, goods sold on traced to their makers, then fitted to output and use; {names}{without}"
        )
        formula = f"{flow.traced:.6g} x {flow.fitted / flow.traced:.6g}: " if flow.traced else ""
        words = words if formula else f"no trade is recorded; what fits output and use; {names}{without}"
        how = "assumption" if is_guess or not formula else "derived", formula + words, "2024"
        yield base_row((stage.commodity, "trade", flow.seller), flow.fitted, "t/year", how, cited) | {"partner": flow.buyer}


def _bears_on(fact: Fact, commodity: str, made: Sequence[str]) -> bool:
    """Whether a fact is part of what a commodity's flows are fitted to."""
    if fact.commodity == commodity:
        return fact.quantity in ("production", "consumption", "recycled")
    return fact.commodity in made and fact.quantity == "recipe" and fact.partner == commodity


def flows(trade: Trade, known: Base, commodity: str, made: Sequence[str]) -> Iterator[Flow]:
    """Flows of a commodity between areas, home included.

    Arguments:
        trade: codes of the commodity in customs records.
        known: base facts of the material.
        commodity: made of tonnes per year that `known` states.
        made: all commodities of the material.
    """
    sold = {area: amount for area, amount in known.of("production", commodity).items() if amount}
    bought = needs(known, commodity, made)
    countries, seen = recorded(trade)
    between = _between_areas(countries, seen, sold, bought)
    makes, uses = np.array(list(sold.values())), np.array(list(bought.values()))
    uses *= makes.sum() / uses.sum()
    prior = np.where(between > 0, between, UNSEEN * np.outer(makes, uses) / makes.sum())
    fitted = balance.trade(prior[:, :, None], makes[:, None], uses[:, None], commodity)[:, :, 0]
    for i, seller in enumerate(sold):
        for j, buyer in enumerate(bought):
            if fitted[i, j] > LEAST * min(makes[i], uses[j]):
                yield Flow(seller, buyer, between[i, j], fitted[i, j])


def needs(known: Base, commodity: str, made: Sequence[str]) -> dict[str, float]:
    """Use that new material must cover, t/year by area.

    Arguments:
        known: base facts of the material.
        commodity: whose use.
        made: all commodities of the material.
    """
    use, again = dict(known.of("consumption", commodity)), known.of("recycled", commodity)
    for area, amount in next_stage(known, commodity, made).items():
        use[area] = use.get(area, 0.0) + amount
    return {area: left for area, amount in use.items() if (left := amount - again.get(area, 0.0)) > 0}


def recorded(trade: Trade) -> tuple[list[str], Floats]:
    """Countries, and what customs saw go from one to the other, t/year of what the chain counts, [exporter, importer].

    Arguments:
        trade: codes, and exporters whose goods under them are of another stage.
    """
    rows = [row for row in table("trade") if row["code"] in trade.codes and row["exporter"] not in trade.without]
    named = [(CALLED.get(row["exporter"], row["exporter"]), CALLED.get(row["importer"], row["importer"]), row) for row in rows]
    countries = sorted({code for seller, buyer, _ in named for code in (seller, buyer)})
    place = {code: i for i, code in enumerate(countries)}
    seen = np.zeros((len(countries), len(countries)))
    for seller, buyer, row in named:
        seen[place[seller], place[buyer]] += float(row["t"]) * trade.codes[row["code"]].value
    return countries, seen


def traced(made: Floats, seen: Floats) -> Floats:
    """Goods used by each country, by the country that made them: what a country sells on is a mix of all it makes and buys.

    `R = diag(made) (I - B)^-1 diag(kept)`, with `B_ij = seen_ij / x_i`, `x = made + imports`, `kept` the part of x not sold on;
    Kastner, Kastner and Nonhebel (2011), Ecological Economics 70(6). What a country sells beyond all it makes and buys is cut.

    Arguments:
        made: t/year, [country].
        seen: t/year, [exporter, importer].

    Returns:
        t/year, [maker, user]; its rows add up to `made`.
    """
    seen = seen.copy()
    for _ in range(10_000):
        there = made + seen.sum(0)
        part = np.divide(there, seen.sum(1), out=np.ones_like(there), where=seen.sum(1) > there)
        if part.min() > 1 - 1e-12:
            break
        seen *= part[:, None]
    there = made + seen.sum(0)
    sold_on = np.divide(seen, there[:, None], out=np.zeros_like(seen), where=there[:, None] > 0)
    at_hand = made[:, None] * np.linalg.inv(np.eye(len(made)) - sold_on)
    used = at_hand * np.clip(1.0 - sold_on.sum(1), 0.0, 1.0)
    return np.where(used > ROUNDING * made.sum(), used, 0.0)


def _between_areas(countries: list[str], seen: Floats, sold: Mapping[str, float], bought: Mapping[str, float]) -> Floats:
    """Traced trade added up to the areas of the facts, [maker, user]."""
    codes = areas()
    names = [*countries, *(area for area in sold if area not in countries)]
    wide = np.zeros((len(names), len(names)))
    wide[: len(countries), : len(countries)] = seen
    made = np.zeros(len(names))
    surplus = np.maximum(0.0, wide.sum(1) - wide.sum(0))
    for area, amount in sold.items():
        # An area of several countries: those that sell more than they buy make it, as far as it goes.
        of = [i for i, name in enumerate(names) if name != area and codes.home(name, sold) == area]
        part = min(1.0, amount / surplus[of].sum()) if surplus[of].any() else 0.0
        made[of] += part * surplus[of]
        made[names.index(area)] += max(0.0, amount - part * surplus[of].sum())
    between = traced(made, wide)
    makers, users = list(sold), list(bought)
    found = np.zeros((len(makers), len(users)))
    for i, maker in enumerate(codes.home(name, sold) for name in names):
        for j, user in enumerate(codes.home(name, bought) for name in names):
            if maker in sold and user in bought:
                found[makers.index(maker), users.index(user)] += between[i, j]
    return found
