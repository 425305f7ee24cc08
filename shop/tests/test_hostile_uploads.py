"""What somebody might upload as a picture: a sentence beside the field and nothing stored, or a clean picture."""

import struct
import zipfile
import zlib
from io import BytesIO
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from accounts.tests.factories import StaffFactory
from shop.models import ProductImage
from shop.services import decoding
from shop.tests.factories import VariantFactory, picture_file

pytestmark = pytest.mark.django_db


def saved(image, kind, **options):
    buffer = BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def a_zip():
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("a.jpg", picture_file(50, 50).read())
    return buffer.getvalue()


def png_that_says(width, height):
    """A PNG of a few bytes whose header promises many pixels."""

    def chunk(kind, data):
        whole = kind + data
        return struct.pack(">I", len(data)) + whole + struct.pack(">I", zlib.crc32(whole))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    data = zlib.compress(b"\0" * 100)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def film(kind, frames):
    images = [Image.new("RGB", (20, 20), (n % 256, 0, 0)) for n in range(frames)]
    return saved(images[0], kind, save_all=True, append_images=images[1:], duration=10)


KIND, PIXELS, FILM, NARROW = "or it is damaged", "million pixels", "The picture moves", "too narrow"
REFUSED = {
    "a zip called .jpg": ("a.jpg", a_zip(), KIND),
    "a torn picture": ("a.jpg", saved(Image.effect_noise((400, 400), 90), "JPEG")[:3000], KIND),
    "a bomb by its header": ("a.png", png_that_says(60_000, 60_000), PIXELS),
    "a picture with no end": ("a.png", png_that_says(400, 400), KIND),
    "a drawing": ("a.png", b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>', KIND),
    "a film of a thousand": ("a.gif", film("GIF", 1000), KIND),
    "a film called picture": ("a.webp", film("WEBP", 30), FILM),
    "a film in a PNG": ("a.png", film("PNG", 30), FILM),
    "nothing": ("a.jpg", b"", "The submitted file is empty."),
    "a ribbon": ("a.png", saved(Image.new("RGB", (3000, 2)), "PNG"), NARROW),
    "text behind a picture's first bytes": ("a.jpg", b"\xff\xd8\xff\xe0" + b"<script>" * 100, KIND),
    "a page": ("a.webp", b"RIFF\x00\x00\x00\x00WEBP<html>", KIND),
    "a name of paths, no picture": ("../../../etc/passwd.png", b"x", KIND),
}
TAKEN = {
    "four colours of ink": ("a.jpg", saved(Image.new("CMYK", (300, 200), (0, 200, 200, 0)), "JPEG")),
    "16 bits of grey": ("a.png", saved(Image.new("I;16", (300, 200), 40_000), "PNG")),
    "black and white": ("a.png", saved(Image.new("1", (300, 200), 1), "PNG")),
    "a palette that is see-through": ("a.png", saved(Image.new("P", (300, 200)), "PNG", transparency=0)),
    "a profile that makes no sense": ("a.jpg", saved(Image.new("RGB", (300, 200)), "JPEG", icc_profile=b"?")),
    "a name of paths": ("../../../etc/x.png", saved(Image.new("RGB", (300, 200)), "PNG")),
    "another name": ("a.exe\u202e", saved(Image.new("RGB", (300, 200)), "PNG")),
}


@pytest.fixture
def upload(client, settings, tmp_path):
    """Send a file with a product's form as the owner does; answers what came back and which files there are."""
    settings.MEDIA_ROOT = tmp_path
    product = VariantFactory().product
    client.force_login(StaffFactory(is_superuser=True))

    def send(name, content, alt="A cup"):
        data = {
            "name": product.name,
            "category": product.category_id,
            "slug": product.slug,
            "is_active": "on",
            "variants-TOTAL_FORMS": 0,
            "variants-INITIAL_FORMS": 0,
            "images-TOTAL_FORMS": 1,
            "images-INITIAL_FORMS": 0,
            "images-0-alt": alt,
            "images-0-position": 0,
            "images-0-upload": SimpleUploadedFile(name, content, "image/jpeg"),
        }
        answer = client.post(reverse("admin:shop_product_change", args=[product.pk]), data)
        return answer, [path for path in Path(tmp_path).rglob("*") if path.is_file()]

    return send


@pytest.mark.parametrize(("name", "content", "why"), REFUSED.values(), ids=REFUSED)
def test_it_is_refused_beside_its_field_and_nothing_is_stored(upload, name, content, why):
    answer, files = upload(name, content)

    [form] = answer.context["inline_admin_formsets"][1].formset.forms
    assert why in form.errors["upload"][0]
    assert files == []
    assert not ProductImage.objects.exists()


@pytest.mark.parametrize(("name", "content"), TAKEN.values(), ids=TAKEN)
def test_it_is_made_anew_under_a_name_of_ours(upload, name, content):
    answer, files = upload(name, content)

    assert answer.status_code == 302
    [path] = files
    assert path.name.endswith("-300.webp")
    with Image.open(path) as image:
        assert (image.format, image.mode, image.size) == ("WEBP", "RGB", (300, 200))


def test_grey_of_16_bits_keeps_its_shade(upload):
    _answer, [path] = upload(*TAKEN["16 bits of grey"])

    with Image.open(path) as image:
        assert abs(image.getpixel((5, 5))[0] - 40_000 // 256) <= 2


def test_where_a_picture_was_taken_and_how_the_camera_was_held_is_not_kept(upload):
    exif = Image.Exif()
    exif[0x0112] = 6  # lies on its side
    exif.get_ifd(0x8825)[1] = "N"  # the GPS part
    lying = saved(Image.new("RGB", (300, 200)), "JPEG", exif=exif)

    _answer, [path] = upload("a.jpg", lying)

    with Image.open(path) as image:
        assert image.size == (200, 300)
        assert dict(image.getexif()) == {}
        assert not {"exif", "xmp", "icc_profile"} & image.info.keys()


def test_a_file_that_is_too_large_is_refused(upload, monkeypatch):
    monkeypatch.setattr(decoding, "MOST_BYTES", 50)

    answer, files = upload("a.png", picture_file(300, 300).read())

    assert "The picture is larger than" in answer.content.decode()
    assert files == []


def test_a_good_picture_in_a_form_with_another_mistake_is_not_kept(upload):
    answer, files = upload("a.png", picture_file(300, 300).read(), alt="")

    assert answer.status_code == 200
    assert answer.context["inline_admin_formsets"][1].formset.forms[0].errors.keys() == {"alt"}
    assert files == []
