"""From a scenario and the facts behind it to a model: axes, links, users, and every number with its stream of chance."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from sim.errors import ScenarioError
from sim.model.economy import compile_economies
from sim.model.habits import habits_of
from sim.model.holdings import check_budgets, compile_floors, compile_stores, floor_budgets
from sim.model.measures import compile_measures
from sim.model.model import Entry, Facts, Model
from sim.model.sectors import compile_sectors, sector_facts
from sim.model.stocks import each_step, with_levels
from sim.model.strikes import compile_shocks
from sim.model.world import Hosts, Ints, Links, Network, Stores, Users
from sim.scenario import Scenario, check_materials, check_names
from sim.scenario.law import Amount
from sim.scenario.network import Demand, NetworkSpec, NodeSpec, network_faults, split_node
from sim.scenario.policy import CapacityProject, Substitution
from sim.scenario.rules import Rules

ROUNDING = 0.01
"""Part of supply by which an author's own supply and use may differ."""


@dataclass
class _Node:
    """The facts of one node while they are gathered."""

    spec: NodeSpec
    changed: dict[str, Amount | None] = field(default_factory=dict)
    demand: dict[str, Demand] = field(default_factory=dict)
    is_built: bool = False
    """Works are to be built here."""

    def get(self, name: str) -> Amount | None:
        return self.changed[name] if name in self.changed else getattr(self.spec, name, None)


def compile_model(scenario: Scenario) -> Model:
    """Compile a scenario.

    Arguments:
        scenario: validated; names of materials, commodities, regions and sectors are checked here against the facts.

    Raises:
        ScenarioError: a name is unknown, or a shock or policy touches nothing.
        DataError: the pack has no such material, or not in such regions.
    """
    spec = _gather(scenario)
    commodities, regions = tuple(spec.commodities), scenario.regions
    nodes = _nodes(scenario, spec)
    node_names = [(c, r) for c in commodities for r in regions]
    _check_balance(scenario, spec)
    net = replace(_network(scenario, spec, nodes, node_names), payers=tuple(sorted(scenario.policies)))
    net = with_levels(scenario, net, {name: node.spec for name, node in nodes.items()})
    floors, floor_payer = compile_floors(scenario, net)
    net = replace(net, floor_payer=floor_payer)
    stores, store_facts = compile_stores(scenario, net)
    plans, shock_facts = compile_shocks(scenario, net)
    measures = compile_measures(scenario, net, plans)
    plans, shock_facts = (*plans, *(plan for plan, _ in measures)), (*shock_facts, *(facts for _, facts in measures))
    facts = replace(_facts(scenario, spec, nodes, net), floor=floors)
    check_budgets(scenario, net, facts.price)
    return Model(
        name=scenario.name,
        network=replace(net, stores=stores, shocks=plans),
        facts=facts,
        sectors=sector_facts(scenario, net),
        stores=store_facts,
        shocks=shock_facts,
        habits=habits_of(scenario),
        economies=compile_economies(scenario, net),
        threshold=scenario.watch.threshold,
        warm_up_steps=round(scenario.watch.warm_up / net.step_days),
        series=tuple(s for s in scenario.watch.series if (s != "store" or stores.name) and ("price" not in s or net.prices)),
    )


def _gather(scenario: Scenario) -> NetworkSpec:
    """The chains of the materials named, with the scenario's own network over them."""
    own = scenario.network
    if not scenario.materials:
        spec = own or NetworkSpec()
    else:
        from sim.data.pack import chain, materials

        check_materials(scenario, materials(scenario.data))
        spec = chain(scenario.materials, scenario.regions, scenario.data)
        if own is not None:
            trade = {(t.commodity, t.source, t.to): t for t in (*spec.trade, *own.trade)}
            # Not validated at once: what is wrong between the two parts is told with its place in the author's file.
            spec = NetworkSpec.model_construct(
                commodities={**spec.commodities, **own.commodities}, nodes={**spec.nodes, **own.nodes}, trade=tuple(trade.values())
            )
            faults = network_faults(spec)
            if faults:
                raise ScenarioError(*(scenario.placed(replace(fault, path=("network", *fault.path))) for fault in faults))
    check_names(scenario, tuple(spec.commodities), spec.sectors())
    return spec


