"""The customer's doors to paying: what each answers, to whom, and at what cost."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.tests.factories import UserFactory
from orders import services as orders
from orders.models import Cart, Order
from payments import services
from payments.models import Payment
from payments.tests.conftest import ADDRESS, make_till
from shop.tests.factories import VariantFactory

pytestmark = pytest.mark.django_db
CHECKOUT = "/checkout/"


@pytest.fixture
def shopper(client, till):
    """A browser that put two mugs into its cart through the door; the till is at that cart."""
    client.post("/cart/add/", {"variant": till.mug.pk, "quantity": 2})
    till.cart = Cart.objects.latest("pk")
    return client


def typed(till, **changes):
    """What the page sends when all is filled in."""
    return {
        **ADDRESS,
        "email": till.details.email,
        "billing_same": "on",
        "method": till.details.method_id,
        "agreed": till.quote.fingerprint,
        **changes,
    }


def fill(till, lines):
    for _ in range(lines - 1):
        till.put(VariantFactory(stock=10, price=500), 1)


def test_the_page_shows_the_offer(shopper, till):
    page = shopper.get(CHECKOUT)

    assert page.status_code == 200
    assert "€44.88" in page.content.decode()
    assert "no-store" in page["Cache-Control"]


@pytest.mark.parametrize("lines", [3, 50])
def test_the_page_costs_the_same_with_any_number_of_lines(
    shopper, till, lines, django_assert_max_num_queries
):
    fill(till, lines)

    with django_assert_max_num_queries(9):
        assert shopper.get(CHECKOUT).status_code == 200


@pytest.mark.parametrize("lines", [3, 50])
def test_starting_a_payment_costs_the_same_with_any_number_of_lines(
    stripe, shopper, till, lines, django_assert_max_num_queries
):
    fill(till, lines)
    fields = typed(till)

    with django_assert_max_num_queries(25):
        answer = shopper.post(CHECKOUT, fields)

    assert answer.status_code == 303
    assert Payment.objects.get().amount == 2 * 1999 + (lines - 1) * 500 + 490


def test_the_button_leads_to_the_payment_page(stripe, shopper, till):
    answer = shopper.post(CHECKOUT, typed(till))

    assert (answer.status_code, answer["Location"]) == (303, Payment.objects.get().session_url)


def test_without_a_cart_there_is_nothing_to_check_out(client, db):
    assert client.get(CHECKOUT)["Location"] == "/cart/"
    assert client.post(CHECKOUT)["Location"] == "/cart/"


def test_what_is_wrong_is_said_beside_the_field_and_nothing_typed_is_lost(shopper, till):
    page = shopper.post(CHECKOUT, typed(till, postcode="nowhere", city="Köpenick"))

    assert page.status_code == 422
    assert "Köpenick" in page.content.decode()
    assert "postcode" in page.context["form"].errors
    assert Payment.objects.count() == 0


def test_a_changed_price_is_shown_and_asked_again(stripe, shopper, till):
    fields = typed(till)
    till.mug.price = 2500
    till.mug.save()

    page = shopper.post(CHECKOUT, fields)

    assert page.status_code == 409
    assert "€54.90" in page.content.decode()
    assert page.context["quote"].fingerprint != fields["agreed"]


def test_stock_that_is_gone_names_the_line_and_keeps_the_address(stripe, shopper, till):
    fields = typed(till)
    make_till(mug=till.mug, quantity=9).start()

    page = shopper.post(CHECKOUT, fields)

    assert page.status_code == 409
    assert till.mug.product.name in page.content.decode()
    assert ADDRESS["street"] in page.content.decode()


def test_a_stripe_that_has_failed_keeps_everything_and_says_what_to_do(stripe, shopper, till):
    stripe.fault("POST /v1/checkout/sessions", "error_500")

    page = shopper.post(CHECKOUT, typed(till))

    assert page.status_code == 503
    assert "Nothing was charged" in page.content.decode()
    assert ADDRESS["street"] in page.content.decode()


@pytest.mark.parametrize(
    "extra", [{"total": "1"}, {"amount": "1"}, {"price": "1"}, {"unit_price": "1"}, {"state": "completed"}]
)
def test_amounts_and_states_from_the_client_have_no_effect(stripe, shopper, till, extra):
    query = "&".join(f"{name}={value}" for name, value in extra.items())

    shopper.post(f"{CHECKOUT}?{query}", typed(till, **extra))

    payment = Payment.objects.get()
    assert (payment.amount, payment.state, payment.checkout.state) == (4488, "pending", "awaiting_payment")


def start(shopper, till):
    shopper.post(CHECKOUT, typed(till))
    return Payment.objects.select_related("checkout").get()


def back(client, payment):
    return client.get(reverse("payments:done"), {"session_id": payment.session_id})


def test_back_from_paying_the_browser_that_ordered_sees_its_order(stripe, shopper, till):
    payment = start(shopper, till)
    stripe.pay(payment)

    answer = back(shopper, payment)

    order = Order.objects.get()
    assert answer["Location"] == reverse("orders:guest_detail", args=[order.token])
    page = shopper.get(answer["Location"]).content.decode()
    assert order.number in page
    box = page[page.index('<div class="order-thanks">') :]
    assert page.count("Thank you") == 1
    assert "Thank you" in box[: box.index("</div>")]
    assert "alert-success" not in page


def test_a_customer_sees_it_among_their_orders(stripe, client):
    customer = UserFactory()
    till = make_till()
    till.cart.customer = customer
    till.cart.save()
    client.force_login(customer)
    client.post(CHECKOUT, typed(till))
    payment = Payment.objects.get()
    stripe.pay(payment)

    answer = back(client, payment)

    assert answer["Location"] == reverse("orders:detail", args=[Order.objects.get().number])
    assert Order.objects.get().customer == customer


def test_another_browser_with_the_same_address_sees_no_order(stripe, shopper, till):
    payment = start(shopper, till)
    stripe.pay(payment)

    page = back(Client(), payment)

    assert page.status_code == 200
    assert ADDRESS["street"] not in page.content.decode()
    assert Order.objects.get().token not in page.content.decode()


def test_the_address_alone_places_no_order(stripe, shopper, till):
    payment = start(shopper, till)

    page = back(shopper, payment)

    assert Order.objects.count() == 0
    assert page.status_code == 200


def test_while_stripe_is_silent_the_page_waits_and_refreshes_itself(stripe, shopper, till):
    payment = start(shopper, till)
    stripe.pay(payment)
    stripe.fault("GET /v1/checkout/sessions/{id}", "error_500")

    page = back(shopper, payment)

    assert 'http-equiv="refresh"' in page.content.decode()
    assert back(shopper, payment).status_code == 302


@pytest.mark.parametrize("session", ["", "x", "cs_unknown", "cs_\x00", "cs_" + "a" * 300, "cs_é"])
def test_a_session_that_is_not_ours_is_not_found(client, db, session):
    assert client.get(reverse("payments:done"), {"session_id": session}).status_code in {400, 404}


def cancelled(payment):
    return reverse("payments:cancelled", args=[payment.checkout.token])


def test_back_without_paying_one_can_go_on_or_end_it(stripe, shopper, till):
    payment = start(shopper, till)

    page = shopper.get(cancelled(payment)).content.decode()
    assert payment.session_url in page
    assert Payment.objects.get().state == "pending"

    assert shopper.post(cancelled(payment))["Location"] == "/cart/"
    assert Payment.objects.get().checkout.state == "cancelled"
    assert till.cart.lines.get().quantity == 2


def test_ending_what_is_paid_leads_to_the_order(stripe, shopper, till):
    payment = start(shopper, till)
    stripe.pay(payment)

    answer = shopper.post(cancelled(payment))

    assert answer["Location"] == reverse("orders:guest_detail", args=[Order.objects.get().token])


def test_an_unknown_token_is_not_found(client, db):
    assert client.get("/checkout/cancelled/unknown/").status_code == 404


def test_a_late_payment_for_sold_goods_is_explained(stripe, shopper, till):
    payment = start(shopper, till)
    stripe.pay(payment)
    orders.close_checkout(payment.checkout, "expire", reason="The clock was wrong.")
    Payment.objects.update(state="failed")
    make_till(mug=till.mug, quantity=9).start()

    page = back(shopper, payment)
    again = shopper.get(reverse("payments:waiting", args=[payment.checkout.token]), follow=True)

    assert "came too late" in page.content.decode()
    assert "came too late" in again.text
    assert "Nothing was charged" not in again.text
    services.reconcile()
