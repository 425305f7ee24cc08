"""Stock alerts: one per crossing, none of what was rolled back, closed by themselves, written to staff once."""

import threading
from datetime import timedelta

import pytest
from django.apps import apps
from django.contrib.auth import get_user_model
from django.core import mail
from django.db import connection, transaction
from django.urls import reverse
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from config.tests.helpers import run_tasks
from inventory import services, tasks
from inventory.models import StockAlert, StockItem
from inventory.tests.factories import LocationFactory, StockItemFactory, StockLevelFactory
from inventory.tests.test_admin import address, staff

TOMORROW = timezone.now() + timedelta(days=1)


def make_level(on_hand=20, threshold=10, **fields):
    """A level above its threshold, whose opening has been looked at."""
    level = StockLevelFactory(item=StockItemFactory(low_stock_threshold=threshold, **fields), on_hand=on_hand)
    DBTaskResult.objects.all().delete()
    return level


def sell(level, quantity=1, reference="checkout 1"):
    services.reserve({level.item.sku: quantity}, reference=reference, expires_at=TOMORROW)


def promise(level, quantity, reference):
    """What an order takes: held, then allocated."""
    sell(level, quantity, f"checkout of {reference}")
    with transaction.atomic():
        services.allocate(f"checkout of {reference}", to={level.item.sku: reference})


def adjust(level, delta, cause="count"):
    services.adjust(level.item.sku, delta, location=level.location, cause=cause, reason="Counted")


def looks():
    return DBTaskResult.objects.filter(task_path=tasks.look_at_stock.module_path).count()


def alerts():
    """(kind, is open) of every alert, in the order in which they came."""
    rows = StockAlert.objects.order_by("pk").values_list("kind", "closed_at")
    return [(kind, closed_at is None) for kind, closed_at in rows]


# --- opening and closing ----------------------------------------------------------------------------
@pytest.mark.django_db
def test_a_sale_that_crosses_the_threshold_opens_one_alert():
    level = make_level(on_hand=12)

    for number in range(4):
        sell(level, reference=f"checkout {number}")
    assert looks() == 1  # 12, 11, then 10: low; 9 and 8 cross nothing
    run_tasks()

    alert = StockAlert.objects.get()
    assert (alert.kind, alert.free, alert.threshold, alert.suggested) == ("low", 8, 10, 12)


@pytest.mark.django_db
def test_a_sale_that_crosses_nothing_costs_no_more_than_before(django_assert_num_queries):
    level = make_level(on_hand=50)
    assert level.item.threshold == 10

    # A savepoint and its end, the plan, the hold and the three of the ledger.
    with django_assert_num_queries(7):
        sell(level)


@pytest.mark.django_db
def test_a_sale_that_is_rolled_back_leaves_nothing():
    level = make_level(on_hand=11)

    def sell_and_fail():
        with transaction.atomic():
            sell(level)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        sell_and_fail()
    run_tasks()

    assert (looks(), alerts()) == (0, [])


@pytest.mark.django_db
def test_what_ran_out_is_out_and_low():
    level = make_level(on_hand=20)

    sell(level, 20)
    run_tasks()

    assert alerts() == [("low", True), ("out", True)]


@pytest.mark.django_db
def test_an_alert_closes_when_the_stock_is_back_and_the_next_crossing_is_a_new_one():
    level = make_level(on_hand=11)
    sell(level)
    run_tasks()

    services.release("checkout 1")
    run_tasks()
    assert alerts() == [("low", False)]
    sell(level, reference="checkout 2")
    run_tasks()

    assert alerts() == [("low", False), ("low", True)]


@pytest.mark.django_db
def test_stock_of_all_places_that_sell_counts_together():
    level = make_level(on_hand=6, threshold=10)
    other = LocationFactory(code="other", priority=20)
    damaged = LocationFactory(code="damaged", is_sellable=False)
    services.receive(level.item.sku, 6, location=other, cause="paper 1")
    services.receive(level.item.sku, 50, location=damaged, cause="paper 2")
    run_tasks()
    assert alerts() == []

    sell(level, 2)
    run_tasks()

    assert alerts() == [("low", True)]


