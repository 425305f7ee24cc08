from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.core.validators import EmailValidator

from accounts import services


class Command(BaseCommand):
    help = (
        "Lets somebody into the console and mails them a link to set their password; no password is ever known "
        "to anybody else. Run it again for a fresh link."
    )

    def add_arguments(self, parser) -> None:
        parser.add_argument("email")
        parser.add_argument("--role", choices=["superuser"], default="superuser", help="what they may do")
        parser.add_argument("--name", default="", help="their name, if the account is new")

    def handle(self, *args, email: str, role: str, name: str, **options) -> None:
        try:
            EmailValidator()(email)
        except ValidationError as error:
            raise CommandError(f"{email!r} is not an e-mail address.") from error
        user = services.make_superuser(email, name=name[:150])
        self.stdout.write(f"{user.email} may do everything. A link to set a password is on its way to them.")
