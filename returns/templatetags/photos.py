"""Photos of returns for pages: `{% load photos %}`."""

from dataclasses import dataclass

from django import template
from django.conf import settings
from django.urls import reverse

from returns import services
from returns.models import ReturnPhoto, ReturnRequest
from returns.uploads import LARGEST_FORM

register = template.Library()


@dataclass(frozen=True)
class Shown:
    """A photo on a page: its addresses, for its owner or with a guest's token."""

    url: str
    small_url: str
    remove_url: str
    photo: ReturnPhoto


@dataclass(frozen=True)
class Album:
    """The photos of a return on its own page, and what its customer may do with them."""

    photos: list[Shown]
    left: int
    may_remove: bool
    add_url: str


@register.simple_tag
def photo_terms() -> dict[str, object]:
    """What the form takes: kinds of files, and how large and how many they may be."""
    return {
        "accept": ",".join(services.PHOTO_TYPES),
        "reads_heic": "image/heic" in services.PHOTO_TYPES,
        "most": settings.RETURN_PHOTOS_MAX,
        "most_mb": settings.RETURN_PHOTO_MAX_MB,
        "most_mb_together": LARGEST_FORM // 1_000_000,
    }


@register.simple_tag
def album_of(row: ReturnRequest) -> Album:
    """The photos of a return with their addresses."""
    photos = list(row.photos.all())
    return Album(
        photos=[
            Shown(
                url=_address(row, "photo", photo.name),
                small_url=_address(row, "photo_small", photo.name),
                remove_url=_address(row, "photo_remove", photo.name),
                photo=photo,
            )
            for photo in photos
        ],
        left=services.photos_left(row),
        may_remove=row.state in ReturnRequest.BEFORE_DECISION,
        add_url=_address(row, "photos_add", row.number),
    )


def _address(row: ReturnRequest, name: str, hole: str) -> str:
    if row.order.customer_id:
        return reverse(f"returns:{name}", args=[hole])
    return reverse(f"returns:guest_{name}", args=[row.order.token, hole])
