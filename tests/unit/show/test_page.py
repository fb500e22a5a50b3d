"""The page of a run: whole, safe with hostile names, and the same each time."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable
from datetime import date
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from sim.errors import RunError
from sim.show.charts import write_charts
from sim.show.page import HEADINGS, write_page
from sim.show.table import summary_table
from sim.show.view import RunView

Maker = Callable[..., RunView]
HOSTILE = "<script>alert('x')</script>\"&"

SVG = """<?xml version="1.0" encoding="utf-8" standalone="no"?>
<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd">
<svg xmlns:xlink="http://www.w3.org/1999/xlink" width="504pt" height="300pt" viewBox="0 0 504 300" xmlns="http://www.w3.org/2000/svg">
 <title>a-file-name</title>
 <metadata><rdf:RDF><dc:type rdf:resource="http://purl.org/dc/dcmitype/StillImage"/></rdf:RDF></metadata>
 <defs><style type="text/css">*{stroke-linejoin: round}</style><path id="m1" d="M 0 0"/><clipPath id="p1"><rect/></clipPath></defs>
 <g id="figure_1" clip-path="url(#p1)"><use xlink:href="#m1" width="3"/><text> id="kept" href="#kept"</text></g>
</svg>
"""


class Page(HTMLParser):
    """What a browser would see of a page."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.svgs: list[dict[str, str | None]] = []
        self.open: list[str] = []
        self.source = path.read_text(encoding="utf-8")
        self.feed(self.source)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]
        if tag == "svg":
            self.svgs.append(dict(attrs))
        if tag not in ("meta", "link", "br", "img"):
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def values(self, name: str) -> list[str]:
        return [value for found, value in self.attributes if found == name]


def manifest_of(view: RunView) -> dict[str, Any]:
    halt = {"kind": "export_ban", "commodity": view.commodities[0], "from": "CHN", "to": ["EU27"], "start": "2026-12-27"}
    return {
        "scenario": view.scenario, "variant": view.variant, "path": None, "sets": [], "runs": view.n_runs, "rng_seed": view.rng_seed,
        "sources": ["eu-us-japan-alliance#alliance"],
        "fact_sources": ["USGS 2026 (US public domain), https://doi.org/1", "15 numbers measured, 3 derived, 39 assumed"],
        "start": "2026-01-01", "step_days": 7.0, "n_step": 209, "hash": "6a3f021b", "text": "title: as written\n",
        "resolved": {"shocks": {"halt": halt}, "policies": {"reserve": {"kind": "stockpile"}}},
        "written": "2026-11-21T19:31:14+00:00", "wall_s": 0.4,
        "machine": {"python": "3.11.7", "system": "Linux", "processor": "x86_64"}, "versions": {"numpy": "2.4.6"},
    }  # fmt: skip


def with_days(view: RunView) -> RunView:
    row = {"measure": "shock_days", "commodity": view.commodities[0], "region": "", "sector": "shock:halt", "unit": "days"}
    shock = pd.DataFrame([{**row, "mean": 391.6, "p05": 142.0, "p95": 871.0}])
    return dataclasses.replace(view, summary=pd.concat([view.summary, shock], ignore_index=True))


def draw_plain(view: RunView, folder: Path) -> list[Path]:
    """Stand-ins for the charts, in an order that is not the page's."""
    paths = [folder / f"{kind}-{commodity}.svg" for commodity in view.commodities for kind in sorted(HEADINGS)]
    for path in paths:
        path.write_text(SVG, encoding="utf-8")
    return paths


def words(text: str) -> str:
    return " ".join(re.sub(r"<[^>]*>", "", text).split())


@pytest.fixture
def build(make_view: Maker, tmp_path: Path) -> Callable[..., Page]:
    def make(manifest: dict[str, Any] | None = None, **fields: Any) -> Page:
        view = with_days(make_view(**fields))
        return Page(write_page(view, draw_plain(view, tmp_path), manifest_of(view) | (manifest or {}), tmp_path / "report.html"))

    return make


def test_headline_says_who_when_how_likely_and_how_much(build: Callable[..., Page]) -> None:
    text = words(build(regions=("CHN", "EU27"), depth={"EU27": 0.42}).source)
    assert (
        "gallium, refined: EU27 runs short first. Its chance of shortage is 80 % (78-82); the median date among the runs that run short is "
        "2026-09-17. It goes without 15.5 t on average over all runs (8.4 % of its demand), and without 40.2 t in the worst 5 % of them. "
        "No shortage in any of 2,000 runs: CHN (chance &lt; 0.18 %)."
    ) in text


