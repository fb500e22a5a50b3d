"""What a person may write: a strict, frozen schema, and how a file becomes a Scenario."""

from sim.scenario.law import (
    Amount,
    Beta,
    Choice,
    Empirical,
    Exponential,
    Law,
    Lognormal,
    Normal,
    Pert,
    Triangular,
    Uniform,
    support,
)
from sim.scenario.library import shipped
from sim.scenario.load import check_materials, check_names, check_regions, load, load_text, variants
from sim.scenario.network import CommoditySpec, Demand, NetworkSpec, NodeSpec, TradeSpec
from sim.scenario.policy import Policy, Release, Stockpile
from sim.scenario.scenario import Clock, Rules, Runs, Scenario, Watch
from sim.scenario.schema import json_schema, reference, schema_text
from sim.scenario.shock import DemandSurge, Every, ExportBan, ExportLicence, Outage, Shock

__all__ = [
    "Amount",
    "Beta",
    "Choice",
    "Clock",
    "CommoditySpec",
    "Demand",
    "DemandSurge",
    "Empirical",
    "Every",
    "Exponential",
    "ExportBan",
    "ExportLicence",
    "Law",
    "Lognormal",
    "NetworkSpec",
    "NodeSpec",
    "Normal",
    "Outage",
    "Pert",
    "Policy",
    "Release",
    "Rules",
    "Runs",
    "Scenario",
    "Shock",
    "Stockpile",
    "TradeSpec",
    "Triangular",
    "Uniform",
    "Watch",
    "check_materials",
    "check_names",
    "check_regions",
    "json_schema",
    "load",
    "load_text",
    "reference",
    "schema_text",
    "shipped",
    "support",
    "variants",
]
