"""What is assumed to happen, and what is done about it, in words: shocks and policies as the scenario writes them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from sim.show.view import RunView
from sim.show.words import MISSING, commodity_label, format_number, format_spread, listing

EFFECTS = (
    ("rate", "tariff of {}"),
    ("discount", "{} below their price"),
    ("capacity", "{} more capacity"),
    ("delay", "{} longer on the way"),
    ("closed", "{} of trade no longer passes"),
    ("severity", "severity {}"),
    ("size", "{} more"),
    ("leakage", "{} still passes"),
    ("approval", "{} approved in the end"),
    ("quota", "{} of the usual trade may pass"),
    ("saving", "{} less needed"),
    ("weight", "trusted origins count {} more"),
    ("cap", "at most {} from one origin"),
    ("notice", "{} ahead"),
)
"""How hard a shock strikes, or what a policy does, by the key that says it."""
NO_SHARES = ("delay", "notice")
"""Those that are no shares."""
_EPOCH = date(1970, 1, 1)


def shocks_told(view: RunView, written: Mapping[str, Mapping[str, Any]]) -> list[tuple[str, str, str, str]]:
    """Name, what it is, from when, and mean days in force with the range that holds 90 % of runs.

    Arguments:
        view: the run, for the days.
        written: shocks by name, as an author writes them or as Python code names them.
    """
    rows = view.summary[view.summary["measure"] == "shock_days"]
    days: dict[str, str] = {}
    for sector, mean, low, high in zip(rows["sector"], rows["mean"], rows["p05"], rows["p95"], strict=True):
        # A shock that names several places has a row for each, all alike.
        days[str(sector).removeprefix("shock:")] = format_spread(mean, low, high)
    return [(name, _struck(shock), _begins(shock), days.get(name, MISSING)) for name, shock in written.items()]


def policies_told(written: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """One phrase a policy: "reserve (stockpile)".

    Arguments:
        written: policies by name.
    """
    return [f"{name} ({_policy(policy)})" for name, policy in written.items()]


def _policy(policy: Mapping[str, Any]) -> str:
    kind = _words(policy["kind"])
    if policy["kind"] == "stockpile":
        return kind
    if policy["kind"] == "capacity_project":
        return f"{kind}: {_amount(policy['capacity'])}{_unit(policy['capacity'])} of {commodity_label(policy['commodity'])}{_where(policy)}"
    if policy["kind"] == "demand_reduction":
        return f"{kind}: {_amount(policy['size'], is_share=True)} less {commodity_label(policy['commodity'])}{_where(policy)}"
    if policy["kind"] != "price_floor":
        return _struck(policy)
    level = f" at {_amount(policy['level'])} times the price at rest" if policy.get("level") is not None else ""
    made = f" for {commodity_label(policy['commodity'])}" if policy.get("commodity") else ""
    return f"{kind}{level}{made}{_where(policy)}"


def _struck(shock: Mapping[str, Any]) -> str:
    effects = [
        words.format(_amount(shock[key], is_share=key not in NO_SHARES)) for key, words in EFFECTS if not _is_nothing(shock.get(key))
    ]
    struck = f"{_words(shock['kind'])}: {commodity_label(shock.get('commodity') or MISSING)}{_where(shock)}"
    return ", ".join((struck, *effects))


def _where(entry: Mapping[str, Any]) -> str:
    parts: list[str] = []
    # As an author writes it, or as Python code names it; one name may stand without brackets.
    for word, keys in (("from", ("from", "source")), ("to", ("to",)), ("in", ("region", "members"))):
        names = next((entry[key] for key in keys if entry.get(key)), None)
        if names:
            parts.append(f" {word} {listing([names] if isinstance(names, str) else names)}")
    return "".join(parts)


def _begins(shock: Mapping[str, Any]) -> str:
    """A date, or what it waits for; a shock that strikes at random or follows another has no start of its own."""
    after = shock.get("after")
    if isinstance(after, Mapping):
        delay, other = after.get("delay"), after.get("shock", MISSING)
        return f"{f'with {other}' if _is_nothing(delay) else f'{_days(delay)} after {other}'}{_chance(after)}"
    if shock.get("every"):
        return f"at random{_chance(shock)}"
    start = shock.get("start")
    if isinstance(start, int | float):
        start = str(_EPOCH + timedelta(days=math.floor(start)))
    return f"{start if isinstance(start, str) else MISSING if start is None else 'differs by run'}{_chance(shock)}"


def _unit(amount: object) -> str:
    """A number from Python code has no unit of its own."""
    return " t/year" if isinstance(amount, int | float) else ""


def _chance(entry: Mapping[str, Any]) -> str:
    chance = entry.get("probability")
    is_sure = chance is None or (isinstance(chance, int | float) and chance >= 1)
    return "" if is_sure else f" (chance {_amount(chance, is_share=True)})"


def _days(delay: object) -> str:
    return _amount(delay) if not isinstance(delay, int | float) else f"{format_number(float(delay))} days"


def _is_nothing(value: object) -> bool:
    return value is None or (isinstance(value, int | float) and value == 0) or str(value).strip() in ("0", "0 %", "0 days")


def _amount(value: object, *, is_share: bool = False) -> str:
    """A number as it is written; one from Python code, which has no unit, as a percentage if it is a share; a law by its parts."""
    if isinstance(value, Mapping):
        # As a file writes the laws of a range, and as Python code does.
        ends = next((value[law] for law in ("uniform", "triangular") if law in value), None)
        if ends is None and {"low", "high"} <= set(value):
            ends = [value[name] for name in ("low", "mode", "high") if name in value]
        if isinstance(ends, list | tuple) and len(ends) in (2, 3):
            shown = [_amount(end, is_share=is_share) for end in ends]
            return f"{shown[0]} to {shown[-1]}{f' (likeliest {shown[1]})' if len(shown) == 3 else ''}"
        parts = [f"{_words(str(name))} {_amount(part, is_share=is_share)}" for name, part in value.items()]
        return ", ".join(parts)
    if isinstance(value, list | tuple):
        return " / ".join(_amount(part, is_share=is_share) for part in value)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return f"{format_number(100.0 * value)} %" if is_share else format_number(float(value))
    return str(value)


def _words(kind: str) -> str:
    return kind.replace("_", " ")
