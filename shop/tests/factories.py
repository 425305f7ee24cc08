"""Goods for tests. A product comes with the copies that lists read, so call `refresh_product` only after a change."""

from datetime import timedelta
from io import BytesIO

import factory
from django.core.files.base import ContentFile
from django.utils import timezone
from factory.django import DjangoModelFactory
from PIL import Image

from accounts.tests.factories import UserFactory
from inventory.tests.factories import StockItemFactory, StockLevelFactory
from shop import flash
from shop.models import Category, FlashSale, Product, Review, StockRequest, Variant
from shop.services import add_review, approve_review, refresh_product, save_sale


class CategoryFactory(DjangoModelFactory):
    class Meta:
        model = Category

    name = factory.Sequence(lambda n: f"Category {n}")
    slug = factory.Sequence(lambda n: f"category-{n}")


class ProductFactory(DjangoModelFactory):
    """A product without variants; VariantFactory makes one with."""

    class Meta:
        model = Product

    category = factory.SubFactory(CategoryFactory)
    name = factory.Sequence(lambda n: f"Product {n}")
    slug = factory.Sequence(lambda n: f"product-{n}")
    summary = "A thing worth having."


class VariantFactory(DjangoModelFactory):
    """One thing for sale at 19.99; `stock` pieces of it lie in the warehouse."""

    class Meta:
        model = Variant
        skip_postgeneration_save = True

    product = factory.SubFactory(ProductFactory)
    stock_item = factory.SubFactory(StockItemFactory)
    label = factory.Sequence(lambda n: f"Size {n}")
    price = 1999
    weight_g = 250
    country_of_origin = "PT"

    @factory.post_generation
    def stock(self, create, extracted, **kwargs):
        if extracted is not None:
            StockLevelFactory(item=self.stock_item, on_hand=extracted)
        refresh_product(self.product)


class ReviewFactory(DjangoModelFactory):
    """Four stars and some words of a customer, waiting to be read; `approved_by` shows it at once."""

    class Meta:
        model = Review

    product = factory.LazyFunction(lambda: VariantFactory().product)
    author = factory.SubFactory(UserFactory)
    proof = "order T-AAA-AAA-AAA line 1"
    rating = 4
    title = "Good cup"
    text = "It holds tea, and it is still warm after ten minutes."
    shows_name = True
    approved_by = None

    @classmethod
    def _create(cls, model_class, *, product, author, approved_by, **words):
        review = add_review(product, author, **words)
        if approved_by:
            approve_review(review, by=approved_by)
        return review


class StockRequestFactory(DjangoModelFactory):
    """Somebody with a proven address who waits for something that is sold out."""

    class Meta:
        model = StockRequest

    variant = factory.SubFactory(VariantFactory, stock=0)
    email = factory.Sequence(lambda n: f"waiting{n}@example.com")
    confirmed_at = factory.LazyFunction(timezone.now)
    expires_at = factory.LazyFunction(lambda: timezone.now() + timedelta(days=90))


class FlashSaleFactory(DjangoModelFactory):
    """A sale that runs for an hour more: 12.00 instead of 19.99, five pieces, two for each customer."""

    class Meta:
        model = FlashSale

    variant = factory.SubFactory(VariantFactory, stock=100)
    name = "An hour for less"
    price = 1200
    cap = 5
    limit = 2
    starts_at = factory.LazyFunction(lambda: timezone.now() - timedelta(minutes=5))
    ends_at = factory.LazyFunction(lambda: timezone.now() + timedelta(hours=1))

    @classmethod
    def _create(cls, model_class, *args, **fields):
        sale = save_sale(model_class(*args, **fields))
        flash.forget()
        return sale


def picture_file(width=1600, height=1600, kind="PNG", name="picture.png", colour=(180, 90, 60)):
    """An uploaded picture of one colour."""
    buffer = BytesIO()
    Image.new("RGB", (width, height), colour).save(buffer, kind)
    return ContentFile(buffer.getvalue(), name=name)
