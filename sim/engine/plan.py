"""The network laid out for the passes of the step: what does not change while it runs."""

from __future__ import annotations

import numpy as np

from sim.engine.accounts import accounts
from sim.engine.joint import JointBuying
from sim.engine.ration import HighestBid, MaxMin, Priority, Proportional, Ration
from sim.engine.sectors import SectorRows
from sim.engine.sums import Groups
from sim.model.world import Ints, Links, Network, World

WHOLE = 1e-9
"""Part of a step by which a lead time may miss a whole number and still count as whole."""

LIMITS = ("export_ban", "export_quota", "export_licence", "export_control", "import_quota", "transport")
"""Kinds of shock that shut links."""


class Plan:
    """Groups, rules of sharing, and the few rows that special rules concern."""

    def __init__(self, net: Network, world: World) -> None:
        links, users, n_run = net.links, net.users, world.n_run
        self.net = net
        self.makers: Ints = np.unique(links.src)
        """Nodes that sell; what concerns producers alone has one row for each, [maker]."""
        self.rows = {"node": net.n_node, "maker": len(self.makers), "link": len(links.src), "user": len(users.node)}
        self.rows |= {"member": len(net.stores.member_node), "sector": len(net.sectors.name), "shock": len(net.shocks)}
        """Rows of each axis."""
        self.seller: Ints = np.searchsorted(self.makers, links.src)
        """Maker that sells over each link, [link]."""
        self.by_dst = Groups(links.dst, net.n_node)
        self.by_src = Groups(self.seller, len(self.makers))
        self.by_user = Groups(users.node, net.n_node)
        self.has_supply = np.bincount(links.dst, minlength=net.n_node)[:, None] > 0
        row = {int(n): m for m, n in enumerate(self.makers)}
        self.feeds = [(int(u), row[int(users.feeds[u])]) for u in np.flatnonzero(np.isin(users.feeds, self.makers))]
        """(user, maker fed) of every processor."""
        self.costs = [(int(users.node[u]), m, float(users.cost_share[u])) for u, m in self.feeds if users.cost_share[u] > 0]
        """(input node, maker fed, share of cost) of every processor's input."""
        pairs = zip(net.hosts.by_product.tolist(), net.hosts.host.tolist(), net.hosts.share.tolist(), strict=True)
        self.hosts: dict[int, list[tuple[int, float]]] = {}
        """Hosts of every by-product with the part that comes with each, as makers."""
        for by_product, host, share in pairs:
            if by_product in row and host in row:
                self.hosts.setdefault(row[by_product], []).append((row[host], share))
        self.floors: Ints = np.flatnonzero((world.floor[self.makers] > 0).any(axis=1))
        """Makers under a price floor in some run."""
        self.new_links: Ints = np.flatnonzero(links.qualify_steps > 0)
        """Links that buyers must approve first."""
        none = np.array([], dtype=np.intp)
        limits = [shock.links for shock in net.shocks if shock.kind in LIMITS]
        self.limited: Ints = np.unique(np.concatenate([*limits, none])).astype(np.intp)
        """Links that shocks may shut, in part or in whole."""
        routes = [shock.links for shock in net.shocks if shock.kind == "transport"]
        self.routes: Ints = np.unique(np.concatenate([*routes, none])).astype(np.intp)
        """Links on which a journey may take longer."""
        self._lay_out_pipeline(links)
        self.use_ration = _use_rule(net, self.by_user, n_run)
        self.ship_ration = _ship_rule(net, self.by_src, n_run)
        self.accounts = accounts(net, world)
        """Every store with its members."""
        self.sectors = SectorRows(net, n_run)
        """Users of the sectors at work."""
        usual = self.by_dst.sum(np.broadcast_to(world.base_flow, (len(links.src), n_run)).copy(), np.empty((net.n_node, n_run)))
        self.pools = [JointBuying(net, s, usual) for s, shock in enumerate(net.shocks) if shock.kind == "joint_procurement"]
        """Joint purchases."""
        self.foreign = (net.node_region[links.src] != net.node_region[links.dst])[:, None]
        """Links that cross a border, [link, 1]."""
        self.returns = bool(self.feeds) or not self.sectors.is_single
        """Some users may leave a part of what they got in stock, because another input is scarcer."""

    def _lay_out_pipeline(self, links: Links) -> None:
        self.lead_whole: Ints = np.floor(links.lead_steps + WHOLE).astype(np.intp)
        self.lead_rest = np.maximum(links.lead_steps - self.lead_whole, 0.0)[:, None]
        self.lead_rest[self.lead_rest <= WHOLE] = 0.0
        self.has_parts = bool(self.lead_rest.any())
        """Some shipments land in two parts, in this step and the one after."""
        self.n_slot = int(self.lead_whole.max(initial=1)) + 1 + int(self.has_parts)
        made = (np.arange(self.n_slot)[:, None] - self.lead_whole) % self.n_slot
        link = np.arange(len(links.src))
        self.due: Ints = made * len(link) + link
        """Rows of the pipeline that land in a step, [step modulo slots, link]."""
        self.due_before: Ints = (made - 1) % self.n_slot * len(link) + link
        """Those whose second part does."""

    def slots_late(self, world: World) -> int:
        """Steps ahead for which late arrivals must be noted."""
        if not len(self.routes):
            return 0
        longer = [events.extra for shock, events in zip(self.net.shocks, world.events, strict=True) if shock.kind == "transport"]
        most = sum(float(extra.max(initial=0.0)) * len(extra) for extra in longer)
        return int(self.net.links.lead_steps[self.routes].max() + min(most, self.net.n_step + 1.0)) + 3


def _use_rule(net: Network, groups: Groups, n_run: int) -> Ration:
    if net.use_rule == "priority":
        return Priority(groups, net.users.priority, n_run)
    if net.use_rule == "max-min":
        return MaxMin(groups, net.users.weight, n_run)
    return Proportional(groups, n_run)


def _ship_rule(net: Network, groups: Groups, n_run: int) -> Ration:
    if net.ship_rule == "highest-bid":
        return HighestBid(groups, n_run)
    if net.ship_rule == "priority":
        return Priority(groups, net.links.ship_class, n_run)
    if net.ship_rule == "max-min":
        return MaxMin(groups, np.ones(len(net.links.src)), n_run)
    return Proportional(groups, n_run)
