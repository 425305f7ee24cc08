"""Webhooks: signed, sent again until taken, and disturbed on demand."""

import json
import time

import pytest
import stripe

from payments.simulator import Simulator, signing
from payments.simulator.events import DEFAULT_ENABLED
from payments.tests.simulator.conftest import SECRET, make_client, session_params


def test_a_webhook_is_signed_readable_and_versioned(pay, receiver):
    pay()

    event = receiver.wait_for("checkout.session.completed")
    body = receiver.bodies[receiver.types.index("checkout.session.completed")]

    assert event.api_version == stripe.api_version
    assert (event.object, event.livemode, event.pending_webhooks) == ("event", False, 1)
    assert body.startswith(b'{\n  "id": "evt_')


def test_a_signature_fits_one_body_and_one_secret():
    body = json.dumps({"id": "evt_1", "object": "event", "type": "x", "data": {"object": {}}}).encode()
    header = signing.header(body, ["whsec_old", "whsec_new"], int(time.time()))

    for secret in ("whsec_old", "whsec_new"):
        assert stripe.Webhook.construct_event(body, header, secret).id == "evt_1"
    with pytest.raises(stripe.SignatureVerificationError):
        stripe.Webhook.construct_event(body + b" ", header, "whsec_new")
    with pytest.raises(stripe.SignatureVerificationError):
        stripe.Webhook.construct_event(body, header, "whsec_other")
    with pytest.raises(stripe.SignatureVerificationError):
        stripe.Webhook.construct_event(
            body, signing.header(body, ["whsec_new"], int(time.time()) - 400), "whsec_new"
        )


def test_only_what_the_endpoint_listens_to_is_sent(tmp_path, receiver):
    with Simulator(tmp_path / "s.sqlite3", webhook_url=receiver.url, webhook_secret=SECRET) as simulator:
        client = make_client(simulator)
        session = client.v1.checkout.sessions.create(session_params())
        client.v1.checkout.sessions.expire(session.id)
        client.v1.customers.create({"email": "ada@example.com"})
        receiver.wait_for("checkout.session.expired")
        listed = [event.type for event in client.v1.events.list().data]

    assert listed == ["customer.created", "checkout.session.expired"]
    assert receiver.types == ["checkout.session.expired"]
    assert "customer.created" not in DEFAULT_ENABLED


@pytest.mark.parametrize("answer", [500, 404, 302])
def test_anything_but_a_2xx_is_tried_again_with_a_new_signature(client, new_session, receiver, answer):
    receiver.answers = [answer, answer]

    client.v1.checkout.sessions.expire(new_session().id)

    receiver.wait_for("checkout.session.expired", times=3)
    assert len({event.id for event in receiver.events}) == 1
    assert len(receiver.signatures) == 3


def test_an_attempt_that_nobody_takes_is_given_up(tmp_path, receiver):
    receiver.answers = [500] * 10
    options = {"webhook_url": receiver.url, "webhook_secret": SECRET, "attempts": 3, "retry_seconds": 0.01}

    with Simulator(tmp_path / "s.sqlite3", **options) as simulator:
        client = make_client(simulator)
        client.v1.checkout.sessions.expire(client.v1.checkout.sessions.create(session_params()).id)
        idle = simulator.sender.wait_until_idle(5)
        stats = simulator.stats()

    assert idle
    assert len(receiver.events) == 3
    assert stats["deliveries"] == {"failed": 1}


def test_retries_wait_longer_each_time(client, new_session, receiver, simulator):
    receiver.answers = [500] * 3
    began = time.monotonic()

    client.v1.checkout.sessions.expire(new_session().id)
    receiver.wait_for("checkout.session.expired", times=4)

    assert time.monotonic() - began >= 0.05 + 0.1 + 0.2


def test_what_was_not_delivered_is_delivered_by_the_next_run(tmp_path, receiver):
    path = tmp_path / "s.sqlite3"
    with Simulator(
        path, webhook_url="http://127.0.0.1:9/", webhook_secret=SECRET, retry_seconds=0.1
    ) as simulator:
        client = make_client(simulator)
        client.v1.checkout.sessions.expire(client.v1.checkout.sessions.create(session_params()).id)

    with Simulator(path, webhook_url=receiver.url, webhook_secret=SECRET):
        receiver.wait_for("checkout.session.expired")


def test_dropped_webhooks_never_come_until_they_are_asked_for(control, pay, receiver):
    control("webhooks", mode="drop")
    pay()
    first = control("webhooks/flush")
    lost = list(receiver.types)

    control("webhooks/flush", dropped=True)

    assert (first, lost) == ({"idle": True, "pending": 0}, [])
    assert sorted(receiver.types) == [
        "charge.succeeded",
        "checkout.session.completed",
        "payment_intent.amount_capturable_updated",
        "payment_intent.created",
    ]


def test_doubled_webhooks_come_twice_under_one_id(control, pay, receiver):
    control("webhooks", mode="double", types=["checkout.session.completed"])

    pay()

    receiver.wait_for("checkout.session.completed", times=2)
    control("webhooks/flush")
    assert len(receiver.types) == 5
    assert len({event.id for event in receiver.events}) == 4


def test_a_twin_is_another_event_about_the_same_happening(client, control, pay, receiver):
    control("webhooks", mode="twin", types=["checkout.session.completed"])

    pay()

    receiver.wait_for("checkout.session.completed", times=2)
    twins = [event for event in receiver.events if event.type == "checkout.session.completed"]
    assert len({event.id for event in twins}) == 2
    assert len({event.data.object.id for event in twins}) == 1
    assert len(client.v1.events.list({"type": "checkout.session.completed"}).data) == 2


def test_late_webhooks_come_late(control, pay, receiver):
    control("webhooks", mode="late", seconds=0.3)

    pay()

    began = time.monotonic()
    receiver.wait_for("checkout.session.completed")
    assert time.monotonic() - began > 0.2


def test_flushing_does_not_wait_for_late_webhooks(control, pay, receiver):
    control("webhooks", mode="late", seconds=60)
    pay()

    flushed = control("webhooks/flush")

    assert flushed == {"idle": True, "pending": 0}
    assert len(receiver.types) == 4


def test_shuffled_webhooks_come_in_another_order(control, pay, receiver):
    control("webhooks", mode="shuffle", seconds=60, seed=3)
    pay(capture=True)

    control("webhooks/flush")

    created = [event.id for event in sorted(receiver.events, key=lambda event: event.created)]
    assert len(set(created)) == 7
    assert receiver.types[0] != "payment_intent.created"


def test_a_mode_lasts_for_as_many_events_as_it_was_told(control, pay, receiver):
    control("webhooks", mode="drop", times=3)

    pay()

    receiver.wait_for("checkout.session.completed")
    assert receiver.types == ["checkout.session.completed"]


def test_paying_can_wait_until_the_shop_has_answered(control, new_session, receiver):
    receiver.pause = 0.1

    control(f"sessions/{new_session().id}/pay", wait=5)

    assert len(receiver.types) == 4


def test_webhooks_without_a_secret_are_refused(tmp_path):
    with pytest.raises(ValueError, match="always signed"):
        Simulator(tmp_path / "s.sqlite3", webhook_url="http://127.0.0.1:9/")
