"""People, where they live and where they are signed in, and the trace that staff leave."""

import secrets
from typing import ClassVar

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.contrib.sessions.models import Session
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone

from accounts import addresses
from config import languages


def new_key() -> str:
    """Return 96 random bits as text: a name for a row in an address that tells nothing about other rows."""
    return secrets.token_urlsafe(12)


class UserManager(BaseUserManager["User"]):
    """Finds people by e-mail, whatever its capitals."""

    def create_user(self, email: str, password: str | None = None, **fields: object) -> "User":
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: object) -> "User":
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email=(username or "").strip().lower())


class User(AbstractBaseUser, PermissionsMixin):
    """One person; the e-mail address, in lower case, is the login."""

    email = models.EmailField("e-mail address", unique=True)
    full_name = models.CharField("name", max_length=150, blank=True)
    email_verified_at = models.DateTimeField(null=True, blank=True)
    language = models.CharField(
        "language", max_length=10, default=languages.current, help_text="The language of our mails to them."
    )
    is_active = models.BooleanField("may sign in", default=True)
    is_staff = models.BooleanField("may enter the console", default=False)
    joined_at = models.DateTimeField(default=timezone.now, editable=False)
    erased_at = models.DateTimeField(null=True, blank=True, editable=False)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects = UserManager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(email=Lower("email")), name="email_is_lower_case")
        ]

    def __str__(self) -> str:
        return self.email

    def clean(self) -> None:
        self.email = self.email.strip().lower()

    def get_full_name(self) -> str:
        return self.full_name or self.email

    def get_short_name(self) -> str:
        return self.full_name.split(" ")[0] if self.full_name else self.email


class Address(models.Model):
    """An address that a customer keeps; checkouts and orders copy it, so that changing it changes no order."""

    key = models.CharField(max_length=16, unique=True, default=new_key, editable=False)
    customer = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="addresses")
    name = models.CharField(max_length=100)
    company = models.CharField(max_length=100, blank=True)
    street = models.CharField(max_length=120, blank=True)
    street2 = models.CharField(max_length=120, blank=True)
    postcode = models.CharField(max_length=16, blank=True)
    city = models.CharField(max_length=80, blank=True)
    region = models.CharField(max_length=80, blank=True)
    country = models.CharField(max_length=2)
    phone = models.CharField(max_length=30, blank=True)
    is_delivery_default = models.BooleanField(default=False)
    is_billing_default = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["-is_delivery_default", "-pk"]
        verbose_name_plural = "addresses"
        constraints = [
            models.UniqueConstraint(
                fields=["customer"],
                condition=models.Q(is_delivery_default=True),
                name="one_default_for_delivery",
            ),
            models.UniqueConstraint(
                fields=["customer"],
                condition=models.Q(is_billing_default=True),
                name="one_default_for_billing",
            ),
        ]

    def __str__(self) -> str:
        return self.key

    def as_dict(self) -> dict[str, str]:
        """The address as checkouts and orders keep their copy, see `accounts.addresses`."""
        return {name: getattr(self, name) for name in (*addresses.FIELDS, "country")}


class SignIn(models.Model):
    """A browser in which somebody is signed in; gone with its session. Written once, at the sign-in."""

    key = models.CharField(max_length=16, unique=True, default=new_key, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="sign_ins")
    session = models.OneToOneField(Session, models.CASCADE, related_name="sign_in")
    browser = models.CharField(max_length=30, blank=True)
    system = models.CharField(max_length=30, blank=True)
    network = models.CharField(max_length=45, blank=True, help_text="The first half of the IP address.")
    at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return self.key


class Farewell(models.Model):
    """Where we still have to write that an account is gone; the row goes as soon as that mail is sent."""

    email = models.EmailField()
    language = models.CharField(max_length=10, blank=True)

    def __str__(self) -> str:
        return f"Farewell {self.pk}"


class AuditEntry(models.Model):
    """What a member of staff did to what; append-only."""

    at = models.DateTimeField(default=timezone.now, editable=False)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    act = models.CharField(max_length=60)
    subject = models.CharField(max_length=120, db_index=True)
    # Null where it is unknown, as a column that may not be null makes SQLite write the whole table anew.
    row = models.CharField("about", max_length=120, null=True, db_index=True, help_text="Table and number.")
    request_id = models.CharField("request", max_length=32, null=True, help_text="As in the log.")
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)

    class Meta:
        ordering = ["-pk"]
        verbose_name_plural = "audit entries"

    def __str__(self) -> str:
        return f"{self.act}: {self.subject}"

    @property
    def change(self) -> str:
        """What is another than before, in few words."""
        names = [name for name in self.after if self.after.get(name) != self.before.get(name)]
        return "; ".join(f"{name}: {self.before.get(name, '–')} → {self.after[name]}" for name in names)[:160]
