"""Paying at the counter, when the order is collected: placed without Stripe, taken once, given back there."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.apps import apps
from django.contrib.auth import get_user_model
from django.core import mail
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.tests.factories import UserFactory
from config import books, toggles
from config.tests.helpers import run_tasks
from config.tests.world import contradictions, sql
from inventory.models import StockLevel
from orders.models import Cart, Checkout, Invoice, Order, ShippingMethod
from orders.words import status_of
from payments import gateway, services
from payments.models import Finding, Payment, PaymentEvent
from payments.services import store_credit
from payments.services.day import close
from payments.services.figures import taken
from payments.tests.conftest import make_till
from payments.tests.test_views import typed

pytestmark = pytest.mark.django_db
TOTAL = 3998


@pytest.fixture
def no_stripe(monkeypatch):
    """Any call to Stripe fails the test."""

    def call(*_args, **_kwargs):
        raise AssertionError("Stripe was asked.")

    for name in ("create_session", "retrieve_session", "expire_session", "retrieve_intent", "capture_intent"):
        monkeypatch.setattr(gateway, name, call)
    for name in ("cancel_intent", "refund_intent", "list_refunds", "list_disputes", "find_session"):
        monkeypatch.setattr(gateway, name, call)


def switch(*, on):
    toggles.switch("cash", on=on)
    toggles.assume({"cash": on})


def collecting(till):
    method = ShippingMethod.objects.get_or_create(
        name="Collect in the shop", defaults={"flat_price": 0, "is_collection": True, "countries": "DE"}
    )[0]
    till.details = replace(till.details, method_id=method.pk)
    return till


@pytest.fixture
def counter(till, settings):
    """The till of somebody who collects, in a shop that lets them pay at the counter."""
    settings.SHOP_ADDRESS = ["Counter Street 1", "10115 Berlin"]
    switch(on=True)
    yield collecting(till)
    toggles.assume({})


def press(till, **fields):
    outcome = services.start_payment(
        till.cart, till.details, agreed=till.quote.fingerprint, at_counter=True, **fields
    )
    assert isinstance(outcome, Order)
    return Payment.objects.select_related("checkout", "order").get(order=outcome)


def paid_in_part_with_credit(till, *, mugs, credit):
    """The order of a customer whose store credit pays a part of it; the rest waits at the counter."""
    customer = UserFactory(email="buyer@example.org")
    store_credit.book(customer.pk, "granted", credit, key="gift")
    till.details = replace(till.details, customer=customer)
    till.put(till.mug, mugs)
    return press(till, credit=credit)


def balance_of_buyer():
    return services.balance_of(get_user_model().objects.get(email="buyer@example.org").pk)


def figures(payment):
    payment = Payment.objects.select_related("order").get(pk=payment.pk)
    return (
        payment.state,
        payment.authorised,
        payment.captured,
        payment.voided,
        payment.refunded,
        payment.order.payment_state,
    )


def level(till):
    row = StockLevel.objects.get(item=till.mug.stock_item)
    return row.on_hand, row.reserved, row.allocated


def take(payment, taken_in="cash"):
    return services.counter.take(payment, amount=services.counter.due(payment), taken_in=taken_in)


# --- placing ----------------------------------------------------------------------------------------
def test_the_order_is_placed_at_once_without_stripe_and_waits_for_its_money(no_stripe, counter, settings):
    payment = press(counter)

    order = payment.order
    assert (payment.method, payment.session_id, payment.intent_id) == ("counter", None, None)
    assert figures(payment) == ("pending", 0, 0, 0, 0, "awaiting")
    assert (order.total, services.counter.due(payment)) == (TOTAL, TOTAL)
    last = timezone.localdate() + timedelta(days=settings.COLLECT_WITHIN_DAYS)
    assert timezone.localtime(order.collect_until).date() == last
    assert level(counter) == (10, 0, 2)
    run_tasks()
    assert books.verify().violations == []


def test_what_was_under_way_at_stripe_is_ended_first(stripe, counter):
    card = counter.start()

    payment = press(counter)

    card.refresh_from_db()
    assert (card.state, card.checkout.state) == ("failed", Checkout.State.CANCELLED)
    assert gateway.retrieve_session(card.session_id).status == "expired"
    assert (payment.order.total, level(counter)) == (TOTAL, (10, 0, 2))


def test_what_turns_out_to_be_paid_by_card_is_not_ordered_twice(stripe, counter):
    card = counter.start()
    stripe.pay(card)

    with pytest.raises(services.AlreadyOrdered):
        press(counter)

    assert Order.objects.get().payment_state == "authorised"


def test_where_nothing_is_left_to_pay_the_counter_makes_no_difference(no_stripe, counter):
    customer = UserFactory(email="buyer@example.org")
    store_credit.book(customer.pk, "granted", TOTAL, key="gift")
    counter.details = replace(counter.details, customer=customer)

    payment = press(counter, credit=TOTAL)

    assert (payment.method, payment.state, payment.order.is_for_counter) == ("card", "captured", False)


def test_store_credit_pays_its_part_and_comes_back_with_the_order(no_stripe, counter):
    customer = UserFactory(email="buyer@example.org")
    store_credit.book(customer.pk, "granted", 1000, key="gift")
    counter.details = replace(counter.details, customer=customer)
    payment = press(counter, credit=1000)
    assert (services.counter.due(payment), services.balance_of(customer.pk)) == (TOTAL - 1000, 0)
    assert books.verify().violations == []

    words = services.cancel_order(payment.order, key="c", reason="No.", by_customer=True)

    assert "store credit" in words
    assert (services.balance_of(customer.pk), figures(payment)) == (
        1000,
        ("voided", 0, 0, 0, 0, "voided"),
    )
    run_tasks()
    assert books.verify().violations == []


@pytest.mark.parametrize("why", ["off", "parcel"])
def test_what_cannot_be_paid_there_is_refused_in_words_and_nothing_is_written(no_stripe, counter, why):
    if why == "off":
        switch(on=False)
    else:
        parcel = ShippingMethod.objects.get(name="Parcel")
        counter.details = replace(counter.details, method_id=parcel.pk)

    with pytest.raises(services.CounterRefused, match="pay by card"):
        press(counter)

    assert not Checkout.objects.exists()
    assert level(counter) == (10, 0, 0)
    assert counter.cart.lines.count() == 1


def test_what_waits_for_one_address_counts_together(no_stripe, counter, settings):
    settings.COUNTER_MOST = 2 * TOTAL
    first = press(counter)
    second = press(collecting(make_till(mug=counter.mug)))
    third = collecting(make_till(mug=counter.mug))
    third.details = replace(third.details, email="BUYER@example.org")
    with pytest.raises(services.CounterRefused, match=r"€79\.96"):
        press(third)

    take(first)
    press(third)

    assert Order.objects.filter(payment_state="awaiting").count() == 2
    assert figures(second)[0] == "pending"


def test_what_was_cancelled_of_it_does_not_count_any_more(no_stripe, counter, settings):
    settings.COUNTER_MOST = 2 * TOTAL
    first = paid_in_part_with_credit(counter, mugs=3, credit=1000)
    second = collecting(make_till(mug=counter.mug))
    with pytest.raises(services.CounterRefused):
        press(second)

    services.cancel_order(first.order, key="c", reason="No.", pieces={1: 1})

    assert services.counter.owed_by("buyer@example.org") == TOTAL
    press(second)
    with pytest.raises(services.CounterRefused):
        press(collecting(make_till(mug=counter.mug)))


# --- at the checkout --------------------------------------------------------------------------------
@pytest.fixture
def shopper(client, counter):
    client.post("/cart/add/", {"variant": counter.mug.pk, "quantity": 2})
    counter.cart = Cart.objects.latest("pk")
    return client


def test_the_choice_is_there_only_for_what_is_collected_while_the_switch_is_on(shopper, counter):
    parcel = ShippingMethod.objects.get(name="Parcel")

    def offers(method):
        page = shopper.post("/checkout/", typed(counter, method=method, update="1", pay="counter"))
        return 'name="pay"' in page.text, "at the counter" in page.text

    assert offers(counter.details.method_id) == (True, True)
    assert offers(parcel.pk) == (False, False)
    switch(on=False)
    assert offers(counter.details.method_id) == (False, False)


def test_the_customer_orders_and_is_told_where_what_and_until_when(no_stripe, shopper, counter):
    pressed = typed(counter, pay="counter")
    answer = shopper.post("/checkout/", pressed, follow=True)
    again = shopper.post("/checkout/", pressed)
    order = Order.objects.get()

    assert answer.redirect_chain[-1][0] == order.get_absolute_url() == again["Location"]
    assert Order.objects.count() == 1
    for words in ("€39.98", "Counter Street 1", "To be collected", "pay at the counter"):
        assert words in answer.text
    run_tasks()
    sent = mail.outbox[0]
    for words in ("€39.98", "Counter Street 1", "pay at the counter"):
        assert words in sent.body
        assert words in sent.alternatives[0][0]


def test_a_refusal_keeps_what_was_typed(shopper, counter):
    switch(on=False)

    answer = shopper.post("/checkout/", typed(counter, pay="counter"))

    assert answer.status_code == 409
    assert "Paying at the counter is not possible" in answer.text
    assert counter.details.email in answer.text
    assert not Order.objects.exists()


def test_one_network_address_places_so_many_an_hour(no_stripe, shopper, counter):
    pressed = typed(counter, pay="counter", agreed="old")
    for _ in range(20):
        assert shopper.post("/checkout/", pressed).status_code == 409

    answer = shopper.post("/checkout/", pressed)

    assert (answer.status_code, "Too many tries" in answer.text) == (429, True)
    assert counter.details.email in answer.text


# --- taking the money -------------------------------------------------------------------------------
@pytest.mark.parametrize("taken_in", ["cash", "terminal"])
def test_the_money_is_taken_once_and_then_the_goods_are_handed_over(no_stripe, counter, taken_in):
    payment = press(counter)
    with pytest.raises(services.CannotShip, match="take the payment first"):
        services.ship_order(payment.order, {1: 2}, key="early")

    take(payment, taken_in)
    with pytest.raises(services.CannotTake, match="paid already"):
        services.counter.take(payment, amount=TOTAL, taken_in=taken_in)
    order = Order.objects.get()
    services.ship_order(order, {1: 2}, key="handed over")
    run_tasks()

    assert figures(payment) == ("captured", TOTAL, TOTAL, 0, 0, "captured")
    assert list(PaymentEvent.objects.values_list("kind", "result", "amount").order_by("pk")) == [
        ("authorise", "succeeded", TOTAL),
        ("capture", "succeeded", TOTAL),
    ]
    assert level(counter) == (8, 0, 0)
    assert [each.subject for each in mail.outbox if "way" in each.subject] == []
    assert books.verify().violations == []


def test_another_amount_is_not_taken(counter):
    payment = press(counter)

    with pytest.raises(services.CannotTake, match=r"€39\.98 are to be paid"):
        services.counter.take(payment, amount=TOTAL - 1, taken_in="cash")

    assert figures(payment) == ("pending", 0, 0, 0, 0, "awaiting")


def test_what_was_cancelled_before_is_not_to_be_paid(no_stripe, counter):
    payment = press(counter)
    words = services.cancel_order(payment.order, key="one", reason="One is enough.", pieces={1: 1})

    assert words == "€19.99 are left to be paid at the counter."
    payment = Payment.objects.select_related("order", "checkout").get()
    take(payment)
    run_tasks()

    assert figures(payment) == ("captured", TOTAL, 1999, 1999, 0, "captured")
    assert books.verify().violations == []


def test_it_is_neither_settled_nor_released_nor_compared(no_stripe, counter):
    payment = press(counter)

    for words in (services.why_not(payment), services.why_not_settle(payment)):
        assert "paid at the counter" in words
    assert not services.to_settle().exists()
    assert services.expire_checkouts().seen == 0


def test_reconciling_leaves_it_alone(stripe, counter):
    waiting = press(counter)
    other = collecting(make_till(mug=counter.mug))
    other.details = replace(other.details, email="other@example.org")
    paid = take(press(other))

    services.reconcile()

    assert figures(waiting)[0] == "pending"
    assert figures(paid)[0] == "captured"
    assert not Finding.objects.exists()


# --- giving it back ---------------------------------------------------------------------------------
def test_a_cancelled_order_that_was_not_paid_frees_its_goods(no_stripe, counter):
    payment = press(counter)
    run_tasks()

    words = services.cancel_order(payment.order, key="c", reason="No.", by_customer=True)
    run_tasks()

    assert words == "Nothing was paid yet."
    assert figures(payment) == ("voided", 0, 0, 0, 0, "voided")
    assert level(counter) == (10, 0, 0)
    assert "Nothing was paid." in mail.outbox[-1].body
    assert Invoice.objects.filter(kind="credit_note").count() == 1
    with pytest.raises(services.CannotTake, match="cancelled"):
        services.counter.take(payment, amount=TOTAL, taken_in="cash")
    assert books.verify().violations == []


def test_what_was_paid_there_goes_back_in_cash_and_never_to_a_card(no_stripe, counter):
    payment = take(press(counter))
    words = services.cancel_order(payment.order, key="c", reason="No.")
    assert words == "€39.98 were paid at the counter: pay them back in cash or as store credit."
    assert Finding.objects.get().kind == "counter_money"

    assert services.refundable(payment) == 0
    with pytest.raises(services.CannotRefund, match="nothing can go back to a card"):
        services.refund(payment, amount=TOTAL, cause="card")
    services.refund(payment, amount=TOTAL, cause="cash", method="cash", handed_over_by="Till 1")
    run_tasks()

    assert figures(payment) == ("refunded", TOTAL, TOTAL, 0, TOTAL, "refunded")
    assert books.verify().violations == []


def test_no_card_is_named_where_money_that_was_paid_there_goes_back(no_stripe, counter):
    payment = take(press(counter))

    def said():
        return status_of(Order.objects.get()).next

    services.cancel_order(payment.order, key="c", reason="No.")
    assert said() == "You get your money back in cash or as store credit."
    for number in (1, 2):
        services.refund(payment, amount=1999, cause=f"{number}", method="cash", handed_over_by="Till 1")
        payment.refresh_from_db()
    assert said() == "We paid your money back, in cash or as store credit."


def test_all_that_was_paid_there_and_went_back_names_no_card(no_stripe, counter):
    payment = take(press(counter))

    services.refund(payment, amount=TOTAL, cause="gesture", method="cash", handed_over_by="Till 1")

    assert status_of(Order.objects.get()).next == "We paid everything back, in cash or as store credit."


def test_cancelling_in_parts_gives_back_no_more_store_credit_than_was_paid_with_it(no_stripe, counter):
    payment = take(paid_in_part_with_credit(counter, mugs=3, credit=3000))

    def one_less(number):
        words = services.cancel_order(payment.order, key=f"c{number}", reason="No.", pieces={1: 1})
        return words.rpartition(".")[0], balance_of_buyer()

    cash = "were paid at the counter: pay them back in cash or as store credit"
    assert one_less(1) == ("€19.99 are store credit again", 1999)
    assert one_less(2) == (f"€9.98 {cash}. €10.01 are store credit again", 3000)
    assert one_less(3) == (f"€29.97 {cash}", 3000)

    assert "€29.97 were paid" in Finding.objects.get().sentence
    services.refund(payment, amount=2997, cause="cash", method="cash", handed_over_by="Till 1")
    run_tasks()
    assert figures(payment)[0] == "refunded"
    assert books.verify().violations == []


def test_the_finding_closes_once_the_money_went_back(stripe, counter):
    payment = take(press(counter))
    services.cancel_order(payment.order, key="c", reason="No.", pieces={1: 1})
    services.reconcile()
    assert Finding.objects.get().resolved_at is None

    services.refund(payment, amount=1999, cause="cash", method="cash", handed_over_by="Till 1")
    services.reconcile()

    assert Finding.objects.get().resolved_at


# --- in time ----------------------------------------------------------------------------------------
def test_what_nobody_collects_is_cancelled_with_a_mail_and_only_that(no_stripe, counter):
    late = press(counter)
    other = collecting(make_till(mug=counter.mug))
    other.details = replace(other.details, email="other@example.org")
    paid = take(press(other))
    in_time = collecting(make_till(mug=counter.mug))
    in_time = press(in_time)
    passed = timezone.now() - timedelta(minutes=1)
    Order.objects.exclude(pk=in_time.order_id).update(collect_until=passed)
    run_tasks()
    mail.outbox.clear()

    assert services.cancel_uncollected().repaired == 1
    assert services.cancel_uncollected().seen == 0
    run_tasks()

    assert [figures(each)[0] for each in (late, paid, in_time)] == ["voided", "captured", "pending"]
    assert [each.to for each in mail.outbox] == [["buyer@example.org"]]
    assert "not collected in time" in mail.outbox[0].body
    assert level(counter) == (10, 0, 4)
    assert books.verify().violations == []


def test_what_its_customer_cancelled_is_never_said_to_be_not_collected(no_stripe, counter):
    called_off, left = press(counter).order, press(collecting(make_till(mug=counter.mug))).order
    services.cancel_order(called_off, key="cancelled by customer", reason="No.", by_customer=True)
    Order.objects.update(collect_until=timezone.now() - timedelta(minutes=1))
    services.cancel_uncollected()

    said = {order.pk: status_of(order).next for order in Order.objects.all()}

    assert said[called_off.pk] == "Nothing was paid."
    assert said[left.pk].startswith("It was not collected in time")


# --- in the console ---------------------------------------------------------------------------------
KEY = "0123456789abcdef"


@pytest.fixture
def console(client):
    client.force_login(get_user_model().objects.create_superuser("owner@example.com"))
    return client


def page_of(row, page="change"):
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_{page}", args=[row.pk])


@pytest.mark.parametrize("about", ["order", "payment"])
def test_staff_take_the_payment_once_however_often_they_press(no_stripe, console, counter, about):
    payment = press(counter)
    row = payment.order if about == "order" else payment
    assert page_of(row, "take") in console.get(page_of(row)).text
    typed_in = {"key": KEY, "amount": "39.98", "taken_in": "terminal"}

    asked = console.post(page_of(row, "take"), typed_in).text
    for _ in range(2):
        console.post(page_of(row, "take"), {**typed_in, "confirmed": "1"}, follow=True)

    assert "€39.98 are booked as taken at the card terminal." in asked
    assert figures(payment) == ("captured", TOTAL, TOTAL, 0, 0, "captured")
    entry = apps.get_model("accounts", "AuditEntry").objects.get(act="take payment", after__state="captured")
    assert (entry.before["state"], entry.after["taken_in"]) == ("pending", "terminal")
    assert PaymentEvent.objects.filter(kind="capture").count() == 1


def test_an_amount_that_is_not_owed_any_more_is_a_conflict(no_stripe, console, counter):
    payment = press(counter)
    services.cancel_order(payment.order, key="one", reason="One is enough.", pieces={1: 1})

    answer = console.post(
        page_of(payment, "take"), {"key": KEY, "amount": "39.98", "taken_in": "cash", "confirmed": "1"}
    )

    assert (answer.status_code, "€19.99 are to be paid" in answer.text) == (409, True)
    assert figures(payment)[0] == "pending"


def test_the_buttons_for_money_back_offer_no_card(no_stripe, console, counter):
    payment = take(press(counter))

    page = console.get(page_of(payment, "refund")).text

    assert ('value="cash"' in page, 'value="card"' in page) == (True, False)
    assert "nothing can go back to a card" in page


def test_a_payment_by_card_has_no_such_button(stripe, console, till):
    payment = till.start()
    stripe.pay(payment)
    payment = services.prove_payment(payment)

    assert page_of(payment, "take") not in console.get(page_of(payment)).text
    with pytest.raises(services.CannotTake, match="not paid at the counter"):
        services.counter.take(payment, amount=4488, taken_in="cash")


# --- reports and books ------------------------------------------------------------------------------
def test_the_day_tells_it_by_way_and_cards_do_not_count_it(no_stripe, counter):
    take(press(counter))
    other = take(press(collecting(make_till(mug=counter.mug))), "terminal")
    services.refund(other, amount=998, cause="x", method="cash", handed_over_by="Till 1")
    run_tasks()

    today = close(timezone.localdate())

    lines = {line.words: (line.count, line.amount) for line in today.money}
    assert lines["Taken at the counter, in cash"] == (1, TOTAL)
    assert lines["Taken at the counter, at the card terminal"] == (1, TOTAL)
    assert lines["Paid back in cash"] == (1, 998)
    assert (lines["Authorised"], lines["Settled"]) == ((0, 0), (0, 0))
    assert today.agrees
    now = taken(today.period)
    assert (now.captured, now.refunded, now.at_counter) == (0, 0, 2 * TOTAL)


def test_the_invoice_says_that_it_is_paid_at_the_counter(no_stripe, shopper, counter):
    order = press(counter).order
    run_tasks()

    invoice = shopper.get(order.get_invoice_url()).text
    assert "at the counter" in invoice


@pytest.mark.broken_books
@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("UPDATE orders_order SET collect_until = NULL", "never; its payment (counter) is pending."),
        ("UPDATE payments_payment SET method = 'card'", "its payment (card) is pending."),
        ("UPDATE payments_payment SET state = 'voided'", "(counter) is voided."),
        ("UPDATE orders_order SET state = 'cancelled'", "is cancelled, to be collected in time; its payment"),
    ],
)
def test_a_payment_at_the_counter_without_its_order_is_found(no_stripe, counter, change, words):
    press(counter)
    run_tasks()
    sql(change)

    found = [each for each in books.verify().violations if each.code == "payments.counter"]

    assert len(found) == 1
    assert words in found[0].sentence


@pytest.mark.broken_books
def test_what_was_taken_less_than_it_should_is_found(no_stripe, counter):
    payment = take(press(counter))
    run_tasks()
    sql("UPDATE payments_payment SET authorised = authorised - 1, captured = captured - 1")

    assert contradictions("payments.order_paid", besides={"payments.authorised", "payments.captured"}) == [
        f"Order {payment.order.number} costs €39.98, but €39.97 was ever authorised for it."
    ]


def test_the_database_refuses_what_stripe_and_the_counter_cannot_both_have(no_stripe, counter):
    payment = take(press(counter))

    for wrong in ({"intent_id": "pi_1"}, {"taken_in": ""}, {"refunded": 1, "refunded_otherwise": 0}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Payment.objects.filter(pk=payment.pk).update(**wrong)
