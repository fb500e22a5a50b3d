"""Policies on trade and sourcing: tariffs and quotas, weight on origin, caps on one source, joint buying, warnings, own controls."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from sim.scenario.amount import Frequency, Names, PositiveTime, Quantity, Share, Strict, Time, written
from sim.scenario.law import Amount
from sim.scenario.measure import Measure, OnTrade
from sim.scenario.shock import Growth

_Duty = Annotated[Amount, Quantity("share", 0, 10, hint="25 % or 0.25 is a quarter of the price at the border.")]
_Cap = Annotated[Amount, Quantity("share", 0, 1, above=True)]


class HomeTariff(OnTrade):
    """A tax on imports, as a policy: home makers, and sellers not named, gain."""

    kind: Literal["tariff"] = Field(description="A tariff on imports.")
    rate: _Duty = Field(description="Tariff on the price at the border, up to 1000 %; 25 % means 0.25.")


class ImportQuota(OnTrade):
    """Imports from some origins are held to a part of the usual trade."""

    kind: Literal["import_quota"] = Field(description="A limit on imports.")
    quota: Share = Field(description="Part of the usual trade that may still come in, whatever is ordered.")


class BeyondPrice(Measure):
    """Buyers count more than price: trusted origins are given weight in sourcing."""

    kind: Literal["beyond_price"] = Field(description="Weight on origin in sourcing.")
    region: Names = Field(description="Regions or groups whose buyers do so.")
    trusted: Names = Field(description="Regions or groups whose goods are preferred; their own regions may be among them.")
    weight: Growth = Field(
        description="How much more a trusted seller counts at equal price: 0.5 or 50 % means half as much again. Shares follow at the "
        "pace of rules.sourcing.qualification."
    )


class SingleSourceCap(Measure):
    """No more than a part of purchases may come from one foreign origin."""

    kind: Literal["single_source_cap"] = Field(description="A cap on purchases from one origin.")
    region: Names = Field(description="Regions or groups whose buyers are bound.")
    cap: _Cap = Field(
        description="Largest part of purchases from one other region, above 0; 65 % in the EU's Critical Raw Materials Act for 2030. "
        "Where the other sellers cannot make up the rest, all are bound alike."
    )


class SupplierQualification(OnTrade):
    """Buyers approve new sellers ahead of need. It concerns trade marked `qualify` in the network, and works that projects build."""

    kind: Literal["supplier_qualification"] = Field(description="Approval of new sellers ahead of need.")
    time: PositiveTime = Field(
        default=written("6 months"), description="Time it takes to approve them. 6 months: cars took 4 to 7 months, a weak source."
    )


class JointProcurement(Measure):
    """Members buy as one: they do not hoard against each other, and share what all sellers have for them by what they usually buy."""

    kind: Literal["joint_procurement"] = Field(description="Joint purchasing.")
    members: Names = Field(description="Regions or groups that buy together.")
    discipline: Share = Field(
        default=1.0,
        description="Part of the extra stock that members forgo while a restriction is in force, and of their deliveries that is shared "
        "among them anew, by what they usually buy: a member that one seller shuts out gets more from the others. 1: an assumption, all "
        "of it.",
    )


class EarlyWarning(Measure):
    """Members see restrictions coming before they are announced, and begin to build up stock."""

    kind: Literal["early_warning"] = Field(description="A warning system.")
    region: Names = Field(description="Regions or groups that are warned.")
    notice: PositiveTime = Field(description="How long before a restriction starts its members know.")
    detection: Share = Field(default=1.0, description="Chance that a restriction is seen coming. 1: an assumption, each is.")
    false_alarms: Frequency | None = Field(default=None, description="Warnings of nothing, such as 0.2 /year; none if left out.")
    alarm: PositiveTime = Field(default=written("60 days"), description="How long a false alarm is believed. 60 days: an assumption.")


class Counter(Strict):
    """The echo of one's own export control."""

    commodity: str = Field(description="Commodity that the other side withholds, as material.stage.")
    probability: Share = Field(default=1.0, description="Chance that it does so. 1: an assumption, it does.")
    delay: Time = Field(default=written("0 days"), description="Time from one's own control to it. 0: an assumption, at once.")
    duration: PositiveTime | None = Field(default=None, description="How long it lasts; to the horizon if left out.")
    leakage: Share = Field(default=0.0, description="Part of the usual trade that still passes. 0: an assumption, strict.")


class ExportControl(OnTrade):
    """One's own exports are withheld from others, who may answer in kind."""

    kind: Literal["export_control"] = Field(description="An export control of one's own.")
    leakage: Share = Field(default=0.0, description="Part of the usual trade that still passes. 0: an assumption, strict.")
    counter: Counter | None = Field(default=None, description="What the other side does in return; nothing if left out.")
