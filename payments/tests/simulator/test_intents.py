"""PaymentIntents: one capture, or a cancellation, or the hold runs out."""

import time

import pytest
import stripe

DAY = 24 * 3600


def test_paying_with_manual_capture_holds_the_money(client, pay):
    intent = pay()

    assert (intent.status, intent.amount, intent.amount_capturable, intent.amount_received) == (
        "requires_capture",
        3998,
        3998,
        0,
    )
    assert intent.metadata.order == "1042"
    charge = intent.latest_charge
    assert (charge.captured, charge.paid, charge.amount_captured, charge.balance_transaction) == (
        False,
        True,
        0,
        None,
    )
    week = charge.payment_method_details.card.capture_before - charge.created
    assert week == 7 * DAY
    session = client.v1.checkout.sessions.list({"payment_intent": intent.id}).data[0]
    assert (session.status, session.payment_status, session.url) == ("complete", "unpaid", None)
    assert session.customer_details.email == "ada@example.com"


def test_paying_with_automatic_capture_settles_at_once(client, pay):
    intent = pay(payment_intent_data={"capture_method": "automatic"})

    assert (intent.status, intent.amount_received) == ("succeeded", 3998)
    assert client.v1.checkout.sessions.list({"payment_intent": intent.id}).data[0].payment_status == "paid"


def test_session_metadata_does_not_reach_the_intent(pay):
    intent = pay(payment_intent_data={"capture_method": "manual"})

    assert intent.metadata.to_dict() == {}


def test_capturing_all_settles_the_session(client, pay):
    intent = client.v1.payment_intents.capture(pay().id, {"metadata": {"parcel": "1"}})

    assert (intent.status, intent.amount_received, intent.amount_capturable) == ("succeeded", 3998, 0)
    assert intent.metadata.to_dict() == {"order": "1042", "parcel": "1"}
    charge = client.v1.charges.retrieve(intent.latest_charge, {"expand": ["balance_transaction"]})
    assert (charge.captured, charge.amount_captured, charge.amount_refunded) == (True, 3998, 0)
    assert charge.balance_transaction.net == 3998
    assert client.v1.checkout.sessions.list({"payment_intent": intent.id}).data[0].payment_status == "paid"


def test_capturing_a_part_releases_the_rest(client, pay):
    intent = client.v1.payment_intents.capture(pay().id, {"amount_to_capture": 1000})

    assert (intent.status, intent.amount, intent.amount_received) == ("succeeded", 3998, 1000)
    charge = client.v1.charges.retrieve(intent.latest_charge)
    assert (charge.amount_captured, charge.amount_refunded, charge.refunded) == (1000, 2998, False)


def test_a_second_capture_is_refused(client, pay):
    intent = pay(capture=True)

    with pytest.raises(stripe.InvalidRequestError, match="already been captured") as error:
        client.v1.payment_intents.capture(intent.id)

    assert error.value.code == "payment_intent_unexpected_state"
    assert error.value.error.payment_intent.status == "succeeded"


def test_more_than_the_hold_is_refused(client, pay):
    intent = pay()

    with pytest.raises(stripe.InvalidRequestError) as error:
        client.v1.payment_intents.capture(intent.id, {"amount_to_capture": 3999})

    assert (error.value.code, error.value.param) == ("amount_too_large", "amount_to_capture")
    assert client.v1.payment_intents.retrieve(intent.id).status == "requires_capture"


@pytest.mark.parametrize("amount", [0, -5])
def test_capturing_nothing_is_refused(client, pay, amount):
    intent = pay()

    with pytest.raises(stripe.InvalidRequestError) as error:
        client.v1.payment_intents.capture(intent.id, {"amount_to_capture": amount})

    assert error.value.code == "parameter_invalid_integer"


def test_capturing_in_parts_is_not_to_be_had(client, pay):
    intent = pay()

    with pytest.raises(stripe.InvalidRequestError) as error:
        client.v1.payment_intents.capture(intent.id, {"amount_to_capture": 5, "final_capture": False})

    assert error.value.param == "final_capture"


