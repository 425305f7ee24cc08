"""Every desk of the console opens, costs as many queries however long its list, and breaks on nothing."""

import re
from datetime import timedelta
from html import unescape
from itertools import groupby
from urllib.parse import urljoin
from uuid import uuid4

import pytest
from django.contrib import admin
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape
from django_tasks_db.models import DBTaskResult, get_date_max

from accounts.audit import audit
from accounts.models import AuditEntry
from accounts.tests.factories import StaffFactory, UserFactory
from config import admin as admin_of_tasks
from config import background, books, tasks
from config.console import Act, Panel, acts_of, sign_up_act
from config.console.books_badge import prove_if_due
from config.models import BooksProof, PeriodicJob
from config.tests.attack import Dealt
from config.tests.helpers import run_tasks
from config.tests.world import balanced_world, paid, placed_order, sent_back, sql
from inventory import services as inventory
from inventory.models import StockAlert, StockLevel, StockMovement
from inventory.tests.factories import LocationFactory
from orders import services as orders
from orders.models import Checkout, Fulfilment, Order, OrderEvent
from orders.tests.factories import (
    DutyRuleFactory,
    PromotionFactory,
    ShippingMethodFactory,
    ShippingRateFactory,
    TaxRateFactory,
    VoucherFactory,
)
from payments.models import (
    Dispute,
    Finding,
    Payment,
    PaymentEvent,
    Refund,
    SettleRun,
    StoreCreditEntry,
    WebhookEvent,
)
from payments.services import store_credit
from returns import services as returns
from returns.models import ReturnRule
from shop.models import ContactMessage, ContentPage, LowStockRule
from shop.services import add_image
from shop.tests.factories import (
    CategoryFactory,
    FlashSaleFactory,
    ReviewFactory,
    StockRequestFactory,
    VariantFactory,
    picture_file,
)

MODELS = sorted(admin.site._registry, key=lambda model: model._meta.label)
DESKS = {room: list(found) for room, found in groupby(MODELS, key=lambda model: model._meta.app_label)}


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
    DutyRuleFactory(destination="CH", origin="CN")
    ShippingRateFactory(method__name="<b>Odd</b>", zone__name="<b>Odd</b>")
    PromotionFactory(names={"en": "<b>Odd</b>"})
    VoucherFactory(note="<b>Odd</b>")
    failed_task()
    add_image(world.mug.product, picture_file(40, 40), "A mug")
    ReviewFactory(product=world.mug.product, title="<b>Odd</b>")
    orders.issue_credit_note(world.order, amount=1, reason="<b>Odd</b>", key="odd")
    StockRequestFactory(variant=world.mug)
    failed_refund(world.payment, "odd")
    settled_many(owner, world.payment, "odd")
    ContentPage.objects.create(slug="terms", title="<b>Odd</b>", body="Words.", is_published=True)
    letter("odd")
    store_credit.book(UserFactory().pk, "granted", 500, key="odd", reason="<b>Odd</b>", by=owner)
    Fulfilment.objects.create(order=world.order, carrier="<b>Odd</b>", key="odd")
    inquiry(world.payment, "odd")
    papers(world.place, owner, world.item.sku)
    backorder()
    LowStockRule.objects.get_or_create(price_from=0, defaults={"threshold": 15})
    told = returns.authorise(sent_back(world.cup, words="<b>Odd</b>"))
    returns.write_message(told, "<b>Odd</b>", key="odd")
    ReturnRule.objects.create(product=world.mug.product, window_days=14)
    FlashSaleFactory(variant=world.mug, price=100, name="<b>Odd</b>")
    return world


def papers(place, by, sku):
    """A receipt that is expected, and a count that waits to be posted."""
    inventory.expect_receipt({sku: 2}, location=place, supplier="<b>Odd</b>")
    count = inventory.open_count([sku], location=place, note="<b>Odd</b>")
    inventory.enter_count(count, sku, 1, by=by)
    inventory.finish_count(count)


