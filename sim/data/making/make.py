"""From a card to the rows of a material's file."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache

from sim.data.facts import COLUMNS
from sim.data.making.card import Assumed, Card, Extra, Output, Stage, Use
from sim.data.making.inputs import Source, industry, pick, sources, table
from sim.data.making.policy import policy_rows
from sim.data.making.row import Row, base_row
from sim.data.making.trade import trade_rows

OWN = Source("own assumption", "", "own work", "")
SPLIT = ("CHN", "EU27", "JPN", "KOR", "USA")
"""Areas whose use is stated in every file; the rest of the world is split by its industry where a scenario asks for it."""
USD_PER_EUR = (1.1069, 1.1297, 1.1810, 1.1195, 1.1422)
"""Annual averages 2016 to 2020, European Central Bank, euro foreign exchange reference rates."""
TONNES = {"metric tons": 1.0, "thousand metric tons": 1e3, "kilograms": 1e-3, "thousand metric dry tons": 1e3}
OTHERS = {"OTH": "ROW", "EUR": "EU27"}
"""Codes of the tables that are no country: all others, and Europe as a whole."""


@dataclass
class Chain:
    """What is known of a chain while its rows are made; amounts in t/year."""

    card: Card
    made: dict[str, dict[str, float]] = field(default_factory=dict)
    """Output by commodity and area."""
    ratio: dict[tuple[str, str], float] = field(default_factory=dict)
    """Tonnes of input per tonne of output, by (output, input)."""

    def total(self, commodity: str) -> float:
        """World output, t/year."""
        return sum(self.made[commodity].values())

    def processed(self, commodity: str) -> float:
        """What the later stages take of a commodity, t/year."""
        return sum(ratio * self.total(output) for (output, used), ratio in self.ratio.items() if used == commodity)


def material_rows(card: Card) -> list[Row]:
    """Rows of a material's file, stage by stage, in the columns of the pack.

    Arguments:
        card: the material.
    Raises:
        ValueError: a table has no such rows, or measured use exceeds what there is.
    """
    chain = Chain(card)
    found = {stage.commodity: list(_output(chain, stage)) for stage in card.stages}
    for stage in card.stages:
        found[stage.commodity] += _recipe(chain, stage)
    for stage in card.stages:
        found[stage.commodity] += [*_hosts(stage), *_use(chain, stage), *_price(stage)]
    for extra in card.rows:
        found.setdefault(extra.commodity, []).append(_written(extra))
    rows = [row for stage_rows in found.values() for row in stage_rows]
    for stage in card.stages:
        found[stage.commodity] += trade_rows(stage, rows)
    return [*(row for stage_rows in found.values() for row in stage_rows), *policy_rows(card)]


def _assumed(because: str) -> tuple[str, str, str]:
    return "assumption", because, "2024"


def _told(number: Assumed, formula: str = "") -> tuple[tuple[str, str, str], Source]:
    """How a number of a card is known, and where from; what is worked out from it is derived at best."""
    status = "derived" if formula and number.status == "measured" else number.status
    text = f"{formula}: {number.because}" if formula else number.because
    return (status, text, number.year), Source(number.source, number.url, number.licence, "")


def _output(chain: Chain, stage: Stage) -> Iterator[Row]:
    out = stage.output
    if out.shares:
        yield from _shared_output(chain, stage)
        return
    rows = pick("production", {"material": out.table, "stage": out.stage, "dataset": out.dataset, "year": out.year, "measure": out.measure})
    if not rows:
        raise ValueError(f"{stage.commodity}: production.csv has no rows for {out.table}, {out.stage}, {out.dataset}, {out.year}")
    key = sources()[rows[0]["source"]]
    made = chain.made.setdefault(stage.commodity, {})
    told = _by_share(chain, out, rows) if out.total or out.total_of else _by_tonnes(out, rows)
    for area, (value, how) in told.items():
        made[area] = value
        yield base_row((stage.commodity, "production", area), value, "t/year", how, key)
    stated = _stated_total(out, rows)
    if stated and not (out.total or out.total_of):
        how = ("measured", _counted("stated world total, rounded", out), out.year)
        yield base_row((stage.commodity, "production", "WLD"), stated, "t/year", how, key) | {"role": "context"}


Told = dict[str, tuple[float, tuple[str, str, str]]]
"""Tonnes a year by area, each with how it is known."""


def _by_area(rows: list[Row], column: str) -> dict[str, tuple[float, Row]]:
    """Numbers of a column by area, those of one area added up; a withheld number is no number."""
    found: dict[str, tuple[float, Row]] = {}
    for row in rows:
        if row["country"] != "WLD" and row[column] and float(row[column]):
            area = OTHERS.get(row["country"], row["country"])
            found[area] = (found[area][0] + float(row[column]) if area in found else float(row[column]), row)
    return found


def _by_tonnes(out: Output, rows: list[Row]) -> Told:
    told: Told = {}
    named = _by_area(rows, "quantity_t")
    for area, (tonnes, row) in named.items():
        words = "all other countries" if row["country"] == "OTH" else "estimated by the source" if row["estimated"] else "as stated"
        formula = "" if out.content == 1.0 else f"{tonnes:.10g} x {out.content:g}: "
        status = "derived" if formula else "measured"
        told[area] = tonnes * out.content, (status, f"{formula}{'; '.join(part for part in (out.counted, words) if part)}", out.year)
    stated, known = _stated_total(out, rows), sum(tonnes for tonnes, _ in told.values())
    # Rounding of the total is no output.
    if stated - known > 0.01 * stated and not any(row["country"] == "OTH" for row in rows):
        earlier = told[out.rest][0] if out.rest in told else 0.0
        basis = f"{stated:.10g} - {known - earlier:.10g}: stated world total less the countries named"
        told[out.rest] = stated - known + earlier, ("derived", basis, out.year)
    return told


def _by_share(chain: Chain, out: Output, rows: list[Row]) -> Told:
    whole, formula, words = _whole(chain, out)
    shares = _by_area(rows, "share_pct")
    total = sum(share for share, _ in shares.values())
    status = "assumption" if out.rests_on_assumption else "derived"
    basis = f"{words}; shares as stated add up to {total:.6g} %"
    return {
        area: (whole * share / total, (status, f"{formula} x {share:.6g} / {total:.8g}: {_counted(basis, out)}", out.year))
        for area, (share, _) in shares.items()
    }


def _stated_total(out: Output, rows: list[Row]) -> float:
    return max((float(row["quantity_t"]) * out.content for row in rows if row["country"] == "WLD" and row["quantity_t"]), default=0.0)


def _shared_output(chain: Chain, stage: Stage) -> Iterator[Row]:
    whole, formula, words = _whole(chain, stage.output)
    made = chain.made.setdefault(stage.commodity, {})
    for area, share in stage.output.shares.items():
        made[area] = share.value * whole
        (status, text, year), source = _told(share, f"{formula} x {share.value:g}")
        status = "assumption" if stage.output.rests_on_assumption else status
        yield base_row((stage.commodity, "production", area), made[area], "t/year", (status, f"{text}; {words}", year), source)


def _whole(chain: Chain, out: Output) -> tuple[float, str, str]:
    """World output where a table has shares alone: t/year, its formula, and what it is."""
    part, why = (out.part.value, f", of which that part gets here: {out.part.because}") if out.part else (1.0, "")
    whole = chain.total(out.total_of) if out.total_of else out.total.value if out.total else 0.0
    words = (
        f"of the world output of {out.total_of}" if out.total_of else f"of a world total taken: {out.total.because}" if out.total else ""
    )
    return whole * part, f"{whole:.10g}" + (f" x {part:g}" if out.part else ""), words + why


def _counted(text: str, out: Output) -> str:
    return "; ".join(part for part in (out.counted, text) if part)


def _recipe(chain: Chain, stage: Stage) -> Iterator[Row]:
    for used, stated in stage.made_of.items():
        if isinstance(stated, Assumed):
            ratio, (how, source) = stated.value, _told(stated)
        else:
            ratio = chain.total(used) / chain.total(stage.commodity)
            formula = f"{chain.total(used):.10g} / {chain.total(stage.commodity):.10g}"
            basis = f"{formula}: world output of {used} over that of {stage.commodity}; losses, scrap in the furnaces and stocks are in it"
            how, source = ("derived", basis, stage.output.year), _cited(stage.output)
        chain.ratio[stage.commodity, used] = ratio
        yield base_row((stage.commodity, "recipe", "WLD"), ratio, "t/t", how, source) | {"partner": used}


def _cited(out: Output) -> Source:
    return sources()[pick("production", {"material": out.table, "stage": out.stage, "dataset": out.dataset, "year": out.year})[0]["source"]]


def _hosts(stage: Stage) -> Iterator[Row]:
    for host, part in stage.hosts.items():
        how, source = _told(part)
        yield base_row((stage.commodity, "host", "WLD"), 100 * part.value, "%", how, source) | {"partner": host}


def _use(chain: Chain, stage: Stage) -> Iterator[Row]:
    use = stage.use
    if use is None:
        return
    rate, how, source = _recycling(use)
    whole = (chain.total(stage.commodity) - chain.processed(stage.commodity)) / (1.0 - rate)
    if whole <= 0:
        raise ValueError(f"{stage.commodity}: the next stages take more than there is")
    used = dict(_split(stage, use, whole))
    for area, (amount, told, cited) in used.items():
        yield base_row((stage.commodity, "consumption", area), amount, "t/year", told, cited)
    for area, (amount, _, _) in used.items() if rate else ():
        status, basis, year = how
        told = status, f"{amount:.8g} x {rate:g}: {basis}", year
        yield base_row((stage.commodity, "recycled", area), rate * amount, "t/year", told, source)
    yield from _end_uses(stage, use)
    for name, parts in use.goes_into.items():
        for partner, part in parts.items():
            told, cited = _told(part)
            yield base_row((stage.commodity, "goes_into", "WLD"), 100 * part.value, "%", told, cited) | {"partner": partner, "sector": name}


def _recycling(use: Use) -> tuple[float, tuple[str, str, str], Source]:
    if isinstance(use.recycled, Assumed):
        return use.recycled.value, *_told(use.recycled)
    if use.recycled == "none":
        return 0.0, ("", "", ""), OWN
    row = pick("recycling", {"material": use.recycled_as or use.end_use or ""})[0]
    rate = float(row["eol_rir_pct"]) / 100
    basis = f"{100 * rate:g} % of use: end-of-life recycling input rate of the EU (2017 study), taken to hold everywhere today"
    return rate, _assumed(basis), sources()[row["source"]]


def _split(stage: Stage, use: Use, whole: float) -> Iterator[tuple[str, tuple[float, tuple[str, str, str], Source]]]:
    """World use by area: as published, then as assumed, the rest by industry."""
    left, waiting = whole, [*SPLIT, "ROW"]
    for area, name in use.measured.items():
        material, _, form = (part.strip() for part in name.partition("|"))
        row = pick("demand", {"material": material, "form": form, "region": area, "year": "2024"})[0]
        content = use.content.get(area, 1.0)
        amount = float(row["value"]) * TONNES[row["unit"]] * content
        told = "; ".join(part for part in (form, "estimated" if row["flag"] else "") if part)
        formula = f"{row['value']} x {TONNES[row['unit']] * content:g}: "
        how = ("measured", told, "2024") if content == 1.0 else ("derived", formula + told, "2024")
        yield area, (amount, how, sources()[row["source"]])
        left -= amount
        waiting.remove(area)
    for area, part in use.assumed.items():
        yield area, (part.value * whole, *_told(part, f"{whole:.8g} x {part.value:g}"))
        left -= part.value * whole
        waiting.remove(area)
    if left <= 0:
        raise ValueError(f"{stage.commodity}: stated use exceeds the {whole:.4g} t there are by {-left:.4g} t")
    part_of = industry()
    weight = {area: part_of[area] if area != "ROW" else 1.0 - sum(part_of[a] for a in SPLIT) for area in waiting}
    for area in waiting:
        share = weight[area] / sum(weight.values())
        basis = f"{left:.8g} x {share:.6g}: no figure at hand; what the others leave, by part in world manufacturing (industry_share)"
        yield area, (share * left, _assumed(basis), OWN)


def slug(text: str) -> str:
    """A sector's name from the words of a table: "Flame retardants" -> "flame-retardants"."""
    plain = re.sub(r"\(.*?\)|&|/|,", " ", text.lower())
    return "-".join(re.findall(r"[a-z0-9]+", plain))


