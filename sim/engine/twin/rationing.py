"""How goods that do not suffice are shared in the twin (MODEL.md, Rationing)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from math import inf


def ration(supply: float, claims: Sequence[float], rule: str, classes: Sequence[int], weights: Sequence[float]) -> list[float]:
    """Share `supply` t among `claims` t by `proportional`, `priority` (classes, 0 first) or `max-min` (weights); MODEL.md, Rationing."""
    if supply >= sum(claims):
        return list(claims)
    if supply <= 0.0:
        return [0.0] * len(claims)
    if rule == "priority":
        return _by_class(supply, claims, classes)
    if rule == "max-min":
        return _by_level(supply, claims, weights)
    return _in_proportion(supply, claims)


def _in_proportion(supply: float, claims: Sequence[float]) -> list[float]:
    total = sum(claims)
    return [claim * supply / total for claim in claims]


def _by_class(supply: float, claims: Sequence[float], classes: Sequence[int]) -> list[float]:
    shares = [0.0] * len(claims)
    members = defaultdict(list)
    for i, rank in enumerate(classes):
        members[rank].append(i)
    left = supply
    for rank in sorted(members):
        asked = [claims[i] for i in members[rank]]
        served = asked if left >= sum(asked) else _in_proportion(left, asked)
        for i, share in zip(members[rank], served, strict=True):
            shares[i] = share
        left = max(0.0, left - sum(served))
    return shares


def _by_level(supply: float, claims: Sequence[float], weights: Sequence[float]) -> list[float]:
    # Those who fill up at the lowest level leave the rest to the others.
    waiting = sorted(range(len(claims)), key=lambda i: claims[i] / weights[i] if weights[i] > 0.0 else inf)
    left, level = supply, 0.0
    while waiting:
        total = sum(weights[i] for i in waiting)
        level = left / total if total > 0.0 else 0.0
        first = waiting[0]
        if claims[first] > weights[first] * level:
            break
        left -= claims[first]
        waiting.pop(0)
    unfilled = set(waiting)
    return [weights[i] * level if i in unfilled else claim for i, claim in enumerate(claims)]
