"""What parts of a scenario may say to one another: names, dates, sums, recipes; each told at its place, together with the rest."""

from __future__ import annotations

import pytest

from sim.errors import ScenarioError
from sim.scenario import After, PriceFloor, Uniform, check_names, load_text

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
        ("kind: tariff, from: AAA, to: BBB, rate: -5 %, start: 2026-03-01", "shocks.s.rate: must be between 0 % and 1000 % (got '-5 %')."),
        ("kind: tariff, from: AAA, to: BBB, rate: {lognormal: {median: 20 %, p90: 60 %}}, start: 2026-03-01",
         "shocks.s.rate: must be between 0 % and 1000 %, and so must every value of the law (got a law from 0 % without end)."),
        ("kind: tariff, from: all, to: all, rate: 10 %, start: 2026-03-01",
         "shocks.s.to: from and to name the same regions, so nothing is taxed (got from all to all)."),
        ("kind: tariff, from: AAA, to: BBC, rate: 10 %, start: 2026-03-01", "shocks.s.to: unknown region (got 'BBC')."),
        ("kind: dumping, region: AAA, discount: 100 %, start: 2026-03-01",
         "shocks.s.discount: must be between 0 % and 95 % (got '100 %')."),
        ("kind: dumping, region: AAA, start: 2026-03-01", "shocks.s.discount: dumping with neither discount nor capacity changes nothing."),
        ("kind: transport, closed: {empirical: [0, 0]}, start: 2026-03-01",
         "shocks.s.delay: transport with neither delay nor closed changes nothing."),
        ("kind: transport, from: BBB, to: BBB, delay: 1 week, start: 2026-03-01",
         "shocks.s.to: from and to name the same regions, so nothing is held up (got from BBB to BBB)."),
        ("kind: transport, delay: -1 week, start: 2026-03-01", "shocks.s.delay: must be 0 or more (got '-1 week')."),
        ("kind: technology_ban, region: CCC, start: 2026-03-01", "shocks.s.region: unknown region (got 'CCC')."),
        ("kind: technology_ban, start: 2026-03-01", "shocks.s.region: is missing. Add it: Regions or groups whose projects"),
        ("kind: tarif, from: AAA, to: BBB, rate: 10 %", "shocks.s.kind: unknown kind (got 'tarif'). Did you mean 'tariff'?"),
        ("kind: outage, region: AAA, after: {shock: s, delay: 1 week}", "shocks.s.after.shock: a shock cannot follow itself (got 's')."),
        ("kind: outage, region: AAA, after: {shock: other}",
         "shocks.s.after.shock: unknown shock (got 'other'). There is no other shock to follow."),
        ("kind: outage, region: AAA, after: s", "shocks.s.after: must be a mapping of keys to values (got 's')."),
        ("kind: outage, region: AAA, after: {shok: s}", "shocks.s.after.shock: is missing. Add it: Name of the shock"),
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
        "kind: tariff, from: all, to: BBB, rate: {pert: [0, 25 %, 145 %]}, start: 2026-03-01, announced: 2026-02-01",
        "kind: dumping, region: AAA, capacity: 40 %, start: 2026-03-01, recovery: 1 year",
        "kind: transport, delay: 2 weeks, every: {rate: 0.2 /year}, duration: {exponential: {mean: 2 months}}",
        "kind: transport, from: all, to: all, closed: {uniform: [0, 30 %]}, start: 2026-03-01",
        "kind: transport, from: [AAA, BBB], to: [AAA, BBB], delay: 1 week, start: 2026-03-01",
        "kind: technology_ban, region: AAA, every: {rate: 1 /year}, duration: 1 year",
        "kind: demand_surge, region: BBB, sector: [chips], size: {lognormal: {median: 20 %, p90: 60 %}}, start: 2026-03-01",
    ],
)
def test_shocks_that_are_right(body: str) -> None:
    assert load_text(CLOCK + NETWORK + shock(body)).shocks


