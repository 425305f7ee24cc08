"""What stands in the shop that the journeys walk through: a part of the demo's catalogue, with its pictures."""

from collections.abc import Mapping

from django.utils import timezone

from inventory import services as inventory
from inventory.tests.factories import LocationFactory
from orders.demo import seed_rates
from shop.demo import seeding as demo
from shop.demo.catalogue import PictureSpec
from shop.models import Variant
from shop.services import StoredPicture

GOODS = demo.catalogue(16)
"""From all over the shop; each journey starts with all of it."""

PIXELS = 800
# A product in sizes, one of them sold out; one without a choice.
TEE, MUG = "sunrise-tee", "terrazzo-mug"

Album = Mapping[PictureSpec, list[StoredPicture]]


def draw_pictures() -> Album:
    """Draw and store a view of everything, and two of the tee, in MEDIA_ROOT; takes seconds."""
    album: dict[PictureSpec, list[StoredPicture]] = {}
    wanted = [(product.picture, 0, PIXELS) for product in GOODS]
    wanted += [(product.picture, 1, PIXELS) for product in GOODS if product.slug == TEE]
    for spec, picture in demo.draw_and_store(wanted):
        album.setdefault(spec, []).append(picture)
    return album


def furnish(album: Album) -> None:
    """Rates, goods and stock, written as the demo's seeding writes them."""
    seed_rates()
    for _ in demo.seed_catalogue(GOODS, demo.seed_categories(), album, now=timezone.now()):
        pass
    stock = {sku: pieces for sku, pieces in demo.stocks_of(GOODS).items() if pieces}
    inventory.receive_many(stock, location=LocationFactory(), cause="opening stock")


def variant(slug: str, label: str = "") -> Variant:
    """One of the goods, by its product and size."""
    return Variant.objects.select_related("product", "stock_item").get(product__slug=slug, label=label)
