"""What was observed: periods, and every mistake in `observed.csv` told at once, with its line, its cause and what to do."""

from __future__ import annotations

from datetime import date
from math import isnan
from pathlib import Path

import pytest

from sim.data.observed import COLUMNS, STATISTICS, WITH_LEVEL, Period, period, read_observed
from sim.errors import DataError

HEAD = ",".join(COLUMNS)
ROW = {
    "name": "price in May",
    "series": "price",
    "commodity": "x.made",
    "region": "BBB",
    "partner": "",
    "statistic": "mean",
    "over": "2026-05",
    "relative_to": "rest",
    "level": "",
    "observed": "1.5",
    "low": "1.2",
    "high": "1.8",
    "unit": "x",
    "source": "A survey",
    "url": "https://example.org",
}
WHEN = "Write 2023-12-15, 2023-12, 2023, or two of these as 2023-08..2024-01."
BASES = "Write rest, peak, storage, region:NAME, a period such as 2023-06, or nothing."
DIGITS = "Write digits with a decimal point."


def written(folder: Path, *rows: dict[str, str], head: str = HEAD) -> Path:
    path = folder / "observed.csv"
    path.write_text("\n".join([head, *(",".join((ROW | row).values()) for row in rows), ""]), encoding="utf-8")
    return path


def said(path: Path) -> list[str]:
    """What is wrong, without the folder's path."""
    with pytest.raises(DataError) as caught:
        read_observed(path)
    assert caught.value.exit_code == 2
    return [line.replace(str(path), "observed.csv") for line in str(caught.value).splitlines()]


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2023-12-15", date(2023, 12, 15), date(2023, 12, 16)),
        ("2024-02", date(2024, 2, 1), date(2024, 3, 1)),
        ("2023-12", date(2023, 12, 1), date(2024, 1, 1)),
        ("2023", date(2023, 1, 1), date(2024, 1, 1)),
        ("2023-08..2024-01", date(2023, 8, 1), date(2024, 2, 1)),
        ("2023 .. 2024-02-29", date(2023, 1, 1), date(2024, 3, 1)),
        ("2023-08-05..2023-08-05", date(2023, 8, 5), date(2023, 8, 6)),
    ],
)
def test_a_period_is_a_day_a_month_a_year_or_from_one_to_another(text: str, first: date, last: date) -> None:
    assert period(text) == Period(first, last)


@pytest.mark.parametrize(
    "text",
    [
        *("", "rest", "2023-13", "2023-00", "2023-02-29", "2023-05-00", "2023-5", "23", "0000", "9999", "9999-12-31", "2023/05"),
        *("2023-08..2023-07", "2023..", "..2023", "2023..2024..2025", "2023-Q1"),
    ],
)
def test_anything_else_is_no_period(text: str) -> None:
    assert period(text) is None


def test_a_period_is_told_with_its_last_day() -> None:
    assert str(period("2023-12")) == "2023-12-01 to 2023-12-31"
    assert str(period("2023-12-15")) == "2023-12-15"


def test_a_row_is_read_as_it_stands(tmp_path: Path) -> None:
    flow = {"name": "gone", "series": "exports", "partner": "CCC", "statistic": "months_below", "relative_to": "2026-01", "level": "0.5"}
    plain, other = read_observed(written(tmp_path, {}, flow))
    assert (plain.name, plain.series, plain.commodity, plain.region, plain.partner) == ("price in May", "price", "x.made", "BBB", "")
    assert (plain.statistic, plain.over, plain.base) == ("mean", period("2026-05"), "rest")
    assert (plain.observed, plain.low, plain.high, plain.unit) == (1.5, 1.2, 1.8, "x")
    assert (plain.source, plain.url, plain.line) == ("A survey", "https://example.org", 2)
    assert isnan(plain.level)
    assert (other.base, other.level, other.partner, other.line) == (period("2026-01"), 0.5, "CCC", 3)


def test_a_byte_order_mark_windows_lines_blanks_and_blank_lines_are_no_mistake(tmp_path: Path) -> None:
    path = tmp_path / "observed.csv"
    path.write_bytes("\r\n".join([HEAD, "", ",".join(f" {cell} " for cell in ROW.values()), ""]).encode("utf-8-sig"))
    (item,) = read_observed(path)
    assert (item.name, item.observed, item.line) == ("price in May", 1.5, 3)


