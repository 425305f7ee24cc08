"""Ordering while Stripe is away: the order is kept, said so, and gets its payment page when Stripe is back."""

from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.tests.factories import StaffFactory, UserFactory
from config import books, breaker
from config.models import BreakerState
from config.tests.helpers import run_tasks
from inventory.models import Reservation, StockLevel
from orders import services as orders
from orders.models import Cart, Checkout, Order
from payments import gateway, services
from payments.models import Payment, StoreCreditEntry
from payments.tests.conftest import make_till
from payments.tests.test_views import CHECKOUT, shopper, typed  # noqa: F401  (a fixture)

pytestmark = pytest.mark.django_db
CREATE = "POST /v1/checkout/sessions"
LIST = "GET /v1/checkout/sessions"


@pytest.fixture
def away():
    """Stripe has not answered for a while; `back` says that it answers again."""
    breaker.make_rows()
    stripe = BreakerState.objects.get(name="stripe")
    stripe.state, stripe.try_at = "open", timezone.now() + timedelta(days=1)
    gateway.breaker.assume(stripe)


def back() -> None:
    gateway.breaker.assume()


def reserved(till) -> int:
    return StockLevel.objects.get(item=till.mug.stock_item).reserved


def now_state(payment: Payment) -> str:
    return Checkout.objects.get(pk=payment.checkout_id).state


def subjects() -> list[str]:
    return [message.subject for message in mail.outbox]


# --- taken down -------------------------------------------------------------------------------------
def test_while_stripe_is_away_it_is_not_asked_and_the_order_is_held(stripe, till, away, settings):
    settings.PAYMENT_LINK_HOLD_MINUTES = 90

    payment = till.start()

    assert stripe.calls(CREATE) == 0
    assert (payment.checkout.state, payment.was_never_asked_for) == ("awaiting_link", True)
    assert reserved(till) == 2
    held = payment.checkout.expires_at - timezone.now()
    assert timedelta(minutes=89) < held <= timedelta(minutes=90)
    assert set(Reservation.objects.values_list("expires_at", flat=True)) == {payment.checkout.expires_at}


def test_an_order_whose_request_was_lost_is_held_as_long(stripe, till):
    stripe.fault(CREATE, "hang", seconds=4)

    payment = till.start()

    assert not payment.was_never_asked_for
    assert payment.checkout.expires_at > timezone.now() + timedelta(minutes=119)
    assert set(Reservation.objects.values_list("expires_at", flat=True)) == {payment.checkout.expires_at}


def test_pressing_again_leads_to_the_same_wait_and_once_stripe_is_back_to_the_page(stripe, till, away):
    first = till.start()
    assert till.start() == first
    back()

    payment = till.start()

    assert payment == first
    assert gateway.retrieve_session(payment.session_id).status == "open"
    assert (now_state(payment), stripe.calls(CREATE), reserved(till)) == ("awaiting_payment", 1, 2)


def test_with_another_cart_a_wait_that_stripe_knows_nothing_of_is_over_at_once(stripe, till, away):
    first = till.start()
    till.put(till.mug, 3)

    second = till.start()

    assert (now_state(first), now_state(second)) == ("cancelled", "awaiting_link")
    assert reserved(till) == 3
    assert subjects() == []


def test_a_refusal_is_never_a_wait(stripe, till, settings):
    settings.STRIPE_SECRET_KEY = "sk_wrong"

    with pytest.raises(services.ProviderAway):
        till.start()

    assert list(Checkout.objects.values_list("state", flat=True)) == ["failed"]
    assert reserved(till) == 0


