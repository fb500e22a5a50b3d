"""Probability laws an author may write in place of a number. Values are in base units (`sim.units`).

In YAML a law is a mapping with one key, such as `{triangular: [4 weeks, 6 weeks, 12 weeks]}`. Its quantile function is not here.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

from sim.errors import BadValue, Fault, near_miss, refuse, shown
from sim.units import Dimension, parse

Z90 = 1.2815515655446004
"""90 % quantile of the standard normal law: turns `p90` of a lognormal into its sigma."""

Support = tuple[float, float]


def _demand_finite(*values: float) -> None:
    if not all(math.isfinite(value) for value in values):
        raise refuse("the numbers of a law must be finite", values)


@dataclass(frozen=True)
class Uniform:
    """Every value between low and high equally likely (low < high)."""

    low: float
    high: float

    def __post_init__(self) -> None:
        _demand_finite(self.low, self.high)
        if self.low >= self.high:
            raise refuse("the low end of a uniform law is not below its high end", remedy="Write [low, high].")

    def support(self) -> Support:
        """Least and greatest value."""
        return self.low, self.high


@dataclass(frozen=True)
class Triangular:
    """Density rising from low to its peak at mode and falling to high (low <= mode <= high, low < high)."""

    low: float
    mode: float
    high: float

    def __post_init__(self) -> None:
        _check_three(self.low, self.mode, self.high, "triangular")

    def support(self) -> Support:
        """Least and greatest value."""
        return self.low, self.high


@dataclass(frozen=True)
class Pert:
    """Beta law on [low, high] with mean (low + 4 mode + high) / 6: an expert's least, likeliest and greatest value."""

    low: float
    mode: float
    high: float

    def __post_init__(self) -> None:
        _check_three(self.low, self.mode, self.high, "pert")

    def support(self) -> Support:
        """Least and greatest value."""
        return self.low, self.high


@dataclass(frozen=True)
class Normal:
    """Normal law by mean and standard deviation (sd > 0); unbounded, so only where any number will do."""

    mean: float
    sd: float

    def __post_init__(self) -> None:
        _demand_finite(self.mean, self.sd)
        if self.sd <= 0:
            raise BadValue(Fault("must be above 0", path=("sd",), got=shown(self.sd)))

    def support(self) -> Support:
        """Minus and plus infinity."""
        return -math.inf, math.inf


@dataclass(frozen=True)
class Lognormal:
    """exp of a normal law: median > 0, and sigma > 0 the standard deviation of the logarithm. With p90, sigma = ln(p90/median)/z(0.9)."""

    median: float
    sigma: float

    def __post_init__(self) -> None:
        _demand_finite(self.median, self.sigma)
        faults = [Fault("must be above 0", shown(v), path=(n,)) for n, v in (("median", self.median), ("sigma", self.sigma)) if v <= 0]
        if faults:
            raise BadValue(*faults)

    def support(self) -> Support:
        """Zero and infinity."""
        return 0.0, math.inf


@dataclass(frozen=True)
class Exponential:
    """Waiting time with a constant rate 1/mean (mean > 0)."""

    mean: float

    def __post_init__(self) -> None:
        _demand_finite(self.mean)
        if self.mean <= 0:
            raise BadValue(Fault("must be above 0", shown(self.mean), path=("mean",)))

    def support(self) -> Support:
        """Zero and infinity."""
        return 0.0, math.inf


@dataclass(frozen=True)
class Beta:
    """Beta law with shapes a, b > 0, stretched from [0, 1] to [low, high]."""

    a: float
    b: float
    low: float = 0.0
    high: float = 1.0

    def __post_init__(self) -> None:
        _demand_finite(self.a, self.b, self.low, self.high)
        faults = [Fault("must be above 0", shown(value), path=(name,)) for name, value in (("a", self.a), ("b", self.b)) if value <= 0]
        if self.low >= self.high:
            faults.append(Fault("low is not below high"))
        if faults:
            raise BadValue(*faults)

    def support(self) -> Support:
        """Least and greatest value."""
        return self.low, self.high


