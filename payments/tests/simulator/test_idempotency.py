"""Idempotency keys: one key, one result, whatever it was."""

import threading
import time

import pytest
import stripe

from payments.tests.simulator.conftest import make_client, session_params

KEY = {"idempotency_key": "checkout-1042-1"}


def test_the_same_request_is_answered_once_and_replayed(client):
    first = client.v1.checkout.sessions.create(session_params(), KEY)
    second = client.v1.checkout.sessions.create(session_params(), KEY)

    assert first.id == second.id
    assert "Idempotent-Replayed" not in first.last_response.headers
    headers = second.last_response.headers
    assert (headers["Idempotent-Replayed"], headers["Idempotency-Key"]) == ("true", "checkout-1042-1")
    assert headers["Original-Request"] == first.last_response.request_id
    assert len(client.v1.checkout.sessions.list().data) == 1


def test_the_order_of_parameters_does_not_matter(client):
    params = session_params()

    first = client.v1.checkout.sessions.create(params, KEY)
    second = client.v1.checkout.sessions.create(dict(reversed(params.items())), KEY)

    assert first.id == second.id


def test_other_parameters_under_the_same_key_are_refused(client):
    client.v1.checkout.sessions.create(session_params(), KEY)

    with pytest.raises(stripe.IdempotencyError) as error:
        client.v1.checkout.sessions.create(session_params(client_reference_id="1043"), KEY)

    assert error.value.http_status == 400
    assert error.value.user_message == (
        "Keys for idempotent requests can only be used with the same parameters they were first used with. "
        "Try using a key other than 'checkout-1042-1' if you meant to execute a different request."
    )


def test_another_endpoint_under_the_same_key_is_refused(client):
    session = client.v1.checkout.sessions.create(session_params(), KEY)

    with pytest.raises(stripe.IdempotencyError):
        client.v1.checkout.sessions.expire(session.id, {}, KEY)


def test_what_failed_validation_is_not_saved(client):
    with pytest.raises(stripe.InvalidRequestError):
        client.v1.checkout.sessions.create(session_params(ui_mode="hosted"), KEY)

    assert client.v1.checkout.sessions.create(session_params(), KEY).status == "open"


def test_a_refusal_by_state_is_replayed(client, pay):
    intent = pay()
    client.v1.payment_intents.cancel(intent.id)

    for replayed in (None, "true"):
        with pytest.raises(stripe.InvalidRequestError) as error:
            client.v1.payment_intents.capture(intent.id, {}, KEY)
        assert error.value.headers.get("Idempotent-Replayed") == replayed


def test_a_decline_is_replayed_and_a_new_key_tries_again(client):
    intent = client.v1.payment_intents.create({"amount": 500, "currency": "eur"})
    declining = {"payment_method": "pm_card_visa_chargeDeclined"}
    for _ in range(2):
        with pytest.raises(stripe.CardError):
            client.v1.payment_intents.confirm(intent.id, declining, KEY)

    assert len(client.v1.charges.list({"payment_intent": intent.id}).data) == 1
    with pytest.raises(stripe.CardError):
        client.v1.payment_intents.confirm(intent.id, declining, {"idempotency_key": "another"})
    assert len(client.v1.charges.list({"payment_intent": intent.id}).data) == 2


def test_a_saved_500_is_replayed(client, control):
    control("faults", endpoint="POST /v1/checkout/sessions", kind="saved_500")

    for replayed in (None, "true"):
        with pytest.raises(stripe.APIError) as error:
            client.v1.checkout.sessions.create(session_params(), KEY)
        assert error.value.http_status == 500
        assert error.value.headers.get("Idempotent-Replayed") == replayed

    assert client.v1.checkout.sessions.create(session_params(), {"idempotency_key": "new"}).status == "open"


def test_a_500_after_the_work_hides_it_until_the_key_is_sent_again(client, control):
    control("faults", endpoint="POST /v1/checkout/sessions", kind="error_500_after")

    with pytest.raises(stripe.APIError):
        client.v1.checkout.sessions.create(session_params(), KEY)

    again = client.v1.checkout.sessions.create(session_params(), KEY)
    assert [session.id for session in client.v1.checkout.sessions.list().data] == [again.id]


def test_a_saved_500_after_the_work_hides_it_for_ever(client, control):
    control("faults", endpoint="POST /v1/checkout/sessions", kind="saved_500_after")

    for _ in range(2):
        with pytest.raises(stripe.APIError):
            client.v1.checkout.sessions.create(session_params(), KEY)

    assert len(client.v1.checkout.sessions.list().data) == 1


def test_a_plain_500_is_not_saved(client, control):
    control("faults", endpoint="POST /v1/checkout/sessions", kind="error_500")

    with pytest.raises(stripe.APIError):
        client.v1.checkout.sessions.create(session_params(), KEY)

    assert client.v1.checkout.sessions.create(session_params(), KEY).status == "open"


def test_a_key_in_use_is_a_409(client, control, simulator):
    control("faults", endpoint="POST /v1/checkout/sessions", kind="delay", seconds=0.5)
    slow = threading.Thread(target=lambda: client.v1.checkout.sessions.create(session_params(), KEY))
    slow.start()
    while not simulator.api.calls.get("POST /v1/checkout/sessions"):
        time.sleep(0.005)

    with pytest.raises(stripe.StripeError) as error:
        make_client(simulator).v1.checkout.sessions.create(session_params(), KEY)

    slow.join()
    assert (error.value.http_status, error.value.error.code) == (409, "idempotency_key_in_use")
    assert len(client.v1.checkout.sessions.list().data) == 1


def test_the_sdk_waits_for_a_key_in_use(client, control, simulator):
    control("faults", endpoint="POST /v1/checkout/sessions", kind="delay", seconds=0.3)
    slow = threading.Thread(target=lambda: client.v1.checkout.sessions.create(session_params(), KEY))
    slow.start()
    while not simulator.api.calls.get("POST /v1/checkout/sessions"):
        time.sleep(0.005)

    session = make_client(simulator, max_network_retries=3).v1.checkout.sessions.create(session_params(), KEY)

    slow.join()
    assert [found.id for found in client.v1.checkout.sessions.list().data] == [session.id]


def test_keys_are_forgotten_after_a_day(client, control):
    first = client.v1.checkout.sessions.create(session_params(), KEY)

    control("clock", advance=24 * 3600 + 1)
    second = client.v1.checkout.sessions.create(session_params(), KEY)

    assert first.id != second.id


def test_an_overlong_key_is_refused(client):
    with pytest.raises(stripe.IdempotencyError):
        client.v1.checkout.sessions.create(session_params(), {"idempotency_key": "k" * 256})


def test_concurrent_retries_make_one_refund(client, pay, simulator):
    intent = pay(capture=True)
    found = []

    def refund():
        own = make_client(simulator, max_network_retries=4)
        found.append(own.v1.refunds.create({"payment_intent": intent.id, "amount": 100}, KEY).id)

    threads = [threading.Thread(target=refund) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(found) == 6
    assert len(set(found)) == 1
    assert client.v1.charges.retrieve(intent.latest_charge.id).amount_refunded == 100