@cache
def _divisions() -> dict[str, set[str]]:
    """NACE divisions that each use is put in, by the use's name."""
    found: dict[str, set[str]] = {}
    for row in table("end_uses"):
        if row["nace"]:
            found.setdefault(slug(row["application"]), set()).add(row["nace"].split(" ")[0].lower())
    return found


def sector(row: Row) -> str:
    """A sector's name; with its division where one name stands for several, for sectors are shared by all materials."""
    name, division = slug(row["application"]), row["nace"].split(" ")[0].lower()
    return f"{name}-{division}" if division and len(_divisions()[name]) > 1 else name


def _end_uses(stage: Stage, use: Use) -> Iterator[Row]:
    for name, share in use.sectors.items():
        how, source = _told(share)
        yield base_row((stage.commodity, "end_use", "WLD"), 100 * share.value, "%", how, source) | {"sector": name}
    for region, material in (("EU27", use.end_use), ("WLD", use.world_end_use)):
        if material:
            rows = pick("end_uses", {"material": material, "region": region} | ({"source": use.world_source} if region == "WLD" else {}))
            yield from _shares(stage, use, [row for row in rows if float(row["share_pct"] or 0) > 0], region)


def _shares(stage: Stage, use: Use, rows: list[Row], region: str) -> Iterator[Row]:
    """Uses of a region; those of the EU stand for every region where nothing is known of the world."""
    shares: dict[str, float] = {}
    for row in rows:
        shares[sector(row)] = shares.get(sector(row), 0.0) + float(row["share_pct"])
    total, key = sum(shares.values()), sources()[rows[0]["source"]]
    scaled = "" if abs(total - 100) < 1e-6 else f"; stated shares add up to {total:g} %, scaled to 100"
    year = "2016-2020" if "EC" in rows[0]["year"] else rows[0]["year"]
    for name, share in shares.items():
        formula = f"{share:g} / {total:.8g}: " if scaled else ""
        told = ("derived" if scaled else "measured", f"{formula}shares of use as stated{scaled}{key.how_read}", year)
        yield base_row((stage.commodity, "end_use", region), 100 * share / total, "%", told, key) | {"sector": name}
        if region == "EU27" and not use.world_end_use and not use.sectors:
            basis = f"shares of the EU taken for every region without its own{scaled}"
            yield base_row((stage.commodity, "end_use", "WLD"), 100 * share / total, "%", _assumed(basis), key) | {"sector": name}
    yield from _worth(stage, rows, key)