@pytest.mark.django_db
def test_without_a_threshold_of_its_own_the_price_or_the_shop_says_when_it_is_low(settings):
    settings.LOW_STOCK_THRESHOLD = 3
    items = [
        StockItem(low_stock_threshold=0, default_threshold=50),
        StockItem(default_threshold=50),
        StockItem(),
    ]

    assert [item.threshold for item in items] == [0, 50, 3]


@pytest.mark.django_db
def test_with_a_threshold_of_nothing_an_item_is_never_low_but_runs_out():
    level = make_level(on_hand=1, threshold=0)

    sell(level)
    run_tasks()

    assert alerts() == [("out", True)]


@pytest.mark.django_db
def test_what_nobody_followed_is_made_up_for():
    level = make_level(on_hand=11)
    sell(level)
    DBTaskResult.objects.all().delete()

    tasks.look_at_everything.enqueue()
    run_tasks()
    tasks.look_at_everything.enqueue()
    run_tasks()

    assert alerts() == [("low", True)]


@pytest.mark.django_db
def test_looking_costs_the_same_however_many_items_there_are(django_assert_num_queries):
    items = [make_level(on_hand=50).item_id for _ in range(3)]

    for some in (items[:1], items):
        with django_assert_num_queries(3):
            services.look_at(some)


@pytest.mark.django_db
def test_the_suggested_order_counts_what_was_sold_lately_and_what_is_owed():
    level = make_level(on_hand=5, threshold=10, backorder_limit=5)
    promise(level, 7, "order 1 line 1")
    services.deallocate("order 1 line 1", cause="cancellation", quantity=1)
    run_tasks()

    alert = StockAlert.objects.get(kind="out")

    assert services.alerts.sold_lately(level.item_id) == 6
    assert services.suggested_order(-1, 10, 6) == 27
    assert alert.suggested == 2 * 10 + alert.sold - alert.free


# --- deficits ---------------------------------------------------------------------------------------
@pytest.mark.django_db
def test_a_count_below_what_is_promised_is_a_deficit_and_is_over_when_goods_come():
    level = make_level(on_hand=10, threshold=0)
    promise(level, 8, "order 1 line 1")

    adjust(level, -5)
    run_tasks()
    assert StockAlert.objects.get(kind="deficit").missing == 3
    adjust(level, -1, cause="count 2")
    run_tasks()
    assert StockAlert.objects.get(kind="deficit").missing == 4

    services.receive(level.item.sku, 4, location=level.location, cause="paper 1")
    run_tasks()

    assert StockAlert.objects.get(kind="deficit").closed_at
    assert alerts() == [("deficit", False), ("out", True)]


@pytest.mark.django_db
def test_backorders_within_the_limit_are_no_deficit():
    level = make_level(on_hand=2, threshold=0, backorder_limit=3)
    promise(level, 5, "order 1 line 1")
    run_tasks()
    assert alerts() == [("out", True)]

    adjust(level, -1)
    run_tasks()

    assert StockAlert.objects.get(kind="deficit").missing == 1


@pytest.mark.django_db
def test_goods_in_another_place_do_not_fill_the_gap():
    level = make_level(on_hand=5, threshold=0)
    promise(level, 5, "order 1 line 1")
    services.receive(level.item.sku, 9, location=LocationFactory(code="other", priority=20), cause="paper 1")

    adjust(level, -2)
    run_tasks()

    assert alerts() == [("deficit", True)]


# --- the mail ---------------------------------------------------------------------------------------
def write():
    """What the worker does a minute later."""
    tasks.mail_alerts.enqueue()
    run_tasks()


@pytest.mark.django_db
def test_new_alerts_are_gathered_into_one_mail_and_written_about_once(settings):
    settings.STOCK_ALERT_EMAILS = ["warehouse@example.org", "owner@example.org"]
    low, out = make_level(on_hand=11), make_level(on_hand=11)
    sell(low)
    sell(out, 11, "checkout 2")
    run_tasks()
    assert mail.outbox == []

    write()
    write()

    assert [message.to for message in mail.outbox] == [["warehouse@example.org"], ["owner@example.org"]]
    message = mail.outbox[0]
    assert message.subject == "Stock: 2 items need attention"
    assert message.body.count(f"{out.item.sku} ·") == 1
    for said in (
        "Out of stock.",
        "10 pieces left; it is low from 10 down.",
        "Suggested order: 10.",
        "/admin/",
    ):
        assert said in message.body
        assert said in message.alternatives[0].content


