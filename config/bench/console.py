"""What the console costs the database in a large shop: `python -m config.bench.console ORDERS MOVEMENTS FILE`.

The shop is made out of one row of each table, copied inside the database with other numbers, names and dates: two years
of orders with lines, invoices, payments and their ledgers, movements ten times as many. Then each page is opened as an
owner, and each of its statements runs again while the processor time of the database's process is read, which does not
depend on what else keeps the machine busy. The server has to be on this machine. The results go to FILE.
"""

import json
import os
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import django

from config.bench.searches import milliseconds

PEOPLE, GOODS = 20_000, 5_000
# A moment within the last two years, the later the higher the number.
AT = "now() - interval '730 days' + interval '730 days' * (n::float / {count})"
PAGES = {
    "front page, 30 days": "admin:index",
    "front page, 12 months": "admin:index?period=12m",
    "orders": "admin:orders_order_changelist",
    "orders, page 100 or the last": "admin:orders_order_changelist?p={page}",
    "orders, those to ship": "admin:orders_order_changelist?waiting=ship",
    "orders, by total": "admin:orders_order_changelist?o=4",
    "orders, one number": "admin:orders_order_changelist?q=T-000090000",
    "orders, one address": "admin:orders_order_changelist?q=customer900@bench.example",
    "orders, one year": "admin:orders_order_changelist?placed_at__year={year}",
    "order events": "admin:orders_orderevent_changelist",
    "invoices": "admin:orders_invoice_changelist",
    "payments": "admin:payments_payment_changelist",
    "payments, one address": "admin:payments_payment_changelist?q=customer900@bench.example",
    "payment events": "admin:payments_paymentevent_changelist",
    "payment events, captures": "admin:payments_paymentevent_changelist?kind__exact=capture",
    "refunds": "admin:payments_refund_changelist",
    "webhook events": "admin:payments_webhookevent_changelist",
    "movements": "admin:inventory_stockmovement_changelist",
    "movements, page 100 or the last": "admin:inventory_stockmovement_changelist?p={page}",
    "movements, one kind": "admin:inventory_stockmovement_changelist?kind__exact=receive",
    "movements, one SKU": "admin:inventory_stockmovement_changelist?q=BENCH-100",
    "levels": "admin:inventory_stocklevel_changelist",
    "levels, low or out": "admin:inventory_stocklevel_changelist?shelf=low",
    "stock items": "admin:inventory_stockitem_changelist",
    "users": "admin:accounts_user_changelist",
    "audit trail": "admin:accounts_auditentry_changelist",
    "customers": "admin:customers",
    "customers, by last order": "admin:customers?sort=-last_at",
    "customers, one name": "admin:customers?q=customer900",
    "the day, today": "admin:day",
    "the day, a year ago": "admin:day?day={year_ago}",
}


@dataclass(frozen=True)
class Page:
    """One page: its statements, and the database's milliseconds for all of them and for the slowest, which is told."""

    words: str
    statements: int
    milliseconds: float
    slowest: float
    slowest_sql: str


def main(orders: int, movements: int, file: Path) -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    fill(orders, movements)
    file.write_text(json.dumps([asdict(page) for page in measure()]))


# --- filling ------------------------------------------------------------------------------------------
def fill(orders: int, movements: int) -> None:
    from django.db import connection

    templates = _templates()
    with connection.cursor() as cursor:
        # Nothing of this is checked row by row: it is copied from rows that were.
        cursor.execute("SET session_replication_role = replica")
        cursor.execute("SET statement_timeout = 0")
        _copy_all(cursor, templates, orders, movements)
        cursor.execute("SET session_replication_role = DEFAULT")
        cursor.execute("ANALYZE")
    _prove_later()


def _prove_later() -> None:
    """A worker proves the books of a shop like this one, not whoever looks at the front page."""
    from django.utils import timezone

    from config.models import BooksProof

    BooksProof.objects.create(pk=1, checked_at=timezone.now(), seconds=60, rules=1, found=0)


