"""Twenty people at one payment, through every door that there is: as many succeed as may, the rest are told 409.

What the books say afterwards is compared with the simulator's own list of what happened.
"""

import threading
from collections import Counter

import pytest
from django.contrib.auth import get_user_model
from django.db import close_old_connections, connection
from django.test import Client
from django.urls import reverse

from orders.models import OrderLine
from payments import gateway, services
from payments.models import Payment, PaymentEvent, SettleRunLine
from payments.services import settling
from payments.tests.test_lost_answers import at_stripe
from payments.tests.test_settling_many import CONFIRM, choose, offer_of

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.slow,
    pytest.mark.postgres,
    pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite lets one write at a time."),
]
CROWD = 20
DONE, CONFLICT = 302, 409


@pytest.fixture
def owner(db):
    return get_user_model().objects.create_superuser("owner@example.com")


@pytest.fixture
def payment(stripe, till, settings):
    """An order over 44.88, authorised."""
    settings.STRIPE_TIMEOUT_SECONDS = 8
    payment = till.start()
    stripe.pay(payment)
    return services.prove_payment(payment)


def page_of(row, act):
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_{act}", args=[row.pk])


def crowd(user, posts):
    """Send them all at once, each from a browser of its own; how many got which status."""
    browsers = []
    for _ in posts:
        browser = Client()
        if user:
            browser.force_login(user)
        browsers.append(browser)
    gate, statuses = threading.Barrier(len(posts)), []

    def run(browser, address, typed):
        try:
            with connection.cursor() as cursor:  # twenty in one process wait for each other's interpreter too
                cursor.execute("SET lock_timeout = '60s'")
            gate.wait(60)
            statuses.append(browser.post(address, typed).status_code)
        finally:
            close_old_connections()
            connection.close()

    threads = [
        threading.Thread(target=run, args=(browser, *post))
        for browser, post in zip(browsers, posts, strict=True)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return Counter(statuses)


def key(number):
    return f"{number:016x}"


def settle_posts(owner, payment):
    """By the form on the order, by that on the payment, and by the action on the lists of both, in turn."""
    chooser = Client()
    chooser.force_login(owner)
    posts = []
    for number in range(CROWD):
        row = payment.order if number % 2 else payment
        if number % 4 < 2:
            posts.append((page_of(row, "settle"), {"key": key(number), "amount": "44.88", "confirmed": "1"}))
        else:
            posts.append((reverse(CONFIRM), {"offer": offer_of(choose(chooser, [row]))}))
    return posts


def test_of_twenty_settles_through_all_doors_one_succeeds(owner, payment):
    statuses = crowd(owner, settle_posts(owner, payment))

    payment.refresh_from_db()
    assert statuses == {DONE: 1, CONFLICT: CROWD - 1}
    assert (payment.captured, at_stripe("charge.captured")) == (4488, 1)
    assert gateway.retrieve_intent(payment.intent_id).received == 4488
    assert PaymentEvent.objects.filter(kind="capture", result="requested").count() == 1
    assert SettleRunLine.objects.filter(state="waiting").count() == 0


@pytest.mark.broken_books
def test_without_the_lock_and_the_look_for_requests_under_way_more_than_one_goes_through(
    owner, payment, monkeypatch
):
    """The control: the same crowd, with what keeps it in line taken away."""
    posts = settle_posts(owner, payment)
    release = [(page_of(payment, "release"), {"key": key(100 + n)}) for n in range(CROWD // 2)]
    monkeypatch.setattr(
        settling, "lock", lambda row: Payment.objects.select_related("checkout", "order").get(pk=row.pk)
    )
    monkeypatch.setattr(settling, "why_not", lambda payment, **_: "")

    crowd(owner, [*posts[: CROWD // 2], *release])

    assert PaymentEvent.objects.filter(result="requested", kind__in=["capture", "void"]).count() > 1


def test_of_twenty_refunds_as_many_succeed_as_there_is_money_for(owner, payment):
    services.settle(payment, amount=4488)
    amount, fit = 1000, 4
    typed = {"amount": "10.00", "reason": "Scratched.", "confirmed": "1"}

    statuses = crowd(
        owner,
        [
            (page_of(payment.order if number % 2 else payment, "refund"), {**typed, "key": key(number)})
            for number in range(CROWD)
        ],
    )

    payment.refresh_from_db()
    assert statuses == {DONE: fit, CONFLICT: CROWD - fit}
    assert payment.refunded == fit * amount
    assert sum(seen.amount for seen in gateway.list_refunds(payment.intent_id)) == fit * amount
    assert at_stripe("refund.created") == fit


def test_of_twenty_refunds_under_one_key_one_is_made(owner, payment):
    services.settle(payment, amount=4488)
    typed = {"amount": "10.00", "reason": "Scratched.", "confirmed": "1", "key": key(1)}

    statuses = crowd(owner, [(page_of(payment, "refund"), typed)] * CROWD)

    payment.refresh_from_db()
    assert statuses == {DONE: CROWD}  # the same act, sent again: it is done
    assert (payment.refunded, at_stripe("refund.created")) == (1000, 1)


def test_of_twenty_cancels_by_staff_and_by_the_customer_one_succeeds(owner, payment, stripe, settings):
    """The customer's page leads on with a 302 as well."""
    order = payment.order
    theirs = reverse("orders:guest_detail", args=[order.token]) + "cancel/"
    staff = {"line_1": "2", "reason": "Not wanted.", "confirmed": "1"}
    settings.STRIPE_TIMEOUT_SECONDS = 4  # a customer's request that waited asks nothing that may outlast it
    warm = Client()
    warm.force_login(owner)
    assert [warm.get(page).status_code for page in (theirs, page_of(order, "cancel"))] == [200, 200]

    statuses = crowd(
        owner,
        [
            (theirs, {}) if number % 2 else (page_of(order, "cancel"), {**staff, "key": key(number)})
            for number in range(CROWD)
        ],
    )

    payment.refresh_from_db()
    assert statuses == {DONE: 1, CONFLICT: CROWD - 1}
    assert (payment.voided, at_stripe("payment_intent.canceled")) == (4488, 1)
    assert stripe.calls("POST /v1/payment_intents/{id}/cancel") == 1
    assert OrderLine.objects.get().cancelled == 2


def test_of_twenty_cancels_of_a_piece_of_what_was_settled_two_succeed_and_are_paid_back(owner, payment):
    services.settle(payment, amount=4488)
    typed = {"line_1": "1", "reason": "Not wanted.", "confirmed": "1"}

    statuses = crowd(
        owner, [(page_of(payment.order, "cancel"), {**typed, "key": key(n)}) for n in range(CROWD)]
    )

    payment.refresh_from_db()
    assert statuses == {DONE: 2, CONFLICT: CROWD - 2}
    assert (payment.refunded, at_stripe("refund.created")) == (4488, 2)
    assert OrderLine.objects.get().cancelled == 2
