"""The demo shop's people: roles, not persons, with passwords made up at seeding."""

import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from django.contrib.auth.models import Group
from django.utils import timezone

from accounts import roles
from accounts.models import User

DOMAIN = "demo.example"
# The owner of the demo may do everything, as there is nobody else who could; the others have one role each.
OWNER, WAREHOUSE = f"owner@{DOMAIN}", f"warehouse@{DOMAIN}"
STAFF = {f"{role}@{DOMAIN}": role for role in (roles.OWNER, *roles.ROLES)}
CUSTOMERS = {f"customer{number}@{DOMAIN}": f"Demo customer {number}" for number in range(1, 7)}
NAMES = {**{email: f"Demo {role}" for email, role in STAFF.items()}, **CUSTOMERS}


@dataclass(frozen=True)
class Logins:
    """E-mail addresses and passwords, kept in a file that only its owner can read."""

    path: Path
    passwords: dict[str, str]

    @classmethod
    def at(cls, path: Path) -> "Logins":
        """Read the file, or make up what it shall hold and write it.

        It is written before any account is made, so that a run that is killed leaves no account without a password.
        """
        path.parent.mkdir(parents=True, exist_ok=True)
        made_up = {email: secrets.token_urlsafe(9) for email in NAMES}
        try:
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            made_up |= _read(path)
            path.chmod(0o600)
            path.write_text(_written(made_up))
        else:
            with os.fdopen(handle, "w") as file:
                file.write(_written(made_up))
        return cls(path, made_up)

    @property
    def text(self) -> str:
        return _written(self.passwords)


def _written(passwords: dict[str, str]) -> str:
    width = max(map(len, passwords))
    return "".join(f"{email:<{width}}  {password}\n" for email, password in passwords.items())


def _read(path: Path) -> dict[str, str]:
    pairs = (line.split() for line in path.read_text().splitlines())
    return {pair[0]: pair[1] for pair in pairs if len(pair) == 2 and pair[0] in NAMES}


def seed_people(logins: Logins) -> None:
    """Make the accounts, or give those of an earlier run the passwords that the file holds."""
    for email, password in logins.passwords.items():
        user = User.objects.filter(email=email).first() or User(email=email, full_name=NAMES[email])
        if user.pk and user.check_password(password):
            continue
        user.email_verified_at = user.email_verified_at or timezone.now()
        user.is_staff = email in STAFF
        user.is_superuser = email == OWNER
        user.set_password(password)
        user.save()
    for email, role in STAFF.items():
        User.objects.get(email=email).groups.add(Group.objects.get(name=role))


def demo_customers() -> list[User]:
    """The demo's customers, in the order of their numbers."""
    return list(User.objects.filter(email__in=CUSTOMERS).order_by("email"))
