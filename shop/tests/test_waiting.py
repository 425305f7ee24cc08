"""Waiting for what is sold out: an address is proven first, told once, in the order of asking, and forgotten."""

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from accounts import personal
from accounts.tests.factories import UserFactory
from config import periodic
from config.tests.helpers import run_tasks
from inventory import services as inventory
from inventory.tests.factories import LocationFactory
from shop.models import StockRequest, Variant
from shop.services import StillAvailable, ask_for_stock, forget_requests, tell_who_waits
from shop.tests.factories import StockRequestFactory, VariantFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def cup():
    return VariantFactory(product__name="Blue cup", label="Large", stock=0)


@pytest.fixture
def address(cup):
    return f"{cup.product.get_absolute_url()}notify/"


def arrive(variant, pieces=1):
    inventory.receive(variant.sku, pieces, location=LocationFactory(), cause=f"receipt {timezone.now()}")


def told():
    return list(
        StockRequest.objects.filter(notified_at__isnull=False).order_by("pk").values_list("email", flat=True)
    )


def link_in(message, word):
    """The path of the link of this sort in a mail."""
    return re.search(rf"https?://[^/]+(/back-in-stock/{word}/\S+)", message.body)[1]


class TestAsking:
    def test_a_guest_proves_the_address_by_a_mailed_link(self, client, cup, address):
        assert client.post(address, {"variant": cup.pk, "email": "A@Example.com"}).status_code == 303
        run_tasks()

        request = StockRequest.objects.get()
        assert (request.variant, request.email, request.confirmed_at, request.user) == (
            cup,
            "a@example.com",
            None,
            None,
        )
        [message] = mail.outbox
        assert message.to == ["a@example.com"]
        assert "Blue cup (Large)" in message.subject

        link = link_in(message, "confirm")
        assert "Shall we write" in client.get(link).content.decode()
        request.refresh_from_db()
        assert request.confirmed_at is None

        answer = client.post(link)
        request.refresh_from_db()
        assert "as soon as Blue cup (Large) is back" in answer.content.decode()
        assert request.confirmed_at is not None
        assert answer["Referrer-Policy"] == "strict-origin"
        assert client.post(link).status_code == 200

    def test_nobody_is_told_before_the_address_is_proven(self, client, cup, address):
        client.post(address, {"variant": cup.pk, "email": "a@example.com"})
        arrive(cup)

        assert tell_who_waits() == 0

    def test_a_customer_has_proven_the_address_of_the_account(self, client, cup, address):
        ada = UserFactory(email="ada@example.com", email_verified_at=timezone.now())
        client.force_login(ada)
        assert 'value="ada@example.com"' in client.get(address).content.decode()

        client.post(address, {"variant": cup.pk, "email": "ada@example.com"})
        run_tasks()

        request = StockRequest.objects.get()
        assert (request.user, request.confirmed_at is not None) == (ada, True)
        assert mail.outbox == []

    @pytest.mark.parametrize("typed", ["other@example.com", "ada@example.com"])
    def test_any_other_address_and_one_never_proven_are_asked(self, client, cup, address, typed):
        client.force_login(
            UserFactory(
                email="ada@example.com",
                email_verified_at=timezone.now() if typed.startswith("other") else None,
            )
        )

        client.post(address, {"variant": cup.pk, "email": typed})
        run_tasks()

        assert StockRequest.objects.get().confirmed_at is None
        assert [message.to for message in mail.outbox] == [[typed]]

    def test_the_answer_is_the_same_whether_the_address_is_known_or_not(self, cup, address):
        StockRequestFactory(variant=cup, email="known@example.com")
        UserFactory(email="member@example.com")
        answers = []
        for name in ("known", "unknown", "member"):
            client = Client()
            answer = client.post(address, {"variant": cup.pk, "email": f"{name}@example.com"}, follow=True)
            answers.append((answer.redirect_chain, answer.content))

        assert answers[0] == answers[1] == answers[2]
        run_tasks()
        assert sorted(message.to[0] for message in mail.outbox) == [
            "member@example.com",
            "unknown@example.com",
        ]

    def test_asking_again_makes_no_second_request(self, client, cup, address):
        for _ in range(3):
            client.post(address, {"variant": cup.pk, "email": "a@example.com"})

        assert StockRequest.objects.count() == 1

    def test_one_that_has_expired_starts_anew(self, cup):
        StockRequestFactory(variant=cup, email="a@example.com", expires_at=timezone.now() - timedelta(days=1))

        ask_for_stock(cup, "a@example.com", user=None)

        request = StockRequest.objects.get()
        assert request.confirmed_at is None
        assert request.expires_at > timezone.now() + timedelta(days=150)

    def test_what_can_be_bought_is_not_waited_for(self, client, cup, address):
        arrive(cup)

        with pytest.raises(StillAvailable):
            ask_for_stock(cup, "a@example.com", user=None)
        assert "no need to wait" in client.get(address).content.decode()
        assert client.post(address, {"variant": cup.pk, "email": "a@example.com"}).status_code == 422
        assert not StockRequest.objects.exists()

    @pytest.mark.parametrize(
        ("changes", "words"),
        [
            ({"email": ""}, "Enter your e-mail address."),
            ({"email": "nobody"}, "Enter an e-mail address, such as"),
            ({"email": "a@b.c\nBcc: x@example.com"}, "Enter an e-mail address, such as"),
            ({"email": f"{'x' * 300}@example.com"}, "at most 254"),
            ({"variant": ""}, ""),
            ({"variant": "abc"}, ""),
            ({"variant": "9" * 30}, ""),
        ],
    )
    def test_what_does_not_fit_comes_back(self, client, cup, address, changes, words):
        VariantFactory(product=cup.product, stock=0)

        answer = client.post(address, {"variant": cup.pk, "email": "a@example.com", **changes})

        assert answer.status_code == 422
        assert words in answer.content.decode()
        assert not StockRequest.objects.exists()

    def test_a_variant_of_another_product_is_not_taken(self, client, address):
        other = VariantFactory(stock=0)

        assert client.post(address, {"variant": other.pk, "email": "a@example.com"}).status_code == 422

    def test_mails_to_one_address_are_counted(self, client, cup, address):
        fields = {"variant": cup.pk, "email": "a@example.com"}
        for _ in range(5):
            assert client.post(address, fields).status_code == 303

        answer = client.post(address, fields)

        assert answer.status_code == 429
        assert answer["Retry-After"]
        assert 'value="a@example.com"' in answer.content.decode()

    def test_htmx_brings_form_and_answer_into_the_page(self, client, cup, address):
        headers = {"HX-Request": "true"}

        form = client.get(address, headers=headers)
        done = client.post(address, {"variant": cup.pk, "email": "a@example.com"}, headers=headers)
        wrong = client.post(address, {"variant": cup.pk, "email": ""}, headers=headers)

        for answer in (form, done, wrong):
            assert answer.status_code == 200
            assert "<html" not in answer.content.decode()
        assert "We write once" in done.content.decode()
        assert not client.cookies

    def test_the_page_leads_to_the_form_only_where_something_is_sold_out(self, client, cup, address):
        other = VariantFactory(stock=1).product.get_absolute_url()

        assert f'href="{address}"' in client.get(cup.product.get_absolute_url()).content.decode()
        assert "/notify/" not in client.get(other).content.decode()

    def test_nothing_can_be_asked_from_another_site(self, cup, address):
        client = Client(enforce_csrf_checks=True)

        answer = client.post(
            address,
            {"variant": cup.pk, "email": "a@example.com"},
            headers={"origin": "https://evil.example"},
        )

        assert answer.status_code == 403
        assert client.get(address).status_code == 200

    def test_a_product_that_is_not_shown_is_not_found(self, client, cup, address):
        cup.product.is_active = False
        cup.product.save()

        assert client.get(address).status_code == 404


