"""Planning a flash sale, changing and ending it."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from shop import services as shop
from shop.models import FlashSale
from shop.tests.factories import FlashSaleFactory, VariantFactory

pytestmark = pytest.mark.django_db


def at(**away):
    return timezone.now() + timedelta(**away)


def planned(variant, **fields):
    start = fields.pop("starts_at", at(hours=1))
    return FlashSaleFactory(variant=variant, starts_at=start, ends_at=start + timedelta(hours=1), **fields)


@pytest.mark.parametrize(
    ("fields", "field", "why"),
    [
        ({"price": 1999}, "price", "below the usual price, which is €19.99"),
        ({"price": 2500}, "price", "below the usual price"),
        ({"ends_at": at(minutes=-10)}, "ends_at", "must end after it starts"),
        ({"starts_at": at(days=-2), "ends_at": at(days=-1)}, "ends_at", "past already"),
        ({"cap": 2, "limit": 3}, "limit", "more pieces than there are"),
        ({"cap": 0, "limit": 0}, "", "greater than or equal to 1"),
        ({"hold_minutes": 0}, "", "greater than or equal to 1"),
        ({"hold_minutes": 61}, "", "less than or equal to 60"),
    ],
)
def test_a_sale_that_makes_no_sense_is_refused_in_words(fields, field, why):
    variant = VariantFactory()

    with pytest.raises(shop.SaleError, match=why) as refusal:
        FlashSaleFactory(variant=variant, **fields)

    assert refusal.value.field == field
    assert not FlashSale.objects.exists()


def test_the_table_refuses_what_no_service_would_write():
    sale = FlashSaleFactory()

    for wrong in ({"price": 1999}, {"cap": 0}, {"limit": 0}, {"ends_at": sale.starts_at}, {"limit": 6}):
        with pytest.raises(IntegrityError), transaction.atomic():
            FlashSale.objects.filter(pk=sale.pk).update(**wrong)


def test_a_variant_has_one_sale_at_a_time_and_another_right_after_it():
    first = FlashSaleFactory()

    with pytest.raises(shop.SaleError, match="At that time “An hour for less” runs"):
        FlashSaleFactory(variant=first.variant, starts_at=at(minutes=59), ends_at=at(hours=3))
    second = FlashSaleFactory(variant=first.variant, starts_at=first.ends_at, ends_at=at(hours=3))

    assert set(FlashSale.objects.all()) == {first, second}


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no such constraint; books tell.")
def test_the_table_itself_keeps_sales_apart():
    first = FlashSaleFactory()
    second = FlashSaleFactory(variant=first.variant, starts_at=first.ends_at, ends_at=at(hours=3))

    with pytest.raises(IntegrityError), transaction.atomic():
        FlashSale.objects.filter(pk=second.pk).update(starts_at=first.starts_at)


def test_what_has_begun_keeps_what_customers_were_told():
    sale = FlashSaleFactory()

    for name, value in {"price": 1100, "limit": 1, "hold_minutes": 5, "starts_at": at(minutes=1)}.items():
        changed = FlashSale.objects.get(pk=sale.pk)
        setattr(changed, name, value)
        with pytest.raises(shop.SaleError, match="has begun"):
            shop.save_sale(changed)
    fewer = FlashSale.objects.get(pk=sale.pk)
    fewer.cap = 4
    with pytest.raises(shop.SaleError, match="not fewer"):
        shop.save_sale(fewer)
    more = FlashSale.objects.get(pk=sale.pk)
    more.cap, more.words, more.ends_at = 9, "More of it.", at(hours=2)
    shop.save_sale(more)

    sale.refresh_from_db()
    assert (sale.cap, sale.words, sale.price) == (9, "More of it.", 1200)


def test_what_is_over_stays_as_it_was():
    sale = FlashSaleFactory()
    FlashSale.objects.filter(pk=sale.pk).update(ends_at=at(minutes=-1))
    sale.refresh_from_db()
    sale.words = "It was nice."

    with pytest.raises(shop.SaleError, match="is over"):
        shop.save_sale(sale)


def test_to_end_a_sale_ends_a_running_one_and_calls_a_planned_one_off():
    sale = FlashSaleFactory()
    next_one = planned(sale.variant, starts_at=at(hours=2))

    assert [shop.end_sale(sale), shop.end_sale(next_one), shop.end_sale(sale)] == [True, True, False]

    sale.refresh_from_db()
    next_one.refresh_from_db()
    assert sale.is_active
    assert sale.is_over(timezone.now())
    assert not next_one.is_active


def test_what_is_struck_through_is_the_lowest_price_of_thirty_days():
    variant = VariantFactory(price=3000)
    shop.set_price(variant, 1500, None)
    shop.set_price(variant, 2500, None)
    variant.price_changes.update(at=at(days=-20))

    sale = planned(variant, price=1200)

    assert (sale.regular_price, sale.prior_price) == (2500, 1500)


def test_an_earlier_sale_is_a_price_of_the_thirty_days():
    first = FlashSaleFactory(price=1200)

    same_price = planned(first.variant, starts_at=first.ends_at, price=1200)
    lower = planned(first.variant, starts_at=same_price.ends_at, price=1000)

    assert (first.prior_price, same_price.prior_price, lower.prior_price) == (1999, None, 1200)


def test_a_new_price_changes_what_planned_sales_may_strike_through():
    variant = VariantFactory(price=3000)
    sale = planned(variant)

    shop.set_price(variant, 1800, None)

    sale.refresh_from_db()
    assert sale.prior_price == 1800
