"""What was taken off a line stays off when its pieces come back: each gives its share back, to the cent."""

import pytest

from accounts.tests.factories import UserFactory
from config.tests.helpers import run_tasks
from orders import services as orders
from orders.models import Cart, Invoice
from orders.tests.factories import VoucherFactory
from payments import services as payments
from payments.models import Payment
from payments.tests.conftest import make_till
from returns import services
from returns.tests.conftest import Sold, sell

pytestmark = pytest.mark.django_db


@pytest.fixture
def till(db):
    """Three mugs at 19.99 with 5.00 off: 54.97, which three do not share evenly; delivery is 4.90."""
    till = make_till(quantity=3)
    orders.put_into_cart(till.cart, VoucherFactory(kind="amount", amount=500).code)
    return till


def _paid_back(sold, pieces, key, **parts):
    row = services.resolve(sold.inspected(pieces, key=key), **parts)
    services.pay_payouts(row)
    run_tasks()
    return services.worth_of(row).goods


def test_piece_by_piece_the_whole_line_comes_back_and_no_cent_more(stripe, till):
    sold = sell(stripe, till)

    back = [_paid_back(sold, 1, str(number)) for number in range(3)]

    assert sold.line.gross == 5497
    assert sum(back) == 5497
    assert all(1831 <= each <= 1834 for each in back)
    assert sold.payment.refunded == sold.order.total == 5987
    credited = Invoice.objects.filter(kind="credit_note").values_list("total", flat=True)
    assert sum(credited) == sold.order.total


def test_after_a_piece_was_cancelled_the_others_give_back_the_rest(stripe, till):
    payment = till.start()
    stripe.pay(payment)
    payment = payments.prove_payment(payment)
    payments.cancel_order(payment.order, key="c", reason="x", pieces={1: 1})
    owed = orders.owed(payment.order)
    payments.settle(Payment.objects.get(pk=payment.pk), amount=owed)
    run_tasks()
    sold = Sold(stripe, till)
    orders.deliver(orders.ship(sold.order, {1: 2}, key="parcel"))
    run_tasks()

    back = [_paid_back(sold, 1, str(number)) for number in range(2)]

    assert owed - 490 == sum(back)
    assert sum(back) + orders.share_of(sold.line, 1) == 5497
    assert sold.payment.refunded == sold.payment.captured == owed


def test_as_store_credit_it_is_the_same(stripe, till):
    ada = UserFactory()
    Cart.objects.filter(pk=till.cart.pk).update(customer=ada)
    till.cart.refresh_from_db()
    till.details = orders.CheckoutDetails(
        ada.email,
        till.details.shipping_address,
        till.details.billing_address,
        till.details.method_id,
        ada,
    )
    sold = sell(stripe, till)
    row = sold.inspected(1)
    worth = services.worth_of(row).total

    services.pay_payouts(services.resolve(row, parts={"credit": worth}))

    assert 1831 <= worth <= 1834
    assert payments.balance_of(ada.pk) == worth
