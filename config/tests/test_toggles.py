"""Switches: in force everywhere within seconds, told to customers in words, and audited."""

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.translation import override

from accounts.models import AuditEntry
from accounts.tests.factories import StaffFactory, UserFactory
from config import toggles
from config.models import Toggle
from payments.tests.conftest import make_till, stripe, till  # noqa: F401  (fixtures)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _as_at_the_start():
    toggles.assume({})
    yield
    toggles.assume({})


def switch(name, *, on, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        return toggles.switch(name, on=on)


def test_a_switch_changes_once_and_costs_no_query_for_a_while(django_capture_on_commit_callbacks):
    assert switch("returns", on=False, django_capture_on_commit_callbacks=django_capture_on_commit_callbacks)
    assert not switch(
        "returns", on=False, django_capture_on_commit_callbacks=django_capture_on_commit_callbacks
    )

    with CaptureQueriesContext(connection) as queries:
        assert [toggles.is_on("returns") for _ in range(3)] == [False] * 3
    assert len(queries) == 0


def test_another_process_sees_it_when_it_looks_again(monkeypatch):
    Toggle.objects.filter(name="returns").update(is_on=False)
    assert toggles.is_on("returns")

    monkeypatch.setattr(toggles, "KNOWN_FOR", -1.0)

    assert not toggles.is_on("returns")


def test_what_nobody_signed_up_is_an_error():
    with pytest.raises(KeyError):
        toggles.is_on("nonsense")
    with pytest.raises(KeyError):
        toggles.switch("nonsense", on=True)


def test_each_feature_has_a_row_that_the_console_lists():
    assert set(Toggle.objects.values_list("name", flat=True)) == set(toggles.features)


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/", 503),
        ("/de/cart/", 503),
        ("/checkout/", 503),
        ("/health/live", 200),
        ("/checkout/done/", 404),
        ("/de/checkout/done/", 404),
        ("/admin/login/", 302),
        ("/payments/webhook/", 405),
    ],
)
def test_in_maintenance_customers_wait_and_machines_and_staff_do_not(client, path, status):
    toggles.assume({"maintenance": True})

    answer = client.get(path)

    assert answer.status_code == status
    assert answer.headers.get("Retry-After") == ("300" if status == 503 else None)
    assert len(answer["X-Request-ID"]) == 32


@pytest.mark.parametrize("language", [code for code, _ in settings.LANGUAGES])
@pytest.mark.parametrize("name", ["login", "password_reset", "password_reset_done"])
def test_in_maintenance_the_way_to_sign_in_stays_open_in_every_language(client, name, language):
    toggles.assume({"maintenance": True})

    with override(language):
        shut, is_open = reverse("accounts:register"), reverse(f"accounts:{name}")

    assert client.get(is_open).status_code == 200
    assert client.get(shut).status_code == 503


def test_staff_sign_in_during_maintenance_and_switch_it_off(client, django_capture_on_commit_callbacks):
    user = StaffFactory(is_superuser=True, password="correct horse")
    switch("maintenance", on=True, django_capture_on_commit_callbacks=django_capture_on_commit_callbacks)
    row = Toggle.objects.get(name="maintenance")

    page = client.get("/admin/", follow=True)
    fields = {"username": user.email, "password": "correct horse", "next": "/admin/"}
    signed_in = client.post(page.request["PATH_INFO"], fields)
    with django_capture_on_commit_callbacks(execute=True):
        client.post(reverse("admin:config_toggle_off", args=[row.pk]), {"key": "0" * 16})

    assert page.status_code == 200
    assert signed_in["Location"] == "/admin/"
    assert not toggles.is_on("maintenance")


def test_without_guest_checkout_a_guest_is_asked_to_sign_in_and_a_customer_is_not(client):
    toggles.assume({"guest checkout": False})

    answer = client.get("/checkout/")
    posted = client.post("/checkout/")
    client.force_login(UserFactory())

    assert (answer.status_code, answer["Location"]) == (302, "/accounts/login/?next=/checkout/")
    assert posted["Location"] == answer["Location"]
    assert client.get("/checkout/")["Location"] == "/cart/"


def test_staff_switch_in_the_console_and_it_is_audited(client, django_capture_on_commit_callbacks):
    client.force_login(StaffFactory(is_superuser=True))
    row = Toggle.objects.get(name="maintenance")
    address = reverse("admin:config_toggle_on", args=[row.pk])

    with django_capture_on_commit_callbacks(execute=True):
        answer = client.post(address, {"key": "0" * 16, "confirmed": "yes"})

    assert answer.status_code == 302
    assert toggles.is_on("maintenance")
    entry = AuditEntry.objects.get(act="switch")
    assert (entry.subject, entry.after) == ("feature maintenance", {"on": True})
    assert client.post(address, {"key": "1" * 16, "confirmed": "yes"}).status_code == 409
