"""Reading rows: what is refused, and how it is said."""

from __future__ import annotations

import ast
import csv
import io
import operator
from collections.abc import Callable
from importlib import resources

import pytest

from sim.data.areas import read_areas
from sim.data.facts import COLUMNS, QUANTITIES, Fact, packaged, read
from sim.data.material import COMMON, shipped_materials
from sim.errors import DataError

CODES = ("CHN", "JPN", "EU27", "ROW", "WLD")
GOOD = {
    "commodity": "metal.refined",
    "quantity": "production",
    "region": "CHN",
    "partner": "",
    "sector": "",
    "value": "12",
    "unit": "kt/year",
    "year": "2024",
    "role": "base",
    "status": "measured",
    "basis": "",
    "source": "A survey",
    "url": "https://example.org",
    "licence": "public domain",
}


def write(*changes: dict[str, str]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows({**GOOD, **change} for change in changes)
    return text.getvalue()


def problem(*changes: dict[str, str]) -> str:
    with pytest.raises(DataError) as caught:
        read(write(*changes), "x.csv", CODES)
    return str(caught.value)


def test_a_row_is_read_into_base_units() -> None:
    (fact,) = read(write({}), "x.csv", CODES)
    assert (fact.value, fact.text, fact.line, fact.what) == (12_000.0, "12 kt/year", 2, "metal.refined.CHN.production")
    (cover,) = read(write({"quantity": "cover", "value": "3", "unit": "weeks"}), "x.csv", CODES)
    assert cover.value == 21.0


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"quantity": "prodution"}, "x.csv:2 quantity: unknown quantity (got 'prodution'). Did you mean 'production'?"),
        ({"region": "CHM"}, "x.csv:2 region: unknown region (got 'CHM'). Did you mean 'CHN'?"),
        ({"status": "guess"}, "x.csv:2 status: unknown status (got 'guess'). Known: measured, derived, assumption."),
        ({"role": "bases"}, "x.csv:2 role: unknown role (got 'bases'). Did you mean 'base'?"),
        ({"source": ""}, "x.csv:2 source: is empty."),
        ({"licence": ""}, "x.csv:2 licence: is empty."),
        ({"year": ""}, "x.csv:2 year: is empty."),
        ({"year": "last year"}, "x.csv:2 year: not a year (got 'last year'). Write 2024 or 2016-2020."),
        ({"url": ""}, "x.csv:2 url: is empty, but the value is measured. Say where it can be seen."),
        ({"status": "derived"}, "x.csv:2 basis: is empty, but the value is derived. Give the formula, or the reason."),
        ({"status": "assumption"}, "x.csv:2 basis: is empty, but the value is assumption. Give the formula, or the reason."),
        ({"value": "-3"}, "x.csv:2 value: is negative (got '-3'). No quantity of the pack can be below 0."),
        ({"value": ""}, "x.csv:2 value: is empty. Leave the row out: missing is not zero."),
        ({"unit": "tons/year"}, "x.csv:2 value, unit: "),
        ({"unit": "weeks"}, "x.csv:2 value, unit: is a duration, but a rate in tonnes per time is needed (got '12 weeks')."),
        ({"commodity": "metal"}, "x.csv:2 commodity: not a commodity (got 'metal')."),
        ({"partner": "JPN"}, "x.csv:2 partner: production takes no partner."),
        ({"quantity": "trade"}, "x.csv:2 partner: trade needs partner."),
        ({"quantity": "trade", "partner": "XXX"}, "x.csv:2 partner: unknown region (got 'XXX')."),
        ({"quantity": "end_use", "unit": "%"}, "x.csv:2 sector: end_use needs sector."),
    ],
)
def test_a_wrong_row_is_refused_with_its_line(change: dict[str, str], words: str) -> None:
    assert words in problem(change)


def test_all_mistakes_are_told_at_once_in_order() -> None:
    lines = problem({"region": "??"}, {}, {"status": "x", "source": ""}).splitlines()
    assert [line.split(" ")[0] for line in lines] == ["x.csv:2", "x.csv:4", "x.csv:4"]


def test_one_thing_has_one_base_row() -> None:
    assert "x.csv:3 metal.refined.CHN.production: stated twice, first on line 2 (got 12 kt/year and 13 kt/year)" in problem(
        {}, {"value": "13"}
    )


def test_context_may_repeat_by_year_and_source_but_not_within() -> None:
    context = {"role": "context"}
    assert len(read(write({}, context, {**context, "year": "2023"}, {**context, "source": "Another"}), "x.csv", CODES)) == 4
    assert "x.csv:3" in problem(context, context)


