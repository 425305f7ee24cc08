"""Pictures are judged by their content, made anew, and named after it."""

from io import BytesIO

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from PIL import Image

from shop import services
from shop.models import ProductImage
from shop.services import pictures
from shop.tests.factories import ProductFactory, picture_file


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


def stored_files(media):
    return sorted(path.name for path in media.rglob("*") if path.is_file())


def test_a_picture_is_stored_in_three_widths_as_webp(media):
    picture = services.store_picture(picture_file(1600, 800))

    assert (picture.width, picture.height, picture.widths) == (1200, 600, (400, 800, 1200))
    sizes = {}
    for name in stored_files(media):
        with Image.open(media / "products" / name) as image:
            sizes[name.rpartition("-")[2]] = (image.format, image.size)
    assert sizes == {
        "400.webp": ("WEBP", (400, 200)),
        "800.webp": ("WEBP", (800, 400)),
        "1200.webp": ("WEBP", (1200, 600)),
    }


def test_a_small_picture_is_not_blown_up():
    assert services.store_picture(picture_file(500, 500)).widths == (400, 500)


def test_the_same_picture_twice_is_stored_once(media):
    first = services.store_picture(picture_file())
    before = stored_files(media)

    assert services.store_picture(picture_file()) == first
    assert stored_files(media) == before


def test_a_picture_stands_upright_and_tells_nothing_about_the_camera(media):
    source = Image.new("RGB", (600, 300), "red")
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = 6, "Some camera"  # lies on its side; its maker
    buffer = BytesIO()
    source.save(buffer, "JPEG", exif=exif)

    picture = services.store_picture(ContentFile(buffer.getvalue()))

    assert (picture.width, picture.height) == (300, 600)
    with Image.open(media / picture.name) as image:
        assert dict(image.getexif()) == {}


def test_transparency_becomes_white(media):
    buffer = BytesIO()
    Image.new("RGBA", (500, 500), (0, 0, 0, 0)).save(buffer, "PNG")

    picture = services.store_picture(ContentFile(buffer.getvalue()))

    with Image.open(media / picture.name) as image:
        assert min(image.convert("RGB").getpixel((5, 5))) > 250


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"GIF89a" + b"\x00" * 50,
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        b"\x89PNG\r\n\x1a\n" + b"\x00" * 40,
        picture_file(400, 400).read()[:300],
    ],
    ids=["nothing", "gif", "svg", "hollow png", "torn png"],
)
def test_what_is_no_picture_is_refused(media, content):
    with pytest.raises(services.PictureRefused):
        services.store_picture(ContentFile(content, name="picture.png"))
    assert stored_files(media) == []


def test_a_picture_with_too_many_pixels_is_refused_before_it_is_decoded(monkeypatch):
    too_large = picture_file(20, 20)
    monkeypatch.setattr(pictures, "MOST_PIXELS", 100)
    monkeypatch.setattr(Image.Image, "load", lambda self: pytest.fail("was decoded"))

    with pytest.raises(services.PictureRefused, match="pixels"):
        services.store_picture(too_large)


def test_a_file_that_is_too_large_is_refused(monkeypatch):
    monkeypatch.setattr(pictures, "MOST_BYTES", 50)

    with pytest.raises(services.PictureRefused, match="larger"):
        services.store_picture(picture_file(400, 400))


def test_a_full_disk_is_an_error_and_leaves_no_file(media, monkeypatch):
    save, calls = default_storage.save, []

    def fails_at_the_second(name, content):
        calls.append(name)
        if len(calls) == 2:
            raise OSError(28, "No space left on device")
        return save(name, content)

    monkeypatch.setattr(default_storage, "save", fails_at_the_second)

    with pytest.raises(services.PictureNotStored):
        services.store_picture(picture_file())
    assert stored_files(media) == []


@pytest.mark.django_db
def test_the_first_picture_is_the_products_face():
    product = ProductFactory()

    image = services.add_image(product, picture_file(), "A cup")
    services.add_image(product, picture_file(colour=(1, 2, 3)), "The same cup from behind")

    product.refresh_from_db()
    assert (product.image_url, product.image_alt) == (image.small_url, "A cup")
    assert product.image_srcset == f"{image.url(400)} 400w, {image.url(800)} 800w"
    assert list(product.images.values_list("position", "width", "height")) == [
        (0, 1200, 1200),
        (1, 1200, 1200),
    ]


@pytest.mark.django_db
def test_addresses_of_a_picture_need_neither_query_nor_disk(media, django_assert_num_queries):
    pk = services.add_image(ProductFactory(), picture_file(), "A cup").pk
    for path in media.rglob("*.webp"):
        path.unlink()
    image = ProductImage.objects.get(pk=pk)

    with django_assert_num_queries(0):
        assert image.srcset.count(".webp") == 3
