"""What is asked for, judged line by line before anything is written; and what it would cost the database."""

from config.tests.helpers import run_tasks
from orders.models import OrderLine
from returns import services
from returns.models import ReturnRule
from returns.services import Fault, Wish
from shop.tests.factories import VariantFactory


def faults(sold, *wishes: Wish, kind: str = "refund") -> list[Fault]:
    return services.faults(wishes, services.returnables(sold.order), kind)


def test_every_wrong_line_is_named_with_its_field(sold):
    ReturnRule.objects.create(product=sold.till.mug.product, is_final_sale=True)

    assert faults(sold) == [Fault(None, "", "Choose what to send back.")]
    assert faults(sold, Wish(1, 3, "defective")) == [Fault(1, "pieces", "At most 2 of it can be sent back.")]
    assert faults(sold, Wish(1, 1, "nonsense")) == [Fault(1, "reason", "Choose why you send it back.")]
    assert [fault.field for fault in faults(sold, Wish(1, 1, "other"))] == ["reason"]
    assert faults(sold, Wish(1, 1, "defective")) == []
    assert faults(sold, Wish(1, 1, "defective"), Wish(1, 1, "late"), Wish(7, 1, "late")) == [
        Fault(None, "", "A line is named twice."),
        Fault(None, "", "The order has no such line."),
    ]


def test_an_exchange_needs_something_that_is_there(sold):
    other = VariantFactory(product=sold.till.mug.product, label="Blue", price=1999, stock=0)

    assert faults(sold, Wish(1, 1, "other"), kind="exchange") == [
        Fault(1, "exchange_for", "Choose what you would like instead.")
    ]
    assert [f.field for f in faults(sold, Wish(1, 1, "other", exchange_for=other), kind="exchange")] == [
        "exchange_for"
    ]
    assert faults(sold, Wish(1, 1, "other", exchange_for=sold.till.mug), kind="exchange") == []


def test_the_choices_of_all_lines_come_with_what_is_there_in_one_query(sold, django_assert_num_queries):
    blue = VariantFactory(product=sold.till.mug.product, label="Blue", price=1999, stock=3)
    dear = VariantFactory(product=sold.till.mug.product, label="Gold", price=9999, stock=3)
    lines = list(sold.order.lines.select_related("variant__product", "replaces"))

    with django_assert_num_queries(1):
        found = services.choices_of(lines)[1]

    assert {each.pk: each.available for each in found} == {sold.till.mug.pk: 8, blue.pk: 3}
    assert dear not in found


def test_an_estimate_costs_two_queries_whatever_was_given_back_before(sold, django_assert_num_queries):
    services.resolve(sold.inspected(1))
    run_tasks()
    order = sold.order
    found = services.returnables(order)

    with django_assert_num_queries(2):
        worth = services.estimate(order, [Wish(1, 1, "other")], found)

    assert (worth.lines, worth.shipping, worth.total) == ({1: 1999}, 490, 2489)


def test_what_is_expected_follows_what_was_authorised(sold):
    row = sold.ask(2)
    before = services.expected(row)
    row = services.authorise(row, pieces={1: 1})

    after = services.expected(row)

    assert (before.total, after.total) == (4488, 1999)


def test_a_line_that_was_cancelled_says_so(sold):
    OrderLine.objects.filter(pk=sold.line.pk).update(cancelled=2, shipped=0)

    found = services.returnables(sold.order)

    assert (found[0].pieces, found[0].why_not) == (0, "It was cancelled.")
    OrderLine.objects.filter(pk=sold.line.pk).update(cancelled=0, shipped=2)
