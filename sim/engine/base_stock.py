"""The rules of a network whose nodes order up to fixed levels (MODEL.md, 'Levels to order up to'), row by row. None allocates by run."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from sim.engine.room import Room
    from sim.engine.stages import Here, Stages


def arrive(room: Room, k: int) -> None:
    """1. Shipments land; with leads of whole steps and one seller a buyer nothing is to be split or summed."""
    pipeline, due = room.state.pipeline, room.plan.due[k % room.plan.n_slot].tolist()
    for here in _stages(room).here:
        for way in here.ways:
            landed = pipeline[due[way.link]]
            way.arrived[...] = landed
            if way.arrived.base is not here.landed.base:
                here.landed[...] = landed
            np.add(here.on_hand, landed, out=here.on_hand)
            np.subtract(here.on_order, landed, out=here.on_order)


def want(room: Room, k: int) -> None:
    """3. Final demand as it is drawn, and as the tide and surges make it."""
    w, drawn = room.world, {varied.user: varied.want for varied in room.world.each_step}
    tide = w.tide[k % len(w.tide)]
    for here in _stages(room).at_ends:
        for u in here.stage.users:
            row = room.flows.want[u]
            row[...] = drawn[u](k) if u in drawn else w.demand[u]
            if not room.is_calm_sea:
                np.multiply(row, tide[here.stage.node % len(tide)], out=row)
            if room.surges:
                np.multiply(row, room.effects.surge[u], out=row)


def serve(room: Room, k: int) -> None:
    """5. Final users are served from stock, those who wait first; `unmet` is what they want in this step and do not get at once."""
    stages = _stages(room)
    if stages.is_lone:
        for here in stages.at_ends:
            _serve_one(room, here)
        return
    s, f, claims = room.state, room.flows, stages.claim
    for here in stages.at_ends:
        for u in here.stage.users:
            np.add(f.want[u], stages.owed[u], out=claims[u])
    room.plan.by_user.sum(claims, room.node_a)
    np.minimum(s.on_hand, room.node_a, out=room.node_b)
    room.plan.use_ration(room.node_b, claims, room.user_a, room.node_a)
    for here in stages.at_ends:
        here.wanted[...], here.served[...] = 0.0, 0.0
        for u in here.stage.users:
            f.got[u] = room.user_a[u]
            left = np.subtract(claims[u], f.got[u], out=claims[u])
            if here.stage.waits:
                stages.owed[u] = left
            np.minimum(f.want[u], left, out=f.unmet[u])
            np.add(here.wanted, f.want[u], out=here.wanted)
            np.add(here.served, f.got[u], out=here.served)
        np.subtract(here.on_hand, here.served, out=here.on_hand)
        np.maximum(here.on_hand, 0.0, out=here.on_hand)


def _serve_one(room: Room, here: Here) -> None:
    """A stock with one user."""
    f, stages, (u,) = room.flows, _stages(room), here.stage.users
    wanted, got, unmet = f.want[u], here.served, f.unmet[u]
    if here.stage.waits:
        owed = stages.owed[u]
        claim = np.add(wanted, owed, out=owed)
        np.minimum(here.on_hand, claim, out=got)
        np.subtract(claim, got, out=owed)
        np.minimum(wanted, owed, out=unmet)
    else:
        np.minimum(here.on_hand, wanted, out=got)
        np.subtract(wanted, got, out=unmet)
    np.subtract(here.on_hand, got, out=here.on_hand)
    if f.got is not f.served:
        f.got[u], here.wanted[...] = got, wanted


def make(room: Room, k: int) -> None:
    """6. What has arrived is turned into finished stock at once, as far as capacity goes: `made = min(most, min H / t)`."""
    stages, works = _stages(room), room.works
    if k == 0 or room.works_move:
        np.multiply(works.full, works.working, out=stages.most)
    for made, most, finished, inputs in stages.makers:
        for here in inputs:
            there, t_per_t = here.on_hand, here.stage.t_per_t
            most = np.minimum(most, there if t_per_t == 1.0 else np.divide(there, t_per_t, out=room.row_a), out=made)
        for here in inputs:
            used, t_per_t = here.consumed, here.stage.t_per_t
            if t_per_t == 1.0:
                used[...] = made
                np.subtract(here.on_hand, made, out=here.on_hand)
            else:
                np.multiply(made, t_per_t, out=used)
                np.subtract(here.on_hand, used, out=here.on_hand)
                np.maximum(here.on_hand, 0.0, out=here.on_hand)
            for row in here.by_processor:
                row[...] = used
        np.add(finished, made, out=finished)


def order(room: Room, k: int) -> None:
    """7. From customers to sources: `order = max(0, level - H - O + owed)`, finished stock and orders for it counted as stock and debt."""
    stages, finished = _stages(room), room.state.finished
    for m, links in enumerate(stages.outbound):
        if len(links) > 1:
            stages.asked[m][...] = 0.0
    for here in stages.here:
        stage, need = here.stage, here.order
        np.subtract(here.level, here.on_hand, out=need)
        np.subtract(need, here.on_order, out=need)
        for u in stage.users if stage.waits else ():
            np.add(need, stages.owed[u], out=need)
        if stage.maker >= 0:
            debt = np.subtract(stages.asked[stage.maker], finished[stage.maker], out=room.row_a)
            if stage.t_per_t != 1.0:
                np.multiply(debt, stage.t_per_t, out=debt)
            np.add(need, debt, out=need)
        np.maximum(need, 0.0, out=need)
        if not here.ways:
            need[...] = 0.0
        for way in here.ways:
            if not way.is_whole:
                np.multiply(need, way.share, out=way.ask)
            if way.asked is not None:
                np.add(way.asked, way.ask, out=way.asked)


def make_to_order(room: Room, k: int) -> None:
    """7b. Makers without inputs make what is asked of them, as far as capacity goes."""
    for made, most, finished, asked in _stages(room).at_sources:
        np.subtract(asked, finished, out=made)
        np.maximum(made, 0.0, out=made)
        np.minimum(made, most, out=made)
        np.add(finished, made, out=finished)


def ship(room: Room, k: int) -> None:
    """8. Goods go where they are asked for; with one buyer a seller nothing is to be shared, and nobody else can be asked."""
    n_link = len(room.arrived)
    first = k % room.plan.n_slot * n_link
    for here in _stages(room).here:
        for way in here.ways:
            sent = np.minimum(way.there, way.ask, out=way.shipped)
            np.subtract(way.there, sent, out=way.there)
            np.add(here.on_order, sent, out=here.on_order)
            room.state.pipeline[first + way.link] = sent
    room.next_step = k + 1


def _stages(room: Room) -> Stages:
    assert room.stages is not None
    return room.stages
