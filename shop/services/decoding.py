"""What staff upload as a picture: judged by its content before and while it is decoded, never by its name."""

import struct
from io import BytesIO

from django.utils.translation import gettext as _
from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError

from shop.services.errors import PictureRefused

MOST_BYTES = 10_000_000
MOST_PIXELS = 40_000_000
# A picture is at most so many times as long as it is wide, or the other way round.
MOST_STRETCHED = 8
KINDS = ("JPEG", "PNG", "WEBP")
# Pixels. Nothing wider is kept: it fills a large screen.
WIDEST = 2000
BAD_FILE = (UnidentifiedImageError, OSError, ValueError, SyntaxError, struct.error)


def upright(content: bytes) -> Image.Image:
    """Decode a picture: upright, in sRGB, on white where it is transparent, without anything written into it.

    Size, kind, number of pixels and of frames are known from the header, so a picture that is too much is refused
    before it is decoded. Raises PictureRefused.
    """
    if len(content) > MOST_BYTES:
        raise PictureRefused(_("The picture is larger than %(most)s MB.") % {"most": MOST_BYTES // 1_000_000})
    try:
        with Image.open(BytesIO(content), formats=KINDS) as source:
            _judge(source)
            source.draft(None, (WIDEST, WIDEST))  # a JPEG is decoded no larger than it will be kept
            source.load()
            return on_white(ImageOps.exif_transpose(source))
    except Image.DecompressionBombError as error:
        raise _too_many_pixels() from error
    except BAD_FILE as error:
        raise PictureRefused(_("This is not a JPEG, PNG or WebP picture, or it is damaged.")) from error


def _judge(source: Image.Image) -> None:
    width, height = source.size
    if width * height > MOST_PIXELS:
        raise _too_many_pixels()
    if max(width, height) > MOST_STRETCHED * min(width, height):
        words = _("The picture is too narrow: one side is more than %(most)s times the other.")
        raise PictureRefused(words % {"most": MOST_STRETCHED})
    # Telephones put previews and depth maps behind the first picture of a JPEG; that is no film.
    if source.format in {"PNG", "WEBP"} and getattr(source, "n_frames", 1) > 1:
        raise PictureRefused(_("The picture moves. Please choose one that stands still."))


def _too_many_pixels() -> PictureRefused:
    words = _("The picture has more than %(most)s million pixels.")
    return PictureRefused(words % {"most": MOST_PIXELS // 1_000_000})


def on_white(image: Image.Image) -> Image.Image:
    """A decoded picture in RGB, in the colours that browsers show, on white where it is transparent."""
    if image.mode in {"RGB", "CMYK"}:
        return _in_srgb(image).convert("RGB")
    if image.mode.startswith("I"):  # 16 bits of grey, which Pillow would cut off instead of dividing
        return image.convert("I").point(lambda value: value / 256).convert("L").convert("RGB")
    with_alpha = image.convert("RGBA")
    canvas = Image.new("RGB", with_alpha.size, "white")
    canvas.paste(with_alpha, mask=with_alpha.getchannel("A"))
    return canvas


def _in_srgb(image: Image.Image) -> Image.Image:
    """Colours as browsers show them that are told no profile; as they are if the profile makes no sense."""
    profile = image.info.get("icc_profile")
    if not profile:
        return image
    try:
        source = ImageCms.ImageCmsProfile(BytesIO(profile))
        return (
            ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
            or image
        )
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return image