def test_every_mistake_is_told_at_once_with_line_cause_and_remedy(tmp_path: Path) -> None:
    rows: tuple[dict[str, str], ...] = (
        {"name": "", "commodity": "", "region": "", "source": ""},
        {"name": "b", "series": "prize", "statistic": "man"},
        {"name": "c", "over": "May 2026", "relative_to": "usual"},
        {"name": "d", "statistic": "at"},
        {"name": "e", "partner": "AAA", "level": "2"},
        {"name": "f", "series": "import_share", "statistic": "months_below"},
        {"name": "g", "observed": "1·5", "low": "nan", "high": "inf"},
        {"name": "h", "low": "1.8"},
        {"name": "i", "observed": "2"},
        {"name": "j", "observed": "", "low": "", "high": "", "over": ""},
        {"name": "k", "series": "price", "relative_to": "storage"},
        {"name": "l", "series": "store", "relative_to": "rest"},
    )
    assert said(written(tmp_path, *rows)) == [
        "observed.csv:2 name: is empty.",
        "observed.csv:2 commodity: is empty.",
        "observed.csv:2 region: is empty.",
        "observed.csv:2 source: is empty.",
        "observed.csv:3 series: unknown series (got 'prize'). Did you mean 'price'?",
        "observed.csv:3 statistic: unknown statistic (got 'man'). Did you mean 'mean'?",
        f"observed.csv:4 over: not a period (got 'May 2026'). {WHEN}",
        f"observed.csv:4 relative_to: not a base (got 'usual'). {BASES}",
        "observed.csv:5 over: must be a day (got '2026-05'). Write a day, such as 2023-12-15, or another statistic.",
        "observed.csv:6 partner: price takes no partner (got 'AAA'). Leave it empty.",
        "observed.csv:6 level: mean takes no level (got '2'). Leave it empty.",
        "observed.csv:7 partner: import_share needs partner.",
        "observed.csv:7 level: months_below needs level.",
        f"observed.csv:8 observed: not a number (got '1·5'). {DIGITS}",
        f"observed.csv:8 low: not a number (got 'nan'). {DIGITS}",
        f"observed.csv:8 high: not a number (got 'inf'). {DIGITS}",
        "observed.csv:9 low: the band has no width (got 1.8 to 1.8). Give a low below high.",
        "observed.csv:10 observed: lies outside its own band (got 2, band 1.2 to 1.8). Mend the band.",
        "observed.csv:11 over: is empty.",
        "observed.csv:11 observed: is empty.",
        "observed.csv:11 low: is empty.",
        "observed.csv:11 high: is empty.",
        "observed.csv:12 relative_to: price has no storage (got 'storage'). Only stock is told as a part of what users can hold.",
        "observed.csv:13 relative_to: a store is not at rest (got 'rest'). Give it in t, or against a period such as 2023-06.",
    ]


def test_two_of_one_name_are_refused(tmp_path: Path) -> None:
    path = written(tmp_path, {}, {"name": "other"}, {"observed": "1.4"})
    assert said(path) == [
        "observed.csv:4 name: has the name of the observable on line 2 (got 'price in May'). Name it otherwise.",
    ]


@pytest.mark.parametrize("statistic", STATISTICS)
def test_a_level_is_for_those_statistics_that_need_one(statistic: str, tmp_path: Path) -> None:
    plain = {"statistic": statistic, "over": "2026-05-02" if statistic == "at" else "2026-05..2026-07"}
    good, bad = (plain | {"level": level} for level in (("1", "") if statistic in WITH_LEVEL else ("", "1")))
    assert read_observed(written(tmp_path, good))[0].statistic == statistic
    assert len(said(written(tmp_path, bad))) == 1


@pytest.mark.parametrize("edge", ["low", "high"])
def test_a_number_on_the_edge_of_its_band_lies_in_it(edge: str, tmp_path: Path) -> None:
    assert read_observed(written(tmp_path, {"observed": ROW[edge]}))[0].observed == float(ROW[edge])


def test_a_file_that_is_no_table(tmp_path: Path) -> None:
    path = written(tmp_path)
    assert said(path) == ["observed.csv: holds no observable. Write a row for each number that was seen."]
    path = written(tmp_path, {}, head=HEAD.replace("statistic", "statistics"))
    assert said(path) == [f"observed.csv:1: wrong columns (got without statistic, with statistics). The header is {HEAD}."]
    path.write_text(f"{HEAD}\nprice,in,May\n", encoding="utf-8")
    assert said(path) == ["observed.csv:2: needs 15 cells (got 3). Quote cells that hold commas."]
    path.write_bytes(f"{HEAD}\nprice in Köln".encode("latin-1"))
    assert said(path) == ["observed.csv:2: the text is not UTF-8 (got byte 0xf6). Save it as UTF-8."]
    path.write_bytes(HEAD.encode("utf-16"))
    assert said(path) == ["observed.csv: the file is UTF-16, not UTF-8. Save it as UTF-8."]
    path.write_bytes(b"\x89PNG\r\n\x1a\n\x00\x00")
    assert said(path) == ["observed.csv: a binary file, not text. Save it as CSV."]


def test_no_file(tmp_path: Path) -> None:
    remedy = "An episode is a folder with scenario.yaml and observed.csv."
    assert said(tmp_path / "observed.csv") == [f"observed.csv: cannot be read (got No such file or directory). {remedy}"]
