"""Registration, sign-in, passwords and profile, as people meet them."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.contrib.sessions.models import Session
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from accounts import links
from accounts.models import User
from accounts.tests.factories import UserFactory
from config.models import ThrottleCounter
from config.tests.helpers import run_tasks

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]
PASSWORD = "correct horse battery"


@pytest.fixture(autouse=True)
def _home(settings):
    settings.LOGIN_REDIRECT_URL = "accounts:profile"


def register(client: Client, email: str, **fields: str):
    return client.post(reverse("accounts:register"), {"email": email, "name": "Robin", **fields})


def mailed_path() -> str:
    """The path of the first link in the newest mail."""
    run_tasks()
    return re.search(r"http://testserver(/\S+)", mail.outbox[-1].body)[1]


def sign_in(client: Client, email: str, password: str, **fields: str):
    return client.post(reverse("accounts:login"), {"username": email, "password": password, **fields})


# --- registration ---


def test_registering_mails_a_link_that_makes_the_account_and_signs_in(client):
    answer = register(client, "Robin@Example.com", next="/products/?q=mug")
    assert answer.status_code == 302
    assert answer.url == reverse("accounts:register_sent")
    assert not User.objects.exists()

    path = mailed_path()
    assert mail.outbox[-1].to == ["robin@example.com"]
    assert "robin@example.com" in client.get(path).text
    answer = client.post(path, {"new_password": PASSWORD})

    user = User.objects.get()
    assert (user.email, user.full_name) == ("robin@example.com", "Robin")
    assert user.check_password(PASSWORD)
    assert user.email_verified_at is not None
    assert answer.url == "/products/?q=mug"
    assert client.session["_auth_user_id"] == str(user.pk)


def test_the_link_works_once(client):
    register(client, "robin@example.com")
    path = mailed_path()
    client.post(path, {"new_password": PASSWORD})

    answer = Client().post(path, {"new_password": "another password entirely"}, follow=True)

    assert answer.redirect_chain == [(reverse("accounts:login"), 302)]
    assert "You have an account already" in answer.text
    assert User.objects.get().check_password(PASSWORD)


def test_the_link_ends_after_a_day(client):
    register(client, "robin@example.com")
    path = mailed_path()

    with time_machine.travel(timezone.now() + timedelta(hours=25)):
        assert "This link has ended" in client.get(path).text
        client.post(path, {"new_password": PASSWORD})

    assert not User.objects.exists()


@pytest.mark.parametrize("token", ["x", "a:b:c", ".eJw:1a2b3c:zzz", "☃", "%00", "x" * 5000])
def test_a_link_that_we_did_not_write_opens_nothing(client, token):
    answer = client.get(f"/accounts/register/{token}/")

    assert answer.status_code in {200, 400}
    assert "new_password" not in answer.text


def test_registering_a_known_address_looks_the_same_and_tells_its_owner(client):
    owner = UserFactory(email="robin@example.com", password=PASSWORD)
    new = register(client, "new@example.com")
    known = register(client, "ROBIN@example.com")
    assert (new.status_code, new.url) == (known.status_code, known.url)

    run_tasks()

    to_new, to_known = mail.outbox
    assert to_known.to == [owner.email]
    assert to_known.subject == "You have an account at Tally"
    assert reverse("accounts:password_reset") in to_known.body
    assert "register" in to_new.body
    assert User.objects.count() == 1


def test_the_mail_to_an_unproven_address_carries_nobodys_words(client):
    register(client, "victim@example.com", name="You won! Go to evil.example")
    run_tasks()

    (message,) = mail.outbox
    assert "evil" not in message.subject + message.body + message.alternatives[0].content


def test_registering_asks_the_database_the_same_for_known_and_new(client, django_assert_num_queries):
    UserFactory(email="robin@example.com")
    register(client, "warm@example.com")

    for email in ("new@example.com", "robin@example.com"):
        with django_assert_num_queries(4):  # three counters and the task
            register(client, email)


def test_a_disabled_account_gets_no_mail(client):
    UserFactory(email="robin@example.com", is_active=False)

    register(client, "robin@example.com")
    client.post(reverse("accounts:password_reset"), {"email": "robin@example.com"})
    run_tasks()

    assert mail.outbox == []


@pytest.mark.parametrize("password", ["short", "password1", "12345678901", "robin@example.com", ""])
def test_a_weak_password_is_refused_beside_its_field(client, password):
    register(client, "robin@example.com")
    path = mailed_path()

    answer = client.post(path, {"new_password": password})

    assert answer.status_code == 200
    assert answer.context["form"].errors["new_password"]
    assert 'aria-invalid="true"' in answer.text
    assert not User.objects.exists()


def test_a_long_password_with_every_kind_of_letter_is_taken_whole(client):
    password = "pässwörd ☃ " + "x" * 200 + " end "
    register(client, "robin@example.com")

    client.post(mailed_path(), {"new_password": password})

    assert User.objects.get().check_password(password)
    assert not User.objects.get().check_password(password.strip())


# --- sign-in ---


def test_signing_in_gives_a_new_session_and_goes_on_to_the_page_asked_for(client):
    user = UserFactory(email="robin@example.com", password=PASSWORD)
    session = client.session
    session["old"] = "guest"
    session.save()
    before = session.session_key

    answer = sign_in(client, "ROBIN@example.com", PASSWORD, next="/products/")

    assert answer.url == "/products/"
    assert client.session["_auth_user_id"] == str(user.pk)
    assert client.session.session_key != before
    assert not Session.objects.filter(session_key=before).exists()


@pytest.mark.parametrize(
    "target",
    ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)", "http:///x"],
)
def test_signing_in_never_leads_to_another_host(client, target):
    UserFactory(email="robin@example.com", password=PASSWORD)

    assert sign_in(client, "robin@example.com", PASSWORD, next=target).url == reverse("accounts:profile")


def test_wrong_password_unknown_and_disabled_look_the_same(client):
    UserFactory(email="robin@example.com", password=PASSWORD)
    UserFactory(email="off@example.com", password=PASSWORD, is_active=False)

    answers = [
        sign_in(client, "robin@example.com", "wrong"),
        sign_in(client, "nobody@example.com", "wrong"),
        sign_in(client, "off@example.com", PASSWORD),
    ]

    errors = {str(answer.context["form"].errors) for answer in answers}
    assert len(errors) == 1
    assert "do not belong together" in errors.pop()


def test_an_unknown_address_costs_a_hash_too(client, monkeypatch):
    hashed = []
    monkeypatch.setattr(User, "set_password", lambda self, raw: hashed.append(raw))

    sign_in(client, "nobody@example.com", "whatever")

    assert hashed == ["whatever"]


def test_too_many_tries_are_refused_before_hashing_and_keep_what_was_typed(client, monkeypatch):
    UserFactory(email="robin@example.com", password=PASSWORD)
    with time_machine.travel("2026-11-21 10:00:00Z", tick=False):
        for _ in range(10):
            assert sign_in(client, "robin@example.com", "wrong").status_code == 200
        monkeypatch.setattr("django.contrib.auth.forms.authenticate", None)

        answer = sign_in(client, "robin@example.com", PASSWORD, next="/products/")

    assert answer.status_code == 429
    assert answer["Retry-After"] == "600"
    assert 'value="robin@example.com"' in answer.text
    assert 'value="/products/"' in answer.text
    assert PASSWORD not in answer.text
    assert "10 minutes" in answer.text


def test_the_owner_is_not_locked_out_by_others_and_not_for_good(client):
    UserFactory(email="robin@example.com", password=PASSWORD)
    with time_machine.travel("2026-11-21 10:00:00Z", tick=False) as clock:
        for _ in range(11):
            sign_in(client, "robin@example.com", "wrong")

        elsewhere = Client(REMOTE_ADDR="203.0.113.9")
        assert sign_in(elsewhere, "robin@example.com", PASSWORD).status_code == 302
        clock.shift(timedelta(minutes=10))
        assert sign_in(client, "robin@example.com", PASSWORD).status_code == 302


def test_a_list_of_addresses_from_one_visitor_is_stopped(client):
    with time_machine.travel("2026-11-21 10:00:00Z", tick=False):
        statuses = [sign_in(client, f"guess{number}@example.com", "x").status_code for number in range(61)]

    assert statuses == [200] * 60 + [429]


def test_mails_to_one_address_are_limited_wherever_they_are_asked_for(client):
    with time_machine.travel("2026-11-21 10:00:00Z", tick=False):
        for number in range(20):
            register(Client(REMOTE_ADDR=f"203.0.113.{number}"), "robin@example.com")

        answer = register(Client(REMOTE_ADDR="203.0.113.99"), "Robin@example.com")

    assert answer.status_code == 429
    assert 'value="Robin@example.com"' in answer.text
    assert DBTaskResult.objects.count() == 20


def test_who_is_signed_in_is_not_asked_again(client):
    client.force_login(UserFactory())

    assert client.get(reverse("accounts:login")).status_code == 302
    assert client.get(reverse("accounts:register")).status_code == 302


def test_signing_out_needs_a_post_and_ends_the_session(client):
    client.force_login(UserFactory())
    assert client.get(reverse("accounts:logout")).status_code == 405

    client.post(reverse("accounts:logout"))

    assert "_auth_user_id" not in client.session


# --- forgotten and changed passwords ---


def test_a_mailed_link_sets_a_new_password_once(client):
    user = UserFactory(email="robin@example.com", password=PASSWORD)
    client.post(reverse("accounts:password_reset"), {"email": "ROBIN@example.com"})
    path = mailed_path()
    page = client.get(path, follow=True)
    assert page.redirect_chain[0][0].endswith("/set-password/")

    answer = client.post(page.redirect_chain[0][0], {"new_password": "a wholly new secret"})

    user.refresh_from_db()
    assert answer.url == reverse("accounts:profile")
    assert user.check_password("a wholly new secret")
    assert user.email_verified_at is not None
    assert client.session["_auth_user_id"] == str(user.pk)
    assert "This link has ended" in Client().get(path).text
    run_tasks()
    assert mail.outbox[-1].subject == "Your password at Tally was changed"


def test_a_link_is_void_after_another_change_of_password(client):
    user = UserFactory(password=PASSWORD)
    path = links.password_link(user).removeprefix("http://testserver")
    user.set_password("changed meanwhile")
    user.save()

    assert "This link has ended" in client.get(path).text


def test_a_link_names_the_configured_host_whatever_the_request_says(client, settings):
    settings.ALLOWED_HOSTS = ["*"]
    UserFactory(email="robin@example.com", password=PASSWORD)

    client.post(reverse("accounts:password_reset"), {"email": "robin@example.com"}, HTTP_HOST="evil.example")
    run_tasks()

    assert "evil" not in mail.outbox[-1].body
    assert "http://testserver/accounts/password/reset/" in mail.outbox[-1].body


def test_asking_for_an_unknown_address_looks_the_same_and_sends_nothing(client, django_assert_num_queries):
    UserFactory(email="robin@example.com", password=PASSWORD)
    answers = []

    for email in ("robin@example.com", "nobody@example.com"):
        with django_assert_num_queries(4):
            answers.append(client.post(reverse("accounts:password_reset"), {"email": email}))
    run_tasks()

    assert {(answer.status_code, answer.url) for answer in answers} == {
        (302, reverse("accounts:password_reset_done"))
    }
    assert [message.to for message in mail.outbox] == [["robin@example.com"]]


def test_a_mail_that_is_tried_again_has_the_same_message_id(client):
    UserFactory(email="robin@example.com", password=PASSWORD)
    client.post(reverse("accounts:password_reset"), {"email": "robin@example.com"})
    run_tasks()
    DBTaskResult.objects.update(status="READY")
    run_tasks()

    first, again = mail.outbox
    assert first.extra_headers["Message-ID"] == again.extra_headers["Message-ID"]


def test_changing_the_password_keeps_this_session_and_ends_the_others(client):
    user = UserFactory(email="robin@example.com", password=PASSWORD)
    elsewhere = Client()
    for browser in (client, elsewhere):
        sign_in(browser, "robin@example.com", PASSWORD)

    answer = client.post(
        reverse("accounts:password_change"),
        {"current_password": PASSWORD, "new_password": "a wholly new secret"},
    )

    assert answer.url == reverse("accounts:security")
    assert client.get(reverse("accounts:profile")).status_code == 200
    assert elsewhere.get(reverse("accounts:profile")).status_code == 302
    user.refresh_from_db()
    assert user.check_password("a wholly new secret")


def test_changing_the_password_needs_the_current_one(client):
    user = UserFactory(email="robin@example.com", password=PASSWORD)
    client.force_login(user)

    answer = client.post(
        reverse("accounts:password_change"), {"current_password": "wrong", "new_password": "a wholly new one"}
    )

    assert answer.context["form"].errors == {"current_password": ["This is not your current password."]}
    user.refresh_from_db()
    assert user.check_password(PASSWORD)


def test_guesses_at_the_current_password_are_counted(client):
    client.force_login(UserFactory(password=PASSWORD))
    with time_machine.travel(timezone.now(), tick=False):
        answers = [
            client.post(reverse("accounts:password_change"), {"current_password": "x"}) for _ in range(11)
        ]

    assert answers[9].status_code == 200
    assert answers[10].status_code == 429


def test_disabling_an_account_ends_its_sessions(client):
    user = UserFactory()
    client.force_login(user)
    User.objects.update(is_active=False)

    assert client.get(reverse("accounts:profile")).status_code == 302


# --- a new address ---


def ask_for(client: Client, email: str, password: str = PASSWORD):
    return client.post(reverse("accounts:email_change"), {"email": email, "current_password": password})


@pytest.fixture
def owner(client) -> User:
    user = UserFactory(email="robin@example.com", password=PASSWORD)
    client.force_login(user)
    return user


def test_the_account_moves_when_the_new_address_is_proven_and_the_old_one_is_told(client, owner):
    assert ask_for(client, "New@Example.com").url == reverse("accounts:email_change_sent")
    path = mailed_path()
    assert mail.outbox[-1].to == ["new@example.com"]
    assert "new@example.com" in client.get(path).text
    owner.refresh_from_db()
    assert owner.email == "robin@example.com"

    client.post(path)
    run_tasks()

    owner.refresh_from_db()
    assert owner.email == "new@example.com"
    assert mail.outbox[-1].to == ["robin@example.com"]
    assert "new@example.com" in mail.outbox[-1].body
    assert "This link has ended" in client.get(path).text


def test_a_new_address_needs_the_password(client, owner):
    answer = ask_for(client, "new@example.com", "wrong")

    assert answer.context["form"].errors == {"current_password": ["This is not your current password."]}
    assert not DBTaskResult.objects.exists()


def test_the_link_is_bound_to_its_user(client, owner):
    ask_for(client, "new@example.com")
    path = mailed_path()
    other = UserFactory()
    client.force_login(other)

    assert "This link has ended" in client.post(path).text

    assert set(User.objects.values_list("email", flat=True)) == {"robin@example.com", other.email}
    assert Client().post(path).status_code == 302


def test_the_link_is_void_after_a_change_of_password(client, owner):
    ask_for(client, "new@example.com")
    path = mailed_path()
    owner.set_password("changed meanwhile")
    owner.save()
    client.force_login(owner)

    assert "This link has ended" in client.post(path).text


def test_a_taken_address_looks_the_same_and_tells_its_owner(client, owner):
    UserFactory(email="taken@example.com")

    free, taken = ask_for(client, "free@example.com"), ask_for(client, "taken@example.com")
    run_tasks()

    assert (free.status_code, free.url) == (taken.status_code, taken.url)
    assert [message.subject for message in mail.outbox] == [
        "Your new e-mail at Tally",
        "You have an account at Tally",
    ]


def test_an_address_that_somebody_else_took_meanwhile_is_refused(client, owner):
    ask_for(client, "new@example.com")
    path = mailed_path()
    UserFactory(email="new@example.com")

    answer = client.post(path, follow=True)

    assert "This e-mail cannot be used" in answer.text
    owner.refresh_from_db()
    assert owner.email == "robin@example.com"


# --- profile ---


@pytest.mark.parametrize("language", ["xx", "", "DE", "../../etc"])
def test_mails_come_in_a_language_that_the_shop_speaks(client, language):
    user = UserFactory()
    client.force_login(user)

    answer = client.post(reverse("accounts:profile"), {"full_name": "Robin", "language": language})

    assert "language" in answer.context["form"].errors
    assert User.objects.get().language == user.language


def test_a_shop_of_one_language_does_not_ask_for_it(client, settings):
    settings.LANGUAGES = [("en", "English")]
    client.force_login(UserFactory())

    client.post(reverse("accounts:profile"), {"full_name": "Robin Again", "language": "de"})

    user = User.objects.get()
    assert (user.full_name, user.language) == ("Robin Again", "en")


def test_the_profile_changes_name_and_language_and_nothing_else(client):
    user = UserFactory(email="robin@example.com")
    client.force_login(user)

    client.post(
        reverse("accounts:profile"),
        {
            "full_name": "Robin <b>R.",
            "language": "de",
            "email": "eve@example.com",
            "is_staff": "on",
            "is_superuser": "on",
            "id": "1",
        },
    )

    user.refresh_from_db()
    assert (user.full_name, user.email) == ("Robin <b>R.", "robin@example.com")
    assert (user.language, user.is_staff, user.is_superuser) == ("de", False, False)
    assert "Robin &lt;b&gt;R." in client.get(reverse("accounts:profile")).text


@pytest.mark.parametrize("name", ["profile", "password_change", "email_change"])
def test_private_pages_ask_to_sign_in(client, name):
    path = reverse(f"accounts:{name}")

    assert client.get(path).url == f"{reverse('accounts:login')}?next={path}"


# --- every page ---

PAGES = [
    "/accounts/login/",
    "/accounts/register/",
    "/accounts/register/sent/",
    "/accounts/password/reset/",
    "/accounts/password/reset/sent/",
    "/accounts/profile/",
    "/accounts/password/change/",
    "/accounts/email/change/",
    "/accounts/email/change/sent/",
]


@pytest.mark.parametrize("path", PAGES)
def test_pages_are_not_kept_by_caches_and_hold_no_script(client, path):
    if "profile" in path or "change" in path:
        client.force_login(UserFactory())

    answer = client.get(path)

    assert answer.status_code == 200
    assert "no-store" in answer["Cache-Control"]
    assert "<style" not in answer.text
    assert not re.search(r"<script(?![^>]*\bsrc=)", answer.text)
    assert not re.search(r'\son\w+="|\sstyle="', answer.text)


def test_limits_tell_nobody_who_was_counted(client):
    sign_in(client, "robin@example.com", "x")

    assert ThrottleCounter.objects.exists()
    assert not ThrottleCounter.objects.filter(key__contains="robin").exists()
