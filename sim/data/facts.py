"""Facts as they stand in the csv files: one row, one number, one source. Read strictly, all mistakes told at once."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib import resources
from typing import Literal, get_args

from sim.errors import BadValue, DataError, Problem, near_miss, shown
from sim.scenario.network import COMMODITY, WORD
from sim.units import Dimension, parse

Status = Literal["measured", "derived", "assumption"]
Role = Literal["base", "context"]

COLUMNS = (
    *("commodity", "quantity", "region", "partner", "sector", "value", "unit", "year"),
    *("role", "status", "basis", "source", "url", "licence"),
)
"""Header of every file of facts."""

ANY = "any"
"""Stands for every commodity, in common.csv."""
WORLD = "WLD"
"""A world total as stated (never added to countries), or a value that holds in every region without its own."""


@dataclass(frozen=True)
class Quantity:
    """One kind of fact: its dimension, what it means, and whether it needs a partner or a sector."""

    dimension: Dimension
    meaning: str
    partner: bool = False
    sector: bool = False


QUANTITIES: dict[str, Quantity] = {
    "production": Quantity("rate", "primary output"),
    "capacity": Quantity("rate", "largest output"),
    "consumption": Quantity("rate", "use outside the later stages of the same chain, secondary supply included"),
    "recycled": Quantity("rate", "secondary supply that meets part of the use of the region"),
    "trade": Quantity("rate", "flow from region to partner, home use included", partner=True),
    "end_use": Quantity("share", "share of the region's consumption by sector", sector=True),
    "value_added": Quantity("value", "value added of the industry division a use falls in: an upper bound", sector=True),
    "largest_value_added": Quantity("value", "value added of the largest division of manufacturing, against which importance is told"),
    "cover": Quantity("time", "users' stock in days of use"),
    "buffer": Quantity("time", "producers' finished stock in days of output"),
    "spare": Quantity("share", "capacity above output where no capacity is stated"),
    "recipe": Quantity("ratio", "input (partner) per output (commodity)", partner=True),
    "price": Quantity("price", "annual average price"),
    "lead_time": Quantity("time", "from order to arrival, region to partner", partner=True),
    "lead_home": Quantity("time", "lead time within a region"),
    "lead_abroad": Quantity("time", "lead time between regions without their own"),
    "thin_link": Quantity("share", "trade between partners without recorded trade, against what size alone suggests"),
    "host": Quantity("share", "part of the output that comes up in making another commodity (partner)", partner=True),
    "industry_share": Quantity("share", "part in world manufacturing, by which use that nobody publishes is split"),
    "home_preference": Quantity("number", "weight of home goods against their size, where no trade is recorded"),
    "goes_into": Quantity(
        "share", "part of a sector's use that is the making of partner, where a scenario has both", partner=True, sector=True
    ),
    "priority": Quantity("number", "class of a sector where use is served by priority, 0 first", sector=True),
    "total_use": Quantity("rate", "use of all kinds, next stages included"),
    "idle_capacity": Quantity("rate", "capacity out of use"),
    "recycling_capacity": Quantity("rate", "capacity for secondary supply"),
    "recycled_share": Quantity("share", "secondary supply in all use"),
    "world_share": Quantity("share", "share of world output"),
    "export_share": Quantity("share", "share of partner in the region's exports", partner=True),
    "import_share": Quantity("share", "share of region in the partner's imports", partner=True),
    "magnet_share": Quantity("share", "share of use that goes into magnets"),
    "rare_earth_content": Quantity("share", "rare earths in a magnet"),
    "process_loss": Quantity("share", "lost in processing"),
    "alloy_production": Quantity("rate", "output of magnet alloy"),
    "production_reo": Quantity("rate", "output as oxide, all rare earths"),
    "consumption_reo": Quantity("rate", "use as oxide, all rare earths"),
    "recycled_reo": Quantity("rate", "secondary supply as oxide, all rare earths"),
    "quota_reo": Quantity("rate", "quota as oxide, all rare earths"),
    "stock": Quantity("mass", "stock held by users"),
    "reserve": Quantity("time", "strategic stock in days of use"),
    "reserve_target": Quantity("time", "aim for the strategic stock in days of use"),
    "strategic_stock": Quantity("mass", "strategic stock"),
    "strategic_stock_planned": Quantity("mass", "strategic stock aimed for"),
    "strategic_purchase": Quantity("mass", "bought, or to be bought, for a strategic stock"),
}
"""Every quantity a row may hold."""


@dataclass(frozen=True)
class Fact:
    """One row of a file of facts."""

    commodity: str
    """`material.stage`, or `any`."""
    quantity: str
    region: str
    """ISO 3166 alpha-3, `EU27`, `ROW` or `WLD`; the seller of a flow."""
    partner: str
    """Buyer of a flow, or the input of a recipe, else empty."""
    sector: str
    value: float
    """In base units: t, t/year, days, USD/t, USD/year, plain fractions."""
    text: str
    """Value and unit as written."""
    year: str
    role: Role
    """`base` feeds the network; `context` is for the reader."""
    status: Status
    basis: str
    """Formula if derived, reason if assumption, detail if measured."""
    source: str
    url: str
    licence: str
    file: str
    line: int

    @property
    def thing(self) -> tuple[str, str, str, str, str]:
        """What the row is about; of one thing there is one base row."""
        return self.commodity, self.quantity, self.region, self.partner, self.sector

    @property
    def what(self) -> str:
        """Name of the thing the row is about, for messages."""
        return ".".join(part for part in (self.commodity, self.region, self.quantity, self.partner, self.sector) if part)


def packaged(name: str) -> str:
    """Text of a csv file of the pack.

    name: file name without folder. Raises DataError if the pack holds no such file.
    """
    source = resources.files("sim.data").joinpath(name)
    if not source.is_file():
        raise DataError(Problem(file=name, what="the file of facts is missing", remedy="Reinstall the package."))
    return source.read_text(encoding="utf-8")


def rows(text: str, file: str, columns: Sequence[str]) -> list[tuple[int, dict[str, str]]]:
    """Rows of a csv text with their line numbers.

    text: whole file. file: its name for messages. columns: the header it must have. Raises DataError.
    """
    found, problems = split_rows(text, file, columns)
    if problems:
        raise DataError(*problems)
    return found


def split_rows(text: str, file: str, columns: Sequence[str]) -> tuple[list[tuple[int, dict[str, str]]], list[Problem]]:
    """Rows of a csv text with their line numbers, and what is wrong with the others; arguments as for `rows`. Blank lines are no rows."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    found: list[tuple[int, dict[str, str]]] = []
    problems: list[Problem] = []
    try:
        problems += wrong_columns(next(reader, []), file, columns, line=1)
        for cells in reader if not problems else ():
            line = reader.line_num
            if cells and len(cells) != len(columns):
                what, remedy = f"needs {len(columns)} cells", "Quote cells that hold commas."
                problems.append(Problem(file=file, line=line, what=what, got=str(len(cells)), remedy=remedy))
            elif cells:
                found.append((line, {name: cell.strip() for name, cell in zip(columns, cells, strict=True)}))
    except csv.Error as error:
        remedy = "Put a cell that holds commas or quotes in quotes, double the quotes inside it, and close it."
        problems.append(Problem(file=file, line=reader.line_num, what="cannot be split into cells", got=str(error), remedy=remedy))
    return found, problems