def test_headline_names_the_likeliest_where_no_shortage_is_likely(build: Callable[..., Page]) -> None:
    text = words(build(regions=("EU27", "JPN"), depth={"JPN": 0.05, "EU27": 0.1}).source)
    assert "EU27 is the most likely to run short. Its chance of shortage is 19 %" in text
    assert "The most is missing in JPN: 6.4 t on average (1.00 % of demand)." in text
    assert "The others that run short, with chance and median date: JPN 10 % (8-11), 2026-09-17." in text


def test_headline_where_nobody_runs_short(build: Callable[..., Page]) -> None:
    assert "gallium, refined: nobody runs short. No shortage in any of 2,000 runs" in words(build(depth={}).source)


def test_table_has_the_words_of_the_terminal(build: Callable[..., Page], make_view: Maker) -> None:
    source = build().source
    view = make_view()
    lines = summary_table(view.summary, n_runs=view.n_runs, start=date(2026, 1, 1)).split("\n\n")[0].split("\n")[5:]
    rows = [words(row.replace("</th>", " ").replace("</td>", " ")) for row in re.findall(r"<tr><th scope=\"row\">.*?</tr>", source)]
    for line in lines:
        assert " ".join(line.split()).replace("<", "&lt;") in rows


def test_every_commodity_has_its_section_and_charts_in_order(build: Callable[..., Page]) -> None:
    page = build(commodities=("rare-earths.oxide", "ndfeb.magnet"))
    assert [svg["aria-label"] for svg in page.svgs] == [
        f"{heading}: {commodity}" for commodity in ("rare earths, oxide", "NdFeB magnet") for heading in HEADINGS.values()
    ]
    assert {svg["role"] for svg in page.svgs} == {"img"}
    for commodity in ("rare earths, oxide", "NdFeB magnet"):
        assert f"<h2>{commodity}</h2>" in page.source


def test_a_commodity_without_numbers_is_named_all_the_same(make_view: Maker, tmp_path: Path) -> None:
    view = dataclasses.replace(make_view(), commodities=("bauxite.ore", "gallium.refined"))
    page = Page(write_page(view, [], manifest_of(view), tmp_path / "report.html"))
    assert "<h2>bauxite, ore</h2> <p>Nobody in this scenario asks for it" in " ".join(page.source.split())


def test_ids_are_unique_and_references_meet_them(build: Callable[..., Page]) -> None:
    page = build(commodities=("gallium.refined", "germanium.refined"))
    ids = page.values("id")
    assert len(ids) == len(set(ids)) == 3 * len(page.svgs)
    references = [value.removeprefix("#") for value in page.values("xlink:href")] + re.findall(r"url\(#([^)]*)\)", page.source)
    assert len(references) == 2 * len(page.svgs)
    assert set(references) <= set(ids)
    # Text of a chart is not an attribute.
    assert page.source.count(' id="kept" href="#kept"') == len(page.svgs)


def test_hostile_names_stay_text(build: Callable[..., Page]) -> None:
    shock = {"kind": HOSTILE, "commodity": HOSTILE, "from": HOSTILE, "to": [HOSTILE], "start": {"low": 1.0}}
    written = {"sources": [HOSTILE], "fact_sources": [HOSTILE], "scenario": HOSTILE, "variant": HOSTILE, "text": HOSTILE, "hash": HOSTILE}
    told = {"machine": {HOSTILE: HOSTILE}, "versions": {HOSTILE: HOSTILE}}
    resolved = {"shocks": {HOSTILE: shock}, "policies": {HOSTILE: {"kind": HOSTILE}}}
    page = build(
        manifest=written | told | {"resolved": resolved},
        title=HOSTILE, variant=HOSTILE, regions=(HOSTILE, "EU27"), depth={HOSTILE: 0.5},
    )  # fmt: skip
    assert "script" not in page.tags
    assert page.source.count("&lt;script&gt;") > 15
    assert not page.open


def test_hostile_commodity_and_headings_stay_text(make_view: Maker, tmp_path: Path) -> None:
    view = make_view(commodities=(HOSTILE,))
    chart = tmp_path / 'new-kind"><script>.svg'
    chart.write_text(SVG, encoding="utf-8")
    page = Page(write_page(view, [chart], manifest_of(view), tmp_path / "report.html"))
    assert "script" not in page.tags
    assert [svg["aria-label"] for svg in page.svgs] == ['new kind"><script>']
    assert not any(name.startswith("on") for name, _ in page.attributes)


