"""What parts of a scenario may say to one another: names, dates, sums, recipes; each told at its place, together with the rest."""

from __future__ import annotations

import pytest

from sim.errors import ScenarioError
from sim.scenario import load_text

CLOCK = "clock: {start: 2026-01-01, horizon: 3 years}\n"
NETWORK = """\
network:
  commodities: {ore.mined: {}, metal.refined: {recipe: {ore.mined: 2 t/t}}}
  nodes:
    ore.mined.AAA: {production: 20 t/year}
    metal.refined.AAA: {production: 10 t/year, demand: {chips: 4 t/year}}
    metal.refined.BBB: {demand: {chips: 6 t/year}}
"""


def said(text: str, whole: str = CLOCK + NETWORK) -> list[str]:
    """Problems of a text laid behind a sound world, without place."""
    with pytest.raises(ScenarioError) as caught:
        load_text(whole + text, name="f")
    assert all(problem.file == "f" and problem.line for problem in caught.value.problems if problem.where)
    return [str(problem).partition(" ")[2] for problem in caught.value.problems]


def shock(body: str) -> str:
    return f"shocks: {{s: {{commodity: metal.refined, {body}}}}}\n"


@pytest.mark.parametrize(
    ("body", "line"),
    [
        ("kind: outage, region: AAA, start: 2026-03-01, end: 2026-03-01",
         "shocks.s.end: not after the start, 2026-03-01 (got 2026-03-01)."),
        ("kind: outage, region: AAA, start: 2026-03-01, end: 2026-09-01, duration: 1 week",
         "shocks.s.end: duration and end are both given."),
        ("kind: outage, region: AAA, start: {uniform: [2026-03-01, 2026-05-01]}, end: 2026-04-01",
         "shocks.s.end: not after the latest start the law can give, 2026-05-01 (got 2026-04-01)."),
        ("kind: outage, region: AAA, start: {uniform: [2026-03-01, 2026-05-01]}, announced: 2026-04-01",
         "shocks.s.announced: after the earliest start the law can give, 2026-03-01 (got 2026-04-01)."),
        ("kind: outage, region: AAA, start: 2025-12-31",
         "shocks.s.start: outside the horizon (got 2025-12-31). The clock runs from 2026-01-01"),
        ("kind: outage, region: AAA, start: 2029-01-01", "shocks.s.start: outside the horizon (got 2029-01-01)."),
        ("kind: outage, region: AAA", "shocks.s.start: is missing. Write start: with a date."),
        ("kind: outage, region: AAA, every: {rate: 1 /year}", "shocks.s.every: a shock that strikes at random needs a duration."),
        ("kind: outage, region: AAA, every: {rate: 1 /year}, duration: 1 week, end: 2026-03-01",
         "shocks.s.end: duration and end are both given."),
        ("kind: outage, region: AAA, every: {rate: 0 /year}, duration: 1 week", "shocks.s.every.rate: must be above 0 (got '0 /year')."),
        ("kind: outage, region: [], start: 2026-03-01", "shocks.s.region: the list is empty. Name at least one."),
        ("kind: outage, region: [AAA, AAA], start: 2026-03-01", "shocks.s.region: 'AAA' is named twice. Name each once."),
        ("kind: outage, region: BB, start: 2026-03-01", "shocks.s.region: unknown region (got 'BB'). Did you mean 'BBB'?"),
        ("kind: export_ban, from: AAA, to: AAA, start: 2026-03-01",
         "shocks.s.to: from and to name the same regions, so nothing is stopped (got from AAA to AAA)."),
        ("kind: export_ban, from: AAA, start: 2026-03-01, source: AAA",
         "shocks.s.source: unknown key (got 'source'). Did you mean 'from'?"),
        ("kind: export_licence, from: AAA, start: 2026-03-01, approval: 120 %",
         "shocks.s.approval: must be a share between 0 % and 100 % (got '120 %')."),
        ("kind: demand_surge, region: BBB, sector: chps, size: 20 %, start: 2026-03-01",
         "shocks.s.sector: unknown sector (got 'chps'). Did you mean 'chips'?"),
        ("kind: demand_surge, region: BBB, size: -1, start: 2026-03-01", "shocks.s.size: must be above 0 (got -1)."),
        ("kind: outage, region: AAA, start: 2026-03-01, probability: 3",
         "shocks.s.probability: must be a share between 0 % and 100 % (got 3)."),
        ("kind: outage, region: AAA, start: 2026-03-01, probability: yes", "shocks.s.probability: not a share (got 'yes')."),
        ("kind: outage, region: AAA, start: {normal: {mean: 2026-03-01, sd: 1 week}}",
         "shocks.s.start.normal: a normal law has no bounds, so it cannot give a date."),
    ],
)  # fmt: skip
def test_shocks(body: str, line: str) -> None:
    assert said(shock(body))[0].startswith(line)


