"""Photos that come at once, in real transactions."""

import pytest
from django.db import transaction

from payments.tests.test_settling_races import at_once
from returns import services
from returns.models import ReturnPhoto
from returns.tests.test_photos import a_photo, files, row  # noqa: F401 (fixtures)

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


@pytest.mark.postgres
def test_of_20_uploads_at_once_only_as_many_are_kept_as_there_is_room_for(row, files, settings):  # noqa: F811
    settings.RETURN_PHOTOS_MAX = 5
    checked = services.check_photos([a_photo()], row.order)

    ends = at_once([lambda: services.keep_photos(row, checked)] * 20)

    assert ends == {"done": 5, "BadPhoto": 15}
    names = set(ReturnPhoto.objects.values_list("name", flat=True))
    assert len(names) == 5
    assert {path.name for path in files()} == {
        f"{name}{end}" for name in names for end in (".jpg", "-small.jpg")
    }


def test_photos_are_not_kept_in_a_transaction_that_may_still_fail(row, files):  # noqa: F811
    checked = services.check_photos([a_photo()], row.order)

    with pytest.raises(RuntimeError), transaction.atomic():
        services.keep_photos(row, checked)
    assert files() == []


def test_a_deletion_that_is_rolled_back_leaves_the_files(row, files):  # noqa: F811
    [photo] = services.add_photos(row, [a_photo()])

    with transaction.atomic():
        services.remove_photo(photo)
        transaction.set_rollback(True)
    kept = files()
    services.remove_photo(photo)
    assert (len(kept), files()) == (2, [])
