"""Pictures of products as files: made anew from what was uploaded, in several widths, under names never used twice.

An upload is stored in one width, with which it can be shown at once; the others are made in the background and named
on the row when they are there. Files that no row shows any more go later, so that an open page still finds them.
"""

import hashlib
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import timedelta
from io import BytesIO
from typing import IO

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from PIL import Image

from shop.models import Product, ProductImage
from shop.services.copies import refresh_product
from shop.services.decoding import BAD_FILE, MOST_BYTES, WIDEST, upright
from shop.services.errors import PictureNotStored

FOLDER = "products"
WIDTHS = (400, 800, 1200)
QUALITY = 82
# Part of every name that is made from content: raise it when pictures shall be encoded differently.
ENCODING = b"webp-82-1"
NAME = re.compile(r"(?P<stem>products/[0-9a-f]{24})-(?P<width>[0-9]{1,5})\.webp")
# How long a file outlives its row: pages that are open or cached still ask for it.
AFTERLIFE = timedelta(hours=1)
# A file that nobody shows is left alone for so long: its row may be about to be written.
STRAY = timedelta(days=1)
_uploads: ContextVar[list[str] | None] = ContextVar("uploads", default=None)


@dataclass(frozen=True)
class StoredPicture:
    """A picture in the media storage: the name of its widest file, that file's size, and all widths there are."""

    name: str
    width: int
    height: int
    widths: tuple[int, ...]


def widths_of(widest: int) -> tuple[int, ...]:
    """All widths of a picture whose widest file is so wide."""
    return (*(width for width in WIDTHS if width < widest), widest)


# --- storing ----------------------------------------------------------------------------------------
def store_upload(file: IO[bytes]) -> StoredPicture:
    """Check a file and store it in its largest width; `make_widths` makes the others of its row.

    Raises PictureRefused or PictureNotStored; then no file is left behind. See `tidy_uploads` for what follows.
    """
    source = upright(file.read(MOST_BYTES + 1))
    picture = _store(source, f"{FOLDER}/{secrets.token_hex(12)}", (min(source.width, WIDEST),))
    if (stored := _uploads.get()) is not None:
        stored.append(picture.name)
    return picture


def store_picture(file: IO[bytes]) -> StoredPicture:
    """Check a file and store all of its widths, as long as that takes: for seeding.

    Names hold a hash of the content; the same picture again costs a look at the storage. Raises PictureRefused or
    PictureNotStored.
    """
    content = file.read(MOST_BYTES + 1)
    source = upright(content)
    stem = f"{FOLDER}/{hashlib.sha256(ENCODING + content).hexdigest()[:24]}"
    return _store(source, stem, widths_of(min(source.width, WIDEST)))


def _store(source: Image.Image, stem: str, widths: tuple[int, ...]) -> StoredPicture:
    """Store the widths that are not there yet, all or none."""
    written: list[str] = []
    try:
        for each in widths:
            name = f"{stem}-{each}.webp"
            if not _is_whole(name, each):
                default_storage.delete(name)
                written.append(name)
                default_storage.save(name, _encode(source, each))
    except OSError as error:
        for name in written:
            default_storage.delete(name)
        raise PictureNotStored(_("The picture could not be stored. Please try again later.")) from error
    return StoredPicture(f"{stem}-{widths[-1]}.webp", widths[-1], _height(source, widths[-1]), widths)


def _is_whole(name: str, width: int) -> bool:
    """True if the file is there; one that a process left half written when it died does not count."""
    if not default_storage.exists(name):
        return False
    try:
        with default_storage.open(name) as file, Image.open(file, formats=["WEBP"]) as image:
            image.load()
            return image.width == width
    except BAD_FILE:
        return False


def _encode(source: Image.Image, width: int) -> ContentFile:
    size = (width, _height(source, width))
    smaller = source.resize(size, Image.Resampling.LANCZOS) if width < source.width else source
    buffer = BytesIO()
    smaller.save(buffer, "WEBP", quality=QUALITY, method=4)
    return ContentFile(buffer.getvalue())


def _height(source: Image.Image, width: int) -> int:
    return max(round(source.height * width / source.width), 1)


# --- rows -------------------------------------------------------------------------------------------
def add_image(product: Product, file: IO[bytes], alt: str) -> ProductImage:
    """Give a product a picture; `alt` says what it shows. The first one is its face in lists.

    Raises PictureRefused or PictureNotStored; then no file is left behind.
    """
    with tidy_uploads():
        return attach_image(product, store_upload(file), alt)


