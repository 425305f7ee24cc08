"""Checkout Sessions: what is taken, what comes back, and how they end."""

import time

import pytest
import stripe

from payments.tests.simulator.conftest import LINE, session_params

HOUR = 3600


def refusal(call, *args):
    with pytest.raises(stripe.InvalidRequestError) as error:
        call(*args)
    return error.value


def test_a_new_session_is_open_unpaid_and_without_an_intent(simulator, new_session):
    session = new_session(expires_at=int(time.time()) + 31 * 60)

    assert session.id.startswith("cs_test_a1")
    assert session.url == f"{simulator.url}/pay/{session.id}"
    assert (session.status, session.payment_status, session.payment_intent) == ("open", "unpaid", None)
    assert (session.amount_subtotal, session.amount_total, session.currency) == (3998, 3998, "eur")
    assert session.metadata.order == "1042"
    assert session.livemode is False
    assert "line_items" not in session


def test_shipping_is_added_to_the_total(new_session):
    standard = {
        "shipping_rate_data": {
            "type": "fixed_amount",
            "display_name": "Standard",
            "fixed_amount": {"amount": 490, "currency": "eur"},
        }
    }

    session = new_session(shipping_options=[standard])

    assert (session.amount_subtotal, session.amount_total) == (3998, 4488)
    assert session.total_details.amount_shipping == 490
    assert session.shipping_cost.amount_total == 490


def test_a_coupon_is_shared_among_the_lines(client, new_session):
    coupon = client.v1.coupons.create({"amount_off": 1000, "currency": "eur", "duration": "once"})

    session = new_session(line_items=[LINE, LINE], discounts=[{"coupon": coupon.id}])

    assert (session.amount_subtotal, session.amount_total) == (7996, 6996)
    items = client.v1.checkout.sessions.line_items.list(session.id)
    assert [item.amount_discount for item in items.data] == [500, 500]


def test_line_items_come_by_their_own_address_and_by_expanding(client, new_session):
    session = new_session(line_items=[LINE, {**LINE, "quantity": 3}])

    listed = client.v1.checkout.sessions.line_items.list(session.id)
    expanded = client.v1.checkout.sessions.retrieve(session.id, {"expand": ["line_items.data.price.product"]})

    assert [item.quantity for item in listed.data] == [2, 3]
    assert expanded.line_items.data[0].price.product.name == "Mug"


def test_decimal_prices_are_rounded_once_per_line(new_session):
    line = {
        "quantity": 3,
        "price_data": {"currency": "eur", "unit_amount_decimal": "33.5", "product_data": {"name": "Nail"}},
    }

    session = new_session(line_items=[line])

    assert session.amount_total == 101


def test_sessions_are_found_by_intent_status_and_email(client, new_session, pay):
    intent = pay()
    other = new_session()

    by_intent = client.v1.checkout.sessions.list({"payment_intent": intent.id})
    opened = client.v1.checkout.sessions.list({"status": "open"})
    by_email = client.v1.checkout.sessions.list({"customer_details": {"email": "ada@example.com"}})

    assert [session.payment_intent for session in by_intent.data] == [intent.id]
    assert [session.id for session in opened.data] == [other.id]
    assert len(by_email.data) == 1


def test_expiring_closes_an_open_session_once(client, new_session, receiver):
    session = new_session()

    expired = client.v1.checkout.sessions.expire(session.id)
    error = refusal(client.v1.checkout.sessions.expire, session.id)

    assert (expired.status, expired.url) == ("expired", None)
    assert str(error.user_message) == (
        'Only Checkout Sessions with a status in ["open"] can be expired. '
        "This Checkout Session has a status of `expired`."
    )
    assert receiver.wait_for("checkout.session.expired").data.object.id == session.id


def test_a_session_expires_when_its_time_is_up(client, control, new_session, receiver):
    session = new_session(expires_at=int(time.time()) + 31 * 60)

    control("clock", advance=32 * 60)

    assert client.v1.checkout.sessions.retrieve(session.id).status == "expired"
    assert receiver.wait_for("checkout.session.expired").data.object.id == session.id


def test_a_session_without_expiry_lives_for_a_day(new_session):
    session = new_session()

    assert session.expires_at - session.created == 24 * HOUR


def test_the_metadata_can_be_changed(client, new_session):
    session = new_session()

    changed = client.v1.checkout.sessions.update(session.id, {"metadata": {"order": "", "note": "x"}})

    assert changed.metadata.to_dict() == {"note": "x"}
    error = refusal(
        client.v1.checkout.sessions.update, session.id, {"shipping_options": [{"shipping_rate": "shr_x"}]}
    )
    assert "does not support the parameter shipping_options" in str(error)


