"""Pictures of products: checked by what they contain, made anew in a few widths, named after their content."""

import hashlib
from dataclasses import dataclass
from io import BytesIO
from typing import IO

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from PIL import Image, ImageOps, UnidentifiedImageError

from shop.models import Product, ProductImage
from shop.services.copies import refresh_product
from shop.services.errors import PictureNotStored, PictureRefused

WIDTHS = (400, 800, 1200)
MOST_BYTES = 10_000_000
MOST_PIXELS = 40_000_000
KINDS = ("JPEG", "PNG", "WEBP")
QUALITY = 82
# Part of every name: raise it when pictures shall be encoded differently.
ENCODING = b"webp-82-1"


@dataclass(frozen=True)
class StoredPicture:
    """A picture in the media storage: the name of its widest file, that file's size, and all widths there are."""

    name: str
    width: int
    height: int
    widths: tuple[int, ...]


def add_image(product: Product, file: IO[bytes], alt: str) -> ProductImage:
    """Give a product a picture; `alt` says what it shows. The first one is its face in lists.

    Raises PictureRefused or PictureNotStored; then no file is left behind.
    """
    picture = store_picture(file)
    with transaction.atomic():
        image = image_row(product, picture, alt, position=product.images.count())
        image.save()
        refresh_product(product)
    return image


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


def store_picture(file: IO[bytes]) -> StoredPicture:
    """Check a file, make its widths as WebP without metadata, and store what is not there yet.

    Names hold a hash of the content, so a name never changes what it shows and browsers may keep it. The same
    picture again costs a look at the storage. Raises PictureRefused or PictureNotStored.
    """
    content = file.read(MOST_BYTES + 1)
    source = _open(content)
    stem = f"products/{hashlib.sha256(ENCODING + content).hexdigest()[:24]}"
    width, height = source.size
    widths = tuple(sorted({min(wanted, width) for wanted in WIDTHS}))
    written: list[str] = []
    try:
        for each in widths:
            name = f"{stem}-{each}.webp"
            if not default_storage.exists(name):
                written.append(default_storage.save(name, _encode(source, each)))
    except OSError as error:
        for name in written:
            default_storage.delete(name)
        raise PictureNotStored("The picture could not be stored. Please try again later.") from error
    return StoredPicture(f"{stem}-{widths[-1]}.webp", widths[-1], round(height * widths[-1] / width), widths)


def _open(content: bytes) -> Image.Image:
    """Decode a picture that is small enough, upright and without transparency."""
    if len(content) > MOST_BYTES:
        raise PictureRefused(f"The picture is larger than {MOST_BYTES // 1_000_000} MB.")
    try:
        source = Image.open(BytesIO(content), formats=KINDS)
        if source.width * source.height > MOST_PIXELS:
            raise PictureRefused(f"The picture has more than {MOST_PIXELS // 1_000_000} million pixels.")
        source.load()
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise PictureRefused("This is not a JPEG, PNG or WebP picture, or it is damaged.") from error
    upright = ImageOps.exif_transpose(source).convert("RGBA")
    canvas = Image.new("RGB", upright.size, "white")
    canvas.paste(upright, mask=upright.getchannel("A"))
    return canvas


def _encode(source: Image.Image, width: int) -> ContentFile:
    height = max(round(source.height * width / source.width), 1)
    smaller = source.resize((width, height), Image.Resampling.LANCZOS) if width < source.width else source
    buffer = BytesIO()
    smaller.save(buffer, "WEBP", quality=QUALITY, method=4)
    return ContentFile(buffer.getvalue())
