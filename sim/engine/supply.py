"""Capacity: what of it works now, what is built when prices are high, and what is shut when they are low (steps 3 and 10 of MODEL.md)."""

from __future__ import annotations

import numpy as np

from sim.engine.market import margin
from sim.engine.room import Room
from sim.engine.rules import follow
from sim.model.world import TINY, Floats

SPREAD = 0.25
"""Part by which price must fall below that at which works begin to shut for all to have shut; assumption."""


def capacity(room: Room) -> None:
    """3. Capacity not shut, and the part of it that works: what shocks leave of it, and a by-product's host allows."""
    works, effects = room.works, room.effects
    if room.supply_moves or room.builds:
        old = np.subtract(1.0, works.idle, out=room.make_a)
        np.multiply(old, effects.surplus, out=old)
        new = np.subtract(1.0, works.idle_new, out=room.make_b)
        np.multiply(new, works.new, out=new)
        for now, rest in ((works.full, room.capacity), (works.normal, room.production)):
            np.multiply(old, rest, out=now)
            np.add(now, new, out=now)
            if room.has_projects:
                np.add(now, effects.added, out=now)
    if room.plan.hosts:
        works.working[...] = effects.availability
    for n, hosts in room.hosts.items():
        allowed, part = room.row_a, room.claims
        allowed[...] = 0.0
        for host, share in hosts.parts:
            np.divide(works.made_before[host], np.maximum(room.production[host], TINY), out=part)
            np.add(allowed, np.multiply(part, share, out=part), out=allowed)
        np.multiply(allowed, room.potential[n], out=allowed)
        np.divide(allowed, np.maximum(works.full[n], TINY, out=room.row_b), out=allowed)
        np.copyto(allowed, 0.0, where=np.less_equal(works.full[n], 0.0, out=room.row_mask))
        np.copyto(allowed, np.inf, where=hosts.is_free)
        np.minimum(works.working[n], allowed, out=works.working[n])


def build_and_shut(room: Room) -> None:
    """10b. Lasting margins make producers build, in three stages and a run-in, or shut."""
    works, w = room.works, room.world
    follow(works.signal, margin(room, room.make_b), w.g_signal, room.make_a)
    if not room.builds:
        room.builds = bool(np.greater(works.signal, room.log_entry, out=room.make_mask).any())
    if room.builds:
        _build(room)
    if not room.shuts:
        room.shuts = bool(np.less(works.signal, room.log_shut, out=room.make_mask).any())
        room.supply_moves |= room.shuts
    if room.shuts or room.builds:
        _shut(room)


def _build(room: Room) -> None:
    works, w = room.works, room.world
    first, second, third = works.building
    begun = np.subtract(works.signal, room.log_entry, out=room.make_a)
    np.maximum(begun, 0.0, out=begun)
    np.multiply(begun, w.entry_elasticity, out=begun)
    np.expm1(begun, out=begun)
    np.multiply(begun, room.production, out=begun)
    for n in room.plan.hosts:
        np.minimum(begun[n], np.maximum(room.potential[n] - room.capacity[n], 0.0), out=begun[n])
    for already in (first, second, third, works.starting, works.new):
        np.subtract(begun, already, out=begun)
    np.maximum(begun, 0.0, out=begun)
    np.minimum(begun, np.multiply(room.production, w.entry_growth, out=room.make_b), out=begun)
    np.multiply(begun, room.effects.skill, out=begun)
    pace = np.multiply(room.effects.skill, w.g_build, out=room.make_c)
    for stage in (first, second, third):
        done = np.multiply(stage, pace, out=room.make_b)
        np.subtract(stage, done, out=stage)
        np.add(stage, begun, out=stage)
        begun[...] = done
    running = np.multiply(works.starting, w.g_ramp, out=room.make_b)
    np.subtract(works.starting, running, out=works.starting)
    np.add(works.starting, begun, out=works.starting)
    np.add(works.new, running, out=works.new)


def _shut(room: Room) -> None:
    works = room.works
    multiple = np.exp(works.signal, out=room.make_a)
    if room.shuts:
        _towards(room, works.idle, np.divide(multiple, room.world.shut, out=room.make_b))
    if not room.builds:
        return
    before = room.make_c
    before[...] = works.idle_new
    _towards(room, works.idle_new, np.divide(multiple, room.shut_new, out=room.make_b))
    np.copyto(works.idle_new, before, where=np.less_equal(works.new, 0.0, out=room.make_mask))


def _towards(room: Room, idle: Floats, against: Floats) -> None:
    """Part shut moves to `clip((1 - price / shut) / SPREAD, 0, 1)`, closing and restarting each at its own pace."""
    goal = np.subtract(1.0, against, out=against)
    np.divide(goal, SPREAD, out=goal)
    np.maximum(goal, 0.0, out=goal)
    np.minimum(goal, 1.0, out=goal)
    np.subtract(goal, idle, out=goal)
    closing = np.greater(goal, 0.0, out=room.make_mask)
    gain = room.served_part
    gain[...] = room.world.g_restart
    np.copyto(gain, np.broadcast_to(room.world.g_close, gain.shape), where=closing)
    np.multiply(goal, gain, out=goal)
    np.add(idle, goal, out=idle)


def remember(room: Room) -> None:
    """10c. Hosts' output, for their by-products of the next step."""
    if room.plan.hosts:
        room.works.made_before[...] = room.flows.made