@dataclass(frozen=True)
class Choice:
    """One of a few values, with chances that sum to 1 (any non-negative weights are scaled to that)."""

    values: tuple[float, ...]
    weights: tuple[float, ...]

    def __post_init__(self) -> None:
        _check_values(self.values)
        _demand_finite(*self.weights)
        if len(self.values) != len(self.weights):
            raise refuse(f"{len(self.values)} values but {len(self.weights)} weights", remedy="Give one weight for each value.")
        faults = [Fault("a weight below 0", shown(w), path=("weights", i)) for i, w in enumerate(self.weights) if w < 0]
        if faults:
            raise BadValue(*faults)
        total = math.fsum(self.weights)
        if total <= 0:
            raise BadValue(Fault("all weights are 0", path=("weights",)))
        object.__setattr__(self, "weights", tuple(w / total for w in self.weights))

    def support(self) -> Support:
        """Least and greatest value that has a chance."""
        likely = [value for value, weight in zip(self.values, self.weights, strict=True) if weight > 0]
        return min(likely), max(likely)


@dataclass(frozen=True)
class Empirical:
    """One of the observed values, each as likely as the others; kept in rising order."""

    values: tuple[float, ...]

    def __post_init__(self) -> None:
        _check_values(self.values)
        object.__setattr__(self, "values", tuple(sorted(self.values)))

    def support(self) -> Support:
        """Least and greatest value."""
        return self.values[0], self.values[-1]


Law = Uniform | Triangular | Pert | Normal | Lognormal | Exponential | Beta | Choice | Empirical
Amount = float | Law
"""A certain number or a law, in base units."""

LAWS = ("uniform", "triangular", "pert", "normal", "lognormal", "exponential", "beta", "choice", "empirical")
"""The one key of a law in YAML."""


def support(amount: Amount) -> Support:
    """Least and greatest value an amount can take, in its own unit."""
    return (amount, amount) if isinstance(amount, (int, float)) else amount.support()


def read_law(raw: dict[str, object], dimension: Dimension, *, bare: bool = False) -> Law:
    """Read a law from its mapping.

    raw: mapping with one key, a name of `LAWS`. dimension: of the values. bare: take bare numbers as base units.
    Raises BadValue with one fault for each mistake, placed inside the mapping.
    """
    if len(raw) != 1:
        raise refuse("a law is a mapping with one key", raw, f"Write one of {', '.join(LAWS)}, such as {{uniform: [1, 2]}}.")
    kind = next(iter(raw))
    if kind not in LAWS:
        raise BadValue(Fault("unknown law", shown(kind), near_miss(str(kind), LAWS), (kind,), on_key=True))
    if dimension == "instant" and kind in ("normal", "lognormal", "exponential"):
        raise BadValue(Fault(f"a {kind} law has no bounds, so it cannot give a date", None, "Write pert, triangular or uniform.", (kind,)))
    reader = _Reader(kind, raw[kind], dimension, bare)
    arguments = _READERS[kind](reader)
    if reader.faults:
        raise BadValue(*reader.faults)
    try:
        return _CLASSES[kind](*arguments)
    except BadValue as error:
        raise BadValue(*(replace(fault, path=(kind, *fault.path)) for fault in error.faults)) from error


class _Reader:
    """Reads the parameters of one law and gathers the faults; a faulty parameter is nan until they are raised."""

    def __init__(self, kind: str, body: object, dimension: Dimension, bare: bool) -> None:
        self.kind, self.body, self.dimension, self.bare = kind, body, dimension, bare
        self.faults: list[Fault] = []

    def fault(self, what: str, got: object = None, remedy: str | None = None, path: tuple[str | int, ...] = ()) -> None:
        self.faults.append(Fault(what, shown(got) if got is not None else None, remedy, (self.kind, *path)))

    def number(self, raw: object, path: tuple[str | int, ...], dimension: Dimension | None = None) -> float:
        try:
            # parse refuses what is neither text nor number, with the message wanted here: its type is not asked for.
            return parse(raw, dimension or self.dimension, bare=self.bare or dimension == "number")  # type: ignore[arg-type]  (a text)
        except BadValue as error:
            self.faults.extend(replace(fault, path=(self.kind, *path)) for fault in error.faults)
            return math.nan

    def numbers(self, raw: object, path: tuple[str | int, ...], dimension: Dimension | None = None) -> tuple[float, ...]:
        if not isinstance(raw, (list, tuple)):
            self.fault("must be a list", raw, "Write values in square brackets.", path)
            return ()
        return tuple(self.number(value, (*path, i), dimension) for i, value in enumerate(raw))

    def fixed(self, names: str) -> tuple[float, ...]:
        """A list with exactly the named places."""
        wanted = f"[{names}]"
        if not isinstance(self.body, (list, tuple)) or len(self.body) != len(names.split(",")):
            got = f"a list of {len(self.body)}" if isinstance(self.body, (list, tuple)) else shown(self.body)
            self.faults.append(Fault(f"must be a list {wanted}", got, f"Write {{{self.kind}: {wanted}}}.", (self.kind,)))
            return ()
        return self.numbers(self.body, ())

    def keys(self, needed: tuple[str, ...], optional: tuple[str, ...] = ()) -> dict[str, object]:
        """A mapping with the needed keys and perhaps the optional ones; {} after a fault."""
        if not isinstance(self.body, dict):
            self.fault("must be a mapping", self.body, f"Write {{{self.kind}: {{{', '.join(f'{n}: ...' for n in needed)}}}}}.")
            return {}
        known = (*needed, *optional)
        for name in self.body:
            if name not in known:
                self.faults.append(Fault("unknown key", repr(name), near_miss(str(name), known), (self.kind, name), on_key=True))
        for name in needed:
            if name not in self.body:
                self.fault(f"'{name}' is missing", None, f"A {self.kind} law takes {', '.join(known)}.")
        return {} if self.faults else self.body