def _check_balance(scenario: Scenario, spec: NetworkSpec) -> None:
    """An author's own numbers must nearly balance; a small rest is spread over final demand, a large one is a mistake.

    Numbers replaced under `set` or stated as laws are meant to move supply, and final demand moves with it.
    """
    own = scenario.network
    if own is None:
        return
    problems = []
    for commodity in own.commodities:
        touched = [name for name in spec.nodes if split_node(name)[0] == commodity]
        made = [spec.nodes[name].production for name in touched] + [spec.nodes[name].recycled for name in touched]
        used = [demand.amount for name in touched for demand in spec.nodes[name].demand.values()]
        for name, node in spec.nodes.items():
            ratio = spec.commodities[split_node(name)[0]].recipe.get(commodity)
            if ratio is not None:
                used.append(node.production * ratio if isinstance(node.production, float) else node.production)
        amounts = [*made, *used]
        if not all(isinstance(a, float) for a in amounts) or any(path.startswith(f"{commodity}.") for path in scenario.set):
            continue
        supply, use = sum(a for a in made if isinstance(a, float)), sum(a for a in used if isinstance(a, float))
        if abs(supply - use) > ROUNDING * max(supply, use):
            what = f"supply and use of {commodity} at rest differ by more than {ROUNDING:.0%}"
            got = f"{supply:g} t/year made and recycled, {use:g} t/year used"
            problems.append(scenario.problem(("network", "commodities", commodity), what, got, "Make them equal."))
    if problems:
        raise ScenarioError(*problems)


def _nodes(scenario: Scenario, spec: NetworkSpec) -> dict[tuple[str, str], _Node]:
    nodes = {(c, r): _Node(spec.nodes.get(f"{c}.{r}", NodeSpec())) for c in spec.commodities for r in scenario.regions}
    for node in nodes.values():
        node.demand = dict(node.spec.demand)
    for policy in scenario.policies.values():
        if isinstance(policy, CapacityProject) and (policy.commodity, policy.region) in nodes:
            nodes[policy.commodity, policy.region].is_built = True
    for path, amount in _general_first(scenario):
        commodity, region_or_group, quantity, sector = _parts(path)
        for region in scenario.regions_of(region_or_group):
            node = nodes[commodity, region]
            if sector is not None:
                node.demand[sector] = node.demand.get(sector, Demand(amount=0.0)).model_copy(update={"amount": amount})
                continue
            node.changed[quantity] = amount
            for other in {"capacity": ("spare",), "spare": ("capacity",), "production": ("share",)}.get(quantity, ()):
                node.changed.setdefault(other, None)
    _check_capacity(scenario, nodes)
    _check_potential(scenario, spec)
    return nodes


def _parts(path: str) -> tuple[str, str, str, str | None]:
    """Commodity, region or group, quantity, and sector of demand of a fact that is set."""
    place, _, quantity = path.rpartition(".")
    sector = None
    if place.endswith(".demand"):
        place, sector, quantity = place.removesuffix(".demand"), quantity, "demand"
    return (*split_node(place), quantity, sector)


