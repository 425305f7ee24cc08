"""Faults strike the endpoint they were made for, once, before or after the work."""

import time

import pytest
import requests
import stripe

from payments.tests.simulator.conftest import make_client, session_params

CREATE = "POST /v1/checkout/sessions"


def sessions(client):
    return len(client.v1.checkout.sessions.list().data)


def test_a_delay_only_delays(client, control):
    control("faults", endpoint=CREATE, kind="delay", seconds=0.2)
    began = time.monotonic()

    session = client.v1.checkout.sessions.create(session_params())

    assert session.status == "open"
    assert time.monotonic() - began >= 0.2


@pytest.mark.parametrize(("kind", "made"), [("hang", 0), ("hang_after", 1)])
def test_a_hang_times_out_before_or_after_the_work(client, control, simulator, kind, made):
    control("faults", endpoint=CREATE, kind=kind, seconds=5)
    impatient = make_client(simulator, timeout=0.3)

    with pytest.raises(stripe.APIConnectionError):
        impatient.v1.checkout.sessions.create(session_params())

    assert sessions(client) == made


@pytest.mark.parametrize(("kind", "made"), [("reset_before", 0), ("reset_after", 1)])
def test_a_reset_breaks_the_connection_before_or_after_the_work(client, control, kind, made):
    control("faults", endpoint=CREATE, kind=kind)

    with pytest.raises(stripe.APIConnectionError):
        client.v1.checkout.sessions.create(session_params())

    assert sessions(client) == made


@pytest.mark.parametrize("kind", ["reset_before", "reset_after", "error_500", "hang"])
def test_the_sdk_gets_over_it_with_retries_and_makes_one_session(client, control, simulator, kind):
    control("faults", endpoint=CREATE, kind=kind, seconds=0.1)
    patient = make_client(simulator, max_network_retries=2)

    session = patient.v1.checkout.sessions.create(session_params())

    assert session.status == "open"
    assert sessions(client) == 1


def test_a_rate_limit_is_a_429(client, control):
    control("faults", endpoint=CREATE, kind="rate_limit", times=2)

    for _ in range(2):
        with pytest.raises(stripe.RateLimitError):
            client.v1.checkout.sessions.create(session_params())

    assert client.v1.checkout.sessions.create(session_params()).status == "open"


def test_a_fault_strikes_its_endpoint_only(client, control):
    control("faults", endpoint="POST /v1/payment_intents/{id}/capture", kind="error_500")

    assert client.v1.checkout.sessions.create(session_params()).status == "open"


def test_faults_can_be_seen_and_taken_back(client, control, simulator):
    control("faults", endpoint="*", kind="error_500", times=9)
    url = f"{simulator.url}/_control/faults"

    waiting = requests.get(url, timeout=5).json()
    requests.delete(url, timeout=5)

    assert waiting == {"faults": [{"endpoint": "*", "kind": "error_500", "times": 9, "seconds": 1.0}]}
    assert sessions(client) == 0


def test_an_unknown_fault_is_refused(simulator):
    answer = requests.post(
        f"{simulator.url}/_control/faults", json={"endpoint": "*", "kind": "fire"}, timeout=5
    )

    assert answer.status_code == 400
    assert "hang_after" in answer.json()["error"]["message"]
