"""Staff come in by a mailed link, never by a password that somebody else knew."""

import pytest
from django.core import mail
from django.core.management import CommandError, call_command

from accounts import services
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
    assert AuditEntry.objects.get().after == {"is_staff": True, "is_superuser": True}


def test_create_staff_keeps_a_customers_password_and_can_be_repeated():
    UserFactory(email="ada@example.com", password="correct horse")

    call_command("create_staff", "ada@example.com")
    call_command("create_staff", "ada@example.com")
    run_tasks()

    user = User.objects.get()
    assert user.is_superuser
    assert user.check_password("correct horse")
    assert len(mail.outbox) == 2


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
