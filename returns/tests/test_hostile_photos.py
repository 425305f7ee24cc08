"""What somebody might send as a photo, through the door: a sentence and nothing stored, or a photo made anew."""

from pathlib import Path

import pytest
from django.contrib.messages import get_messages
from django.urls import reverse
from PIL import Image

from config.tests.attack import multipart
from returns.models import ReturnPhoto
from returns.services import developing
from returns.tests import hostile
from returns.tests.test_photos import row  # noqa: F401 (a fixture)

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.any_database,
    pytest.mark.filterwarnings("ignore:Corrupt EXIF data"),
]


@pytest.fixture
def send(row, client, settings, tmp_path):  # noqa: F811
    """Send a file as its customer does; answers the status, what is said, and the files that are new."""
    settings.RETURN_PHOTOS_MAX, settings.RETURN_PHOTO_MAX_MB = 500, 1
    client.force_login(row.order.customer)
    path = reverse("returns:photos_add", args=[row.number])
    known: set[Path] = set()

    def upload(content, name="a.jpg"):
        body, kind = multipart({}, "photos", name, content)
        answer = client.post(path, body, kind)
        said = [str(each) for each in get_messages(answer.wsgi_request)]
        client.cookies.pop("messages", None)
        there = {each for each in Path(tmp_path).rglob("*") if each.is_file()}
        new = sorted(there - known, key=lambda each: each.stat().st_size)
        known.update(new)
        return answer.status_code, said, new

    return upload


def faults_of(path: Path, sent: bytes) -> list[str]:
    """What is wrong with a stored file: it is as it was sent, or carries something besides pixels."""
    content = path.read_bytes()
    with Image.open(path) as image:
        image.load()
        faults = sorted({"exif", "xmp", "icc_profile", "comment", "photoshop"} & image.info.keys())
        if (image.format, image.mode) != ("JPEG", "RGB") or max(image.size) > developing.WIDEST:
            faults.append(f"{image.format} {image.mode} {image.size}")
    hidden = [b"HOSTILE", b"<script", b"<?php", b"PK\3\4", b"Exif", b"ICC_PROFILE", b"http"]
    faults += [f"holds {each!r}" for each in hidden if each in content]
    return [*faults, "as it was sent"] if content == sent or content in sent else faults


def test_the_corpus_is_large_enough():
    assert len(hostile.REFUSED) + len(hostile.PLAIN) + len(hostile.ON_ITS_SIDE) + len(hostile.NAMES) >= 120


def test_what_is_no_photo_is_refused_in_a_sentence_and_leaves_neither_row_nor_file(send):
    wrong = {}
    for name, content in hostile.REFUSED.items():
        status, said, new = send(content)
        if (status, len(said), new) != (303, 1, []) or not said[0].startswith("a.jpg: "):
            wrong[name] = status, said, new

    assert wrong == {}
    assert not ReturnPhoto.objects.exists()


def test_a_photo_that_carries_more_is_made_anew_without_it(send):
    wrong = {}
    for name, content in {**hostile.PLAIN, **hostile.ON_ITS_SIDE}.items():
        status, said, new = send(content)
        faults = [fault for path in new for fault in faults_of(path, content)]
        if (status, said, len(new), faults) != (303, ["The photo was added."], 2, []):
            wrong[name] = status, said, new, faults

    assert wrong == {}


def test_a_photo_that_lies_on_its_side_is_turned(send):
    for name, content in hostile.ON_ITS_SIDE.items():
        send(content)
        photo = ReturnPhoto.objects.latest("pk")

        assert (photo.width, photo.height) == (40, 60), name


def test_no_name_of_a_file_is_used(send, tmp_path):
    wrong = {}
    for name in hostile.NAMES:
        status, said, new = send(hostile.JPEG, name)
        if (status, said) not in [(303, ["The photo was added."]), (303, ["Choose a photo first."])]:
            wrong[name[:40]] = status, said
        assert all(path.parent == tmp_path / "returns" and path.name[:32].isalnum() for path in new)

    assert wrong == {}
    assert ReturnPhoto.objects.count() >= len(hostile.NAMES) - 2
