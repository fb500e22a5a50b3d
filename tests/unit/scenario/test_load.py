"""From files to a Scenario: defaults, `extends`, variants, `--set`, marks, and what every value becomes."""

from __future__ import annotations

import pickle
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from pydantic import ValidationError

from sim.errors import Problem, ScenarioError
from sim.scenario import (
    Clock,
    CommoditySpec,
    Demand,
    DemandRules,
    ExportBan,
    Lognormal,
    NetworkSpec,
    NodeSpec,
    Outage,
    Release,
    Scenario,
    Sector,
    SourcingRules,
    Stockpile,
    TradeSpec,
    Uniform,
    check_materials,
    check_names,
    check_regions,
    load,
    load_text,
    shipped,
    variants,
)
from sim.scenario.law import Triangular
from sim.units import instant

Write = Callable[..., Path]
ROOT = Path(__file__).resolve().parents[3]


def said(source: Path, variant: str | None = None, sets: tuple[str, ...] = ()) -> list[str]:
    """Problems of a file, without the folder it is in."""
    with pytest.raises(ScenarioError) as caught:
        load(source, variant=variant, sets=sets)
    return str(caught.value).replace(f"{source.parent}/", "").splitlines()


def test_what_a_file_becomes(write: Write) -> None:
    scenario = load(write())
    assert (scenario.name, scenario.variant, scenario.title) == ("base", None, "A metal made in one country")
    assert scenario.clock == Clock(start=date(2026, 1, 1), horizon=3 * 365.25, step=7.0)
    assert scenario.regions == ("AAA", "BBB", "CCC")
    assert scenario.regions_of("friends") == scenario.regions_of(["CCC", "friends"]) == ("BBB", "CCC")
    assert scenario.regions_of("all") == ("AAA", "BBB", "CCC")
    network = scenario.network
    assert network is not None
    assert network.commodities == {"ore.mined": CommoditySpec(), "metal.refined": CommoditySpec(recipe={"ore.mined": 2.0})}
    assert network.nodes["metal.refined.AAA"] == NodeSpec(production=10.0, spare=0.2, demand={"chips": Demand(amount=4.0)})
    assert network.nodes["metal.refined.BBB"].demand == {"chips": Demand(amount=5.0, weight=2.0), "other": Demand(amount=Uniform(1.0, 2.0))}
    assert network.nodes["metal.refined.CCC"] == NodeSpec()
    assert network.trade == (TradeSpec(commodity="metal.refined", source="AAA", to="BBB", flow=6.0, lead=42.0),)
    assert network.sectors() == ("chips", "other")
    halt = scenario.shocks["halt"]
    assert isinstance(halt, ExportBan)
    assert (halt.source, halt.to, halt.leakage, halt.probability) == (("AAA",), ("friends",), 0.1, 1.0)
    assert (halt.start, halt.duration, halt.recovery) == (instant(date(2026, 7, 1)), 6 * 365.25 / 12, 0.0)
    reserve = scenario.policies["reserve"]
    assert reserve == Stockpile(
        kind="stockpile", commodity="metal.refined", holders=("friends",), target=60.0, fill=730.5, release=Release(when=0.05)
    )


