"""Starting a payment: one payable session per cart, stock held, nothing lost when Stripe is silent."""

import threading
import time
from dataclasses import replace

import pytest
from django.db import connection
from django.utils import timezone

from accounts.tests.factories import UserFactory
from config.tests.helpers import run_tasks
from inventory.models import StockLevel
from orders import services as orders
from orders.models import Checkout, ShippingMethod
from orders.services import buyers, quotas
from orders.tests.factories import VoucherFactory
from payments import gateway, services
from payments.models import Payment
from payments.tests.conftest import make_till
from shop.models import Variant

pytestmark = pytest.mark.django_db
CREATE = "POST /v1/checkout/sessions"


def reserved(till):
    return StockLevel.objects.get(item=till.mug.stock_item).reserved


def states():
    return list(Checkout.objects.order_by("pk").values_list("state", flat=True))


def test_the_session_asks_for_what_the_customer_saw(stripe, till):
    payment = till.start()

    session = gateway.retrieve_session(payment.session_id)
    assert (session.status, session.amount, session.currency, session.number) == (
        "open",
        2 * 1999 + 490,
        "eur",
        payment.checkout.number,
    )
    assert session.intent is None
    assert payment.checkout.state == "awaiting_payment"
    assert reserved(till) == 2


def test_metadata_and_manual_capture_reach_the_intent(stripe, till):
    payment = till.start()
    stripe.pay(payment)

    intent = gateway.retrieve_session(payment.session_id).intent

    assert (intent.status, intent.number, intent.capturable) == (
        "requires_capture",
        payment.checkout.number,
        4488,
    )
    assert intent.capture_before is not None


def test_pressed_twice_it_leads_to_the_same_session(stripe, till):
    first = services.start_payment(till.cart, till.details, agreed=till.quote.fingerprint)
    second = services.start_payment(till.cart, till.details, agreed=till.quote.fingerprint)

    assert first == second
    assert Payment.objects.count() == 1
    assert reserved(till) == 2


def test_another_content_ends_the_first_session_before_its_stock_is_freed(stripe, till):
    first = till.start()
    till.put(till.mug, 3)

    second = till.start()

    assert gateway.retrieve_session(first.session_id).status == "expired"
    assert second.session_id != first.session_id
    assert states() == ["cancelled", "awaiting_payment"]
    assert reserved(till) == 3


def test_who_signs_in_and_presses_again_orders_by_their_account_and_uses_its_share(stripe, till):
    voucher, ada = VoucherFactory(per_customer=1), UserFactory()
    orders.put_into_cart(till.cart, voucher.code)
    first = till.start()
    till.cart = orders.merge_carts(till.cart, ada)
    till.details = replace(till.details, customer=ada)

    second = till.start()

    assert gateway.retrieve_session(first.session_id).status == "expired"
    assert (second.checkout.customer, states()) == (ada, ["cancelled", "awaiting_payment"])
    assert reserved(till) == 2
    keys = [f"{voucher.reference} by {key}" for key in buyers.keys_of("", ada)]
    assert quotas.taken(keys) == dict.fromkeys(keys, 1)
    assert services.start_payment(till.cart, till.details, agreed=till.quote.fingerprint)
    assert Payment.objects.count() == 2


def test_a_price_that_changed_is_shown_and_asked_again(stripe, till):
    agreed = till.quote.fingerprint
    till.mug.price = 2500
    till.mug.save()

    with pytest.raises(orders.OfferChanged) as change:
        services.start_payment(till.cart, till.details, agreed=agreed)

    assert change.value.quote.total == 2 * 2500 + 490
    assert reserved(till) == 0


def test_stock_that_is_gone_is_told_before_paying(stripe, till):
    other = make_till(mug=till.mug, quantity=9)
    other.start()

    with pytest.raises(orders.LinesShort) as refusal:
        till.start()

    assert refusal.value.skus == [till.mug.sku]
    assert Payment.objects.count() == 1