def inquiry(payment, name):
    Dispute.objects.create(
        payment=payment,
        stripe_id=f"du_{name}",
        amount=1,
        reason="<b>Odd</b>",
        state="warning_needs_response",
        opened_at=timezone.now(),
        evidence_due_at=timezone.now(),
    )


def backorder():
    """Two were promised of something of which there was one, and an alert says so."""
    variant = VariantFactory(stock=1, stock_item__backorder_limit=5)
    paid(placed_order(variant, 2))
    StockAlert.objects.create(item=variant.stock_item, kind="out", free=-1, threshold=5, suggested=11)


def letter(name):
    ContactMessage.objects.create(name="<b>Odd</b>", email="buyer@example.org", text=f"Hello {name}")


def failed_refund(payment, name):
    Refund.objects.create(payment=payment, amount=1, state="failed", operation=name, cause=name)


def settled_many(owner, payment, name):
    SettleRun.objects.create(key=name, asked_by=owner).lines.create(
        payment=payment, amount=1, words="<b>Odd</b>"
    )


def more_rows(number, word):
    """Make each list longer."""
    owner = StaffFactory()
    for n in range(number):
        variant = VariantFactory(stock=9, product__category=CategoryFactory(parent=CategoryFactory()))
        ReviewFactory(product=variant.product)
        StockRequestFactory(variant=variant)
        order = placed_order(variant, 1)
        order.customer = UserFactory()
        order.save()
        payment = paid(order)
        orders.issue_invoice(order)
        failed_refund(payment, f"{word} {n}")
        Fulfilment.objects.create(order=order, key=f"{word} {n}")
        inquiry(payment, f"{word} {n}")
        settled_many(owner, payment, f"{word} {n}")
        ContentPage.objects.create(slug=f"{word}-{n}", title="Odd", body="Words.")
        letter(f"{word} {n}")
        backorder()
        LowStockRule.objects.create(price_from=n + 7_000_000 if word == "few" else n + 8_000_000, threshold=n)
        Finding.objects.create(key=f"{word} {n}", kind="mismatch", sentence="Odd", payment=payment)
        audit(owner, "change variant", f"variant {variant.pk}")
        ShippingMethodFactory()
        PromotionFactory(category=CategoryFactory())
        VoucherFactory(category=CategoryFactory())
        ShippingRateFactory()
        DutyRuleFactory(destination="CH", valid_from=f"19{n:02}-0{len(word)}-01")
        TaxRateFactory(country=word[:2].upper(), valid_from=f"19{n:02}-01-01")
        failed_task()
        store_credit.book(order.customer_id, "granted", 500, key=f"{word} {n}", by=owner)
        papers(LocationFactory(code=f"{word}-{n}"), owner, variant.sku)
        sent_back(variant)
        ReturnRule.objects.create(product=variant.product, window_days=14)
        FlashSaleFactory(variant=variant)


@pytest.mark.parametrize("room", DESKS)
def test_every_list_and_page_opens(console, world, room):
    for model in DESKS[room]:
        row = model._default_manager.order_by("pk").first()
        assert row is not None, f"the test's world has no {model._meta.label}"

        for page in (address(model, "changelist"), address(model, "change", row.pk)):
            answer = console.get(page)
            assert answer.status_code == 200, page
            assert_strict(answer)
        answer = console.get(address(model, "add"))
        may_add = admin.site._registry[model].has_add_permission(answer.wsgi_request)
        assert answer.status_code == (200 if may_add else 403), model


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


def test_a_filter_is_closed_and_says_what_was_chosen(console, world):
    page = console.get(address(Order, "changelist"), {"waiting": "ship"}).content.decode()
    groups = re.findall(r"<details data-filter-title=.*?</details>", page, re.DOTALL)

    assert len(groups) == 4
    assert [re.findall("<strong>(.*?)</strong>", group) for group in groups] == [["shipping"], [], [], []]
    assert not any(" open" in group.partition(">")[0] for group in groups)


