"""Stripe's test cards and what each of them does (https://docs.stripe.com/testing)."""

from __future__ import annotations

from dataclasses import dataclass

SENTENCES = {
    "card_declined": "Your card was declined.",
    "insufficient_funds": "Your card has insufficient funds.",
    "card_velocity_exceeded": (
        "Your card was declined for making repeated attempts too frequently or exceeding its amount limit."
    ),
    "test_mode_live_card": (
        "Your card was declined. Your request was in test mode, but used a non test (live) card. "
        "For a list of valid test cards, visit: https://stripe.com/docs/testing."
    ),
    "expired_card": "Your card has expired.",
    "incorrect_cvc": "Your card's security code is incorrect.",
    "incorrect_number": "Your card number is incorrect.",
    "processing_error": "An error occurred while processing your card. Try again in a little bit.",
    "invalid_expiry_month": "Your card's expiration month is invalid.",
    "invalid_expiry_year": "Your card's expiration year is invalid.",
    "invalid_cvc": "Your card's security code is invalid.",
    "invalid_number": "The card number is not a valid credit card number.",
}
"""What Stripe tells the customer, by decline code or, where there is none, by error code."""


@dataclass(frozen=True)
class Decline:
    """A refusal by the bank; `decline_code` is set only where `code` is `card_declined`."""

    code: str
    decline_code: str | None = None

    @property
    def message(self) -> str:
        return SENTENCES.get(self.decline_code or "", SENTENCES[self.code])


@dataclass(frozen=True)
class Card:
    """A test card. `method` is the PaymentMethod id that stands for it in API calls."""

    number: str
    method: str
    effect: str
    brand: str = "visa"
    funding: str = "credit"
    country: str = "US"
    decline: Decline | None = None
    decline_without_cvc: bool = True
    asks_for_3ds: bool = False
    dispute: str | None = None
    is_inquiry: bool = False
    fraud_warning: bool = False
    risk: str = "normal"
    blocked: bool = False
    cvc_check: str = "pass"
    postcode_check: str = "pass"
    refund: str = "succeeds"
    bypasses_pending: bool = False
    multicapture: bool = True

    @property
    def last4(self) -> str:
        return self.number[-4:]


def _declined(
    number: str, method: str, effect: str, code: str, decline_code: str | None = None, **more: bool
) -> Card:
    return Card(number, method, effect, decline=Decline(code, decline_code), **more)  # type: ignore[arg-type]


