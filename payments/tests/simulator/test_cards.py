"""Every card of Stripe's table does on the session what Stripe says it does."""

import pytest
import stripe

from payments.simulator import cards

DECLINED = [
    ("4000000000000002", "card_declined", "generic_decline"),
    ("4000000000009995", "card_declined", "insufficient_funds"),
    ("4000000000009987", "card_declined", "lost_card"),
    ("4000000000009979", "card_declined", "stolen_card"),
    ("4000000000000069", "expired_card", None),
    ("4000000000000127", "incorrect_cvc", None),
    ("4000000000000119", "processing_error", None),
    ("4000000000006975", "card_declined", "card_velocity_exceeded"),
    ("4000000000000341", "card_declined", "generic_decline"),
    ("4100000000000019", "card_declined", "fraudulent"),
    ("4000008260003178", "card_declined", "insufficient_funds"),
]
ASKING = ["4000002500003155", "4000002760003184", "4000003800000446"]


@pytest.mark.parametrize(("number", "code", "decline_code"), DECLINED)
def test_a_declining_card_leaves_the_session_open(client, control, new_session, number, code, decline_code):
    session = new_session()

    outcome = control(f"sessions/{session.id}/pay", card=number)

    assert outcome["paid"] is False
    assert (outcome["decline"]["code"], outcome["decline"]["decline_code"]) == (code, decline_code)
    assert outcome["status"] == "open"
    intent = client.v1.payment_intents.retrieve(outcome["payment_intent"], {"expand": ["latest_charge"]})
    assert (intent.status, intent.amount_capturable) == ("requires_payment_method", 0)
    assert intent.last_payment_error.code == code
    assert getattr(intent.last_payment_error, "decline_code", None) == decline_code
    assert (intent.latest_charge.status, intent.latest_charge.paid) == ("failed", False)
    assert intent.latest_charge.failure_code == code


def test_after_a_decline_the_same_intent_can_be_paid_with_another_card(client, control, new_session):
    session = new_session()
    declined = control(f"sessions/{session.id}/decline")

    paid = control(f"sessions/{session.id}/pay")

    assert paid["payment_intent"] == declined["payment_intent"]
    intent = client.v1.payment_intents.retrieve(paid["payment_intent"])
    assert (intent.status, intent.last_payment_error) == ("requires_capture", None)


@pytest.mark.parametrize("number", ASKING)
def test_a_card_that_asks_waits_for_the_customer(client, control, new_session, number):
    session = new_session()

    asked = control(f"sessions/{session.id}/pay", card=number, authenticate="wait")
    waiting = client.v1.payment_intents.retrieve(asked["payment_intent"])
    answered = control(f"sessions/{session.id}/authenticate", succeeds=True)

    assert (asked["paid"], asked["needs_authentication"]) == (False, True)
    assert waiting.status == "requires_action"
    assert answered["paid"] is True
    charge = client.v1.payment_intents.retrieve(
        asked["payment_intent"], {"expand": ["latest_charge"]}
    ).latest_charge
    assert charge.payment_method_details.card.three_d_secure.result == "authenticated"


def test_failing_authentication_is_no_charge(client, control, new_session):
    session = new_session()

    outcome = control(f"sessions/{session.id}/pay", card=ASKING[0], authenticate="fail")

    assert outcome["decline"]["code"] == "payment_intent_authentication_failure"
    intent = client.v1.payment_intents.retrieve(outcome["payment_intent"])
    assert (intent.status, intent.latest_charge) == ("requires_payment_method", None)


@pytest.mark.parametrize(
    ("number", "code"),
    [
        ("4242424242424241", "incorrect_number"),
        ("12", "invalid_number"),
        ("4111111111111111", "card_declined"),
    ],
)
def test_a_number_that_is_no_test_card_never_becomes_an_intent(control, new_session, number, code):
    outcome = control(f"sessions/{new_session().id}/pay", card=number)

    assert outcome["decline"]["code"] == code
    assert outcome["payment_intent"] is None


