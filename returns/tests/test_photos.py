"""Photos of returns: taken whole or not at all, made anew, seen by the right people, and gone in time."""

import os
import time
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
from django.contrib.messages import get_messages
from django.core.files.uploadedfile import SimpleUploadedFile, TemporaryUploadedFile
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from accounts import personal
from accounts.tests.factories import StaffFactory, UserFactory
from config.tests.world import asked_for_return, paid, placed_order
from inventory import services as inventory
from inventory.tests.factories import LocationFactory
from returns import services
from returns.models import ReturnPhoto, ReturnRequest
from returns.services import developing, photos
from shop.tests.factories import VariantFactory

pytestmark = pytest.mark.django_db
S = ReturnRequest.State


def a_photo(name="a.jpg", kind="JPEG", size=(60, 40), **options) -> SimpleUploadedFile:
    buffer = BytesIO()
    Image.new("RGB", size, "teal").save(buffer, kind, **options)
    return SimpleUploadedFile(name, buffer.getvalue())


@pytest.fixture
def row(settings, tmp_path):
    """A return of a customer, and an empty private storage."""
    settings.PRIVATE_ROOT = tmp_path
    with transaction.atomic():
        return asked_for_return(an_order())


def an_order():
    mug = VariantFactory(stock_item__sku="MUG-1", price=1999)
    inventory.receive("MUG-1", 9, location=LocationFactory(), cause="receipt")
    order = placed_order(mug, 2)
    paid(order)
    order.customer = UserFactory()
    order.save(update_fields=["customer"])
    return order


@pytest.fixture
def files(tmp_path):
    """Answers which files there are in private storage."""
    return lambda: sorted(path for path in Path(tmp_path).rglob("*") if path.is_file())


def refused(act, *given) -> str:
    with pytest.raises(services.BadPhoto) as refusal:
        act(*given)
    return str(refusal.value)


# --- taking -----------------------------------------------------------------------------------------
def test_checked_photos_are_kept_as_two_files_that_only_the_shop_can_read(row, files):
    checked = services.check_photos([a_photo(), a_photo("b.png", "PNG", (3000, 600))], row.order)
    nothing_yet = files()
    first, second = services.keep_photos(row, checked)

    assert nothing_yet == []
    assert [(photo.width, photo.height) for photo in (first, second)] == [(60, 40), (2000, 400)]
    wanted = {f"{photo.name}{end}" for photo in (first, second) for end in (".jpg", "-small.jpg")}
    assert {path.name for path in files()} == wanted
    assert {path.stat().st_mode & 0o777 for path in files()} == {0o600}
    with Image.open(services.open_photo(second, is_small=True)) as small:
        assert (small.format, small.size) == ("JPEG", (400, 80))


def test_a_bad_one_among_good_ones_is_named_and_none_is_kept(row, files):
    said = refused(services.add_photos, row, [a_photo(), SimpleUploadedFile("bad.jpg", b"PK\3\4")])

    assert said.startswith("bad.jpg: This is not a JPEG")
    assert (files(), ReturnPhoto.objects.count()) == ([], 0)


def test_a_return_takes_so_many_photos_and_not_one_more(row, files, settings):
    settings.RETURN_PHOTOS_MAX = 2
    services.add_photos(row, [a_photo(), a_photo()])
    said = refused(services.add_photos, row, [a_photo()])

    assert said == "A return takes at most 2 photos."
    assert refused(services.check_photos, [a_photo()] * 3, row.order) == said
    assert len(files()) == 4


def test_whoever_checked_before_the_last_place_was_taken_is_refused_and_leaves_no_file(row, files, settings):
    settings.RETURN_PHOTOS_MAX = 1
    checked = services.check_photos([a_photo()], row.order)
    services.add_photos(row, [a_photo()])

    refused(services.keep_photos, row, checked)
    assert (len(files()), ReturnPhoto.objects.count()) == (2, 1)


def test_a_full_disk_is_told_and_leaves_nothing(row, files, monkeypatch):
    written = []

    def fill_up(self, name, content):
        if written:
            raise OSError(28, "No space left on device")
        written.append(name)
        return save(self, name, content)

    save = photos.PrivateStorage._save
    monkeypatch.setattr(photos.PrivateStorage, "_save", fill_up)
    said = refused(services.add_photos, row, [a_photo()])

    assert said == "The photos could not be stored just now. Please try again later."
    assert (files(), ReturnPhoto.objects.count()) == ([], 0)


