"""Who holds what in a strategic stockpile, and by which rule its members share."""

from __future__ import annotations

import numpy as np

from sim.engine.ration import MaxMin
from sim.engine.sums import Groups
from sim.model.world import TINY, Floats, Ints, Network, World


class Account:
    """Members of a store that share what it holds; one that leaves is a store by itself from then on."""

    def __init__(self, net: Network, world: World, store: int) -> None:
        self.store = store
        self.rows: Ints = np.flatnonzero(net.stores.member_store == store)
        """Rows of its members."""
        self.nodes: Ints = net.stores.member_node[self.rows]
        self.rule = net.stores.sharing[store]
        self.frac = np.broadcast_to(world.member_frac[self.rows], (len(self.rows), world.n_run))
        self.target = np.broadcast_to(world.store_target[store], (world.n_run,)) * self.frac
        """t, [member of the store, run]."""
        self.leave = world.member_leave[self.rows, 0]

    def parties(self, k: int) -> list[Ints]:
        """Those who share in step k, as rows among its members: they that stay, then each that has left."""
        gone = np.flatnonzero(self.leave <= k)
        stay = np.flatnonzero(self.leave > k)
        return [party for party in (stay, *(gone[i : i + 1] for i in range(len(gone)))) if len(party)]

    def share(self, party: Ints, claim: Floats, most: Floats) -> Floats:
        """What each of a party gets of `most` [run] for its claim, [member of the party, run]."""
        if self.rule == "need":
            return claim * np.minimum(most / np.maximum(claim.sum(axis=0), TINY), 1.0)
        weight = self.frac[party] if self.rule == "contribution" else np.ones(len(party))
        fair = MaxMin(Groups(np.zeros(len(party), dtype=np.intp), 1), weight, claim.shape[1])
        return fair(most[None], claim, np.empty_like(claim))


def accounts(net: Network, world: World) -> list[Account]:
    """Every store with its members."""
    return [Account(net, world, store) for store in range(len(net.stores.name))]
