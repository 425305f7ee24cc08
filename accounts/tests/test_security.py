"""Where somebody is signed in, what ends it, and what nobody learns about other people's accounts."""

from datetime import timedelta

import pytest
import time_machine
from django.contrib.sessions.models import Session
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts import links, sign_ins
from accounts.models import SignIn, User
from accounts.tests.factories import UserFactory
from config.tests.helpers import run_tasks

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]
PASSWORD = "correct horse battery"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


@pytest.fixture
def robin():
    return UserFactory(email="robin@example.com", password=PASSWORD)


def browser(agent: str = FIREFOX, address: str = "203.0.113.9") -> Client:
    """A browser in which robin is signed in."""
    client = Client(headers={"user-agent": agent}, REMOTE_ADDR=address)
    client.post(reverse("accounts:login"), {"username": "robin@example.com", "password": PASSWORD})
    return client


def is_signed_in(client: Client) -> bool:
    return client.get(reverse("accounts:profile")).status_code == 200


# --- where ------------------------------------------------------------------------------------------
def test_a_sign_in_is_listed_with_browser_time_and_half_an_address(robin):
    here = browser()

    page = here.get(reverse("accounts:security")).text

    assert "Firefox on Linux" in page
    assert "this browser" in page
    assert "203.0.…" in page
    assert "203.0.113" not in page
    kept = SignIn.objects.get()
    assert (kept.user, kept.browser, kept.system, kept.network) == (robin, "Firefox", "Linux", "203.0.…")


@pytest.mark.parametrize(
    ("agent", "product", "system"),
    [
        (
            "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0",
            "Edge",
            "Windows",
        ),
        (
            "Mozilla/5.0 (Macintosh; Intel Mac OS X 14) AppleWebKit/605 Version/17 Safari/605",
            "Safari",
            "macOS",
        ),
        ("Mozilla/5.0 (Linux; Android 15) AppleWebKit/537 Chrome/140 Mobile Safari/537", "Chrome", "Android"),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18 like Mac OS X) CriOS/140 Mobile Safari/604",
            "Chrome",
            "iPhone",
        ),
        ("curl/8.0", "", ""),
        ("", "", ""),
        ("<script>alert(1)</script>" * 1000, "", ""),
        ("\x00\xff☃", "", ""),
    ],
)
def test_what_a_browser_calls_itself_becomes_two_known_words(robin, agent, product, system):
    client = Client(HTTP_USER_AGENT=agent)
    client.force_login(robin)
    client.post(reverse("accounts:login"))

    browser(agent.encode().decode("latin-1"))

    kept = SignIn.objects.first()
    assert (kept.browser, kept.system) == (product, system)


@pytest.mark.parametrize(
    ("address", "said"),
    [("203.0.113.9", "203.0.…"), ("2001:db8:1:2::", "2001:0db8:…"), ("unknown", ""), ("", "")],
)
def test_an_address_is_kept_by_half(address, said):
    assert sign_ins.coarse(address) == said


def test_reading_pages_writes_nothing_about_the_session(robin, settings, django_assert_max_num_queries):
    settings.PAGE_CACHE_SECONDS = 60
    client = browser()
    client.get("/")
    before = SignIn.objects.values().get()

    with django_assert_max_num_queries(3) as seen:  # session, user, sign-ins
        client.get(reverse("accounts:security"))

    assert not [each for each in seen.captured_queries if not each["sql"].startswith("SELECT")]
    assert SignIn.objects.values().get() == before


def test_one_browser_is_signed_out(robin):
    here, there, elsewhere = browser(), browser(), browser()
    key = SignIn.objects.get(session=there.session.session_key).key

    answer = here.post(reverse("accounts:end_sign_in"), {"key": key}, follow=True)

    assert "One browser was signed out." in answer.text
    assert [is_signed_in(client) for client in (here, there, elsewhere)] == [True, False, True]
    assert SignIn.objects.count() == 2


def test_all_other_browsers_are_signed_out(robin):
    here, there, elsewhere = browser(), browser(), browser()

    answer = here.post(reverse("accounts:end_sign_in"), follow=True)

    assert "2 browsers were signed out." in answer.text
    assert [is_signed_in(client) for client in (here, there, elsewhere)] == [True, False, False]


def test_anothers_session_is_as_unknown_as_none(robin):
    other = Client()
    other.force_login(UserFactory())
    key = SignIn.objects.get().key
    here = browser()

    answers = [
        here.post(reverse("accounts:end_sign_in"), {"key": each}) for each in (key, "unknown", "x" * 9999)
    ]

    assert [answer.status_code for answer in answers] == [404] * 3
    assert answers[0].content == answers[1].content
    assert is_signed_in(other)


def test_a_session_that_has_run_out_is_not_listed_and_goes_when_sessions_are_cleared(robin):
    browser()
    Session.objects.update(expire_date=timezone.now() - timedelta(days=1))
    here = browser()

    assert len(here.get(reverse("accounts:security")).context["rows"]) == 1

    from django.core.management import call_command

    call_command("clearsessions")
    assert SignIn.objects.count() == 1


def test_signing_out_forgets_the_sign_in(robin):
    client = browser()

    client.post(reverse("accounts:logout"))

    assert not SignIn.objects.exists()
    assert not Session.objects.exists()


def test_the_key_of_a_session_is_never_on_a_page(robin):
    here, there = browser(), browser()

    page = here.get(reverse("accounts:security")).text

    assert there.session.session_key not in page
    assert here.session.session_key not in page


