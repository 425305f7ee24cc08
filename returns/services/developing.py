"""What customers upload as a photo: judged by its content before it is decoded, and made anew without what it carries.

Not one byte of the upload is kept: pixels are decoded, turned upright, and encoded again.
"""

import threading
from dataclasses import dataclass
from importlib.util import find_spec
from io import BytesIO

from django.conf import settings
from django.utils.translation import gettext as _
from PIL import Image, ImageOps

from returns.services.errors import BadPhoto
from shop.services.decoding import BAD_FILE, on_white

# Telephones take up to 49 million; what is no JPEG comes from a screen, and costs several times as much to decode.
MOST_PIXELS = 25_000_000
MOST_PIXELS_OF_A_CAMERA = 50_000_000
LONGEST_SIDE = 12_000
MOST_FRAMES = 200
# Scans of a JPEG: cameras write up to ten; each costs as much to decode as the whole picture.
MOST_SCANS = 40
# Pixels of what is kept: enough to judge a scratch on a large screen.
WIDEST, WIDEST_SMALL = 2000, 400
QUALITY, QUALITY_SMALL = 85, 75
# Rows of the smaller picture that are made at once.
_STRIP = 128
# Telephones by Apple write HEIC, which Pillow reads only together with the package pillow-heif.
READS_HEIC = find_spec("pillow_heif") is not None
KINDS = ["JPEG", "PNG", "WEBP", "GIF", *(["HEIF"] if READS_HEIC else [])]
# The same for a form's file field.
TYPES = ("image/jpeg", "image/png", "image/webp", "image/gif", *(("image/heic",) if READS_HEIC else ()))
_HEIC_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"}
# What hostile files make Pillow raise beyond what it says.
_BROKEN = (*BAD_FILE, EOFError, LookupError, TypeError, ArithmeticError, AttributeError)
# A decoded photo takes some hundred megabytes at worst, so a process decodes one at a time.
_one_at_a_time = threading.Lock()

if READS_HEIC:
    __import__("pillow_heif").register_heif_opener()


@dataclass(frozen=True)
class Developed:
    """A photo as it will be kept: two JPEG files, and the size in pixels of the larger one."""

    content: bytes
    small: bytes
    width: int
    height: int


def develop(content: bytes) -> Developed:
    """Make a photo anew: upright, in sRGB, no wider than is of use, the first frame only, without any metadata.

    Bytes, kind, pixels and frames are known before anything is decoded. Raises BadPhoto.
    """
    if not content:
        raise BadPhoto(_("The file is empty."))
    if len(content) > settings.RETURN_PHOTO_MAX_MB * 1_000_000:
        raise BadPhoto(_("The file is larger than %(most)s MB.") % {"most": settings.RETURN_PHOTO_MAX_MB})
    _judge_bytes(content)
    with _one_at_a_time:
        image = _decode(content)
    image.thumbnail((WIDEST, WIDEST), Image.Resampling.LANCZOS)
    small = image.copy()
    small.thumbnail((WIDEST_SMALL, WIDEST_SMALL), Image.Resampling.LANCZOS)
    return Developed(_encoded(image, QUALITY), _encoded(small, QUALITY_SMALL), image.width, image.height)


def _decode(content: bytes) -> Image.Image:
    try:
        with Image.open(BytesIO(content), formats=KINDS) as source:
            _judge(source)
            source.draft(None, (WIDEST, WIDEST))  # a JPEG is decoded no larger than it will be kept
            source.load()
            ImageOps.exif_transpose(source, in_place=True)
            return _smaller(source)
    except Image.DecompressionBombError as error:
        raise _too_many_pixels(MOST_PIXELS_OF_A_CAMERA) from error
    except _BROKEN as error:
        raise _no_photo() from error


def _smaller(image: Image.Image) -> Image.Image:
    """The picture in RGB, less than twice as wide as it will be kept; strip by strip, as each step is another copy."""
    factor = max(image.size) // WIDEST
    if factor < 2:
        return on_white(image)
    done = Image.new("RGB", (-(-image.width // factor), -(-image.height // factor)))
    for top in range(0, done.height, _STRIP):
        bottom = min((top + _STRIP) * factor, image.height)
        strip = on_white(image.crop((0, top * factor, image.width, bottom)))
        done.paste(strip.reduce(factor), (0, top))
    return done


def _judge_bytes(content: bytes) -> None:
    """Refuse what Pillow would spend much on merely to open."""
    if content[4:8] == b"ftyp" and content[8:12] in _HEIC_BRANDS and not READS_HEIC:
        raise BadPhoto(_("We cannot read HEIC photos. Please send it as JPEG."))
    if content.startswith(b"\xff\xd8") and content.count(b"\xff\xda") > MOST_SCANS:
        raise _no_photo()
    if content.startswith(b"GIF8") and gif_frames(content, MOST_FRAMES + 1) > MOST_FRAMES:
        raise _too_many_frames()
    if content[8:16] == b"WEBPVP8X" and len(content) >= 30:
        width, height = (1 + int.from_bytes(content[at : at + 3], "little") for at in (24, 27))
        _judge_size(width, height, MOST_PIXELS)


def gif_frames(content: bytes, most: int) -> int:
    """Count the frames of a GIF by walking over its blocks, up to `most`; nothing is decoded.

    What ends or goes astray before its trailer counts as far as it goes. See the specification of GIF89a, 17 to 27.
    """

    def table(flags: int) -> int:
        return 3 << ((flags & 7) + 1) if flags & 0x80 else 0

    frames, end = 0, len(content) - 1
    at = 13 + table(content[10]) if end > 10 else end
    while at < end and frames < most:
        kind = content[at]
        if kind == 0x2C and at + 9 < end:
            frames += 1
            at += 11 + table(content[at + 9])
        elif kind == 0x21:
            at += 2
        else:
            # Pillow looks for the next block behind bytes that make no sense.
            at += 1 if kind != 0x3B else end
            continue
        while at < end and content[at]:
            at += 1 + content[at]
        at += 1
    return frames


def _judge(source: Image.Image) -> None:
    is_of_a_camera = source.format in {"JPEG", "MPO", "HEIF"}
    _judge_size(*source.size, MOST_PIXELS_OF_A_CAMERA if is_of_a_camera else MOST_PIXELS)
    if source.format != "GIF" and getattr(source, "n_frames", 1) > MOST_FRAMES:
        raise _too_many_frames()


def _judge_size(width: int, height: int, most: int) -> None:
    if width * height > most:
        raise _too_many_pixels(most)
    if max(width, height) > LONGEST_SIDE:
        raise BadPhoto(_("One side has more than %(most)s pixels.") % {"most": LONGEST_SIDE})


def _encoded(image: Image.Image, quality: int) -> bytes:
    clean = Image.new("RGB", image.size)
    clean.paste(image)  # pixels only: Pillow writes a comment on from file to file
    buffer = BytesIO()
    clean.save(buffer, "JPEG", quality=quality)
    return buffer.getvalue()


def _no_photo() -> BadPhoto:
    if READS_HEIC:
        return BadPhoto(_("This is not a JPEG, PNG, WebP, GIF or HEIC photo, or it is damaged."))
    return BadPhoto(_("This is not a JPEG, PNG, WebP or GIF photo, or it is damaged."))


def _too_many_pixels(most: int) -> BadPhoto:
    return BadPhoto(_("The photo has more than %(most)s million pixels.") % {"most": most // 1_000_000})


def _too_many_frames() -> BadPhoto:
    return BadPhoto(_("The photo moves: it has more than %(most)s frames.") % {"most": MOST_FRAMES})