@pytest.mark.django_db
def test_the_mail_is_a_task_of_the_same_moment_a_minute_later():
    sell(make_level(on_hand=11))
    run_tasks()

    row = DBTaskResult.objects.get(task_path=tasks.mail_alerts.module_path)
    assert timedelta(seconds=30) < row.run_after - timezone.now() <= services.alerts.GATHER


@pytest.mark.django_db
def test_stock_that_goes_up_and_down_is_written_about_once_a_day():
    level = make_level(on_hand=11)
    sell(level)
    run_tasks()
    write()
    services.release("checkout 1")
    run_tasks()

    sell(level, reference="checkout 2")
    run_tasks()
    write()

    assert (len(mail.outbox), alerts()) == (1, [("low", False), ("low", True)])


@pytest.mark.django_db
def test_what_is_back_before_the_mail_is_written_is_not_told():
    level = make_level(on_hand=11)
    sell(level)
    run_tasks()
    services.release("checkout 1")
    run_tasks()

    write()

    assert mail.outbox == []


# --- the console ------------------------------------------------------------------------------------
@pytest.fixture
def keeper(client, db):
    client.force_login(
        staff(
            "view_stockalert",
            "acknowledge_stockalert",
            "view_stocklevel",
            "view_stockitem",
            "view_stockmovement",
        )
    )
    return client


@pytest.fixture
def alert(db):
    sell(make_level(on_hand=11))
    run_tasks()
    return StockAlert.objects.get()


def waiting(client):
    return {each.words: each.figure for each in client.get(reverse("admin:index")).context["waiting"]}


def test_an_alert_is_acknowledged_once_and_the_trail_says_by_whom(keeper, alert):
    assert waiting(keeper)["stock alerts to acknowledge"] == "1"

    for _ in range(2):
        answer = keeper.post(address(alert, "acknowledge"), {"key": "0" * 16}, follow=True)

    assert answer.status_code == 409
    assert "Somebody has acknowledged it." in answer.content.decode()
    with pytest.raises(services.AlreadyAcknowledged):
        services.acknowledge(alert, by=get_user_model().objects.get())
    alert.refresh_from_db()
    assert (alert.acknowledged_by.email, alert.closed_at) == ("staff@example.com", None)
    entry = apps.get_model("accounts", "AuditEntry").objects.get()
    assert (entry.act, entry.subject) == ("acknowledge stock alert", f"stock item {alert.item.sku}")
    assert waiting(keeper)["stock alerts to acknowledge"] == "0"


def test_only_those_with_the_right_acknowledge(client, alert):
    client.force_login(staff("view_stockalert"))

    assert client.post(address(alert, "acknowledge"), {"key": "0" * 16}).status_code == 403
    alert.refresh_from_db()
    assert alert.acknowledged_at is None


def choose(client, alerts):
    chosen = {"action": "acknowledge", "_selected_action": [each.pk for each in alerts]}
    return client.post(reverse("admin:inventory_stockalert_changelist"), chosen, follow=True)


def test_the_chosen_alerts_are_acknowledged_at_once(keeper, alert):
    def another(**fields):
        return StockAlert.objects.create(
            item=StockItemFactory(), kind="out", free=0, threshold=1, suggested=2, **fields
        )

    chosen = [alert, another(), another(closed_at=timezone.now())]
    untouched = another()

    words = [[str(each) for each in choose(keeper, chosen).context["messages"]] for _ in range(2)]

    assert words == [
        ["2 stock alerts acknowledged. 1 was acknowledged before, or over."],
        ["0 stock alerts acknowledged. 3 were acknowledged before, or over."],
    ]
    assert list(StockAlert.objects.waiting()) == [untouched]
    trail = apps.get_model("accounts", "AuditEntry").objects.filter(act="acknowledge stock alert")
    assert {entry.subject for entry in trail} == {f"stock item {each.item.sku}" for each in chosen[:2]}