# --- what ends sessions -----------------------------------------------------------------------------
def test_a_new_password_ends_all_other_sessions_and_their_rows(robin):
    here, there = browser(), browser()

    here.post(
        reverse("accounts:password_change"),
        {"current_password": PASSWORD, "new_password": "a wholly new secret"},
    )

    assert [is_signed_in(client) for client in (here, there)] == [True, False]
    assert SignIn.objects.get().session_id == here.session.session_key
    assert Session.objects.count() == 1


def test_a_password_set_by_a_mailed_link_ends_all_sessions_but_the_new_one(robin):
    there = browser()
    robin.refresh_from_db()
    here = Client()
    page = here.get(links.password_link(robin).removeprefix("http://testserver"), follow=True)

    here.post(page.redirect_chain[0][0], {"new_password": "a wholly new secret"})

    assert [is_signed_in(client) for client in (here, there)] == [True, False]
    assert SignIn.objects.get().session_id == here.session.session_key


def test_a_new_address_ends_all_other_sessions(robin):
    here, there = browser(), browser()
    path = links.email_link(robin, "new@example.com").removeprefix("http://testserver")

    here.post(path)

    robin.refresh_from_db()
    assert robin.email == "new@example.com"
    assert [is_signed_in(client) for client in (here, there)] == [True, False]


def test_a_link_to_a_new_address_works_once_even_after_the_way_back(robin):
    here = browser()
    path = links.email_link(robin, "new@example.com").removeprefix("http://testserver")
    here.post(path)
    robin.refresh_from_db()
    back = links.email_link(robin, "robin@example.com").removeprefix("http://testserver")
    here.post(back)

    assert "This link has ended" in here.post(back).text
    robin.refresh_from_db()
    assert robin.email == "robin@example.com"


def test_disabling_an_account_ends_it_all_at_once(robin):
    client = browser()

    User.objects.update(is_active=False)

    assert not is_signed_in(client)


# --- nothing tells whether an address exists --------------------------------------------------------
@pytest.fixture
def everybody():
    """Every sort of account there is, besides the one that does not exist."""
    return {
        "unknown": "nobody@example.com",
        "known": UserFactory(email="known@example.com", password=PASSWORD).email,
        "without a password": UserFactory(email="invited@example.com").email,
        "disabled": UserFactory(email="off@example.com", password=PASSWORD, is_active=False).email,
        "unproven": UserFactory(
            email="unproven@example.com", password=PASSWORD, email_verified_at=None
        ).email,
    }


@pytest.mark.parametrize(
    ("name", "field", "more"),
    [
        ("login", "username", {"password": "wrong"}),
        ("register", "email", {"name": "Robin"}),
        ("password_reset", "email", {}),
    ],
)
def test_a_form_answers_every_address_alike(everybody, name, field, more):
    answers = {}
    for who, email in everybody.items():
        client = Client()
        client.get(reverse(f"accounts:{name}"))
        answer = client.post(reverse(f"accounts:{name}"), {field: email, **more})
        answers[who] = (answer.status_code, answer.get("Location"), _without(answer.text, email))

    assert len(set(answers.values())) == 1, answers


def _without(page: str, email: str) -> str:
    import re

    return re.sub(r'name="csrfmiddlewaretoken" value="[^"]*"', "", page.replace(email, "…"))


@pytest.mark.parametrize(
    ("name", "field", "more"),
    [
        ("login", "username", {"password": "wrong"}),
        ("register", "email", {"name": "Robin"}),
        ("password_reset", "email", {}),
    ],
)
def test_a_form_asks_the_database_alike_for_every_address(
    everybody, name, field, more, django_assert_max_num_queries
):
    """Time is not measured but what takes it is counted: statements here, hashes below."""
    Client().post(reverse(f"accounts:{name}"), {field: "warm@example.com", **more})
    counts = {}
    for who, email in everybody.items():
        with django_assert_max_num_queries(9) as seen:
            Client().post(reverse(f"accounts:{name}"), {field: email, **more})
        counts[who] = len(seen.captured_queries)

    assert len(set(counts.values())) == 1, counts


def test_a_sign_in_costs_one_hash_whoever_asks(everybody, monkeypatch):
    from django.contrib.auth import hashers

    hasher = type(hashers.get_hasher())
    encode, hashed = hasher.encode, []
    monkeypatch.setattr(
        hasher, "encode", lambda self, *args, **kw: (hashed.append(1), encode(self, *args, **kw))[1]
    )
    counts = {}
    for who, email in everybody.items():
        hashed.clear()
        Client().post(reverse("accounts:login"), {"username": email, "password": "wrong"})
        counts[who] = len(hashed)

    assert set(counts.values()) == {1}, counts


@pytest.mark.parametrize("name", ["password_change", "email_change", "erase"])
def test_guesses_at_the_password_are_counted_together_before_hashing(robin, name, monkeypatch):
    client = browser()
    with time_machine.travel(timezone.now(), tick=False):
        for each in ("password_change", "email_change", "erase") * 3:
            client.post(reverse(f"accounts:{each}"), {"current_password": "x"})
        client.post(reverse("accounts:erase"), {"current_password": "x"})
        monkeypatch.setattr(User, "check_password", None)

        answer = client.post(
            reverse(f"accounts:{name}"),
            {"current_password": PASSWORD, "email": "new@example.com", "confirmation": "robin@example.com"},
        )

    assert answer.status_code == 429
    assert int(answer["Retry-After"]) > 0
    assert PASSWORD not in answer.text
    assert User.objects.filter(email="robin@example.com", is_active=True).exists()


def test_a_disabled_owner_of_the_wanted_address_is_not_written_to(robin):
    UserFactory(email="off@example.com", is_active=False)
    client = browser()

    client.post(reverse("accounts:email_change"), {"email": "off@example.com", "current_password": PASSWORD})
    run_tasks()

    assert not [message for message in mail.outbox if message.to == ["off@example.com"]]
