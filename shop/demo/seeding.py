"""Puts the demo's catalogue into the shop, with pictures drawn on the way; any step can be run again."""

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from io import BytesIO
from itertools import chain

from shop import services
from shop.demo.catalogue import CATEGORIES, PRODUCTS, REDUCED, DemoProduct, PictureSpec, bulk_products
from shop.demo.drawing import drawers, png_of
from shop.models import Category, Product

# Pixels. The widest picture of a page is 1200, but of these drawings nobody misses what is left out; drawing takes
# as long as there are pixels.
SIZE, FURTHER_SIZE = 1000, 800
BATCH = 250
WORDS = ("{name}", "{name}, from close up", "{name}, in another light")
# Two pictures per motif are enough for the long shelf.
LOOKS = 2
# The first catalogue product came this long ago, the last one today.
HISTORY = timedelta(days=90)
# Of the long shelf, so many apart.
REDUCED_EVERY = 12
Picture = tuple[PictureSpec, int, int]  # what, which view, pixels
Album = Mapping[PictureSpec, Sequence[services.StoredPicture]]


def catalogue(count: int | None) -> tuple[DemoProduct, ...]:
    """The whole catalogue, or `count` products of it from all over the shop."""
    if count is None or count >= len(PRODUCTS):
        return PRODUCTS
    return tuple(PRODUCTS[place * len(PRODUCTS) // count] for place in range(count))


def long_shelf(count: int | None, seed: int) -> Iterator[DemoProduct]:
    """The products that are wanted beyond the catalogue, the same for the same seed."""
    return bulk_products(max((count or 0) - len(PRODUCTS), 0), seed)


def is_featured(place: int) -> bool:
    """Whether the product at this place of the catalogue stands on the front page."""
    return place % 9 == 0


def seed_categories() -> dict[str, Category]:
    """The categories by slug; one that is there stays as it is."""
    made: dict[str, Category] = {}
    for position, each in enumerate(CATEGORIES):
        made[each.slug], _ = Category.objects.get_or_create(
            slug=each.slug,
            defaults={
                "name": each.name,
                "intro": each.intro,
                "parent": made[each.parent_slug] if each.parent_slug else None,
                "position": position,
            },
        )
    return made


def pictures_of(products: Sequence[DemoProduct]) -> list[Picture]:
    """What is to be drawn for the catalogue: two views of each product, three of those on the front page.

    Products that an earlier run has put there have theirs.
    """
    there = _slugs()
    return [
        (product.picture, view, FURTHER_SIZE if view else SIZE)
        for place, product in enumerate(products)
        for view in range(3 if is_featured(place) else 2)
        if product.slug not in there
    ]


def shared_pictures_of(
    products: Iterable[DemoProduct], looks: Mapping[str, Sequence[PictureSpec]]
) -> list[Picture]:
    """What is to be drawn for the long shelf: every shared look, unless all of its products are there."""
    there = _slugs()
    if all(product.slug in there for product in products):
        return []
    return [(look, 0, FURTHER_SIZE) for some in looks.values() for look in some]


def shared_looks(products: Iterable[DemoProduct]) -> dict[str, list[PictureSpec]]:
    """The few pictures by motif that the long shelf shares: those of the first products of each motif."""
    looks: dict[str, list[PictureSpec]] = {}
    for product in products:
        some = looks.setdefault(product.picture.motif, [])
        if len(some) < LOOKS and product.picture not in some:
            some.append(product.picture)
    return looks


def draw_and_store(wanted: Sequence[Picture]) -> Iterator[tuple[PictureSpec, services.StoredPicture]]:
    """Draw pictures side by side and store each in its widths, in the order in which they are wanted.

    Two processes draw while threads encode, which Pillow does without Python's lock.
    """
    side_by_side = min(os.cpu_count() or 1, 2)
    processes, threads = drawers(side_by_side), ThreadPoolExecutor(side_by_side + 1)

    def make(picture: Picture) -> services.StoredPicture:
        return services.store_picture(BytesIO(processes.submit(png_of, *picture).result()))

    try:
        for (spec, _, _), stored in zip(wanted, threads.map(make, wanted), strict=True):
            yield spec, stored
    finally:
        threads.shutdown(cancel_futures=True)
        processes.shutdown(cancel_futures=True)


def seed_catalogue(
    products: Sequence[DemoProduct], shelves: Mapping[str, Category], album: Album, *, now: datetime
) -> Iterator[int]:
    """Put the catalogue into the window, oldest product first; yields how many are done."""
    step = HISTORY / max(len(products), 1)
    goods = (
        _offer(
            product,
            shelves,
            [(picture, WORDS[view]) for view, picture in enumerate(album.get(product.picture, ()))],
            created_at=now - HISTORY + step * place,
            is_featured=is_featured(place),
            reduced_by=REDUCED.get(product.slug, 0),
        )
        for place, product in enumerate(products)
    )
    return services.bulk_create(_missing(goods), batch=BATCH)


def seed_long_shelf(
    products: Iterable[DemoProduct],
    shelves: Mapping[str, Category],
    looks: Mapping[str, Sequence[PictureSpec]],
    album: Album,
    *,
    now: datetime,
) -> Iterator[int]:
    """Put products by the thousand into the window, with shared pictures; yields how many are done."""
    goods = (
        _offer(
            product,
            shelves,
            [(picture, WORDS[0]) for picture in _shared(product, place, looks, album)],
            created_at=now - HISTORY - timedelta(minutes=place),
            reduced_by=0 if place % REDUCED_EVERY else 25,
        )
        for place, product in enumerate(products)
    )
    return services.bulk_create(_missing(goods), batch=BATCH)


def _shared(
    product: DemoProduct, place: int, looks: Mapping[str, Sequence[PictureSpec]], album: Album
) -> Sequence[services.StoredPicture]:
    some = looks[product.picture.motif]
    return album.get(some[place % len(some)], ())


def stocks_of(products: Iterable[DemoProduct]) -> dict[str, int]:
    """How many pieces of each SKU the shop opens with."""
    return {
        variant.sku: variant.stock
        for variant in chain.from_iterable(product.variants for product in products)
    }


def _slugs() -> set[str]:
    return set(Product.objects.values_list("slug", flat=True))


def _missing(goods: Iterable[services.NewProduct]) -> Iterator[services.NewProduct]:
    """Leave out what an earlier run has put there; their slugs tell."""
    there = _slugs()
    return (new for new in goods if new.slug not in there)


def _offer(
    product: DemoProduct,
    shelves: Mapping[str, Category],
    pictures: Sequence[tuple[services.StoredPicture, str]],
    *,
    created_at: datetime,
    is_featured: bool = False,
    reduced_by: int = 0,
) -> services.NewProduct:
    return services.NewProduct(
        category=shelves[product.category_slug],
        name=product.name,
        slug=product.slug,
        summary=product.summary,
        description=product.description_markdown,
        is_featured=is_featured,
        created_at=created_at,
        pictures=[(picture, words.format(name=product.name)) for picture, words in pictures],
        variants=[
            services.NewVariant(
                sku=variant.sku,
                label="" if len(product.variants) == 1 else variant.label,
                price=variant.price_minor_units,
                weight_g=variant.weight_grams,
                tax_class=product.tax_class,
                country_of_origin=product.country_of_origin,
                barcode=variant.barcode,
                compare_at_price=_before(variant.price_minor_units, reduced_by),
            )
            for variant in product.variants
        ],
    )


def _before(price: int, percent: int) -> int | None:
    """The price before: so many percent above today's, up to the next full half; None if there was none."""
    return -(-price * (100 + percent) // 5000) * 50 if percent else None
