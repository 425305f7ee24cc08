"""The contact form: nothing is lost, nobody is fooled, and machines get nowhere."""

from datetime import timedelta

import pytest
from django.core import mail
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from accounts import personal
from accounts.tests.factories import StaffFactory, UserFactory
from config.tests.attack import Forms
from config.tests.helpers import TaskFailed, run_tasks
from shop import services as shop
from shop.content import forms as contact_forms
from shop.models import ContactMessage

pytestmark = pytest.mark.django_db
LETTER = {
    "name": "A. Visitor",
    "email": "visitor@example.org",
    "order_number": "t-abc-234-xyz",
    "text": "Does the large cup\nfit under a tap?",
}


@pytest.fixture
def patient(monkeypatch):
    """Visitors take their time."""
    monkeypatch.setattr(contact_forms, "SHORTEST", timedelta(0))


def opened(client) -> dict[str, str]:
    """What the form holds when it is shown."""
    page = client.get(reverse("shop:contact")).content.decode()
    form = next(form for form in Forms(page).found if form.is_post and "opened" in form.fields)
    return {name: form.fields[name] for name in ("opened", "website", "name", "email", "order_number")}


def send(client, **said):
    return client.post(reverse("shop:contact"), {**opened(client), **LETTER, **said})


def test_a_letter_is_stored_passed_on_and_confirmed(client, patient, settings):
    settings.CONTACT_EMAIL = "desk@shop.example"

    answer = send(client)
    run_tasks()

    assert (answer.status_code, answer["Location"]) == (303, reverse("shop:contact_sent"))
    assert client.get(answer["Location"]).status_code == 200
    letter = ContactMessage.objects.get()
    assert (letter.name, letter.order_number, letter.state) == ("A. Visitor", "T-ABC-234-XYZ", "open")
    (message,) = mail.outbox
    assert message.to == ["desk@shop.example"]
    assert message.reply_to == ["visitor@example.org"]
    assert message.from_email == settings.DEFAULT_FROM_EMAIL
    assert "fit under a tap?" in message.body
    assert "T-ABC-234-XYZ" in message.subject
    assert reverse("admin:shop_contactmessage_change", args=[letter.pk]) in message.body


def test_without_an_address_of_its_own_the_desk_is_the_shops_sender(client, patient, settings):
    settings.CONTACT_EMAIL = ""

    send(client)
    run_tasks()

    assert mail.outbox[0].to == [settings.DEFAULT_FROM_EMAIL]


def test_nothing_is_lost_when_the_mail_is(client, patient, monkeypatch):
    def broken(*args, **kwargs):
        raise OSError("no mail today")

    monkeypatch.setattr("django.core.mail.message.EmailMessage.send", broken)

    assert send(client).status_code == 303
    with pytest.raises(TaskFailed):  # and it is tried again
        run_tasks()

    assert ContactMessage.objects.get().text.startswith("Does the large cup")


def test_no_header_is_injected(client, patient):
    send(client, name="A\r\nBcc: everybody@example.org", order_number="T-1\nX-Evil: 1")
    run_tasks()

    (message,) = mail.outbox
    head = message.message().as_string().partition("\n\n")[0]
    assert "\nBcc" not in head
    assert "\nX-Evil" not in head
    assert message.recipients() == message.to
    assert send(client, email="a@example.org\nBcc: b@example.org").status_code == 422


def test_no_letter_is_markup(client, patient):
    send(client, name="<b>x</b>", text="<script>alert(1)</script>")
    run_tasks()

    html = mail.outbox[0].alternatives[0][0]
    assert "<script>" not in html
    assert "&lt;b&gt;x" in html


def test_a_form_filled_in_by_a_machine_is_kept_and_nobody_is_written_to(client, patient):
    answer = send(client, website="https://spam.example")
    run_tasks()

    assert answer.status_code == 303
    assert ContactMessage.objects.get().is_suspect
    assert mail.outbox == []


def test_who_is_too_quick_is_asked_again_and_keeps_every_word(client, monkeypatch):
    answer = send(client)

    page = answer.content.decode()
    assert answer.status_code == 422
    assert "fit under a tap?" in page
    assert not ContactMessage.objects.exists()

    monkeypatch.setattr(contact_forms, "SHORTEST", timedelta(0))
    assert send(client).status_code == 303


@pytest.mark.parametrize("stamp", ["", "nonsense", "1:2:3", "MTIz:abc:def"])
def test_a_stamp_that_is_not_ours_counts_for_nothing(client, stamp):
    assert send(client, opened=stamp).status_code == 422


