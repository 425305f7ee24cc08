"""Every desk of the console opens, costs as many queries however long its list, and breaks on nothing."""

import re

import pytest
from django.contrib import admin
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django_tasks_db.models import DBTaskResult, get_date_max

from accounts.audit import audit
from accounts.models import AuditEntry
from accounts.tests.factories import StaffFactory, UserFactory
from config import background, books
from config.console import acts_of
from config.models import PeriodicJob
from config.tests.helpers import run_tasks
from config.tests.world import balanced_world, paid, placed_order, sql
from inventory.models import StockLevel, StockMovement
from orders.models import Checkout, Order, OrderEvent
from orders.tests.factories import ShippingMethodFactory, TaxRateFactory
from payments.models import Finding, Payment, PaymentEvent, WebhookEvent
from shop.services import add_image
from shop.tests.factories import CategoryFactory, VariantFactory, picture_file

MODELS = sorted(admin.site._registry, key=lambda model: model._meta.label)
IDS = [model._meta.label for model in MODELS]


def address(model, page, *args):
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


@pytest.fixture
def owner(db):
    return StaffFactory(is_superuser=True)


@pytest.fixture
def console(client, owner):
    client.force_login(owner)
    return client


def failed_task(**fields):
    return DBTaskResult.objects.create(
        **{
            "status": "FAILED",
            "args_kwargs": {"args": [], "kwargs": {}},
            "task_path": "shop.tasks.refresh_category",
            "backend_name": "default",
            "run_after": get_date_max(),
            "traceback": "Traceback",
            "worker_ids": ["w"] * background.MAX_ATTEMPTS,
            "exception_class_path": "builtins.ValueError",
            **fields,
        }
    )


@pytest.fixture
def world(owner, settings, tmp_path):
    """A row of everything that the console shows."""
    settings.MEDIA_ROOT = tmp_path
    world = balanced_world()
    audit(owner, "receive stock", "stock item MUG-1", before={"on_hand": 0}, after={"on_hand": 48})
    Finding.objects.create(key="k", kind="mismatch", sentence="<b>Odd</b>", payment=world.payment)
    PeriodicJob.objects.create(name="prune", next_run_at=timezone.now())
    TaxRateFactory()
    ShippingMethodFactory()
    owner.groups.create(name="Warehouse")
    failed_task()
    add_image(world.mug.product, picture_file(40, 40), "A mug")
    return world


def more_rows(number, word):
    """Make each list longer."""
    owner = StaffFactory()
    for n in range(number):
        variant = VariantFactory(stock=9, product__category=CategoryFactory(parent=CategoryFactory()))
        order = placed_order(variant, 1)
        Order.objects.filter(pk=order.pk).update(customer=UserFactory())
        payment = paid(order)
        Finding.objects.create(key=f"{word} {n}", kind="mismatch", sentence="Odd", payment=payment)
        audit(owner, "change variant", f"variant {variant.pk}")
        ShippingMethodFactory()
        TaxRateFactory(country=word[:2].upper(), valid_from=f"19{n:02}-01-01")
        failed_task()


@pytest.mark.parametrize("model", MODELS, ids=IDS)
def test_every_list_and_page_opens(console, world, model):
    row = model._default_manager.order_by("pk").first()
    assert row is not None, f"the test's world has no {model._meta.label}"

    for page in (address(model, "changelist"), address(model, "change", row.pk)):
        answer = console.get(page)
        assert answer.status_code == 200, page
        assert_strict(answer)
    answer = console.get(address(model, "add"))
    assert answer.status_code == (
        200 if admin.site._registry[model].has_add_permission(answer.wsgi_request) else 403
    )


def assert_strict(answer):
    """Nothing on the page needs what the CSP refuses."""
    page = answer.content.decode()
    assert not re.search(r"<script(?![^>]*\bsrc=)(?![^>]*application/json)[^>]*>", page)
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=\"", page)
    assert "unsafe-inline" not in answer["Content-Security-Policy"]
    assert "<b>Odd</b>" not in page


def test_every_list_costs_the_same_queries_however_long_it_is(console, world):
    pages = [address(model, "changelist") for model in MODELS]
    more_rows(2, "few")
    few = {page: queries(console, page) for page in pages}
    more_rows(27, "many")

    assert {page: queries(console, page) for page in pages} == few


def queries(console, page):
    console.get(page)  # content types are kept from the first time on
    with CaptureQueriesContext(connection) as captured:
        assert console.get(page).status_code == 200
    return len(captured)


# --- the front page ---------------------------------------------------------------------------------
def todos(client):
    return {each.words: each.figure for each in client.get(reverse("admin:index")).context["waiting"]}


def test_the_front_page_says_what_needs_doing(console, world):
    assert todos(console) == {
        "orders to ship": "1",
        "open findings": "1",
        "undecided webhook events": "0",
        "shelves are low or empty": "0",
        "background tasks that failed": "1",
    }


def test_each_list_to_do_leads_to_as_many_rows(console, world):
    more_rows(3, "more")

    for each in console.get(reverse("admin:index")).context["waiting"]:
        found = console.get(each.address).context["cl"].result_count
        assert (each.words, str(found)) == (each.words, each.figure)


def test_a_long_list_is_counted_no_further_than_it_matters(console, world, monkeypatch):
    monkeypatch.setattr("config.console.waiting.MOST", 2)
    failed_task()
    failed_task()

    assert todos(console)["background tasks that failed"] == "1+"


