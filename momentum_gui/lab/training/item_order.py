"""The order in which the items are presented: shuffled again each epoch, the same for the same seed, at any epoch."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

BLOCK_ITEMS = 1 << 14
"""Orders are drawn in blocks of whole epochs of about this many items: fast, and any epoch is found at once."""


class ItemOrder:
    """The orders of one seed. An epoch's order depends on the seed and the epoch alone, so time can be wound back."""

    def __init__(self, items: int, seed: int, *, shuffled: bool) -> None:
        self.items, self.seed, self.shuffled = items, seed, shuffled
        self.block_epochs = max(1, BLOCK_ITEMS // max(items, 1))
        self._number = -1
        self._block: NDArray[np.int32] = np.empty((0, items), dtype=np.int32)

    def epochs(self, first: int, count: int) -> NDArray[np.int32]:
        """Return the item numbers of `count` epochs from epoch `first` (0 = the first one): shape (count, items)."""
        if not self.shuffled:
            return np.tile(np.arange(self.items, dtype=np.int32), (count, 1))
        parts, epoch = [], first
        while epoch < first + count:
            number, within = divmod(epoch, self.block_epochs)
            part = self._block_of(number)[within : within + first + count - epoch]
            parts.append(part)
            epoch += len(part)
        return parts[0] if len(parts) == 1 else np.concatenate(parts)

    def _block_of(self, number: int) -> NDArray[np.int32]:
        if number != self._number:
            in_order = np.tile(np.arange(self.items, dtype=np.int32), (self.block_epochs, 1))
            # The 1 sets these draws apart from those of the initial weights, which use the seed alone.
            self._block = np.random.default_rng([self.seed, 1, number]).permuted(in_order, axis=1)
            self._number = number
        return self._block
