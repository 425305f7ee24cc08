"""Pictures are made anew from uploads, in widths that follow in the background; files go when nobody shows them."""

import os
from io import BytesIO

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone
from django_tasks_db.models import DBTaskResult
from PIL import Image

from config.tests.helpers import run_tasks
from shop import services
from shop.models import ProductImage
from shop.services import decoding, pictures
from shop.tests.factories import ProductFactory, picture_file

pytestmark = pytest.mark.any_database


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


def stored_files(media):
    return sorted(path.name for path in media.rglob("*") if path.is_file())


def sizes_stored(media):
    """Kind and size of each stored file by its width."""
    sizes = {}
    for name in stored_files(media):
        with Image.open(media / "products" / name) as image:
            sizes[name.rpartition("-")[2]] = (image.format, image.size)
    return sizes


def test_a_picture_is_stored_in_several_widths_as_webp(media):
    picture = services.store_picture(picture_file(3000, 1500))

    assert (picture.width, picture.height, picture.widths) == (2000, 1000, (400, 800, 1200, 2000))
    assert sizes_stored(media) == {
        "400.webp": ("WEBP", (400, 200)),
        "800.webp": ("WEBP", (800, 400)),
        "1200.webp": ("WEBP", (1200, 600)),
        "2000.webp": ("WEBP", (2000, 1000)),
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
    monkeypatch.setattr(decoding, "MOST_PIXELS", 100)
    monkeypatch.setattr(Image.Image, "load", lambda self: pytest.fail("was decoded"))

    with pytest.raises(services.PictureRefused, match="pixels"):
        services.store_picture(too_large)


def test_a_file_that_is_too_large_is_refused(monkeypatch):
    monkeypatch.setattr(decoding, "MOST_BYTES", 50)

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


def test_a_half_written_file_is_written_anew(media):
    whole = services.store_picture(picture_file())
    path = media / whole.name.replace("1600", "800")
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])

    services.store_picture(picture_file())

    assert path.read_bytes() == content


@pytest.mark.django_db
class TestUploads:
    def test_an_upload_is_shown_at_once_and_its_widths_follow(self, media):
        product = ProductFactory()

        image = services.add_image(product, picture_file(1600, 800), "A cup")

        assert (list(sizes_stored(media)), image.widths) == (["1600.webp"], [1600])
        assert product.image_url == image.url(1600)
        run_tasks()
        image.refresh_from_db()
        product.refresh_from_db()
        assert image.widths == [400, 800, 1200, 1600]
        assert sizes_stored(media)["400.webp"] == ("WEBP", (400, 200))
        assert product.image_url == image.url(400)
        assert product.image_srcset == f"{image.url(400)} 400w, {image.url(800)} 800w"

    def test_the_widths_are_made_once(self, media, monkeypatch):
        image = services.add_image(ProductFactory(), picture_file(), "A cup")
        run_tasks()
        monkeypatch.setattr(pictures, "_encode", lambda *args: pytest.fail("was made again"))

        assert services.make_widths(image.pk) == (400, 800, 1200, 1600)

    def test_a_rolled_back_upload_leaves_neither_task_nor_file(self, media):
        with services.tidy_uploads(), transaction.atomic():
            services.attach_image(ProductFactory(), services.store_upload(picture_file()), "A cup")
            transaction.set_rollback(True)

        assert stored_files(media) == []
        assert not DBTaskResult.objects.exists()

    def test_widths_of_a_picture_that_left_meanwhile_are_not_made(self, media):
        image = services.add_image(ProductFactory(), picture_file(), "A cup")
        pk = image.pk
        services.remove_image(image)

        assert services.make_widths(pk) == ()

    def test_widths_of_a_picture_that_leaves_while_they_are_made_go_too(self, media, monkeypatch):
        image = services.add_image(ProductFactory(), picture_file(), "A cup")
        store = pictures._store

        def store_while_it_is_removed(*args):
            ProductImage.objects.filter(pk=image.pk).delete()
            return store(*args)

        monkeypatch.setattr(pictures, "_store", store_while_it_is_removed)

        assert services.make_widths(image.pk) == ()
        assert stored_files(media) == []

    def test_a_new_picture_comes_last(self):
        product = ProductFactory()
        for position in (3, 7):
            services.attach_image(product, services.store_upload(picture_file()), "A", position=position)

        assert services.add_image(product, picture_file(), "B").position == 8


@pytest.mark.django_db
class TestFilesThatGo:
    @pytest.fixture
    def image(self):
        image = services.add_image(ProductFactory(), picture_file(), "A cup")
        run_tasks()
        image.refresh_from_db()
        return image

    def hour_later(self):
        DBTaskResult.objects.filter(status="READY").update(run_after=timezone.now())
        run_tasks()

    def test_a_removed_picture_outlives_the_pages_that_show_it(self, media, image):
        services.remove_image(image)
        run_tasks()

        assert len(stored_files(media)) == 4
        self.hour_later()
        assert stored_files(media) == []

    def test_a_replaced_picture_has_a_new_address_and_the_old_files_go(self, media, image):
        old = image.file.name
        services.replace_image(image, services.store_upload(picture_file(500, 250)))
        image.product.refresh_from_db()

        assert image.file.name != old
        assert image.product.image_url == image.file.url
        self.hour_later()
        image.refresh_from_db()
        assert (image.width, image.height, image.widths) == (500, 250, [400, 500])
        assert list(sizes_stored(media)) == ["400.webp", "500.webp"]

    def test_nothing_goes_if_the_removal_is_rolled_back(self, media, image):
        with transaction.atomic():
            services.remove_image(image)
            transaction.set_rollback(True)
        self.hour_later()

        assert len(stored_files(media)) == 4

    def test_a_file_that_another_product_shows_stays(self, media):
        picture = services.store_picture(picture_file())
        first, second = (services.attach_image(ProductFactory(), picture, "A cup") for _ in range(2))

        services.remove_image(first)
        self.hour_later()
        assert len(stored_files(media)) == 4
        services.remove_image(second)
        self.hour_later()
        assert stored_files(media) == []

    def test_strays_of_a_dead_process_go_after_a_day_and_nothing_else(self, media, image):
        stray = services.store_upload(picture_file())
        services.store_upload(picture_file())
        (media / "products" / "other.webp").write_bytes(b"not ours")
        for path in (media / stray.name, media / "products" / "other.webp", media / image.file.name):
            os.utime(path, (0, 0))

        assert services.forget_strays() == 1
        assert not (media / stray.name).exists()
        assert len(stored_files(media)) == 6

    def test_an_empty_media_folder_has_no_strays(self):
        assert services.forget_strays() == 0


@pytest.mark.django_db
def test_addresses_of_a_picture_need_neither_query_nor_disk(media, django_assert_num_queries):
    pk = services.add_image(ProductFactory(), picture_file(), "A cup").pk
    run_tasks()
    for path in media.rglob("*.webp"):
        path.unlink()
    image = ProductImage.objects.get(pk=pk)

    with django_assert_num_queries(0):
        assert image.srcset.count(".webp") == 4
