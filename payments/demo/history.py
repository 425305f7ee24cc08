"""Lets the plan happen: carts, payments and what follows, each at its time, by the services that customers use."""

import io
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from accounts.demo import CUSTOMERS, DOMAIN, demo_customers
from accounts.models import User
from config import periodic
from config.models import PeriodicJob
from orders import emails
from orders import services as orders
from orders.models import Cart, Checkout
from payments import services
from payments.demo.clock import real_now, shop_time
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
# The worker's sweeps go by real time, for which all of the past is over: they rest while it is written.
REST = timedelta(minutes=2)
SWEEP_ENDS_WITHIN = 5  # seconds


@dataclass(frozen=True, order=True)
class Happening:
    """A visit, or what follows from it; sorted by time."""

    at: datetime
    number: int
    is_visit: bool


def grow(visits: Sequence[Visit], simulator: Simulator, *, now: datetime) -> Iterator[int]:
    """Let all visits happen, the last of them an hour before `now`; yields how many have.

    Visits of an earlier run that was killed are recognised by their number, as each leaves one checkout, in order.
    Raises what the services raise; then the simulator is back in the present.
    """
    with _past(simulator):
        _finish_the_interrupted()
        known = _checkouts().count()
        by_number = {visit.number: place for place, visit in enumerate(visits)}
        for happening in _happenings(visits, now):
            place = by_number[happening.number]
            if happening.is_visit:
                if place >= known:
                    simulator.set_clock(happening.at)
                    with shop_time(happening.at):
                        _visit(visits[place], simulator)
                yield place + 1
            else:
                simulator.set_clock(happening.at)
                with shop_time(happening.at):
                    _follow_up(visits[place], place, simulator)
            _put_off_sweeps()
        services.expire_checkouts()


def _happenings(visits: Sequence[Visit], now: datetime) -> list[Happening]:
    page_lives = timedelta(minutes=settings.CHECKOUT_HOLD_MINUTES + 1)
    told = []
    for visit in visits:
        at = now - visit.ago
        told.append(Happening(at, visit.number, is_visit=True))
        if visit.story is Story.LEAVES:
            told.append(Happening(at + page_lives, visit.number, is_visit=False))
        elif visit.is_ordered and visit.ending is not Ending.AUTHORISED:
            told.append(Happening(at + visit.ending_after, visit.number, is_visit=False))
    return sorted(each for each in told if each.at <= now)


def _checkouts():
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
    payment = services.prove_payment(payment)
    if payment.order:
        with redirect_stdout(io.StringIO()):
            emails.send_confirmation(payment.order.pk)


# --- what follows -----------------------------------------------------------------------------------
def _follow_up(visit: Visit, place: int, simulator: Simulator) -> None:
    payment = Payment.objects.select_related("checkout", "order").get(checkout=_checkouts()[place])
    payment = services.prove_payment(payment)
    if payment.state != Payment.State.AUTHORISED:
        return
    assert payment.intent_id  # noqa: S101 - it is authorised
    if visit.ending is Ending.SETTLED:
        simulator.settle(payment.intent_id)
    elif visit.ending is Ending.RELEASED:
        simulator.release(payment.intent_id)
    services.prove_payment(payment)


def _finish_the_interrupted() -> None:
    """Book the payment during which an earlier run was killed, if it was made."""
    for checkout in _checkouts().filter(state__in=Checkout.LIVE):
        with shop_time(checkout.created_at + AT_THE_PAGE):
            _prove(checkout.payment)


# --- the past ---------------------------------------------------------------------------------------
@contextmanager
def _past(simulator: Simulator) -> Iterator[None]:
    """Keep everybody else out of the past: no webhook tells of it, no sweep ends it."""
    _put_off_sweeps(now=True)
    _wait_for_sweeps()
    began = real_now()
    simulator.send_webhooks(False)
    try:
        yield
    finally:
        simulator.set_clock(None)
        simulator.send_webhooks(True)
        # Confirmations that wait for a worker have not been waiting for weeks.
        waiting = DBTaskResult.objects.filter(status=TaskResultStatus.READY, enqueued_at__lt=began)
        waiting.update(enqueued_at=began)
        PeriodicJob.objects.filter(name__in=_sweeps()).update(next_run_at=real_now())


def _sweeps() -> dict[str, str]:
    """The periodic jobs of this room: name to task."""
    return {
        job.name: job.task.module_path
        for job in periodic.jobs.values()
        if job.task.module_path.startswith("payments.")
    }


_rests_until = real_now()


def _put_off_sweeps(*, now: bool = False) -> None:
    """Let no sweep begin for a while; should this process be killed, they begin again by themselves."""
    global _rests_until
    if not now and _rests_until - real_now() > REST / 2:
        return
    _rests_until = real_now() + REST
    for name in _sweeps():
        PeriodicJob.objects.update_or_create(name=name, defaults={"next_run_at": _rests_until})


def _wait_for_sweeps() -> None:
    """Wait for a sweep that is under way; without a worker none ever ends, and none is to be feared."""
    under_way = DBTaskResult.objects.filter(
        task_path__in=_sweeps().values(), status__in=[TaskResultStatus.READY, TaskResultStatus.RUNNING]
    )
    deadline = time.monotonic() + SWEEP_ENDS_WITHIN
    while under_way.exists() and time.monotonic() < deadline:
        time.sleep(0.2)


__all__ = ["CUSTOMERS", "TOWNS", "address_of", "grow"]
