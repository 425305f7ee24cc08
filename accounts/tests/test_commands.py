"""Staff come in by a mailed link, never by a password that somebody else knew."""

import pytest
from django.contrib.auth.models import Group
from django.contrib.sessions.models import Session
from django.core import mail
from django.core.management import CommandError, call_command

from accounts import roles, services
from accounts.models import AuditEntry, User
from accounts.tests.factories import UserFactory
from config.tests.helpers import run_tasks

pytestmark = pytest.mark.django_db


def test_create_staff_makes_an_account_without_password_and_mails_a_link():
    call_command("create_staff", "Ada@Example.com", "--name", "Ada")
    run_tasks()

    user = User.objects.get()
    assert (user.email, user.is_staff, user.is_superuser) == ("ada@example.com", True, True)
    assert not user.has_usable_password()
    (message,) = mail.outbox
    assert message.to == ["ada@example.com"]
    assert "/accounts/password/reset/" in message.body
    assert AuditEntry.objects.get().after == {"is_staff": True, "is_superuser": True, "roles": []}


def test_create_staff_keeps_a_customers_password_and_can_be_repeated():
    UserFactory(email="ada@example.com", password="correct horse")

    call_command("create_staff", "ada@example.com")
    call_command("create_staff", "ada@example.com")
    run_tasks()

    user = User.objects.get()
    assert user.is_superuser
    assert user.check_password("correct horse")
    assert len(mail.outbox) == 2


@pytest.mark.parametrize("role", roles.ROLES)
def test_create_staff_gives_one_role_at_a_time(role, client):
    call_command("create_staff", "ada@example.com", "--role", "support")
    ada = User.objects.get()
    client.force_login(ada)

    call_command("create_staff", "ada@example.com", "--role", role)
    call_command("create_staff", "ada@example.com", "--role", role)

    ada.refresh_from_db()
    assert [group.name for group in ada.groups.all()] == [role]
    assert (ada.is_staff, ada.is_superuser) == (True, False)
    assert AuditEntry.objects.first().after["roles"] == [role]
    assert client.get("/admin/").status_code == (
        200 if role == "support" else 302
    )  # a new role, a new sign-in


def test_revoke_takes_everything_and_ends_sessions_at_once(client):
    call_command("create_staff", "ada@example.com")
    ada = User.objects.get()
    ada.groups.add(Group.objects.create(name="Our own"))
    client.force_login(ada)
    assert client.get("/admin/").status_code == 200

    for _ in range(2):
        call_command("create_staff", "ADA@example.com", "--revoke")

    ada.refresh_from_db()
    assert (ada.is_staff, ada.is_superuser, ada.is_active, ada.groups.count()) == (False, False, True, 0)
    assert not Session.objects.exists()
    assert client.get("/admin/").status_code == 302
    assert AuditEntry.objects.first().act == "revoke powers"


def test_nobody_who_is_not_there_is_revoked():
    with pytest.raises(CommandError, match="Nobody has an account"):
        call_command("create_staff", "ada@example.com", "--revoke")


@pytest.mark.parametrize("email", ["", "ada", "ada@example.com\nBcc: eve@example.com", "ada\0@example.com"])
def test_create_staff_refuses_what_is_no_address(email):
    with pytest.raises(CommandError, match="is not an e-mail address"):
        call_command("create_staff", email)

    assert not User.objects.exists()


def test_an_invitation_saves_somebody_new_without_a_password():
    services.invite(User(email="new@example.com"))
    run_tasks()

    assert not User.objects.get().has_usable_password()
    (message,) = mail.outbox
    assert message.subject == "Your account at Tally"
    assert "console" not in message.body
