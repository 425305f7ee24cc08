"""What may be sent back, until when, and what it costs."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from orders import services as orders
from orders.models import Fulfilment
from returns import services
from returns.models import ReturnRule
from returns.tests.making import Spec, make_arrived, make_order, settle
from shop.tests.factories import CategoryFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def order():
    return make_arrived([Spec(3, 1999, 1900)])


def the_line(order):
    return services.returnables(order)[0]


def set_clock(**moments):
    Fulfilment.objects.update(**moments)


def category_of(order):
    return order.lines.get().variant.product.category


def test_all_that_has_arrived_may_be_sent_back_for_thirty_days(order):
    found = the_line(order)

    assert (found.pieces, found.why_not, found.only_our_fault) == (3, "", "")
    assert found.terms == services.Terms(False, 30, None, 0, timezone.localdate() + timedelta(days=30))


def test_the_last_day_counts_and_the_day_after_does_not(order):
    set_clock(delivered_at=timezone.now() - timedelta(days=30))
    on_the_last_day = the_line(order)
    set_clock(delivered_at=timezone.now() - timedelta(days=31))

    after = the_line(order)

    assert (on_the_last_day.pieces, after.pieces) == (3, 0)
    assert after.why_not.startswith("It could be sent back until ")


def test_the_days_are_those_of_the_shops_clock(order, settings):
    settings.TIME_ZONE = "Europe/Berlin"
    with timezone.override("Europe/Berlin"):
        set_clock(delivered_at=datetime(2026, 3, 1, 23, 30, tzinfo=UTC))

        assert the_line(order).terms.until == datetime(2026, 4, 1, tzinfo=UTC).date()


def test_without_a_delivery_the_window_counts_from_dispatch(order):
    set_clock(delivered_at=None, shipped_at=timezone.now() - timedelta(days=31))

    assert the_line(order).pieces == 0


def test_of_a_line_in_two_parcels_the_later_one_counts():
    order = make_order([Spec(2, 1999, 1900)])
    settle(order, orders.owed(order))
    first, second = (orders.ship(order, {1: 1}, key=key) for key in "ab")
    Fulfilment.objects.filter(pk=first.pk).update(shipped_at=timezone.now() - timedelta(days=40))
    Fulfilment.objects.filter(pk=second.pk).update(shipped_at=timezone.now() - timedelta(days=20))

    assert the_line(order).pieces == 2


def test_what_has_not_been_sent_cannot_be_sent_back():
    found = the_line(make_order([Spec(1, 1999, 1900)]))

    assert (found.pieces, found.why_not, found.terms.until) == (0, "It has not been sent yet.", None)


def test_a_products_rule_comes_before_its_categorys_and_that_before_those_above(order, settings):
    settings.RETURN_FEE = 100
    above = CategoryFactory()
    category = category_of(order)
    category.parent = above
    category.save()
    product = order.lines.get().variant.product
    ReturnRule.objects.create(category=above, window_days=100, fee=300, most_per_line=2)
    ReturnRule.objects.create(category=category, window_days=50, fee=200)
    ReturnRule.objects.create(product=product, window_days=7)

    terms = the_line(order).terms

    assert (terms.window_days, terms.fee, terms.most) == (7, 200, 2)


def test_another_products_rule_says_nothing(order):
    other = make_arrived([Spec(1, 500, 1900)]).lines.get().variant.product
    ReturnRule.objects.create(product=other, is_final_sale=True, window_days=1)

    assert (the_line(order).terms.window_days, the_line(order).only_our_fault) == (30, "")


def test_a_window_of_no_days_and_a_fee_of_nothing_are_said_too(order, settings):
    settings.RETURN_FEE = 100
    ReturnRule.objects.create(category=category_of(order), window_days=0, fee=0)

    terms = the_line(order).terms

    assert (terms.window_days, terms.fee, terms.until) == (0, 0, timezone.localdate())


def test_a_final_sale_is_taken_back_only_if_we_are_at_fault(order):
    ReturnRule.objects.create(category=category_of(order), is_final_sale=True)

    found = the_line(order)

    assert services.why_not_for(found, True) == ""
    assert services.why_not_for(found, False).startswith("It was a final sale")


def test_no_more_than_the_most_of_a_line_is_taken_back_in_all_returns_together(order):
    ReturnRule.objects.create(category=category_of(order), most_per_line=2)
    services.request_return(order, [services.Wish(1, 1, "changed_mind")], key="1")

    assert the_line(order).pieces == 1
    services.request_return(order, [services.Wish(1, 1, "changed_mind")], key="2")
    assert the_line(order).why_not == "At most 2 pieces of it are taken back."


def test_a_line_whose_variant_is_gone_has_the_usual_terms(order):
    ReturnRule.objects.create(category=category_of(order), window_days=1)
    order.lines.update(variant=None)

    assert (the_line(order).terms.window_days, the_line(order).pieces) == (30, 3)


@pytest.mark.parametrize("lines", [1, 5])
def test_the_terms_of_any_number_of_lines_take_five_queries(lines, django_assert_num_queries):
    order = make_arrived([Spec(1, 1000, 1900)] * lines)
    ReturnRule.objects.create(category=order.lines.first().variant.product.category, window_days=3)

    with django_assert_num_queries(5):
        services.returnables(order)
