"""The demo's people have passwords that nobody could know before."""

import stat

import pytest

from accounts.demo import CUSTOMERS, NAMES, OWNER, STAFF, WAREHOUSE, Logins, seed_people
from accounts.models import User

pytestmark = pytest.mark.django_db


def test_passwords_are_made_up_for_each_account_and_each_shop(tmp_path):
    one, other = Logins.at(tmp_path / "one.txt"), Logins.at(tmp_path / "other.txt")

    assert len({*one.passwords.values(), *other.passwords.values()}) == 2 * len(NAMES)
    assert min(map(len, one.passwords.values())) >= 12


def test_the_file_is_for_its_owner_only_and_is_kept(tmp_path):
    path = tmp_path / "var" / "logins.txt"

    first = Logins.at(path)

    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert Logins.at(path).passwords == first.passwords


def test_a_file_that_was_cut_short_is_completed(tmp_path):
    path = tmp_path / "logins.txt"
    whole = Logins.at(path)
    path.write_text(whole.text.splitlines()[0] + "\nwarehouse@de")
    path.chmod(0o644)

    mended = Logins.at(path)

    assert mended.passwords[OWNER] == whole.passwords[OWNER]
    assert mended.passwords.keys() == NAMES.keys()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_people_can_sign_in_with_what_the_file_says_and_do_what_their_role_may(tmp_path, client):
    logins = Logins.at(tmp_path / "logins.txt")

    seed_people(logins)

    for email, password in logins.passwords.items():
        assert client.login(username=email, password=password)
    assert set(User.objects.filter(is_staff=True).values_list("email", flat=True)) == set(STAFF)
    assert list(User.objects.filter(is_superuser=True).values_list("email", flat=True)) == [OWNER]
    warehouse = User.objects.get(email=WAREHOUSE)
    assert warehouse.has_perm("inventory.view_stocklevel")
    assert warehouse.has_perm("orders.view_order")
    assert not warehouse.has_perm("payments.view_payment")
    for email, role in STAFF.items():
        assert list(User.objects.get(email=email).groups.values_list("name", flat=True)) == [role]
    assert not User.objects.get(email=min(CUSTOMERS)).get_all_permissions()


def test_people_of_an_earlier_run_get_the_passwords_of_the_file(tmp_path, client):
    seed_people(Logins.at(tmp_path / "lost.txt"))
    logins = Logins.at(tmp_path / "kept.txt")

    seed_people(logins)

    assert User.objects.count() == len(NAMES)
    assert client.login(username=OWNER, password=logins.passwords[OWNER])
