"""The pages of returns, a customer's and a guest's, in the states that look different. Inspected as all pages are."""

import pytest

from accounts.tests.factories import UserFactory
from config.tests.e2e.furniture import MUG, TEE, variant
from config.tests.e2e.inspection import Inspection
from config.tests.e2e.sold import sold
from inventory.models import Location
from orders.models import Order
from returns import services, visitors
from returns.models import ReturnRequest, ReturnRule

pytestmark = pytest.mark.e2e

EMAIL, PASSWORD = "customer@example.com", "plum lantern seven"


def asked(order: Order, *wishes: services.Wish, key: str) -> ReturnRequest:
    return services.request_return(order, wishes, key=key)


def test_the_pages_of_a_customers_returns(shopper):
    look = Inspection(shopper)
    customer = UserFactory(email=EMAIL, full_name="Test Buyer", password=PASSWORD)
    look.open("/returns/", "returns-ways")
    shopper.sign_in(EMAIL, PASSWORD)
    look.open("/returns/", "returns-empty")
    order = sold(shopper.shop, variant(TEE, "L"), variant(TEE, "L"), variant(MUG))
    Order.objects.filter(pk=order.pk).update(customer=customer)
    order.refresh_from_db()
    ReturnRule.objects.create(product=variant(MUG).product, is_final_sale=True)
    new = visitors.new_address_of(order)

    look.open(new, "return-new")
    shopper.expects(422)
    shopper.page.get_by_label("How many").first.fill("1")
    shopper.page.get_by_label("Exchange").check()
    shopper.press("Ask for the exchange")
    look.look("return-refused")
    row = services.authorise(asked(order, services.Wish(1, 2, "too_small", "It pinches."), key="1"))
    look.open(row.get_absolute_url(), "return-authorised")
    shopper.follow("Cancel this return")
    look.look("return-cancel")
    look.open(order.get_absolute_url(), "order-with-return")
    look.open("/returns/", "returns")

    assert look.faults == []


def test_the_pages_of_a_guests_return(shopper):
    look = Inspection(shopper)
    order = sold(shopper.shop, variant(MUG))

    look.open(visitors.new_address_of(order), "return-new-guest")
    row = asked(order, services.Wish(1, 1, "defective", "It leaks."), key="1")
    services.ask_for_information(row, "Where does it leak?", key="1")
    look.open(row.get_absolute_url(), "return-question")
    look.open(visitors.address_of(order, "cancel", row.number), "return-cancel-guest")
    services.write_message(row, "At the bottom.", key="2")
    services.receive(services.authorise(row), {1: 1}, key="1")
    shelf = Location.objects.get(is_sellable=True)
    services.resolve(services.inspect(row, {1: services.Found(sellable=1)}, shelf=shelf))
    look.open(row.get_absolute_url(), "return-resolved")

    assert look.faults == []
