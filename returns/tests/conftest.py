"""An order that was paid, sent and has arrived, with the simulator behind its card."""

from dataclasses import dataclass

import pytest

from config.tests.helpers import run_tasks
from inventory.models import Location, StockLevel
from inventory.tests.factories import LocationFactory
from orders import services as orders
from orders.models import Order, OrderLine
from payments import services as payments
from payments.models import Payment
from payments.tests.conftest import Stripe, Till, make_till, stripe, till  # noqa: F401 (fixtures)
from returns import services
from returns.models import ReturnRequest


@dataclass
class Sold:
    """Two mugs for 19.99 each and delivery for 4.90: 44.88, settled; shipped and delivered today."""

    stripe: Stripe
    till: Till

    @property
    def order(self) -> Order:
        return Order.objects.get(checkout__cart=self.till.cart)

    @property
    def payment(self) -> Payment:
        return Payment.objects.get(order=self.order)

    @property
    def line(self) -> OrderLine:
        return self.order.lines.get(position=1)

    @property
    def shelf(self) -> Location:
        return Location.objects.filter(is_sellable=True).first()

    def on_hand(self, place: Location | None = None) -> int:
        level = StockLevel.objects.filter(item=self.till.mug.stock_item, location=place or self.shelf).first()
        return level.on_hand if level else 0

    def ask(self, pieces: int = 1, reason: str = "changed_mind", key: str = "1", **given) -> ReturnRequest:
        wish = services.Wish(
            1, pieces, reason, given.pop("words", ""), exchange_for=given.pop("exchange_for", None)
        )
        return services.request_return(self.order, [wish], key=key, **given)

    def inspected(
        self, pieces: int = 1, reason: str = "changed_mind", key: str = "1", **given
    ) -> ReturnRequest:
        """A return of so many pieces, authorised, received and all sellable."""
        row = services.authorise(self.ask(pieces, reason, key, **given))
        services.receive(row, {1: pieces}, key=key)
        return services.inspect(row, {1: services.Found(sellable=pieces)}, shelf=self.shelf)


def sell(stripe: Stripe, till: Till, **pay: str) -> Sold:  # noqa: F811 (what the fixtures give)
    payment = till.start()
    stripe.pay(payment, **pay)
    payment = payments.prove_payment(payment)
    payments.settle(Payment.objects.get(pk=payment.pk), amount=payment.checkout.total)
    run_tasks()
    sold = Sold(stripe, till)
    order = sold.order
    pieces = {line.position: line.quantity for line in order.lines.all()}
    parcel = orders.ship(order, pieces, key=f"parcel of {order.number}")
    orders.deliver(parcel)
    run_tasks()
    return sold


@pytest.fixture
def sold(stripe, till) -> Sold:  # noqa: F811 (the fixtures above)
    return sell(stripe, till)


@pytest.fixture
def damaged(db) -> Location:
    return LocationFactory(code="damaged", is_sellable=False, is_damaged=True)