CARDS = (
    Card("4242424242424242", "pm_card_visa", "Succeeds"),
    Card("5555555555554444", "pm_card_mastercard", "Succeeds (Mastercard)", brand="mastercard"),
    Card("378282246310005", "pm_card_amex", "Succeeds (American Express, four-digit CVC)", brand="amex"),
    Card("4000056655665556", "pm_card_visa_debit", "Succeeds (Visa debit)", funding="debit"),
    _declined(
        "4000000000000002", "pm_card_visa_chargeDeclined", "Declined", "card_declined", "generic_decline"
    ),
    _declined(
        "4000000000009995",
        "pm_card_visa_chargeDeclinedInsufficientFunds",
        "Declined: insufficient funds",
        "card_declined",
        "insufficient_funds",
    ),
    _declined(
        "4000000000009987",
        "pm_card_visa_chargeDeclinedLostCard",
        "Declined: lost card",
        "card_declined",
        "lost_card",
    ),
    _declined(
        "4000000000009979",
        "pm_card_visa_chargeDeclinedStolenCard",
        "Declined: stolen card",
        "card_declined",
        "stolen_card",
    ),
    _declined(
        "4000000000000069", "pm_card_chargeDeclinedExpiredCard", "Declined: expired card", "expired_card"
    ),
    _declined(
        "4000000000000127",
        "pm_card_chargeDeclinedIncorrectCvc",
        "Declined: wrong CVC",
        "incorrect_cvc",
        decline_without_cvc=False,
    ),
    _declined(
        "4000000000000119",
        "pm_card_chargeDeclinedProcessingError",
        "Declined: processing error",
        "processing_error",
    ),
    _declined(
        "4000000000006975",
        "pm_card_chargeDeclinedVelocityLimitExceeded",
        "Declined: too many attempts",
        "card_declined",
        "card_velocity_exceeded",
    ),
    _declined(
        "4000000000000341",
        "pm_card_chargeCustomerFail",
        "Can be saved, charging it fails",
        "card_declined",
        "generic_decline",
    ),
    Card(
        "4000002500003155", "pm_card_authenticationRequiredOnSetup", "Asks for 3-D Secure", asks_for_3ds=True
    ),
    Card(
        "4000002760003184", "pm_card_authenticationRequired", "Always asks for 3-D Secure", asks_for_3ds=True
    ),
    Card(
        "4000003800000446",
        "pm_card_authenticationRequiredSetupForOffSession",
        "Set up before, still asks for 3-D Secure here",
        asks_for_3ds=True,
    ),
    Card(
        "4000008260003178",
        "pm_card_authenticationRequiredChargeDeclinedInsufficientFunds",
        "3-D Secure, then insufficient funds",
        asks_for_3ds=True,
        decline=Decline("card_declined", "insufficient_funds"),
    ),
    Card(
        "4000000000000259",
        "pm_card_createDispute",
        "Succeeds, then disputed as fraudulent",
        dispute="fraudulent",
    ),
    Card(
        "4000000000002685",
        "pm_card_createDisputeProductNotReceived",
        "Succeeds, then disputed: not received",
        dispute="product_not_received",
    ),
    Card(
        "4000000000001976",
        "pm_card_createDisputeInquiry",
        "Succeeds, then the bank inquires",
        dispute="fraudulent",
        is_inquiry=True,
    ),
    Card(
        "4000000000005423",
        "pm_card_createIssuerFraudRecord",
        "Succeeds, then an early fraud warning",
        fraud_warning=True,
    ),
    Card(
        "4100000000000019",
        "pm_card_radarBlock",
        "Blocked as fraudulent",
        decline=Decline("card_declined", "fraudulent"),
        risk="highest",
        blocked=True,
    ),
    Card("4000000000004954", "pm_card_riskLevelHighest", "Succeeds with the highest risk", risk="highest"),
    Card("4000000000009235", "pm_card_riskLevelElevated", "Succeeds with elevated risk", risk="elevated"),
    Card("4000000000000101", "pm_card_cvcCheckFail", "Succeeds, the CVC check fails", cvc_check="fail"),
    Card(
        "4000000000000036", "pm_card_avsZipFail", "Succeeds, the postcode check fails", postcode_check="fail"
    ),
    Card("4000000000007726", "pm_card_pendingRefund", "Refunds are pending, then succeed", refund="pending"),
    Card("4000000000005126", "pm_card_refundFail", "Refunds succeed, then fail", refund="fails"),
    Card(
        "4000000000000077",
        "pm_card_bypassPending",
        "Succeeds, straight to the available balance",
        bypasses_pending=True,
    ),
    Card(
        "4000008400000076",
        "pm_card_credit_disableEnterpriseCardFeatures",
        "Succeeds, cannot be captured in parts",
        multicapture=False,
    ),
)

BY_NUMBER = {card.number: card for card in CARDS}
BY_METHOD = {card.method: card for card in CARDS}
INCORRECT_NUMBER_EXAMPLE = "4242424242424241"


def passes_luhn(number: str) -> bool:
    """Say whether the check digit fits (https://en.wikipedia.org/wiki/Luhn_algorithm)."""
    digits = [int(digit) for digit in reversed(number)]
    total = sum(digits[0::2]) + sum(sum(divmod(2 * digit, 10)) for digit in digits[1::2])
    return total % 10 == 0


def by_number(number: str) -> Card | Decline:
    """Return the test card with this number, or why Stripe would not take it in test mode.

    Spaces and dashes are ignored. A number that is no test card is declined as a live card is.
    """
    digits = number.replace(" ", "").replace("-", "")
    if not (digits.isascii() and digits.isdecimal() and 12 <= len(digits) <= 19):
        return Decline("invalid_number")
    if not passes_luhn(digits):
        return Decline("incorrect_number")
    return BY_NUMBER.get(digits) or Decline("card_declined", "test_mode_live_card")
