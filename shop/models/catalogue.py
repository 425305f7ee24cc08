"""The offer: what can be bought, in which sizes, at what price."""

from functools import cache

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, OuterRef, Q, Sum
from django.db.models.functions import Coalesce, Greatest, Now
from django.urls import NoReverseMatch, resolve, reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from config.money import MoneyField
from inventory.models import StockItem, StockLevel
from shop.models.searching import ProductQuerySet
from shop.text import render_markdown

# Minor units.
HIGHEST_PRICE = 100_000_000


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
    updated_at = models.DateTimeField(default=timezone.now, db_default=Now(), editable=False)

    class Meta:
        ordering = ["position", "name"]
        verbose_name_plural = "categories"

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("shop:category", args=[self.slug])


def is_reserved(slug: str) -> bool:
    """True if the address of a product with this slug would lead to something else."""
    try:
        return resolve(reverse("shop:product", args=[slug])).view_name != "shop:product"
    except NoReverseMatch:  # no slug at all; that is refused elsewhere
        return False


class Product(models.Model):
    """What a customer looks at; what they buy is one of its variants.

    `price` and `compare_at_price` (of the cheapest variant on sale), `variant_count` (those on sale), the picture,
    `search_document` and `search_name` (see `shop.search`) are copies that `shop.services.refresh_product` keeps, so
    that a list needs one query and no joins but the stock's.
    `sizes` are the labels of the variants on sale and `sizes_there` those in stock (see `shop.sizes`): filters count by
    them, and they follow the stock once its change is committed. What a card says of stock is not read from them.
    `rating_count` and `rating_sum` add up the approved reviews; the services that approve and withdraw them keep both.
    `updated_at` is when something of the product was changed last, kept by the services; stock moves do not count.
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
    updated_at = models.DateTimeField(default=timezone.now, db_default=Now(), editable=False)
    price = MoneyField(default=0, editable=False)
    compare_at_price = MoneyField(null=True, editable=False)
    has_price_range = models.BooleanField(default=False, editable=False)
    variant_count = models.PositiveSmallIntegerField(default=0, editable=False)
    image_url = models.CharField(max_length=300, blank=True, editable=False)
    image_srcset = models.CharField(max_length=1000, blank=True, editable=False)
    image_alt = models.CharField(max_length=200, blank=True, editable=False)
    search_document = models.TextField(blank=True, editable=False)
    search_name = models.TextField(blank=True, default="", db_default="", editable=False)
    sizes = models.TextField(blank=True, default="", db_default="", editable=False)
    sizes_there = models.TextField(blank=True, default="", db_default="", editable=False)
    rating_count = models.PositiveIntegerField(default=0, db_default=0, editable=False)
    rating_sum = models.PositiveIntegerField(default=0, db_default=0, editable=False)

    objects = ProductQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(rating_sum__gte=F("rating_count"), rating_sum__lte=5 * F("rating_count")),
                name="product_rating_in_range",
            ),
        ]
        indexes = [
            models.Index(fields=["-created_at", "-id"], condition=Q(is_active=True), name="products_newest"),
            models.Index(fields=["price", "id"], condition=Q(is_active=True), name="products_by_price"),
            models.Index(fields=["name", "id"], condition=Q(is_active=True), name="products_by_name"),
            models.Index(
                fields=["category", "-created_at", "-id"],
                condition=Q(is_active=True),
                name="products_of_category",
            ),
            models.Index(
                fields=["-created_at", "-id"],
                condition=Q(is_active=True, compare_at_price__isnull=False),
                name="products_reduced",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, **kwargs) -> None:
        """Save, with the description made into safe HTML."""
        self.description_html = render_markdown(self.description)
        if (fields := kwargs.get("update_fields")) is not None and "description" in fields:
            kwargs["update_fields"] = {*fields, "description_html"}
        super().save(**kwargs)

    def get_absolute_url(self) -> str:
        return reverse("shop:product", args=[self.slug])

    def clean(self) -> None:
        """Refuse a slug whose address the shop needs for itself."""
        if is_reserved(self.slug):
            raise ValidationError(
                {"slug": _("The shop needs this address for itself. Please choose another.")}
            )


class VariantQuerySet(models.QuerySet["Variant"]):
    def on_sale(self) -> "VariantQuerySet":
        return self.filter(is_active=True, product__is_active=True, product__category__is_active=True)

    def with_available(self) -> "VariantQuerySet":
        """Add `available`: pieces that can be promised now, over all places that sell, backorders included."""
        return self.annotate(available=available_of())


@cache
def available_of(variant: str = "") -> Greatest:
    """`available` in a query; `variant` is the way there, such as "variant__". Built once: nearly every page has it."""
    free = (
        StockLevel.objects.filter(item=OuterRef(f"{variant}stock_item"), location__is_sellable=True)
        .values("item")
        .annotate(free=Sum(F("on_hand") - F("reserved") - F("allocated")))
        .values("free")
    )
    free_and_backorders = models.Subquery(free) + F(f"{variant}stock_item__backorder_limit")
    return Greatest(Coalesce(free_and_backorders, 0), 0)


class Variant(models.Model):
    """One thing that can be put into a cart: a size, a colour, or the only form there is."""

    product = models.ForeignKey(Product, models.CASCADE, related_name="variants")
    stock_item = models.OneToOneField(StockItem, models.PROTECT, related_name="variant")
    label = models.CharField(
        max_length=60, blank=True, help_text="Size and the like; empty if there is only one."
    )
    price = MoneyField()
    compare_at_price = MoneyField(
        _("price before"),
        null=True,
        blank=True,
        help_text=_("Shown struck through. In the EU: the lowest price of the 30 days before the reduction."),
    )
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
                condition=Q(price__gte=0, price__lte=HIGHEST_PRICE), name="variant_price_in_range"
            ),
            models.CheckConstraint(
                condition=Q(compare_at_price=None)
                | Q(compare_at_price__gt=F("price"), compare_at_price__lte=HIGHEST_PRICE),
                name="variant_compare_at_above_price",
            ),
            models.UniqueConstraint(fields=["product", "label"], name="one_variant_per_label"),
        ]

    def __str__(self) -> str:
        return f"{self.product.name} ({self.label})" if self.label else self.product.name

    @property
    def sku(self) -> str:
        return self.stock_item.sku


class ProductImage(models.Model):
    """A picture of a product with its words, stored in several widths; `file` is the widest of them.

    `shop.services.add_image` makes the files. Their names end in their width, so `srcset` needs no look at the disk.
    """

    product = models.ForeignKey(Product, models.CASCADE, related_name="images")
    file = models.ImageField(upload_to="products/", width_field="width", height_field="height")
    alt = models.CharField("what it shows", max_length=200)
    width = models.PositiveIntegerField(default=0, editable=False)
    height = models.PositiveIntegerField(default=0, editable=False)
    widths = models.JSONField(default=list, editable=False)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return self.alt

    def url(self, width: int) -> str:
        """Return the address of the file of this width, which must be one of `widths`."""
        stem = str(self.file.name).rpartition("-")[0]
        return self.file.storage.url(f"{stem}-{width}.webp")

    @property
    def srcset(self) -> str:
        """All widths for an `img`'s srcset; empty for a picture stored by other means."""
        return ", ".join(f"{self.url(width)} {width}w" for width in self.widths)

    @property
    def small_url(self) -> str:
        """The narrowest file, for thumbnails and cards."""
        return self.url(min(self.widths)) if self.widths else self.file.url


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