def _general_first(scenario: Scenario) -> list[tuple[str, Amount]]:
    """Facts that are set, those of many regions before those of few, so that the particular wins over the general wherever it stands.

    Raises:
        ScenarioError: two groups of the same size set the same fact of a region to different values.
    """
    regions = {path: scenario.regions_of(_parts(path)[1]) for path in scenario.set}
    claimed: dict[tuple[object, ...], str] = {}
    problems = []
    for path, names in regions.items():
        commodity, _, quantity, sector = _parts(path)
        for region in names:
            other = claimed.setdefault((commodity, region, quantity, sector, len(names)), path)
            if other != path and scenario.set[other] != scenario.set[path]:
                what = f"'{other}' sets the same for {region}, and neither is the more particular"
                problems.append(scenario.problem(("set", path), what, None, f"Set {region} by itself, or change one of the two."))
                break
    if problems:
        raise ScenarioError(*problems)
    return sorted(scenario.set.items(), key=lambda item: -len(regions[item[0]]))


def _check_capacity(scenario: Scenario, nodes: Mapping[tuple[str, str], _Node]) -> None:
    """Nobody can make more at rest than they can make at all."""
    problems = []
    for path in scenario.set:
        commodity, who, quantity, _ = _parts(path)
        for region in scenario.regions_of(who) if quantity in ("capacity", "production") else ():
            capacity, production = (nodes[commodity, region].get(name) for name in ("capacity", "production"))
            if not (isinstance(capacity, float) and isinstance(production, float)):
                continue
            if capacity < production * (1.0 - ROUNDING):
                what = f"capacity of {commodity} in {region} is below its production at rest"
                got = f"{capacity:g} against {production:g} t/year"
                problems.append(scenario.problem(("set", path), what, got, "Raise the capacity or lower the production."))
    if problems:
        raise ScenarioError(*problems)


def _check_potential(scenario: Scenario, spec: NetworkSpec) -> None:
    """Only what comes with a host has a potential."""
    lone = [path for path in scenario.set if _parts(path)[2] == "potential" and not spec.commodities[_parts(path)[0]].hosts()]
    if lone:
        what, remedy = "potential of what is no by-product", "Give the commodity a host, or remove it."
        raise ScenarioError(*(scenario.problem(("set", path), what, _parts(path)[0], remedy) for path in lone))


def _network(scenario: Scenario, spec: NetworkSpec, nodes: Mapping[tuple[str, str], _Node], names: Sequence[tuple[str, str]]) -> Network:
    commodities, regions, rules = tuple(spec.commodities), scenario.regions, scenario.rules
    index = {name: n for n, name in enumerate(names)}
    users = _users(scenario, spec, nodes, index)
    users, sectors = compile_sectors(scenario, users, names)
    makes = {name for name, node in nodes.items() if _makes(node)}
    empty: Ints = np.array([], dtype=np.intp)
    return Network(
        commodities=commodities,
        regions=regions,
        node_commodity=np.array([commodities.index(c) for c, _ in names], dtype=np.intp),
        node_region=np.array([regions.index(r) for _, r in names], dtype=np.intp),
        hosts=_hosts(spec, makes, index),
        links=_links(scenario, spec, nodes, index, set(users.node.tolist())),
        users=users,
        sectors=sectors,
        stores=Stores(name=(), member_store=empty, member_node=empty),
        shocks=(),
        payers=(),
        floor_payer=empty,
        start=scenario.clock.start,
        step_days=scenario.clock.step,
        n_step=max(1, math.ceil(scenario.clock.horizon / scenario.clock.step - 1e-9)),
        sweeps=rules.sweeps,
        use_rule=rules.use,
        ship_rule=_ship_rule(rules),
        prices=rules.price.feedback,
    )


def _ship_rule(rules: Rules) -> str:
    """Where prices stand still nobody bids."""
    if rules.ship == "highest-bid" and not rules.price.feedback:
        return "proportional"
    return "priority" if rules.ship.endswith("-first") else rules.ship


