"""The things that a scenario sells: a product of its own, taken off sale afterwards."""

from dataclasses import dataclass

from django.db.models import Sum

from config.processes import Trouble
from inventory import services as inventory
from inventory.models import Location, StockLevel
from orders.models import Order, OrderLine
from shop import services as shop
from shop.models import Category, Product, Variant

PRICE = 1900
"""Minor units."""


@dataclass(frozen=True)
class Goods:
    """One product with so many pieces in stock, of one run."""

    run: str
    variant: Variant
    stock: int

    @classmethod
    def put_on_sale(cls, run: str, stock: int) -> "Goods":
        """Make it and receive its stock, by the services that staff use. Raises Trouble in a shop without shelves."""
        category = Category.objects.filter(is_active=True, parent=None).first()
        place = Location.objects.filter(is_sellable=True).first()
        if category is None or place is None:
            raise Trouble(
                "The shop has no category or no place that sells: fill it with `manage.py seed_demo`."
            )
        name = f"Stress test {run}"
        product = shop.create_product(
            category, name, summary="Made by manage.py stress; not meant to be bought."
        )
        variant = shop.add_variant(product, f"STRESS-{run}", price=PRICE, weight_g=100)
        inventory.receive(variant.sku, stock, location=place, cause=f"stress {run}")
        return cls(run, variant, stock)

    def take_off_sale(self) -> None:
        """Hide the product and take what is left off the shelf; pieces that are held or promised stay."""
        product = Product.objects.get(pk=self.variant.product_id)
        product.is_active = False
        shop.change_product(product)
        for level in self.levels():
            if level.available > 0:
                inventory.adjust(
                    self.variant.sku,
                    -level.available,
                    location=level.location,
                    cause=f"end of stress {self.run}",
                    reason="The stress test is over.",
                )

    def levels(self) -> list[StockLevel]:
        return list(StockLevel.objects.filter(item=self.variant.stock_item_id).select_related("location"))

    def promised(self) -> int:
        """Pieces that are held for checkouts or promised to orders."""
        return sum(level.reserved + level.allocated for level in self.levels())

    def ordered(self) -> int:
        """Pieces in orders."""
        lines = OrderLine.objects.filter(variant=self.variant)
        return lines.aggregate(pieces=Sum("quantity"))["pieces"] or 0

    def orders(self) -> list[Order]:
        """The orders of it, oldest first."""
        return list(Order.objects.filter(lines__variant=self.variant).order_by("pk"))

    @property
    def path(self) -> str:
        """The product's page."""
        return self.variant.product.get_absolute_url()