def test_staff_see_what_is_theirs(client, world):
    user = StaffFactory()
    user.user_permissions.add(Permission.objects.get(codename="view_order"))
    client.force_login(user)

    assert set(todos(client)) == {"orders to ship"}
    assert client.get(reverse("admin:books")).status_code == 403
    assert reverse("admin:books") not in client.get(reverse("admin:index")).content.decode()


def test_the_books_are_proven_once_a_minute(console, world, monkeypatch):
    proofs = []
    prove = books.verify
    monkeypatch.setattr("config.books.verify", lambda *rules: proofs.append(1) or prove(*rules))

    for _ in range(3):
        assert "the books balance" in console.get(reverse("admin:index")).content.decode()

    monkeypatch.undo()
    assert proofs == [1]


@pytest.mark.broken_books
def test_a_contradiction_in_the_books_is_shown_in_words(console, world):
    sql("UPDATE inventory_stocklevel SET on_hand = on_hand + 1")

    front = console.get(reverse("admin:index")).content.decode()
    page = console.get(reverse("admin:books")).content.decode()

    assert "contradictions in the books" in front
    assert "MUG-1" in page


# --- background tasks -------------------------------------------------------------------------------
def again(row):
    return address(DBTaskResult, "again", row.pk)


def test_a_parked_task_is_run_again(console, db):
    row = failed_task(args_kwargs={"args": [0], "kwargs": {}})

    console.post(again(row), {"key": "0" * 16})
    run_tasks()

    row.refresh_from_db()
    assert (row.status, len(row.worker_ids)) == ("SUCCESSFUL", 1)
    assert AuditEntry.objects.get().subject == f"task {row.pk}"


def test_a_task_is_put_back_once(console, db):
    row = failed_task()
    console.post(again(row), {"key": "0" * 16})

    answer = console.post(again(row), {"key": "0" * 16}, follow=True)

    assert "This task is not parked any more." in answer.content.decode()
    assert AuditEntry.objects.count() == 1


def test_tasks_are_not_run_again_by_those_who_may_only_look(client, db):
    row, user = failed_task(), StaffFactory()
    user.user_permissions.add(Permission.objects.get(codename="view_dbtaskresult"))
    client.force_login(user)

    assert client.post(again(row), {"key": "0" * 16}).status_code == 403
    row.refresh_from_db()
    assert row.status == "FAILED"


# --- what nobody writes by hand ---------------------------------------------------------------------
LEDGERS = [AuditEntry, StockMovement, OrderEvent, PaymentEvent, WebhookEvent, Finding]
FIGURES = [StockLevel, Order, Checkout, Payment]


@pytest.mark.parametrize("model", LEDGERS + FIGURES)
def test_ledgers_and_figures_are_not_written_by_hand(console, world, model):
    row = model.objects.first()
    before = model.objects.filter(pk=row.pk).values().get()

    assert console.post(address(model, "add"), {}).status_code == 403
    assert console.post(address(model, "change", row.pk), {}).status_code == 403
    assert console.post(address(model, "delete", row.pk), {"post": "yes"}).status_code == 403
    console.post(
        address(model, "changelist"),
        {"action": "delete_selected", "_selected_action": [row.pk], "post": "yes"},
    )

    assert model.objects.filter(pk=row.pk).values().get() == before


def test_staff_without_rights_see_nothing(client, world):
    client.force_login(StaffFactory())

    for model in MODELS:
        row = model._default_manager.first()
        for page in [address(model, "changelist"), address(model, "change", row.pk), address(model, "add")]:
            assert client.get(page).status_code == 403, page


# --- nonsense ---------------------------------------------------------------------------------------
ODD_IDS = ["abc", str(10**30), "-1", "0", "1.5", "%00", "_5F", "a/b", "%FF", "é", "9" * 400, "None"]
ODD_QUERIES = [
    {"q": "x" * 5000},
    {"q": " ".join("ab" for _ in range(2000))},
    {"q": "%_'\"\\ \u202e"},
    {"p": str(10**30)},
    {"p": "-1"},
    {"p": "abc"},
    {"o": "99.-99.abc"},
    {"o": "9" * 5000},
    {"all": ""},
    {"e": "1"},
    {"shelf": "odd", "waiting": "odd", "stock": "odd", "decided": "odd", "resolved": "odd"},
    {"id__exact": str(10**30)},
    {"pk__in": "a,b"},
    {"location__id__exact": "abc"},
    {"item__id__exact": str(10**30)},
    {"at__gte": "yesterday"},
    {"at__gte": "0001-01-01 00:00Z", "at__lt": "9999-12-31 00:00Z"},
    {"placed_at__year": str(10**30)},
    {"placed_at__year": "9999", "placed_at__month": "12"},
    {"placed_at__year": "9998", "placed_at__month": "12", "placed_at__day": "31"},
    {"placed_at__year": "0"},
    {"placed_at__year": "2026", "placed_at__month": "13"},
    {"placed_at__year": "2026", "placed_at__day": str(10**30)},
    {"placed_at__year": "2026", "placed_at__month": "2", "placed_at__day": "30"},
    {"placed_at__month": "abc"},
    {"customer__password__startswith": "a"},
    {"_popup": "1", "_to_field": "password"},
    {"_facets": "True"},
]


@pytest.mark.parametrize("model", MODELS, ids=IDS)
def test_odd_addresses_break_no_desk(console, world, model):
    acts = ["change", "delete", "history", *(act.name for act in acts_of(model))]
    pages = [f"{address(model, 'changelist')}{odd}/{page}/" for odd in ODD_IDS for page in acts]
    for page in pages:
        assert console.get(page).status_code < 500, page
    for query in ODD_QUERIES:
        assert console.get(address(model, "changelist"), query).status_code < 500, query