def test_store_credit_stays_held_while_it_waits_and_is_back_when_it_is_over(stripe, till, away):
    customer = UserFactory()
    services.grant(customer, amount=1000, reason="a gift", key="gift", by=None)
    till.details = orders.CheckoutDetails(
        till.details.email,
        till.details.shipping_address,
        till.details.billing_address,
        till.details.method_id,
        customer,
    )
    services.start_payment(till.cart, till.details, agreed=till.quote.fingerprint, credit=1000)
    payment = Payment.objects.get()
    assert services.balance_of(customer.pk) == 0
    assert books.verify().violations == []

    services.end_session(payment, act="cancel", reason="The customer cancelled.")

    assert services.balance_of(customer.pk) == 1000
    assert StoreCreditEntry.objects.count() == 3


# --- Stripe is back ---------------------------------------------------------------------------------
def test_all_get_their_page_in_the_order_in_which_they_came_and_one_mail_each(stripe, till, away):
    payments = [make_till(mug=till.mug, quantity=1).start() for _ in range(4)]
    back()

    first, second = services.open_links(), services.open_links()
    run_tasks()
    run_tasks()

    assert (first.seen, first.repaired, first.undecided, second.seen) == (4, 4, 0, 0)
    sessions = [session.number for session in gateway.list_sessions(since=payments[0].created_at)]
    assert sessions[::-1] == [payment.checkout.number for payment in payments]
    assert subjects() == [f"You can pay for {payment.checkout.number} now" for payment in payments]
    assert mail.outbox[0].to == ["buyer@example.org"]
    assert f"/checkout/waiting/{payments[0].checkout.token}/" in mail.outbox[0].body


def test_it_is_paid_and_becomes_an_order_like_any_other(stripe, till, away):
    payment = till.start()
    back()
    services.open_links()
    payment.refresh_from_db()
    stripe.pay(payment)

    assert services.prove_payment(payment).order is not None
    run_tasks()
    assert not [subject for subject in subjects() if "You can pay" in subject]


@pytest.mark.parametrize(("minutes", "lives"), [(5, 115), (100, 36)])
def test_the_page_lives_long_enough_and_the_stock_is_held_as_long(stripe, till, away, minutes, lives):
    payment = till.start()
    with time_machine.travel(timezone.now() + timedelta(minutes=minutes)):
        back()
        services.open_links()
        payment = Payment.objects.select_related("checkout").get()

        left = payment.page_until - timezone.now()
        assert abs(left - timedelta(minutes=lives)) < timedelta(seconds=30)
        assert payment.checkout.expires_at >= payment.page_until
        assert gateway.retrieve_session(payment.session_id).status == "open"
    assert payment.idempotency_key == f"session-{payment.checkout.number}"


@pytest.mark.parametrize(("kind", "keys"), [("hang", ".2"), ("hang_after", "")])
def test_a_lost_request_is_asked_about_and_only_if_it_never_was_asked_anew(stripe, till, kind, keys):
    stripe.fault(CREATE, kind, seconds=4)
    payment = till.start()
    Payment.objects.update(page_until=timezone.now() + timedelta(minutes=20))

    services.open_links()

    payment = Payment.objects.select_related("checkout").get()
    assert payment.idempotency_key == f"session-{payment.checkout.number}{keys}"
    assert [session.id for session in gateway.list_sessions(since=payment.created_at)] == [payment.session_id]


def test_a_lost_answer_of_the_worker_is_found_under_the_same_key(stripe, till, away):
    till.start()
    back()
    stripe.fault(CREATE, "reset_after", times=2)
    assert services.open_links().repaired == 0

    assert services.open_links().repaired == 1

    assert len(list(gateway.list_sessions(since=Payment.objects.get().created_at))) == 1


@pytest.mark.parametrize("kind", ["reset_after", "saved_500_after"])
def test_what_is_asked_for_may_change_while_an_answer_is_lost(stripe, till, away, settings, kind):
    """Such as the shop's name, which is in the request: Stripe refuses the key then."""
    till.start()
    back()
    stripe.fault(CREATE, kind, times=2)
    stripe.fault(LIST, "error_500", times=2)
    services.open_links()
    settings.SHOP_NAME = "Another"
    stripe.control("faults", "DELETE")

    services.open_links()
    services.open_links()

    payment = Payment.objects.select_related("checkout").get()
    assert payment.idempotency_key == f"session-{payment.checkout.number}"
    assert [session.id for session in gateway.list_sessions(since=payment.created_at)] == [payment.session_id]


