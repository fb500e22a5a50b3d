"""Small networks that Hypothesis makes: one to three stages, two to four regions, balanced, with shocks and stockpiles."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

REGIONS = ("AAA", "BBB", "CCC", "DDD")
STAGES = ("ore.mined", "metal.refined", "part.made")


def amounts(low: float, high: float) -> st.SearchStrategy[float]:
    """Numbers with few digits, which shrink well."""
    return st.integers(int(low * 10), int(high * 10)).map(lambda n: n / 10)


@st.composite
def networks(draw: st.DrawFn, *, regions: int | None = None, stages: int | None = None, only_last: bool = False) -> dict[str, Any]:
    """A scenario as a mapping, at rest: supply equals use at each stage. With `only_last` final users take the last stage alone."""
    n_region = regions or draw(st.integers(2, 4))
    n_stage = stages or draw(st.integers(1, 3))
    names, chain = REGIONS[:n_region], STAGES[:n_stage]
    nodes: dict[str, dict[str, Any]] = {f"{c}.{r}": {} for c in chain for r in names}
    needed: dict[str, float] = {}
    commodities: dict[str, Any] = {}
    for level in reversed(range(n_stage)):
        stage = chain[level]
        final = {r: draw(amounts(1, 50)) if level == n_stage - 1 or (not only_last and draw(st.booleans())) else 0.0 for r in names}
        total = sum(final.values()) + sum(needed.values())
        weights = [draw(st.sampled_from((0, 1, 2, 5))) for _ in names]
        weights[draw(st.integers(0, n_region - 1))] = 3
        output = {r: total * w / sum(weights) for r, w in zip(names, weights, strict=True)}
        for region in names:
            node = nodes[f"{stage}.{region}"]
            node["cover"] = f"{draw(st.integers(0, 12))} weeks"
            node["buffer"] = f"{draw(st.integers(0, 4))} weeks"
            if output[region] > 0:
                node["production"] = f"{output[region]!r} t/year"
                node["spare"] = draw(st.sampled_from((0.0, 0.1, 0.5)))
            if final[region] > 0:
                split = draw(st.sampled_from((1.0, 0.25)))
                node["demand"] = {"chips": {"amount": f"{final[region] * split!r} t/year", "priority": draw(st.integers(0, 2))}}
                if split < 1:
                    node["demand"]["cars"] = {"amount": f"{final[region] * (1 - split)!r} t/year", "weight": draw(st.sampled_from((1, 3)))}
        ratio = draw(st.sampled_from((0.5, 1.0, 2.5)))
        if level > 0:
            commodities[stage] = {"recipe": {chain[level - 1]: ratio}}
            needed = {r: ratio * q for r, q in output.items()}
        else:
            commodities[stage] = {}
    return {
        "clock": {"start": "2026-01-01", "horizon": "3 years", "step": "1 week"},
        "runs": {"count": 3, "rng_seed": draw(st.integers(0, 2**32))},
        "regions": list(names),
        "rules": {
            "use": draw(st.sampled_from(("proportional", "priority", "max-min"))),
            "ship": draw(st.sampled_from(("proportional", "domestic-first", "max-min"))),
            "uneven_stocks": draw(st.sampled_from((0.0, 0.8))),
            "lead_abroad": f"{draw(st.integers(1, 8))} weeks",
            "price": {"feedback": draw(st.booleans())},
            "supply": {"elasticity": draw(st.sampled_from((0.1, 0.2, 1.0)))},
        },
        "network": {"commodities": commodities, "nodes": nodes},
    }


def add_by_product(draw: st.DrawFn, scenario: dict[str, Any]) -> None:
    """A commodity that comes with the first stage's output, used in every region."""
    nodes, names = scenario["network"]["nodes"], scenario["regions"]
    makers = [r for r in names if "production" in nodes[f"ore.mined.{r}"]]
    amount = draw(amounts(1, 9))
    scenario["network"]["commodities"]["trace.refined"] = {"host": "ore.mined"}
    for region in names:
        nodes[f"trace.refined.{region}"] = {"demand": {"lamps": f"{amount / len(names)!r} t/year"}}
    for region in makers:
        nodes[f"trace.refined.{region}"] |= {"production": f"{amount / len(makers)!r} t/year"}


def add_sectors(draw: st.DrawFn, scenario: dict[str, Any]) -> None:
    """Chip makers at work, with a stock of products and inputs that matter more or less."""
    used = sorted({n.rpartition(".")[0] for n, node in scenario["network"]["nodes"].items() if "chips" in node.get("demand", {})})
    scenario["sectors"] = {
        "chips": {
            "essential": {c: draw(st.sampled_from((0.4, 1.0))) for c in used},
            "product_stock": f"{draw(st.integers(0, 6))} weeks",
            "value_added": {"all": "1 bn USD/year"},
            "cost_share": {used[0]: 0.1},
        }
    }