def test_a_shock_may_follow_one_that_cannot_be_read() -> None:
    fire = "fire: {kind: outage, commodity: metal.refined, region: AAA, after: {shock: halt, delay: {uniform: [1 week, 1 month]}}}"
    halt = "halt: {kind: export_ban, commodity: metal.refined, from: AAA}"
    assert said(f"shocks: {{{fire}, {halt}}}\n") == ["shocks.halt.start: is missing. Write start: with a date."]
    scenario = load_text(f"{CLOCK}{NETWORK}shocks: {{{fire}, {halt[:-1]}, start: 2026-03-01}}}}\n")
    assert scenario.shocks["fire"].after == After(shock="halt", delay=Uniform(7.0, 365.25 / 12))


def test_a_long_chain_of_shocks_is_no_ring() -> None:
    body = "kind: outage, commodity: metal.refined, region: AAA"
    chain = ", ".join(f"s{i}: {{{body}, after: {{shock: s{i + 1}}}}}" for i in range(50))
    assert len(load_text(f"{CLOCK}{NETWORK}shocks: {{{chain}, s50: {{{body}, start: 2026-03-01}}}}\n").shocks) == 51


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("sectors: {chips: {value_added: {BBC: 5 bn USD/year}}}\n",
         "sectors.chips.value_added.BBC: unknown region (got 'BBC'). Did you mean 'BBB'?"),
        ("sectors: {chips: {value_added: {BBB: 5 t/year}}}\n", "sectors.chips.value_added.BBB: is a rate in tonnes per time, "
         "but an amount of money per year is needed (got '5 t/year'). Write '5 bn USD/year'."),
        ("sectors: {chips: {value_added: 5 bn USD/year}}\n", "sectors.chips.value_added: must be a mapping of keys to values"),
        ("sectors: {chps: }\n", "sectors.chps: unknown sector (got 'chps'). Did you mean 'chips'?"),
        ("sectors: {9: }\n", "sectors.9: unknown sector (got '9')."),
        ("sectors: {chips: {essential: {ore.mined: 1}}}\n",
         "sectors.chips.essential.ore.mined: chips uses none of this (got 'ore.mined'). It uses: metal.refined."),
        ("sectors: {chips: {cost_share: {metal.refnd: 1}}}\n",
         "sectors.chips.cost_share.metal.refnd: unknown commodity (got 'metal.refnd'). Did you mean 'metal.refined'?"),
        ("sectors: {chips: {overtme: 0}}\n", "sectors.chips.overtme: unknown key (got 'overtme'). Did you mean 'overtime'?"),
        ("policies: {p: {kind: price_floor, commodity: metal.refined, region: BBC, level: 1.2}}\n",
         "policies.p.region: unknown region (got 'BBC')."),
        ("policies: {p: {kind: price_floor, commodity: ore.mined, region: BBB, level: 1.2}}\n",
         "policies.p.region: no node of ore.mined here (got BBB)."),
        ("policies: {p: {kind: price_floor, commodity: metal.refined, region: AAA, level: {uniform: [-1, 1]}}}\n",
         "policies.p.level: must be above 0 and at most 100, and so must every value of the law (got a law from -1 to 1)."),
        ("policies: {p: {kind: price_flor, commodity: metal.refined}}\n",
         "policies.p.kind: unknown kind (got 'price_flor'). Did you mean 'price_floor'?"),
        ("policies: {p: {kind: price_floor, commodity: metal.refined, region: AAA, level: 1, target: 1 week}}\n",
         "policies.p.target: unknown key (got 'target')."),
        ("rules: {demand: {elasticity: 0.6}}\n", "rules.demand.elasticity_long: below the elasticity at once, 0.6 (got 0.5)."),
        ("rules: {demand: {elasticity: {uniform: [0.55, 0.6]}}}\n",
         "rules.demand.elasticity_long: below the elasticity at once, 0.55 (got 0.5)."),
        ("rules: {demand: {season_peak: 2026-01-15}}\n", "rules.demand.season_peak: not a day of the year (got '2026-01-15')."),
        ("rules: {demand: {season_peak: 02-29}}\n", "rules.demand.season_peak: no such day in every year (got '02-29')."),
        ("rules: {price: false}\n", "rules.price: must be a mapping of keys to values (got false)."),
        ("rules: {prices: {feedback: false}}\n", "rules.prices: unknown key (got 'prices'). Did you mean 'price'?"),
        ("rules: {supply: {shut_price: {uniform: [0.5, 1.2]}}}\n",
         "rules.supply.shut_price: must be above 0 and below 1, and so must every value of the law (got a law from 0.5 to 1.2)."),
        ("rules: {demand: {elasticity: -1}, front_running: 0.5}\nsectors: {chips: {overtime: x, value_added: {BBC: 1 USD/year}}}\n",
         "sectors.chips.value_added.BBC: unknown region"),
        ("set: {metal.refined.AAA.potential: 5 weeks}\n", "set.metal.refined.AAA.potential: is a duration, but a rate"),
    ],
)  # fmt: skip
def test_the_market(text: str, line: str) -> None:
    assert any(told.startswith(line) for told in said(text))


