"""An observable that the scenario states is refused, with the reason; one that follows from it is not."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.api import read_episode
from sim.data.observed import COLUMNS
from sim.errors import DataError

WORLD = """
clock: {start: 2026-01-01, horizon: 2 years}
runs: {count: 1, rng_seed: 3}
network:
  commodities: {x.made: {}}
  nodes:
    x.made.AAA: {production: 20 t/year, demand: {use: 5 t/year}}
    x.made.BBB: {production: 2 t/year, demand: {use: 10 t/year, other: 2 t/year}}
    x.made.CCC: {production: 8 t/year, demand: {use: 13 t/year}}
  trade:
    - {commodity: x.made, from: AAA, to: BBB, flow: 7 t/year}
    - {commodity: x.made, from: CCC, to: BBB, flow: 3 t/year}
"""
YEAR = "start: 2026-03-01, end: 2027-03-01"
SELL = "commodity: x.made, from: AAA"
BAN, QUOTA, LICENCE = (f"shocks: {{s: {{kind: export_{kind}, {SELL}, {YEAR}" for kind in ("ban", "quota, quota: 30 %", "licence"))
OUTAGE = f"shocks: {{s: {{kind: outage, commodity: x.made, region: AAA, {YEAR}, severity: 40 %}}}}"
SURGE = f"shocks: {{s: {{kind: demand_surge, commodity: x.made, region: BBB, {YEAR}, size: 30 %"
OTHER = "shocks: {later: {kind: outage, commodity: x.made, region: CCC, start: 2027-11-01}}\n"
IMPORTS = f"policies: {{p: {{kind: import_quota, {SELL}, to: BBB, {YEAR}, quota: 50 %}}}}"
CONTROL = f"policies: {{p: {{kind: export_control, {SELL}, to: [BBB, CCC], {YEAR}}}}}"
SAVING = f"policies: {{p: {{kind: demand_reduction, commodity: x.made, region: BBB, {YEAR}, size: 20 %}}}}"
REMEDY = "Score what followed from it instead: a price, a stock, a shortage, a date."
INSIDE = "2026-06..2026-08"


def told(folder: Path, happens: str, series: str, over: str, *, region: str = "AAA", partner: str = "", step: str = "1 week") -> list[str]:
    """What is said of one observable in a world in which something happens."""
    row = dict.fromkeys(COLUMNS, "") | {"name": "seen", "series": series, "commodity": "x.made", "region": region, "partner": partner}
    row |= {"statistic": "mean", "over": over, "observed": "1", "low": "0", "high": "2", "source": "A survey"}
    (folder / "scenario.yaml").write_text(WORLD.replace("2 years", f"2 years, step: {step}") + happens + "\n", encoding="utf-8")
    (folder / "observed.csv").write_text(",".join(COLUMNS) + "\n" + ",".join(row.values()) + "\n", encoding="utf-8")
    try:
        read_episode(folder)
    except DataError as error:
        return [str(problem).replace(str(folder), "here") for problem in error.problems]
    return []


def stated_by(what: str) -> list[str]:
    return [f"here/observed.csv:2 seen: is stated by {what} for the whole of its period. {REMEDY}"]


@pytest.mark.parametrize(
    ("happens", "series", "region", "partner", "by"),
    [
        (BAN + "}}", "exports", "AAA", "", "shocks.s"),
        (BAN + ", to: BBB}}", "exports", "AAA", "BBB", "shocks.s"),
        (BAN + ", to: BBB}}", "imports", "BBB", "AAA", "shocks.s"),
        (QUOTA + "}}", "exports", "AAA", "", "shocks.s"),
        (QUOTA + "}}", "imports", "BBB", "AAA", "shocks.s"),
        (CONTROL, "exports", "AAA", "", "policies.p"),
        (IMPORTS, "imports", "BBB", "AAA", "policies.p"),
        (IMPORTS, "exports", "AAA", "BBB", "policies.p"),
        (f"shocks: {{s: {{kind: export_ban, commodity: x.made, from: [AAA, CCC], {YEAR}}}}}", "import_share", "BBB", "AAA", "shocks.s"),
        (OUTAGE, "production", "AAA", "", "shocks.s"),
        (OUTAGE, "world_share", "AAA", "", "shocks.s"),
        (SURGE + "}}", "use", "BBB", "", "shocks.s"),
        (SAVING, "use", "BBB", "", "policies.p"),
        (LICENCE + ", processing: 30 days}}", "exports", "AAA", "", "shocks.s"),
        (LICENCE + ", ramp: 30 days}}", "imports", "BBB", "AAA", "shocks.s"),
    ],
)
def test_what_the_scenario_states_throughout_is_refused(
    happens: str, series: str, region: str, partner: str, by: str, tmp_path: Path
) -> None:
    assert told(tmp_path, happens, series, INSIDE, region=region, partner=partner) == stated_by(by)


@pytest.mark.parametrize(
    ("happens", "series", "region", "partner"),
    [
        (BAN + ", to: BBB}}", "exports", "AAA", ""),
        (BAN + ", to: BBB}}", "exports", "AAA", "CCC"),
        (BAN + ", to: BBB}}", "imports", "BBB", ""),
        (BAN + ", to: BBB}}", "imports", "BBB", "CCC"),
        (QUOTA + "}}", "import_share", "BBB", "AAA"),
        (QUOTA + "}}", "import_share", "BBB", "CCC"),
        (OUTAGE, "production", "CCC", ""),
        (OUTAGE, "world_share", "CCC", ""),
        (OUTAGE, "exports", "AAA", ""),
        (SURGE + "}}", "use", "CCC", ""),
        (SURGE + ", sector: other}}", "use", "BBB", ""),
        (SURGE + "}}", "imports", "BBB", ""),
        *((BAN + "}}", series, "BBB", "") for series in ("price", "use", "unmet", "stock", "production")),
        *((BAN + "}}", series, "AAA", "") for series in ("origin_price", "production", "world_share")),
        *((LICENCE + "}}", series, "AAA", "") for series in ("exports", "price")),
    ],
)
def test_what_follows_from_it_is_allowed(happens: str, series: str, region: str, partner: str, tmp_path: Path) -> None:
    assert told(tmp_path, happens, series, INSIDE, region=region, partner=partner) == []


@pytest.mark.parametrize("over", ["2026-03", "2026-03-01", "2027-02", "2026-03..2027-02", "2027-02-28"])
@pytest.mark.parametrize("step", ["1 day", "1 week", "1 month"])
def test_a_period_is_covered_to_the_day_whatever_the_step(step: str, over: str, tmp_path: Path) -> None:
    assert told(tmp_path, BAN + "}}", "exports", over, step=step) == stated_by("shocks.s")


@pytest.mark.parametrize("over", ["2026-02..2026-08", "2026-02-28..2026-03-31", "2026-12..2027-03", "2027-02-01..2027-03-01", "2027-03"])
@pytest.mark.parametrize(("happens", "series"), [(BAN + "}}", "exports"), (OUTAGE, "production")])
def test_a_period_that_is_not_covered_whole_is_allowed(happens: str, series: str, over: str, tmp_path: Path) -> None:
    assert told(tmp_path, happens, series, over) == []


def test_one_world_in_which_it_is_stated_is_enough(tmp_path: Path) -> None:
    ban = f"shocks: {{s: {{kind: export_ban, {SELL}, start: {{uniform: [2026-05-01, 2026-07-15]}}, end: 2027-01-01}}}}"
    assert told(tmp_path, ban, "exports", INSIDE) == stated_by("shocks.s")
    late = ban.replace("2026-05-01", "2026-06-20")
    assert told(tmp_path, late, "exports", INSIDE) == []


def test_a_licence_with_the_usual_course_states_only_the_approval_that_is_written(tmp_path: Path) -> None:
    written = LICENCE + ", approval: 60 %}}"
    # The stop lasts 60 days at most and the ramp 120, so that all is approved that will be by the end of August, in some worlds by June.
    assert told(tmp_path, written, "exports", "2026-10..2026-12") == stated_by("shocks.s")
    assert told(tmp_path, written, "exports", "2026-05") == []
    assert told(tmp_path, LICENCE + "}}", "exports", "2026-10..2026-12") == []


@pytest.mark.parametrize("series", ["price", "stock", "use", "imports"])
@pytest.mark.parametrize("step", ["1 day", "1 week", "1 month"])
def test_what_is_over_before_anything_has_happened_is_refused(series: str, step: str, tmp_path: Path) -> None:
    said = told(tmp_path, BAN + "}}", series, "2026-01..2026-02", region="BBB", step=step)
    assert told(tmp_path, BAN + "}}", series, "2026-01..2026-03-01", region="BBB", step=step) == []
    assert said == [f"here/observed.csv:2 seen: is over before anything has happened: it is what the scenario starts from. {REMEDY}"]


def test_what_is_announced_has_happened(tmp_path: Path) -> None:
    ban = BAN + ", announced: 2026-02-01}}"
    assert told(tmp_path, ban, "exports", "2026-02-10..2026-02-20") == []
    assert len(told(tmp_path, ban, "exports", "2026-01-01..2026-01-20")) == 1


def test_a_policy_is_something_that_happens(tmp_path: Path) -> None:
    assert told(tmp_path, OTHER + SAVING, "price", INSIDE, region="BBB") == []
    assert len(told(tmp_path, OTHER, "price", INSIDE, region="BBB")) == 1


def test_every_observable_that_is_stated_is_told(tmp_path: Path) -> None:
    assert told(tmp_path, BAN + "}}", "exports", INSIDE) != []
    path = tmp_path / "observed.csv"
    head, row = path.read_text(encoding="utf-8").splitlines()
    rows = [row, row.replace("seen", "price").replace("exports", "price"), row.replace("seen", "again").replace(INSIDE, "2026-09")]
    path.write_text("\n".join([head, *rows, ""]), encoding="utf-8")
    with pytest.raises(DataError) as caught:
        read_episode(tmp_path)
    assert [(problem.line, problem.where) for problem in caught.value.problems] == [(2, "seen"), (4, "again")]
