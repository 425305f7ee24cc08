"""Money that goes back as store credit or in cash: at once, under the same limit, and told in the right words."""

import random

import pytest
from django.contrib.auth.models import Permission
from django.core import mail
from django.db import IntegrityError, transaction
from django.urls import reverse

from accounts.models import AuditEntry
from accounts.tests.factories import StaffFactory, UserFactory
from config import books
from config.tests.helpers import run_tasks
from config.tests.world import contradictions, sql
from orders.models import Invoice, Order
from payments import gateway, services
from payments.models import Finding, Payment, PaymentEvent, Refund
from payments.services import refunding, store_credit
from payments.tests.test_refunding import settled

pytestmark = pytest.mark.django_db
KEY = "0123456789abcdef"


@pytest.fixture
def customer():
    return UserFactory(email="buyer@example.org")


@pytest.fixture
def payment(stripe, till, customer):
    """An order of a customer over 44.88, settled."""
    till.details = type(till.details)(
        customer.email,
        till.details.shipping_address,
        till.details.shipping_address,
        till.details.method_id,
        customer,
    )
    return settled(stripe, till)


def figures(payment):
    payment.refresh_from_db()
    return payment.state, payment.refunded, payment.refunded_otherwise


def test_store_credit_is_there_at_once_and_stripe_is_not_asked(stripe, payment, customer):
    run_tasks()

    row = services.refund(payment, amount=1000, cause="scratched", method="credit")
    run_tasks()

    assert (row.state, figures(payment)) == ("succeeded", ("part_refunded", 1000, 1000))
    assert services.balance_of(customer.pk) == 1000
    assert stripe.calls("POST /v1/refunds") == 0
    assert Order.objects.get().payment_state == "part_refunded"
    note = Invoice.objects.get(kind="credit_note")
    assert (note.total, "Paid back as store credit." in note.content) == (1000, True)
    assert "€10.00 refunded as store credit." in [event.said for event in Order.objects.get().events.all()]
    assert "€10.00 are yours as store credit" in mail.outbox[-1].body


def test_cash_is_noted_with_whoever_handed_it_over(stripe, payment):
    row = services.refund(payment, amount=1000, cause="scratched", method="cash", handed_over_by="Kim, shop")
    run_tasks()

    assert (row.state, row.handed_over_by) == ("succeeded", "Kim, shop")
    assert figures(payment) == ("part_refunded", 1000, 1000)
    assert "€10.00 refunded in cash." in [event.said for event in Order.objects.get().events.all()]
    assert "€10.00 were paid back in cash" in mail.outbox[-1].body


def test_in_german_it_is_told_in_german(stripe, payment):
    Order.objects.update(language="de")

    services.refund(payment, amount=1000, cause="a", method="credit")
    services.refund(payment, amount=500, cause="b", method="cash", handed_over_by="Kim")
    run_tasks()

    said = [letter.body.replace("\xa0", " ") for letter in mail.outbox[-2:]]
    assert "10,00 € sind jetzt Ihr Guthaben" in said[0]
    assert "5,00 € wurden bar erstattet" in said[1]


def test_all_of_it_is_refunded_whatever_the_ways(payment, customer):
    services.refund(payment, amount=1000, cause="a", method="credit")
    services.refund(payment, amount=1000, cause="b", method="cash", handed_over_by="Kim")
    services.refund(payment, amount=2488, cause="c")

    assert figures(payment) == ("refunded", 4488, 2000)
    assert [seen.amount for seen in gateway.list_refunds(payment.intent_id)] == [2488]
    for method in Refund.Method:
        with pytest.raises(services.CannotRefund, match="All of it has been paid back"):
            services.refund(payment, amount=1, cause=method, method=method, handed_over_by="Kim")


def test_the_same_cause_is_refunded_once_whatever_the_way(payment, customer):
    first = services.refund(payment, amount=1000, cause="return 7", method="credit")

    assert services.refund(payment, amount=1000, cause="return 7") == first
    assert services.refund(payment, amount=1000, cause="return 7", method="credit") == first
    assert services.balance_of(customer.pk) == 1000


def test_what_is_on_its_way_to_the_card_cannot_be_had_as_credit(stripe, till, customer, payment):
    refunding.write_request(payment, 4000, cause="slow", reason="", by=None)

    with pytest.raises(services.CannotRefund, match=r"At most €4\.88"):
        services.refund(payment, amount=489, cause="more", method="credit")


def test_a_guest_has_no_store_credit(stripe, till):
    payment = settled(stripe, till)

    with pytest.raises(services.CannotRefund, match="placed without an account"):
        services.refund(payment, amount=1000, cause="x", method="credit")
    assert (
        services.refund(payment, amount=1000, cause="x", method="cash", handed_over_by="Kim").method == "cash"
    )


def test_cash_takes_a_name_also_in_the_database(payment):
    with pytest.raises(services.CannotRefund, match="who handed the cash over"):
        services.refund(payment, amount=1000, cause="x", method="cash")
    with pytest.raises(IntegrityError), transaction.atomic():
        Refund.objects.create(
            payment=payment, amount=1, method="cash", state="succeeded", operation="r", cause="r"
        )


