"""Refusals that no type tells: what excludes what, how much is too much, what is not simulated."""

import time

import pytest
import stripe

from payments.simulator import money, signing
from payments.simulator.outbox import Target
from payments.tests.simulator.conftest import LINE, SECRET, session_params

PRICE = LINE["price_data"]
RATE = {
    "type": "fixed_amount",
    "display_name": "Standard",
    "fixed_amount": {"amount": 490, "currency": "eur"},
}


def line(**price):
    data = {name: value for name, value in {**PRICE, **price}.items() if value is not None}
    return {"quantity": 1, "price_data": data}


def refusal(call, *args):
    with pytest.raises(stripe.InvalidRequestError) as error:
        call(*args)
    return error.value


@pytest.mark.parametrize(
    ("item", "param", "code"),
    [
        ({"quantity": 1}, "line_items[0][price]", "parameter_missing"),
        ({**LINE, "tax_rates": ["txr_x"]}, "line_items[0][tax_rates]", None),
        (line(recurring={"interval": "month"}), "line_items[0][price_data][recurring]", None),
        (line(product="prod_x"), "line_items[0][price_data][product]", "parameters_exclusive"),
        (line(product="prod_x", product_data=None), "line_items[0][price_data][product]", "resource_missing"),
        (line(product_data=None), "line_items[0][price_data][product]", "parameter_missing"),
        (line(unit_amount=None), "line_items[0][price_data][unit_amount]", "parameter_missing"),
        (line(unit_amount_decimal="1"), "line_items[0][price_data][unit_amount]", "parameters_exclusive"),
        (
            line(unit_amount=None, unit_amount_decimal="-1"),
            "line_items[0][price_data][unit_amount_decimal]",
            None,
        ),
        (
            line(unit_amount=None, unit_amount_decimal="x"),
            "line_items[0][price_data][unit_amount_decimal]",
            None,
        ),
        (line(unit_amount=-1), "line_items[0][price_data][unit_amount]", "parameter_invalid_integer"),
        (
            line(product_data={"name": "Mug", "images": ["https://x/"] * 9}),
            "line_items[0][price_data][product_data][images]",
            None,
        ),
        (line(product_data={"name": "x" * 5001}), "line_items[0][price_data][product_data][name]", None),
        (line(product_data={"name": "x", "metadata": {"a": {"b": "c"}}}), None, None),
    ],
)
def test_a_line_item_that_makes_no_sense_is_refused(client, item, param, code):
    error = refusal(client.v1.checkout.sessions.create, session_params(line_items=[item]))

    assert error.code == code
    if param:
        assert error.param == param


@pytest.mark.parametrize(
    ("options", "param"),
    [
        ([{"shipping_rate_data": RATE}] * 6, "shipping_options"),
        (
            [{"shipping_rate_data": {**RATE, "fixed_amount": {"amount": 1, "currency": "usd"}}}],
            "shipping_options[0]",
        ),
        (
            [{"shipping_rate_data": {"display_name": "x"}}],
            "shipping_options[0][shipping_rate_data][fixed_amount]",
        ),
    ],
)
def test_a_shipping_option_that_makes_no_sense_is_refused(client, options, param):
    error = refusal(client.v1.checkout.sessions.create, session_params(shipping_options=options))

    assert error.param == param


def test_a_shipping_rate_serves_another_session(client, new_session):
    rate = new_session(shipping_options=[{"shipping_rate_data": RATE}]).shipping_options[0].shipping_rate

    session = new_session(shipping_options=[{"shipping_rate": rate}])

    assert session.amount_total == 4488
    assert client.v1.shipping_rates.retrieve(rate).display_name == "Standard"


