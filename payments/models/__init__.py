"""Money: what was authorised and settled, the ledger that proves it, store credit, and what Stripe told us."""

from payments.models.dispute import Dispute
from payments.models.inbox import Finding, WebhookEvent
from payments.models.payment import Payment, PaymentEvent
from payments.models.refund import Refund
from payments.models.settle_run import SettleRun, SettleRunLine
from payments.models.store_credit import StoreCredit, StoreCreditEntry

__all__ = [
    "Dispute",
    "Finding",
    "Payment",
    "PaymentEvent",
    "Refund",
    "SettleRun",
    "SettleRunLine",
    "StoreCredit",
    "StoreCreditEntry",
    "WebhookEvent",
]
