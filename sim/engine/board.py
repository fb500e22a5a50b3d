"""The board of shocks: how hard each strikes now, and what that does to capacity, demand and links."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields

import numpy as np

from sim.engine.ration import TINY
from sim.engine.state import Effects, Room, no_effects
from sim.model.world import Events, Floats, Ints, ShockPlan

RESTRICTIONS = ("export_ban", "export_licence")


def level(events: Events, k: int) -> Floats:
    """Mean of the shock's profile over step k, [event, run]: 1, then a line to `after`, then `after`."""
    full = _overlap(k, events.start, events.full_end)
    ramp = _overlap(k, events.full_end, events.ramp_end)
    rest = _overlap(k, events.ramp_end, events.end)
    with np.errstate(invalid="ignore", divide="ignore"):
        middle = (np.maximum(k, events.full_end) + np.minimum(k + 1, events.ramp_end)) / 2
        done = np.where(ramp > 0, (middle - events.full_end) / (events.ramp_end - events.full_end), 0.0)
    return full + ramp * (1.0 + (events.after - 1.0) * done) + rest * events.after


def cover(events: Events, k: int) -> Floats:
    """Part of step k that lies between start and end, [event, run]."""
    return _overlap(k, events.start, events.end)


def threat(events: Events, k: int) -> Floats:
    """Part of step k that lies between announcement and end, [event, run]."""
    return _overlap(k, events.announced, events.end)


def _overlap(k: int, begin: Floats, end: Floats) -> Floats:
    with np.errstate(invalid="ignore"):
        return np.fmax(np.minimum(k + 1, end) - np.maximum(k, begin), 0.0)


def schedule(events: Events, n_step: int) -> Iterator[tuple[int, Ints]]:
    """Steps at which a level, a cover or a threat differs from the step before, in order, each with the runs it concerns."""
    pairs = []
    for instants in (events.announced, events.start, events.full_end, events.ramp_end, events.end):
        _, run = np.nonzero(np.isfinite(instants))
        step = np.floor(instants[np.isfinite(instants)]).astype(np.int64)
        pairs += [np.stack([step, run]), np.stack([step + 1, run])]
    with np.errstate(invalid="ignore"):
        slopes = (events.ramp_end > events.full_end) & (events.after < 1.0) & (events.full_end < n_step)
    for event, run in zip(*np.nonzero(slopes), strict=True):
        steps = np.arange(int(events.full_end[event, run]), min(int(events.ramp_end[event, run]) + 2, n_step))
        pairs.append(np.stack([steps, np.full_like(steps, run)]))
    steps, runs = np.unique(np.concatenate(pairs, axis=1), axis=1)
    inside = (steps >= 0) & (steps < n_step)
    steps, runs = steps[inside], runs[inside]
    cuts = np.flatnonzero(np.diff(steps)) + 1
    for step, concerned in zip(np.split(steps, cuts), np.split(runs, cuts), strict=True):
        if len(step):
            yield int(step[0]), concerned


class Board:
    """Levels of all shocks in all runs: written by the shocks' processes, read by the market."""

    def __init__(self, room: Room) -> None:
        net, n_run = room.plan.net, room.world.n_run
        self.room = room
        self.plans = net.shocks
        self.inbound = [np.unique(net.links.dst[plan.links]) for plan in net.shocks]
        self.now = [np.zeros((3, *events.start.shape)) for events in room.world.events]
        """Level, cover and threat of each event now, a [3, event, run] array a shock."""
        self.stale = np.zeros(n_run, dtype=bool)
        self.half_open = np.zeros(n_run, dtype=bool)

    def switch(self, shock: int, k: int, runs: Ints) -> None:
        """Set a shock's level for step k in the runs concerned; what it does is worked out when the market next looks."""
        events = self.room.world.events[shock]
        concerned = Events(**{f.name: getattr(events, f.name)[:, runs] for f in fields(Events)})
        self.now[shock][:, :, runs] = level(concerned, k), cover(concerned, k), threat(concerned, k)
        self.stale[runs] = True

    def apply(self) -> None:
        """Bring the effects up to date; shocks combine in the order of their names, so the file's order does not matter."""
        runs = np.flatnonzero(self.stale)
        if not len(runs):
            return
        room, effects = self.room, self.room.effects
        fx = no_effects(room.plan.net, len(runs))
        fx.leak[...] = 1.0
        for shock, plan in enumerate(self.plans):
            now = self.now[shock][:, :, runs]
            now[0].max(axis=0, out=fx.level[shock])
            for event in np.flatnonzero(now[1].any(axis=1) | now[2].any(axis=1)):
                self._strike(fx, plan, shock, now[:, event], room.world.events[shock].size[event, runs])
        np.maximum(fx.leak - fx.open, 0.0, out=fx.leak)
        for f in fields(Effects):
            getattr(effects, f.name)[:, runs] = getattr(fx, f.name)
        room.leak_t[:, runs] = fx.leak * columns(room.world.base_flow, runs)
        reach = columns(room.world.share, runs) * fx.open
        total = room.plan.by_dst.sum(reach, np.empty((room.plan.net.n_node, len(runs))))
        room.reach_share[:, runs] = room.plan.by_dst.scale(reach, 1.0 / np.maximum(total, TINY), reach)
        self.half_open[runs] = ((fx.open > 0.0) & (fx.open < 1.0)).any(axis=0)
        room.half_open = np.flatnonzero(self.half_open)
        self.stale[runs] = False

    def _strike(self, fx: Effects, plan: ShockPlan, shock: int, now: Floats, size: Floats) -> None:
        hit, covered, threatened = now
        if plan.kind == "outage":
            fx.availability[plan.nodes] *= 1.0 - size * hit
        elif plan.kind == "demand_surge":
            fx.surge[plan.users] *= 1.0 + size * hit
        elif plan.kind in RESTRICTIONS:
            fx.open[plan.links] *= 1.0 - covered
            fx.leak[plan.links] *= (1.0 - hit) + size * hit
            buyers = self.inbound[shock]
            fx.threat[buyers] = np.maximum(fx.threat[buyers], threatened)


def columns(array: Floats, runs: Ints) -> Floats:
    """The runs' columns of a world's array, or its only column."""
    return array if array.shape[1] == 1 else array[:, runs]