def test_the_defaults_of_the_model(write: Write) -> None:
    scenario = load(write())
    rules = scenario.rules
    assert (rules.order_adjustment, rules.stock_adjustment, rules.expectation) == (56.0, 28.0, 56.0)
    assert (rules.hoarding, rules.uneven_stocks, rules.spare, rules.cover, rules.buffer) == (2.4, 0.0, 0.1, 42.0, 14.0)
    assert (rules.lead_home, rules.lead_abroad, rules.sweeps, rules.use, rules.ship) == (7.0, 42.0, 3, "proportional", "highest-bid")
    assert (scenario.runs.count, scenario.runs.rng_seed, scenario.runs.sampler) == (2000, 0, "plain")
    assert scenario.watch.threshold == 0.01
    assert scenario.watch.series == ("unmet", "cover", "store", "supply", "price")
    assert (rules.front_running, rules.input_cost) == (2.7, 0.5)
    month = 365.25 / 12
    stock, sight = Triangular(low=0.69, mode=0.83, high=0.99), Triangular(low=0.38, mode=2, high=11)
    looks = {"prospect": sight, "belief": 170.0, "momentum": 0.076, "memory": 2 * month, "ceiling": 40.0}
    assert dict(rules.price) == {"feedback": True, "scarcity": stock, "adjustment": 8.0, "contract": 6 * month, **looks}
    once, long = Triangular(low=0.14, mode=0.21, high=0.3), Triangular(low=0.27, mode=0.37, high=0.5)
    demand = {"elasticity": once, "elasticity_long": long, "response": 400.0, "growth": 0.0, "season": 0.0, "season_peak": "01-15"}
    assert rules.demand == DemandRules(**demand, noise=0.0, noise_memory=month)
    supply = rules.supply
    assert (supply.elasticity, supply.shut_price, supply.closing, supply.restart) == (0.2, 0.7, 90.0, 365.25)
    assert (supply.entry_price, supply.entry_elasticity, supply.entry_growth) == (1.8, 0.79, 0.25)
    assert (supply.signal, supply.build, supply.slip, supply.run_in) == (6 * 365.25 / 12, 17 * 365.25 / 12, 1.7, 3.5 * 365.25)
    assert rules.sourcing == SourcingRules(switching=1.0, bidding=4.1, qualification=5 * 365.25 / 12)
    assert dict(scenario.sectors) == {}


def test_a_scenario_built_in_code_takes_base_units() -> None:
    network = NetworkSpec(
        commodities={"ore.mined": CommoditySpec()}, nodes={"ore.mined.AAA": NodeSpec(production=3.0, demand={"x": Demand(amount=3.0)})}
    )
    scenario = Scenario(clock=Clock(start=date(2026, 1, 1), horizon=100.0), network=network)
    assert (scenario.name, scenario.path, scenario.text, scenario.regions) == ("unnamed", None, "", ("AAA",))
    assert scenario.problem(("clock",), "x") == Problem(where="clock", what="x")
    with pytest.raises(ValidationError, match="between 0 % and 100 %"):
        Outage(kind="outage", commodity="ore.mined", region=("AAA",), start=0.0, severity=2.0)


def test_a_scenario_is_frozen_and_travels_to_workers(write: Write) -> None:
    scenario = load(write(), variant="long")
    with pytest.raises(ValidationError):
        scenario.title = "other"
    copy = pickle.loads(pickle.dumps(scenario))
    assert copy == scenario
    assert (copy.name, copy.variant, copy.text) == ("base", "long", scenario.text)
    assert copy.problem(("shocks", "halt"), "x") == scenario.problem(("shocks", "halt"), "x")


def test_variants(write: Write) -> None:
    path = write()
    assert variants(path) == ("long", "free")
    long, free = load(path, variant="long"), load(path, variant="free")
    assert long.shocks["halt"].duration == 2 * 365.25
    assert long.shocks["halt"].start == load(path).shocks["halt"].start
    assert (free.title, dict(free.policies), free.variant) == ("No stock", {}, "free")
    assert said(path, variant="lnog") == ["base.yaml: no variant of this name (got 'lnog'). Did you mean 'long'?"]


def test_mistakes_of_all_variants_are_told_once(write: Write) -> None:
    text = write().read_text().replace("leakage: 10 %", "leakage: 2").replace("duration: 2 years", "duration: 2 yers")
    path = write(text)
    expected = [
        "base.yaml:16:126 shocks.halt.leakage: must be a share between 0 % and 100 % (got 2).",
        "base.yaml:20:36 variants.long.shocks.halt.duration: unknown unit 'yers' (got '2 yers'). Did you mean 'years'?",
    ]
    assert said(path) == said(path, variant="long") == said(path, variant="free") == expected


