"""How returns look in the console."""

from django.utils.safestring import SafeString

from config import console
from config.money import format_money
from returns.models import ReturnRequest

S = ReturnRequest.State
TONES = {
    S.REQUESTED: "warn",
    S.INFO_NEEDED: "",
    S.AUTHORISED: "",
    S.IN_TRANSIT: "",
    S.RECEIVED: "warn",
    S.INSPECTED: "warn",
    S.RESOLVED: "good",
    S.CLOSED: "good",
    S.REJECTED: "bad",
    S.CANCELLED: "bad",
    S.EXPIRED: "bad",
}
WAITS = {
    S.REQUESTED: "us: authorise or reject",
    S.INFO_NEEDED: "the customer’s answer",
    S.AUTHORISED: "the customer’s parcel",
    S.IN_TRANSIT: "the parcel",
    S.RECEIVED: "us: inspect",
    S.INSPECTED: "us: resolve",
}


def state_badge(row: ReturnRequest) -> SafeString:
    return console.badge(row.get_state_display(), TONES[S(row.state)])


def waits_for(row: ReturnRequest) -> str:
    """What has to happen next, and by whom."""
    if row.state == S.RESOLVED:
        return "the replacement to be shipped" if row.is_exchange else "the money to go back"
    return WAITS.get(S(row.state), "–")


def worth_words(row: ReturnRequest, asked: int) -> str:
    """What went or goes back; before that, what was asked for is worth by the terms of the return."""
    if row.state in ReturnRequest.SETTLED:
        return format_money(row.refund)
    return format_money(max(asked + row.policy.get("shipping", 0) - row.policy.get("fee", 0), 0))
