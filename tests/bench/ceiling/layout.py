"""The arrays of a batch of the flagship laid before the kernels."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from sim.engine import stores
from sim.engine.fast.batch import Tables, members, wide
from sim.engine.fast.rows import Table
from sim.engine.ration import HighestBid, Proportional
from sim.model.world import Floats, Ints
from tests.bench.ceiling import count, goods, kernel, order, prices, works
from tests.bench.ceiling.loops import loops

if TYPE_CHECKING:
    from sim.engine.room import Room
    from sim.record.tally import Tally

_NONE = np.zeros((0, 0))


class Laid(Tables):
    """Tables of all that the kernels work on."""

    def __init__(self, room: Room) -> None:
        """Lay them out, once the board of shocks has its arrays.

        Raises:
            ValueError: the scenario needs a rule in a form that no kernel has.
        """
        super().__init__(room)
        p = room.plan
        special = room.recycles or p.accounts or len(room.state.late) or p.hosts or len(p.floors) or room.swaps or len(p.new_links)
        usual = isinstance(p.use_ration, Proportional) and isinstance(p.ship_ration, HighestBid) and p.net.prices
        if special or not usual or room.has_season or not room.is_calm_sea or room.is_bounded or p.net.payers:
            raise ValueError("the ceiling covers the flagship and its like")
        self.n_node = p.net.n_node
        self.by_user = members(p.by_user)
        self.feeds: Ints = np.array(p.feeds, dtype=np.intp).reshape(-1, 2)
        source, made, part = np.array(p.costs, dtype=float).reshape(-1, 3).T
        self.costs = source.astype(np.intp), made.astype(np.intp), part.copy()
        self.can_part = room.market.ask is not room.market.cost
        tables: Any = [*self._lay_out_goods(room), *self._lay_out_trade(room), *self._lay_out_prices(room)]
        tables += [*self._lay_out_works(room), *self._lay_out_lags(room)]
        self.batch = kernel.Batch._make([self.n_run, *tables, loops(), stores.MOST_TREND])

    def _by_node(self, number: Floats) -> Floats:
        return wide(number, self.n_node, self.n_run)

    def _by_maker(self, number: Floats) -> Floats:
        return wide(number, len(self.by_src[0]) - 1, self.n_run)

    def _lay_out_goods(self, room: Room) -> tuple:
        s, f, w, p, e, works_ = room.state, room.flows, room.world, room.plan, room.effects, room.works
        rows, users = p.sectors, p.net.users
        n_sector, n_user = rows.n_sector, len(users.node)
        row_of: Ints = np.full(n_user, -1, dtype=np.intp)
        row_of[rows.users] = np.arange(len(rows.users))
        sector, user = rows.sector.astype(np.intp), rows.users.astype(np.intp)
        g_stock, g_expect = self.by_run(w.g_stock), self.by_run(w.g_expect)
        arrive = self.table(
            goods.Arrive, s.pipeline, p.lead_rest[:, 0].copy(), room.arrived, room.landed, s.on_hand, s.on_order, self.by_dst
        )
        plan = self.table(
            goods.Plan,
            *(works_.idle, e.surplus, works_.idle_new, works_.new, e.added),
            *(self._by_maker(room.capacity), self._by_maker(room.production), works_.full, works_.normal, works_.working),
            *(s.expected_orders, self._by_maker(room.buffer_steps), s.finished, f.plan, g_stock),
        )
        want = self.table(
            goods.Want,
            *(wide(w.demand, n_user, self.n_run), e.surge if room.surges else _NONE, f.want, f.wanted),
            *(room.usual_wanted, room.usual_final, room.answer, room.node_a, f.plan, self.feeds, users.t_per_t, users.node.astype(np.intp)),
            *(row_of, sector, rows.usual, f.work, s.products),
            *(wide(w.product_steps, n_sector, self.n_run), wide(w.overtime, n_sector, self.n_run), g_stock, self.by_user),
        )
        make = self.table(
            goods.Make,
            *(room.usable, f.wanted, f.want, f.served, f.got, f.unmet, f.plan, f.made, room.user_a, f.consumed),
            *(
                s.on_hand,
                s.finished,
                s.expected_use,
                room.node_b if room.has_season else f.wanted,
                g_expect,
                self.feeds,
                users.t_per_t,
                row_of,
                sector,
                user,
            ),
            *(rows.usual, rows.lacking, rows.essential[:, 0].copy(), f.work, f.output, f.sold, s.products, self.by_user),
        )
        ways = goods.Ways(p.returns, room.has_products, rows.all_essential, rows.is_single, room.may_want_nothing)
        ordered = self.table(
            order.Order,
            *(room.cover_t, room.cover_now, s.expected_use, self._by_node(w.recycled), room.buy, s.expected_lead, s.on_hand, s.on_order),
            *(self.by_run(w.g_order), p.has_supply[:, 0].astype(float), room.meant, f.order, room.market.share, room.passable),
            *(wide(room.rush_t, self.n_link, self.n_run), e.hurry, self.by_dst),
        )
        return arrive, plan, want, make, ways, ordered

    def _lay_out_trade(self, room: Room) -> tuple:
        own = self.ship(room, room.bid, np.arange(self.n_link))
        return self.ship(room, room.node_b, self.buyer), own, self.come(room)

    def _lay_out_prices(self, room: Room) -> tuple:
        s, f, w, m, e, works_ = room.state, room.flows, room.world, room.market, room.effects, room.works
        gains = (w.g_expect, w.g_belief, w.g_memory, w.g_price, w.g_demand, w.alpha, w.prospect, w.log_ceiling)
        all_gains = self.table(prices.Gains, *(self.by_run(gain) for gain in gains))
        kind = prices.Kind(bool(len(self.feeds)), bool(len(room.plan.limited)), bool(room.plan.accounts))
        ask = self.table(
            prices.Ask,
            *(room.make_b, works_.normal, self._by_maker(room.production), works_.working, s.expected_orders, works_.full),
            *(self._by_maker(room.rest_full), self._by_maker(room.steepness), self.by_run(room.log_shut), m.price, *self.costs),
            *(self._by_maker(room.capacity), e.added, m.cost, m.ask, e.rebate, self.by_run(w.g_contract)),
        )
        price = self.table(
            prices.Price,
            *(f.shipped, m.ask, e.duty, room.received, room.nothing_came, m.offer, room.node_a, room.usual_wanted, room.usual_final),
            *(m.usual_use, s.expected_use, room.meant, self._by_node(w.recycled), s.expected_orders),
            *(room.lack, m.in_sight, m.price, m.late, m.slow),
            *(s.expected_lead, room.buy, room.cover_t, s.on_hand, s.on_order, room.node_b, room.usable, m.origin),
            *(self.by_dst, self.by_src, self.seller, self.buyer),
        )
        return ask, price, all_gains, kind, self.lean(room)

    def _lay_out_lags(self, room: Room) -> tuple[Table]:
        w = room.world
        lags = self.table(
            kernel.Lags,
            *(self._by_node(room.at_once), self._by_node(room.slower)),
            *(_NONE, _NONE),
            *(self._by_node(room.reach), self._by_node(w.recycled)),
            *(self.by_run(number) for number in (w.momentum, w.bidding, w.switching)),
        )
        return (lags,)

    def _lay_out_works(self, room: Room) -> tuple:
        w, m, works_ = room.world, room.market, room.works
        pace = (w.g_signal, w.entry_elasticity, w.entry_growth, w.g_build, w.g_ramp, w.g_close, w.g_restart, w.shut, room.shut_new)
        all_pace = self.table(works.Pace, *(self.by_run(number) for number in pace))
        capacity = self.table(
            works.Works,
            *(works_.signal, room.make_c, m.origin, room.effects.rebate, m.price, *self.costs),
            *(self.by_run(room.log_entry), self.by_run(room.log_shut), self._by_maker(room.production), room.effects.skill),
            *(*works_.building, works_.starting, works_.new, works_.idle, works_.idle_new, room.make_a, room.make_b),
        )
        return capacity, all_pace

    def tallied(self, t: Tally, room: Room) -> kernel.Tallied:
        s, f, m, rows = room.state, room.flows, room.market, room.plan.sectors
        short = self.table(
            count.Short,
            *(t.unmet_by_user, t.want_by_user, f.unmet, f.want, f.wanted, f.served, t.unmet, t.want, t.share, t.deepest),
            *(t.n_short, t.first, t.last, t.cover, t.lowest_cover, s.expected_use, s.on_hand, t.usual, room.landed, t.gap, self.by_user),
        )
        dear = self.table(
            count.Dear,
            *(m.price, t.price, t.price_sum, t.peak, t.peak_step, t.usual_want, room.usual_final, room.usual_wanted, f.wanted, t.forgone),
            *(m.origin, t.origin_low, t.origin_high),
        )
        costs = np.broadcast_to(t.cost_share, (len(rows.users), 1))[:, 0].astype(float)
        lost = self.table(count.Lost, rows.lacking, rows.sector.astype(np.intp), costs, f.sold, t.lost, t.lost_high, t.lost_low)
        return kernel.Tallied(self.n_run, short, dear, lost, float(t.threshold), room.has_products, t.has_prices, bool(costs.any()))