def test_a_mistake_names_its_variant_wherever_the_value_stands(write: Write) -> None:
    more = "  late: {clock: {start: 2027-01-01}}\n  odd: {shocks: {halt: {to: BBX}}}\n  same: {rules: {spare: -1}}\n"
    path = write(write().read_text() + more)
    expected = [
        "base.yaml:16:85 variants.late.shocks.halt.start: outside the horizon (got 2026-07-01). "
        "The clock runs from 2027-01-01 to 2029-12-31.",
        "base.yaml:23:29 variants.odd.shocks.halt.to: unknown region (got 'BBX'). Did you mean 'BBB'?",
        "base.yaml:24:25 variants.same.rules.spare: must be 0 or more (got -1).",
    ]
    assert said(path) == said(path, variant="late") == said(path, variant="long") == expected
    assert said(path, variant="odd", sets=("title=x",)) == expected


def test_a_set_is_to_blame_for_what_it_breaks_and_mends_its_own_variant_only(write: Write) -> None:
    path = write()
    (line,) = said(path, variant="long", sets=("clock.start=2027-01-01",))
    assert line.startswith("base.yaml:16:85 shocks.halt.start: outside the horizon")
    path = write(path.read_text().replace("duration: 2 years", "duration: 2 yers"))
    assert load(path, variant="long", sets=["shocks.halt.duration=1 year"]).shocks["halt"].duration == 365.25
    (line,) = said(path, sets=("shocks.halt.duration=1 year",))
    assert line.startswith("base.yaml:20:36 variants.long.shocks.halt.duration: unknown unit")


def test_a_set_that_mends_the_base_mends_what_the_variants_have_of_it(write: Write) -> None:
    path = write(write().read_text().replace("leakage: 10 %", "leakage: 2"))
    assert load(path, sets=["shocks.halt.leakage=0.2"]).variants.keys() == {"long", "free"}


def test_a_later_stage_names_the_variant_that_wrote_the_value(write: Write) -> None:
    scenario = load(write(), variant="long")
    places = [scenario.problem(("shocks", "halt", key), "x") for key in ("duration", "start")]
    assert [place.where for place in places] == ["variants.long.shocks.halt.duration", "shocks.halt.start"]
    text = "clock: {start: 2026-01-01, horizon: 1 year}\nmaterials: [gallium]\nregions: [CHN]\nvariants: {v: {materials: [galium]}}\n"
    with pytest.raises(ScenarioError) as caught:
        check_materials(load_text(text, name="t.yaml", variant="v"), ("gallium",))
    assert str(caught.value) == "t.yaml:4:28 variants.v.materials[0]: unknown material (got 'galium'). Did you mean 'gallium'?"


@pytest.mark.parametrize("patch", ["{extends: other}", "{variants: {}}", "[1, 2]", "3"])
def test_what_a_variant_may_not_be(patch: str, write: Write) -> None:
    path = write(write().read_text() + f"  odd: {patch}\n")
    (line,) = said(path)
    assert line.startswith("base.yaml:22:")
    assert "variants.odd" in line