@pytest.mark.parametrize(
    "body",
    [
        "kind: outage, region: AAA, start: 2026-01-01, severity: {beta: {a: 2, b: 2}}",
        "kind: outage, region: [AAA, BBB], duration: {exponential: {mean: 1 week}}, "
        "every: {rate: {uniform: [0.1 /year, 1 /month]}, overlap: true}",
        "kind: outage, region: all, start: {choice: {values: [2026-03-01, 2028-12-31]}}, announced: 2025-06-01, end: 2030-01-01",
        "kind: export_ban, from: AAA, to: [AAA, BBB], start: 2026-03-01, recovery: 0 days",
        "kind: export_licence, from: AAA, start: 2026-03-01, processing: 45 days, ramp: {pert: [0 days, 60 days, 1 year]}, approval: 1",
        "kind: demand_surge, region: BBB, sector: [chips], size: {lognormal: {median: 20 %, p90: 60 %}}, start: 2026-03-01",
    ],
)
def test_shocks_that_are_right(body: str) -> None:
    assert load_text(CLOCK + NETWORK + shock(body)).shocks


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("groups: {AAA: [AAA, BBB]}\n", "groups.AAA: a group has the name of a region (got 'AAA')."),
        ("groups: {all: [AAA, BBB]}\n", "groups.all: 'all' already means every region (got 'all')."),
        ("groups: {g: [AAA]}\n", "groups.g: a group needs at least two regions (got 1)."),
        ("groups: {g: [AAA, BBC]}\n", "groups.g[1]: unknown region (got 'BBC'). Did you mean 'BBB'?"),
        ("groups: {g: AAA}\n", "groups.g: must be a list (got 'AAA')."),
        ("regions: [AAA]\n", "network.nodes.metal.refined.BBB: unknown region (got 'BBB')."),
        ("regions: [AAA, BBB, BBB]\n", "regions[2]: is named twice (got 'BBB'). Name each once."),
        ("regions: [AAA, BBB, all]\n", "regions[2]: 'all' already means every region."),
        ("regions: [AAA, BBB, 1st]\n", "regions[2]: not a name (got '1st')."),
        ("rules: {ship: allies-first}\n", "rules.ship: allies-first needs allies. Write allies: with a group"),
        ("rules: {allies: [AAA, CCC]}\n", "rules.allies[1]: unknown region (got 'CCC')."),
        ("rules: {hoarding: 0.5}\n", "rules.hoarding: must be 1 or more (got 0.5)."),
        ("rules: {sweeps: 11}\n", "rules.sweeps: must be 10 or less (got 11)."),
        ("rules: {sweeps: 2.5}\n", "rules.sweeps: must be a whole number (got 2.5)."),
        ("rules: {lead_abroad: 0 days}\n", "rules.lead_abroad: must be above 0 (got '0 days')."),
        ("rules: {lead_abroad: {uniform: [1 day, 2 days]}}\n", "rules.lead_abroad: must be certain, not a law (got a mapping)."),
        ("watch: {threshold: 5}\n", "watch.threshold: must be a share between 0 % and 100 % (got 5)."),
        ("runs: {count: 10000001}\n", "runs.count: must be 10 000 000 or less (got 10000001)."),
        ("runs: {count: '12'}\n", "runs.count: must be a whole number (got '12')."),
        ("runs: {count: true}\n", "runs.count: must be a whole number (got true)."),
        ("runs: {count: .inf}\n", "runs.count: must be a finite number (got inf)."),
        ("title: 2026\n", "title: must be text (got 2026). Put it in quotes."),
        ("sources: [abc]\n", "sources[0]: not a citation (got 'abc'). Write sheet#claim"),
        ("set: {metal.refined.AAA.share: {uniform: [0, 0.6]}, metal.refined.all.share: 50 %, metal.refined.BBB.share: 60 %}\n",
         "set.metal.refined.BBB.share: the shares of metal.refined can add up to more than 100 % (got 110 %)."),
        ("set: {metal.refined.AAA.cover: 20 %}\n", "set.metal.refined.AAA.cover: is a share, but a duration is needed (got '20 %')."),
        ("set: {metal.refined.CCC.cover: 1 week}\n", "set.metal.refined.CCC.cover: unknown region (got 'CCC')."),
        ("set: {metal.refined.AAA.demand.chps: 1 t/year}\n", "set.metal.refined.AAA.demand.chps: unknown sector (got 'chps')."),
        ("set: {metal.cover: 1 week}\n", "set.metal.cover: not the path of a fact (got 'metal.cover')."),
        ("set: [1]\n", "set: must be a mapping (got a list)."),
        ("policies: {p: {kind: stockpile, commodity: ore.mined, holders: BBB, target: 1 week}}\n",
         "policies.p.holders: no node of ore.mined here (got BBB)."),
        ("policies: {p: {kind: stockpile, commodity: metal.refined, holders: BBB, target: 1 week, release: {when: 5 %}}}\n",
         "policies.p.release.when: not a condition (got '5 %'). Write 'shortage > 5 %'."),
        ("policies: {p: {kind: stockpile, commodity: metal.refined, holders: BBB, target: 1 week, release: {at_most: 0 %}}}\n",
         "policies.p.release.at_most: the store would never give anything (got 0 %). Write a share above 0 %, or take the policy out."),
        ("policies: {p: {kind: stockpile, commodity: metal.refined, holders: BBB, target: 1 week, release: {at_most: {empirical: [0]}}}}\n",
         "policies.p.release.at_most: the store would never give anything"),
        ("policies: {1st: {kind: stockpile, commodity: metal.refined, holders: BBB, target: 1 week}}\n",
         "policies.1st: not a name (got '1st')."),
    ],
)  # fmt: skip
def test_the_rest(text: str, line: str) -> None:
    assert said(text)[-1].startswith(line)


