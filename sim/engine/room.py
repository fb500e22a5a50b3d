"""One batch at work: its world, its state, and the scratch arrays the rules write into."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.engine.courses import in_use, swaps
from sim.engine.plan import Plan
from sim.engine.ration import Proportional
from sim.engine.stages import Stages
from sim.engine.state import Effects, at_rest, market_at_rest, no_effects, no_flows, rest_wants, works_at_rest
from sim.engine.sums import Groups
from sim.model.world import TINY, Floats, Ints, Network, World

if TYPE_CHECKING:
    from sim.engine.money import Purse
    from sim.engine.passes import Passes


class Hosted(NamedTuple):
    """What a by-product comes with."""

    parts: list[tuple[int, Floats]]
    """Hosts, as makers, each with its part in every run; those that make nothing at rest leave theirs to the others."""
    is_free: NDArray[np.bool_]
    """No host makes anything at rest: the by-product stands by itself, [run]."""


def _hosted(production: Floats, pairs: list[tuple[int, float]]) -> Hosted:
    there = [np.where(production[host] > 0.0, share, 0.0) for host, share in pairs]
    whole = np.sum(there, axis=0)
    parts = [(host, part / np.maximum(whole, TINY)) for (host, _), part in zip(pairs, there, strict=True)]
    return Hosted(parts, whole <= 0.0)


class Room:
    """World, state, flows, effects, and scratch. Nothing of the size of the batch is made while steps run."""

    def __init__(self, net: Network, world: World) -> None:
        n_run, n_link = world.n_run, len(net.links.src)
        self.world = world
        self.do: Passes
        """The passes over links, which `batch` gives."""
        self.plan = Plan(net, world)
        self.state = at_rest(self.plan, world)
        self._settle_levels()
        self.market = market_at_rest(self.plan, world)
        self.flows = no_flows(self.plan, n_run)
        self.effects = Effects(**no_effects(self.plan, n_run))
        self.works = works_at_rest(self.plan, world, self.effects)
        self.next_step = 0
        self.arrived = np.zeros((n_link, n_run))
        """What landed in the step just done, t, [link, run]."""
        self.landed = np.zeros((net.n_node, n_run))
        """The same by buyer, t, [node, run]."""
        self.leak_t = np.zeros((n_link, n_run))
        """What a restricted link passes all the same, t, [link, run]."""
        self.promised_t = self.leak_t
        """What buyers count on it to pass in the end, t, [link, run]; an array of its own where there are licences."""
        self.way = self.effects.open.copy() if len(self.plan.new_links) else self.effects.open
        """`open`, but shut where the seller is not approved yet, [link, run]."""
        self.half_open = np.zeros(n_run, dtype=bool)
        """Whether some link is open for a part of the step, [run]."""
        self.usual = np.broadcast_to(world.share, (n_link, n_run)).copy()
        """What speaks for a link but for its seller's cost and goods, [link, run]."""
        self._settle_policies()
        self._settle()
        node, link, user = (net.n_node, n_run), (n_link, n_run), (len(net.users.node), n_run)
        # Scratch that the rules write into. What outlives one rule: `passable`, `in_need` and `need` within trade.py, `buy` and `cover_t`
        # from fill on, `users_buy` within fill, `usable` from release to use, `received`, `nothing_came` and `served_part` from ship on.
        self.node_a, self.node_b, self.usable, self.cover_t, self.buy, self.users_buy, self.need, self.received, self.floor_t = (
            np.empty(node) for _ in range(9)
        )
        maker = (len(self.plan.makers), n_run)
        self.make_a, self.make_b, self.make_c, self.served_part = (np.empty(maker) for _ in range(4))
        self.make_mask = np.empty(maker, dtype=bool)
        self.answer = np.ones(node)
        self.link_mask = np.empty((n_link, n_run), dtype=bool)
        self.base_flow = np.broadcast_to(world.base_flow, (n_link, n_run)).copy()
        self.limited_dst = Groups(net.links.dst[self.plan.limited], net.n_node)
        """Buyers over the links that shocks may shut."""
        self.bid = np.ones((n_link, n_run) if net.ship_rule == "highest-bid" else (0, n_run))
        """What buyers offer sellers who have not enough, [link, run]."""
        self.meant = np.zeros(node)
        """What buyers would order, taken below 0 too, [node, run]; from order to price."""
        """Part of its usual demand that a node's final users still want at the price, [node, run]."""
        self.usual_wanted = np.empty(node) if net.prices else self.flows.wanted
        """What the users of a node would want at the usual price, t, [node, run]."""
        self.usual_final = np.empty(node) if self.plan.feeds else self.usual_wanted
        """The part of it that final users want, t, [node, run]."""
        self.lack = np.empty(node)
        self.link_a, self.link_b, self.passable = (np.empty(link) for _ in range(3))
        self.user_a = np.empty(user)
        self.claims, self.row_a, self.row_b = (np.empty(n_run) for _ in range(3))
        self.mask, self.served, self.nothing_came = (np.empty(node, dtype=bool) for _ in range(3))
        self.row_mask = np.empty(n_run, dtype=bool)
        if self.stages is not None:
            self.stages.join(self)

    def worth(self, nodes: Ints) -> Floats:
        """Price in the market of some nodes, USD/t, NaN where that at rest is not known, [node, run]."""
        return np.exp(self.market.price[nodes]) * self.world.price0[nodes]

    def _settle_levels(self) -> None:
        """Stocks and debts of nodes that order up to fixed levels."""
        self.stages = Stages(self.plan, self.world) if self.plan.net.up_to_level else None
        """Who orders from whom, where nodes do."""
        self.rules: tuple[Callable[[Room, int], None], ...] = ()
        """Rules of a step, once they are known, where those of MODEL.md are not all needed."""
        if self.stages is not None:
            self.stages.settle(self.plan, self.world, self.state.on_hand, self.state.finished)

    def _settle_policies(self) -> None:
        """What policies keep from step to step beside stocks."""
        net, world, n_run = self.plan.net, self.world, self.world.n_run
        self.purse: Purse | None = None
        self.has_projects = any(shock.kind == "capacity_project" for shock in net.shocks)
        self.in_use, self.swaps = in_use(net, world, self.plan.feeds), swaps(net, world)
        """Products in use that a policy recycles, and users who may change to another material."""
        self.recycles = bool(self.in_use)
        self.more = np.zeros((net.n_node, n_run) if self.recycles else (0, 0))
        """What policies recycle in the step beyond the usual, t, [node, run]."""
        self.floor = np.broadcast_to(world.floor[self.plan.makers], (len(self.plan.makers), n_run)).copy()
        """Guaranteed price as a multiple of the one at rest, 0 where there is none, [maker, run]."""
        self.floor_left = np.broadcast_to(world.floor_budget, (len(net.payers), n_run)).copy()
        """What is left for guaranteed prices, USD, [policy, run]."""
        for m, payer in enumerate(net.floor_payer[self.plan.makers]):
            if payer >= 0:
                self.floor[m, self.floor_left[payer] <= 0.0] = 0.0
        self.log_floor = np.log(np.maximum(self.floor, TINY))
        floors = (len(self.plan.floors), n_run)
        self.taken, self.below_floor = np.zeros(floors), np.zeros(floors)
        """Taken in under price floors in the step, t, and by how much producers earned less, [maker of `plan.floors`, run]."""

    def _settle(self) -> None:
        """What follows from the world and stays as it is, and the flags that let a rule be skipped while it would do nothing."""
        net, world, kinds = self.plan.net, self.world, {shock.kind for shock in self.plan.net.shocks}
        self.reach = 1.0 / np.maximum(1.0, world.uneven * world.cover_steps)
        """Part of its stock that a node's users can reach, [node, run]."""
        self.flows.want[...] = rest_wants(self.plan, world)
        self.plan.by_user.sum(self.flows.want, self.flows.wanted)
        self.surges = bool({"demand_surge", "demand_reduction"} & kinds)
        self.has_season, self.is_bounded = len(world.swing) > 1, bool(np.isfinite(world.storage_t).any())
        """Use has a season that is foreseen; some users' storage is limited."""
        self.is_calm_sea = world.tide.size == 1
        """Demand has no growth, season or noise."""
        moves = self.surges or self.swaps or net.prices or net.sectors.name or world.each_step or not self.is_calm_sea
        self.wants_change = bool(self.plan.feeds or moves)
        at_work = self.plan.sectors.users
        self.may_want_nothing = bool((world.demand[at_work] == 0).any() or world.tide.min() <= 0)
        """Some user of a sector at work may want nothing in a step, and then does not count."""
        self.has_products = bool(world.product_steps.any())
        self.cover_now = np.broadcast_to(world.cover_steps, (net.n_node, world.n_run)).copy()
        """Cover that buyers want now, steps of use, [node, run]; the board of shocks keeps it."""
        self.lead_steps = net.links.lead_steps[:, None].astype(np.float64)
        self.in_need = False
        self.is_short = self.was_short = True
        """Some user may want in vain in this step, or may have in the one before."""
        self.may_be_served = isinstance(self.plan.use_ration, Proportional) and not self.swaps
        """Where stock is enough for all users of a node each gets its want to the last bit, and no sector lacks anything."""
        self.is_hurried = self.is_delayed = self.is_taxed = self.is_pledged = self.is_capped = self.is_joint = False
        """Whether buyers hurry, journeys take longer, tariffs are due, output is pledged, purchases from one origin are capped, or some
        buy jointly in any run now; the board of shocks says so."""
        self.supply_moves = bool({"dumping", "capacity_project"} & kinds)
        """Capacity is not what it was at rest in some run."""
        self.works_move = self.supply_moves or bool(self.plan.hosts) or "outage" in kinds
        """What can be made is not the same in every step."""
        self.shuts = False
        """Works are shut, or have been, in some run."""
        self.builds = False
        """Capacity is being built, or has been, in some run."""
        self.slower = -(world.long - world.short)
        self.at_once = -world.short
        rows = self.plan.makers
        self.capacity, self.production, self.buffer_steps = world.capacity[rows], world.production[rows], world.buffer_steps[rows]
        self.potential = world.potential[rows]
        """What the world says of makers, [maker, run]."""
        self.hosts = {n: _hosted(self.production, pairs) for n, pairs in self.plan.hosts.items()}
        """What each by-product comes with, by its number among makers."""
        self.rest_full = self.capacity / np.maximum(self.production, TINY)
        """Capacity against output at rest, [maker, run]."""
        idle = np.maximum(np.log(np.maximum(self.rest_full, 1.0)), TINY)
        self.steepness = np.minimum(1.0 / world.supply_elasticity[rows], np.log(world.full_cost) / idle)
        """Part by which cost rises with a part more output, [maker, run]."""
        self.log_shut, self.log_entry = np.log(world.shut), np.log(world.entry_price)
        self.shut_new = world.shut * world.entry_price
        self.rush_t = world.front_running * world.base_flow