def test_a_refund_in_the_dashboard_on_top_is_booked_and_put_before_somebody(payment, customer):
    services.refund(payment, amount=4488, cause="a", method="credit")
    run_tasks()

    gateway.refund_intent(payment.intent_id, 700, key="by hand")
    services.look(payment)
    run_tasks()

    assert figures(payment) == ("refunded", 5188, 4488)
    assert "came on top of one that was made here" in Finding.objects.get().sentence
    assert books.verify().violations == []


@pytest.mark.parametrize("seed", range(4))
def test_whatever_is_refunded_in_which_way_the_sums_hold(payment, customer, seed):
    """Forty tries of random amounts and ways; what is refused moves nothing, what is done is counted once."""
    dice, given = random.Random(seed), dict.fromkeys(Refund.Method.values, 0)
    for number in range(40):
        method, amount = dice.choice(Refund.Method.values), dice.choice([1, 50, 333, 1200, 5000])
        left = 4488 - sum(given.values())
        try:
            services.refund(
                payment, amount=amount, cause=f"try {number}", method=method, handed_over_by="Kim"
            )
        except services.CannotRefund:
            assert amount > left
        else:
            given[method] += amount
        payment.refresh_from_db()
        assert payment.refunded == sum(given.values()) <= 4488
    assert services.balance_of(customer.pk) == given["credit"]
    assert sum(seen.amount for seen in gateway.list_refunds(payment.intent_id)) == given["card"]
    assert {services.refundable(payment, method) for method in Refund.Method} == {4488 - payment.refunded}


# --- the rules of the books -------------------------------------------------------------------------
@pytest.mark.broken_books
def test_a_refund_past_the_card_that_the_payment_does_not_know_of_is_found(payment):
    services.refund(payment, amount=1000, cause="a", method="cash", handed_over_by="Kim")
    sql("UPDATE payments_payment SET refunded_otherwise = 999")

    assert contradictions("payments.refunded_otherwise") == [
        f"{payment.checkout.number}: €9.99 went back past the card, says the payment; its refunds say €10.00."
    ]


@pytest.mark.broken_books
def test_a_refund_as_credit_without_its_entry_is_found(payment, customer):
    row = services.refund(payment, amount=1000, cause="a", method="cash", handed_over_by="Kim")
    sql("UPDATE payments_refund SET method = 'credit', handed_over_by = ''")

    assert contradictions("payments.credit_refunds") == [
        f"refund {row.operation} of customer {customer.pk}: €10.00 went back as store credit, €0.00 is booked there."
    ]


@pytest.mark.broken_books
def test_an_entry_of_a_refund_that_never_was_is_found(payment, customer):
    store_credit.book(customer.pk, "refunded", 500, key="refund x")

    assert contradictions("payments.credit_refunds") == [
        f"refund x of customer {customer.pk}: €0.00 went back as store credit, €5.00 is booked there."
    ]


@pytest.mark.broken_books
def test_more_to_the_card_than_it_was_charged_is_refused_by_the_database(payment):
    with pytest.raises(IntegrityError), transaction.atomic():
        Payment.objects.update(refunded=4489)


# --- in the console ---------------------------------------------------------------------------------
@pytest.fixture
def console(client):
    user = StaffFactory()
    for name in ("view_payment", "view_order", "add_refund", "refund_any_amount"):
        user.user_permissions.add(Permission.objects.get(codename=name))
    client.force_login(user)
    return client


def page(payment):
    return reverse("admin:payments_payment_refund", args=[payment.pk])


def test_staff_choose_the_way_and_read_what_happens(console, payment, customer):
    typed = {"amount": "10.00", "method": "credit", "reason": "Scratched", "key": KEY}
    assert "as store credit, €44.88 at most" in console.get(page(payment)).content.decode()

    asked = console.post(page(payment), typed).content.decode()
    done = console.post(page(payment), {**typed, "confirmed": "1"}, follow=True).content.decode()

    assert f"€10.00 becomes store credit of {customer.email} at once: €0.00 → €10.00." in asked
    assert "€10.00 paid back as store credit." in done
    row = Refund.objects.get()
    assert (row.asked_by, row.reason) == (AuditEntry.objects.get().actor, "Scratched")


def test_cash_without_a_name_is_asked_for_beside_its_field(console, payment):
    typed = {"amount": "10.00", "method": "cash", "reason": "Scratched", "key": KEY, "confirmed": "1"}

    answer = console.post(page(payment), typed)
    assert (answer.status_code, "Please say who handed the cash over." in answer.content.decode()) == (
        422,
        True,
    )

    console.post(page(payment), {**typed, "handed_over_by": "Kim"})
    assert Refund.objects.get().handed_over_by == "Kim"


@pytest.mark.parametrize("method", ["bitcoin", "a" * 5000])
def test_a_way_that_there_is_not_is_a_sentence(console, payment, method):
    typed = {"amount": "10.00", "method": method, "reason": "x", "key": KEY, "confirmed": "1"}

    assert console.post(page(payment), typed).status_code == 422
    assert not PaymentEvent.objects.filter(kind="refund").exists()


def test_the_form_offers_a_guest_no_store_credit_and_says_why(console, stripe, till):
    payment = settled(stripe, till)

    shown = console.get(page(payment)).content.decode()

    assert "placed without an account" in shown
    assert 'value="credit"' not in shown