def test_paid_in_another_tab_the_button_leads_to_the_order(stripe, till):
    stripe.pay(till.start())
    agreed = till.quote.fingerprint

    with pytest.raises(services.AlreadyOrdered) as paid:
        services.start_payment(till.cart, till.details, agreed=agreed)

    assert paid.value.order.total == 4488


def test_paid_in_another_tab_a_changed_cart_is_not_charged_twice(stripe, till):
    payment = till.start()
    stripe.pay(payment)
    till.put(till.mug, 5)

    with pytest.raises(services.AlreadyOrdered):
        till.start()

    assert till.cart.lines.get().quantity == 3


@pytest.mark.django_db(transaction=True)
def test_a_double_click_leads_both_presses_to_the_one_session(stripe):
    till = make_till()
    agreed = till.quote.fingerprint
    stripe.fault(CREATE, "delay", seconds=0.8)
    pages = []

    def press(*, wait: float) -> None:
        time.sleep(wait)
        pages.append(services.start_payment(till.cart, till.details, agreed=agreed))
        connection.close()

    presses = [threading.Thread(target=press, kwargs={"wait": wait}) for wait in (0, 0.3)]
    for thread in presses:
        thread.start()
    for thread in presses:
        thread.join()

    assert len(pages) == 2
    assert len(set(pages)) == 1
    assert Payment.objects.count() == 1
    assert reserved(till) == 2


@pytest.mark.parametrize("kind", ["reset_before", "reset_after"])
def test_a_connection_that_breaks_is_tried_once_more_under_the_same_key(stripe, till, kind):
    stripe.fault(CREATE, kind)

    payment = till.start()

    assert gateway.retrieve_session(payment.session_id).status == "open"
    assert len(list(gateway.list_sessions(since=payment.created_at))) == 1


@pytest.mark.parametrize("kind", ["hang", "hang_after", "rate_limit"])
def test_a_silent_stripe_keeps_the_order_and_a_later_press_leads_to_the_page(stripe, till, kind):
    stripe.fault(CREATE, kind, seconds=4)
    began = time.monotonic()

    payment = till.start()

    assert time.monotonic() - began < 10
    assert (payment.session_id, payment.checkout.state) == (None, "awaiting_link")
    assert reserved(till) == 2
    again = till.start()
    assert again == payment
    assert gateway.retrieve_session(again.session_id).status == "open"
    assert reserved(till) == 2


@pytest.mark.parametrize("kind", ["error_500", "saved_500"])
def test_a_stripe_that_has_failed_for_certain_keeps_the_cart_and_a_later_press_succeeds(stripe, till, kind):
    stripe.fault(CREATE, kind)

    with pytest.raises(services.ProviderAway):
        till.start()

    assert till.cart.lines.count() == 1
    payment = till.start()
    assert gateway.retrieve_session(payment.session_id).status == "open"
    assert reserved(till) == 2


def test_a_stripe_that_cannot_be_reached_keeps_the_order(till, settings):
    settings.STRIPE_API_BASE = "http://127.0.0.1:9"

    till.start()

    assert till.cart.lines.get().quantity == 2
    assert states() == ["awaiting_link"]


def test_a_refused_session_frees_the_stock(stripe, till, settings):
    settings.STRIPE_SECRET_KEY = "sk_wrong"

    with pytest.raises(services.ProviderAway):
        till.start()

    assert states() == ["failed"]
    assert reserved(till) == 0


def test_an_answer_that_was_lost_is_found_by_asking(stripe, till):
    stripe.fault(CREATE, "hang_after", seconds=4)
    till.start()
    Payment.objects.update(page_until=timezone.now())

    services.open_links()

    payment = Payment.objects.get()
    assert payment.session_id is not None
    assert len(list(gateway.list_sessions(since=payment.created_at))) == 1
    assert states() == ["awaiting_payment"]


