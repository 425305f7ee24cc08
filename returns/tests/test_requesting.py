"""Asking for a return, and every reason why not."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.tests.factories import UserFactory
from orders.models import Order
from payments import services as payments
from payments.models import Payment
from returns import services
from returns.models import ReturnRequest, ReturnRule
from returns.tests.making import Spec, make_arrived, make_order
from shop.tests.factories import VariantFactory

pytestmark = pytest.mark.django_db
Wish = services.Wish


@pytest.fixture
def order():
    return make_arrived([Spec(2, 1999, 1900), Spec(1, 500, 700)])


def refusal(order, *wishes, **given):
    with pytest.raises(services.CannotReturn) as refused:
        services.request_return(order, wishes, key="no", **given)
    assert not ReturnRequest.objects.filter(key__endswith="no").exists()
    return str(refused.value)


def test_a_request_keeps_its_pieces_and_the_terms_that_it_was_made_under(order, settings):
    settings.RETURN_FEE = 250
    row = services.request_return(
        order, [Wish(1, 2, "too_small", "Tight."), Wish(2, 1, "defective")], key="1"
    )

    settings.RETURN_FEE, settings.RETURN_REFUNDS_DELIVERY = 900, False

    lines = {line.line.position: line for line in row.lines.select_related("line")}
    assert [(line.requested, line.value, line.words) for line in lines.values()] == [
        (2, 3998, "Tight."),
        (1, 500, ""),
    ]
    assert (row.policy["fee"], row.policy["shipping"], row.policy["lines"]["1"]["fee"]) == (500, 490, 250)
    assert row.policy["refunds_delivery"] is True
    assert [line.returned for line in order.lines.all()] == [2, 1]


@pytest.mark.parametrize(
    ("wishes", "words"),
    [
        ([], "Choose what to send back."),
        ([Wish(9, 1, "other")], "The order has no such line."),
        ([Wish(1, 1, "because")], "Choose why you send it back."),
        ([Wish(1, 1, "other"), Wish(1, 1, "other")], "A line is named twice."),
        ([Wish(1, 3, "other")], "At most 2 of it can be sent back."),
        ([Wish(1, 0, "other")], "At most 2 of it can be sent back."),
        ([Wish(1, -1, "other")], "At most 2 of it can be sent back."),
    ],
)
def test_what_makes_no_sense_is_refused_with_a_sentence(order, wishes, words):
    assert refusal(order, *wishes).endswith(words)
    assert [line.returned for line in order.lines.all()] == [0, 0]


def test_the_same_pieces_are_not_in_two_returns(order):
    services.request_return(order, [Wish(1, 2, "other")], key="1")

    assert refusal(order, Wish(1, 1, "other")).endswith("All of it is in a return already.")


def test_a_second_line_that_cannot_go_back_leaves_the_first_free(order):
    services.request_return(order, [Wish(2, 1, "other")], key="1")

    refusal(order, Wish(1, 1, "other"), Wish(2, 1, "other"))

    assert order.lines.get(position=1).returned == 0


def test_a_final_sale_needs_our_fault(order):
    ReturnRule.objects.create(product=order.lines.get(position=1).variant.product, is_final_sale=True)

    assert "final sale" in refusal(order, Wish(1, 1, "changed_mind"))
    services.request_return(order, [Wish(1, 1, "defective")], key="1")


def test_staff_go_beyond_the_policy_and_say_why_but_not_beyond_what_was_sent(order):
    ReturnRule.objects.create(product=order.lines.get(position=1).variant.product, is_final_sale=True)
    staff = UserFactory()

    row = services.request_return(order, [Wish(1, 2, "other")], key="1", by=staff, override="Loyal.")

    assert (row.override, row.asked_by) == ("Loyal.", staff)
    assert refusal(order, Wish(1, 1, "other"), by=staff, override="Loyal.").endswith(
        "At most 0 of it can be sent back."
    )


def test_a_customer_overrides_nothing(order):
    ReturnRule.objects.create(product=order.lines.get(position=1).variant.product, is_final_sale=True)

    assert "final sale" in refusal(order, Wish(1, 1, "other"), override="Please!")


def test_an_exchange_names_what_shall_come_instead(order):
    kind = ReturnRequest.Kind.EXCHANGE

    assert "Choose what you would like instead." in refusal(order, Wish(1, 1, "other"), kind=kind)
    other = VariantFactory(stock=5, price=1)
    assert "cannot be exchanged for that" in refusal(
        order, Wish(1, 1, "other", exchange_for=other), kind=kind
    )


def test_why_nothing_of_an_order_can_be_sent_back_is_said():
    waiting = make_order([Spec(1, 1999, 1900)])
    assert services.why_not_return(waiting) == "It has not been sent yet."
    Order.objects.update(state=Order.State.CANCELLED)
    waiting.refresh_from_db()
    assert services.why_not_return(waiting) == "The order is cancelled."


def test_different_reasons_are_said_in_one_sentence(order):
    services.request_return(order, [Wish(1, 2, "other")], key="1")
    assert services.why_not_return(order) == ""
    services.request_return(order, [Wish(2, 1, "other")], key="2")

    assert services.why_not_return(order) == "All of it is in a return already."


def test_where_less_was_settled_than_the_goods_cost_an_estimate_is_in_proportion():
    order = make_arrived([Spec(2, 1000, 1900), Spec(1, 2000, 1900)], shipping=0)
    Payment.objects.update(captured=2000, voided=2000)
    found = services.returnables(order)

    worth = services.estimate(order, [Wish(1, 1, "other"), Wish(2, 1, "other")], found)

    assert (worth.lines, worth.shipping) == ({1: 500, 2: 1000}, 0)
    Payment.objects.update(captured=4000, voided=0)


def test_pieces_without_a_whole_price_are_cut_to_the_cent():
    order = make_arrived([Spec(3, 333, 700)], is_included=False)  # 9.99 + 0.70 tax

    parts = []
    for number in range(3):
        row = services.request_return(order, [Wish(1, 1, "other")], key=str(number))
        services.receive(services.authorise(row), {1: 1}, key="1")
        row = services.resolve(services.inspect(row, {1: services.Found(kept=1)}))
        parts.append(row.refund)
        payments.refund(
            Payment.objects.get(),
            amount=row.refund,
            cause=row.payouts.get().cause,
            method="cash",
            handed_over_by="A",
        )

    assert parts == [356, 357, 356 + 583]  # the last with delivery for 4.90 and its tax
    assert sum(parts) == order.total


def queries_of(order, wishes):
    with CaptureQueriesContext(
        connection,
    ) as found:
        services.request_return(order, wishes, key=f"{len(wishes)}")
    return len(found)


def test_each_line_more_costs_two_statements():
    one = make_arrived([Spec(1, 1000, 1900)])
    five = make_arrived([Spec(1, 1000, 1900)] * 5)

    few = queries_of(one, [Wish(1, 1, "other")])
    many = queries_of(five, [Wish(at, 1, "other") for at in range(1, 6)])

    assert many - few <= 2 * 4