def rows_of(data: bytes, file: str, columns: Sequence[str]) -> tuple[list[tuple[int, dict[str, str]]], list[Problem]]:
    """As `split_rows`, of a file's bytes, which should be a text in UTF-8."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return [], [Problem(file=file, what="the file is UTF-16, not UTF-8", remedy="Save it as UTF-8.")]
    if b"\x00" in data:
        return [], [Problem(file=file, what="a binary file, not text", remedy="Save it as CSV.")]
    try:
        return split_rows(data.decode("utf-8-sig"), file, columns)
    except UnicodeDecodeError as error:
        line, got = error.object.count(b"\n", 0, error.start) + 1, f"byte 0x{error.object[error.start]:02x}"
        return [], [Problem(file=file, line=line, what="the text is not UTF-8", got=got, remedy="Save it as UTF-8.")]


def wrong_columns(header: Sequence[str], file: str, columns: Sequence[str], line: int | None = None) -> list[Problem]:
    """The problem of a header that is not the one wanted; none if it is.

    header: as found. file: for messages. columns: as wanted. line: of the header, where the file has lines.
    """
    if tuple(header) == tuple(columns):
        return []
    lacking, strange = [n for n in columns if n not in header], [n for n in header if n not in columns]
    parts = [f"{word} {', '.join(names)}" for word, names in (("without", lacking), ("with", strange)) if names]
    is_no_header = len(lacking) == len(columns)
    got = shown(",".join(header) or None) if is_no_header else ", ".join(parts or header)
    return [Problem(file=file, line=line, what="wrong columns", got=got, remedy=f"The header is {','.join(columns)}.")]


def read(text: str, file: str, codes: Iterable[str]) -> tuple[Fact, ...]:
    """Facts of one file, every row checked.

    text: whole csv file. file: its name for messages. codes: region codes that exist. Raises DataError with every mistake.
    """
    facts, problems = facts_of(rows(text, file, COLUMNS), file, codes)
    problems += stated_twice(facts)
    if problems:
        raise DataError(*sorted(problems, key=lambda problem: problem.line or 0))
    return tuple(facts)


def facts_of(rows: Iterable[tuple[int, dict[str, str]]], file: str, codes: Iterable[str]) -> tuple[list[Fact], list[Problem]]:
    """Facts of the rows that are right, and what is wrong with the others.

    rows: cells by column, with line numbers. file: its name for messages. codes: region codes that exist.
    """
    known = frozenset(codes)
    facts: list[Fact] = []
    problems: list[Problem] = []
    for line, row in rows:
        wrong = list(_faults(row, known))
        if wrong:
            problems += [
                Problem(file=file, line=line, where=where, what=what, got=got, remedy=remedy) for where, what, got, remedy in wrong
            ]
            continue
        try:
            value = parse(f"{row['value']} {row['unit']}".strip(), QUANTITIES[row["quantity"]].dimension)
        except BadValue as error:
            fault = error.faults[0]
            problems.append(Problem(file=file, line=line, where="value, unit", what=fault.what, got=fault.got, remedy=fault.remedy))
            continue
        facts.append(_fact(row, value, file, line))
    return facts, problems


def _fact(row: dict[str, str], value: float, file: str, line: int) -> Fact:
    role: Role = "base" if row["role"] == "base" else "context"
    status: Status = "measured" if row["status"] == "measured" else "derived" if row["status"] == "derived" else "assumption"
    return Fact(
        commodity=row["commodity"],
        quantity=row["quantity"],
        region=row["region"],
        partner=row["partner"],
        sector=row["sector"],
        value=value,
        text=f"{row['value']} {row['unit']}".strip(),
        year=row["year"],
        role=role,
        status=status,
        basis=row["basis"],
        source=row["source"],
        url=row["url"],
        licence=row["licence"],
        file=file,
        line=line,
    )


Fault = tuple[str, str, str | None, str | None]
OF_COMMODITY = ("recipe", "host", "goes_into")
"""Quantities whose partner is a commodity."""
_NUMBER = re.compile(r"\+?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?")


def _faults(row: dict[str, str], codes: frozenset[str]) -> Iterable[Fault]:
    yield from _empty(row)
    for name, allowed in (("status", get_args(Status)), ("role", get_args(Role))):
        if row[name] and row[name] not in allowed:
            yield name, f"unknown {name}", shown(row[name]), near_miss(row[name], allowed)
    if row["commodity"] != ANY and not re.fullmatch(COMMODITY, row["commodity"]):
        yield "commodity", "not a commodity", shown(row["commodity"]), "Write material.stage, such as gallium.refined, or any."
    if row["year"] and not re.fullmatch(r"\d{4}(-\d{4})?", row["year"]):
        yield "year", "not a year", shown(row["year"]), "Write 2024 or 2016-2020."
    if row["value"].startswith("-"):
        yield "value", "is negative", shown(row["value"]), "No quantity of the pack can be below 0."
    elif row["value"] and not _NUMBER.fullmatch(row["value"]):
        yield "value", "not a number", shown(row["value"]), "Write digits with a decimal point, and the unit in its own column."
    if row["region"] not in codes:
        yield "region", "unknown region", shown(row["region"]), near_miss(row["region"], sorted(codes))
    quantity = QUANTITIES.get(row["quantity"])
    if quantity is None:
        yield "quantity", "unknown quantity", shown(row["quantity"]), near_miss(row["quantity"], QUANTITIES)
        return
    for name, needed in (("partner", quantity.partner), ("sector", quantity.sector)):
        if needed != bool(row[name]):
            yield name, f"{row['quantity']} {'needs' if needed else 'takes no'} {name}", None, None
    if quantity.sector and row["sector"] and not re.fullmatch(WORD, row["sector"]):
        yield "sector", "not the name of a sector", shown(row["sector"]), "Use letters, digits, - and _, beginning with a letter."
    if quantity.partner and row["quantity"] not in OF_COMMODITY and row["partner"] and row["partner"] not in codes:
        yield "partner", "unknown region", shown(row["partner"]), near_miss(row["partner"], sorted(codes))


def _empty(row: dict[str, str]) -> Iterable[Fault]:
    for name in ("value", "year", "role", "status", "source", "licence"):
        if not row[name]:
            remedy = "Leave the row out: missing is not zero." if name == "value" else None
            yield name, "is empty", None, remedy
    if not row["basis"] and row["status"] in ("derived", "assumption"):
        yield "basis", f"is empty, but the value is {row['status']}", None, "Give the formula, or the reason."
    if not row["url"] and row["status"] == "measured":
        yield "url", "is empty, but the value is measured", None, "Say where it can be seen."


def stated_twice(facts: Iterable[Fact]) -> list[Problem]:
    """A problem for each fact, of one file or of several, whose thing an earlier one already states."""
    first: dict[tuple[str, ...], Fact] = {}
    problems = []
    for fact in facts:
        key = (*fact.thing, fact.role, *((fact.year, fact.source) if fact.role == "context" else ()))
        earlier = first.setdefault(key, fact)
        if earlier is fact:
            continue
        place = f"on line {earlier.line}" if earlier.file == fact.file else f"in {earlier.file}:{earlier.line}"
        got, remedy = f"{earlier.text} and {fact.text}", "Keep one as base; others may stand as context."
        problems.append(
            Problem(file=fact.file, line=fact.line, where=fact.what, what=f"stated twice, first {place}", got=got, remedy=remedy)
        )
    return problems