def test_a_panel_leaves_out_the_columns_that_hold_nothing():
    whole = Panel(
        "Odd", ["What", "Duty", "Short"], [["Mug", "", ""], ["Cup", "", 0]], numbers=frozenset({1, 2})
    )

    panel = whole.without_empty_columns()

    assert list(panel.headings) == [("What", False), ("Short", True)]
    assert list(panel.cells) == [[("Mug", False), ("", True)], [("Cup", False), (0, True)]]


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
        "orders to ship": "2",
        "orders on hold": "0",
        "open findings": "1",
        "disputes to answer": "1",
        "reviews to read": "1",
        "messages to answer": "1",
        "undecided webhook events": "0",
        "holds that lapse within 48 hours": "0",
        "counts to post": "1",
        "receipts expected": "1",
        "stock alerts to acknowledge": "1",
        "items are out of stock": "1",
        "orders wait for goods": "1",
        "shelves are low or empty": "1",
        "background tasks that failed": "1",
        "checkouts that wait for their payment page": "0",
        "services that are not asked, as they did not answer": "0",
        "messages about returns to answer": "1",
        "returns overdue": "0",
        "returns to pay another way": "0",
        "returns waiting for us": "0",
    }


def test_what_waits_is_counted_in_the_words_for_one_and_for_more(console, world):
    page = console.get(reverse("admin:index")).content.decode()
    for figure, words in (("2", "orders to ship"), ("1", "receipt expected"), ("1", "shelf is low or empty")):
        assert f"<strong>{figure}</strong> {words}</a>" in page
    assert ">orders on hold</a>" in page


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

    assert set(todos(client)) == {"orders to ship", "orders on hold"}
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


def test_books_that_take_long_are_proven_by_a_worker_not_while_somebody_waits(console, world, monkeypatch):
    long_ago = timezone.now() - timedelta(hours=5)
    BooksProof.objects.create(pk=1, checked_at=long_ago, seconds=20, rules=9, found=0)
    monkeypatch.setattr("config.books.verify", lambda *rules: pytest.fail("proven while somebody waits"))

    assert "the books balance" in console.get(reverse("admin:index")).content.decode()

    monkeypatch.undo()
    tasks.prove_books.call()
    assert BooksProof.objects.get().checked_at > long_ago
    assert not prove_if_due()


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

    assert "only one that failed for good is run again" in answer.content.decode()
    assert AuditEntry.objects.count() == 1


def test_tasks_are_not_run_again_by_those_who_may_only_look(client, db):
    row, user = failed_task(), StaffFactory()
    user.user_permissions.add(Permission.objects.get(codename="view_dbtaskresult"))
    client.force_login(user)

    assert client.post(again(row), {"key": "0" * 16}).status_code == 403
    row.refresh_from_db()
    assert row.status == "FAILED"


# --- what nobody writes by hand ---------------------------------------------------------------------
LEDGERS = [AuditEntry, StockMovement, OrderEvent, PaymentEvent, StoreCreditEntry, WebhookEvent, Finding]
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


def test_no_shortcut_of_the_console_leads_to_a_guests_secret_link(console, world):
    """Django's asks for no permission, and the page of a guest's order has the token in its address."""
    world.order.refresh_from_db()
    assert world.order.token in world.order.get_absolute_url()

    for row in (world.order, world.order.invoices.first(), world.mug.product):
        answer = console.get(f"/admin/r/{ContentType.objects.get_for_model(row).pk}/{row.pk}/")
        assert answer.status_code == 404, row


def test_the_console_completes_no_words_as_no_page_asks_it_to(console, world):
    answer = console.get(
        "/admin/autocomplete/", {"app_label": "orders", "model_name": "voucher", "field_name": "category"}
    )

    assert answer.status_code == 404
    assert not [model for model in MODELS if admin.site._registry[model].autocomplete_fields]


def test_what_everybody_may_look_at_has_a_button_that_leads_to_the_shop(console, world):
    shown = (world.mug.product, world.mug.product.category, ContentPage.objects.get(slug="terms"))

    for row in shown:
        button = f'<a href="{row.get_absolute_url()}" class="viewsitelink">'
        assert button in console.get(address(type(row), "change", row.pk)).content.decode(), row


# --- rows that are ticked ---------------------------------------------------------------------------
NO_KEYS = ["abc", "1.5", "", "9" * 5000, str(10**30)]