class TestTelling:
    def test_everybody_is_told_once(self, cup):
        first, second = StockRequestFactory(variant=cup), StockRequestFactory(variant=cup)
        StockRequestFactory()
        assert tell_who_waits() == 0
        arrive(cup, 5)

        assert tell_who_waits() == 2
        assert tell_who_waits() == 0
        run_tasks()

        assert told() == [first.email, second.email]
        assert sorted(message.to[0] for message in mail.outbox) == sorted([first.email, second.email])
        message = mail.outbox[0]
        assert "Blue cup (Large) is back" in message.subject
        assert cup.product.get_absolute_url() in message.body
        assert len({each.extra_headers["Message-ID"] for each in mail.outbox}) == 2

    def test_as_many_as_the_pieces_are_worth_in_the_order_of_asking(self, cup, settings):
        settings.BACK_IN_STOCK_PER_PIECE = 3
        requests = [StockRequestFactory(variant=cup) for _ in range(10)]
        arrive(cup, 1)

        assert tell_who_waits() == 3
        assert tell_who_waits() == 0
        assert told() == [each.email for each in requests[:3]]

        arrive(cup, 1)
        assert tell_who_waits() == 3
        StockRequest.objects.filter(notified_at__isnull=False).update(
            notified_at=timezone.now() - timedelta(days=1, minutes=1)
        )
        assert tell_who_waits() == 4
        assert len(told()) == 10

    @pytest.mark.parametrize(
        "hidden",
        [{"is_active": False}, {"product__is_active": False}, {"product__category__is_active": False}],
    )
    def test_what_is_not_offered_is_not_back(self, hidden):
        variant = VariantFactory(stock=0, **hidden)
        StockRequestFactory(variant=variant)
        arrive(variant)

        assert tell_who_waits() == 0

    def test_backorders_count_as_being_back(self, cup):
        StockRequestFactory(variant=cup)
        type(cup.stock_item).objects.filter(pk=cup.stock_item_id).update(backorder_limit=1)

        assert tell_who_waits() == 1

    def test_who_has_waited_too_long_is_not_told(self, cup):
        StockRequestFactory(variant=cup, expires_at=timezone.now())
        arrive(cup)

        assert tell_who_waits() == 0

    def test_it_costs_one_statement_when_nobody_waits(self, cup, django_assert_num_queries):
        VariantFactory(stock=5)

        with django_assert_num_queries(1):
            assert tell_who_waits() == 0

    def test_the_workers_clock_starts_it_every_minute(self):
        assert periodic.jobs["tell who waits"].every == timedelta(minutes=1)

    def test_a_mail_goes_out_in_the_language_of_the_asking(self, cup):
        StockRequestFactory(variant=cup, language="de")
        arrive(cup)
        tell_who_waits()
        run_tasks()

        assert f"/de{cup.product.get_absolute_url()}" in mail.outbox[0].body