def test_a_wrong_cvc_only_matters_if_one_is_given(client):
    intent = client.v1.payment_intents.create({"amount": 500, "currency": "eur"})

    with pytest.raises(stripe.CardError) as error:
        client.v1.payment_intents.confirm(intent.id, {"payment_method": "pm_card_chargeDeclinedIncorrectCvc"})

    assert error.value.code == "incorrect_cvc"


@pytest.mark.parametrize(
    ("number", "field", "value"),
    [
        ("4000000000004954", "outcome.risk_level", "highest"),
        ("4000000000009235", "outcome.risk_level", "elevated"),
        ("4000000000000101", "payment_method_details.card.checks.cvc_check", "fail"),
        ("4000000000000036", "payment_method_details.card.checks.address_postal_code_check", "fail"),
        ("4000008400000076", "payment_method_details.card.multicapture.status", "unavailable"),
        ("5555555555554444", "payment_method_details.card.brand", "mastercard"),
        ("378282246310005", "payment_method_details.card.brand", "amex"),
        ("4000056655665556", "payment_method_details.card.funding", "debit"),
        ("4242424242424242", "payment_method_details.card.last4", "4242"),
    ],
)
def test_a_card_shows_on_the_charge_what_is_special_about_it(pay, number, field, value):
    shown = pay(number).latest_charge

    for name in field.split("."):
        shown = getattr(shown, name)
    assert shown == value


@pytest.mark.parametrize(
    ("number", "reason", "status"),
    [
        ("4000000000000259", "fraudulent", "needs_response"),
        ("4000000000002685", "product_not_received", "needs_response"),
        ("4000000000001976", "fraudulent", "warning_needs_response"),
    ],
)
def test_a_disputing_card_disputes_what_was_captured(client, pay, number, reason, status):
    intent = pay(number)
    before = client.v1.disputes.list({"payment_intent": intent.id}).data

    client.v1.payment_intents.capture(intent.id, {"amount_to_capture": 1500})

    assert before == []
    dispute = client.v1.disputes.list({"payment_intent": intent.id}).data[0]
    assert (dispute.reason, dispute.status, dispute.amount) == (reason, status, 1500)
    assert client.v1.charges.retrieve(dispute.charge).disputed is True


def test_a_card_with_an_early_fraud_warning_warns(client, pay, receiver):
    intent = pay("4000000000005423", capture=True)

    event = receiver.wait_for("radar.early_fraud_warning.created")

    assert event.data.object.payment_intent == intent.id
    assert len(client.v1.radar.early_fraud_warnings.list({"payment_intent": intent.id}).data) == 1


def test_the_bypass_card_is_available_at_once(client, pay):
    at_once = pay("4000000000000077", capture=True).latest_charge.balance_transaction
    usual = pay(capture=True).latest_charge.balance_transaction

    assert client.v1.balance_transactions.retrieve(at_once).status == "available"
    assert client.v1.balance_transactions.retrieve(usual).status == "pending"


def test_every_card_has_a_valid_number_and_a_payment_method_of_its_own():
    assert (
        len({card.number for card in cards.CARDS})
        == len({card.method for card in cards.CARDS})
        == len(cards.CARDS)
    )
    assert [card.number for card in cards.CARDS if not cards.passes_luhn(card.number)] == []


@pytest.mark.parametrize("card", cards.CARDS, ids=lambda card: card.method)
def test_a_payment_method_stands_for_its_card_in_api_calls(client, card):
    params = {"amount": 500, "currency": "eur", "payment_method": card.method, "confirm": True}

    try:
        status = client.v1.payment_intents.create(params).status
    except stripe.CardError as error:
        status = error.code

    expected = card.decline.code if card.decline else "succeeded"
    assert status == ("requires_action" if card.asks_for_3ds else expected)