def take(console, model, action, *ticked, **more):
    fields = {"action": action, "_selected_action": ticked, "index": "0", **more}
    return console.post(address(model, "changelist"), fields)


def actions_of(console, model):
    request = console.get(address(model, "changelist")).wsgi_request
    return admin.site._registry[model].get_actions(request)


@pytest.mark.parametrize("room", DESKS)
def test_what_is_no_row_cannot_be_ticked(console, world, room):
    for model in DESKS[room]:
        row = model._default_manager.order_by("pk").first()
        for action in actions_of(console, model):
            for odd in NO_KEYS:
                answer = take(console, model, action, row.pk, odd)
                wanted = (302, f"{address(model, 'changelist')}?e=1")
                assert (answer.status_code, answer.get("Location")) == wanted, (model, action, odd)


@pytest.mark.parametrize("room", DESKS)
def test_who_ticks_nothing_that_is_there_is_told_so(console, world, room):
    for model in DESKS[room]:
        gone = uuid4() if model is DBTaskResult else 10**9
        for action in actions_of(console, model):
            for ticked, words in (([], "Items must be selected"), ([gone], "None of them is there any more")):
                answer = take(console, model, action, *ticked)
                assert answer.status_code == 302, (model, action)
                assert words in console.get(answer["Location"]).content.decode(), (model, action)


# --- by what a list can be asked --------------------------------------------------------------------
SECRETS = ("token", "password", "key", "secret", "session_id")
GUESSES = ("", "__exact", "__startswith", "__regex", "__gte", "__in", "__isnull")


def secrets_of(model):
    """The fields of a model, and of those that it is related to, that are nobody's to guess."""
    related = [field for field in model._meta.get_fields() if field.is_relation and field.related_model]
    places = [("", model), *((f"{field.name}__", field.related_model) for field in related)]
    return [
        f"{prefix}{field.name}"
        for prefix, place in places
        for field in place._meta.get_fields()
        if any(word in field.name for word in SECRETS)
    ]


def test_no_list_is_asked_by_what_is_secret(console, world):
    request = console.get(address(Order, "changelist")).wsgi_request
    asked = [(model, f"{name}{guess}") for model in MODELS for name in secrets_of(model) for guess in GUESSES]

    taken = [
        (model, lookup)
        for model, lookup in asked
        if admin.site._registry[model].lookup_allowed(lookup, "^C", request)
    ]

    assert {(Order, "token__regex"), (Payment, "session_id__gte"), (Order, "customer__password")} < set(asked)
    assert taken == []


def test_a_right_guess_at_a_secret_is_answered_like_a_wrong_one(console, world):
    world.order.refresh_from_db()
    page = address(Order, "changelist")

    for guess in (world.order.token[:2], "??"):
        for asked, leads_to in ((page, f"{page}?e=1"), (f"{page}export/", "../?e=1")):
            answer = console.get(asked, {"token__startswith": guess})
            assert (answer.status_code, answer.get("Location")) == (302, leads_to)


@pytest.mark.parametrize("room", DESKS)
def test_every_link_that_narrows_a_list_still_opens(console, world, room):
    for model in DESKS[room]:
        row = model._default_manager.order_by("pk").first()
        for page in (address(model, "changelist"), address(model, "change", row.pk)):
            found = re.findall(r'href="((?:/admin/[^"]*)?\?[^"]*)"', console.get(page).content.decode())
            for link in {urljoin(page, unescape(link)) for link in found}:
                assert console.get(link).status_code == 200, link


# --- what is not possible now -----------------------------------------------------------------------
def closed_acts(world):
    """Each act that is not possible on a row of the world, with its row and the sentence that says why."""
    rows = [(model, row) for model in MODELS for row in model._default_manager.order_by("pk")[:5]]
    return [
        (row, act, why) for model, row in rows for act in acts_of(model) if (why := str(act.why_not(row)))
    ]


