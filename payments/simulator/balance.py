"""Balance transactions: what a charge, refund or dispute did to the account. The simulator takes no fees."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .ids import new_id

if TYPE_CHECKING:
    from .work import Work

Doc = dict[str, Any]

PENDING_SECONDS = 2 * 24 * 3600


def record(work: Work, kind: str, amount: int, currency: str, source: str, *, at_once: bool = False) -> Doc:
    """Book `amount` (minor units, negative when it leaves) and return the transaction.

    `kind` is charge, refund, refund_failure or adjustment; `at_once` puts it in the available balance.
    """
    return work.insert(
        {
            "id": new_id("txn"),
            "object": "balance_transaction",
            "amount": amount,
            "available_on": work.now + (0 if at_once else PENDING_SECONDS),
            "balance_type": "payments",
            "created": work.now,
            "currency": currency,
            "fee": 0,
            "fee_details": [],
            "net": amount,
            "reporting_category": {"adjustment": "dispute"}.get(kind, kind),
            "source": source,
            "status": "available" if at_once else "pending",
            "type": kind,
        }
    )
