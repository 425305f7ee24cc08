"""The offer: what can be bought, in which sizes, at what price."""

from django.conf import settings
from django.db import models
from django.db.models import F, OuterRef, Q, Sum
from django.db.models.functions import Coalesce, Greatest
from django.urls import reverse
from django.utils import timezone

from config.money import MoneyField
from inventory.models import StockItem, StockLevel


class TaxClass(models.TextChoices):
    STANDARD = "standard", "Standard rate"
    REDUCED = "reduced", "Reduced rate"
    ZERO = "zero", "Zero rate"


class Category(models.Model):
    """A shelf in the shop window; shelves may stand in shelves."""

    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")
    name = models.CharField(max_length=80)
    slug = models.SlugField(max_length=80, unique=True)
    intro = models.CharField(max_length=300, blank=True)
    position = models.PositiveSmallIntegerField(default=0)
    is_active = models.BooleanField("shown in the shop", default=True)

    class Meta:
        ordering = ["position", "name"]
        verbose_name_plural = "categories"

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("shop:category", args=[self.slug])


class Product(models.Model):
    """What a customer looks at; what they buy is one of its variants.

    `price` (from the cheapest variant on sale), `image_url` and `search_document` are copies that
    `shop.services.refresh_product` keeps, so that a list needs one query and no joins but the stock's.
    """

    category = models.ForeignKey(Category, models.PROTECT, related_name="products")
    name = models.CharField(max_length=160)
    slug = models.SlugField(max_length=160, unique=True)
    summary = models.CharField(max_length=250, blank=True)
    description = models.TextField(blank=True, help_text="Markdown.")
    description_html = models.TextField(blank=True, editable=False)
    is_active = models.BooleanField("shown in the shop", default=True)
    is_featured = models.BooleanField("on the front page", default=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    price = MoneyField(default=0, editable=False)
    has_price_range = models.BooleanField(default=False, editable=False)
    image_url = models.CharField(max_length=300, blank=True, editable=False)
    image_alt = models.CharField(max_length=200, blank=True, editable=False)
    search_document = models.TextField(blank=True, editable=False)

    class Meta:
        ordering = ["-created_at", "-pk"]
        indexes = [
            models.Index(fields=["-created_at", "-id"], condition=Q(is_active=True), name="products_newest"),
            models.Index(fields=["price", "id"], condition=Q(is_active=True), name="products_by_price"),
            models.Index(fields=["name", "id"], condition=Q(is_active=True), name="products_by_name"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("shop:product", args=[self.slug])


class VariantQuerySet(models.QuerySet["Variant"]):
    def on_sale(self) -> "VariantQuerySet":
        return self.filter(is_active=True, product__is_active=True, product__category__is_active=True)

    def with_available(self) -> "VariantQuerySet":
        """Add `available`: pieces that can be promised now, over all places that sell, backorders included."""
        free = (
            StockLevel.objects.filter(item=OuterRef("stock_item"), location__is_sellable=True)
            .values("item")
            .annotate(free=Sum(F("on_hand") - F("reserved") - F("allocated")))
            .values("free")
        )
        return self.annotate(
            available=Greatest(Coalesce(models.Subquery(free), 0) + F("stock_item__backorder_limit"), 0)
        )


class Variant(models.Model):
    """One thing that can be put into a cart: a size, a colour, or the only form there is."""

    product = models.ForeignKey(Product, models.CASCADE, related_name="variants")
    stock_item = models.OneToOneField(StockItem, models.PROTECT, related_name="variant")
    label = models.CharField(
        max_length=60, blank=True, help_text="Size and the like; empty if there is only one."
    )
    price = MoneyField()
    weight_g = models.PositiveIntegerField("weight (g)", default=0)
    tax_class = models.CharField(max_length=10, choices=TaxClass.choices, default=TaxClass.STANDARD)
    country_of_origin = models.CharField(max_length=2, blank=True, help_text="ISO 3166 code, such as PT.")
    position = models.PositiveSmallIntegerField(default=0)
    is_active = models.BooleanField("for sale", default=True)

    objects = VariantQuerySet.as_manager()

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(price__gte=0, price__lte=100_000_000), name="variant_price_in_range"
            ),
            models.UniqueConstraint(fields=["product", "label"], name="one_variant_per_label"),
        ]

    def __str__(self) -> str:
        return f"{self.product.name} ({self.label})" if self.label else self.product.name

    @property
    def sku(self) -> str:
        return self.stock_item.sku


class ProductImage(models.Model):
    """A picture of a product with its words; width and height are set when it is stored."""

    product = models.ForeignKey(Product, models.CASCADE, related_name="images")
    file = models.ImageField(upload_to="products/", width_field="width", height_field="height")
    alt = models.CharField("what it shows", max_length=200)
    width = models.PositiveIntegerField(default=0, editable=False)
    height = models.PositiveIntegerField(default=0, editable=False)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return self.alt


class PriceChange(models.Model):
    """What a variant cost before and after, and who changed it; append-only."""

    variant = models.ForeignKey(Variant, models.CASCADE, related_name="price_changes")
    old = MoneyField(null=True)
    new = MoneyField()
    at = models.DateTimeField(default=timezone.now)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.old} → {self.new}"
