"""A small shop whose books balance, and ways to break them behind the services' backs.

Stock moves through `inventory.services`; checkouts, orders and payments are written row by row, as these figures are
what the rules are tested against: one paid and placed order, one checkout that awaits payment, and a payment that came
too late and went back.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.apps import apps
from django.db import connection, transaction
from django.utils import timezone

from config import books
from config.ledger import ProtectLedger
from inventory import services as inventory
from inventory.models import Location, StockItem
from inventory.tests.factories import LocationFactory
from orders import services as orders
from orders.models import Checkout, Order, OrderEvent, OrderLine
from orders.models.order import line_reference
from payments.models import Payment, PaymentEvent, WebhookEvent
from returns import services as returns
from returns.models import ReturnPhoto, ReturnRequest
from shop.models import Variant
from shop.tests.factories import VariantFactory

_ADDRESS = {"name": "A", "street": "B 1", "postcode": "12345", "city": "C", "country": "DE"}


@dataclass
class World:
    """What the shop holds; MUG-1 costs 19.99 and its order is of two, CUP-1 costs 5.00."""

    place: Location
    mug: Variant
    cup: Variant
    order: Order
    payment: Payment
    awaiting: Checkout
    late: Payment

    @property
    def item(self) -> StockItem:
        return self.mug.stock_item


@transaction.atomic
def balanced_world() -> World:
    place = LocationFactory(name="Main")
    mug, cup = _goods("MUG-1", 1999, place), _goods("CUP-1", 500, place)
    order = placed_order(mug, 2)
    payment = paid(order)
    awaiting = open_checkout(cup, 1, Checkout.State.AWAITING_PAYMENT)
    return World(place, mug, cup, order, payment, awaiting, _late_payment(cup))


def _goods(sku: str, price: int, place: Location) -> Variant:
    variant = VariantFactory(stock_item__sku=sku, price=price)
    inventory.receive(sku, 48, location=place, cause=f"receipt of {sku}")
    inventory.adjust(sku, -1, location=place, cause=f"breakage of {sku}", reason="Broken")
    return variant


def open_checkout(variant: Variant, quantity: int, state: str, *, tax_rate: int = 1900) -> Checkout:
    """An offer of one line with delivery for 4.90, its stock held, at prices that include tax."""
    line = _line(variant, quantity, tax_rate)
    shipping, shipping_tax = 490, 78
    checkout = Checkout.objects.create(
        state=state,
        fingerprint="0" * 64,
        email="a@example.org",
        shipping_address=_ADDRESS,
        billing_address=_ADDRESS,
        shipping_name="Parcel",
        lines=[line],
        currency="eur",
        prices_include_tax=True,
        subtotal=line["gross"],
        shipping=shipping,
        shipping_tax=shipping_tax,
        tax=line["tax"] + shipping_tax,
        total=line["gross"] + shipping,
        expires_at=timezone.now() + timedelta(minutes=31),
    )
    inventory.reserve({variant.sku: quantity}, reference=checkout.reference, expires_at=checkout.expires_at)
    return checkout


def _line(variant: Variant, quantity: int, tax_rate: int) -> dict:
    gross = variant.price * quantity
    tax = round(gross * tax_rate / (10_000 + tax_rate))
    return {
        "variant": variant.pk,
        "sku": variant.sku,
        "name": variant.product.name,
        "label": variant.label,
        "quantity": quantity,
        "unit_price": variant.price,
        "discount": 0,
        "duty": 0,
        "net": gross - tax,
        "tax": tax,
        "gross": gross,
        "tax_rate": tax_rate,
        "tax_class": "standard",
        "weight_g": variant.weight_g,
        "country_of_origin": variant.country_of_origin,
    }


def placed_order(variant: Variant, quantity: int) -> Order:
    checkout = open_checkout(variant, quantity, Checkout.State.COMPLETED)
    copied = (
        "number email shipping_address billing_address shipping_name currency prices_include_tax "
        "subtotal shipping shipping_tax tax total"
    )
    order = Order.objects.create(
        checkout=checkout, **{name: getattr(checkout, name) for name in copied.split()}
    )
    details = {
        name: value for name, value in checkout.lines[0].items() if name not in {"variant", "weight_g"}
    }
    OrderLine.objects.create(order=order, position=1, variant=variant, **details)
    inventory.allocate(checkout.reference, to={variant.sku: line_reference(order.number, 1)})
    OrderEvent.objects.create(order=order, words="Order placed.", key=f"placed {order.number}")
    return order


def paid(order: Order) -> Payment:
    """The order's payment, authorised and known from an event."""
    payment = authorised(order.checkout, order=order)
    Order.objects.filter(pk=order.pk).update(payment_state=Order.PaymentState.AUTHORISED)
    WebhookEvent.objects.create(
        event_id=f"evt_{order.number}",
        kind="checkout.session.completed",
        object_id=f"cs_{order.number}",
        body={},
        state=WebhookEvent.State.PROCESSED,
        payment=payment,
    )
    return payment