@pytest.mark.parametrize(
    ("commodities", "ring"),
    [
        ("{a.x: {recipe: {a.x: 1}}}", "a.x <- a.x"),
        ("{a.x: {recipe: {b.x: 1}}, b.x: {recipe: {a.x: 1}}}", "a.x <- b.x <- a.x"),
        ("{o.x: {}, a.x: {recipe: {o.x: 1, b.x: 1}}, b.x: {recipe: {o.x: 1, c.x: 1}}, c.x: {recipe: {b.x: 1}}}", "b.x <- c.x <- b.x"),
    ],
)
def test_recipes_in_a_circle(commodities: str, ring: str) -> None:
    lines = said(f"network: {{commodities: {commodities}, nodes: {{a.x.R: {{}}}}}}\n", CLOCK)
    assert any(f"recipes go round in a circle (got {ring})" in line for line in lines)


def test_recipes_that_share_an_input_are_no_circle() -> None:
    commodities = "{o.x: {}, a.x: {recipe: {o.x: 1}}, b.x: {recipe: {o.x: 1}}, c.x: {recipe: {a.x: 1, b.x: 1}}}"
    assert load_text(f"{CLOCK}network: {{commodities: {commodities}, nodes: {{c.x.R: {{}}}}}}\n").network


def test_a_deep_recipe_is_no_circle_and_no_recursion() -> None:
    chain = ", ".join(f"c{i}.x: {{recipe: {{c{i + 1}.x: 1}}}}" for i in range(3000))
    text = f"{CLOCK}network: {{commodities: {{{chain}, c3000.x: {{}}}}, nodes: {{c0.x.R: {{}}}}}}\n"
    network = load_text(text).network
    assert network is not None
    assert len(network.commodities) == 3001


