"""Old addresses: where a product or a category was found before its slug was changed."""

from typing import Any

from django.utils import timezone

from shop.models import Category, FormerSlug, Product


def keep_old_address(thing: Product | Category) -> None:
    """Let the address that the thing has in the database lead to the one on the object, which is saved after this.

    Call it inside the transaction that saves. Whoever takes a slug has it: others are no longer found by it.
    """
    was = type(thing)._default_manager.filter(pk=thing.pk).values_list("slug", flat=True).first()
    if was is None or was == thing.slug:
        return
    take_address(thing)
    kind = _kind(thing)
    same: dict[str, Any] = {"slug": was, f"{kind}__isnull": False}
    FormerSlug.objects.update_or_create(**same, defaults={kind: thing, "since": timezone.now()})


def take_address(thing: Product | Category) -> None:
    """Let the thing's own slug lead nowhere else."""
    FormerSlug.objects.filter(slug=thing.slug, **{f"{_kind(thing)}__isnull": False}).delete()


def product_formerly_at(slug: str) -> Product | None:
    """The product that had this slug once, if nothing has it now and it is shown itself; one query."""
    return Product.objects.filter(former_slugs__slug=slug[:160], is_active=True).first()


def category_formerly_at(slug: str) -> Category | None:
    """The same for a category; whether it is shown, the tree of categories knows."""
    return Category.objects.filter(former_slugs__slug=slug[:160]).first()


def _kind(thing: Product | Category) -> str:
    return "product" if isinstance(thing, Product) else "category"
