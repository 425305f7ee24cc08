"""People in the console: who may change whom, and that every change leaves a trace."""

from ipaddress import ip_network

import pytest
from django.contrib.auth.models import Group, Permission
from django.core import mail
from django.test import Client
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


# --- an owner who is no superuser --------------------------------------------------------------------
@pytest.fixture
def shopkeeper(client, db):
    """A client signed in as somebody in the role of owner."""
    user = StaffFactory()
    user.groups.add(Group.objects.get(name="owner"))
    client.force_login(user)
    client.user = user
    return client


def role(name):
    return Group.objects.get(name=name).pk


def test_an_owner_gives_a_role_and_takes_it_and_the_person_signs_in_anew(shopkeeper):
    robin = UserFactory()
    browser = Client()
    browser.force_login(robin)

    shopkeeper.post(
        page_of(robin), {"full_name": "R", "is_active": "on", "is_staff": "on", "groups": [role("support")]}
    )

    robin.refresh_from_db()
    assert (robin.is_staff, [group.name for group in robin.groups.all()]) == (True, ["support"])
    assert AuditEntry.objects.get().after["groups"] == [f"support ({role('support')})"]
    assert browser.get("/accounts/profile/").status_code == 302
    browser.force_login(robin)
    assert browser.get("/admin/orders/order/").status_code == 200

    shopkeeper.post(page_of(robin), {"full_name": "R", "is_active": "on"})

    robin.refresh_from_db()
    assert (robin.is_staff, robin.groups.count()) == (False, 0)
    assert browser.get("/admin/orders/order/").status_code == 302


def test_an_owner_makes_no_superuser_and_gives_no_single_permission(shopkeeper):
    robin, permission = UserFactory(), Permission.objects.get(codename="delete_user")

    shopkeeper.post(
        page_of(robin),
        {"full_name": "R", "is_active": "on", "is_superuser": "on", "user_permissions": [permission.pk]},
    )

    robin.refresh_from_db()
    assert (robin.full_name, robin.is_superuser, robin.user_permissions.count()) == ("R", False, 0)


def test_an_owner_gives_no_role_that_may_more_and_keeps_it_for_whoever_has_it(shopkeeper):
    robin, more = StaffFactory(), Group.objects.create(name="Mighty")
    more.permissions.add(Permission.objects.get(codename="change_group"))

    refused = shopkeeper.post(
        page_of(robin), {"full_name": "R", "is_active": "on", "is_staff": "on", "groups": [more.pk]}
    )
    robin.groups.add(more)
    shopkeeper.post(
        page_of(robin), {"full_name": "R", "is_active": "on", "is_staff": "on", "groups": [role("support")]}
    )

    assert "Select a valid choice" in refused.content.decode()
    assert {group.name for group in robin.groups.all()} == {"Mighty", "support"}


def test_an_owner_changes_neither_superusers_nor_their_own_powers(shopkeeper):
    above, me = StaffFactory(is_superuser=True), shopkeeper.user

    assert shopkeeper.post(page_of(above), {"full_name": "R"}).status_code == 403
    shopkeeper.post(page_of(me), {"full_name": "Me", "is_active": "on"})

    me.refresh_from_db()
    assert (me.full_name, me.is_staff, me.groups.count()) == ("Me", True, 1)


def test_the_shops_own_roles_are_not_changed_by_hand(console):
    page = reverse("admin:auth_group_change", args=[role("support")])

    assert console.get(page).status_code == 200
    assert console.post(page, {"name": "support"}).status_code == 403
    assert (
        console.post(reverse("admin:auth_group_delete", args=[role("support")]), {"post": "yes"}).status_code
        == 403
    )


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


# --- where from, how long ----------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("address", "is_let_in"),
    [
        ("192.0.2.7", True),
        ("198.51.100.7", False),
        ("2001:db8:1::5", True),
        ("2001:db9::5", False),
        ("", False),
    ],
)
def test_the_console_opens_from_the_shops_networks_alone(console, settings, address, is_let_in):
    settings.STAFF_NETWORKS = [ip_network("192.0.2.0/24"), ip_network("2001:db8:1::/48")]

    answer = console.get(reverse("admin:index"), REMOTE_ADDR=address, follow=True)
    act = console.post(reverse("admin:accounts_user_add"), {"email": "a@example.com"}, REMOTE_ADDR=address)

    assert (answer.status_code == 200) is is_let_in
    assert User.objects.filter(email="a@example.com").exists() is is_let_in
    assert act.status_code == 302
    assert console.get("/accounts/profile/", REMOTE_ADDR=address).status_code == 200


def test_staff_sign_in_anew_after_some_hours_whatever_they_do(client, settings, db):
    settings.STAFF_SESSION_HOURS = 4
    for user, longest in ((StaffFactory(), 4 * 3600), (UserFactory(), settings.SESSION_COOKIE_AGE)):
        client.force_login(user)
        left = client.session.get_expiry_age()

        assert longest - 60 < left <= longest
