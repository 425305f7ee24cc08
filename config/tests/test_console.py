"""Every desk of the console: it opens, it asks the same number of queries however long its list, it breaks on nothing."""

import re

import pytest
from django.contrib import admin
from django.core.cache import caches
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django_tasks_db.models import DBTaskResult, get_date_max

from accounts.audit import audit
from accounts.models import AuditEntry
from accounts.tests.factories import StaffFactory, UserFactory
from config import background
from config.models import PeriodicJob
from config.tests.world import balanced_world, paid, placed_order
from orders.models import Order
from orders.tests.factories import ShippingMethodFactory, TaxRateFactory
from payments.models import Finding
from shop.services import add_image
from shop.tests.factories import CategoryFactory, VariantFactory, picture_file

MODELS = sorted(admin.site._registry, key=lambda model: model._meta.label)
IDS = [model._meta.label for model in MODELS]


def address(model, page, *args):
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


@pytest.fixture
def owner(db):
    return StaffFactory(is_superuser=True, password="correct horse battery")


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
    add_image(world.mug.product, picture_file(), "A mug")
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
    more_rows(20, "many")

    assert {page: queries(console, page) for page in pages} == few


def queries(console, page):
    console.get(page)  # content types are kept from the first time on
    with CaptureQueriesContext(
        connection,
    ) as captured:
        assert console.get(page).status_code == 200
    return len(captured)
