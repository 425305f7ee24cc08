"""People in the console: who may change whom, and that every change leaves a trace."""

import pytest
from django.contrib.auth.models import Group, Permission
from django.core import mail
from django.urls import reverse

from accounts.audit import audit
from accounts.models import AuditEntry, User
from accounts.tests.factories import StaffFactory, UserFactory
from config.tests.helpers import run_tasks


@pytest.fixture
def owner(db):
    return StaffFactory(is_superuser=True)


@pytest.fixture
def console(client, owner):
    client.force_login(owner)
    return client


@pytest.fixture
def support(client, db):
    """A client signed in as staff who may change customers."""
    user = StaffFactory()
    user.user_permissions.add(*Permission.objects.filter(codename__in=["view_user", "change_user"]))
    client.force_login(user)
    client.user = user
    return client


def page_of(user, page="change"):
    return reverse(f"admin:accounts_user_{page}", args=[user.pk])


def test_a_customer_is_renamed_and_the_trail_keeps_no_name(console, owner):
    robin = UserFactory(full_name="Robin")

    console.post(page_of(robin), {"full_name": "Robyn", "is_active": "on"})

    robin.refresh_from_db()
    entry = AuditEntry.objects.get()
    assert robin.full_name == "Robyn"
    assert (entry.actor, entry.act, entry.subject) == (owner, "change user", f"user {robin.pk}")
    assert "Robin" not in str(entry.before)
    assert "Robyn" not in str(entry.after)


def test_a_change_of_role_is_told_before_and_after(console):
    robin, role = StaffFactory(), Group.objects.create(name="Warehouse")

    console.post(page_of(robin), {"full_name": robin.full_name, "is_active": "on", "groups": [role.pk]})

    entry = AuditEntry.objects.get()
    assert entry.before == {"is_staff": True, "groups": []}
    assert entry.after == {"is_staff": False, "groups": [f"Warehouse ({role.pk})"]}


def test_the_address_is_not_staffs_to_change(console):
    robin = UserFactory(email="robin@example.com")

    console.post(page_of(robin), {"full_name": "", "is_active": "on", "email": "mine@example.com"})

    robin.refresh_from_db()
    assert robin.email == "robin@example.com"


def test_staff_give_no_powers(support):
    robin = UserFactory()

    support.post(
        page_of(robin),
        {"full_name": "R", "is_active": "on", "is_staff": "on", "is_superuser": "on", "groups": []},
    )

    robin.refresh_from_db()
    assert (robin.full_name, robin.is_staff, robin.is_superuser) == ("R", False, False)


@pytest.mark.parametrize("powers", [{"is_staff": True}, {"is_staff": True, "is_superuser": True}])
def test_staff_do_not_change_staff(support, powers):
    other = UserFactory(**powers)

    assert support.post(page_of(other), {"full_name": "R"}).status_code == 403
    assert support.post(page_of(support.user), {"is_superuser": "on"}).status_code == 403


def test_only_a_superuser_sets_a_password(support):
    robin = UserFactory(password="a long old password")
    address = reverse("admin:auth_user_password_change", args=[robin.pk])
    new = "a long new password"
    given = {"password1": new, "password2": new, "usable_password": "true"}

    assert support.post(address, given).status_code == 403

    support.force_login(StaffFactory(is_superuser=True))
    assert support.post(address, given).status_code == 302
    robin.refresh_from_db()
    assert robin.check_password(new)
    assert AuditEntry.objects.get().act == "set password"
    assert new not in str(AuditEntry.objects.values())


def test_somebody_new_gets_a_mail_and_nobody_knows_a_password(console):
    role = Group.objects.create(name="Warehouse")

    console.post(
        reverse("admin:accounts_user_add"),
        {"email": " New@Example.com", "full_name": "New", "is_staff": "on", "groups": [role.pk]},
    )
    run_tasks()

    user = User.objects.get(email="new@example.com")
    assert (user.is_staff, user.is_superuser, user.has_usable_password()) == (True, False, False)
    assert list(user.groups.all()) == [role]
    assert [message.to for message in mail.outbox] == [["new@example.com"]]


@pytest.mark.parametrize(
    "email", ["", "no", "x" * 250 + "@example.com", "taken@example.com", "TAKEN@example.com"]
)
def test_an_odd_or_taken_address_is_refused(console, email):
    UserFactory(email="taken@example.com")
    before = User.objects.count()

    assert console.post(reverse("admin:accounts_user_add"), {"email": email}).status_code == 200
    assert User.objects.count() == before


def test_nobody_is_deleted(console):
    assert console.post(page_of(UserFactory(), "delete"), {"post": "yes"}).status_code == 403


def test_the_trail_is_only_read(console, owner):
    entry = audit(owner, "receive stock", "stock item A", before={"on_hand": 1}, after={"on_hand": 2})
    page = reverse("admin:accounts_auditentry_change", args=[entry.pk])

    assert "on_hand: 1 → 2" in console.get(reverse("admin:accounts_auditentry_changelist")).content.decode()
    assert console.post(page, {"act": "nothing"}).status_code == 403
    assert console.post(reverse("admin:accounts_auditentry_add"), {"act": "x"}).status_code == 403


@pytest.mark.parametrize("person", ["nobody", "customer"])
def test_the_console_opens_to_staff_alone(client, db, person):
    if person == "customer":
        client.force_login(UserFactory())

    answer = client.get(reverse("admin:index"), follow=True)

    if person == "customer":
        assert answer.status_code == 403
    else:
        assert answer.redirect_chain[-1][0].startswith(reverse("accounts:login"))


def test_staff_sign_in_at_the_shops_own_door(client, db):
    user = StaffFactory(password="a long old password")
    door = client.get(reverse("admin:index"), follow=True).redirect_chain[-1][0]

    answer = client.post(door, {"username": user.email, "password": "a long old password"}, follow=True)

    assert answer.request["PATH_INFO"] == reverse("admin:index")
