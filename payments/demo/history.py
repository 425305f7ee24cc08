"""Lets the plan happen: carts, payments and what follows, each at its time, by the services that customers use."""

import io
from collections.abc import Iterator, Sequence
from contextlib import redirect_stdout
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from accounts.demo import DOMAIN, demo_customers
from accounts.models import User
from orders import emails
from orders import services as orders
from orders.models import Cart, Checkout, Order
from payments import services
from payments.demo import further, parcels
from payments.demo.clock import shop_time
from payments.demo.past import the_past
from payments.demo.plan import DECLINED_CARDS, Ending, Story, Visit
from payments.demo.simulator import Simulator
from payments.models import Payment
from shop.models import Variant

# Where demo parcels go: real towns, no real doors. (postcode, city, region, country)
TOWNS = (
    ("10115", "Berlin", "", "DE"),
    ("20095", "Hamburg", "", "DE"),
    ("80331", "München", "", "DE"),
    ("1010", "Wien", "", "AT"),
    ("75001", "Paris", "", "FR"),
    ("1012 AB", "Amsterdam", "", "NL"),
    ("50667", "Köln", "", "DE"),
    ("04109", "Leipzig", "", "DE"),
    ("1000", "Bruxelles", "", "BE"),
    ("1050", "København", "", "DK"),
    ("00-001", "Warszawa", "", "PL"),
    ("8001", "Zürich", "", "CH"),
)
AT_THE_PAGE = timedelta(minutes=2)


class Act(IntEnum):
    VISIT = 1
    MONEY = 2
    PARCEL = 3
    ARRIVAL = 4


@dataclass(frozen=True, order=True)
class Happening:
    """A visit, by its place in the plan, or what follows from it; sorted by time."""

    at: datetime
    place: int
    act: Act


def grow(visits: Sequence[Visit], simulator: Simulator, *, now: datetime) -> Iterator[int]:
    """Let all visits happen, the last of them an hour before `now`; yields how many have.

    Visits of an earlier run that was killed are recognised by their number, as each leaves one checkout, in order.
    Raises what the services raise; then the simulator is back in the present.
    """
    with the_past(simulator) as past:
        _finish_the_interrupted()
        known = _checkouts().count()
        for happening in _happenings(visits, now):
            visit, place = visits[happening.place], happening.place
            if happening.act is not Act.VISIT or place >= known:
                with past.at(happening.at):
                    _happen(happening.act, visit, place, simulator)
            if happening.act is Act.VISIT:
                yield place + 1
        further.tell(past, now)
    services.expire_checkouts()


def _happenings(visits: Sequence[Visit], now: datetime) -> list[Happening]:
    page_lives = timedelta(minutes=settings.CHECKOUT_HOLD_MINUTES + 1)
    told = []
    for place, visit in enumerate(visits):
        at = now - visit.ago
        told.append(Happening(at, place, Act.VISIT))
        if visit.story is Story.LEAVES:
            told.append(Happening(at + page_lives, place, Act.MONEY))
        elif visit.is_ordered and visit.ending is not Ending.AUTHORISED:
            told.append(Happening(at + visit.ending_after, place, Act.MONEY))
        if visit.sent_after and visit.arrives_after:
            told.append(Happening(at + visit.sent_after, place, Act.PARCEL))
            told.append(Happening(at + visit.arrives_after, place, Act.ARRIVAL))
    return sorted(each for each in told if each.at <= now)


def _happen(act: Act, visit: Visit, place: int, simulator: Simulator) -> None:
    if act is Act.VISIT:
        _visit(visit, simulator)
    elif act is Act.MONEY:
        _follow_up(visit, place, simulator)
    elif order := Order.objects.filter(checkout=_checkouts()[place]).first():
        if act is Act.PARCEL:
            parcels.send(order)
        else:
            parcels.arrive(order)


def _checkouts() -> QuerySet[Checkout]:
    return Checkout.objects.filter(email__endswith=f"@{DOMAIN}").order_by("pk")