class TestStopping:
    def test_the_link_shows_and_the_button_does(self, client, cup):
        StockRequestFactory(variant=cup)
        arrive(cup)
        tell_who_waits()
        run_tasks()
        link = link_in(mail.outbox[0], "stop")

        assert "No mail after all?" in client.get(link).content.decode()
        assert StockRequest.objects.exists()

        assert "We will not write" in client.post(link).content.decode()
        assert not StockRequest.objects.exists()
        assert client.post(link).status_code == 200

    def test_who_stopped_before_the_mail_was_sent_gets_none(self, cup):
        StockRequestFactory(variant=cup)
        arrive(cup)
        tell_who_waits()
        StockRequest.objects.all().delete()
        run_tasks()

        assert mail.outbox == []

    def test_a_link_for_one_thing_does_not_do_the_other(self, client, cup, address):
        client.post(address, {"variant": cup.pk, "email": "a@example.com"})
        run_tasks()
        confirm = link_in(mail.outbox[0], "confirm")

        assert client.post(confirm.replace("/confirm/", "/stop/")).status_code == 404
        assert StockRequest.objects.exists()

    @pytest.mark.parametrize("token", ["x", "x" * 500, "1:2:3", "é", "%2e"])
    @pytest.mark.parametrize("door", ["confirm", "stop"])
    def test_forged_links_have_ended(self, client, door, token):
        for ask in (client.get, client.post):
            assert ask(f"/back-in-stock/{door}/{token}/").status_code == 404

    def test_a_link_to_confirm_ends_after_a_week(self, client, cup, address, monkeypatch):
        client.post(address, {"variant": cup.pk, "email": "a@example.com"})
        run_tasks()
        monkeypatch.setattr("shop.waiting_links.CONFIRM_WITHIN", timedelta(seconds=-1))

        assert client.post(link_in(mail.outbox[0], "confirm")).status_code == 404


def test_addresses_are_forgotten(cup):
    now = timezone.now()
    StockRequestFactory(email="expired@example.com", expires_at=now)
    StockRequestFactory(email="unproven@example.com", confirmed_at=None, created_at=now - timedelta(days=8))
    StockRequestFactory(email="told@example.com", notified_at=now - timedelta(days=8))
    StockRequestFactory(email="young@example.com", confirmed_at=None)
    StockRequestFactory(email="just-told@example.com", notified_at=now)
    StockRequestFactory(email="waiting@example.com")

    assert forget_requests() == 3

    kept = set(StockRequest.objects.values_list("email", flat=True))
    assert kept == {"young@example.com", "just-told@example.com", "waiting@example.com"}


def test_a_customer_gets_what_they_wait_for_and_takes_it_along(cup):
    ada = UserFactory(email="ada@example.com")
    StockRequestFactory(variant=cup, email="ada@example.com")
    StockRequestFactory(variant=cup, email="old@example.com", user=ada)
    StockRequestFactory(variant=cup)

    exported = personal.export(ada)["waiting for stock"]
    personal.erase(ada)

    assert [each["product"] for each in exported] == ["Blue cup (Large)"] * 2
    assert StockRequest.objects.count() == 1


@pytest.mark.parametrize(
    "broken", [{"email": "A@example.com"}, {"confirmed_at": None, "notified_at": timezone.now()}]
)
def test_the_database_refuses_what_no_service_writes(broken):
    request = StockRequestFactory()

    with pytest.raises(IntegrityError), transaction.atomic():
        StockRequest.objects.filter(pk=request.pk).update(**broken)


def test_one_address_waits_for_one_thing_once():
    request = StockRequestFactory()

    with pytest.raises(IntegrityError), transaction.atomic():
        StockRequestFactory(variant=request.variant, email=request.email)

    assert Variant.objects.count() == 1
