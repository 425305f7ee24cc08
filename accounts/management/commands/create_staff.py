from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.core.validators import EmailValidator

from accounts import services
from accounts.models import User
from accounts.roles import ROLES


class Command(BaseCommand):
    help = (
        "Lets somebody into the console in a role and mails them a link to set their password; no password is ever "
        "known to anybody else. Run it again for a fresh link or another role; --revoke takes every power from them "
        "and signs them out everywhere. What each role may do: manage.py access_matrix."
    )

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("email")
        what = parser.add_mutually_exclusive_group()
        what.add_argument(
            "--role",
            choices=[*ROLES, services.SUPERUSER],
            default=services.SUPERUSER,
            help="what they may do",
        )
        what.add_argument("--revoke", action="store_true", help="take all powers away; the account stays")
        parser.add_argument("--name", default="", help="their name, if the account is new")

    def handle(self, *args: Any, email: str, role: str, revoke: bool, name: str, **options: Any) -> None:
        try:
            EmailValidator()(email)
        except ValidationError as error:
            raise CommandError(f"{email!r} is not an e-mail address.") from error
        if revoke:
            self._revoke(email)
            return
        user = services.employ(email, role, name=name[:150])
        may = "may do everything" if role == services.SUPERUSER else f"works as {role}"
        self.stdout.write(f"{user.email} {may}. A link to set a password is on its way to them.")

    def _revoke(self, email: str) -> None:
        user = User.objects.filter(email=email.strip().lower()).first()
        if user is None:
            raise CommandError(f"Nobody has an account at {email}.")
        services.dismiss(user)
        self.stdout.write(
            f"{user.email} may do nothing in the console any more, and is signed out everywhere."
        )
