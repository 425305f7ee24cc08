"""Photos of returns: checked, made anew, kept in private storage, and deleted with their rows.

The files are written before their rows and deleted after them, so a row always has its files. What a process that died
leaves behind are files without a row: nobody can reach them, and `purge_photos` deletes them.
"""

import logging
import secrets
from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import IO

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from config import throttle
from config.private import PrivateStorage
from orders.models import Order
from orders.personal_data import belongs_to
from returns.models import ReturnPhoto, ReturnRequest
from returns.services.developing import Developed, develop
from returns.services.errors import BadPhoto
from returns.services.moves import lock

logger = logging.getLogger("tally.returns")

FOLDER = "returns"
TYPE = "image/jpeg"
# Photos that are looked at for one customer in a day, taken or not, for each that one return may have.
PER_DAY = 5
# A file without a row is left alone for so long: its row may be about to be written.
STRAY = timedelta(days=1)
_BATCH = 500


# --- taking them ------------------------------------------------------------------------------------
def check_photos(files: Iterable[UploadedFile], order: Order) -> list[Developed]:
    """Look at files that were uploaded for a return of an order and make them anew, in memory: nothing is stored.

    Call it outside a transaction; what it returns is for `keep_photos`. Raises BadPhoto, naming the file and why.
    """
    files = list(files)
    if len(files) > settings.RETURN_PHOTOS_MAX:
        raise _too_many()
    checked = []
    for file in files:
        _count(order)
        try:
            checked.append(develop(file.read(settings.RETURN_PHOTO_MAX_MB * 1_000_000 + 1)))
        except BadPhoto as error:
            raise BadPhoto(f"{_shown_name(file)}: {error}") from error
    return checked


def keep_photos(request: ReturnRequest, checked: Sequence[Developed]) -> list[ReturnPhoto]:
    """Store photos that were checked, all or none; afterwards there are files and rows, or neither.

    Has a transaction of its own, and refuses to run in another, which could be rolled back when the files are there.
    Raises BadPhoto if the return takes no more of them, or if they cannot be stored.
    """
    names = [secrets.token_hex(16) for _each in checked]
    try:
        for name, photo in zip(names, checked, strict=True):
            _write(name, photo)
        return _record(request, dict(zip(names, checked, strict=True)))
    except BaseException:
        _delete_files(set(names) - set(_known(names)))
        raise


def add_photos(request: ReturnRequest, files: Iterable[UploadedFile]) -> list[ReturnPhoto]:
    """Check and keep photos of a return that is there already. Raises BadPhoto."""
    files = list(files)
    if not files:
        raise BadPhoto(_("Choose a photo first."))
    _refuse_beyond(request, len(files))
    return keep_photos(request, check_photos(files, request.order))


def photos_left(request: ReturnRequest) -> int:
    """How many more photos the return takes: none once it is resolved or otherwise over."""
    if request.state in {*ReturnRequest.SETTLED, *ReturnRequest.ENDED}:
        return 0
    return max(settings.RETURN_PHOTOS_MAX - request.photos.count(), 0)


def _refuse_beyond(request: ReturnRequest, count: int) -> None:
    left = photos_left(request)
    if not left and request.state in {*ReturnRequest.SETTLED, *ReturnRequest.ENDED}:
        raise BadPhoto(
            _("The return takes no more photos: it is %(state)s.") % {"state": request.get_state_display()}
        )
    if count > left:
        raise _too_many()


def _record(request: ReturnRequest, photos: dict[str, Developed]) -> list[ReturnPhoto]:
    """Write the rows; the return is locked, so that of two who add at once the later one sees both."""
    with transaction.atomic(durable=True):
        request = lock(request)
        _refuse_beyond(request, len(photos))
        return [
            ReturnPhoto.objects.create(
                request=request,
                name=name,
                width=photo.width,
                height=photo.height,
                bytes=len(photo.content) + len(photo.small),
            )
            for name, photo in photos.items()
        ]


def _write(name: str, photo: Developed) -> None:
    try:
        _storage().save(file_name(name), ContentFile(photo.content))
        _storage().save(file_name(name, is_small=True), ContentFile(photo.small))
    except OSError as error:
        logger.exception("A photo of a return could not be stored.")
        raise BadPhoto(_("The photos could not be stored just now. Please try again later.")) from error