@pytest.mark.parametrize(
    "params",
    [
        {},
        {"amount_off": 5, "percent_off": 5},
        {"amount_off": 5},
        {"amount_off": 0, "currency": "eur"},
        {"percent_off": 101},
        {"percent_off": 5, "applies_to": {"products": ["prod_x"]}},
    ],
)
def test_a_coupon_that_makes_no_sense_is_refused(client, params):
    assert refusal(client.v1.coupons.create, params).http_status == 400


def test_coupons_are_unique_and_bound_to_a_currency(client):
    client.v1.coupons.create({"id": "SPRING", "amount_off": 500, "currency": "usd"})

    twice = refusal(client.v1.coupons.create, {"id": "SPRING", "percent_off": 5})
    foreign = refusal(client.v1.checkout.sessions.create, session_params(discounts=[{"coupon": "SPRING"}]))
    two = refusal(client.v1.checkout.sessions.create, session_params(discounts=[{"coupon": "SPRING"}] * 2))
    promotion = refusal(
        client.v1.checkout.sessions.create, session_params(discounts=[{"promotion_code": "promo_x"}])
    )

    assert twice.code == "resource_already_exists"
    assert "currency must match" in foreign.user_message
    assert [error.param for error in (two, promotion)] == ["discounts", "discounts[0][promotion_code]"]


def test_a_percentage_is_taken_off(client, new_session):
    coupon = client.v1.coupons.create({"percent_off": 12.5})

    session = new_session(discounts=[{"coupon": coupon.id}])

    assert (session.total_details.amount_discount, session.amount_total) == (500, 3498)


def test_a_customer_is_kept_changed_and_charged(client, control, new_session, receiver):
    customer = client.v1.customers.create({"email": "ada@example.com", "metadata": {"user": "7"}})
    changed = client.v1.customers.update(customer.id, {"name": "Ada", "metadata": {"vip": "1"}})
    session = new_session(customer=customer.id, customer_email=None)
    paid = control(f"sessions/{session.id}/pay")

    assert (changed.name, changed.metadata.to_dict()) == ("Ada", {"user": "7", "vip": "1"})
    assert receiver.wait_for("customer.updated").data.previous_attributes.name is None
    assert client.v1.payment_intents.retrieve(paid["payment_intent"]).customer == customer.id
    assert len(client.v1.checkout.sessions.list({"customer": customer.id}).data) == 1
    assert refusal(client.v1.customers.create, {"balance": 5}).param == "balance"


def test_a_new_customer_is_made_only_if_always_asked_for(client, control, new_session):
    always, guest = new_session(customer_creation="always"), new_session()
    for session in (always, guest):
        control(f"sessions/{session.id}/pay")

    kept = [client.v1.checkout.sessions.retrieve(session.id).customer for session in (always, guest)]

    assert kept[0].startswith("cus_")
    assert kept[1] is None


@pytest.mark.parametrize(
    ("params", "text"),
    [
        ({}, "One of the following params should be provided"),
        (
            {"amount": 5, "refund_application_fee": True},
            "does not support the parameter refund_application_fee",
        ),
    ],
)
def test_a_refund_must_name_what_it_refunds(client, params, text):
    assert text in refusal(client.v1.refunds.create, params).user_message


def test_a_declined_or_unpaid_intent_cannot_be_refunded(client, control, new_session):
    declined = control(f"sessions/{new_session().id}/decline")["payment_intent"]
    unpaid = client.v1.payment_intents.create({"amount": 500, "currency": "eur"})

    assert "has failed" in refusal(client.v1.refunds.create, {"payment_intent": declined}).user_message
    assert (
        "does not have a successful charge"
        in refusal(client.v1.refunds.create, {"payment_intent": unpaid.id}).user_message
    )