@pytest.mark.parametrize(
    ("changes", "param", "code"),
    [
        ({"payment_method_types": ["card"]}, "payment_method_types", "parameter_unknown"),
        ({"ui_mode": "hosted"}, "ui_mode", None),
        ({"mode": "lease"}, "mode", None),
        ({"locale": "klingon"}, "locale", None),
        ({"mode": None}, "mode", "parameter_missing"),
        ({"mode": "subscription"}, "mode", None),
        ({"success_url": None}, "success_url", "parameter_missing"),
        ({"success_url": "shop/done"}, "success_url", "url_invalid"),
        ({"cancel_url": "javascript:alert(1)"}, "cancel_url", "url_invalid"),
        ({"return_url": "https://shop.example/"}, "return_url", None),
        ({"line_items": None}, "line_items", "parameter_missing"),
        ({"line_items": [LINE] * 101}, "line_items", None),
        (
            {"line_items": [{**LINE, "quantity": "two"}]},
            "line_items[0][quantity]",
            "parameter_invalid_integer",
        ),
        ({"line_items": [{**LINE, "quantity": 0}]}, "line_items[0][quantity]", "parameter_invalid_integer"),
        ({"line_items": [{"price_data": LINE["price_data"]}]}, "line_items[0][quantity]", None),
        ({"line_items": [{**LINE, "price": "price_x"}]}, "line_items[0][price]", "parameters_exclusive"),
        ({"line_items": [{"price": "price_x", "quantity": 1}]}, "line_items[0][price]", "resource_missing"),
        (
            {"line_items": [LINE, {**LINE, "price_data": {**LINE["price_data"], "currency": "usd"}}]},
            "line_items",
            None,
        ),
        ({"expires_at": int(time.time()) + 29 * 60}, "expires_at", None),
        ({"expires_at": int(time.time()) + 25 * HOUR}, "expires_at", None),
        ({"expires_at": "soon"}, "expires_at", "parameter_invalid_integer"),
        ({"customer_email": "nobody"}, "customer_email", "email_invalid"),
        ({"customer": "cus_x", "customer_email": None}, "customer", "resource_missing"),
        ({"customer_update": {"name": "auto"}}, "customer_update", None),
        ({"client_reference_id": "x" * 201}, "client_reference_id", None),
        ({"metadata": {"k" * 41: "v"}}, "metadata", None),
        ({"metadata": {"k": "v" * 501}}, "metadata[k]", None),
        ({"metadata": {str(n): "v" for n in range(51)}}, "metadata", None),
        ({"payment_intent_data": {"description": "x" * 1001}}, "payment_intent_data[description]", None),
        (
            {"payment_intent_data": {"statement_descriptor_suffix": "x" * 23}},
            "payment_intent_data[statement_descriptor_suffix]",
            None,
        ),
        ({"payment_intent_data": {"capture_method": "later"}}, "payment_intent_data[capture_method]", None),
        ({"automatic_tax": {"enabled": True}}, "automatic_tax[enabled]", None),
        ({"allow_promotion_codes": True}, "allow_promotion_codes", None),
        (
            {"shipping_options": [{"shipping_rate": "shr_x"}]},
            "shipping_options[0][shipping_rate]",
            "resource_missing",
        ),
        ({"shipping_address_collection": {"allowed_countries": ["XX"]}}, None, None),
        ({"discounts": [{"coupon": "none"}]}, "discounts[0][coupon]", "resource_missing"),
    ],
)
def test_what_stripe_refuses_is_refused(client, changes, param, code):
    error = refusal(client.v1.checkout.sessions.create, session_params(**changes))

    assert error.http_status == 400
    assert error.code == code
    if param:
        assert error.param == param
    assert client.v1.checkout.sessions.list().data == []


def test_customer_and_email_exclude_each_other(client):
    customer = client.v1.customers.create({"email": "ada@example.com"})

    error = refusal(client.v1.checkout.sessions.create, session_params(customer=customer.id))

    assert error.code == "parameters_exclusive"


def test_a_total_below_the_least_amount_is_refused(client):
    cheap = {**LINE, "price_data": {**LINE["price_data"], "unit_amount": 10}}

    error = refusal(client.v1.checkout.sessions.create, session_params(line_items=[cheap]))

    assert error.code == "amount_too_small"


def test_a_total_beyond_the_largest_amount_is_refused(client):
    many = {**LINE, "quantity": 99_999_999}

    error = refusal(client.v1.checkout.sessions.create, session_params(line_items=[many]))

    assert error.code == "amount_too_large"


def test_a_free_order_needs_no_payment(client, control, new_session):
    free = {**LINE, "price_data": {**LINE["price_data"], "unit_amount": 0}}
    session = new_session(line_items=[free])

    outcome = control(f"sessions/{session.id}/pay")

    assert outcome["status"] == "complete"
    paid = client.v1.checkout.sessions.retrieve(session.id)
    assert (paid.payment_status, paid.payment_intent) == ("no_payment_required", None)


def test_prices_and_products_made_for_one_session_serve_another(client, new_session):
    item = client.v1.checkout.sessions.line_items.list(new_session().id).data[0]

    session = new_session(line_items=[{"price": item.price.id, "quantity": 1}])

    assert session.amount_total == 1999
    assert client.v1.products.retrieve(item.price.product).name == "Mug"
