"""Every act about money: `from payments import services`."""

from payments.services import counter
from payments.services.cancelling import CannotCancel, cancel_order, why_customer_cannot, why_not_cancel
from payments.services.counter import CannotTake
from payments.services.disputing import (
    book_dispute,
    dashboard_url,
    follow_dispute,
    note_dispute,
    why_disputed,
)
from payments.services.errors import (
    AlreadyOrdered,
    CounterRefused,
    CreditChanged,
    PaymentError,
    ProviderAway,
    TooLittle,
)
from payments.services.findings import AlreadyResolved, NotRepaired, resolve_finding, why_not_repaired
from payments.services.inbox import record_event
from payments.services.lapsing import about_to_lapse, act_before_holds_lapse, to_settle
from payments.services.late import return_money
from payments.services.ledger import unknown
from payments.services.links import open_links, waiting_for_links
from payments.services.proving import book_intent, book_session, lock, prove_payment
from payments.services.reconciling import Reconciliation, reconcile, repair_finding
from payments.services.refund_booking import book_refunds, look
from payments.services.refund_limits import (
    credit_left,
    refundable,
    why_beyond,
    why_not_method,
    why_not_refund,
)
from payments.services.refunding import CannotRefund, ask_for_refund, carry_on, refund, why_failed
from payments.services.replaying import Replay, replay_events
from payments.services.sessions import end_session
from payments.services.settling import (
    CannotSettle,
    Undecided,
    most_to_settle,
    release,
    settle,
    why_not,
    why_not_settle,
)
from payments.services.settling_many import (
    FEW,
    MOST_AT_ONCE,
    PATIENCE,
    Outcome,
    Plan,
    is_over,
    open_run,
    outcomes,
    plan_settling,
    work_run,
)
from payments.services.shipping import CannotShip, ship_order, why_not_ship, will_settle
from payments.services.start import just_ordered, start_payment
from payments.services.store_credit import (
    AlreadyBooked,
    CreditError,
    NotEnoughCredit,
    balance_of,
    forfeit,
    grant,
    most_to_grant,
    offer_credit,
    take_back,
    why_no_credit,
)
from payments.services.sweeping import Tally, cancel_uncollected, expire_checkouts

__all__ = [
    "FEW",
    "MOST_AT_ONCE",
    "PATIENCE",
    "AlreadyBooked",
    "AlreadyOrdered",
    "AlreadyResolved",
    "CannotCancel",
    "CannotRefund",
    "CannotSettle",
    "CannotShip",
    "CannotTake",
    "CounterRefused",
    "CreditChanged",
    "CreditError",
    "NotEnoughCredit",
    "NotRepaired",
    "Outcome",
    "PaymentError",
    "Plan",
    "ProviderAway",
    "Reconciliation",
    "Replay",
    "Tally",
    "TooLittle",
    "Undecided",
    "about_to_lapse",
    "act_before_holds_lapse",
    "ask_for_refund",
    "balance_of",
    "book_dispute",
    "book_intent",
    "book_refunds",
    "book_session",
    "cancel_order",
    "cancel_uncollected",
    "carry_on",
    "counter",
    "credit_left",
    "dashboard_url",
    "end_session",
    "expire_checkouts",
    "follow_dispute",
    "forfeit",
    "grant",
    "is_over",
    "just_ordered",
    "lock",
    "look",
    "most_to_grant",
    "most_to_settle",
    "note_dispute",
    "offer_credit",
    "open_links",
    "open_run",
    "outcomes",
    "plan_settling",
    "prove_payment",
    "reconcile",
    "record_event",
    "refund",
    "refundable",
    "release",
    "repair_finding",
    "replay_events",
    "resolve_finding",
    "return_money",
    "settle",
    "ship_order",
    "start_payment",
    "take_back",
    "to_settle",
    "unknown",
    "waiting_for_links",
    "why_beyond",
    "why_customer_cannot",
    "why_disputed",
    "why_failed",
    "why_no_credit",
    "why_not",
    "why_not_cancel",
    "why_not_method",
    "why_not_refund",
    "why_not_repaired",
    "why_not_settle",
    "why_not_ship",
    "will_settle",
    "work_run",
]