def test_an_intent_is_confirmed_once_and_with_a_card(client):
    intent = client.v1.payment_intents.create({"amount": 500, "currency": "eur"})

    without = refusal(client.v1.payment_intents.confirm, intent.id)
    unknown = refusal(client.v1.payment_intents.confirm, intent.id, {"payment_method": "pm_none"})
    paid = client.v1.payment_intents.confirm(intent.id, {"payment_method": "pm_card_visa"})
    again = refusal(client.v1.payment_intents.confirm, intent.id, {"payment_method": "pm_card_visa"})

    assert (without.code, unknown.code) == ("parameter_missing", "resource_missing")
    assert (paid.status, again.code) == ("succeeded", "payment_intent_unexpected_state")


def test_a_card_that_asks_can_be_refused_at_once(client):
    params = {
        "amount": 500,
        "currency": "eur",
        "payment_method": "pm_card_authenticationRequired",
        "confirm": True,
        "error_on_requires_action": True,
    }

    error = refusal_402(client.v1.payment_intents.create, params)

    assert error.code == "payment_intent_authentication_failure"


def refusal_402(call, params):
    with pytest.raises(stripe.StripeError) as error:
        call(params)
    assert error.value.http_status == 402
    return error.value


def test_a_payment_method_can_be_used_again(client):
    first = client.v1.payment_intents.create(
        {"amount": 500, "currency": "eur", "payment_method": "pm_card_visa", "confirm": True}
    )

    second = client.v1.payment_intents.create(
        {"amount": 700, "currency": "eur", "payment_method": first.payment_method, "confirm": True}
    )

    assert second.status == "succeeded"
    assert client.v1.payment_methods.retrieve(first.payment_method).card.last4 == "4242"


@pytest.mark.parametrize("changes", [{"amount": 10}, {"customer": "cus_x"}])
def test_an_intent_that_cannot_be_is_refused(client, changes):
    params = {"amount": 500, "currency": "eur", **changes}

    assert refusal(client.v1.payment_intents.create, params).http_status == 400


def test_amounts_are_shown_and_bounded_by_currency():
    assert (money.least("eur"), money.least("gbp"), money.least("sek")) == (50, 30, 300)
    assert [money.show(*pair) for pair in ((1999, "eur"), (-5, "usd"), (123456, "jpy"), (250, "sek"))] == [
        "€19.99",
        "-$0.05",
        "¥123,456",
        "SEK 2.50",
    ]


def test_refunds_of_a_charge_have_a_list_of_their_own(client, pay):
    intent = pay(capture=True)
    refund = client.v1.refunds.create({"payment_intent": intent.id, "amount": 100})

    listed = client.raw_request("get", f"/v1/charges/{intent.latest_charge.id}/refunds")

    assert [found["id"] for found in listed.data["data"]] == [refund.id]


def test_line_items_are_paged_backwards_too(client, new_session):
    session = new_session(line_items=[LINE] * 4)
    items = client.v1.checkout.sessions.line_items.list(session.id).data

    page = client.v1.checkout.sessions.line_items.list(session.id, {"limit": 2, "ending_before": items[3].id})
    error = refusal(client.v1.checkout.sessions.line_items.list, session.id, {"starting_after": "li_none"})
    both = {"starting_after": "pi_a", "ending_before": "pi_b"}

    assert [item.id for item in page.data] == [items[1].id, items[2].id]
    assert error.param == "starting_after"
    assert "only specify one" in refusal(client.v1.payment_intents.list, both).user_message


def test_an_endpoint_that_closes_its_connections_is_reached_all_the_same(receiver):
    target = Target(receiver.url, timeout=2)
    body = b'{"object": "event", "id": "evt_1", "type": "x", "data": {"object": {}}}'

    def post():
        return target.post(body, {"Stripe-Signature": signing.header(body, [SECRET], int(time.time()))})

    first = post()
    target._connection.sock.shutdown(2)
    second = post()
    target.close()

    assert (first.status, second.status) == (204, 204)


def test_nobody_listening_is_told_as_such():
    post = Target("http://127.0.0.1:9/", timeout=1).post(b"{}", {})

    assert (post.accepted, post.status) == (False, None)
    assert post.error.startswith("ConnectionRefusedError")