def test_extends(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    base = write()
    child = write("extends: base.yaml\ntitle: Child\nshocks: {halt: {leakage: 5 %}}\npolicies: {reserve: null}\n", "child.yaml")
    grandchild = write("extends: child.yaml\nshocks: {halt: {duration: {lognormal: {median: 1 year, sigma: 0.5}}}}\n", "grandchild.yaml")
    scenario = load(grandchild)
    halt = scenario.shocks["halt"]
    assert (scenario.name, scenario.title, dict(scenario.policies)) == ("grandchild", "Child", {})
    assert isinstance(halt, ExportBan)
    assert (halt.leakage, halt.duration, halt.source) == (0.05, Lognormal(365.25, 0.5), ("AAA",))
    assert scenario.text == grandchild.read_text()
    assert variants(grandchild) == ("long", "free")
    marks = [scenario.problem(("shocks", "halt", key), "x").file for key in ("duration", "leakage", "start")]
    assert marks == [str(grandchild), str(child), str(base)]
    monkeypatch.chdir(base.parent.parent)
    assert load(grandchild).title == "Child"  # looked up from the file, not from here


def test_extends_a_shipped_scenario(write: Write) -> None:
    path = write(f"extends: {shipped()[0]}\ntitle: Mine\n")
    assert load(path).title == "Mine"
    assert load(path).clock == load(shipped()[0]).clock


def test_a_mistake_in_an_extended_file_is_told_there(write: Write) -> None:
    write(write().read_text().replace("6 t/year", "6 t"), "base.yaml")
    child = write("extends: base.yaml\nruns: {count: 0}\n", "child.yaml")
    assert said(child) == [
        "base.yaml:13:60 network.trade[0].flow: is an amount in tonnes, but a rate in tonnes per time is needed (got '6 t'). "
        "Write '12 kt/year'.",
        "child.yaml:2:15 runs.count: must be 1 or more (got 0).",
    ]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("extends: nowhere.yaml\n", "child.yaml:1:10 extends: no such file (got 'nowhere.yaml'). The path is looked up from "),
        ("extends: no-such-scenario\n", "child.yaml:1:10 extends: no scenario of this name (got 'no-such-scenario'). "),
        ("extends: child.yaml\n", "child.yaml:1:10 extends: scenarios extend one another in a circle (got 'child.yaml'). "),
        ("extends: [a]\n", "child.yaml:1:10 extends: must be the name of a scenario or the path of a file (got a list)."),
        ("extends:\n  3\n", "child.yaml:2:3 extends: must be the name of a scenario or the path of a file (got 3)."),
    ],
)
def test_what_cannot_be_extended(text: str, line: str, write: Write) -> None:
    assert said(write(text, "child.yaml"))[0].startswith(line)


def test_a_long_chain_of_extends_is_refused(write: Write) -> None:
    for i in range(30):
        write(f"extends: c{i + 1}.yaml\n", f"c{i}.yaml")
    assert "more than 20 scenarios extend one another" in said(write("extends: c0.yaml\n", "child.yaml"))[0]


@pytest.mark.parametrize(
    ("change", "read", "value"),
    [
        ("shocks.halt.leakage=0.3", lambda s: s.shocks["halt"].leakage, 0.3),
        ("shocks.halt.leakage={uniform: [0, 0.1]}", lambda s: s.shocks["halt"].leakage, Uniform(0.0, 0.1)),
        ("shocks.halt.to=BBB", lambda s: s.shocks["halt"].to, ("BBB",)),
        ("shocks={}", lambda s: dict(s.shocks), {}),
        ("shocks=null", lambda s: dict(s.shocks), {}),
        ("shocks.halt.leakage=null", lambda s: s.shocks["halt"].leakage, 0.0),
        ("shocks.halt=null", lambda s: dict(s.shocks), {}),
        ("policies.reserve.release.at_most=50 %", lambda s: s.policies["reserve"].release.at_most, 0.5),
        ("runs.count=10", lambda s: s.runs.count, 10),
        ("runs={count: 11}", lambda s: s.runs.count, 11),
        ("title='Other: a = b'", lambda s: s.title, "Other: a = b"),
        ("title=Other", lambda s: s.title, "Other"),
        ("clock.step=1 month", lambda s: s.clock.step, 365.25 / 12),
        ("rules.use=max-min", lambda s: s.rules.use, "max-min"),
        ("watch.series=[unmet]", lambda s: s.watch.series, ("unmet",)),
        ("groups.others=[AAA, CCC]", lambda s: s.groups["others"], ("AAA", "CCC")),
        ("metal.refined.BBB.cover=9 weeks", lambda s: s.set["metal.refined.BBB.cover"], 63.0),
        ("metal.refined.friends.demand.chips=3 t/year", lambda s: s.set["metal.refined.friends.demand.chips"], 3.0),
        ("set.metal.refined.all.spare=0.5", lambda s: s.set["metal.refined.all.spare"], 0.5),
        ("network.nodes.metal.refined.AAA.spare=0", lambda s: s.network.nodes["metal.refined.AAA"].spare, 0.0),
        ("network.nodes.metal.refined.DDD={cover: 1 week}", lambda s: s.network.nodes["metal.refined.DDD"].cover, 7.0),
        (
            "network.commodities.metal.refined.recipe.ore.mined=3",
            lambda s: s.network.commodities["metal.refined"].recipe,
            {"ore.mined": 3.0},
        ),
        ("rules.demand.elasticity=0.2", lambda s: s.rules.demand.elasticity, 0.2),
        ("rules.price={feedback: false}", lambda s: s.rules.price.feedback, False),
        ("sectors.chips={}", lambda s: s.sectors["chips"], Sector()),
        ("sectors={chips: }", lambda s: s.sectors["chips"].overtime, 0.25),
        ("sectors={chips: {essential: {metal.refined: 40 %}}}", lambda s: s.sectors["chips"].essential, {"metal.refined": 0.4}),
        (
            "network.commodities.metal.refined.cost_share.ore.mined=40 %",
            lambda s: s.network.commodities["metal.refined"].cost_share,
            {"ore.mined": 0.4},
        ),
        ("network.trade.0.lead=1 week", lambda s: s.network.trade[0].lead, 7.0),
        ("shocks.fire={kind: outage, commodity: ore.mined, region: AAA, start: 2026-02-01}", lambda s: len(s.shocks), 2),
    ],
)
def test_set(change: str, read: Callable[[Scenario], object], value: object, write: Write) -> None:
    assert read(load(write(), sets=[change])) == value


