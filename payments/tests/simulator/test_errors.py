"""Keys, addresses and parameters that Stripe would not take."""

import pytest
import requests
import stripe

from payments.simulator import params
from payments.simulator.errors import ApiError
from payments.tests.simulator.conftest import make_client


@pytest.mark.parametrize("key", ["pk_test_x", "sk_live_x", "rk_live_x", "nonsense"])
def test_only_test_keys_are_taken(simulator, key):
    with pytest.raises(stripe.AuthenticationError) as error:
        make_client(simulator, key=key).v1.checkout.sessions.list()

    assert error.value.http_status == 401
    assert "x" * 9 not in str(error.value)


def test_no_key_is_a_401_in_words(simulator):
    answer = requests.get(f"{simulator.url}/v1/events", timeout=5)

    assert answer.status_code == 401
    assert answer.json()["error"]["message"].startswith("You did not provide an API key.")


def test_basic_authentication_works_as_with_curl(simulator):
    answer = requests.get(f"{simulator.url}/v1/events", auth=("sk_test_x", ""), timeout=5)

    assert answer.status_code == 200


def test_restricted_test_keys_are_taken(simulator):
    assert make_client(simulator, key="rk_test_x").v1.events.list().data == []


def test_a_wrong_address_is_a_404_in_words(client):
    with pytest.raises(
        stripe.InvalidRequestError, match=r"Unrecognized request URL \(POST: /v1/nothing\)"
    ) as error:
        client.raw_request("post", "/v1/nothing")

    assert error.value.http_status == 404


def test_an_unknown_object_is_a_404(client):
    with pytest.raises(stripe.InvalidRequestError, match="No such payment_intent: 'pi_x'") as error:
        client.v1.payment_intents.retrieve("pi_x")

    assert (error.value.http_status, error.value.code) == (404, "resource_missing")


def test_an_object_of_another_kind_is_not_found(client, new_session):
    with pytest.raises(stripe.InvalidRequestError, match="No such payment_intent"):
        client.v1.payment_intents.retrieve(new_session().id)


def test_every_answer_has_a_request_id_and_a_version(client):
    with pytest.raises(stripe.InvalidRequestError) as error:
        client.v1.payment_intents.retrieve("pi_x")

    assert error.value.request_id.startswith("req_")
    assert client.v1.events.list().last_response.headers["Stripe-Version"] == stripe.api_version


@pytest.mark.parametrize(
    ("body", "code", "param"),
    [
        ("amount=500", "parameter_missing", "currency"),
        ("amount=&currency=eur", "parameter_invalid_empty", "amount"),
        ("amount=5.00&currency=eur", "parameter_invalid_integer", "amount"),
        ("amount=0&currency=eur", "parameter_invalid_integer", "amount"),
        ("amount=99999999999&currency=eur", "amount_too_large", "amount"),
        ("amount=500&currency=euro", None, "currency"),
        ("amount=500&currency=eur&confirm=yes", None, "confirm"),
        ("amount=500&currency=eur&capture_method=never", None, "capture_method"),
        ("amount=500&currency=eur&metadata=x", None, "metadata"),
        ("amount[a]=500&currency=eur", None, "amount"),
        ("amount=500&currency=eur&payment_method_types[]=card", "parameter_unknown", "payment_method_types"),
        ("amount=500&currency=eur&shipping[name]=x", "parameter_missing", "shipping[address]"),
        (
            "amount=500&currency=eur&shipping[address][zip]=1&shipping[name]=x",
            "parameter_unknown",
            "shipping[address][zip]",
        ),
        ("amount=500&currency=eur&application_fee_amount=1", None, "application_fee_amount"),
    ],
)
def test_parameters_are_checked_by_the_types_of_the_sdk(simulator, body, code, param):
    headers = {"Authorization": "Bearer sk_test_x", "Content-Type": "application/x-www-form-urlencoded"}

    answer = requests.post(f"{simulator.url}/v1/payment_intents", body, headers=headers, timeout=5)

    error = answer.json()["error"]
    assert (answer.status_code, error["type"]) == (400, "invalid_request_error")
    assert (error.get("code"), error["param"]) == (code, param)


def test_several_unknown_parameters_are_named_at_once(client):
    with pytest.raises(stripe.InvalidRequestError, match="Received unknown parameters: colour, size"):
        client.v1.payment_intents.create({"amount": 500, "currency": "eur", "colour": "red", "size": "L"})


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("", {}),
        ("a=1&b=2", {"a": "1", "b": "2"}),
        ("a[0][b]=1&a[1][b]=2", {"a": {"0": {"b": "1"}, "1": {"b": "2"}}}),
        ("a[][b]=1&a[][c]=2&a[][b]=3", {"a": {"0": {"b": "1", "c": "2"}, "1": {"b": "3"}}}),
        ("a[]=1&a[]=2", {"a": {"0": "1", "1": "2"}}),
        ("name=T%C3%A4lly+Caf%C3%A9&plus=%2B", {"name": "Tälly Café", "plus": "+"}),
        ("a%5Bb%5D=1", {"a": {"b": "1"}}),
        ("rate=100%&x=%zz", {"rate": "100%", "x": "%zz"}),
        ("a=1&a=2", {"a": "2"}),
        ("a", {"a": ""}),
        ("&&a=1&", {"a": "1"}),
    ],
)
def test_forms_are_decoded_as_sdks_and_curl_encode_them(text, tree):
    assert params.decode(text) == tree


@pytest.mark.parametrize(
    "text",
    [
        "a=1&a[b]=2",
        "a[b]=1&a=2",
        "=1",
        "[a]=1",
        "a]b=1",
        "a[b=1",
        "a" + "[b]" * 11 + "=1",
        "a=%FF",
        "a=%00",
        "a=1&" * 6000,
    ],
)
def test_forms_that_make_no_sense_are_refused(text):
    with pytest.raises(ApiError) as error:
        params.decode(text)

    assert error.value.status == 400
