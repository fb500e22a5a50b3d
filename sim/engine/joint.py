"""Joint purchasing: what sellers have granted the members together is shared among them by need, over all sellers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.engine.ration import MaxMin, Proportional
from sim.engine.sums import Groups
from sim.model.world import TINY, Floats, Ints, Network

if TYPE_CHECKING:
    from sim.engine.room import Room


class JointBuying:
    """The members of one joint purchase and the links they buy over."""

    def __init__(self, net: Network, shock: int, usual: Floats) -> None:
        """Lay out the sharing.

        Arguments:
            net: the network.
            shock: number of the joint purchase among the shocks.
            usual: what each node buys at rest, t per step, [node, run].
        """
        self.shock = shock
        self.links: Ints = net.shocks[shock].links
        self.members, buyer = np.unique(net.links.dst[self.links], return_inverse=True)
        sellers, seller = np.unique(net.links.src[self.links], return_inverse=True)
        n_run = usual.shape[1]
        self._of_member, self._of_seller = Groups(buyer, len(self.members)), Groups(seller, len(sellers))
        self._together = Groups(np.zeros(len(self.members), dtype=np.intp), 1)
        self._fair = MaxMin(self._together, usual[self.members], n_run)
        self._claim = Proportional(self._of_seller, n_run)
        self._total, self._pot = np.empty((1, n_run)), np.empty((len(sellers), n_run))
        self._had, self._part, self._reach = np.empty((3, len(self.members), n_run))
        self._back, self._ask = np.empty((2, len(self.links), n_run))

    def share(self, room: Room) -> None:
        """Members with more than their fair part give back to the sellers; who lacks takes of it where its links let it."""
        granted, order = room.flows.shipped[self.links], room.flows.order[self.members]
        strength = room.effects.together[self.shock]
        had = self._of_member.sum(granted, self._had)
        part = self._fair(self._together.sum(had, self._total), order, self._part)
        surplus, lack = strength * np.maximum(had - part, 0.0), strength * np.maximum(part - had, 0.0)
        back = self._handed_back(room.way[self.links], granted, surplus, lack)
        pot = self._of_seller.sum(back, self._pot)
        taken = self._claim(pot, self._passable(room, lack, order, granted), self._ask)
        used = np.minimum(self._claim.total / np.maximum(pot, TINY), 1.0)
        room.flows.shipped[self.links] = np.maximum(granted - self._of_seller.scale(back, used, back) + taken, 0.0)

    def _handed_back(self, way: Floats, granted: Floats, surplus: Floats, lack: Floats) -> Floats:
        """What members with more leave, most to those sellers from whom others who lack can have it, t, [link of theirs, run]."""
        sought, back = self._pot, self._back
        self._of_seller.sum(self._of_member.scale(way, lack, back), sought)
        weight = self._of_seller.scale(granted, sought, back)
        total = self._of_member.sum(weight, self._reach)
        return np.minimum(self._of_member.scale(weight, surplus / np.maximum(total, TINY), back), granted, out=back)

    def _passable(self, room: Room, lack: Floats, order: Floats, granted: Floats) -> Floats:
        """What those who lack ask of each pot, as far as their links pass it, t, [link of theirs, run]."""
        way, ask = room.way[self.links], self._ask
        reach = self._of_member.sum(self._of_seller.scale(way, self._pot, ask), self._reach)
        self._of_member.scale(ask, lack / np.maximum(reach, TINY), ask)
        most = self._of_member.scale(way, order, np.empty_like(ask)) + room.leak_t[self.links] - granted
        return np.minimum(way * ask, np.maximum(most, 0.0), out=ask)