def test_a_set_below_a_name_with_a_dot(write: Write) -> None:
    path = write(f"{write().read_text()}sectors: {{chips: }}\n")
    assert load(path).sectors["chips"] == Sector()
    scenario = load(path, sets=["sectors.chips.essential.metal.refined=40 %", "sectors.chips.value_added.friends=5 bn USD/year"])
    assert scenario.sectors["chips"] == Sector(essential={"metal.refined": 0.4}, value_added={"friends": 5e9})
    (line,) = said(path, sets=("sectors.chps.overtime=0",))
    assert line == "--set sectors.chps.overtime: no 'sectors.chps' to change. Did you mean 'chips'?"


def test_sets_come_after_the_variant_and_in_order(write: Write) -> None:
    scenario = load(write(), variant="long", sets=["shocks.halt.duration=1 year", "shocks.halt.duration=2 weeks"])
    assert scenario.shocks["halt"].duration == 14.0


@pytest.mark.parametrize(
    ("change", "line"),
    [
        ("shocks.halt.leakage=3", "--set shocks.halt.leakage: must be a share between 0 % and 100 % (got 3)."),
        ("title=Other: one", "--set title: must be text (got a mapping). Put it in quotes."),
        ("shocks.hlt.leakage=0.3", "--set shocks.hlt.leakage: no 'shocks.hlt' to change. Did you mean 'halt'?"),
        ("shocks.halt.leakge=0.3", "--set shocks.halt.leakge: unknown key (got 'leakge'). Did you mean 'leakage'?"),
        ("run.count=3", "--set run.count: neither a key of a scenario nor the path of a fact (got 'run.count'). Did you mean 'runs'?"),
        ("runs.count", "--set: not path=value (got 'runs.count'). Write, for example, runs.count=500."),
        ("runs.count=", "--set runs.count: no value after '='. Write a value, or null to remove what is there."),
        ("shocks= ", "--set shocks: no value after '='."),
        ("title=# one", "--set title: no value after '='."),
        ("rules.ship=allies-first", "--set rules.ship: allies-first needs allies. Write allies: with a group or a list of regions."),
        ("shocks.fire={kind: outage, commodity: ore.mined, region: AAA, start: 2026-02-01, leakge: 1}",
         "--set shocks.fire leakge: unknown key (got 'leakge')."),
        ("groups.others=[AAA, CCX]", "--set groups.others [1]: unknown region (got 'CCX')."),
        ("network.trade.0.lead=1 t", "--set network.trade.0.lead: is an amount in tonnes"),
        ("set.metal.refined.BBB.cover=5 %", "--set set.metal.refined.BBB.cover: is a share, but a duration is needed (got '5 %')."),
        ("policies.reserve.release.at_most=0 %", "--set policies.reserve.release.at_most: the store would never give anything (got 0 %)."),
        ("network.nodes.metal.refined.AAB.cover=1 week", "--set network.nodes.metal.refined.AAB.cover: "
         "no 'network.nodes.metal.refined.AAB' to change. Did you mean 'metal.refined.AAA'?"),
        ("metal.refined.AAA.cvr=1 week", "--set metal.refined.AAA.cvr: unknown quantity 'cvr' "
         "(got 'metal.refined.AAA.cvr'). Did you mean 'cover'?"),
        ("metal.refnd.AAA.cover=1 week", "--set metal.refnd.AAA.cover: unknown commodity (got 'metal.refnd'). "
         "Did you mean 'metal.refined'?"),
        (f"shocks{'.a' * 5000}=1", "--set: not path=value"),
    ],
)  # fmt: skip
def test_what_cannot_be_set(change: str, line: str, write: Write) -> None:
    assert said(write(), sets=(change,))[0].startswith(line)