def test_a_button_that_cannot_be_pressed_is_greyed_and_says_why(console, world):
    found = closed_acts(world)
    assert {act.name for _, act, _ in found} >= {"end", "settle", "release", "refund"}

    for row, act, why in found:
        page = console.get(address(type(row), "change", row.pk)).content.decode()
        button = re.search(
            rf'<a href="#(?P<to>[\w-]+)" class="act is-closed" aria-disabled="true" '
            rf'aria-describedby="(?P=to)" title="{escape(why)}">{act.label}</a>',
            page,
        )
        assert bool(button) == act.is_shown(row), (row, act.name)
        if button:
            reason = page.partition(f'id="{button["to"]}"')[2].partition("</div>")[0]
            assert f"<dd>{escape(why)}</dd>" in reason
            assert f">{act.label}<" in reason or f"{act.label}," in reason or f", {act.label}" in reason
        assert f'href="{address(type(row), act.name, row.pk)}"' not in page


def looks(page):
    """The acts on a row's page, in order: label and class."""
    return re.findall(r'class="act ?([\w-]*)"[^>]*>([^<]*)</a>', page.content.decode())


def test_the_next_step_comes_first_and_what_ends_something_last(console, world):
    order = Order.objects.filter(payment_state="authorised", fulfilment_state="unfulfilled").first()
    page = address(Order, "change", order.pk)

    found = looks(console.get(page))
    assert found[0] == ("is-next", "Ship")
    assert found[-2:] == [("is-destructive", "Release the hold"), ("is-destructive", "Cancel")]
    assert [label for look, label in found if look == "is-next"] == ["Ship"]

    orders.hold(order, kind="review", why="Odd", key="odd")
    found = looks(console.get(page))
    assert found[0] == ("is-next", "Lift a hold")
    assert ("is-closed", "Ship") in found


def test_what_is_not_possible_is_answered_with_the_reason_and_changes_nothing(console, world):
    for row, act, why in closed_acts(world):
        before = AuditEntry.objects.count()
        asked = console.get(address(type(row), act.name, row.pk))
        tried = console.post(address(type(row), act.name, row.pk), {"key": "0" * 16, "confirmed": "1"})

        assert (asked.status_code, tried.status_code) == (200, 409), (row, act.name)
        for answer in (asked, tried):
            assert escape(why) in answer.content.decode()
            assert "<form method" not in answer.content.decode().partition('id="content"')[2]
        assert AuditEntry.objects.count() == before


def test_who_comes_second_is_told_what_the_first_one_did(console, db):
    row = failed_task()
    form = console.get(again(row))
    console.post(again(row), {"key": "0" * 16})

    answer = console.post(again(row), {"key": "1" * 16})

    assert form.status_code == 200
    assert answer.status_code == 409
    assert "The task is ready" in answer.content.decode()


def test_who_comes_second_at_the_same_moment_is_told_by_the_service(console, db, monkeypatch):
    row = failed_task()
    monkeypatch.setattr(admin_of_tasks.RunAgain, "why_not", lambda self, row: "")
    console.post(again(row), {"key": "0" * 16})
    monkeypatch.undo()
    asked = iter(["", "The task is ready."])
    monkeypatch.setattr(admin_of_tasks.RunAgain, "why_not", lambda self, row: next(asked))

    answer = console.post(again(row), {"key": "1" * 16})

    assert answer.status_code == 409
    assert "This task is not parked any more." in answer.content.decode()


def test_an_act_must_say_why_it_is_closed():
    class Old(Act):
        def is_open(self, row):
            return True

    with pytest.raises(TypeError, match="why_not"):
        sign_up_act(Order)(Old)


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


@pytest.mark.parametrize("room", DESKS)
def test_odd_addresses_break_no_desk(console, world, room):
    odd_ids, odd_queries = Dealt(ODD_IDS), Dealt(ODD_QUERIES)
    for model in DESKS[room]:
        acts = ["change", "delete", "history", *(act.name for act in acts_of(model))]
        pages = [f"{address(model, 'changelist')}{odd}/{act}/" for act in acts for odd in odd_ids.next(4)]
        for page in pages:
            assert console.get(page).status_code < 500, page
        for query in odd_queries.next(9):
            assert console.get(address(model, "changelist"), query).status_code < 500, query
