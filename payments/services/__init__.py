"""Every act about money: `from payments import services`."""

from payments.services.errors import AlreadyOrdered, PaymentError, ProviderAway
from payments.services.findings import AlreadyResolved, resolve_finding
from payments.services.inbox import record_event
from payments.services.late import return_money
from payments.services.proving import book_intent, book_session, prove_payment
from payments.services.start import end_session, start_payment
from payments.services.sweeping import Tally, expire_checkouts, reconcile

__all__ = [
    "AlreadyOrdered",
    "AlreadyResolved",
    "PaymentError",
    "ProviderAway",
    "Tally",
    "book_intent",
    "book_session",
    "end_session",
    "expire_checkouts",
    "prove_payment",
    "reconcile",
    "record_event",
    "resolve_finding",
    "return_money",
    "start_payment",
]