def _templates() -> dict[str, Any]:
    """One row of each table, by the name of its model."""
    from accounts.models import User
    from accounts.tests.factories import UserFactory
    from config.console import audit
    from config.tests.world import balanced_world, book
    from inventory.models import StockLevel, StockMovement
    from orders import services as services
    from orders.models import Fulfilment, FulfilmentLine, Invoice
    from payments.models import PaymentEvent, Refund

    world = balanced_world()
    owner = User.objects.create_superuser("owner@bench.example")
    audit(owner, "change", "stock item MUG-1")
    services.issue_invoice(world.order)
    line = world.order.lines.get()
    parcel = Fulfilment.objects.create(order=world.order, key="bench")
    sent = FulfilmentLine.objects.create(
        fulfilment=parcel, line=line, quantity=1, **_place_of(FulfilmentLine, world.place)
    )
    invoice = Invoice.objects.get()
    book(world.payment, "capture", "succeeded", 4488)
    refund = Refund.objects.create(
        payment=world.payment, amount=500, operation="bench", cause="bench", state="succeeded"
    )
    return {
        "user": UserFactory(),
        "product": world.mug.product,
        "item": world.item,
        "variant": world.mug,
        "level": StockLevel.objects.get(item=world.item),
        "checkout": world.order.checkout,
        "order": world.order,
        "line": line,
        "event": world.order.events.first(),
        "invoice": invoice,
        "balance": invoice.balance,
        "parcel": parcel,
        "sent": sent,
        "payment": world.payment,
        "booked": PaymentEvent.objects.get(kind="capture"),
        "refund": refund,
        "webhook": world.payment.webhook_events.get(),
        "movement": StockMovement.objects.filter(item=world.item).first(),
        "audit": _only("accounts.AuditEntry"),
    }


def _place_of(model: Any, place: Any) -> dict[str, Any]:
    """A parcel's line says where its pieces lay, since there are several places."""
    return {"location": place} if any(field.name == "location" for field in model._meta.fields) else {}


def _only(label: str) -> Any:
    from django.apps import apps

    return apps.get_model(label)._default_manager.first()


