"""Pages of words: written by staff, or begun from samples."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from shop.content import reading
from shop.content.samples import samples
from shop.models import ContentPage
from shop.services.errors import ShopError


@transaction.atomic
def save_page(page: ContentPage) -> None:
    """Save what was typed; the footer names it, or no longer does. Raises ShopError if a text does not fit."""
    try:
        page.full_clean()
    except ValidationError as error:
        raise ShopError(" ".join(error.messages)) from error
    page.updated_at = timezone.now()
    page.save()
    transaction.on_commit(reading.forget)


@transaction.atomic
def delete_page(page: ContentPage) -> None:
    page.delete()
    transaction.on_commit(reading.forget)


@transaction.atomic
def begin_pages(*, is_published: bool = False) -> int:
    """Put the sample pages there that are missing; a page that is there stays as it is. Returns how many were."""
    there = set(ContentPage.objects.values_list("slug", "language"))
    missing = [sample for sample in samples() if (sample.slug, sample.language) not in there]
    for sample in missing:
        save_page(
            ContentPage(
                slug=sample.slug,
                language=sample.language,
                title=sample.title,
                description=sample.description,
                body=sample.body,
                position=sample.position,
                is_published=is_published,
            )
        )
    return len(missing)
