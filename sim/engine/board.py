"""The board of shocks: how hard each strikes now, and what that does to capacity, demand, links and prices."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from sim.engine.room import Room
from sim.engine.state import no_effects
from sim.model.world import Events, Floats, Ints, ShockPlan

OUTAGE = "outage"
LICENCE = "export_licence"
RESTRICTIONS = ("export_ban", "export_quota", LICENCE)
HALF_SHUT = ("export_control", "import_quota")
"""Policies that limit trade as they come into force."""
TOUCHED = {
    "availability": ("outage",),
    "surge": ("demand_surge", "demand_reduction"),
    "open": (*RESTRICTIONS, *HALF_SHUT, "transport"),
    "passing": (*RESTRICTIONS, *HALF_SHUT, "transport"),
    "promised": (LICENCE,),
    "threat": (*RESTRICTIONS, "export_control", "early_warning", OUTAGE),
    "bite": (*RESTRICTIONS, "export_control", OUTAGE),
    "hurry": (*RESTRICTIONS, "export_control", "early_warning"),
    "delay": ("transport",),
    "duty": ("tariff",),
    "rebate": ("dumping",),
    "surplus": ("dumping",),
    "skill": ("technology_ban",),
    "added": ("capacity_project",),
    "pledge": ("capacity_project",),
    "effort": ("capacity_project", "supplier_qualification"),
    "favour": ("beyond_price",),
    "cap": ("single_source_cap",),
    "calm": ("joint_procurement",),
    "together": ("joint_procurement",),
    "aim": ("recycling",),
    "may": ("substitution",),
}
"""Effects that each kind of shock, and of policy with a course of its own, has."""
FLAGS = {
    "is_hurried": ("hurry", "rush"),
    "is_pledged": ("pledge", "start"),
    "is_capped": ("cap", "start"),
    "is_joint": ("calm", "start"),
    "is_delayed": ("delay", "start"),
    "is_taxed": ("duty", "start"),
}
"""Flags that let a rule be skipped while its effect is nowhere, with that and the instant from which it may be."""
PAIRS_AHEAD = 4096
"""Pairs of step and run worked out in one go."""
SOONEST = 1e-9
"""Steps below which approval is at once, and force below which works do not run yet."""


LINES = ("announced", "rush", "start", "full_end", "ramp_end", "end", "after", "size", "extra")
_FROM, _TO = [2, 3, 4, 2, 0, 1], [3, 4, 5, 5, 5, 2]
"""Intervals between instants: full level, ramp, rest, cover, threat, rush."""


def table(events: Events) -> Floats:
    """The events of a shock as one array, [line of LINES, event, run]."""
    return np.stack([np.broadcast_to(getattr(events, line), events.start.shape) for line in LINES])


def strength(lines: Floats, k: int | Ints) -> Floats:
    """Level, cover, threat and rush in step k, [4, event, run].

    The level is the mean of the shock's profile over the step: 1, then a line to `after`, then `after`; cover is the part of the step
    from start to end, threat that from announcement to end, rush that in which buyers hurry before the start.

    Arguments:
        lines: `table(events)`, of all runs or some.
        k: number of the step, one or [run].
    """
    spans = np.fmax(np.minimum(k + 1, lines[_TO]) - np.maximum(k, lines[_FROM]), 0.0)
    full, ramp, rest = spans[:3]
    after, now = lines[6], spans[2:]
    np.multiply(rest, after, out=rest)
    np.add(full, rest, out=now[0])
    at = np.nonzero(ramp)
    if len(at[0]):
        full_end, ramp_end = lines[3][at], lines[4][at]
        k_at = np.broadcast_to(k, ramp.shape)[at]
        middle = (np.maximum(k_at, full_end) + np.minimum(k_at + 1, ramp_end)) / 2
        now[0][at] += ramp[at] * (1.0 + (after[at] - 1.0) * (middle - full_end) / (ramp_end - full_end))
    return now


def schedule(events: Events, n_step: int) -> Iterator[tuple[int, Ints]]:
    """Steps at which a level, a cover, a threat or a rush differs from the step before, in order, each with the runs it concerns."""
    pairs = []
    for instants in (events.announced, events.rush, events.start, events.full_end, events.ramp_end, events.end):
        _, run = np.nonzero(np.isfinite(instants))
        step = np.floor(instants[np.isfinite(instants)]).astype(np.int64)
        pairs += [np.stack([step, run]), np.stack([step + 1, run])]
    with np.errstate(invalid="ignore"):
        slopes = (events.ramp_end > events.full_end) & (events.after < 1.0) & (events.full_end < n_step)
    for event, run in zip(*np.nonzero(slopes), strict=True):
        steps = np.arange(int(events.full_end[event, run]), min(int(events.ramp_end[event, run]) + 2, n_step))
        pairs.append(np.stack([steps, np.full_like(steps, run)]))
    # What began before the clock is in force at its first step.
    step, run = np.maximum(np.concatenate(pairs, axis=1), 0)
    # One number a pair: sorting pairs themselves took most of a short world's time.
    n_run = events.start.shape[1]
    steps, runs = np.divmod(np.unique(step * n_run + run), n_run)
    steps, runs = steps[steps < n_step], runs[steps < n_step]
    cuts = np.flatnonzero(np.diff(steps)) + 1
    for step, concerned in zip(np.split(steps, cuts), np.split(runs, cuts), strict=True):
        if len(step):
            yield int(step[0]), concerned


class Board:
    """Levels of all shocks in all runs: the shocks' processes say when something switches, the market reads what it comes to.

    What each switch comes to is known from the start, so it is worked out for many steps and runs in one go, ahead of time.
    """

    def __init__(self, room: Room) -> None:
        net = room.plan.net
        self.room = room
        self.plans = net.shocks
        self.makers = [np.searchsorted(room.plan.makers, plan.nodes) for plan in net.shocks]
        """Makers that each shock strikes."""
        struck = [np.flatnonzero(np.isin(net.links.src, plan.nodes)) if plan.kind == OUTAGE else plan.links for plan in net.shocks]
        self.inbound = [np.union1d(net.links.dst[links], plan.buyers) for plan, links in zip(net.shocks, struck, strict=True)]
        """Nodes whose buyers each shock concerns."""
        self.dependence = [_dependence(room, links, nodes) for links, nodes in zip(struck, self.inbound, strict=True)]
        """Part of what each of these buys at rest that the shock may strike, [node concerned, run]; 1 where it names no trade."""
        self.tables = [table(events) for events in room.world.events]
        kinds = {plan.kind for plan in net.shocks}
        self.touched = ["cover", "level"] + [name for name, by in TOUCHED.items() if kinds & set(by)]
        if "calm" not in self.touched and "bite" in self.touched:
            self.touched.remove("bite")  # only joint buyers look at it
        if "promised" in self.touched:
            room.promised_t = np.zeros_like(room.leak_t)
        self.wakes = [list(schedule(events, net.n_step)) for events in room.world.events]
        """Steps at which each shock switches in some runs, with these."""
        self._lay_out(room.world.n_run, net.n_step)
        self.may_be = {flag: self._may_be(effect, line) for flag, (effect, line) in FLAGS.items()}
        """Whether an effect may be there in a step, [step]."""
        self.is_due = False
        self.end, self.start, self.columns = 0, 0, []

    def _lay_out(self, n_run: int, n_step: int) -> None:
        """Pairs of step and run in which some shock switches, in order."""
        pairs = [k * n_run + runs for wakes in self.wakes for k, runs in wakes]
        steps, self.runs = np.divmod(np.unique(np.concatenate([*pairs, np.array([], dtype=np.intp)])), n_run)
        self.steps: Ints = steps
        self.first = np.searchsorted(steps, np.arange(n_step + 1))
        """Where the pairs of a step begin, [step + 1]."""

    def switch(self) -> None:
        """A shock switches in this step in some runs; what that comes to is looked up when the market next does."""
        self.is_due = True

    def apply(self, k: int) -> None:
        """Bring the effects up to date."""
        room = self.room
        for flag, steps in self.may_be.items():
            setattr(room, flag, bool(steps[k]))
        if not self.is_due:
            return
        if k >= self.end:
            self._look_ahead(k)
        runs, part = self.runs[self.first[k] : self.first[k + 1]], slice(self.first[k] - self.start, self.first[k + 1] - self.start)
        for array, values in self.columns:
            array[..., runs] = values[..., part]
        self.is_due = False

    def _look_ahead(self, k: int) -> None:
        """Work out what shocks come to in the runs that switch in this step and some of the next."""
        self.start = int(self.first[k])
        self.end = max(k + 1, int(np.searchsorted(self.first, self.start + PAIRS_AHEAD, side="right")) - 1)
        pairs = slice(self.start, self.first[self.end])
        steps, runs = self.steps[pairs], self.runs[pairs]
        room = self.room
        fx = no_effects(room.plan, len(runs), self.touched)
        # Shocks combine in the order of their names, so the file's order does not matter.
        for shock, plan in enumerate(self.plans):
            lines = self.tables[shock][:, :, runs]
            now = strength(lines, steps)
            now[1].max(axis=0, out=fx["cover"][shock])
            fx["level"][shock] = (now[1] - now[0] if plan.is_policy else now[0]).max(axis=0)
            for event in np.flatnonzero(now[1:].any(axis=(0, 2))):
                self._strike(fx, shock, runs, now[:, event], lines[-3:, event])
        self.columns = [(getattr(room.effects, name), now) for name, now in fx.items()]
        if "threat" in self.touched:
            hoarding, cover = columns(room.world.hoarding, runs), columns(room.world.cover_steps, runs)
            fear = fx["threat"] - fx["calm"] * fx["bite"] if {"calm", "bite"} <= fx.keys() else fx["threat"]
            self.columns.append((room.cover_now, cover * (1.0 + (hoarding - 1.0) * fear)))
        if {"open", "duty", "favour"} & set(self.touched):
            self.columns += self._restrict(fx, runs)

    def _may_be(self, effect: str, line: str) -> NDArray[np.bool_]:
        """Steps in which some shock with this effect may have begun in some run and not ended in all."""
        steps, there = np.arange(self.room.plan.net.n_step), np.zeros(self.room.plan.net.n_step, dtype=bool)
        for plan, events in zip(self.plans, self.room.world.events, strict=True):
            begins = getattr(events, line)[np.isfinite(events.start)]
            if plan.kind in TOUCHED[effect] and len(begins):
                ends = np.broadcast_to(events.end, events.start.shape)[np.isfinite(events.start)]
                there |= (steps + 1 > begins.min()) & (steps < ends.max())
        return there

    def _restrict(self, fx: dict[str, Floats], runs: Ints) -> list[tuple[Floats, Floats]]:
        """What restricted links still pass, and what speaks for each link as it now is."""
        room, found = self.room, []
        usual = columns(room.world.share, runs)
        if "open" in self.touched:
            flow = columns(room.world.base_flow, runs)
            found.append((room.leak_t, np.maximum(fx["passing"] - fx["open"], 0.0) * flow))
            if "promised" in self.touched:
                found.append((room.promised_t, np.maximum(fx["promised"] - fx["open"], 0.0) * flow))
            found.append((room.half_open, ((fx["open"] > 0.0) & (fx["open"] < 1.0)).any(axis=0)))
            usual = usual * fx["passing"]
        if "duty" in self.touched:
            usual = usual * np.exp(-columns(room.world.switching, runs) * fx["duty"])
        if "favour" in self.touched:
            usual = usual * np.exp(fx["favour"])
        return [*found, (room.usual, usual)]

    def _strike(self, fx: dict[str, Floats], shock: int, runs: Ints, now: Floats, how: Floats) -> None:
        plan = self.plans[shock]
        hit, covered, threatened, hurried = now
        after, size, extra = how
        makers, buyers, links = self.makers[shock], self.inbound[shock], plan.links
        force = covered - hit
        if plan.is_policy:
            self._act(fx, plan, shock, (force, covered), (size, extra))
        if plan.kind in TOUCHED["threat"]:
            # Of an outage people fear what is lost; of a rule, all that it may come to stop.
            part = columns(self.dependence[shock], runs) * (size if plan.kind == OUTAGE else 1.0)
            fx["threat"][buyers] = np.maximum(fx["threat"][buyers], threatened * part)
            if plan.kind in TOUCHED["bite"] and "bite" in fx:
                fx["bite"][buyers] = np.maximum(fx["bite"][buyers], covered * part)
        if plan.kind in TOUCHED["hurry"]:
            fx["hurry"][links] = np.maximum(fx["hurry"][links], hurried)
        if plan.is_policy:
            return
        match plan.kind:
            case "outage":
                fx["availability"][makers] *= 1.0 - size * hit
            case "demand_surge":
                fx["surge"][plan.users] *= 1.0 + size * hit
            case "export_ban" | "export_quota" | "export_licence":
                # Who waits for a licence counts on what will be approved.
                _hold(fx, links, covered, hit, size, covered * after if plan.kind == LICENCE else hit)
            case "transport":
                fx["delay"][links] += extra * hit
                _hold(fx, links, np.where(size > 0.0, covered, 0.0), hit, 1.0 - size, hit)
            case "tariff":
                fx["duty"][links] += np.log1p(size * hit)
            case "dumping":
                fx["rebate"][makers] += np.log1p(-size * hit)
                fx["surplus"][makers] *= 1.0 + extra * hit
            case "technology_ban":
                fx["skill"][makers] *= 1.0 - size * hit
            case _:
                raise ValueError(f"no such kind of shock: {plan.kind}")

    def _act(self, fx: dict[str, Floats], plan: ShockPlan, shock: int, now: tuple[Floats, Floats], how: tuple[Floats, Floats]) -> None:
        """A policy with a course of its own acts with its force: what is covered, less what is still to come."""
        (force, covered), (size, extra) = now, how
        links = plan.links
        match plan.kind:
            case "export_control" | "import_quota":
                _hold(fx, links, covered, force, size, force)
            case "tariff":
                fx["duty"][links] += np.log1p(size * force)
            case "demand_reduction":
                fx["surge"][plan.users] *= 1.0 - size * force
            case "beyond_price":
                fx["favour"][links] += np.log1p(size) * force
            case "single_source_cap":
                fx["cap"][plan.buyers] = np.minimum(fx["cap"][plan.buyers], 1.0 - (1.0 - size) * force)
            case "supplier_qualification":
                fx["effort"][links] = np.maximum(fx["effort"][links], force / np.maximum(extra, SOONEST))
            case "joint_procurement":
                fx["calm"][plan.buyers] = np.maximum(fx["calm"][plan.buyers], size * force)
                fx["together"][shock] = np.maximum(fx["together"][shock], size * force)
            case "capacity_project":
                fx["added"][self.makers[shock]] += size * force
                fx["pledge"][links] += plan.parts[:, None] * (size * force)
                fx["effort"][links] = np.maximum(fx["effort"][links], force > SOONEST)
            case "recycling":
                fx["aim"][plan.buyers] = np.maximum(fx["aim"][plan.buyers], size * extra * force)
            case "substitution":
                fx["may"][plan.users] = size * force
            case "early_warning":
                pass
            case _:
                raise ValueError(f"no such kind of policy: {plan.kind}")


def _hold(fx: dict[str, Floats], links: Ints, covered: Floats, part: Floats, leakage: Floats, at_last: Floats) -> None:
    """Links that a rule or a closed route holds back: freely open in the rest of the step; what leaks now, and what will at last."""
    fx["open"][links] *= 1.0 - covered
    fx["passing"][links] *= (1.0 - part) + leakage * part
    if "promised" in fx:
        fx["promised"][links] *= (1.0 - at_last) + leakage * at_last


def _dependence(room: Room, links: Ints, nodes: Ints) -> Floats:
    if not len(links):
        return np.ones((len(nodes), 1))
    part = np.zeros((room.plan.net.n_node, room.world.share.shape[1]))
    np.add.at(part, room.plan.net.links.dst[links], room.world.share[links])
    return part[nodes]


def columns(array: Floats, runs: Ints) -> Floats:
    """The runs' columns of a world's array, or its only column."""
    return array if array.shape[1] == 1 else array[:, runs]