def test_a_start_that_never_reached_stripe_is_given_up_by_asking(stripe, till):
    """A process that died before it could say that the customer waits."""
    stripe.fault(CREATE, "hang", seconds=4)
    till.start()
    Payment.objects.update(created_at=Payment.objects.get().created_at.replace(year=2025))
    Checkout.objects.update(state="open")

    services.reconcile()

    assert states() == ["failed"]
    assert reserved(till) == 0


def test_fields_from_the_client_do_not_exist_here(stripe, till):
    """The amount is the price list's: nothing that start_payment takes could say another."""
    with pytest.raises(orders.OfferChanged):
        services.start_payment(till.cart, till.details, agreed="0" * 64)


def test_where_prices_exclude_tax_it_is_a_line_of_its_own_and_the_sum_is_the_same(stripe, till, settings):
    settings.PRICES_INCLUDE_TAX = False

    payment = till.start()

    session = gateway.retrieve_session(payment.session_id)
    tax = 760 + 93  # 19 % on 39.98 and on 4.90, each rounded half up
    assert session.amount == payment.checkout.total == 2 * 1999 + 490 + tax
    stripe.pay(payment)
    order = services.prove_payment(payment).order
    assert (order.tax, order.total, order.prices_include_tax) == (tax, session.amount, False)
    assert order.lines.get().gross == 3998 + 760


def test_what_costs_nothing_is_placed_at_once_and_stripe_is_not_asked(stripe, till):
    Variant.objects.update(price=0)
    ShippingMethod.objects.update(flat_price=0)

    order = services.start_payment(till.cart, till.details, agreed=till.quote.fingerprint)

    assert (order.total, order.payment_state, order.credit_used) == (0, "captured", 0)
    assert stripe.calls(CREATE) == 0
    assert services.just_ordered(till.cart) == order
    assert till.cart.lines.count() == 0


def test_less_than_a_card_can_be_charged_is_said_before_stripe_is_asked(stripe, till):
    Variant.objects.update(price=24)
    ShippingMethod.objects.update(flat_price=1)

    with pytest.raises(services.TooLittle) as refusal:
        till.start()

    assert (
        str(refusal.value) == "A card cannot be charged less than €0.50. Please add something to your cart."
    )
    assert (states(), reserved(till), stripe.calls(CREATE)) == ([], 0, 0)


def test_the_least_that_a_card_can_be_charged_can_be_ordered(stripe, till):
    Variant.objects.update(price=25)
    ShippingMethod.objects.update(flat_price=0)

    payment = till.start()
    stripe.pay(payment)

    assert services.prove_payment(payment).order.total == 50


def test_what_cost_nothing_can_be_cancelled_and_its_stock_is_free(stripe, till):
    Variant.objects.update(price=0)
    ShippingMethod.objects.update(flat_price=0)
    order = services.start_payment(till.cart, till.details, agreed=till.quote.fingerprint)

    assert order.may_be_cancelled
    services.cancel_order(order, key="x", reason="Changed my mind.", by_customer=True)
    run_tasks()

    order.refresh_from_db()
    assert order.state == "cancelled"
    assert StockLevel.objects.get(item=till.mug.stock_item).available == 10


def test_the_customer_is_sent_back_with_the_session_in_the_address(stripe, till, settings):
    payment = till.start()

    answer = stripe.pay(payment)

    assert (
        answer["return_url"] == f"{settings.PUBLIC_BASE_URL}/checkout/done/?session_id={payment.session_id}"
    )


def test_a_declined_card_may_be_followed_by_another_one(stripe, till):
    payment = till.start()

    assert stripe.pay(payment, card="4000000000009995")["paid"] is False
    assert stripe.pay(payment)["paid"] is True
    assert services.prove_payment(payment).order is not None


def test_nothing_is_sent_home_about_how_the_package_is_used():
    import stripe as package

    assert package.enable_telemetry is False
