"""The board of shocks: how hard each strikes now, and what that does to capacity, demand and links."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from sim.engine.state import Effects, Room, no_effects
from sim.model.world import TINY, Events, Floats, Ints, ShockPlan

RESTRICTIONS = ("export_ban", "export_licence")
TOUCHED = {"availability": ("outage",), "surge": ("demand_surge",), "open": RESTRICTIONS, "threat": RESTRICTIONS}
"""Effects that each kind of shock has."""


LINES = ("announced", "start", "full_end", "ramp_end", "end", "after", "size")
_FROM, _TO = [1, 2, 3, 1, 0], [2, 3, 4, 4, 4]
"""Intervals between instants: full level, ramp, rest, cover, threat."""


def table(events: Events) -> Floats:
    """The events of a shock as one array, [line of LINES, event, run]."""
    return np.stack([np.broadcast_to(getattr(events, line), events.start.shape) for line in LINES])


def strength(lines: Floats, k: int) -> Floats:
    """Level, cover and threat in step k, [3, event, run].

    The level is the mean of the shock's profile over the step: 1, then a line to `after`, then `after`; cover is the part of the step
    from start to end, threat that from announcement to end.

    Arguments:
        lines: `table(events)`, of all runs or some.
        k: number of the step.
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        full, ramp, rest, cover, threat = np.fmax(np.minimum(k + 1, lines[_TO]) - np.maximum(k, lines[_FROM]), 0.0)
        full_end, ramp_end, after = lines[2], lines[3], lines[5]
        middle = (np.maximum(k, full_end) + np.minimum(k + 1, ramp_end)) / 2
        done = np.where(ramp > 0, (middle - full_end) / (ramp_end - full_end), 0.0)
    return np.stack([full + ramp * (1.0 + (after - 1.0) * done) + rest * after, cover, threat])


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
    # What began before the clock is in force at its first step.
    steps, runs = np.unique(np.maximum(np.concatenate(pairs, axis=1), 0), axis=1)
    steps, runs = steps[steps < n_step], runs[steps < n_step]
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
        self.tables = [table(events) for events in room.world.events]
        self.now = [np.zeros((3, *events.start.shape)) for events in room.world.events]
        """Level, cover and threat of each event now, a [3, event, run] array a shock."""
        kinds = {plan.kind for plan in net.shocks}
        self.touched = ["level"] + [name for name, by in TOUCHED.items() if kinds & set(by)]
        self.stale = np.zeros(n_run, dtype=bool)
        self.half_open = np.zeros(n_run, dtype=bool)

    def switch(self, shock: int, k: int, runs: Ints) -> None:
        """Set a shock's level for step k in the runs concerned; what it does is worked out when the market next looks."""
        self.now[shock][:, :, runs] = strength(self.tables[shock][:, :, runs], k)
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
        for name in self.touched:
            getattr(effects, name)[:, runs] = getattr(fx, name)
        if "open" in self.touched:
            self._restrict(fx, runs)
        self.stale[runs] = False

    def _restrict(self, fx: Effects, runs: Ints) -> None:
        """What restricted links still pass, and which links of a buyer are open."""
        room = self.room
        fx.leak[...] = np.maximum(fx.leak - fx.open, 0.0)
        room.effects.leak[:, runs] = fx.leak
        room.leak_t[:, runs] = fx.leak * columns(room.world.base_flow, runs)
        reach = columns(room.world.share, runs) * fx.open
        total = room.plan.by_dst.sum(reach, np.empty((room.plan.net.n_node, len(runs))))
        room.reach_share[:, runs] = room.plan.by_dst.scale(reach, 1.0 / np.maximum(total, TINY), reach)
        self.half_open[runs] = ((fx.open > 0.0) & (fx.open < 1.0)).any(axis=0)
        room.half_open = np.flatnonzero(self.half_open)

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
