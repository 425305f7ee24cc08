"""The shop with one wall taken down, for the races' negative controls: each must be lost here."""

import os

from config.wsgi import application

__all__ = ["application"]


def sell_without_looking() -> None:
    """Take away the friendly looks before the sale; the guard in the UPDATE is left, and is enough."""
    from inventory.services import promises
    from orders.services.quote import Quote

    Quote.short_skus = property(lambda quote: [])  # type: ignore[assignment]
    promises._split = lambda levels, quantity: [(levels[0], quantity, 0)]


def sell_without_guard() -> None:
    """Take away the looks and the guard in the UPDATE that promises stock."""
    from django.db.models import Q

    from inventory.services.ledger import Change

    sell_without_looking()
    Change.guard = property(lambda change: Q(pk=change.level.pk))  # type: ignore[assignment]


def prove_without_lock() -> None:
    """Let several prove the same payment at once; only the unique keys are left, and they answer with an error."""
    from payments.models import Payment
    from payments.services import proving

    proving.lock = lambda payment: Payment.objects.select_related("checkout", "order").get(pk=payment.pk)


def prove_without_transaction() -> None:
    """Let each statement of a proof stand alone, so that a crash leaves half of them."""
    from payments.services import inbox, proving

    bare = proving.book_intent.__wrapped__  # type: ignore[attr-defined]
    proving.book_intent = inbox.book_intent = bare
    proving.Payment.objects.select_for_update = proving.Payment.objects.all


def use_without_limit() -> None:
    """Take away the look at how often a voucher is used, and the guard in the UPSERT that counts it."""
    from orders.services import quotas, vouchers

    count = quotas._count
    quotas._count = lambda name, share: count(name, quotas.Share(share.amount, of=vouchers.NO_LIMIT))
    vouchers.why_not_for = lambda voucher, cart, email: ""  # type: ignore[assignment]


WALLS = {
    "limits": use_without_limit,
    "looks": sell_without_looking,
    "guard": sell_without_guard,
    "lock": prove_without_lock,
    "transaction": prove_without_transaction,
}
WALLS[os.environ["TAKE_DOWN"]]()