# --- one visit --------------------------------------------------------------------------------------
def _visit(visit: Visit, simulator: Simulator) -> None:
    payment = _to_the_page(visit)
    if visit.story is Story.LEAVES:
        return
    if visit.story is Story.CANCELS:
        services.end_session(payment, act="cancel", reason="The customer cancelled.")
        return
    assert payment.session_id  # noqa: S101 - start_payment returned its page
    address = payment.checkout.billing_address
    if visit.story is Story.IS_DECLINED:
        declined = DECLINED_CARDS[visit.number % len(DECLINED_CARDS)]
        simulator.pay(payment.session_id, declined, address["name"], address)
    if not simulator.pay(payment.session_id, visit.card, address["name"], address):
        raise RuntimeError(f"The simulator declined {visit.card}, which should pay.")
    _prove(payment)


def _to_the_page(visit: Visit) -> Payment:
    """Fill a cart and go to pay; the payment that waits."""
    customer = demo_customers()[visit.customer] if visit.customer is not None else None
    cart = _fill_cart(visit, customer)
    details = _details(visit, customer, cart)
    quote = orders.make_quote(cart, country=_country(visit), method_id=details.method_id)
    services.start_payment(cart, details, agreed=quote.fingerprint)
    return Payment.objects.select_related("checkout").filter(checkout__cart=cart).latest("pk")


def _fill_cart(visit: Visit, customer: User | None) -> Cart:
    cart = orders.ensure_cart(None, customer)
    for left in cart.lines.all():
        orders.set_quantity(cart, left.pk, 0)
    variants = dict(
        Variant.objects.filter(stock_item__sku__in=dict(visit.basket)).values_list("stock_item__sku", "pk")
    )
    for sku, quantity in visit.basket:
        orders.add_to_cart(cart, variants[sku], quantity)
    return cart


def _details(visit: Visit, customer: User | None, cart: Cart) -> orders.CheckoutDetails:
    methods = [method for method, _ in orders.make_quote(cart, country=_country(visit)).methods]
    method = next((each for each in methods if each.name == visit.method), methods[0])
    name = customer.full_name if customer else f"Demo guest {visit.number}"
    email = customer.email if customer else f"guest{visit.number}@{DOMAIN}"
    address = address_of(visit, name)
    return orders.CheckoutDetails(email, address, address, method.pk, customer)


def address_of(visit: Visit, name: str) -> dict[str, str]:
    postcode, city, region, country = TOWNS[visit.town]
    return {
        "name": name,
        "company": "",
        "street": f"Demo Street {visit.town + 1}",
        "street2": "",
        "postcode": postcode,
        "city": city,
        "region": region,
        "country": country,
        "phone": "",
    }


def _country(visit: Visit) -> str:
    return TOWNS[visit.town][3]


def _prove(payment: Payment) -> None:
    """Book what Stripe says of a payment; a first order's confirmation is mailed now, not when a worker finds it."""
    payment = _book(payment)
    if payment.order:
        with redirect_stdout(io.StringIO()):
            emails.send_confirmation(payment.order.pk)


def _book(payment: Payment) -> Payment:
    """Book what Stripe says, with the invoice that follows from it.

    Both in one transaction: a worker, whose clock is the real one, would otherwise come first now and then and date an
    invoice of last week today.
    """
    with transaction.atomic():
        payment = services.prove_payment(payment)
        if payment.order:
            orders.issue_documents(payment.order)
    return payment


# --- what follows -----------------------------------------------------------------------------------
def _follow_up(visit: Visit, place: int, simulator: Simulator) -> None:
    payment = Payment.objects.select_related("checkout", "order").get(checkout=_checkouts()[place])
    payment = _book(payment)
    if payment.state != Payment.State.AUTHORISED:
        return
    assert payment.intent_id  # noqa: S101 - it is authorised
    if visit.ending is Ending.SETTLED:
        simulator.settle(payment.intent_id)
    elif visit.ending is Ending.RELEASED:
        simulator.release(payment.intent_id)
    _book(payment)


def _finish_the_interrupted() -> None:
    """Book the payment during which an earlier run was killed, if it was made."""
    for checkout in _checkouts().filter(state__in=Checkout.LIVE):
        with shop_time(checkout.created_at + AT_THE_PAGE):
            _prove(checkout.payment)