@cache
def _usual_worth() -> dict[str, str]:
    """Value added of each division as most rows have it, million EUR."""
    found: dict[str, Counter[str]] = {}
    for row in table("end_uses"):
        found.setdefault(row["nace"], Counter())[row["value_added_meur"]] += 1
    return {division: values.most_common(1)[0][0] for division, values in found.items()}


def _worth(stage: Stage, rows: list[Row], key: Source) -> Iterator[Row]:
    rate = sum(USD_PER_EUR) / len(USD_PER_EUR)
    cited = Source(f"{key.source}; European Central Bank, euro foreign exchange reference rates", key.url, key.licence, "")
    worth: dict[str, tuple[float, str]] = {}
    for row in rows:
        # Where a row's value is not that of its division in the other rows, one of the two is misprinted: left out.
        if row["value_added_meur"] and row["value_added_meur"] == _usual_worth()[row["nace"]]:
            worth.setdefault(sector(row), (float(row["value_added_meur"]), row["nace"]))
    for name, (meur, nace) in worth.items():
        basis = (
            f"{meur:g} x {rate:.6g}: million EUR times USD per EUR (mean of 2016 to 2020), of the whole NACE division {nace}; "
            "an upper bound, and uses that lie in one division must not be added up"
        )
        how = "derived", basis, "2016-2020"
        yield base_row((stage.commodity, "value_added", "EU27"), round(meur * rate, 1), "million USD/year", how, cited) | {"sector": name}


def _price(stage: Stage) -> Iterator[Row]:
    if not stage.price:
        return
    rows = sorted(pick("prices", {"material": stage.price}), key=lambda row: row["year"])
    newest = max(int(row["year"]) for row in rows)
    for row in rows:
        role = "base" if int(row["year"]) == newest else "context"
        how = "measured", f"{row['form']}{sources()[row['source']].how_read}", row["year"]
        yield base_row((stage.commodity, "price", "WLD"), float(row["usd_per_kg"]), "USD/kg", how, sources()[row["source"]]) | {
            "role": role
        }


def _written(extra: Extra) -> Row:
    row = {name: str(getattr(extra, name)) for name in COLUMNS if name != "value"}
    return row | {"value": f"{extra.value:.10g}"}
