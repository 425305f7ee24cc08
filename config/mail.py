"""How the shop writes to people: three templates make one mail, and one reason makes one Message-ID."""

import hashlib
import os
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.core.mail.backends.base import BaseEmailBackend
from django.template.base import Template
from django.template.context import Context
from django.template.loader import get_template, render_to_string
from django.utils.text import slugify
from django.utils.translation import gettext as _

from config import languages

# What conditions in a template leave behind where they say nothing.
_EMPTY_LINES = re.compile(r"\n(?:[ \t]*\n){2,}")
# Characters: RFC 5321, and the columns.
LONGEST_ADDRESS = 254


def clean_address(typed: str) -> str:
    """An address that passed `EmailField`, as it is kept: in lower case. Raises ValidationError for one beyond reach.

    `EmailField` ignores case as Unicode does, so it lets "İ", "ı", "ſ" and the Kelvin sign stand before the @, which
    no mail server takes; and "İ" becomes longer in lower case, beyond what a column holds.
    """
    if not typed.rpartition("@")[0].isascii() or len(typed.lower()) > LONGEST_ADDRESS:
        raise ValidationError(_("Enter an e-mail address, such as name@example.com."), code="invalid")
    return typed.lower()


def send(
    template: str,
    to: str,
    context: Mapping[str, object],
    *,
    key: str,
    language: str | None = None,
    reply_to: str = "",
) -> None:
    """Write to one person, now; call it from a background task, which tries again when this raises.

    Renders `<template>.subject.txt`, `<template>.txt` and `<template>.html` with `context`, the shop's name
    and address, in `language` (that of an order, or of a user), or in the one that is active. What `context` says in
    words or addresses already must be made in the same one: `with languages.spoken(order.language):` does for both.
    `key` names the reason ("confirmation-2026-000123"): the same reason has the same Message-ID,
    so a mail that is sent twice after a crash is recognised as one. `reply_to` is a checked address that an answer
    goes to instead of the sender's. Raises what the mail backend raises.
    """
    with languages.spoken(language):
        _write(template, to, context, key=key, reply_to=reply_to)


@dataclass(frozen=True)
class Written:
    """A mail as it is read: in one line, as plain text, and as a page."""

    subject: str
    text: str
    html: str


def compose(template: str, context: Mapping[str, object]) -> Written:
    """Put a mail into words, in the language that is spoken now; sends nothing."""
    words = {
        "shop_name": settings.SHOP_NAME,
        "public_base_url": settings.PUBLIC_BASE_URL,
        "seller": seller(),
        **context,
    }
    subject = " ".join(_plain(f"{template}.subject.txt", words).split())
    text = _EMPTY_LINES.sub("\n\n", _plain(f"{template}.txt", words)).strip() + "\n"
    return Written(subject, text, render_to_string(f"{template}.html", {**words, "subject": subject}))


def seller() -> dict[str, object]:
    """Who writes, as every business letter in the EU has to say (in Germany § 35a GmbHG, § 5 DDG)."""
    return {
        "name": settings.SHOP_LEGAL_NAME,
        "address": settings.SHOP_ADDRESS,
        "email": settings.SHOP_EMAIL,
        "vat_id": settings.SHOP_VAT_ID,
        "register": settings.SHOP_REGISTER,
    }


def _write(template: str, to: str, context: Mapping[str, object], *, key: str, reply_to: str = "") -> None:
    written = compose(template, context)
    message = EmailMultiAlternatives(
        subject=written.subject,
        body=written.text,
        to=[to],
        reply_to=[reply_to] if reply_to else None,
        headers={
            "Message-ID": message_id(key),
            "Auto-Submitted": "auto-generated",
            "Content-Language": languages.current(),
        },
    )
    message.attach_alternative(written.html, "text/html")
    message.send()


def message_id(key: str) -> str:
    """The Message-ID for one reason to write; equal keys give equal ids."""
    host = urlsplit(settings.PUBLIC_BASE_URL).hostname
    return f"<{hashlib.sha256(key.encode()).hexdigest()[:32]}@{host}>"


def _plain(name: str, words: Mapping[str, object]) -> str:
    """Render a text in which & stays &: escaping is for HTML."""
    template: Template = get_template(name).template  # type: ignore[attr-defined]
    return template.render(Context(words, autoescape=False))


class DemoBackend(BaseEmailBackend):
    """Sends nothing: prints each mail and keeps it as a file in `settings.MAIL_DIR`, for any mail program to open.

    The file's name holds the Message-ID, so a mail that is sent again replaces itself.
    """

    def send_messages(self, email_messages) -> int:
        settings.MAIL_DIR.mkdir(parents=True, exist_ok=True)
        for message in email_messages:
            path = _keep(message)
            self._print(
                f"To: {', '.join(message.to)}\nSubject: {message.subject}\n{message.body.strip()}\n({path})"
            )
        return len(email_messages)

    def _print(self, words: str) -> None:
        sys.stdout.write(f"{'-' * 72}\n{words}\n{'-' * 72}\n")
        sys.stdout.flush()


def _keep(message: EmailMessage) -> Path:
    content = message.message().as_bytes()
    number = hashlib.sha256(message.extra_headers.get("Message-ID", "").encode() or content).hexdigest()[:8]
    folder: Path = settings.MAIL_DIR
    for earlier in folder.glob(f"*-{number}.eml"):
        earlier.unlink(missing_ok=True)
    now = datetime.now(UTC)
    path = folder / f"{now:%Y%m%d-%H%M%S}-{slugify(message.subject)[:60] or 'mail'}-{number}.eml"
    unfinished = path.with_suffix(f".{os.getpid()}.part")
    unfinished.write_bytes(content)
    return unfinished.rename(path)