def test_while_stripe_stays_silent_it_is_not_hammered_and_all_go_on_waiting(stripe, till, away, settings):
    settings.BREAKER_FAILURES = 2
    for _ in range(6):
        make_till(mug=till.mug, quantity=1).start()
    back()
    stripe.fault("*", "error_500", times=50)

    tally = services.open_links()
    services.open_links()

    assert tally.undecided == 6
    assert stripe.calls(CREATE) + stripe.calls(LIST) == 2
    assert set(Checkout.objects.values_list("state", flat=True)) == {"awaiting_link"}


def test_what_stripe_refuses_is_over_and_said_and_keeps_nobody_else_waiting(stripe, till, away):
    bad, good = make_till(mug=till.mug, quantity=1).start(), make_till(mug=till.mug, quantity=1).start()
    lines = bad.checkout.lines
    Checkout.objects.filter(pk=bad.checkout_id).update(lines=[{**lines[0], "unit_price": 10**9}])
    back()

    services.open_links()
    Checkout.objects.filter(pk=bad.checkout_id).update(lines=lines)
    run_tasks()

    assert (now_state(bad), now_state(good)) == ("failed", "awaiting_payment")
    assert subjects() == [
        f"We are sorry: {bad.checkout.number} could not be paid in time",
        f"You can pay for {good.checkout.number} now",
    ]


# --- Stripe does not come back ----------------------------------------------------------------------
def test_at_the_end_of_the_time_what_stripe_was_never_asked_for_is_free_and_said(stripe, till, away):
    payment = till.start()
    Checkout.objects.update(expires_at=timezone.now() - timedelta(seconds=1))

    services.expire_checkouts()
    services.expire_checkouts()
    run_tasks()

    assert (now_state(payment), reserved(till)) == ("expired", 0)
    assert subjects() == [f"We are sorry: {payment.checkout.number} could not be paid in time"]
    assert till.cart.lines.get().quantity == 2


def test_what_stripe_was_asked_for_is_free_only_once_stripe_says_that_there_is_nothing(stripe, till):
    stripe.fault(CREATE, "hang", seconds=4)
    payment = till.start()
    Checkout.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    Payment.objects.update(created_at=timezone.now() - timedelta(hours=2))
    stripe.fault(LIST, "error_500", times=1)

    services.expire_checkouts()
    assert (now_state(payment), reserved(till)) == ("awaiting_link", 2)
    services.expire_checkouts()
    run_tasks()

    assert (now_state(payment), reserved(till)) == ("failed", 0)
    assert len(subjects()) == 1


def test_a_page_that_shows_up_after_the_time_is_ended_at_stripe_first(stripe, till):
    stripe.fault(CREATE, "hang_after", seconds=4)
    payment = till.start()
    Checkout.objects.update(expires_at=timezone.now() - timedelta(seconds=1))

    services.expire_checkouts()
    run_tasks()

    payment.refresh_from_db()
    assert gateway.retrieve_session(payment.session_id).status == "expired"
    assert (now_state(payment), reserved(till)) == ("expired", 0)
    assert subjects() == [f"We are sorry: {payment.checkout.number} could not be paid in time"]


def test_a_time_that_is_over_is_not_lengthened_for_ever(stripe, till):
    stripe.fault(CREATE, "hang", seconds=4)
    till.start()
    Payment.objects.update(page_until=timezone.now())
    Checkout.objects.update(
        created_at=timezone.now() - timedelta(hours=3), expires_at=timezone.now() + timedelta(minutes=9)
    )

    services.open_links()

    assert Payment.objects.get().session_id is None
    assert stripe.calls(CREATE) == 1


