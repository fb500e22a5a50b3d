"""Everyone in the twin as they stand at rest, before the first step of one run (MODEL.md, State and where it starts)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import floor

from sim.engine.twin.accounts import Guarantee, Member, Products, Store
from sim.engine.twin.entities import Buyer, Cast, Link, Producer, Sector, Shipment, User
from sim.engine.twin.habits import Habits
from sim.engine.twin.levels import settle
from sim.engine.twin.shocks import Strike, column, profiles
from sim.model.world import Floats, Network, Varied, World

NUMBERS = (
    "hoarding", "uneven", "g_order", "g_stock", "g_expect", "front_running", "alpha", "prospect", "momentum", "log_ceiling",
    "bidding", "switching", "shut", "entry_price", "entry_elasticity", "entry_growth", "g_price", "g_belief", "g_memory", "g_contract",
    "g_demand", "g_source", "g_signal", "g_close", "g_restart", "g_build", "g_ramp",
)  # fmt: skip
"""The numbers of a world that are one for everyone."""


def assemble(network: Network, world: World, run: int) -> Cast:
    """Everyone as they stand before the first step of `run`."""
    habits = _habits(network, world, run)
    guarantees = [Guarantee(name=name, left=left) for name, left in zip(network.payers, column(world.floor_budget, run), strict=True)]
    producers, buyers = _producers(network, world, run, guarantees), _buyers(network, world, run)
    sectors = _sectors(network, world, run)
    users = _users(network, column(world.demand, run), (producers, buyers, sectors))
    links = _links(network, world, run, producers, buyers)
    _rest(users, buyers)
    for varied in world.each_step:
        users[varied.user].drawn = _drawn(varied, run)
    stores, members = _stores(network, world, run, buyers)
    _alternatives(network, users)
    _products(network, world, run, buyers)
    strikes = [
        Strike(
            plan=plan,
            number=number,
            profile=profile,
            links=[links[i] for i in plan.links],
            producers=[producers[i] for i in plan.nodes],
            users=[users[i] for i in plan.users],
            buyers=[buyers[i] for i in plan.buyers],
            parts=plan.parts.tolist(),
        )
        for number, (plan, events) in enumerate(zip(network.shocks, world.events, strict=True))
        for profile in profiles(events, run)
    ]
    cast = Cast(
        producers=producers,
        buyers=buyers,
        users=users,
        sectors=sectors,
        links=links,
        stores=stores,
        members=members,
        guarantees=guarantees,
        strikes=strikes,
        habits=habits,
    )
    if network.up_to_level:
        for n, level in enumerate(column(world.level, run)):
            buyers[n].level, buyers[n].waits = level, n in network.backordered
        settle(cast)
    return cast


def _drawn(varied: Varied, run: int) -> Callable[[int], float]:
    return lambda step: float(varied.want(step)[run])


def _habits(network: Network, world: World, run: int) -> Habits:
    numbers = {name: column(getattr(world, name), run)[0] for name in NUMBERS}
    return Habits(**numbers, use_rule=network.use_rule, ship_rule=network.ship_rule, sweeps=network.sweeps, prices=network.prices)


def _names(network: Network) -> list[tuple[str, str]]:
    pairs = zip(network.node_commodity, network.node_region, strict=True)
    return [(network.commodities[commodity], network.regions[region]) for commodity, region in pairs]


def _producers(network: Network, world: World, run: int, guarantees: Sequence[Guarantee]) -> list[Producer]:
    capacity, production = column(world.capacity, run), column(world.production, run)
    buffer, elasticity = column(world.buffer_steps, run), column(world.supply_elasticity, run)
    full_cost = column(world.full_cost, run)[0]
    potential, price_floor, price0 = column(world.potential, run), column(world.floor, run), column(world.price0, run)
    producers = [
        Producer(
            commodity=commodity,
            region=region,
            capacity=capacity[n],
            production=production[n],
            buffer_steps=buffer[n],
            supply_elasticity=elasticity[n],
            full_cost=full_cost,
            potential=potential[n],
            price_floor=0.0 if (net_floor := network.floor_payer[n]) >= 0 and guarantees[net_floor].is_spent else price_floor[n],
            guarantee=guarantees[network.floor_payer[n]] if network.floor_payer[n] >= 0 else None,
            price0=price0[n],
            finished=buffer[n] * production[n],
            expected_orders=production[n],
            made_before=production[n],
            idle_new=0.0,
        )
        for n, (commodity, region) in enumerate(_names(network))
    ]
    table = network.hosts
    for by_product, host, share in zip(table.by_product, table.host, table.share, strict=True):
        producers[by_product].hosts.append((producers[host], float(share)))
    return producers


def _buyers(network: Network, world: World, run: int) -> list[Buyer]:
    cover, recycled = column(world.cover_steps, run), column(world.recycled, run)
    short, long, price0 = column(world.short, run), column(world.long, run), column(world.price0, run)
    storage, filled = column(world.storage_t, run), column(world.stock_frac, run)
    return [
        Buyer(
            commodity=commodity,
            region=region,
            recycled=recycled[n],
            cover_steps=cover[n],
            short=short[n],
            long=long[n],
            price0=price0[n],
            tide=_through_time(world.tide, n, run),
            swing=_through_time(world.swing, n, run),
            ahead=_through_time(world.ahead_steps, n, run),
            season_low=_through_time(world.season_low[None], n, run)[0],
            storage=storage[n],
            filled=filled[n],
        )
        for n, (commodity, region) in enumerate(_names(network))
    ]


def _through_time(values: Floats, n: int, run: int) -> list[float]:
    return values[:, n if values.shape[1] > 1 else 0, run if values.shape[2] > 1 else 0].tolist()


def _sectors(network: Network, world: World, run: int) -> list[Sector]:
    product, overtime = column(world.product_steps, run), column(world.overtime, run)
    table = network.sectors
    return [
        Sector(name=name, region=network.regions[table.region[s]], product_steps=product[s], overtime=overtime[s], stock=product[s])
        for s, name in enumerate(table.name)
    ]


def _users(network: Network, demand: Sequence[float], parties: tuple[list[Producer], list[Buyer], list[Sector]]) -> list[User]:
    table, (producers, buyers, sectors) = network.users, parties
    users = []
    for u, sector in enumerate(table.sector):
        user = User(
            sector=sector,
            buyer=buyers[table.node[u]],
            feeds=producers[table.feeds[u]] if table.feeds[u] >= 0 else None,
            works_in=sectors[table.in_sector[u]] if table.in_sector[u] >= 0 else None,
            demand=demand[u],
            t_per_t=float(table.t_per_t[u]),
            priority=int(table.priority[u]),
            weight=float(table.weight[u]),
            cost_share=float(table.cost_share[u]),
            essential=float(table.essential[u]),
        )
        user.buyer.users.append(user)
        if user.feeds:
            user.feeds.inputs.append(user)
        if user.works_in:
            user.works_in.users.append(user)
        users.append(user)
    return users


def _links(network: Network, world: World, run: int, producers: Sequence[Producer], buyers: Sequence[Buyer]) -> list[Link]:
    table, share, flow = network.links, column(world.share, run), column(world.base_flow, run)
    links = []
    for i in range(len(table.src)):
        lead, qualify = float(table.lead_steps[i]), float(table.qualify_steps[i])
        link = Link(
            seller=producers[table.src[i]],
            buyer=buyers[table.dst[i]],
            lead_steps=lead,
            ship_class=int(table.ship_class[i]),
            qualify_steps=qualify,
            rest_share=share[i],
            share=share[i],
            base_flow=flow[i],
            fit=0.0 if qualify > 0.0 else 1.0,
        )
        _rest_afloat(link)
        link.seller.outbound.append(link)
        link.buyer.inbound.append(link)
        link.buyer.on_order += flow[i] * lead
        link.buyer.expected_lead += share[i] * lead
        links.append(link)
    return links


def _rest_afloat(link: Link) -> None:
    if link.base_flow == 0.0:
        return
    # What was shipped at rest before the first step and is still owed: of the oldest shipment only the late part, if there is one.
    whole = floor(link.lead_steps)
    late = link.base_flow * (link.lead_steps - whole)
    if late > 0.0:
        link.afloat.append(Shipment(0, [late]))
    for step in range(-whole, 0):
        link.load(link.base_flow, step)


def _rest(users: Sequence[User], buyers: Sequence[Buyer]) -> None:
    for user in users:
        user.want = user.t_per_t * user.feeds.production if user.feeds else user.demand
    for buyer in buyers:
        buyer.expected_use = sum(user.want for user in buyer.users)
        buyer.usual_use = buyer.expected_use
        buyer.rest_stock = min(buyer.storage, (buyer.cover_steps + buyer.ahead[0]) * buyer.expected_use)
        buyer.on_hand = buyer.filled * buyer.rest_stock


def _stores(network: Network, world: World, run: int, buyers: Sequence[Buyer]) -> tuple[list[Store], list[Member]]:
    table, frac, leave = network.stores, column(world.member_frac, run), column(world.member_leave, run)
    target, initial = column(world.store_target, run), column(world.store_initial_frac, run)
    numbers = {
        name: column(getattr(world, f"store_{name}"), run)
        for name in ("target", "fill_steps", "trigger", "at_most", "start", "reserve", "rate", "budget", "keep")
    }
    members = []
    for i, (owner, n) in enumerate(zip(table.member_store, table.member_node, strict=True)):
        own = target[owner] * frac[i]
        members.append(Member(buyer=buyers[n], frac=frac[i], target=own, account=initial[owner] * own, leave=leave[i]))
    stores = [
        Store(
            name=name,
            sharing=table.sharing[s],
            payer=table.payer[s],
            members=[member for member, owner in zip(members, table.member_store, strict=True) if owner == s],
            **{field: values[s] for field, values in numbers.items()},
        )
        for s, name in enumerate(table.name)
    ]
    return stores, members


def _alternatives(network: Network, users: Sequence[User]) -> None:
    for plan in network.shocks:
        for u, other in zip(plan.users, plan.instead, strict=False):
            users[u].instead = users[other] if other >= 0 else None
            users[u].ratio = plan.ratio


def _products(network: Network, world: World, run: int, buyers: Sequence[Buyer]) -> None:
    for scrap in world.scrap:
        weight = column(scrap.weight, run)
        for i, n in enumerate(network.shocks[scrap.shock].buyers):
            buyers[n].products = Products(weight=weight, before=column(scrap.before[:, i], run))