def test_a_market_that_is_right() -> None:
    text = """\
rules: {demand: {elasticity: {uniform: [0.1, 0.5]}, season: 10 %, season_peak: 12-01}, supply: {shut_price: {uniform: [0, 1]}}}
sectors: {chips: {essential: {metal.refined: 50 %, ore.mined: 20 %}, value_added: {all: 5 bn USD/year, BBB: {pert: [1 bn USD/year,
  2 bn USD/year, 4 bn USD/year]}}, cost_share: {metal.refined: 100 %}}}
policies: {floor: {kind: price_floor, commodity: metal.refined, region: AAA, level: {uniform: [0, 2]}}}
set: {ore.mined.AAA.demand.chips: 1 t/year}
"""
    scenario = load_text(CLOCK + NETWORK + text)
    assert scenario.rules.demand.season_peak == "12-01"
    assert scenario.sectors["chips"].value_added["all"] == 5e9
    floor = scenario.policies["floor"]
    assert isinstance(floor, PriceFloor)
    assert (floor.region, floor.level) == (("AAA",), Uniform(0.0, 2.0))


def test_sectors_are_checked_when_the_pack_is_known() -> None:
    text = (
        "materials: [gallium]\nregions: [CHN, EU27]\nsectors: {chps: {essential: {gallium.refned: 1}, value_added: {CHN: 1 bn USD/year}}}\n"
    )
    scenario = load_text(CLOCK + text, name="f")
    with pytest.raises(ScenarioError) as caught:
        check_names(scenario, ("gallium.refined",), ("chips",))
    assert [str(problem).partition(" ")[2] for problem in caught.value.problems] == [
        "sectors.chps: unknown sector (got 'chps'). Did you mean 'chips'?",
        "sectors.chps.essential.gallium.refned: unknown commodity (got 'gallium.refned'). Did you mean 'gallium.refined'?",
    ]


def test_a_host_may_come_from_the_pack() -> None:
    own = "network: {commodities: {gallium.primary: {host: alumina.refned}}, nodes: {gallium.primary.CHN: {potential: 3 t/year}}}\n"
    scenario = load_text(f"{CLOCK}materials: [gallium]\nregions: [CHN, EU27]\n{own}", name="f")
    with pytest.raises(ScenarioError) as caught:
        check_names(scenario, ("gallium.primary", "alumina.refined"))
    assert "host: unknown commodity (got 'alumina.refned'). Did you mean 'alumina.refined'?" in str(caught.value)


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
        ("rules: {hoarding: 0.5}\n", "rules.hoarding: must be between 1 and 100 (got 0.5)."),
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
        ("{a.x: {recipe: {b.x: 1}}, b.x: {recipe: {a.x: 1}}}", "a.x <- b.x <- a.x"),
        ("{o.x: {}, a.x: {recipe: {o.x: 1, b.x: 1}}, b.x: {recipe: {o.x: 1, c.x: 1}}, c.x: {recipe: {b.x: 1}}}", "b.x <- c.x <- b.x"),
    ],
)
def test_recipes_in_a_circle(commodities: str, ring: str) -> None:
    lines = said(f"network: {{commodities: {commodities}, nodes: {{a.x.R: {{}}}}}}\n", CLOCK)
    assert any(f"recipes go round in a circle (got {ring})" in line for line in lines)