def test_only_those_with_the_right_acknowledge_many(client, alert):
    client.force_login(staff("view_stockalert"))

    choose(client, [alert])

    alert.refresh_from_db()
    assert alert.acknowledged_at is None


def test_an_alert_explains_itself(keeper, alert):
    page = keeper.get(address(alert)).content.decode()

    assert "How that comes about" in page
    assert "the item&#x27;s own figure" in page
    assert "checkout 1" in page
    assert "10: twice the threshold of 10, and the 0 that were sold" in page


def test_what_is_out_of_stock_says_so_in_list_filter_and_front_page(keeper, db):
    make_level(on_hand=11)
    sold = make_level(on_hand=2)
    sell(sold, 2)
    never = StockItemFactory()
    elsewhere = StockLevelFactory(on_hand=9, location=LocationFactory(code="back", is_sellable=False))
    out = {sold.item.sku, never.sku, elsewhere.item.sku}

    def shown(standing):
        page = keeper.get(reverse("admin:inventory_stockitem_changelist"), {"standing": standing})
        return page.context["cl"].result_list, page.context["cl"].model_admin

    everything, desk = shown("")
    assert {item.sku for item in everything if "out" in desk.state(item)} == out
    for standing in ("out", "low"):
        assert {item.sku for item in shown(standing)[0]} == out
    assert waiting(keeper)["items are out of stock"] == "3"


def test_what_is_low_is_found_with_what_is_out(keeper, db):
    low, _ = make_level(on_hand=9), make_level(on_hand=11)

    page = keeper.get(reverse("admin:inventory_stockitem_changelist"), {"standing": "low"})

    assert [item.sku for item in page.context["cl"].result_list] == [low.item.sku]


def test_another_threshold_is_looked_at(client, db):
    client.force_login(staff("change_stockitem", "view_stockitem"))
    level = make_level(on_hand=11)

    client.post(address(level.item), {"low_stock_threshold": 11, "backorder_limit": 0})
    run_tasks()

    assert alerts() == [("low", True)]


# --- races ------------------------------------------------------------------------------------------
def all_at_once(acts):
    """Run each act in a thread and connection of its own."""
    start = threading.Barrier(len(acts))

    def run(act):
        start.wait()
        try:
            act()
        except services.InventoryError:
            pass
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[act]) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


races = [
    pytest.mark.postgres,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="needs a server"),
]


def marked(test):
    for mark in races:
        test = mark(test)
    return test


@marked
def test_twenty_sales_at_once_cross_once():
    level = make_level(on_hand=30, threshold=20)

    all_at_once([lambda number=number: sell(level, reference=f"checkout {number}") for number in range(20)])
    assert looks() == 1
    run_tasks()

    assert alerts() == [("low", True)]


@marked
def test_many_who_look_at_once_open_one_alert():
    level = make_level(on_hand=11)
    sell(level)

    all_at_once([lambda: services.look_at([level.item_id]) for _ in range(12)])

    assert alerts() == [("low", True)]


@marked
def test_many_who_gather_at_once_write_each_alert_once(settings):
    settings.STOCK_ALERT_EMAILS = ["warehouse@example.org"]
    sell(make_level(on_hand=11))
    run_tasks()

    all_at_once([services.mail_alerts] * 8)
    run_tasks()

    assert len(mail.outbox) == 1


@pytest.mark.django_db
def test_the_database_keeps_one_open_alert_per_item_and_kind():
    from django.db import IntegrityError

    item = StockItemFactory()
    one = {"item": item, "kind": "low", "free": 1, "threshold": 2, "suggested": 3}
    StockAlert.objects.create(**one, closed_at=timezone.now())
    StockAlert.objects.create(**one)

    with pytest.raises(IntegrityError), transaction.atomic():
        StockAlert.objects.create(**one)
    with pytest.raises(IntegrityError), transaction.atomic():
        StockAlert.objects.filter(item=item).update(acknowledged_at=timezone.now())
