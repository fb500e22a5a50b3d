"""The board of shocks: how hard each strikes now, and what that does to capacity, demand, links and prices."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

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
SOONEST = 1e-9
"""Steps below which approval is at once, and force below which works do not run yet."""


LINES = ("announced", "rush", "start", "full_end", "ramp_end", "end", "after", "size", "extra")
_FROM, _TO = [2, 3, 4, 2, 0, 1], [3, 4, 5, 5, 5, 2]
"""Intervals between instants: full level, ramp, rest, cover, threat, rush."""


def table(events: Events) -> Floats:
    """The events of a shock as one array, [line of LINES, event, run]."""
    return np.stack([np.broadcast_to(getattr(events, line), events.start.shape) for line in LINES])


def strength(lines: Floats, k: int) -> Floats:
    """Level, cover, threat and rush in step k, [4, event, run].

    The level is the mean of the shock's profile over the step: 1, then a line to `after`, then `after`; cover is the part of the step
    from start to end, threat that from announcement to end, rush that in which buyers hurry before the start.

    Arguments:
        lines: `table(events)`, of all runs or some.
        k: number of the step.
    """
    spans = np.fmax(np.minimum(k + 1, lines[_TO]) - np.maximum(k, lines[_FROM]), 0.0)
    full, ramp, rest = spans[:3]
    after, now = lines[6], spans[2:]
    np.multiply(rest, after, out=rest)
    np.add(full, rest, out=now[0])
    at = np.nonzero(ramp)
    if len(at[0]):
        full_end, ramp_end = lines[3][at], lines[4][at]
        middle = (np.maximum(k, full_end) + np.minimum(k + 1, ramp_end)) / 2
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
    """Levels of all shocks in all runs: written by the shocks' processes, read by the market."""

    def __init__(self, room: Room) -> None:
        net, n_run = room.plan.net, room.world.n_run
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
        self.now = [np.zeros((4, *events.start.shape)) for events in room.world.events]
        """Level, cover, threat and rush of each event now, a [4, event, run] array a shock."""
        kinds = {plan.kind for plan in net.shocks}
        self.touched = ["cover", "level"] + [name for name, by in TOUCHED.items() if kinds & set(by)]
        if "promised" in self.touched:
            room.promised_t = np.zeros_like(room.leak_t)
        self.stale = np.zeros(n_run, dtype=bool)

    def switch(self, shock: int, k: int, runs: Ints) -> None:
        """Set a shock's level for step k in the runs concerned; what it does is worked out when the market next looks."""
        self.now[shock][:, :, runs] = strength(self.tables[shock][:, :, runs], k)
        self.stale[runs] = True

    def apply(self) -> None:
        """Bring the effects up to date; shocks combine in the order of their names, so the file's order does not matter."""
        if not self.plans:
            return
        runs = np.flatnonzero(self.stale)
        if not len(runs):
            return
        room, effects = self.room, self.room.effects
        fx = no_effects(room.plan, len(runs), self.touched)
        for shock, plan in enumerate(self.plans):
            now = self.now[shock][:, :, runs]
            now[1].max(axis=0, out=fx["cover"][shock])
            fx["level"][shock] = (now[1] - now[0] if plan.is_policy else now[0]).max(axis=0)
            for event in np.flatnonzero(now[1:].any(axis=(0, 2))):
                self._strike(fx, shock, runs, now[:, event], self.tables[shock][-3:, event, runs])
        for name, now in fx.items():
            getattr(effects, name)[:, runs] = now
        if "threat" in self.touched:
            hoarding, cover = columns(room.world.hoarding, runs), columns(room.world.cover_steps, runs)
            fear = fx["threat"] - fx["calm"] * fx["bite"] if {"calm", "bite"} <= fx.keys() else fx["threat"]
            room.cover_now[:, runs] = cover * (1.0 + (hoarding - 1.0) * fear)
        if {"open", "duty", "favour"} & set(self.touched):
            self._restrict(fx, runs)
        room.is_hurried = self._is_any("hurry", 3)
        room.is_pledged = self._is_any("pledge", 1)
        room.is_capped = self._is_any("cap", 1)
        room.is_joint = self._is_any("calm", 1)
        room.is_delayed = self._is_any("delay", 0)
        room.is_taxed = self._is_any("duty", 1)
        self.stale[runs] = False

    def _is_any(self, effect: str, line: int) -> bool:
        """Some shock with this effect has a level (0), a cover (1) or a rush (3) in some run."""
        return any(bool(now[line].any()) for plan, now in zip(self.plans, self.now, strict=True) if plan.kind in TOUCHED[effect])

    def _restrict(self, fx: dict[str, Floats], runs: Ints) -> None:
        """What restricted links still pass, and what speaks for each link as it now is."""
        room = self.room
        usual = columns(room.world.share, runs)
        if "open" in self.touched:
            room.leak_t[:, runs] = np.maximum(fx["passing"] - fx["open"], 0.0) * columns(room.world.base_flow, runs)
            if "promised" in self.touched:
                room.promised_t[:, runs] = np.maximum(fx["promised"] - fx["open"], 0.0) * columns(room.world.base_flow, runs)
            room.half_open[runs] = ((fx["open"] > 0.0) & (fx["open"] < 1.0)).any(axis=0)
            usual = usual * fx["passing"]
        if "duty" in self.touched:
            usual = usual * np.exp(-columns(room.world.switching, runs) * fx["duty"])
        if "favour" in self.touched:
            usual = usual * np.exp(fx["favour"])
        room.usual[:, runs] = usual

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
            if plan.kind in TOUCHED["bite"]:
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
