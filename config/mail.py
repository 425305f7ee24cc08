"""How the shop writes to people: three templates make one mail, and one reason makes one Message-ID."""

import hashlib
import os
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.core.mail.backends.base import BaseEmailBackend
from django.template.base import Template
from django.template.context import Context
from django.template.loader import get_template, render_to_string
from django.utils.text import slugify


def send(template: str, to: str, context: Mapping[str, object], *, key: str) -> None:
    """Write to one person, now; call it from a background task, which tries again when this raises.

    Renders `<template>.subject.txt`, `<template>.txt` and `<template>.html` with `context`, the shop's name
    and address. `key` names the reason ("confirmation-2026-000123"): the same reason has the same Message-ID,
    so a mail that is sent twice after a crash is recognised as one. Raises what the mail backend raises.
    """
    words = {"shop_name": settings.SHOP_NAME, "public_base_url": settings.PUBLIC_BASE_URL, **context}
    subject = " ".join(_plain(f"{template}.subject.txt", words).split())
    message = EmailMultiAlternatives(
        subject=subject,
        body=_plain(f"{template}.txt", words),
        to=[to],
        headers={"Message-ID": message_id(key), "Auto-Submitted": "auto-generated"},
    )
    message.attach_alternative(
        render_to_string(f"{template}.html", {**words, "subject": subject}), "text/html"
    )
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