@pytest.mark.parametrize(
    ("node", "line"),
    [
        ("{production: 3 t/year, capacity: 2 t/year}", "capacity: below production at rest, 3 t/year (got 2 t/year)."),
        ("{capacity: 3 t/year, spare: 1 %}", "spare: capacity and spare are both given."),
        ("{production: -3 t/year}", "production: must be 0 or more (got '-3 t/year')."),
        ("{production: {uniform: [-1 t/year, 1 t/year]}}", "production: must be 0 or more, and so must every value of the law"),
        ("{demand: {chips: {amount: 1 t/year, weight: 0}}}", "demand.chips.weight: must be above 0 (got 0)."),
        ("{demand: {chips: 5 t}}", "demand.chips: is an amount in tonnes, but a rate in tonnes per time is needed (got '5 t')."),
        ("{demand: {'a b': 5 t/year}}", "demand.a b: not the name of a sector (got 'a b')."),
    ],
)
def test_nodes(node: str, line: str) -> None:
    (only,) = said(f"network: {{commodities: {{a.x: {{}}}}, nodes: {{a.x.R: {node}}}}}\n", CLOCK)
    assert only.startswith(f"network.nodes.a.x.R.{line}")


@pytest.mark.parametrize(
    ("trade", "line"),
    [
        ("{commodity: a.x, from: R, to: Q}", "network.trade[0].to: unknown region (got 'Q')."),
        ("{commodity: b.x, from: R, to: R}", "network.trade[0].from: trade with a node that is not there (got 'b.x.R')."),
        ("{commodity: a.x, from: R, to: R}, {commodity: a.x, from: R, to: R}", "network.trade[1]: the same trade as in trade[0]"),
        ("{commodity: a.x, source: R, to: R}", "network.trade[0].source: unknown key (got 'source'). Did you mean 'from'?"),
        ("{commodity: a.x, to: R}", "network.trade[0].from: is missing. Add it: Region that sells."),
    ],
)
def test_trade(trade: str, line: str) -> None:
    lines = said(f"network: {{commodities: {{a.x: {{}}, b.x: {{}}}}, nodes: {{a.x.R: {{}}}}, trade: [{trade}]}}\n", CLOCK)
    assert lines[0].startswith(line)


@pytest.mark.parametrize(
    ("clock", "line"),
    [
        ("{start: 2026-01-01}", "clock.horizon: is missing. Add it: Length of the simulation."),
        ("{start: 20260101, horizon: 1 year}", "clock.start: not a date (got 20260101)."),
        ("{start: 2026-13-01, horizon: 1 year}", "clock.start: no such date"),
        ("{start: 2026-01-01, horizon: 1 week, step: 1 month}", "clock: the horizon is shorter than one step"),
        ("{start: 2026-01-01, horizon: 9999 years}", "clock: the horizon reaches beyond the year 9999"),
        ("{start: 2026-01-01, horizon: 1 year, step: 2 months}", "clock.step: must be between 1 day and 1 month (got '2 months')."),
        ("2026-01-01", "clock: must be a mapping of keys to values (got '2026-01-01')."),
    ],
)
def test_the_clock(clock: str, line: str) -> None:
    assert said(f"clock: {clock}\n", NETWORK)[0].startswith(line)


def test_regions_are_needed_with_materials() -> None:
    assert said("materials: [gallium]\n", CLOCK)[0].startswith("regions: is missing. Name the regions to tell apart")


def test_names_are_checked_although_other_parts_are_wrong() -> None:
    lines = said("shocks: {s: {kind: outage, commodity: metal.refind, region: CCC, start: 2026-03-01, severity: 2}}\nruns: {count: 0}\n")
    assert [line.split(":")[0] for line in lines] == ["shocks.s.commodity", "shocks.s.region", "shocks.s.severity", "runs.count"]