def test_nothing_is_fetched_and_nothing_runs(make_view: Maker, tmp_path: Path) -> None:
    view = with_days(make_view(regions=("CHN", "EU27", "JPN")))
    page = Page(write_page(view, write_charts(view, tmp_path / "charts"), manifest_of(view), tmp_path / "report.html"))
    assert len(page.svgs) == 4
    assert not {"script", "link", "img", "iframe", "object", "embed", "image", "foreignobject", "base", "form"} & set(page.tags)
    fetching = ("src", "srcset", "href", "xlink:href", "action", "poster", "data", "background")
    assert all(value.startswith("#") for name in fetching for value in page.values(name))
    assert not any(name.startswith("on") for name, _ in page.attributes)
    assert "@import" not in page.source
    assert all(reference.startswith("#") for reference in re.findall(r"url\(['\"]?(.)", page.source))
    assert "default-src 'none'" in page.source
    assert len(page.values("id")) == len(set(page.values("id")))
    # What is left of addresses names a source or a vocabulary.
    left = set(re.findall(r"https?://[^\s\"'<]+", page.source))
    assert left == {"https://doi.org/1", "http://www.w3.org/1999/xlink", "http://www.w3.org/2000/svg"}
    assert len(page.source.encode()) < 600_000


def test_labels_are_the_headings_of_the_charts(make_view: Maker, tmp_path: Path) -> None:
    view = make_view(regions=("CHN", "EU27"))
    charts = [path for path in write_charts(view, tmp_path / "charts") if path.suffix == ".svg"]
    page = Page(write_page(view, charts, manifest_of(view), tmp_path / "report.html"))
    for svg, drawn in zip(page.svgs, page.source.split("<svg")[1:], strict=True):
        assert f">{svg['aria-label']}</text>" in drawn


def test_same_run_same_bytes_and_time_from_the_manifest_only(make_view: Maker, tmp_path: Path) -> None:
    view = with_days(make_view())
    charts, manifest = draw_plain(view, tmp_path), manifest_of(view)
    first, second = (
        write_page(view, order, manifest, tmp_path / f"{n}.html").read_bytes() for n, order in enumerate((charts, charts[::-1]))
    )
    assert first == second
    later = write_page(view, charts, manifest | {"written": "next year"}, tmp_path / "later.html").read_text(encoding="utf-8")
    assert later == first.decode().replace("2026-11-21T19:31:14+00:00", "next year")


def test_shocks_policies_sources_and_how_to_repeat_it(build: Callable[..., Page]) -> None:
    text = words(build(variant="pooled 60").source.replace("</td>", " ").replace("</th>", " "))
    assert "halt export ban: gallium, refined from CHN to EU27 2026-12-27 392 (142-871)" in text
    assert "Policies: reserve (stockpile)." in text
    assert "Facts: 15 numbers measured, 3 derived, 39 assumed." in text
    assert "39 of 57 facts behind this run are assumptions" in text
    assert "There are no prices in this run" in text
    assert "sim run gallium-export-halt --variant &#39;pooled 60&#39; --runs 2000 --rng-seed 20260101" in text
    assert "title: as written" in text


def test_command_repeats_the_file_and_the_changes(build: Callable[..., Page]) -> None:
    changes = ["shocks.halt.leakage=30 %", "watch.threshold=2 %"]
    text = words(build(manifest={"path": "my scenarios/own.yaml", "sets": changes}).source)
    assert (
        "sim run &#39;my scenarios/own.yaml&#39; --set &#39;shocks.halt.leakage=30 %&#39; --set &#39;watch.threshold=2 %&#39; "
        "--runs 2000 --rng-seed 20260101"
    ) in text


def test_where_every_run_is_the_same_nothing_is_called_a_chance(make_certain: Maker, tmp_path: Path) -> None:
    view = make_certain(regions=("CHN", "EU27", "JPN"), depth={"EU27": 0.6, "JPN": 0.1})
    text = words(write_page(view, [], manifest_of(view), tmp_path / "report.html").read_text(encoding="utf-8"))
    assert (
        "gallium, refined: EU27 runs short first. It first runs short on 2026-09-17 and goes without 22.1 t (12 % of its demand) in all. "
        "The others that run short: JPN on 2026-09-17, 12.8 t (2 % of its demand)."
    ) in text
    assert "No shortage: CHN. Nothing in this scenario is left to chance: every run is the same." in text
    for word in ("5-95", "its 95 %", "on average", "worst 5 %", "chance &lt;"):
        assert word not in text