def test_capturing_what_was_never_paid_is_refused(client):
    intent = client.v1.payment_intents.create({"amount": 500, "currency": "eur"})

    with pytest.raises(stripe.InvalidRequestError) as error:
        client.v1.payment_intents.capture(intent.id)

    assert error.value.user_message == (
        "This PaymentIntent could not be captured because it has a status of requires_payment_method. Only a "
        "PaymentIntent with one of the following statuses may be captured: requires_capture."
    )


def test_cancelling_gives_the_hold_back(client, pay):
    intent = client.v1.payment_intents.cancel(pay().id, {"cancellation_reason": "requested_by_customer"})

    assert (intent.status, intent.amount_capturable, intent.cancellation_reason) == (
        "canceled",
        0,
        "requested_by_customer",
    )
    charge = client.v1.charges.retrieve(intent.latest_charge)
    assert (charge.captured, charge.refunded, charge.amount_refunded) == (False, True, 3998)


@pytest.mark.parametrize("capture", [True, False])
def test_what_is_settled_or_cancelled_cannot_be_cancelled(client, pay, capture):
    intent = pay(capture=capture)
    if not capture:
        client.v1.payment_intents.cancel(intent.id)

    with pytest.raises(stripe.InvalidRequestError) as error:
        client.v1.payment_intents.cancel(intent.id)

    assert error.value.code == "payment_intent_unexpected_state"


def test_cancelling_under_an_open_session_is_refused(client, control, new_session):
    session = new_session()
    intent = control(f"sessions/{session.id}/decline")["payment_intent"]

    with pytest.raises(stripe.InvalidRequestError, match="Expire the Checkout Session instead"):
        client.v1.payment_intents.cancel(intent)

    client.v1.checkout.sessions.expire(session.id)
    assert client.v1.payment_intents.retrieve(intent).status == "canceled"


def test_a_hold_runs_out_after_a_week(client, control, pay, receiver):
    intent = pay()

    control("clock", advance=7 * DAY - 60)
    before = client.v1.payment_intents.retrieve(intent.id).status
    control("clock", advance=120)

    assert before == "requires_capture"
    lapsed = client.v1.payment_intents.retrieve(intent.id)
    assert (lapsed.status, lapsed.cancellation_reason) == ("canceled", "automatic")
    assert receiver.wait_for("charge.expired").data.object.payment_intent == intent.id
    assert receiver.wait_for("payment_intent.canceled").data.object.id == intent.id


def test_one_hold_can_be_made_to_run_out_alone(client, control, pay):
    intent, other = pay(), pay()

    control(f"payment_intents/{intent.id}/lapse")

    assert client.v1.payment_intents.retrieve(intent.id).status == "canceled"
    assert client.v1.payment_intents.retrieve(other.id).status == "requires_capture"


def test_a_captured_payment_does_not_run_out(client, control, pay):
    intent = pay(capture=True)

    control("clock", advance=8 * DAY)

    assert client.v1.payment_intents.retrieve(intent.id).status == "succeeded"


def test_an_intent_confirmed_by_the_api_is_declined_with_a_402(client):
    params = {
        "amount": 500,
        "currency": "eur",
        "payment_method": "pm_card_visa_chargeDeclined",
        "confirm": True,
    }

    with pytest.raises(stripe.CardError) as error:
        client.v1.payment_intents.create(params)

    assert (error.value.http_status, error.value.code) == (402, "card_declined")
    assert error.value.error.decline_code == "generic_decline"
    kept = client.v1.payment_intents.retrieve(error.value.error.payment_intent.id)
    assert (kept.status, kept.last_payment_error.code) == ("requires_payment_method", "card_declined")


def test_description_and_metadata_can_be_changed(client, pay):
    intent = client.v1.payment_intents.update(pay().id, {"metadata": {"a": "b"}, "description": "Order 7"})

    assert (intent.metadata.to_dict(), intent.description) == ({"order": "1042", "a": "b"}, "Order 7")


def test_listing_intents_shows_the_newest_first(client, pay):
    first, second = pay(), pay()

    listed = client.v1.payment_intents.list({"created": {"gte": int(time.time()) - 60}})

    assert [intent.id for intent in listed.data] == [second.id, first.id]
