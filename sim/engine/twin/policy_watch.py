"""What the twin's log tells of policies with a course of their own."""

from __future__ import annotations

from collections.abc import Iterator

from sim.engine.twin.news import Told, lasting, listed, percent, times
from sim.engine.twin.shock_watch import CourseWatch
from sim.units import DAYS_PER_YEAR, format_amount


class PolicyWatch(CourseWatch):
    """Tells when a policy comes into force, when it is in full force, and when it ends; of a warning, when it is given and called off."""

    def _tell(self) -> Iterator[Told]:
        return self._warning() if self._strike.plan.kind == "early_warning" else self._measure()

    def _measure(self) -> Iterator[Told]:
        course, whose = self._strike.profile, f"policy {self._strike.plan.name}"
        whole, (size, unit) = self._whole(), self._size()
        # One that ends before its ramp does never gets to full force.
        grows = course.start < course.ramp_end < course.end
        later = f", in full from {self._day(course.ramp_end)}" if grows else ""
        text = f"{whose} comes into force: {whole} {self._effect(course.start == course.ramp_end)}{later}{self._agreed()}"
        yield self._told(course.start, "policy in force", size, unit, text)
        if grows:
            text = f"{whose} is in full force: {whole} {self._effect(True)}"
            yield self._told(course.ramp_end, "policy in full force", size, unit, text)
        if course.end < self._network.n_step:
            lasted = (course.end - course.start) * self._network.step_days
            yield self._told(course.end, "policy ends", lasted, "days", f"{whose} ends after {lasting(lasted)}: {whole}")

    def _warning(self) -> Iterator[Told]:
        course, plan, days = self._strike.profile, self._strike.plan, self._network.step_days
        whom = f"buyers of {plan.commodity} in {listed(self._where())}"
        # What is seen coming strikes links; a false alarm strikes none.
        sellers = listed(link.seller.region for link in self._strike.links)
        what = f": exports from {sellers} are to be restricted from {self._day(course.start)}" if sellers else " of nothing: a false alarm"
        notice = (course.start - course.announced) * days if sellers else 0.0
        yield self._told(course.announced, "warning given", notice, "days", f"policy {plan.name} warns {whom}{what}")
        if course.end < self._network.n_step:
            lasted = (course.end - course.announced) * days
            text = f"policy {plan.name} calls off its warning after {lasting(lasted)}: {whom}"
            yield self._told(course.end, "warning called off", lasted, "days", text)

    def _where(self) -> Iterator[str]:
        strike = self._strike
        parties = strike.producers or [user.buyer for user in strike.users] or strike.buyers or [link.seller for link in strike.links]
        return (party.region for party in parties)

    def _size(self) -> tuple[float, str]:
        course = self._strike.profile
        match self._strike.plan.kind:
            case "capacity_project":
                return course.size, "t"
            case "supplier_qualification":
                return course.extra * self._network.step_days, "days"
            case "export_control" | "import_quota":
                return 1.0 - course.size, "share"
        return course.size, "share"

    def _whole(self) -> str:
        strike, what, where = self._strike, self._strike.plan.commodity or "goods", listed(self._where())
        way = f"{what} from {where} to {self._buyers()}"
        match strike.plan.kind:
            case "tariff" | "import_quota":
                return f"imports of {way}"
            case "export_control":
                return f"exports of {way}"
            case "supplier_qualification":
                return f"approval of sellers of {what} in {where} by buyers in {self._buyers()}"
            case "beyond_price":
                return f"sellers of {what} in {where}"
            case "single_source_cap" | "joint_procurement":
                return f"buyers of {what} in {where}"
            case "capacity_project":
                return f"works of {self._yearly()} for {what} in {where}"
            case "demand_reduction":
                return f"demand for {what} by {listed(user.sector for user in strike.users)} in {where}"
            case "recycling":
                return f"recyclers of {what} in {where}"
            case "substitution":
                return f"use of {what} by {listed(user.sector for user in strike.users)} in {where}"
        raise KeyError(strike.plan.kind)

    def _effect(self, in_full: bool) -> str:
        course, size = self._strike.profile, percent(self._strike.profile.size)
        match self._strike.plan.kind:
            case "tariff":
                return f"pay a duty of {size}"
            case "export_control" if course.size <= 0.0:
                return "stop"
            case "import_quota" | "export_control":
                return f"are held to {size} of the normal flow"
            case "supplier_qualification":
                return f"takes {lasting(course.extra * self._network.step_days)}"
            case "beyond_price":
                return f"count {size} more at equal price with buyers in {self._buyers()}"
            case "single_source_cap":
                return f"take at most {size} from one foreign seller"
            case "joint_procurement":
                return f"share {size} of what each seller grants them, and forgo as much of their hurry and extra stock"
            case "capacity_project":
                return "run in full" if in_full else "begin to run in"
            case "recycling":
                return f"collect {size} of what comes out of use and win back {percent(course.extra)} of that"
            case "substitution":
                others = listed(user.instead.buyer.commodity for user in self._strike.users if user.instead)
                price = f" once it costs {times(course.trigger)} times what it did at rest" if course.trigger > 1.0 else ""
                return f"may go over to {others or 'other materials'} up to {size}{price}"
        return f"falls by {size}"

    def _agreed(self) -> str:
        strike = self._strike
        parts = [f"{link.buyer.region} ({percent(part)})" for link, part in zip(strike.links, strike.parts, strict=False)]
        return f"; their output goes first to {listed(parts)}" if parts else ""

    def _buyers(self) -> str:
        return listed(link.buyer.region for link in self._strike.links)

    def _yearly(self) -> str:
        rate = self._strike.profile.size * DAYS_PER_YEAR / self._network.step_days
        return format_amount(float(f"{rate:.3g}"), "rate")