def test_all_bad_sets_are_told_at_once(write: Write) -> None:
    lines = said(write(), sets=("shocks.hlt.leakage=0.3", "run.count=3", "x"))
    assert [line.split(":")[0] for line in lines] == ["--set", "--set run.count", "--set shocks.hlt.leakage"]


def test_checks_against_the_data_pack() -> None:
    text = "clock: {start: 2026-01-01, horizon: 1 year}\nmaterials: [galium]\nregions: [CHN, EU]\nset: {gallium.refined.EU.cover: 1 week}\n"
    scenario = load_text(text, name="t.yaml")
    for check, known, line in [
        (check_materials, ("gallium",), "t.yaml:2:13 materials[0]: unknown material (got 'galium'). Did you mean 'gallium'?"),
        (check_regions, ("CHN", "EU27"), "t.yaml:3:16 regions[1]: unknown region (got 'EU'). Did you mean 'EU27'?"),
        (check_names, ("gallium.primary",), "t.yaml:4:7 set.gallium.refined.EU.cover: unknown commodity (got 'gallium.refined'). "
         "Did you mean 'gallium.primary'?"),
    ]:  # fmt: skip
        with pytest.raises(ScenarioError) as caught:
            check(scenario, known)
        assert str(caught.value) == line
    check_materials(scenario, ("galium",))
    check_regions(scenario, ("CHN", "EU"))
    check_names(scenario, ("gallium.refined",), ())


def test_a_later_stage_can_point_at_the_file(write: Write) -> None:
    path = write()
    scenario = load(path)
    problem = scenario.problem(("shocks", "halt", "from", 0), "strikes nothing", "'AAA'", "Name a seller.")
    assert problem == Problem(str(path), 16, 60, "shocks.halt.from", "strikes nothing", "'AAA'", "Name a seller.")
    assert scenario.problem(("rules", "spare"), "x").line == 1
    absent = scenario.problem(("network", "nodes", "metal.refined.BBB", "spare"), "x")
    assert (absent.line, absent.where) == (10, "network.nodes.metal.refined.BBB.spare")


@pytest.mark.parametrize("name", shipped())
def test_what_ships_is_right(name: str) -> None:
    scenario = load(name)
    assert (scenario.name, bool(scenario.title), bool(scenario.question)) == (name, True, True)
    for variant in variants(name):
        assert load(name, variant=variant).variant == variant


def test_the_schema_needs_no_numpy() -> None:
    code = "import sys; import sim.scenario; sys.exit('numpy' in sys.modules or 'matplotlib' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False, timeout=60).returncode == 0