@transaction.atomic
def attach_image(product: Product, picture: StoredPicture, alt: str, *, position: int = 0) -> ProductImage:
    """Give a product a picture that was stored before; without a position it comes last."""
    last = product.images.order_by("position").values_list("position", flat=True).last()
    image = image_row(product, picture, alt, position=position or (0 if last is None else last + 1))
    image.save()
    refresh_product(product)
    _ask_for_widths(image)
    return image


@transaction.atomic
def replace_image(image: ProductImage, picture: StoredPicture) -> None:
    """Show another picture in its place. The former file goes later: its address is in pages that are open."""
    former = str(ProductImage.objects.select_for_update().get(pk=image.pk).file.name)
    image.file, image.widths = picture.name, list(picture.widths)
    image.width, image.height = picture.width, picture.height
    image.save(update_fields=["file", "width", "height", "widths"])
    refresh_product(image.product)
    _ask_for_widths(image)
    _let_go(former)


@transaction.atomic
def remove_image(image: ProductImage) -> None:
    """Take a picture off its product; its files go later, unless another product shows them."""
    name = str(image.file.name)
    image.delete()
    refresh_product(image.product)
    _let_go(name)


def image_row(product: Product, picture: StoredPicture, alt: str, *, position: int) -> ProductImage:
    """The row for a stored picture, unsaved."""
    return ProductImage(
        product=product,
        file=picture.name,
        alt=alt,
        width=picture.width,
        height=picture.height,
        widths=list(picture.widths),
        position=position,
    )


def _ask_for_widths(image: ProductImage) -> None:
    from shop import tasks  # it calls this module

    if tuple(image.widths) != widths_of(image.width):
        tasks.make_widths.enqueue(image.pk)


def _let_go(name: str) -> None:
    from shop import tasks

    tasks.forget_picture.using(run_after=timezone.now() + AFTERLIFE).enqueue(name)


# --- in the background --------------------------------------------------------------------------------
def make_widths(image_id: int) -> tuple[int, ...]:
    """Make the narrower files of a picture and name them on its row, once they are there; safe to run twice.

    Returns the widths; none if the picture is gone or was replaced meanwhile. Raises PictureNotStored or OSError.
    """
    image = ProductImage.objects.select_related("product").filter(pk=image_id).first()
    if image is None:
        return ()
    name, widths = str(image.file.name), widths_of(image.width)
    if tuple(image.widths) == widths:
        return widths
    with default_storage.open(name) as file, Image.open(file) as source:
        _store(source.convert("RGB"), name.rpartition("-")[0], widths)
    with transaction.atomic():
        if ProductImage.objects.filter(pk=image_id, file=name).update(widths=list(widths)):
            refresh_product(image.product)
            return widths
    forget_picture(name)
    return ()


def forget_picture(name: str) -> int:
    """Delete all widths of a picture, by the name of its widest file, unless a row shows it; returns how many."""
    if _is_shown(name):
        return 0
    known = NAME.fullmatch(name)
    names = [f"{known['stem']}-{width}.webp" for width in widths_of(int(known["width"]))] if known else [name]
    there = [each for each in names if default_storage.exists(each)]
    for each in there:
        default_storage.delete(each)
    return len(there)


def _is_shown(name: str) -> bool:
    known = NAME.fullmatch(name)
    rows = ProductImage.objects.filter(file__startswith=f"{known['stem']}-" if known else name)
    return rows.exists()


@contextmanager
def tidy_uploads() -> Iterator[None]:
    """Whatever is uploaded in here and shown by no row at the end, because the form or its saving failed, goes."""
    stored: list[str] = []
    token = _uploads.set(stored)
    try:
        yield
    finally:
        _uploads.reset(token)
        for name in stored:
            forget_picture(name)


def forget_strays() -> int:
    """Delete files of pictures that no row shows, left by a process that died; returns how many.

    Only names that this module gives, and none younger than a day.
    """
    if not default_storage.exists(FOLDER):
        return 0
    shown = {str(name).rpartition("-")[0] for name in ProductImage.objects.values_list("file", flat=True)}
    before, done = timezone.now() - STRAY, 0
    for each in default_storage.listdir(FOLDER)[1]:
        known = NAME.fullmatch(f"{FOLDER}/{each}")
        if known and known["stem"] not in shown and default_storage.get_modified_time(known[0]) < before:
            default_storage.delete(known[0])
            done += 1
    return done
