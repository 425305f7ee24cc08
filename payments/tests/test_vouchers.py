"""A voucher on its way through a payment: held, used once, given back, and what becomes of money that comes late."""

import re
from html import unescape

import pytest
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.tests.factories import UserFactory
from config import books
from config.tests.helpers import run_tasks
from orders import services as orders
from orders import voucher_door
from orders.models import Cart, Order, QuotaUse, Voucher
from orders.services import quotas
from orders.tests.factories import PromotionFactory, VoucherFactory
from payments import gateway, services
from payments.models import Finding, Payment
from payments.services.sessions import give_up
from payments.tests.conftest import make_till
from payments.tests.test_awaiting import away  # noqa: F401  (a fixture)
from payments.tests.test_views import CHECKOUT, shopper, typed  # noqa: F401  (a fixture)

pytestmark = pytest.mark.django_db


@pytest.fixture
def voucher():
    """Ten percent off, once in all and once for each customer."""
    return VoucherFactory(code="TEN", limit=1, per_customer=1)


@pytest.fixture
def started(stripe, till, voucher):
    """A payment of two mugs at 19.99 with the voucher: 39.98 less 4.00, and 4.90 for delivery."""
    orders.put_into_cart(till.cart, "TEN")
    return till.start()


def _uses(voucher):
    return quotas.taken([voucher.reference]).get(voucher.reference, 0)


def _why_not(till):
    return orders.make_quote(till.cart, country="DE", email=till.details.email).reduced.why_not


def test_it_is_paid_for_less_and_used_once(stripe, till, voucher, started):
    assert (started.amount, _uses(voucher)) == (3998 - 400 + 490, 1)
    assert gateway.retrieve_session(started.session_id).amount == 4088

    stripe.pay(started)
    order = services.prove_payment(started).order

    assert (order.total, order.discounts[0]["code"], _uses(voucher)) == (4088, "TEN", 1)
    assert Cart.objects.get(pk=till.cart.pk).voucher is None


@pytest.mark.parametrize("act", ["expire", "cancel", "fail"])
def test_a_payment_that_comes_to_nothing_gives_it_back_and_it_works_again(
    stripe, till, voucher, started, act
):
    services.end_session(started, act=act, reason="x")
    assert (_uses(voucher), _why_not(till)) == (0, "")

    again = till.start()

    assert (again.amount, _uses(voucher)) == (4088, 1)
    assert QuotaUse.objects.filter(given_back_at=None, quota=voucher.reference).count() == 1


def test_what_runs_out_at_stripe_gives_it_back(stripe, till, voucher, started):
    stripe.control(f"sessions/{started.session_id}/expire")

    services.prove_payment(started)

    assert _uses(voucher) == 0


def test_pressed_again_without_the_voucher_the_first_session_ends_and_it_is_free(till, voucher, started):
    orders.put_into_cart(till.cart, "")

    again = till.start()

    assert (again.amount, _uses(voucher)) == (4488, 0)
    assert gateway.retrieve_session(started.session_id).status == "expired"


def test_an_offer_with_a_voucher_that_somebody_else_took_is_not_charged(stripe, till, voucher):
    orders.put_into_cart(till.cart, "TEN")
    agreed = till.quote.fingerprint
    other = make_till(mug=till.mug)
    orders.put_into_cart(other.cart, "TEN")
    other.details = orders.CheckoutDetails(
        "other@example.org",
        till.details.shipping_address,
        till.details.billing_address,
        till.details.method_id,
    )
    services.start_payment(other.cart, other.details, agreed=other.quote.fingerprint)

    with pytest.raises(orders.OfferChanged) as changed:
        services.start_payment(till.cart, till.details, agreed=agreed)

    assert changed.value.quote.total == 4488
    assert changed.value.quote.reduced.why_not == "This voucher is used up."
    assert Payment.objects.count() == 1


