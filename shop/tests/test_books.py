"""Every rule about the offer, broken behind the services' backs and found."""

import pytest

from accounts.tests.factories import StaffFactory
from config.tests.world import contradictions
from shop.models import Product
from shop.tests.factories import ReviewFactory

pytestmark = [pytest.mark.django_db, pytest.mark.broken_books]


def test_sums_of_ratings_that_were_changed_by_hand_are_found():
    product = ReviewFactory(rating=4, approved_by=StaffFactory()).product

    Product.objects.filter(pk=product.pk).update(rating_count=2, rating_sum=9)

    assert contradictions("shop.ratings") == [
        f"{product.slug}: 2 ratings that add up to 9, says the product; its approved reviews are 1 that add up to 4."
    ]