def _hosts(spec: NetworkSpec, makes: set[tuple[str, str]], index: Mapping[tuple[str, str], int]) -> Hosts:
    """Hosts that a region lacks leave their part to those it has; without any the by-product stands by itself."""
    rows: list[tuple[int, int, float]] = []
    for commodity, region in index:
        stated = spec.commodities[commodity].hosts()
        here = {host: share for host, share in stated.items() if (host, region) in makes and (commodity, region) in makes}
        rows += [(index[commodity, region], index[host, region], share / sum(here.values())) for host, share in here.items()]
    by_product, host, share = zip(*rows, strict=True) if rows else ((),) * 3
    return Hosts(
        by_product=np.array(by_product, dtype=np.intp), host=np.array(host, dtype=np.intp), share=np.array(share, dtype=np.float64)
    )


def _users(scenario: Scenario, spec: NetworkSpec, nodes: Mapping[tuple[str, str], _Node], index: Mapping[tuple[str, str], int]) -> Users:
    rows: list[tuple[int, int, str, float, int, float, float]] = []
    for (commodity, region), n in index.items():
        for sector, demand in nodes[commodity, region].demand.items():
            rows.append((n, -1, sector, 0.0, demand.priority, demand.weight, 0.0))
        rows += [(n, -1, name, 0.0, 0, 1.0, 0.0) for name in _substitutes(scenario, commodity, region)]
        for made, spec_made in spec.commodities.items():
            if commodity in spec_made.recipe and _makes(nodes[made, region]):
                cost = spec_made.cost_share.get(commodity, scenario.rules.input_cost / len(spec_made.recipe))
                rows.append((n, index[made, region], made, spec_made.recipe[commodity], 0, 1.0, cost))
    rows.sort(key=lambda row: row[0])
    node, feeds, sector, t_per_t, priority, weight, cost_share = zip(*rows, strict=True) if rows else ((),) * 7
    return Users(
        node=np.array(node, dtype=np.intp),
        feeds=np.array(feeds, dtype=np.intp),
        sector=tuple(sector),
        t_per_t=np.array(t_per_t, dtype=np.float64),
        priority=np.array(priority, dtype=np.intp),
        weight=np.array(weight, dtype=np.float64),
        cost_share=np.array(cost_share, dtype=np.float64),
        in_sector=np.full(len(rows), -1, dtype=np.intp),
        essential=np.zeros(len(rows)),
    )


def _substitutes(scenario: Scenario, commodity: str, region: str) -> list[str]:
    """Policies by which users in a region may change to this commodity; each is a user by its own name."""
    found = [(name, policy) for name, policy in scenario.policies.items() if isinstance(policy, Substitution)]
    return [name for name, policy in found if policy.to == commodity and region in scenario.regions_of(policy.region)]


def _makes(node: _Node) -> bool:
    return _makes_already(node) or node.is_built


def _makes_already(node: _Node) -> bool:
    return node.get("production") != 0.0 or node.get("share") not in (None, 0.0)


def _links(
    scenario: Scenario, spec: NetworkSpec, nodes: Mapping[tuple[str, str], _Node], index: Mapping[tuple[str, str], int], used: set[int]
) -> Links:
    rules = scenario.rules
    trade = {(t.commodity, t.source, t.to): t for t in spec.trade}
    allies = set(scenario.regions_of(rules.allies)) if rules.allies else set()
    rows: list[tuple[int, int, float, int, float]] = []
    for (commodity, buyer), dst in index.items():
        if dst not in used:
            continue
        for seller in scenario.regions:
            known = trade.get((commodity, seller, buyer))
            qualify = None if known is None else known.qualify
            if qualify is None and not _makes_already(nodes[commodity, seller]):
                qualify = rules.sourcing.qualification
            if not _makes(nodes[commodity, seller]) or (known is not None and known.flow == 0.0 and qualify is None):
                continue
            home = seller == buyer
            days = known.lead if known is not None and known.lead is not None else rules.lead_home if home else rules.lead_abroad
            steps = max(1.0, days / scenario.clock.step)
            first = home or (rules.ship == "allies-first" and {seller, buyer} <= allies)
            rows.append((index[commodity, seller], dst, steps, 0 if first else 1, (qualify or 0.0) / scenario.clock.step))
    src, dst, lead, rank, qualify_steps = zip(*rows, strict=True) if rows else ((),) * 5
    return Links(
        src=np.array(src, dtype=np.intp),
        dst=np.array(dst, dtype=np.intp),
        lead_steps=np.array(lead, dtype=np.float64),
        ship_class=np.array(rank, dtype=np.intp),
        qualify_steps=np.array(qualify_steps, dtype=np.float64),
    )