# --- the customer's pages ---------------------------------------------------------------------------
def order(shopper: Client, till) -> str:  # noqa: F811
    """Press the button; where that leads."""
    answer = shopper.post(CHECKOUT, typed(till))
    assert answer.status_code == 303
    return answer["Location"]


def test_the_page_says_what_is_kept_until_when_and_that_nothing_was_charged(stripe, shopper, till, away):  # noqa: F811
    address = order(shopper, till)

    page = shopper.get(address)

    checkout = Checkout.objects.get()
    assert page.status_code == 200
    assert "no-store" in page["Cache-Control"]
    assert "Nothing was charged" in page.text
    assert timezone.localtime(checkout.expires_at).strftime("%H:%M") in page.text or "p.m." in page.text
    assert f'action="/checkout/cancelled/{checkout.token}/"' in page.text
    assert 'http-equiv="refresh"' in page.text
    assert order(shopper, till) == address


def test_the_page_shows_the_way_to_pay_by_itself_and_in_the_end_the_order(stripe, shopper, till, away):  # noqa: F811
    address = order(shopper, till)
    back()
    services.open_links()
    payment = Payment.objects.select_related("checkout").get()

    assert payment.session_url in shopper.get(address).text
    stripe.pay(payment)
    services.prove_payment(payment)

    assert shopper.get(address)["Location"] == Order.objects.get().get_absolute_url()
    assert payment.checkout.number not in Client().get(address).text


def test_the_button_cancels_the_wait_and_keeps_the_cart(stripe, shopper, till, away):  # noqa: F811
    address = order(shopper, till)
    checkout = Checkout.objects.get()

    answer = shopper.post(reverse("payments:cancelled", args=[checkout.token]))

    assert answer["Location"] == "/cart/"
    assert (Checkout.objects.get().state, reserved(till)) == ("cancelled", 0)
    assert Cart.objects.get(pk=till.cart.pk).lines.get().quantity == 2
    assert shopper.get(address)["Location"] == "/cart/"
    run_tasks()
    assert subjects() == []


def test_a_wait_that_stripe_may_know_of_is_not_cancelled_before_it_says_so(stripe, shopper, till):  # noqa: F811
    stripe.fault(CREATE, "hang", seconds=4)
    address = order(shopper, till)
    stripe.fault(LIST, "error_500")

    answer = shopper.post(reverse("payments:cancelled", args=[Checkout.objects.get().token]))

    assert answer["Location"] == address
    assert (Checkout.objects.get().state, reserved(till)) == ("awaiting_link", 2)


def test_in_german_page_and_mail_are_german(stripe, till, away):
    client = Client()
    client.post("/de/cart/add/", {"variant": till.mug.pk, "quantity": 2})
    till.cart = Cart.objects.latest("pk")
    answer = client.post("/de/checkout/", typed(till))

    page = client.get(answer["Location"])
    back()
    services.open_links()
    run_tasks()

    assert answer["Location"].startswith("/de/checkout/")
    assert "Wir haben Ihre Bestellung" in page.text
    assert subjects() == [f"Sie können {Checkout.objects.get().number} jetzt bezahlen"]
    assert "/de/checkout/" in mail.outbox[0].body


def test_nobody_else_finds_a_wait():
    assert Client().get("/checkout/waiting/unknown/").status_code == 404


# --- the console ------------------------------------------------------------------------------------
def test_the_console_lists_who_waits_and_says_why(client, stripe, till, away):
    payment = till.start()
    client.force_login(StaffFactory(is_superuser=True))

    rows = client.get(reverse("admin:orders_checkout_changelist"), {"state__exact": "awaiting_link"})
    page = client.get(reverse("admin:orders_checkout_change", args=[payment.checkout_id]))

    assert payment.checkout.number in rows.text
    assert "Stripe was not asked: calls to it had stopped." in page.text