def test_a_registered_customer_uses_it_once_whatever_address_they_type(stripe, till, voucher):
    Voucher.objects.update(limit=None)
    ada = UserFactory(email="ada@example.com")
    Cart.objects.filter(pk=till.cart.pk).update(customer=ada)
    till.cart.refresh_from_db()
    till.details = orders.CheckoutDetails(
        "work@example.org",
        till.details.shipping_address,
        till.details.billing_address,
        till.details.method_id,
        ada,
    )
    orders.put_into_cart(till.cart, "TEN")
    stripe.pay(till.start())
    services.prove_payment(Payment.objects.get())
    till.put(till.mug, 1)
    orders.put_into_cart(till.cart, "TEN")

    for email in ("ada@example.com", "third@example.org"):
        quote = orders.make_quote(till.cart, country="DE", email=email)
        assert quote.reduced.why_not == "You have used this voucher already."


def test_while_stripe_is_away_it_is_held_and_still_theirs_afterwards(stripe, till, voucher, away):  # noqa: F811
    orders.put_into_cart(till.cart, "TEN")

    payment = till.start()

    assert payment.checkout.state == "awaiting_link"
    assert (_uses(voucher), _why_not(till)) == (1, "")
    assert books.verify().violations == []
    give_up(payment, reason="x")
    assert _uses(voucher) == 0


def test_free_delivery_is_told_on_order_and_mail(client, stripe, till):
    PromotionFactory(kind="delivery", names={"en": "Free delivery"})
    payment = till.start()
    stripe.pay(payment)
    order = services.prove_payment(payment).order
    run_tasks()

    assert (order.shipping, order.total) == (0, 3998)
    page = client.get(order.get_absolute_url()).content.decode()
    assert "€4.90 off delivery" in page
    [confirmation] = [letter for letter in mail.outbox if order.number in letter.subject]
    assert "Free delivery: €4.90 off delivery" in confirmation.body


# --- who has ordered here ----------------------------------------------------------------------------
FIRST = "This voucher is only for a first order."


def _ordered(stripe, email, customer=None):
    till = make_till(quantity=1)
    given = till.details
    till.details = orders.CheckoutDetails(
        email, given.shipping_address, given.billing_address, given.method_id, customer
    )
    payment = till.start()
    stripe.pay(payment)
    return services.prove_payment(payment).order


@pytest.fixture
def first(stripe, shopper, till):  # noqa: F811
    """A browser with a voucher for first orders in its cart; old@example.org has ordered before."""
    _ordered(stripe, "old@example.org")
    orders.put_into_cart(till.cart, VoucherFactory(code="FIRST", first_order_only=True).code)
    return shopper


def _fields(page, till, **changes):
    """What the page sends when the button is pressed, or anything else of it."""
    kept = {each: _hidden(page, each) for each in ("shown", "agreed", "asked")}
    return (
        typed(till, email="old@example.org", **{name: value for name, value in kept.items() if value})
        | changes
    )


def _hidden(page, name):
    found = re.search(f'name="{name}" value="([^"]*)"', page.content.decode())
    return found and unescape(found[1])


def _judged(page):
    quote = page.context["quote"]
    return FIRST in page.content.decode(), quote.discount


@pytest.mark.parametrize("address", ["old@example.org", "new@example.org"])
def test_no_page_tells_whether_an_address_has_ordered_here(first, till, address):
    mine = {**typed(till, email=address), "asked": "made up"}

    looks = [
        first.get("/checkout/summary/", mine),
        first.get(CHECKOUT, mine),
        first.post(CHECKOUT, {**mine, "update": "1"}),
        first.post(CHECKOUT, {**mine, "city": ""}),
    ]

    assert [page.status_code for page in looks] == [200, 200, 200, 422]
    assert [_judged(page) for page in looks] == [(False, 400)] * 4


def test_the_button_tells_it_the_page_keeps_it_and_the_next_press_passes(stripe, first, till):
    refused = first.post(CHECKOUT, _fields(first.get(CHECKOUT), till))

    assert (refused.status_code, _judged(refused)) == (409, (True, 0))
    assert "The total is €44.88 instead of €40.88." in refused.content.decode()
    assert not Payment.objects.filter(order=None).exists()
    changed = first.post(CHECKOUT, _fields(refused, till, update="1"))
    assert _judged(changed) == (True, 0)

    for page in (changed, refused):
        answer = first.post(CHECKOUT, _fields(page, till))
        assert (answer.status_code, Payment.objects.get(order=None).amount) == (303, 4488)