def test_a_file_with_other_columns_or_cells_is_refused() -> None:
    with pytest.raises(DataError, match=r"x.csv:1: wrong columns \(got without licence\)"):
        read(write({}).replace(",licence", "", 1), "x.csv", CODES)
    with pytest.raises(DataError, match=r"x.csv:3: needs 14 cells \(got 2\)"):
        read(write({}) + "a,b\n", "x.csv", CODES)
    with pytest.raises(DataError, match="wrong columns"):
        read("", "x.csv", CODES)


def test_a_missing_file_is_told() -> None:
    with pytest.raises(DataError, match=r"nothing\.csv: the file of facts is missing"):
        packaged("nothing.csv")


def test_regions_are_stated_once_and_blocs_exist() -> None:
    head = "code,name,bloc,source,url,licence\n"
    with pytest.raises(DataError, match=r"regions.csv:3 code: stated twice \(got 'AAA'\)"):
        read_areas(head + "AAA,A,,s,,l\nAAA,A,,s,,l\n")
    with pytest.raises(DataError, match="AAA: bloc 'BB' has no row"):
        read_areas(head + "AAA,A,BB,s,,l\n")


def pack() -> list[Fact]:
    codes = read_areas(packaged("regions.csv")).names
    return [fact for name in (*shipped_materials(), COMMON) for fact in read(packaged(f"{name}.csv"), f"{name}.csv", codes)]


def test_every_row_of_the_pack_says_where_it_is_from() -> None:
    found = pack()
    assert len(found) > 250
    for fact in found:
        assert all((fact.source, fact.licence, fact.year, fact.status, fact.role)), fact.what
        assert fact.basis or fact.status == "measured", fact.what
        assert fact.url.startswith("http") or fact.status != "measured", fact.what
        assert fact.value >= 0, fact.what


def test_assumptions_are_not_dressed_up_as_measured() -> None:
    own = [fact for fact in pack() if fact.source == "own assumption"]
    assert own
    assert all(fact.status == "assumption" for fact in own)


STEPS: dict[type[ast.operator], Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}


def worked_out(formula: str) -> float:
    """Result of sums and products as a basis writes them: 94 x 51.4 %, (1 - 53 %) x 607.2687."""

    def step(node: ast.expr) -> float:
        if isinstance(node, ast.BinOp):
            return STEPS[type(node.op)](step(node.left), step(node.right))
        assert isinstance(node, ast.Constant), f"not arithmetic: {formula}"
        return float(ast.literal_eval(node))

    return step(ast.parse(formula.replace(",", "").replace(" %", " / 100").replace(" x ", " * "), mode="eval").body)


DERIVED = [fact for fact in pack() if fact.status == "derived"]


@pytest.mark.parametrize("fact", DERIVED, ids=lambda fact: f"{fact.what}.{fact.year}")
def test_a_derived_row_begins_with_the_formula_that_gives_its_value(fact: Fact) -> None:
    formula, colon, words = fact.basis.partition(": ")
    assert (colon, words) != ("", ""), fact.basis
    written, _, unit = fact.text.partition(" ")
    assert worked_out(formula) * (100 if unit == "%" else 1) == pytest.approx(float(written), rel=1e-3)


def test_a_figure_second_hand_is_not_called_measured_without_saying_so() -> None:
    for fact in pack():
        if (
            fact.status == "measured"
            and fact.source.startswith(("USGS M", "USGS O"))
            and not any(seen in fact.url for seen in ("P1WKQ63T", "docslib"))
        ):
            assert "transcription" in fact.basis, fact.what


def test_licences_are_those_of_the_datasets() -> None:
    terms = {
        "USGS M": "US public domain",
        "USGS O": "US public domain",
        "European Commission": "CC BY 4.0",
        "IEA Critical": "CC BY 4.0 as stated by the copy, cite IEA",
        "CEPII BACI": "Etalab Open Licence 2.0",
        "own assumption": "own work",
    }
    for fact in pack():
        for start, licence in terms.items():
            assert not fact.source.startswith(start) or fact.licence == licence, fact.what


def test_every_quantity_is_used_and_every_file_is_listed() -> None:
    assert {fact.quantity for fact in pack()} == set(QUANTITIES)
    files = {entry.name for entry in resources.files("sim.data").iterdir() if entry.name.endswith(".csv")}
    assert files == {f"{name}.csv" for name in (*shipped_materials(), COMMON, "regions", "governance", "eu-2017")}