def test_a_world_without_shock_policy_or_source(build: Callable[..., Page]) -> None:
    bare = {"resolved": {}, "sources": [], "fact_sources": [], "text": ""}
    page = build(manifest=bare)
    text = words(page.source)
    assert "No shock: the world as it is. No policy answers it." in text
    assert "The scenario names no source." in text
    assert "The facts are the scenario's own and partly assumptions" in text
    assert re.findall(r"<summary>(.*?)</summary>", page.source) == ["Machine and versions"]


def test_missing_chart_is_a_clear_error(make_view: Maker, tmp_path: Path) -> None:
    view = make_view()
    with pytest.raises(RunError, match=r"stock-gallium\.refined\.svg: cannot read this chart .*Draw the charts again"):
        write_page(view, [tmp_path / "stock-gallium.refined.svg"], manifest_of(view), tmp_path / "report.html")
    assert not (tmp_path / "report.html").exists()


@pytest.mark.parametrize("content", [b"no picture", b"\xff\xfe\xfa"])
def test_damaged_chart_is_a_clear_error(make_view: Maker, tmp_path: Path, content: bytes) -> None:
    view = make_view()
    (chart := tmp_path / "stock-gallium.refined.svg").write_bytes(content)
    with pytest.raises(RunError, match=r"stock-gallium\.refined\.svg: .*Draw the charts again"):
        write_page(view, [chart], manifest_of(view), tmp_path / "report.html")


def test_manifest_that_lacks_a_key_is_a_clear_error(make_view: Maker, tmp_path: Path) -> None:
    view = make_view()
    manifest = manifest_of(view)
    del manifest["hash"], manifest["text"]
    with pytest.raises(RunError, match=r"the manifest is not whole \(got no hash and text\)"):
        write_page(view, [], manifest, tmp_path / "report.html")


def test_headline_where_nobody_runs_short_but_prices_rise(build: Callable[..., Page]) -> None:
    source = build(depth={}, regions=("CHN", "EU27", "JPN"), priced={"JPN": 8.2, "EU27": 3.0}, given_up={"EU27": 0.12, "JPN": 0.05}).source
    assert (
        "gallium, refined: nobody runs short, but the price peaks at 8.2 times that at rest in JPN (5-95 %: 2.9-12.5). Users give up "
        "12.0 % of their use in EU27, where most is given up (5-95 %: 3.0-24.0 %). Both are means over all runs. No shortage"
    ) in words(source)
    assert 'class="headline">' in source
    assert "There are no prices in this run" not in source


def test_headline_tells_use_given_up_where_prices_hardly_rise(build: Callable[..., Page]) -> None:
    text = words(build(depth={}, regions=("EU27",), priced={}, given_up={"EU27": 0.02}).source)
    assert "nobody runs short, but users give up 2.0 % of their use in EU27 (5-95 %: 0.5-4.0 %). That is the mean over all runs." in text


def test_headline_stays_quiet_where_nothing_happens(build: Callable[..., Page]) -> None:
    source = build(depth={}, priced={"EU27": 1.01}, given_up={"EU27": 1e-17}).source
    assert "gallium, refined: nobody runs short. Its price hardly moves." in words(source)
    assert 'class="headline quiet">' in source


def test_headline_of_a_shortage_tells_the_price_too(build: Callable[..., Page]) -> None:
    text = words(build(regions=("CHN", "EU27"), depth={"EU27": 0.42}, priced={"EU27": 4.0}, given_up={"EU27": 0.1}).source)
    assert (
        "and without 40.2 t in the worst 5 % of them. The price peaks at 4.0 times that at rest in EU27 (5-95 %: 2.0-5.3), and users "
        "give up 10.0 % of their use in EU27 (5-95 %: 2.5-20.0 %), on average over all runs."
    ) in text