def asked_for_return(order: Order) -> ReturnRequest:
    """A return that names no piece yet."""
    return ReturnRequest.objects.create(order=order, policy={"lines": {}}, key=f"asked {order.number}")


def photographed(request: ReturnRequest) -> ReturnPhoto:
    """A photo of a return; set PRIVATE_ROOT before."""
    return returns.keep_photos(request, [returns.Developed(b"large", b"small", 40, 30)])[0]


def sent(order: Order) -> Order:
    """The same order once its money is settled and all of it has left the house."""
    payment = paid(order)
    book(payment, "capture", "requested", payment.amount)
    book(payment, "capture", "succeeded", payment.amount)
    Payment.objects.filter(pk=payment.pk).update(state=Payment.State.CAPTURED, captured=payment.amount)
    Order.objects.filter(pk=order.pk).update(payment_state=Order.PaymentState.CAPTURED)
    orders.issue_invoice(order)
    pieces = {line.position: line.quantity for line in order.lines.all()}
    orders.ship(order, pieces, key=f"sent {order.number}")
    return order


def sent_back(variant: Variant, *, words: str = "") -> ReturnRequest:
    """A return of one piece, asked for by the customer; another piece stays with them."""
    order = sent(placed_order(variant, 2))
    wish = returns.Wish(1, 1, "changed_mind", words=words)
    return returns.request_return(order, [wish], key=f"sent back {order.number}")


def authorised(checkout: Checkout, order: Order | None = None) -> Payment:
    payment = Payment.objects.create(
        checkout=checkout,
        order=order,
        state=Payment.State.AUTHORISED,
        idempotency_key=f"session {checkout.number}",
        intent_id=f"pi_{checkout.number}",
        currency="eur",
        amount=checkout.total,
        authorised=checkout.total,
    )
    book(payment, "authorise", "succeeded", checkout.total)
    return payment


def book(
    payment: Payment, kind: str, result: str, amount: int, *, operation: str = "", at: datetime | None = None
) -> PaymentEvent:
    """Write one line of the money ledger, of an operation named after its kind unless one is given."""
    operation = operation or f"{kind} {payment.pk}"
    return PaymentEvent.objects.create(
        payment=payment,
        kind=kind,
        result=result,
        operation=operation,
        key=f"{operation} {result}",
        amount=amount,
        at=at or timezone.now(),
    )


def _late_payment(variant: Variant) -> Payment:
    """Paid when the checkout had expired, and released."""
    checkout = open_checkout(variant, 3, Checkout.State.EXPIRED)
    inventory.release(checkout.reference, reason="Expired")
    payment = authorised(checkout)
    book(payment, "void", "requested", checkout.total)
    book(payment, "void", "succeeded", checkout.total)
    Payment.objects.filter(pk=payment.pk).update(state=Payment.State.VOIDED, voided=checkout.total)
    payment.refresh_from_db()
    return payment


# --- breaking ---------------------------------------------------------------------------------------
def sql(statement: str, *values: object) -> None:
    """Change the books as no service does: by hand, in the database."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def loosen(table: str) -> None:
    """Hide a table, for the rest of the test's transaction, behind a copy that has neither constraints nor triggers.

    Both databases look among temporary tables first.
    """
    sql(f"CREATE TEMPORARY TABLE copy_of_{table} AS SELECT * FROM {table}")
    sql(f"ALTER TABLE copy_of_{table} RENAME TO {table}")


def unguard(table: str) -> None:
    """Take the triggers off a ledger, for the rest of the test's transaction."""
    _settle_foreign_keys()
    ProtectLedger(table)._release(apps, connection.schema_editor())


@contextmanager
def unguarded(table: str) -> Iterator[None]:
    """Take the triggers off a ledger and put them back."""
    unguard(table)
    yield
    _settle_foreign_keys()
    ProtectLedger(table)._protect(apps, connection.schema_editor())


def _settle_foreign_keys() -> None:
    """Check them now: PostgreSQL alters no table while any of its checks are put off."""
    if connection.vendor == "postgresql":
        sql("SET CONSTRAINTS ALL IMMEDIATE")


def contradictions(code: str, *, besides: Iterable[str] = ()) -> list[str]:
    """The sentences of one rule, once it is certain that it and only those `besides` are contradicted."""
    report = books.verify()
    found = {violation.code for violation in report.violations}
    assert found == {code, *besides}, [violation.sentence for violation in report.violations]
    return [violation.sentence for violation in report.violations if violation.code == code]
