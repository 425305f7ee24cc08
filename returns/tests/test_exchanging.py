"""What is sent instead: held, put into the order for nothing, sent, and counted rightly everywhere."""

import pytest

from config.period import Period
from config.tests.helpers import run_tasks
from inventory.models import Location
from orders import services as orders
from orders.models import Cart, Invoice, Order
from orders.services import figures
from orders.words import contents_of
from payments import services as payments
from returns import services
from returns.models import ReturnRequest
from returns.tests.making import Spec, make_arrived
from shop.tests.factories import VariantFactory

pytestmark = pytest.mark.django_db
S = ReturnRequest.State
Wish, Found = services.Wish, services.Found


@pytest.fixture
def order():
    return make_arrived([Spec(2, 1999, 1900)])


def inspected(order, variant=None, pieces=1):
    line = order.lines.get(position=1)
    wish = Wish(1, pieces, "defective", exchange_for=variant or line.variant)
    row = services.authorise(services.request_return(order, [wish], key="1", kind="exchange"))
    services.receive(row, {1: pieces}, key="1")
    shelf = Location.objects.filter(is_sellable=True).first()
    return services.inspect(row, {1: Found(sellable=pieces)}, shelf=shelf)


@pytest.fixture
def exchanged(order):
    services.resolve(inspected(order))
    order.refresh_from_db()
    return order


def test_what_costs_no_more_and_is_of_the_same_product_can_be_had_instead(order):
    line = order.lines.get()
    product = line.variant.product
    same, cheaper = line.variant, VariantFactory(product=product, price=1000, stock=2)
    VariantFactory(product=product, price=2000, stock=2)
    VariantFactory(product=product, price=1999, stock=2, is_active=False)
    VariantFactory(price=1, stock=2)

    assert {each.pk for each in services.choices(line)} == {same.pk, cheaper.pk}
    assert services.why_not_exchange(line, cheaper, 2) == ""
    assert "is not there in that number" in services.why_not_exchange(line, cheaper, 3)


def test_a_line_whose_variant_is_gone_cannot_be_exchanged(order):
    order.lines.update(variant=None)

    assert services.choices(order.lines.get()) == []


def test_a_replacement_waits_to_be_shipped_and_then_the_return_ends(order):
    row = inspected(order)
    services.resolve(row)
    order.refresh_from_db()
    assert order.fulfilment_state == Order.FulfilmentState.PARTIAL
    assert services.follow_returns()["closed"] == 0

    orders.ship(order, {2: 1}, key="again")

    assert services.follow_returns()["closed"] == 1
    row.refresh_from_db()
    assert row.state == S.CLOSED


def test_what_was_to_be_sent_and_is_sold_no_more_is_paid_back_instead(order):
    row = inspected(order)
    row.lines.update(exchange_for=None)
    with pytest.raises(services.CannotResolve, match="pay the money back"):
        services.resolve(row)

    row = services.resolve(services.pay_instead(row))

    assert (row.refund, row.lines.get().refund, order.lines.count()) == (1999, 1999, 1)


def test_nothing_taken_back_sends_nothing(order):
    line = order.lines.get()
    wish = Wish(1, 1, "defective", exchange_for=line.variant)
    row = services.authorise(services.request_return(order, [wish], key="1", kind="exchange"))
    services.receive(row, {1: 1}, key="1")

    row = services.resolve(services.inspect(row, {1: Found(refused=1)}))

    assert (order.lines.count(), services.why_not_close(row)) == (1, "")


def test_a_replacement_cannot_be_cancelled_away_under_who_gave_goods_back_for_it(exchanged):
    with pytest.raises(payments.PaymentError):
        payments.cancel_order(exchanged, key="off", reason="Gone.", pieces={2: 1})

    assert orders.why_not_cancel(exchanged) == "Everything has been shipped. What came can be sent back."


def test_ordering_again_does_not_order_replacements_too(exchanged):
    again = orders.order_again(Cart.objects.create(), exchanged)

    assert again.count == 2


def test_best_sellers_count_what_stayed_and_what_was_paid_for_it(exchanged):
    period = Period.of_days(1)

    seller = figures.best_sellers(period)[0]

    assert (seller.pieces, seller.value) == (2, 3998)


def test_an_order_is_called_after_what_was_bought(exchanged):
    assert contents_of(exchanged) == exchanged.lines.first().name


def test_an_invoice_that_is_late_bills_no_replacements(order):
    Invoice.objects.all().delete()
    services.resolve(inspected(order))
    run_tasks()

    invoice = Invoice.objects.get(kind=Invoice.Kind.INVOICE)
    assert '"position": 2' not in invoice.content