def _copy_all(cursor: Any, rows: dict[str, Any], orders: int, movements: int) -> None:
    def copy(table: str, count: int, /, **columns: str) -> int:
        return _copy(cursor, rows[table], count, columns)

    at = AT.format(count=orders)
    buyer = f"CASE WHEN n % 3 = 0 THEN NULL ELSE {{users}} + n % {PEOPLE} + 1 END"
    address = f"'customer' || n % {PEOPLE} || '@bench.example'"
    users = copy(
        "user", PEOPLE, email="'customer' || n || '@bench.example'", full_name="'Bench customer ' || n"
    )
    products = copy("product", GOODS, slug="'bench-' || n", name="'Bench product ' || n")
    items = copy("item", GOODS, sku="'BENCH-' || n", label="'Bench product ' || n")
    variants = copy(
        "variant", GOODS, product_id=f"{products} + n", stock_item_id=f"{items} + n", price="500 + n"
    )
    copy("level", GOODS, item_id=f"{items} + n", on_hand="n % 50", reserved="0", allocated="0")
    number = "'T-' || lpad(n::text, 9, '0')"
    checkouts = copy(
        "checkout",
        orders,
        number=number,
        token="'c' || n",  # noqa: S106 (SQL that makes one up, no secret)
        email=address,
        created_at=at,
        cart_id="NULL",
    )
    placed = copy(
        "order",
        orders,
        number=number,
        token="'o' || n",  # noqa: S106 (likewise)
        checkout_id=f"{checkouts} + n",
        customer_id=buyer.format(users=users),
        email=address,
        placed_at=at,
        total="1000 + n % 20000",
        subtotal="510 + n % 20000",
        shipping="490",
        state="CASE WHEN n % 50 = 0 THEN 'cancelled' ELSE 'placed' END",
        payment_state="CASE WHEN n % 50 = 0 THEN 'voided' ELSE 'captured' END",
        fulfilment_state=f"CASE WHEN n > {orders} - 300 THEN 'unfulfilled' ELSE 'delivered' END",
    )
    lines = copy(
        "line",
        2 * orders,
        order_id=f"{placed} + (n + 1) / 2",
        position="1 + n % 2",
        variant_id=f"{variants} + 1 + (n * 7) % {GOODS}",
        sku=f"'BENCH-' || 1 + (n * 7) % {GOODS}",
    )
    copy(
        "event",
        3 * orders,
        order_id=f"{placed} + (n + 2) / 3",
        key="'bench ' || n",
        at=AT.format(count=3 * orders),
    )
    invoices = copy(
        "invoice",
        orders,
        number="'BENCH-' || n",
        series="'BENCH'",
        serial="n",
        key="'bench ' || n",
        order_id=f"{placed} + n",
        total="1000 + n % 20000",
        issued_at=at,
    )
    copy(
        "balance",
        orders,
        invoice_id=f"{invoices} + n",
        total="1000 + n % 20000",
        credited="CASE WHEN n % 50 = 0 THEN 1000 + n % 20000 WHEN n % 20 = 0 THEN 500 ELSE 0 END",
    )
    parcels = copy("parcel", orders, order_id=f"{placed} + n", key="'bench ' || n", shipped_at=at)
    copy("sent", 2 * orders, fulfilment_id=f"{parcels} + (n + 1) / 2", line_id=f"{lines} + n")
    payments = copy(
        "payment",
        orders,
        checkout_id=f"{checkouts} + n",
        order_id=f"{placed} + n",
        idempotency_key="'bench ' || n",
        session_id="'cs_' || n",
        intent_id="'pi_' || n",
        created_at=at,
        amount="1000 + n % 20000",
        authorised="1000 + n % 20000",
        captured="1000 + n % 20000",
        state="'captured'",
    )
    for kind in ("authorise", "capture"):
        copy(
            "booked",
            orders,
            payment_id=f"{payments} + n",
            kind=f"'{kind}'",
            operation=f"'bench {kind} ' || n",
            key=f"'bench {kind} ' || n",
            amount="1000 + n % 20000",
            at=at,
        )
    copy(
        "refund",
        orders // 20,
        payment_id=f"{payments} + 20 * n",
        operation="'bench ' || n",
        cause="'bench ' || n",
        asked_at=AT.format(count=orders // 20),
    )
    copy(
        "webhook",
        orders,
        event_id="'evt_' || n",
        object_id="'cs_' || n",
        payment_id=f"{payments} + n",
        received_at=at,
    )
    copy(
        "movement",
        movements,
        key="'bench ' || n",
        kind="(ARRAY['receive', 'reserve', 'allocate', 'ship', 'ship'])[1 + n % 5]",
        item_id=f"{items} + 1 + (n / 5) % {GOODS}",
        on_hand_delta="(ARRAY[2, 0, 0, -1, -1])[1 + n % 5]",
        reserved_delta="(ARRAY[0, 1, -1, 0, 0])[1 + n % 5]",
        reference="'order T-' || lpad((n / 10)::text, 9, '0') || ' line 1'",
        at=AT.format(count=movements),
    )
    copy("audit", orders, subject="'order ' || n", at=at)
    cursor.execute(
        "UPDATE inventory_stocklevel AS level SET on_hand = level.on_hand + moved.pieces FROM ("
        "SELECT item_id, SUM(on_hand_delta) AS pieces FROM inventory_stockmovement WHERE item_id > %s GROUP BY item_id"
        ") AS moved WHERE moved.item_id = level.item_id AND moved.pieces > 0",
        [items],
    )


def _copy(cursor: Any, row: Any, count: int, columns: dict[str, str]) -> int:
    """Copy a row so often, with these columns worked out from `n`, 1 and up; the number that is added to it for ids."""
    table, pk = row._meta.db_table, row._meta.pk.column
    fields = [field.column for field in row._meta.concrete_fields]
    cursor.execute(f"SELECT COALESCE(MAX({pk}), 0) FROM {table}")  # noqa: S608 (names are the models')
    base = int(cursor.fetchone()[0])
    worked_out = {pk: f"{base} + n", **columns}
    values = ", ".join(worked_out.get(name, f'original."{name}"') for name in fields)
    names = ", ".join(f'"{name}"' for name in fields)
    cursor.execute(
        f"INSERT INTO {table} ({names}) SELECT {values} FROM {table} AS original "  # noqa: S608 (as above)
        f"CROSS JOIN generate_series(1, {count}) AS n WHERE original.{pk} = {int(row.pk)}"
    )
    return base


# --- measuring ----------------------------------------------------------------------------------------
def measure() -> list[Page]:
    from datetime import timedelta

    from django.conf import settings
    from django.db import connection
    from django.test import Client
    from django.urls import reverse
    from django.utils import timezone

    from accounts.models import User
    from orders.models import Order

    with connection.cursor() as cursor:
        # Helpers would do a part of the work in processes that are not read.
        cursor.execute("SET max_parallel_workers_per_gather = 0")
    today = timezone.localdate()
    client = Client(SERVER_NAME=settings.ALLOWED_HOSTS[0])
    client.force_login(User.objects.get(email="owner@bench.example"))
    page = min(max(Order.objects.count() // 50, 1), 100)
    known = {"year": today.year - 1, "year_ago": today - timedelta(days=365), "page": page}
    pages = []
    for words, target in PAGES.items():
        name, _, query = target.format(**known).partition("?")
        address = f"{reverse(name)}?{query}"
        pages.append(_page(words, lambda address=address: client.get(address)))
    return pages


def _page(words: str, get: Callable[[], Any]) -> Page:
    from django.db import connection

    from config.processes import Trouble

    statements: list[tuple[str, Any]] = []

    def note(execute: Callable[..., Any], query: str, params: Any, *args: Any) -> Any:
        statements.append((query, params))
        return execute(query, params, *args)

    get()  # content types and the like are kept from the first time on
    with connection.execute_wrapper(note):
        answer = get()
    if answer.status_code != 200:
        raise Trouble(f"{words}: {answer.status_code} instead of 200.")
    read = [(query, params) for query, params in statements if query.startswith("SELECT")]
    times = [milliseconds(query, params) for query, params in read]
    slowest = max(range(len(times)), key=times.__getitem__)
    return Page(words, len(statements), sum(times), times[slowest], read[slowest][0])


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3]))