def _count(order: Order) -> None:
    whose = f"customer {order.customer_id}" if order.customer_id else f"order {order.pk}"
    limit = PER_DAY * settings.RETURN_PHOTOS_MAX
    try:
        throttle.hit(f"return-photos:{whose}", limit=limit, per=timedelta(days=1))
    except throttle.Throttled as error:
        raise BadPhoto(
            _("You have sent very many photos today. Please add more tomorrow, or write to us.")
        ) from error


def _too_many() -> BadPhoto:
    return BadPhoto(_("A return takes at most %(most)s photos.") % {"most": settings.RETURN_PHOTOS_MAX})


def _shown_name(file: UploadedFile) -> str:
    """The name that the customer knows the file by, short and without what cannot be seen."""
    seen = "".join(each for each in file.name or "" if each.isprintable())
    return f"{seen[:40]}…" if len(seen) > 41 else seen or "?"


# --- handing them out, and deleting them ------------------------------------------------------------
def open_photo(photo: ReturnPhoto, *, is_small: bool = False) -> IO[bytes]:
    """The file of a photo, of type `TYPE`. Raises FileNotFoundError."""
    return _storage().open(file_name(photo.name, is_small=is_small))


@transaction.atomic
def remove_photo(photo: ReturnPhoto) -> None:
    """Delete a photo for its customer, as long as nobody has decided on the return. Raises BadPhoto."""
    request = lock(photo.request)
    if request.state not in ReturnRequest.BEFORE_DECISION:
        raise BadPhoto(_("The photo has been looked at already and stays with the return."))
    ReturnPhoto.objects.filter(pk=photo.pk).delete()


def purge_photos() -> int:
    """Delete photos older than RETURN_PHOTO_MONTHS, and files without a row; returns how many rows and files."""
    before = timezone.now() - timedelta(days=round(settings.RETURN_PHOTO_MONTHS * 365.25 / 12))
    old = list(ReturnPhoto.objects.filter(added_at__lt=before).values_list("pk", flat=True))
    for some in _batches(old):
        ReturnPhoto.objects.filter(pk__in=some).delete()
    return len(old) + _purge_strays()


def _purge_strays() -> int:
    storage, before, done = _storage(), timezone.now() - STRAY, 0
    if not storage.exists(""):
        return 0
    for some in _batches(storage.listdir("")[1]):
        known = set(_known([name.partition(".")[0].removesuffix("-small") for name in some]))
        for name in some:
            is_known = name.partition(".")[0].removesuffix("-small") in known
            if not is_known and storage.get_modified_time(name) < before:
                storage.delete(name)
                done += 1
    return done


def _batches(things: list) -> Iterable[list]:
    return (things[start : start + _BATCH] for start in range(0, len(things), _BATCH))


def delete_files_of(photo: ReturnPhoto) -> None:
    """Delete the files of a row that is being deleted, once that is certain."""
    transaction.on_commit(lambda: _delete_files([photo.name]), robust=True)


def _delete_files(names: Iterable[str]) -> None:
    for name in names:
        _storage().delete(file_name(name))
        _storage().delete(file_name(name, is_small=True))


def _known(names: Iterable[str]) -> list[str]:
    return list(ReturnPhoto.objects.filter(name__in=list(names)).values_list("name", flat=True))


def file_name(name: str, *, is_small: bool = False) -> str:
    """How the file of a photo is called in private storage."""
    return f"{name}-small.jpg" if is_small else f"{name}.jpg"


def _storage() -> PrivateStorage:
    return PrivateStorage(FOLDER)


# --- what is kept about a customer --------------------------------------------------------------------
def export_photos(user: User) -> list[dict]:
    """Which photos there are of the customer's returns, and since when."""
    photos = _photos_of(user).select_related("request").order_by("pk")
    return [
        {"return": photo.request.number, "name": photo.name, "added_at": photo.added_at.isoformat()}
        for photo in photos
    ]


def erase_photos(user: User) -> None:
    """Delete the photos of the customer's returns, rows and files."""
    _photos_of(user).delete()


def _photos_of(user: User):
    return ReturnPhoto.objects.filter(request__order__in=Order.objects.filter(belongs_to(user)))
