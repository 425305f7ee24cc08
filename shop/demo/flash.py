"""The demo's flash sales: one that runs for two days, one that begins when it ends."""

from datetime import datetime, timedelta

from shop import services
from shop.models import FlashSale, Variant

LASTS = timedelta(days=2)
PERCENT = 70
FEWEST = 10
NAMES = (
    ("Two days for less", "As many as lie on the shelf for it, and not one more."),
    ("And then this one", "It begins as soon as the other has ended."),
)


def seed_flash_sales(now: datetime) -> None:
    """Plan both, unless there is a sale already; on goods of which there are enough and that cost the usual price."""
    if FlashSale.objects.exists():
        return
    goods = Variant.objects.on_sale().with_available().filter(compare_at_price=None, product__variant_count=1)
    plenty = goods.filter(available__gte=FEWEST, price__gte=1000).order_by("-product__created_at", "pk")
    starts_at = now.replace(second=0, microsecond=0)
    for variant, (name, words) in zip(plenty[: len(NAMES)], NAMES, strict=False):
        services.save_sale(
            FlashSale(
                variant=variant,
                name=name,
                words=words,
                price=variant.price * PERCENT // 5000 * 50,
                cap=FEWEST,
                limit=2,
                starts_at=starts_at,
                ends_at=starts_at + LASTS,
            )
        )
        starts_at += LASTS
