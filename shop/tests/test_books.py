"""Every rule about the offer, broken behind the services' backs and found."""

from datetime import timedelta

import pytest
from django.db import connection

from accounts.tests.factories import StaffFactory
from config.tests.world import contradictions
from shop.models import FlashSale, Product
from shop.tests.factories import FlashSaleFactory, ReviewFactory

pytestmark = [pytest.mark.django_db, pytest.mark.broken_books]


def test_sums_of_ratings_that_were_changed_by_hand_are_found():
    product = ReviewFactory(rating=4, approved_by=StaffFactory()).product

    Product.objects.filter(pk=product.pk).update(rating_count=2, rating_sum=9)

    assert contradictions("shop.ratings") == [
        f"{product.slug}: 2 ratings that add up to 9, says the product; its approved reviews are 1 that add up to 4."
    ]


def test_two_sales_of_a_variant_at_one_time_are_found():
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE shop_flashsale DROP CONSTRAINT flash_sales_apart")
    one = FlashSaleFactory()
    other = FlashSaleFactory(
        variant=one.variant, starts_at=one.ends_at, ends_at=one.ends_at + timedelta(hours=1)
    )

    FlashSale.objects.filter(pk=other.pk).update(starts_at=one.starts_at)

    assert contradictions("shop.flash_sales_apart") == [
        f"{one.variant.sku}: the flash sales {one.pk} and {other.pk} run at the same time."
    ]
