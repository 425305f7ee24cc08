"""This room's mails as the console shows them, about an order that was never placed."""

from django.conf import settings
from django.utils.translation import gettext

from config.mail_samples import EMAIL, NAME, register
from orders import emails
from orders.models import Fulfilment, Order, OrderLine

_RATE = 1900
_SHIPPING = 490
_OFF = 500


def sign_up() -> None:
    register("orders/email/confirmation", "Order placed", _confirmation)
    register("orders/email/shipped", "Parcel sent", _shipped)
    register("orders/email/cancelled", "Order cancelled, in part or whole", _cancelled)
    register("orders/email/refunded", "Money paid back to the card", _refunded)
    register("orders/email/refunded_as_credit", "Money paid back as store credit", _refunded)
    register("orders/email/refunded_in_cash", "Money paid back in cash", _refunded)
    register("orders/email/links", "Links to orders, asked for", _links)


def order() -> Order:
    """An order in memory, whose figures add up; its link opens nothing."""
    goods = sum(line.gross for line in _lines())
    tax = sum(line.tax for line in _lines())
    shipping_tax = _tax_in(_SHIPPING)
    address = {"name": NAME, "street": "Street 1", "postcode": "12345", "city": "City"}
    address["country"] = settings.SHOP_COUNTRY
    return Order(
        number="T-ABC-234-XYZ",
        token="sample",  # noqa: S106  (no secret: it is the token of no order)
        email=EMAIL,
        payment_state=Order.PaymentState.AUTHORISED,
        shipping_address=address,
        billing_address=address,
        shipping_name="Parcel",
        delivery_days="2-4",
        currency=settings.CURRENCY,
        prices_include_tax=True,
        subtotal=goods,
        shipping=_SHIPPING,
        shipping_tax=shipping_tax,
        tax=tax + shipping_tax,
        total=goods + _SHIPPING,
    )


def _reduced() -> tuple[Order, list[OrderLine]]:
    """The same, with a voucher that took something off."""
    placed, lines = order(), _lines()
    line = lines[0]
    line.discount, line.gross = _OFF, line.gross - _OFF
    line.tax = _tax_in(line.gross)
    line.net = line.gross - line.tax
    voucher = {"reference": "voucher 1", "name": gettext("Voucher"), "code": "SAMPLE", "shipping": 0}
    placed.discounts = [{**voucher, "amount": _OFF, "lines": {line.sku: _OFF}}]
    placed.discount, placed.total = _OFF, placed.total - _OFF
    placed.tax = placed.shipping_tax + sum(each.tax for each in lines)
    return placed, lines


def _lines() -> list[OrderLine]:
    return [
        _line(1, "Sample product", "Blue, M", 2, 1999),
        _line(2, "Another sample, whose name is so long that it takes more than one line", "", 12, 12450),
    ]


def _line(position: int, name: str, label: str, quantity: int, price: int) -> OrderLine:
    gross = price * quantity
    tax = _tax_in(gross)
    return OrderLine(
        position=position,
        sku=f"SAMPLE-{position}",
        name=name,
        label=label,
        quantity=quantity,
        unit_price=price,
        net=gross - tax,
        tax=tax,
        gross=gross,
        tax_rate=_RATE,
    )


def _tax_in(gross: int) -> int:
    return round(gross * _RATE / (10_000 + _RATE))


def _confirmation() -> dict[str, object]:
    return emails.words_of_confirmation(*_reduced())


def _shipped() -> dict[str, object]:
    placed = order()
    parcel = Fulfilment(
        order=placed,
        carrier="Carrier",
        tracking_number="SAMPLE123456",
        tracking_url=f"{settings.PUBLIC_BASE_URL}/",
    )
    lines = [(line, line.quantity) for line in _lines()[:1]]
    return {
        "order": placed,
        "parcel": parcel,
        "lines": lines,
        "is_last": False,
        "link": emails.link_to(placed),
    }


def _cancelled() -> dict[str, object]:
    return emails.words_of_cancelled(order(), [(line, line.quantity) for line in _lines()])


def _refunded() -> dict[str, object]:
    return emails.words_of_refund(order(), 1999)


def _links() -> dict[str, object]:
    return {"links": [(placed, emails.link_to(placed)) for placed in (order(), order())]}
