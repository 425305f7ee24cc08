"""Mails have three parts, an honest subject, and a Message-ID that names their reason."""

import email
import email.policy

import pytest
from django.core import mail as outbox
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage
from django.core.mail.message import BadHeaderError
from django.forms import EmailField
from django.template.loader import get_template
from django.test import override_settings
from django.urls import reverse

from config import mail
from shop.tests.factories import VariantFactory

PARTS = {
    "note.subject.txt": "Hello {{ name }}\n",
    "note.txt": "{% extends 'email/base.txt' %}{% block content %}Dear {{ name }}{% endblock %}",
    "note.html": "{% extends 'email/base.html' %}{% block content %}<p>Dear {{ name }}</p>"
    "{% include 'email/_button.html' with url='http://shop.example/x' label='Open' %}{% endblock %}",
}


@pytest.fixture(autouse=True)
def _templates(settings):
    (engine,) = settings.TEMPLATES
    loaders = [
        ("django.template.loaders.locmem.Loader", PARTS),
        "django.template.loaders.filesystem.Loader",
        "django.template.loaders.app_directories.Loader",
    ]
    settings.TEMPLATES = [{**engine, "APP_DIRS": False, "OPTIONS": {**engine["OPTIONS"], "loaders": loaders}}]
    assert get_template("note.txt")


def test_send_writes_text_and_html_and_escapes_only_the_html():
    mail.send("note", "ada@example.com", {"name": "Tom & <Ann>"}, key="note-1")

    (message,) = outbox.outbox
    assert message.to == ["ada@example.com"]
    assert message.subject == "Hello Tom & <Ann>"
    assert "Dear Tom & <Ann>" in message.body
    (html,) = message.alternatives
    assert html.mimetype == "text/html"
    assert "Dear Tom &amp; &lt;Ann&gt;" in html.content
    assert 'href="http://shop.example/x"' in html.content
    assert "<img" not in html.content


def test_a_subject_never_has_a_second_line():
    mail.send("note", "ada@example.com", {"name": "A\r\nBcc: eve@example.com\u2028B"}, key="note-1")

    (message,) = outbox.outbox
    assert message.subject == "Hello A Bcc: eve@example.com B"
    assert message.message()["Bcc"] is None


def test_an_address_with_a_line_break_is_refused():
    with pytest.raises((BadHeaderError, ValueError)):
        mail.send("note", "ada@example.com\nBcc: eve@example.com", {"name": "A"}, key="note-1")


@override_settings(PUBLIC_BASE_URL="https://shop.example")
def test_one_reason_has_one_message_id():
    for key in ("note-1", "note-1", "note-2"):
        mail.send("note", "ada@example.com", {"name": "A"}, key=key)

    first, again, other = (message.message()["Message-ID"] for message in outbox.outbox)
    assert first == again == mail.message_id("note-1")
    assert first != other
    assert first.endswith("@shop.example>")


def test_the_demo_keeps_each_mail_as_a_file_once(settings, tmp_path, capsys):
    settings.EMAIL_BACKEND = "config.mail.DemoBackend"
    settings.MAIL_DIR = tmp_path / "mail"

    for key in ("note-1", "note-1", "note-2"):
        mail.send("note", "ada@example.com", {"name": "Ünal"}, key=key)

    files = sorted((tmp_path / "mail").iterdir())
    assert len(files) == 2
    message = email.message_from_bytes(files[0].read_bytes(), policy=email.policy.default)
    assert message["Subject"] == "Hello Ünal"
    assert "Dear Ünal" in message.get_body(("plain",)).get_content()
    assert "To: ada@example.com" in capsys.readouterr().out


def test_the_demo_keeps_mails_of_other_senders_too(settings, tmp_path):
    settings.MAIL_DIR = tmp_path

    mail.DemoBackend().send_messages([EmailMessage("../../up", "text", to=["ada@example.com"])])

    (file,) = tmp_path.iterdir()
    assert file.name.endswith(".eml")
    assert "-up-" in file.name


@pytest.mark.parametrize("typed", ["Ada@Example.com", "ada@exämple.com"])
def test_an_address_is_kept_in_lower_case(typed):
    EmailField().clean(typed)

    assert mail.clean_address(typed) == typed.lower()


@pytest.mark.parametrize(
    "typed", ["adaı@example.com", "ſam@example.com", "\u212aim@example.com", "İ" * 150 + "@a.example"]
)
def test_letters_that_only_look_latin_are_refused_although_the_field_takes_them(typed):
    EmailField().clean(typed)

    with pytest.raises(ValidationError):
        mail.clean_address(typed)


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["accounts:register", "accounts:password_reset", "orders:find", "stock"])
def test_no_door_takes_an_address_that_is_too_long_in_lower_case(name, client):
    variant = VariantFactory(stock=0)
    stock = reverse("shop:stock_request", args=[variant.product.slug])
    fields = {"email": "İ" * 150 + "@a.example", "variant": variant.pk}

    answer = client.post(stock if name == "stock" else reverse(name), fields)

    assert answer.status_code in {200, 422}
    assert "such as name@example.com" in answer.content.decode()