def add_new_seller(scenario: dict[str, Any]) -> None:
    """The last region's buyers of the last stage do not buy from its first maker, but could; where trade can do without that link."""
    nodes = scenario["network"]["nodes"]
    commodity, seller = makers(scenario)[-1]
    others = buyers(scenario, commodity, seller)
    if not others:
        return
    here = {name: node for name, node in nodes.items() if name.startswith(commodity)}
    made = {name.rpartition(".")[2]: tonnes(node["production"]) for name, node in here.items() if "production" in node}
    used = {name.rpartition(".")[2]: sum(map(tonnes, node.get("demand", {}).values())) for name, node in here.items()}
    if made[seller] + used[others[-1]] < 0.99 * sum(made.values()):
        row = {"commodity": commodity, "from": seller, "to": others[-1], "flow": "0 t/year", "qualify": "8 weeks"}
        scenario["network"]["trade"] = [row]


def tonnes(amount: Any) -> float:
    """The number of `5 t/year`, or of a demand given with a class or weight."""
    return float((amount["amount"] if isinstance(amount, dict) else amount).split()[0])


def makers(scenario: dict[str, Any]) -> list[tuple[str, str]]:
    """(commodity, region) of every producer."""
    names = [name.rpartition(".") for name, node in scenario["network"]["nodes"].items() if "production" in node]
    return [(commodity, region) for commodity, _, region in names]


def buyers(scenario: dict[str, Any], commodity: str, seller: str) -> list[str]:
    """Other regions that use a commodity: for final demand or for the next stage."""
    nodes = scenario["network"]["nodes"]
    later = [made for made, spec in scenario["network"]["commodities"].items() if commodity in spec.get("recipe", {})]
    uses = {
        r
        for r in scenario["regions"]
        if "demand" in nodes[f"{commodity}.{r}"] or any("production" in nodes[f"{made}.{r}"] for made in later)
    }
    return sorted(uses - {seller})


@st.composite
def shaken(draw: st.DrawFn) -> dict[str, Any]:
    """A network with shocks of every kind, stockpiles, price floors, by-products, sectors at work and new sellers."""
    scenario = draw(networks())
    if draw(st.booleans()):
        add_new_seller(scenario)
    if draw(st.booleans()):
        add_by_product(draw, scenario)
    if draw(st.booleans()):
        add_sectors(draw, scenario)
    if draw(st.booleans()):
        scenario["rules"]["demand"] = {"growth": 0.03, "season": 0.1, "noise": draw(st.sampled_from((0.0, 0.1)))}
    shocks: dict[str, Any] = {}
    for number in range(draw(st.integers(1, 3))):
        commodity, region = draw(st.sampled_from(makers(scenario)))
        others = buyers(scenario, commodity, region)
        start = draw(st.sampled_from(("2026-03-01", "2026-06-15", {"uniform": ["2026-02-01", "2026-09-01"]})))
        common = {
            "commodity": commodity,
            "start": start,
            "duration": draw(st.sampled_from(("10 weeks", "1 year", {"exponential": {"mean": "5 months"}}))),
        }
        kinds: dict[str, dict[str, Any]] = {
            "outage": {
                "region": region,
                "severity": draw(st.sampled_from((0.3, 1.0))),
                "recovery": draw(st.sampled_from(("0 days", "8 weeks"))),
            },
            "export_ban": {"from": region, "to": others, "leakage": draw(st.sampled_from((0.0, 0.2))), "announced": "2026-01-20"},
            "export_licence": {"from": region, "to": others, "processing": "6 weeks", "ramp": "5 weeks", "approval": 0.6},
            "tariff": {"from": region, "to": others, "rate": draw(st.sampled_from((0.25, 3.0)))},
            "transport": {
                "from": region,
                "to": others,
                **draw(st.sampled_from(({"delay": "17 days"}, {"delay": "3 weeks", "closed": 0.4}))),
            },
            "dumping": {"region": region, "discount": 0.5, "capacity": draw(st.sampled_from((0.0, 1.0))), "recovery": "6 weeks"},
            "technology_ban": {"region": region, "severity": 0.7},
        }
        if not scenario["rules"]["price"]["feedback"]:  # refused there, for nothing would answer them
            del kinds["tariff"], kinds["technology_ban"]
        kind = draw(st.sampled_from(sorted(kinds) if others else sorted(kinds.keys() & {"outage", "dumping", "technology_ban"})))
        shocks[f"s{number}"] = {"kind": kind, **common, **kinds[kind]}
        if draw(st.integers(0, 4)) == 0:
            for key in ("start", "announced"):
                shocks[f"s{number}"].pop(key, None)
            shocks[f"s{number}"]["every"] = {"rate": "2 /year", "overlap": draw(st.booleans())}
        elif number and draw(st.booleans()):
            for key in ("start", "announced"):
                shocks[f"s{number}"].pop(key, None)
            shocks[f"s{number}"]["after"] = {"shock": "s0", "probability": 0.7, "delay": {"uniform": ["2 weeks", "3 months"]}}
    last = next(iter(scenario["network"]["commodities"]))
    users = [n.rpartition(".")[2] for n, node in scenario["network"]["nodes"].items() if "demand" in node and n.startswith(last)]
    if users and draw(st.booleans()):
        shocks["surge"] = {
            "kind": "demand_surge",
            "commodity": last,
            "region": users[0],
            "start": "2026-05-01",
            "duration": "12 weeks",
            "size": 0.4,
        }
    scenario["shocks"] = shocks
    if users and draw(st.booleans()):
        scenario["policies"] = {
            "reserve": {
                "kind": "stockpile",
                "commodity": last,
                "holders": users,
                "pooled": draw(st.booleans()),
                "target": "60 days",
                "fill": "1 year",
                "initial": draw(st.sampled_from((0.0, 1.0))),
                "release": {"when": "shortage > 5 %", "at_most": draw(st.sampled_from((0.5, 1.0)))},
            }
        }
    if scenario["rules"]["price"]["feedback"] and draw(st.booleans()):
        commodity, region = makers(scenario)[0]
        floor = {"kind": "price_floor", "commodity": commodity, "region": region, "level": draw(st.sampled_from((0.9, 1.2)))}
        scenario["policies"] = {**scenario.get("policies", {}), "floor": floor}
    return scenario


