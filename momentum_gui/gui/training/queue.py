"""The two queues between window and worker: orders one way, deliveries the other; nothing is lost or overtaken."""

from __future__ import annotations

import threading
import time
from collections import deque

from momentum_gui.gui.training.commands import Order
from momentum_gui.gui.training.deliveries import Delivery

PENDING_FRAMES = 8
"""The worker waits when the window has this many deliveries to take: a busy window slows training down."""


class Mailbox:
    """Orders and deliveries in the order in which they were given. All methods may be called from any thread."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._orders: deque[Order] = deque()
        self._deliveries: list[Delivery] = []
        self._closed = False

    @property
    def closed(self) -> bool:
        """Whether the worker is to end."""
        return self._closed

    def close(self) -> None:
        """Tell the worker to end; it does so after the chunk or command under way."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def order(self, order: Order) -> None:
        """Ask the worker for something; it does so between two chunks of training."""
        with self._changed:
            self._orders.append(order)
            self._changed.notify_all()

    def next_order(self, until: float | None) -> Order | None:
        """Return the next order, waiting for it until a moment of `time.monotonic()`; without one, for ever.

        None if none came, or the mailbox was closed.
        """
        with self._changed:
            wait = None if until is None else max(0.0, until - time.monotonic())
            self._changed.wait_for(lambda: self._orders or self._closed, wait)
            return self._orders.popleft() if self._orders and not self._closed else None

    @property
    def has_orders(self) -> bool:
        """Whether the window asks for something."""
        return bool(self._orders)

    def deliver(self, delivery: Delivery) -> bool:
        """Leave something for the window; True if nothing was waiting there, so that the window must be told."""
        with self._changed:
            self._deliveries.append(delivery)
            return len(self._deliveries) == 1

    @property
    def waiting(self) -> tuple[Delivery, ...]:
        """What was delivered and not taken yet, oldest first."""
        with self._changed:
            return tuple(self._deliveries)

    def wait_for_room(self) -> None:
        """Wait while the window has too much to take and the worker nothing else to do."""
        with self._changed:
            self._changed.wait_for(lambda: len(self._deliveries) < PENDING_FRAMES or self._orders or self._closed)

    def take(self) -> list[Delivery]:
        """Return all deliveries since the last time, oldest first."""
        with self._changed:
            taken, self._deliveries = self._deliveries, []
            self._changed.notify_all()
            return taken
