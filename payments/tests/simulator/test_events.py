"""Which events happen, what they carry, and that they can be listed and sent again."""

import pytest
import stripe

PAID = [
    "payment_intent.created",
    "charge.succeeded",
    "payment_intent.amount_capturable_updated",
    "checkout.session.completed",
]


def happened(client):
    """The types of all events so far, oldest first."""
    return [event.type for event in client.v1.events.list({"limit": 100}).auto_paging_iter()][::-1]


def test_paying_with_manual_capture(client, pay):
    pay()

    assert happened(client) == PAID


def test_paying_with_automatic_capture(client, pay):
    pay(payment_intent_data={"capture_method": "automatic"})

    assert happened(client) == [
        "payment_intent.created",
        "charge.succeeded",
        "payment_intent.succeeded",
        "checkout.session.completed",
    ]


def test_completing_with_manual_capture_is_unpaid(client, pay):
    pay()

    session = client.v1.events.list({"type": "checkout.session.completed"}).data[0].data.object

    assert (session.status, session.payment_status) == ("complete", "unpaid")


def test_paying_with_3d_secure(client, pay):
    pay("4000002760003184")

    assert happened(client) == [PAID[0], "payment_intent.requires_action", *PAID[1:]]


def test_a_decline(client, control, new_session):
    control(f"sessions/{new_session().id}/decline")

    assert happened(client) == ["payment_intent.created", "charge.failed", "payment_intent.payment_failed"]


def test_capturing(client, pay):
    pay(capture=True)

    assert happened(client)[len(PAID) :] == [
        "charge.captured",
        "payment_intent.amount_capturable_updated",
        "payment_intent.succeeded",
    ]


def test_cancelling_a_hold_shows_as_a_refund_of_an_uncaptured_charge(client, pay):
    client.v1.payment_intents.cancel(pay().id)

    assert happened(client)[len(PAID) :] == ["charge.refunded", "payment_intent.canceled"]
    charge = client.v1.events.list({"type": "charge.refunded"}).data[0].data.object
    assert (charge.captured, charge.amount_refunded) == (False, 3998)


def test_refunding(client, pay):
    intent = pay(capture=True)
    before = len(happened(client))

    client.v1.refunds.create({"payment_intent": intent.id, "amount": 100})
    client.v1.refunds.create({"payment_intent": intent.id, "amount": 200})

    assert happened(client)[before:] == ["refund.created", "charge.refunded"] * 2
    charges = client.v1.events.list({"type": "charge.refunded"}).data
    assert [event.data.object.amount_refunded for event in charges] == [300, 100]


def test_expiring(client, new_session):
    client.v1.checkout.sessions.expire(new_session().id)

    assert happened(client) == ["checkout.session.expired"]


def test_an_event_keeps_the_object_as_it_was(client, pay):
    intent = pay()
    event = client.v1.events.list({"type": "payment_intent.amount_capturable_updated"}).data[0]

    client.v1.payment_intents.capture(intent.id)

    kept = client.v1.events.retrieve(event.id).data
    assert kept.object.status == "requires_capture"
    assert kept.previous_attributes.amount_capturable == 0


def test_an_event_names_the_request_that_caused_it(client, pay):
    intent = pay()

    captured = client.v1.payment_intents.capture(intent.id, {}, {"idempotency_key": "capture-1042"})

    by_call = client.v1.events.list({"type": "charge.captured"}).data[0]
    by_customer = client.v1.events.list({"type": "charge.succeeded"}).data[0]
    assert by_call.request.id == captured.last_response.request_id
    assert by_call.request.idempotency_key == "capture-1042"
    assert (by_customer.request.id, by_customer.request.idempotency_key) == (None, None)


def test_events_are_filtered_by_type(client, pay):
    pay(capture=True)

    wild = client.v1.events.list({"type": "charge.*"})
    several = client.v1.events.list({"types": ["charge.captured", "payment_intent.succeeded"]})

    assert [event.type for event in wild.data] == ["charge.captured", "charge.succeeded"]
    assert [event.type for event in several.data] == ["payment_intent.succeeded", "charge.captured"]
    with pytest.raises(stripe.InvalidRequestError):
        client.v1.events.list({"type": "a", "types": ["b"]})


def test_undelivered_events_can_be_found(client, control, pay, simulator):
    control("webhooks", mode="drop", types=["charge.*"])
    pay()
    simulator.sender.wait_until_idle(5)

    missed = client.v1.events.list({"delivery_success": False})
    delivered = client.v1.events.list({"delivery_success": True})

    assert [event.type for event in missed.data] == ["charge.succeeded"]
    assert missed.data[0].pending_webhooks == 1
    assert [event.type for event in delivered.data] == [PAID[3], PAID[2], PAID[0]]
    assert delivered.data[0].pending_webhooks == 0


def test_an_event_can_be_sent_again(client, control, pay, receiver):
    pay()
    event = receiver.wait_for("checkout.session.completed")

    control(f"events/{event.id}/resend")

    assert receiver.wait_for("checkout.session.completed", times=2).id == event.id


def test_an_unknown_event_is_not_found(client):
    with pytest.raises(stripe.InvalidRequestError, match="No such event: 'evt_none'"):
        client.v1.events.retrieve("evt_none")