def test_a_form_from_last_week_is_sent_with_a_fresh_stamp(client, monkeypatch):
    old = opened(client)
    monkeypatch.setattr(contact_forms, "LONGEST", timedelta(seconds=-1))
    answer = client.post(reverse("shop:contact"), {**old, **LETTER})
    assert answer.status_code == 422

    form = next(form for form in Forms(answer.content.decode()).found if "opened" in form.fields)

    monkeypatch.undo()
    monkeypatch.setattr(contact_forms, "SHORTEST", timedelta(0))
    assert client.post(reverse("shop:contact"), {**form.fields, **LETTER}).status_code == 303


@pytest.mark.parametrize(
    ("field", "value"), [("name", "  "), ("email", "nobody"), ("text", ""), ("text", "x" * 5001)]
)
def test_what_is_missing_is_said_and_nothing_typed_is_lost(client, patient, field, value):
    answer = send(client, **{field: value})

    page = answer.content.decode()
    assert answer.status_code == 422
    assert f'id="id_{field}_error"' in page
    assert f'aria-describedby="id_{field}_error"' in page
    assert "t-abc-234-xyz" in page.lower()


def test_letters_are_counted_and_the_one_too_many_is_not_lost(client, patient):
    statuses = [send(client).status_code for _ in range(7)]

    assert statuses == [303] * 6 + [429]
    answer = send(client)
    assert answer["Retry-After"]
    assert "fit under a tap?" in answer.content.decode()
    assert ContactMessage.objects.count() == 6


def test_who_is_signed_in_need_not_type_their_name(client, patient):
    user = UserFactory(full_name="Known Customer")
    client.force_login(user)

    form = opened(client)

    assert (form["name"], form["email"]) == ("Known Customer", user.email)
    send(client)
    assert ContactMessage.objects.get().customer == user


def test_an_order_page_may_fill_in_its_number(client):
    page = client.get(f"{reverse('shop:contact')}?order=T-ABC-234-XYZ").content.decode()

    assert 'value="T-ABC-234-XYZ"' in page


def test_the_form_is_closed_to_other_sites():
    from django.test import Client

    stranger = Client(enforce_csrf_checks=True)

    assert stranger.post(reverse("shop:contact"), LETTER).status_code == 403


# --- afterwards -------------------------------------------------------------------------------------
def letter(**said) -> ContactMessage:
    return ContactMessage.objects.create(**{**LETTER, **said})


def test_staff_mark_a_letter_as_answered_once_and_may_put_it_back(client):
    staff, one = StaffFactory(is_superuser=True), letter()
    client.force_login(staff)
    page = client.get(reverse("admin:shop_contactmessage_change", args=[one.pk])).content.decode()
    act = reverse("admin:shop_contactmessage_answered", args=[one.pk])
    assert act in page

    assert client.post(act, {"key": "0" * 16}).status_code == 302

    one.refresh_from_db()
    assert (one.state, one.answered_by) == ("answered", staff)
    assert not shop.mark_answered(one, by=staff)
    client.post(reverse("admin:shop_contactmessage_reopen", args=[one.pk]), {"key": "1" * 16})
    one.refresh_from_db()
    assert (one.state, one.answered_at) == ("open", None)


def test_an_address_tells_the_mail_program_of_staff_nothing_but_itself(client):
    client.force_login(StaffFactory(is_superuser=True))
    one = letter(email="ada?bcc=eve@example.com")

    page = client.get(reverse("admin:shop_contactmessage_change", args=[one.pk])).content.decode()

    assert 'href="mailto:ada%3Fbcc%3Deve%40example.com"' in page


def test_open_letters_wait_on_the_consoles_front_page(client):
    client.force_login(StaffFactory(is_superuser=True))
    letter()
    letter(is_suspect=True)
    one = client.get(reverse("admin:index")).content.decode()
    letter()
    two = client.get(reverse("admin:index")).content.decode()

    assert "message to answer" in one
    assert "messages to answer" not in one
    assert "messages to answer" in two


def test_the_database_wants_to_know_when_a_letter_was_answered():
    with pytest.raises(IntegrityError), transaction.atomic():
        letter(state="answered")


def test_spam_is_forgotten_after_a_month_and_letters_are_not():
    old = timezone.now() - timedelta(days=31)
    kept = letter(created_at=old)
    letter(created_at=old, is_suspect=True)
    fresh = letter(is_suspect=True)

    assert shop.forget_spam() == 1
    assert set(ContactMessage.objects.all()) == {kept, fresh}


def test_letters_are_part_of_what_a_customer_takes_along_or_has_erased():
    user = UserFactory()
    letter(customer=user)
    letter(email=user.email)
    others = letter()

    assert [each["text"] for each in personal.export(user)["letters"]] == [LETTER["text"]] * 2
    personal.erase(user)

    assert list(ContactMessage.objects.all()) == [others]