def _facts(scenario: Scenario, spec: NetworkSpec, nodes: Mapping[tuple[str, str], _Node], net: Network) -> Facts:
    rules, regions, users = scenario.rules, scenario.regions, net.users
    names = [(c, r) for c in net.commodities for r in regions]
    index = {name: n for n, name in enumerate(names)}

    def column(quantity: str, default: Amount) -> tuple[Entry, ...]:
        values = ((c, r, nodes[c, r].get(quantity)) for c, r in names)
        return tuple(Entry(f"{c}.{r}.{quantity}", default if value is None else value) for c, r, value in values)

    def stated(quantity: str) -> tuple[Entry | None, ...]:
        values = ((c, r, nodes[c, r].get(quantity)) for c, r in names)
        return tuple(None if value is None else Entry(f"{c}.{r}.{quantity}", value) for c, r, value in values)

    def of_commodity(quantity: str, general: Entry) -> tuple[Entry, ...]:
        own = {c: getattr(spec.commodities[c], quantity) for c in net.commodities}
        return tuple(general if own[c] is None else Entry(f"network.commodities.{c}.{quantity}", own[c]) for c, _ in names)

    prior = np.full((len(names), len(regions)), np.nan)
    for t in spec.trade:
        if t.flow is not None:
            prior[index[t.commodity, t.source], regions.index(t.to)] = _fixed(t.flow)
    demand = []
    for u, n in enumerate(users.node):
        c, r = names[n]
        known = nodes[c, r].demand.get(users.sector[u])
        amount = 0.0 if users.feeds[u] >= 0 or known is None else known.amount
        demand.append(Entry(f"{c}.{r}.demand.{users.sector[u]}", amount))
    return Facts(
        level=stated("order_up_to") if net.up_to_level else (),
        each_step=tuple(each_step(net.users, names, {name: node.demand for name, node in nodes.items()})),
        production=column("production", 0.0),
        world_share=stated("share"),
        capacity=stated("capacity"),
        spare=column("spare", rules.spare),
        recycled=column("recycled", 0.0),
        cover=column("cover", rules.cover),
        storage=stated("storage"),
        stock_at_start=column("stock_at_start", 1.0),
        buffer=column("buffer", rules.buffer),
        demand=tuple(demand),
        trade=prior,
        potential=stated("potential"),
        short=of_commodity("demand_elasticity", Entry("rules.demand.elasticity", rules.demand.elasticity)),
        long=of_commodity("demand_elasticity_long", Entry("rules.demand.elasticity_long", rules.demand.elasticity_long)),
        supply_elasticity=of_commodity("supply_elasticity", Entry("rules.supply.elasticity", rules.supply.elasticity)),
        floor=(),
        floor_budget=floor_budgets(scenario),
        price=_prices(spec, names),
        discount=Entry("rules.discount", rules.discount),
    )


def _prices(spec: NetworkSpec, names: Sequence[tuple[str, str]]) -> tuple[Entry | None, ...]:
    """Price at rest of every node's commodity, None where none is stated."""
    stated = {c: spec.commodities[c].price for c, _ in names}
    return tuple(None if (price := stated[c]) is None else Entry(f"network.commodities.{c}.price", price) for c, _ in names)


def _fixed(amount: Amount) -> float:
    """A number that must be certain; the schema lets no law through where one is needed."""
    if not isinstance(amount, float | int):
        raise TypeError(f"a law where a certain number is needed: {amount}")
    return float(amount)
