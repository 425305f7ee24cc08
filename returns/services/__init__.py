"""Every act on a return: `from returns import services`."""

from returns.services.deciding import (
    ask_for_information,
    authorise,
    cancel,
    expire,
    mark_sent,
    reject,
)
from returns.services.developing import TYPES as PHOTO_TYPES
from returns.services.developing import Developed
from returns.services.errors import BadPhoto, CannotDecide, CannotResolve, CannotReturn, ReturnError
from returns.services.exchanging import choices, choices_of, why_not_exchange
from returns.services.forgoing import forgo
from returns.services.messages import write_message
from returns.services.moves import RETURN_MOVES, why_not_move
from returns.services.photos import TYPE as PHOTO_TYPE
from returns.services.photos import (
    add_photos,
    check_photos,
    delete_files_of,
    erase_photos,
    export_photos,
    keep_photos,
    open_photo,
    photos_left,
    purge_photos,
    remove_photo,
)
from returns.services.policy import Returnable, Terms, return_address, returnables, why_not_for
from returns.services.receiving import Found, inspect, receive, take_over_the_counter
from returns.services.redirecting import (
    pay_instead,
    redirect_payout,
    why_not_pay_again,
    why_not_pay_instead,
)
from returns.services.requesting import Fault, Wish, estimate, faults, request_return, why_not_return
from returns.services.resolving import (
    close,
    expected,
    lowered,
    most_to_pay,
    pay_payouts,
    payment_of,
    resolve,
    total_of,
    usual_parts,
    why_not_close,
    worth_of,
)
from returns.services.sweeping import follow_returns
from returns.services.valuing import Worth

__all__ = [
    "PHOTO_TYPE",
    "PHOTO_TYPES",
    "RETURN_MOVES",
    "BadPhoto",
    "CannotDecide",
    "CannotResolve",
    "CannotReturn",
    "Developed",
    "Fault",
    "Found",
    "ReturnError",
    "Returnable",
    "Terms",
    "Wish",
    "Worth",
    "add_photos",
    "ask_for_information",
    "authorise",
    "cancel",
    "check_photos",
    "choices",
    "choices_of",
    "close",
    "delete_files_of",
    "erase_photos",
    "estimate",
    "expected",
    "expire",
    "export_photos",
    "faults",
    "follow_returns",
    "forgo",
    "inspect",
    "keep_photos",
    "lowered",
    "mark_sent",
    "most_to_pay",
    "open_photo",
    "pay_instead",
    "pay_payouts",
    "payment_of",
    "photos_left",
    "purge_photos",
    "receive",
    "redirect_payout",
    "reject",
    "remove_photo",
    "request_return",
    "resolve",
    "return_address",
    "returnables",
    "take_over_the_counter",
    "total_of",
    "usual_parts",
    "why_not_close",
    "why_not_exchange",
    "why_not_for",
    "why_not_move",
    "why_not_pay_again",
    "why_not_pay_instead",
    "why_not_return",
    "worth_of",
    "write_message",
]