@st.composite
def levelled(draw: st.DrawFn) -> dict[str, Any]:
    """A network whose nodes order up to fixed levels, some too low, with demand by step and shocks; one of one region is serial."""
    scenario = draw(networks(regions=draw(st.integers(1, 3)), only_last=True))
    scenario["rules"]["price"]["feedback"] = False
    nodes, chain = scenario["network"]["nodes"], list(scenario["network"]["commodities"])
    scenario["network"]["trade"] = []
    for commodity, region in makers(scenario):
        lead = draw(st.sampled_from(("1 week", "2 weeks", "10 days", "5 weeks")))
        for buyer in (region, *buyers(scenario, commodity, region)):
            scenario["network"]["trade"].append({"commodity": commodity, "from": region, "to": buyer, "lead": lead})
    made = {name: tonnes(node["production"]) for name, node in nodes.items() if "production" in node}
    recipes = scenario["network"]["commodities"]
    for name, node in nodes.items():
        commodity, _, region = name.rpartition(".")
        later = [c for c in chain if commodity in recipes[c].get("recipe", {})]
        use = sum(made.get(f"{c}.{region}", 0.0) * recipes[c]["recipe"][commodity] for c in later)
        use += sum(map(tonnes, node.get("demand", {}).values()))
        if use > 0.0:
            level = use / 52 * draw(st.sampled_from((0.5, 2.0, 5.0, 9.0)))
            node["order_up_to"] = draw(st.sampled_from((f"{level!r} t", {"uniform": [f"{level!r} t", f"{2 * level!r} t"]})))
            node["unmet"] = draw(st.sampled_from(("lost", "backordered")))
        for sector, demand in node.get("demand", {}).items():
            law = draw(st.sampled_from((None, {"kind": "normal", "sd": "0.1 t"}, {"kind": "poisson", "lot": "50 kg"})))
            if law is not None:
                node["demand"][sector] = (demand if isinstance(demand, dict) else {"amount": demand}) | {"each_step": law}
    if draw(st.booleans()):
        scenario["shocks"] = {"stop": shock_on(draw, scenario)}
    return scenario


def shock_on(draw: st.DrawFn, scenario: dict[str, Any]) -> dict[str, Any]:
    """An outage, a ban, a surge or a longer way."""
    commodity, region = draw(st.sampled_from(makers(scenario)))
    others = buyers(scenario, commodity, region)
    common = {"commodity": commodity, "start": "2026-03-04", "duration": "9 weeks"}
    kinds: dict[str, dict[str, Any]] = {"outage": {"region": region, "severity": draw(st.sampled_from((0.4, 1.0)))}}
    if others:
        kinds["export_ban"] = {"from": region, "to": others, "leakage": draw(st.sampled_from((0.0, 0.2)))}
        kinds["transport"] = {"from": region, "to": others, "delay": "17 days"}
    last = next(iter(scenario["network"]["commodities"]))
    users = [n.rpartition(".")[2] for n, node in scenario["network"]["nodes"].items() if node.get("demand") and n.startswith(last)]
    if users:
        kinds["demand_surge"] = {"commodity": last, "region": users[0], "size": 0.4}
    kind = draw(st.sampled_from(sorted(kinds)))
    return {"kind": kind, **common, **kinds[kind]}