def test_a_transaction_that_fails_leaves_no_file(row, files, monkeypatch):
    def fail(*given, **named):
        raise ZeroDivisionError

    monkeypatch.setattr(ReturnPhoto.objects, "create", fail)
    with pytest.raises(ZeroDivisionError):
        services.add_photos(row, [a_photo()])

    assert files() == []


def test_a_day_has_its_quota(row, settings):
    settings.RETURN_PHOTOS_MAX = 1
    bad = [SimpleUploadedFile("a.jpg", b"x")]
    for _ in range(photos.PER_DAY):
        refused(services.check_photos, bad, row.order)

    assert "very many photos today" in refused(services.check_photos, bad, row.order)


@pytest.mark.parametrize("state", [S.RESOLVED, S.CLOSED, S.REJECTED, S.CANCELLED, S.EXPIRED])
def test_a_return_that_is_over_takes_none(row, state):
    row.state = state
    row.save(update_fields=["state"])

    assert "takes no more photos" in refused(services.add_photos, row, [a_photo()])
    assert services.photos_left(row) == 0


# --- removing ---------------------------------------------------------------------------------------
def test_a_photo_is_removed_with_its_files_until_somebody_has_decided(
    row, files, django_capture_on_commit_callbacks
):
    first, second = services.add_photos(row, [a_photo(), a_photo()])
    with django_capture_on_commit_callbacks(execute=True):
        services.remove_photo(first)
    row.state = S.AUTHORISED
    row.save(update_fields=["state"])

    assert "stays with the return" in refused(services.remove_photo, second)
    assert {path.name for path in files()} == {f"{second.name}.jpg", f"{second.name}-small.jpg"}


def test_with_the_return_go_its_photos(row, files, django_capture_on_commit_callbacks):
    services.add_photos(row, [a_photo()])
    with django_capture_on_commit_callbacks(execute=True):
        row.delete()

    assert files() == []


def test_old_photos_and_files_without_a_row_are_purged(row, files, django_capture_on_commit_callbacks):
    old, new = services.add_photos(row, [a_photo(), a_photo()])
    ReturnPhoto.objects.filter(pk=old.pk).update(added_at=timezone.now() - timedelta(days=366))
    folder = files()[0].parent
    for name in ("left.jpg", "left-small.jpg", "fresh.jpg"):
        (folder / name).write_bytes(b"x")
    a_day_ago = time.time() - 90_000
    for name in ("left.jpg", "left-small.jpg", f"{new.name}.jpg"):
        os.utime(folder / name, (a_day_ago, a_day_ago))
    with django_capture_on_commit_callbacks(execute=True):
        done = services.purge_photos()

    assert done == 3
    assert {path.name for path in files()} == {"fresh.jpg", f"{new.name}.jpg", f"{new.name}-small.jpg"}


def test_a_customer_gets_a_list_of_them_and_can_have_them_erased(
    row, files, django_capture_on_commit_callbacks
):
    [photo] = services.add_photos(row, [a_photo()])
    room = personal.rooms["return photos"]
    listed = room.export(row.order.customer)
    with django_capture_on_commit_callbacks(execute=True):
        room.erase(row.order.customer)

    assert listed == [{"return": row.number, "name": photo.name, "added_at": photo.added_at.isoformat()}]
    assert room.export(UserFactory()) == []
    assert (files(), ReturnPhoto.objects.count()) == ([], 0)


# --- looking ----------------------------------------------------------------------------------------
def test_its_owner_and_staff_see_a_photo_and_nobody_else_learns_that_it_is_there(row, client):
    [photo] = services.add_photos(row, [a_photo()])
    path = reverse("returns:photo", args=[photo.name])
    nothing = reverse("returns:photo", args=["0" * 32])
    seen = {}
    for who, user in {
        "owner": row.order.customer,
        "staff": StaffFactory(is_superuser=True),
        "other staff": StaffFactory(),
        "another": UserFactory(),
        "nobody": None,
    }.items():
        client.logout()
        if user:
            client.force_login(user)
        seen[who] = (client.get(path).status_code, client.get(nothing).status_code)

    assert seen == {
        "owner": (200, 404),
        "staff": (200, 404),
        "other staff": (404, 404),
        "another": (404, 404),
        "nobody": (404, 404),
    }