def test_another_address_or_voucher_is_not_judged_by_what_the_button_told(stripe, first, till):
    refused = first.post(CHECKOUT, _fields(first.get(CHECKOUT), till))
    _ordered(stripe, "older@example.org")

    other = first.post(CHECKOUT, _fields(refused, till, email="older@example.org", update="1"))
    orders.put_into_cart(till.cart, VoucherFactory(first_order_only=True).code)

    assert _judged(other) == (False, 400)
    assert _judged(first.post(CHECKOUT, _fields(refused, till, update="1"))) == (False, 400)


def test_what_the_account_says_is_told_at_once_whatever_is_typed(stripe, client, till):
    ada = UserFactory()
    _ordered(stripe, "work@example.org", ada)
    till.cart.customer = ada
    till.cart.save()
    orders.put_into_cart(till.cart, VoucherFactory(first_order_only=True).code)
    client.force_login(ada)

    page = client.get(CHECKOUT, {"email": "new@example.org", "country": "DE"})

    assert _judged(page) == (True, 0)


def test_so_many_addresses_can_be_tried_and_no_more(stripe, first, till, monkeypatch):
    monkeypatch.setattr(voucher_door, "ASKS", 2)
    page = first.get(CHECKOUT)
    answers = [first.post(CHECKOUT, _fields(page, till)) for _number in range(3)]

    assert [answer.status_code for answer in answers] == [409, 409, 429]
    assert (_judged(answers[2]), int(answers[2]["Retry-After"]) > 0) == ((False, 400), True)
    orders.put_into_cart(till.cart, "")
    assert first.post(CHECKOUT, _fields(first.get(CHECKOUT), till)).status_code == 303


# --- late money --------------------------------------------------------------------------------------
def _late(stripe, till, started):
    """Paid at Stripe; here the checkout had run out before that was heard of."""
    stripe.pay(started)
    orders.close_checkout(started.checkout, "expire", reason="x")
    Payment.objects.filter(pk=started.pk).update(state=Payment.State.FAILED)


def test_money_that_comes_late_takes_the_voucher_again(stripe, till, voucher, started):
    _late(stripe, till, started)
    assert _uses(voucher) == 0

    payment = services.prove_payment(Payment.objects.get(pk=started.pk))

    assert (payment.order.discount, _uses(voucher)) == (400, 1)


def test_money_that_comes_late_goes_back_if_the_voucher_is_used_up(stripe, till, voucher, started):
    _late(stripe, till, started)
    other = make_till(mug=till.mug)
    orders.put_into_cart(other.cart, "TEN")
    other.details = orders.CheckoutDetails(
        "other@example.org",
        till.details.shipping_address,
        till.details.billing_address,
        till.details.method_id,
    )
    services.start_payment(other.cart, other.details, agreed=other.quote.fingerprint)

    payment = services.prove_payment(Payment.objects.get(pk=started.pk))
    run_tasks()

    assert payment.order is None
    assert not Order.objects.exists()
    assert "the voucher TEN is used up meanwhile" in Finding.objects.get().sentence
    payment.refresh_from_db()
    assert payment.voided == 4088
    assert _uses(voucher) == 1


# --- what it costs ------------------------------------------------------------------------------------
def _statements(till):
    agreed = till.quote.fingerprint
    cart = Cart.objects.get(pk=till.cart.pk)
    with CaptureQueriesContext(connection) as spoken:
        services.start_payment(cart, till.details, agreed=agreed)
    return len([each for each in spoken if not each["sql"].startswith(("SAVEPOINT", "RELEASE"))])


def test_promotions_cost_a_start_one_statement_however_many(stripe):
    without = _statements(make_till(quantity=1))
    for _number in range(3):
        PromotionFactory()

    assert _statements(make_till(quantity=1)) == without


def test_a_voucher_costs_a_start_a_fixed_number_of_statements(stripe):
    without = _statements(make_till(quantity=1))
    VoucherFactory(code="TEN", limit=5, per_customer=1)
    till = make_till(quantity=1)
    orders.put_into_cart(till.cart, "TEN")

    # Its row and its uses for the offer; its row, what is held, two counts and their uses to hold it.
    assert _statements(till) - without <= 8
