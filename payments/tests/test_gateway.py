"""How long Stripe may keep a request waiting."""

import time

import pytest

from payments import gateway

pytestmark = pytest.mark.django_db
RETRIEVE = "GET /v1/checkout/sessions/{id}"


def test_a_call_that_might_not_end_in_time_is_not_begun(stripe, till):
    payment = till.start()
    before = stripe.calls(RETRIEVE)

    with gateway.patience(1.0), pytest.raises(gateway.Unclear, match="No time is left"):
        gateway.retrieve_session(payment.session_id)  # may take 1.5 s

    assert stripe.calls(RETRIEVE) == before
    assert gateway.retrieve_session(payment.session_id).status == "open"


def test_several_silent_calls_together_keep_to_the_limit(stripe, till):
    payment = till.start()
    stripe.fault(RETRIEVE, "hang", times=5, seconds=4)
    began = time.monotonic()

    with gateway.patience(3.5):
        for _ in range(5):
            with pytest.raises(gateway.Unclear):
                gateway.retrieve_session(payment.session_id)

    assert time.monotonic() - began < 6  # five waits of 1.5 s are 7.5
    assert stripe.calls(RETRIEVE) <= 3


def test_an_inner_limit_never_lengthens_the_outer_one(stripe, till):
    payment = till.start()

    with gateway.patience(0.1), gateway.patience(60), pytest.raises(gateway.Unclear):
        gateway.retrieve_session(payment.session_id)


def test_a_limit_ends_with_its_request(stripe, till):
    with gateway.patience(0.1):
        assert till.start().session_id is None

    assert till.start().session_id