def test_where_every_run_is_the_same_prices_have_no_range(make_certain: Maker, tmp_path: Path) -> None:
    view = make_certain(depth={}, regions=("EU27",), priced={"EU27": 4.0}, given_up={"EU27": 0.1})
    text = words(write_page(view, [], manifest_of(view), tmp_path / "report.html").read_text(encoding="utf-8"))
    assert (
        "nobody runs short, but the price peaks at 4.0 times that at rest in EU27. Users give up 10.0 % of their use in EU27. No sh" in text
    )


def test_dear_commodities_come_between_short_and_quiet_ones(make_view: Maker, tmp_path: Path) -> None:
    view = make_view(commodities=("a.quiet", "b.dear", "c.short"), regions=("EU27",), depth={"EU27": 0.4}, priced={"EU27": 4.0})
    summary = view.summary.copy()
    calm = (summary["measure"] == "p_short") & (summary["commodity"] != "c.short")
    summary.loc[calm, "probability"] = 0.0
    still = (summary["measure"] == "price_peak") & (summary["commodity"] == "a.quiet")
    summary.loc[still, ["mean", "p05", "p95"]] = 1.0
    source = write_page(dataclasses.replace(view, summary=summary), [], manifest_of(view), tmp_path / "report.html").read_text()
    assert re.findall(r'<p class="headline[a-z ]*"><b>([a-z]), ', source) == ["c", "b", "a"]


SECTORS = {("EU27", "wind"): (0.04, 2e9), ("JPN", "cars"): (0.01, float("nan"))}


def test_sectors_at_work_have_a_table_and_a_headline(build: Callable[..., Page]) -> None:
    text = words(build(at_work=SECTORS).source.replace("</td>", " ").replace("</th>", " "))
    assert (
        "sectors at work: wind in EU27 loses most, 4.0 % of its sales on average. That is USD 2.00 bn of value added on average (0.50 if "
        "each missing input costs no more than its share in value added, 4.00 if any stops all)."
    ) in text
    assert "EU27 wind 4.00 (2.00-12.00) 2.00 (0.50-4.00)" in text.replace("4.0 (2.0-12.0)", "4.00 (2.00-12.00)")
    assert "JPN cars 1.00 (0.50-3.00) -" in text
    assert "neither scenario nor facts state the value added of the sector there." in text
    assert "sectors at work" not in build().source


def test_shocks_and_policies_of_every_kind_are_told(build: Callable[..., Page]) -> None:
    what = {"commodity": "gallium.refined"}
    shocks = {
        "tax": {**what, "kind": "tariff", "from": "CHN", "to": "EU27", "rate": {"uniform": ["10 %", "20 %"]}, "start": "2027-01-01"},
        "flood": {**what, "kind": "dumping", "region": "CHN", "discount": 0.3, "capacity": 0, "after": {"shock": "tax"}},
        "strait": {**what, "kind": "transport", "delay": "20 days", "closed": "50 %", "every": {"rate": "0.3 /year"}},
        "knowhow": {**what, "kind": "technology_ban", "region": ["JPN"], "severity": 1.0, "start": 20819.0, "probability": "60 %"},
        "late": {**what, "kind": "tariff", "source": ["CHN"], "to": ["EU27"], "rate": {"low": 0.1, "mode": 0.2, "high": 0.4},
                 "start": None, "every": None, "after": {"shock": "tax", "probability": 0.5, "delay": 91.3125}},
        "odd": {**what, "kind": "outage", "region": "CHN"},
    }  # fmt: skip
    policies = {
        "floor": {"kind": "price_floor", "commodity": "gallium.refined", "region": ["EU27", "JPN"], "level": 1.2},
        "bare": {"kind": "price_floor"},
    }
    text = words(build(manifest={"resolved": {"shocks": shocks, "policies": policies}}).source.replace("</td>", " ").replace("</th>", " "))
    for line in (
        "tax tariff: gallium, refined from CHN to EU27, tariff of 10 % to 20 % 2027-01-01 -",
        "flood dumping: gallium, refined in CHN, 30 % below their price with tax -",
        "strait transport: gallium, refined, 20 days longer on the way, 50 % of trade no longer passes at random -",
        "knowhow technology ban: gallium, refined in JPN, severity 100 % 2027-01-01 (chance 60 %) -",
        "late tariff: gallium, refined from CHN to EU27, tariff of 10 % to 40 % (likeliest 20 %) 91.3 days after tax (chance 50 %) -",
        "odd outage: gallium, refined in CHN - -",
        "floor (price floor at 1.2 times the price at rest for gallium, refined in EU27 and JPN), bare (price floor).",
    ):
        assert line in text