def _read_normal(reader: _Reader) -> tuple[float, ...]:
    keys = reader.keys(("mean", "sd"))
    return (reader.number(keys["mean"], ("mean",)), reader.number(keys["sd"], ("sd",))) if keys else ()


def _read_lognormal(reader: _Reader) -> tuple[float, ...]:
    keys = reader.keys(("median",), ("p90", "sigma"))
    if not keys:
        return ()
    if ("p90" in keys) == ("sigma" in keys):
        reader.fault("give exactly one of p90 and sigma", None, "Write {median: 10 months, p90: 22 months}.")
        return ()
    median = reader.number(keys["median"], ("median",))
    if "sigma" in keys:
        return median, reader.number(keys["sigma"], ("sigma",), "number")
    p90 = reader.number(keys["p90"], ("p90",))
    if reader.faults or median <= 0:
        return median, 1.0
    if p90 <= median:
        reader.fault("p90 must be above the median", keys["p90"], "90 % of the values lie below p90, half below the median.", ("p90",))
        return ()
    return median, math.log(p90 / median) / Z90


def _read_exponential(reader: _Reader) -> tuple[float, ...]:
    keys = reader.keys(("mean",))
    return (reader.number(keys["mean"], ("mean",)),) if keys else ()


def _read_beta(reader: _Reader) -> tuple[float, ...]:
    has_default_range = reader.dimension in ("share", "number", "ratio")
    keys = reader.keys(("a", "b"), ("low", "high")) if has_default_range else reader.keys(("a", "b", "low", "high"))
    if not keys:
        return ()
    shapes = (reader.number(keys["a"], ("a",), "number"), reader.number(keys["b"], ("b",), "number"))
    return *shapes, *(reader.number(keys[n], (n,)) if n in keys else d for n, d in (("low", 0.0), ("high", 1.0)))


def _read_choice(reader: _Reader) -> tuple[tuple[float, ...], ...]:
    keys = reader.keys(("values",), ("weights",))
    if not keys:
        return ()
    values = reader.numbers(keys["values"], ("values",))
    return values, reader.numbers(keys["weights"], ("weights",), "number") if "weights" in keys else (1.0,) * len(values)


_CLASSES: dict[str, Callable[..., Law]] = dict(
    zip(LAWS, (Uniform, Triangular, Pert, Normal, Lognormal, Exponential, Beta, Choice, Empirical), strict=True)
)
_READERS: dict[str, Callable[[_Reader], tuple]] = {
    "uniform": lambda reader: reader.fixed("low, high"),
    "triangular": lambda reader: reader.fixed("low, mode, high"),
    "pert": lambda reader: reader.fixed("low, mode, high"),
    "normal": _read_normal,
    "lognormal": _read_lognormal,
    "exponential": _read_exponential,
    "beta": _read_beta,
    "choice": _read_choice,
    "empirical": lambda reader: (reader.numbers(reader.body, ()),),
}


def _check_three(low: float, mode: float, high: float, kind: str) -> None:
    _demand_finite(low, mode, high)
    if not (low <= mode <= high and low < high):
        raise refuse(f"a {kind} law needs low <= mode <= high and low < high", remedy="Write [low, mode, high] in rising order.")


def _check_values(values: tuple[float, ...]) -> None:
    if not values:
        raise refuse("a law needs at least one value")
    _demand_finite(*values)
