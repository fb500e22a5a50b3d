"""The passes over links that cost most, as NumPy does them; `sim.engine.fast` has compiled ones that give the same bits."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from sim.engine import market, trade

if TYPE_CHECKING:
    from sim.engine.room import Room
    from sim.model.world import Floats


class Passes:
    """NumPy's passes of one batch: the reference, and what runs where nothing is compiled."""

    def __init__(self, room: Room) -> None:
        """Lay out what the passes need, once the board of shocks has its arrays."""

    def ship(self, room: Room, k: int) -> None:
        """8. Goods are rationed among orders and shipped in step k."""
        trade.ship(room, k)

    def learn(self, room: Room) -> None:
        """8b. Sellers see what they were asked."""
        trade.learn(room)

    def could_come(self, room: Room, bought: Floats) -> Floats:
        """9b. What sellers could send, as a part of what buyers would buy at the usual price.

        Arguments:
            room: the batch.
            bought: what they would, t, [node, run].
        """
        return market.could_come(room, bought)

    def switch(self, room: Room) -> None:
        """10a. Shares lean to sellers that deliver and are cheap."""
        market.switch(room)


MakePasses = Callable[["Room"], Passes]
"""Makes the passes of a batch."""
