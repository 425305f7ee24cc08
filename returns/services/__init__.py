"""Every act on a return: `from returns import services`."""

from returns.services.deciding import (
    ask_for_information,
    authorise,
    cancel,
    expire,
    mark_sent,
    reject,
)
from returns.services.errors import BadPhoto, CannotDecide, CannotResolve, CannotReturn, ReturnError
from returns.services.exchanging import choices, why_not_exchange
from returns.services.messages import write_message
from returns.services.moves import RETURN_MOVES, why_not_move
from returns.services.policy import Returnable, Terms, returnables, why_not_for
from returns.services.receiving import Found, inspect, receive, take_over_the_counter
from returns.services.requesting import Wish, estimate, request_return, why_not_return
from returns.services.resolving import (
    close,
    most_to_pay,
    pay_payouts,
    payment_of,
    resolve,
    usual_parts,
    why_not_close,
    worth_of,
)
from returns.services.sweeping import follow_returns
from returns.services.valuing import Worth

__all__ = [
    "RETURN_MOVES",
    "BadPhoto",
    "CannotDecide",
    "CannotResolve",
    "CannotReturn",
    "Found",
    "ReturnError",
    "Returnable",
    "Terms",
    "Wish",
    "Worth",
    "ask_for_information",
    "authorise",
    "cancel",
    "choices",
    "close",
    "estimate",
    "expire",
    "follow_returns",
    "inspect",
    "mark_sent",
    "most_to_pay",
    "pay_payouts",
    "payment_of",
    "receive",
    "reject",
    "request_return",
    "resolve",
    "returnables",
    "take_over_the_counter",
    "usual_parts",
    "why_not_close",
    "why_not_exchange",
    "why_not_for",
    "why_not_move",
    "why_not_return",
    "worth_of",
    "write_message",
]