def test_a_recipe_that_needs_what_it_makes() -> None:
    lines = said("network: {commodities: {a.x: {recipe: {a.x: 1}}}, nodes: {a.x.R: {}}}\n", CLOCK)
    assert lines[0].startswith("network.commodities.a.x.recipe.a.x: a.x needs itself. Take it out of its own recipe")


def test_every_ring_is_told_at_once() -> None:
    commodities = "{a.x: {recipe: {b.x: 1}}, b.x: {recipe: {a.x: 1, b.x: 1}}, c.x: {host: d.x}, d.x: {host: c.x}}"
    lines = said(f"network: {{commodities: {commodities}, nodes: {{a.x.R: {{}}}}}}\n", CLOCK)
    rings = (
        "recipes go round in a circle (got a.x <- b.x <- a.x)",
        "b.x needs itself",
        "hosts go round in a circle (got c.x <- d.x <- c.x)",
    )
    assert [ring for ring in rings if any(ring in line for line in lines)] == list(rings)


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
        ("{production: 3 t/year, potential: 2 t/year}", "potential: below production at rest, 3 t/year (got 2 t/year)."),
        ("{potential: 2 t/year}", "potential: only a by-product has a potential. Give a.x a host:, or remove potential."),
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
        (
            "{commodity: a.x, from: R, to: R, qualify: 1 week}",
            "network.trade[0].qualify: only a seller without trade at rest must be approved. Write flow: 0 t/year, or remove qualify.",
        ),
        ("{commodity: a.x, to: R}", "network.trade[0].from: is missing. Add it: Region that sells."),
    ],
)
def test_trade(trade: str, line: str) -> None:
    lines = said(f"network: {{commodities: {{a.x: {{}}, b.x: {{}}}}, nodes: {{a.x.R: {{}}}}, trade: [{trade}]}}\n", CLOCK)
    assert lines[0].startswith(line)


@pytest.mark.parametrize(
    ("spec", "line"),
    [
        ("{host: b.y}", "host: unknown commodity (got 'b.y')."),
        ("{host: a.x}", "host: a commodity cannot be its own host (got 'a.x')."),
        ("{demand_elasticity: -0.2}", "demand_elasticity: must be between 0 and 10 (got -0.2). Write it positive"),
        ("{demand_elasticity: 0.6}", "demand_elasticity_long: below the elasticity at once, 0.6 (got 0.5)."),
        ("{demand_elasticity_long: 0.01}", "demand_elasticity_long: below the elasticity at once, 0.14 (got 0.01)."),
        ("{supply_elasticity: 0.01}", "supply_elasticity: must be between 0.05 and 100 (got 0.01)."),
        ("{cost_share: {b.x: 10 %}}", "cost_share.b.x: a cost share of what is not in the recipe (got 'b.x'). The recipe is empty"),
        ("{recipe: {b.x: 1}, cost_share: {b.x: {uniform: [0, 1]}}}", "cost_share.b.x: must be certain, not a law"),
    ],
)
def test_commodities(spec: str, line: str) -> None:
    lines = said(f"network: {{commodities: {{a.x: {spec}, b.x: {{}}}}, nodes: {{a.x.R: {{}}}}}}\n", CLOCK)
    assert lines[0].startswith(f"network.commodities.a.x.{line}")


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
