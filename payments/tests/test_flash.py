"""Flash sales from the button to the order: their pieces, one customer's share, the shorter hold."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.formats import date_format

from accounts.tests.factories import UserFactory
from config import toggles
from config.tests.world import contradictions, sql
from inventory.models import StockLevel
from orders import services as orders
from orders.models import Cart, Checkout, Order, Quota, QuotaUse
from orders.services import quotas
from orders.tests.factories import VoucherFactory
from payments import gateway, services
from payments.models import Finding, Payment, PaymentEvent
from payments.tests.conftest import make_till
from payments.tests.test_views import CHECKOUT, typed
from shop import services as shop
from shop.models import FlashSale
from shop.tests.factories import FlashSaleFactory, VariantFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def sale():
    """12.00 instead of 19.99, five pieces, two for each customer."""
    return FlashSaleFactory(variant=VariantFactory(stock=10, price=1999))


def till_at(sale, *, email="buyer@example.org", customer=None, quantity=1):
    till = make_till(mug=sale.variant, quantity=quantity)
    given = till.details
    till.details = orders.CheckoutDetails(
        email, given.shipping_address, given.billing_address, given.method_id, customer
    )
    if customer:
        till.cart.customer = customer
        till.cart.save()
    return till


def taken(sale):
    return quotas.taken([sale.quota]).get(sale.quota, 0)


def test_what_is_paid_is_sold_at_the_flash_price(stripe, sale):
    payment = till_at(sale, quantity=2).start()
    assert (payment.amount, taken(sale)) == (2 * 1200 + 490, 2)
    stripe.pay(payment)

    order = services.prove_payment(payment).order

    assert (order.lines.get().unit_price, order.total) == (1200, 2890)
    assert taken(sale) == 2


def test_what_is_not_paid_is_given_back_and_sold_again(stripe, sale):
    FlashSale.objects.filter(pk=sale.pk).update(cap=2)
    payment = till_at(sale, quantity=2).start()
    assert till_at(sale, email="next@example.org").quote.lines[0].unit_price == 1999

    services.end_session(payment, act="cancel", reason="The customer cancelled.")

    assert taken(sale) == 0
    assert till_at(sale, email="next@example.org", quantity=2).start().amount == 2890


@pytest.mark.parametrize(
    "spelling", ["buyer@example.org", "Buyer@Example.org", "buyer+again@example.org", " buyer@EXAMPLE.org"]
)
def test_spelling_an_address_differently_makes_no_new_customer(stripe, sale, spelling):
    till_at(sale, quantity=2).start()

    with pytest.raises(orders.OfferChanged) as refusal:
        till_at(sale, email=spelling).start()

    line = refusal.value.quote.lines[0]
    assert (line.unit_price, line.sale) == (1999, None)
    assert "You have had your share" in line.deal_words
    assert taken(sale) == 2


@pytest.mark.parametrize("other", ["b.u.y.e.r@gmail.com", "buyer@googlemail.com", "Bu.Yer+2@gmail.com"])
def test_dots_that_mean_nothing_make_no_new_customer(stripe, sale, other):
    till_at(sale, email="buyer@gmail.com", quantity=2).start()

    with pytest.raises(orders.OfferChanged):
        till_at(sale, email=other).start()


def test_an_account_has_its_share_once_whatever_address_it_types(stripe, sale):
    ada = UserFactory()
    payment = till_at(sale, customer=ada, quantity=2).start()
    stripe.pay(payment)
    services.prove_payment(payment)
    ada.cart.delete()

    with pytest.raises(orders.OfferChanged):
        till_at(sale, customer=ada, email="other@example.org").start()


def test_who_has_had_their_share_may_pay_the_usual_price(stripe, sale):
    till_at(sale, quantity=2).start()
    till = till_at(sale)
    with pytest.raises(orders.OfferChanged) as refusal:
        till.start()

    services.start_payment(till.cart, till.details, agreed=refusal.value.quote.fingerprint)

    assert Payment.objects.latest("pk").amount == 1999 + 490
    assert taken(sale) == 2


def test_the_last_piece_is_taken_between_our_look_and_our_press(stripe, sale, monkeypatch):
    till = till_at(sale)
    agreed = till.quote.fingerprint
    hold = orders.hold_stock

    def hold_after_the_others(checkout):
        Quota.objects.create(name=sale.quota, taken=5)
        QuotaUse.objects.create(quota_id=sale.quota, reference="checkout of others", amount=5)
        hold(checkout)

    monkeypatch.setattr(orders, "hold_stock", hold_after_the_others)
    with pytest.raises(orders.OfferChanged):
        services.start_payment(till.cart, till.details, agreed=agreed)

    assert not Checkout.objects.exists()
    assert StockLevel.objects.get().reserved == 0


@pytest.mark.parametrize("end", ["ended", "switched off", "called off"])
def test_a_sale_that_ends_between_page_and_press_asks_again_in_words(client, stripe, sale, end):
    till = till_at(sale)
    client.post("/cart/add/", {"variant": sale.variant_id, "quantity": 1})
    till.cart = Cart.objects.latest("pk")
    page = client.get(CHECKOUT)
    fields = typed(till, shown=_hidden(page, "shown"))
    if end == "ended":
        shop.end_sale(sale)
    elif end == "called off":
        FlashSale.objects.filter(pk=sale.pk).update(is_active=False)
    else:
        toggles.assume({"flash sales": False})

    answer = client.post(CHECKOUT, fields)

    assert answer.status_code == 409
    assert f"{sale.variant} costs €19.99 instead of €12.00." in answer.content.decode()
    assert not Checkout.objects.exists()


def _hidden(page, name):
    return page.content.decode().split(f'name="{name}" value="')[1].split('"')[0]


def test_it_is_held_for_the_minutes_of_the_sale_while_the_page_lives_longer(stripe, sale):
    FlashSale.objects.filter(pk=sale.pk).update(hold_minutes=7)

    payment = till_at(sale).start()

    checkout = payment.checkout
    lasts = checkout.expires_at - checkout.created_at
    assert timedelta(minutes=6, seconds=50) < lasts < timedelta(minutes=7, seconds=1)
    page = gateway.calls.call(lambda client: client.checkout.sessions.retrieve(payment.session_id)).expires_at
    assert page >= int(timezone.now().timestamp()) + 30 * 60


def test_other_carts_are_held_as_long_as_ever(stripe, till):
    checkout = till.start().checkout

    assert checkout.page_ends_at == max(checkout.expires_at, checkout.created_at + timedelta(minutes=31))
    assert checkout.expires_at - checkout.created_at > timedelta(minutes=30)


def test_a_hold_that_ends_is_sold_at_once_again(stripe, sale):
    FlashSale.objects.filter(pk=sale.pk).update(cap=1, limit=1)
    payment = till_at(sale).start()
    Checkout.objects.update(expires_at=timezone.now() - timedelta(seconds=1))

    services.expire_checkouts()

    assert gateway.retrieve_session(payment.session_id).status == "expired"
    assert taken(sale) == 0
    assert till_at(sale, email="next@example.org").start().amount == 1200 + 490


def test_a_hold_that_ends_paid_is_an_order(stripe, sale):
    payment = till_at(sale).start()
    stripe.pay(payment)
    Checkout.objects.update(expires_at=timezone.now() - timedelta(seconds=1))

    services.expire_checkouts()

    assert Order.objects.get().payment == payment
    assert taken(sale) == 1


def test_the_way_back_says_until_when_it_is_held(client, stripe, sale):
    checkout = till_at(sale).start().checkout

    page = client.get(f"/checkout/cancelled/{checkout.token}/").content.decode()

    until = timezone.localtime(checkout.expires_at)
    assert f'<time datetime="{until.isoformat()}"' in page


def test_the_cart_says_until_when_it_is_reserved(client, stripe, sale):
    client.post("/cart/add/", {"variant": sale.variant_id, "quantity": 1})
    till = till_at(sale)
    till.cart = Cart.objects.filter(lines__variant=sale.variant_id).earliest("pk")
    checkout = till.start().checkout

    page = client.get("/cart/").content.decode()

    until = date_format(timezone.localtime(checkout.expires_at), "TIME_FORMAT")
    assert f"What you are paying for is reserved for you until {until}." in page
    assert "€12.00" in page


def late(stripe, sale):
    """A payment that was given up here and is paid at Stripe nevertheless."""
    payment = till_at(sale, quantity=2).start()
    stripe.pay(payment)
    orders.close_checkout(payment.checkout, "expire", reason="Not paid in time.")
    return payment


def test_late_money_takes_its_pieces_again_even_after_the_sale(stripe, sale):
    payment = late(stripe, sale)
    assert taken(sale) == 0
    FlashSale.objects.filter(pk=sale.pk).update(ends_at=timezone.now())

    services.prove_payment(payment)

    assert Order.objects.get().total == 2890
    assert taken(sale) == 2


def test_late_money_for_a_sale_that_is_sold_out_goes_back(stripe, sale):
    FlashSale.objects.filter(pk=sale.pk).update(cap=2)
    payment = late(stripe, sale)
    till_at(sale, email="next@example.org", quantity=2).start()

    payment = services.prove_payment(payment)

    assert payment.order is None
    assert PaymentEvent.objects.filter(payment=payment, kind="void", result="requested").count() == 1
    assert "flash sale has not so many pieces left" in Finding.objects.get().sentence
    assert taken(sale) == 2


# --- what it costs ----------------------------------------------------------------------------------
def statements(till, queries):
    agreed = till.quote.fingerprint
    with queries() as seen:
        services.start_payment(till.cart, till.details, agreed=agreed)
    return len(seen)


def test_a_thing_beside_a_sale_costs_not_one_statement_more(stripe, django_assert_max_num_queries):
    def queries():
        return django_assert_max_num_queries(40)

    without = statements(make_till(quantity=1), queries)
    sale = FlashSaleFactory(variant=VariantFactory(stock=10, price=1999))

    assert statements(make_till(quantity=1), queries) == without
    # The sale itself, what is held already, two counts and their trace, in a savepoint.
    assert statements(till_at(sale), queries) <= without + 7


# --- the books --------------------------------------------------------------------------------------
@pytest.mark.broken_books
def test_more_pieces_than_there_are_is_found(stripe, sale):
    till_at(sale, quantity=2).start()

    sql('UPDATE shop_flashsale SET cap = 1, "limit" = 1')

    assert f"Flash sale {sale.pk} has 1 pieces, but 2 are sold or held." in contradictions(
        "orders.flash_sale_cap", besides={"orders.flash_sale_limit"}
    )


@pytest.mark.broken_books
def test_more_than_one_customer_may_have_is_found(stripe, sale):
    till_at(sale, quantity=2).start()

    sql('UPDATE shop_flashsale SET "limit" = 1')

    (found,) = contradictions("orders.flash_sale_limit")
    assert found.startswith(f"sale {sale.pk} by ")
    assert found.endswith("2 pieces are sold or held, but one customer may have 1.")


@pytest.mark.broken_books
def test_pieces_that_nobody_counted_are_found(stripe, sale):
    checkout = till_at(sale, quantity=2).start().checkout

    sql("DELETE FROM orders_quotause WHERE quota_id = %s", sale.quota)

    assert contradictions("orders.flash_sale_pieces", besides={"orders.quotas"}) == [
        f"Checkout {checkout.number} has 2 pieces of sale {sale.pk}, but 0 are counted."
    ]


def test_what_is_taken_and_what_is_given_back_has_one_order(stripe, sale):
    voucher = VoucherFactory(code="TEN", per_customer=1, first_order_only=True)
    till = till_at(sale, customer=UserFactory())
    till.put(VariantFactory(stock=10, price=1999), 1)
    orders.put_into_cart(till.cart, voucher.code)
    with CaptureQueriesContext(connection) as opening:
        payment = till.start()
    with CaptureQueriesContext(connection) as ending:
        services.end_session(payment, act="cancel", reason="The customer cancelled.")

    names = sorted(Quota.objects.values_list("name", flat=True))
    assert {name.split()[0] for name in names} == {"first", "sale", "voucher"}
    assert _written(opening, "INSERT INTO", names) == _written(ending, "UPDATE", names) == names


def _written(queries, verb, names):
    """The allowances that were written, in their order."""
    rows = [each["sql"] for each in queries if each["sql"].startswith(f'{verb} "orders_quota" ')]
    return [max((name for name in names if name in row), key=len) for row in rows]
