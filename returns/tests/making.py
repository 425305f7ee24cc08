"""Orders of any shape, written row by row and settled: what a thousand customers might have bought."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.utils import timezone

from config.tests.world import _ADDRESS, book, paid
from inventory import services as inventory
from orders import services as orders
from orders.models import Checkout, Order, OrderEvent, OrderLine
from orders.models.order import line_reference
from orders.services.quote import tax_of
from orders.tasks import issue_documents
from payments import gateway
from payments import services as payments
from payments.models import Payment
from shop.models import Variant
from shop.tests.factories import VariantFactory


@dataclass(frozen=True)
class Spec:
    """One line: so many pieces at a price, with a rate in hundredths of a percent, some of them cancelled at once."""

    quantity: int
    price: int
    rate: int
    cancelled: int = 0


def make_order(specs: Sequence[Spec], *, is_included: bool = True, shipping: int = 490) -> Order:
    """An order of such lines, its payment held by the card, what is cancelled called off."""
    variants = [VariantFactory(stock=3 * spec.quantity, price=spec.price) for spec in specs]
    frozen = [_line(variant, spec, is_included) for variant, spec in zip(variants, specs, strict=True)]
    shipping_tax = tax_of(shipping, 1900, included=is_included)
    subtotal = sum(line["unit_price"] * line["quantity"] for line in frozen)
    tax = sum(line["tax"] for line in frozen) + shipping_tax
    figures = {
        "prices_include_tax": is_included,
        "subtotal": subtotal,
        "shipping": shipping,
        "shipping_tax": shipping_tax,
        "shipping_tax_rate": 1900,
        "tax": tax,
        "total": subtotal + shipping + (0 if is_included else tax),
    }
    given = {
        "email": "a@example.org",
        "shipping_address": _ADDRESS,
        "billing_address": _ADDRESS,
        "shipping_name": "Parcel",
        "currency": "eur",
    }
    checkout = Checkout.objects.create(
        state=Checkout.State.COMPLETED,
        fingerprint="0" * 64,
        lines=frozen,
        expires_at=timezone.now() + timedelta(minutes=31),
        **given,
        **figures,
    )
    inventory.reserve(
        {line["sku"]: line["quantity"] for line in frozen},
        reference=checkout.reference,
        expires_at=checkout.expires_at,
    )
    order = Order.objects.create(checkout=checkout, number=checkout.number, **given, **figures)
    _add_lines(order, variants, frozen)
    OrderEvent.objects.create(order=order, words="Order placed.", key=f"placed {order.number}")
    paid(order)
    issue_documents.enqueue(order.pk)
    called_off = {at: spec.cancelled for at, spec in enumerate(specs, 1) if spec.cancelled}
    if called_off:
        payments.cancel_order(order, key=f"off {order.number}", reason="Not wanted.", pieces=called_off)
    return Order.objects.get(pk=order.pk)


def _line(variant: Variant, spec: Spec, is_included: bool) -> dict:
    shown = spec.price * spec.quantity
    tax = tax_of(shown, spec.rate, included=is_included)
    net = shown - tax if is_included else shown
    return {
        "variant": variant.pk,
        "sku": variant.sku,
        "name": variant.product.name,
        "label": variant.label,
        "quantity": spec.quantity,
        "unit_price": spec.price,
        "net": net,
        "tax": tax,
        "gross": net + tax,
        "tax_rate": spec.rate,
        "tax_class": "standard",
        "weight_g": variant.weight_g,
        "country_of_origin": variant.country_of_origin,
    }


def _add_lines(order: Order, variants: Sequence[Variant], frozen: Sequence[dict]) -> None:
    for position, (variant, line) in enumerate(zip(variants, frozen, strict=True), 1):
        own = {name: value for name, value in line.items() if name not in {"variant", "weight_g"}}
        OrderLine.objects.create(order=order, position=position, variant=variant, **own)
    inventory.allocate(
        order.checkout.reference,
        to={line["sku"]: line_reference(order.number, at) for at, line in enumerate(frozen, 1)},
    )


def settle(order: Order, amount: int) -> Payment:
    """Book what Stripe says once so much was settled; the rest of the hold is released."""
    payment = Payment.objects.get(order=order)
    book(payment, "capture", "requested", amount)
    intent = gateway.Intent(
        id=payment.intent_id or "",
        status="succeeded",
        amount=payment.amount,
        capturable=0,
        received=amount,
        currency=payment.currency,
        livemode=settings.STRIPE_LIVE,
        number=order.number,
        cancellation_reason="",
        capture_before=None,
        card_brand="visa",
        card_last4="4242",
    )
    payments.book_intent(payment, intent)
    return Payment.objects.get(order=order)


def make_arrived(specs: Sequence[Spec], **given: Any) -> Order:
    """Such an order, settled, sent in one parcel and delivered today."""
    order = make_order(specs, **given)
    settle(order, orders.owed(order))
    pieces = {line.position: orders.pieces_to_ship(line) for line in order.lines.all()}
    orders.deliver(orders.ship(order, pieces, key=f"parcel of {order.number}"))
    return Order.objects.get(pk=order.pk)


class CardsThatPay:
    """Stripe as far as refunds go: pays each key once, and lists what it paid."""

    def __init__(self) -> None:
        self.paid: dict[str, gateway.Refund] = {}

    def refund_intent(self, intent_id: str, amount: int, *, key: str) -> gateway.Refund:
        made = gateway.Refund(f"re_{uuid.uuid4().hex[:20]}", "succeeded", amount, key, "", intent_id)
        return self.paid.setdefault(key, made)

    def list_refunds(self, intent_id: str) -> list[gateway.Refund]:
        return [row for row in self.paid.values() if row.intent_id == intent_id]
