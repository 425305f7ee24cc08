"""The shop with one wall taken down, for the races' negative controls: each must be lost here."""

import os

from config.wsgi import application

__all__ = ["application"]


def sell_without_looking() -> None:
    """Take the guard out of the UPDATE that promises stock."""
    from django.db.models import Q

    from inventory.services.ledger import Change

    Change.guard = property(lambda change: Q(pk=change.level.pk))  # type: ignore[assignment]


def forget_unique_keys() -> None:
    """Take away what lets a payment be booked once: the lock and the look at what is booked already."""
    from orders import services as orders
    from orders.models import Checkout

    orders.lock_checkout = lambda pk: Checkout.objects.get(pk=pk)  # type: ignore[assignment]


{"stock": sell_without_looking}[os.environ["TAKE_DOWN"]]()