def test_a_photo_comes_with_a_fixed_type_and_is_kept_by_nobody(row, client):
    [photo] = services.add_photos(row, [a_photo("evil.html")])
    client.force_login(row.order.customer)
    for name in ("photo", "photo_small"):
        answer = client.get(reverse(f"returns:{name}", args=[photo.name]))

        assert answer["Content-Type"] == "image/jpeg"
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert answer["Cache-Control"] == "private, no-store"
        assert answer["Content-Disposition"] == 'inline; filename="photo.jpg"'
        assert b"".join(answer.streaming_content).startswith(b"\xff\xd8\xff")


def test_guests_see_and_change_photos_through_their_link_only(row, client):
    order = row.order
    order.customer = None
    order.save(update_fields=["customer"])
    [photo] = services.add_photos(row, [a_photo()])
    right, wrong = ([token, photo.name] for token in (order.token, "x" * 32))

    assert client.get(reverse("returns:guest_photo", args=right)).status_code == 200
    assert client.get(reverse("returns:guest_photo_small", args=right)).status_code == 200
    assert client.get(reverse("returns:guest_photo", args=wrong)).status_code == 404
    assert client.post(reverse("returns:guest_photo_remove", args=wrong)).status_code == 404
    assert client.post(reverse("returns:guest_photo_remove", args=right)).status_code == 303
    assert not ReturnPhoto.objects.exists()


def test_the_page_shows_the_photos_and_the_way_to_more(row, client):
    [photo] = services.add_photos(row, [a_photo()])
    client.force_login(row.order.customer)
    page = client.get(row.get_absolute_url()).content.decode()

    assert reverse("returns:photo_small", args=[photo.name]) in page
    assert reverse("returns:photo_remove", args=[photo.name]) in page
    assert reverse("returns:photos_add", args=[row.number]) in page


# --- the door ---------------------------------------------------------------------------------------
def test_the_script_that_watches_an_upload_is_told_where_to_go(row, client):
    client.force_login(row.order.customer)
    path = reverse("returns:photos_add", args=[row.number])
    plain = client.post(path, {"photos": a_photo()})
    watched = client.post(path, {"photos": [a_photo(), a_photo()]}, headers={"X-Upload-Watched": "1"})

    assert (plain.status_code, plain["Location"]) == (303, f"{row.get_absolute_url()}#photos")
    assert (watched.status_code, watched["X-Location"]) == (200, plain["Location"])
    assert "Location" not in watched
    assert row.photos.count() == 3


def test_more_than_a_form_takes_is_told_with_the_limit(row, client):
    client.force_login(row.order.customer)
    path = reverse("returns:photos_add", args=[row.number])
    answer = client.generic("POST", path, b"", CONTENT_LENGTH="100000001")

    assert answer.status_code == 413
    assert "At most 100 MB can be sent at once." in answer.content.decode()


def test_a_disk_too_full_for_the_upload_itself_is_told(row, client, settings, monkeypatch):
    def fill_up(self, content):
        raise OSError(28, "No space left on device")

    settings.FILE_UPLOAD_MAX_MEMORY_SIZE = 0
    monkeypatch.setattr(TemporaryUploadedFile, "write", fill_up, raising=False)
    client.force_login(row.order.customer)
    answer = client.post(reverse("returns:photos_add", args=[row.number]), {"photos": a_photo()})

    assert answer.status_code == 503
    assert "Our disk is full. Nothing was stored" in answer.content.decode()
    assert row.photos.count() == 0


def test_more_files_than_photos_are_told_in_a_sentence(row, client):
    client.force_login(row.order.customer)
    path = reverse("returns:photos_add", args=[row.number])
    answer = client.post(path, {"photos": [a_photo(f"{n}.jpg") for n in range(21)]})

    assert [str(said) for said in get_messages(answer.wsgi_request)] == ["A return takes at most 20 photos."]
    assert row.photos.count() == 0


def test_another_customers_return_takes_and_loses_nothing(row, client):
    [photo] = services.add_photos(row, [a_photo()])
    client.force_login(UserFactory())
    adding = client.post(reverse("returns:photos_add", args=[row.number]), {"photos": a_photo()})
    removing = client.post(reverse("returns:photo_remove", args=[photo.name]))

    assert (adding.status_code, removing.status_code) == (404, 404)
    assert row.photos.count() == 1


def test_heic_is_taken_or_named(row, settings):
    heic = SimpleUploadedFile("IMG_1.HEIC", b"\0\0\0\x18ftypheic\0\0\0\0mif1heic")
    said = refused(services.check_photos, [heic], row.order)

    assert said.startswith(
        "IMG_1.HEIC: This is not" if developing.READS_HEIC else "IMG_1.HEIC: We cannot read HEIC"
    )
