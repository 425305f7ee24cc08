"""Paying with store credit, beside a card or alone: held with the stock, back once if nothing comes of it."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format

from accounts.tests.factories import UserFactory
from config import books
from config.tests.helpers import run_tasks
from config.tests.world import contradictions, sql, unguard
from inventory.models import StockLevel
from orders.models import Checkout, Invoice, Order
from payments import gateway, services
from payments.models import Finding, Payment
from payments.services import sessions, start, store_credit
from payments.tests.conftest import make_till
from payments.tests.test_disputing import decide, dispute
from payments.tests.test_views import typed

pytestmark = pytest.mark.django_db
TOTAL = 4488


@pytest.fixture
def customer():
    return UserFactory(email="buyer@example.org", password="plum lantern seven")


@pytest.fixture
def purse(till, customer):
    """The till of a customer who has 12.30 of store credit."""
    store_credit.book(customer.pk, "granted", 1230, key="gift")
    till.details = replace(till.details, customer=customer)
    return till


def press(till, credit):
    """Press the button having seen that so much credit would be used; the payment."""
    services.start_payment(till.cart, till.details, agreed=till.quote.fingerprint, credit=credit)
    return Payment.objects.select_related("checkout", "order").latest("pk")


def placed(stripe, till, credit=1230):
    payment = press(till, credit)
    stripe.pay(payment)
    return services.prove_payment(payment)


def balance():
    return services.balance_of(UserFactory._meta.model.objects.get(email="buyer@example.org").pk)


def figures(payment):
    """State, what is authorised, captured, refunded, in it of store credit; and what the customer has left."""
    payment.refresh_from_db()
    return (
        payment.state,
        payment.authorised,
        payment.captured,
        payment.refunded,
        payment.credit,
        balance(),
    )


def entries(customer):
    return list(customer.store_credit_entries.order_by("pk").values_list("kind", "amount"))


def level(till):
    row = StockLevel.objects.get(item=till.mug.stock_item)
    return row.on_hand, row.reserved, row.allocated


# --- how much ---------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("balance", "total", "used"),
    [
        (0, 100, 0),
        (40, 100, 40),
        (50, 100, 50),
        (51, 100, 50),
        (99, 100, 50),
        (100, 100, 100),
        (500, 100, 100),
        (20, 30, 0),
        (30, 30, 30),
        (5, 0, 0),
    ],
)
def test_a_card_is_left_as_much_as_it_can_be_charged_or_nothing(balance, total, used):
    assert store_credit.usable(balance, total) == used


# --- beside a card ----------------------------------------------------------------------------------
def test_the_card_is_asked_for_the_rest_and_the_order_says_both(stripe, purse, customer):
    payment = press(purse, 1230)
    assert gateway.retrieve_session(payment.session_id).amount == TOTAL - 1230
    assert (payment.amount, payment.credit, balance()) == (3258, 1230, 0)

    stripe.pay(payment)
    services.prove_payment(payment)
    run_tasks()

    order = Order.objects.get()
    assert (order.total, order.credit_used, order.by_card, order.payment_state) == (
        4488,
        1230,
        3258,
        "authorised",
    )
    assert figures(payment) == ("authorised", 3258, 0, 0, 1230, 0)
    assert entries(customer) == [("granted", 1230), ("spent", -1230)]
    assert '"credit":1230' in Invoice.objects.get().content


def test_no_more_is_settled_than_credit_has_not_paid(stripe, purse):
    payment = placed(stripe, purse)
    assert services.most_to_settle(payment) == 3258

    services.settle(payment, amount=3258)
    run_tasks()

    assert figures(payment) == ("captured", 3258, 3258, 0, 1230, 0)
    assert Order.objects.get().payment_state == "captured"
    assert not Invoice.objects.filter(kind="credit_note").exists()
    settle_clock()


def settle_clock():
    """Prove the rule about invoices too, which waits for five minutes."""
    with connection.cursor() as cursor:
        [rule] = [rule for rule in books.all_rules() if rule.code == "payments.invoiced"]
        later = timezone.now() + timedelta(minutes=6)
        moments = {
            name: connection.ops.adapt_datetimefield_value(later) for name in ("now", "five_minutes_ago")
        }
        cursor.execute(rule.sql, moments)
        assert cursor.fetchall() == []


@pytest.mark.parametrize("agreed", [1, 1229, 1231, 4488, 10**15, -1])
def test_another_amount_than_can_be_used_is_asked_again_and_nothing_is_taken(stripe, purse, agreed):
    with pytest.raises(services.CreditChanged):
        press(purse, agreed)

    assert (balance(), Checkout.objects.count(), level(purse)) == (1230, 0, (10, 0, 0))


def test_a_guest_has_none_to_use(stripe, till):
    with pytest.raises(services.CreditChanged):
        press(till, 100)


def test_a_session_under_way_is_led_to_again_and_holds_once(stripe, purse, customer):
    first = press(purse, 1230)
    second = press(purse, 1230)

    assert first == second
    assert entries(customer) == [("granted", 1230), ("spent", -1230)]


def test_without_the_credit_after_all_the_earlier_session_ends_and_the_credit_is_back(stripe, purse):
    first = press(purse, 1230)
    second = press(purse, 0)

    first.checkout.refresh_from_db()
    assert (first.checkout.state, second.amount, balance()) == ("cancelled", TOTAL, 1230)
    assert press(purse, 1230).credit == 1230


def end_by_expiry(stripe, payment):
    Checkout.objects.update(expires_at=timezone.now() - timedelta(minutes=1))
    services.expire_checkouts()


def end_by_stripe(stripe, payment):
    stripe.control(f"sessions/{payment.session_id}/expire")
    services.prove_payment(payment)


def end_by_customer(stripe, payment):
    services.end_session(payment, act="cancel", reason="The customer cancelled.")


@pytest.mark.parametrize("end", [end_by_expiry, end_by_stripe, end_by_customer])
def test_what_comes_to_nothing_gives_the_credit_back_once(stripe, purse, customer, end):
    payment = press(purse, 1230)

    for _twice in range(2):
        end(stripe, payment)
        services.reconcile()

    assert entries(customer) == [("granted", 1230), ("spent", -1230), ("returned", 1230)]
    assert figures(payment)[4:] == (0, 1230)
    assert level(purse) == (10, 0, 0)


def test_a_page_that_was_refused_gives_the_credit_back(stripe, purse, settings):
    settings.STRIPE_SECRET_KEY = "sk_wrong"
    with pytest.raises(services.ProviderAway):
        press(purse, 1230)

    assert (balance(), level(purse)) == (1230, (10, 0, 0))


@pytest.mark.parametrize(("fault", "left"), [("reset_before", 1230), ("reset_after", 0)])
def test_a_lost_answer_keeps_the_credit_until_stripe_has_said(stripe, purse, fault, left, monkeypatch):
    stripe.fault("POST /v1/checkout/sessions", fault, times=2)
    press(purse, 1230)
    assert balance() == 0

    monkeypatch.setattr(sessions, "UNANSWERED_AFTER", timedelta(0))
    Payment.objects.update(created_at=timezone.now() - timedelta(minutes=2))
    Checkout.objects.update(state="open")
    services.reconcile()

    assert balance() == left


def test_a_crash_before_the_commit_leaves_neither_hold_nor_spending(stripe, purse, monkeypatch):
    def crash(*args, **kwargs):
        raise RuntimeError("killed")

    monkeypatch.setattr(store_credit, "book", crash)
    with pytest.raises(RuntimeError):
        press(purse, 1230)

    assert (balance(), Checkout.objects.count(), level(purse)) == (1230, 0, (10, 0, 0))


# --- money that comes late --------------------------------------------------------------------------
def paid_late(stripe, purse):
    payment = press(purse, 1230)
    stripe.pay(payment)
    Checkout.objects.update(state="awaiting_payment")
    services.proving.end(
        payment, "expire", "Not paid in time."
    )  # as if Stripe had said that the page is dead
    return payment


def test_late_money_takes_the_credit_again(stripe, purse, customer):
    payment = paid_late(stripe, purse)
    assert balance() == 1230

    services.prove_payment(Payment.objects.get())

    assert figures(payment) == ("authorised", 3258, 0, 0, 1230, 0)
    assert Order.objects.get().credit_used == 1230
    assert [kind for kind, _ in entries(customer)] == ["granted", "spent", "returned", "spent"]


def test_late_money_whose_credit_is_spent_elsewhere_goes_back(stripe, purse, customer):
    payment = paid_late(stripe, purse)
    store_credit.book(customer.pk, "adjusted", -1, key="elsewhere")

    services.prove_payment(Payment.objects.get())
    run_tasks()

    assert figures(payment) == ("voided", 3258, 0, 0, 0, 1229)
    assert not Order.objects.exists()
    assert "store credit" in Finding.objects.get().sentence
    assert level(purse) == (10, 0, 0)


# --- cancelling, releasing, paying back ---------------------------------------------------------------
def test_all_called_off_before_settling_gives_back_credit_and_hold(stripe, purse, customer):
    payment = placed(stripe, purse)

    words = services.cancel_order(payment.order, key="k", reason="Changed my mind", by_customer=True)

    assert words == "The hold on the card is released. Nothing was charged. €12.30 are store credit again."
    assert figures(payment) == ("voided", 3258, 0, 0, 0, 1230)
    assert [kind for kind, _ in entries(customer)] == ["granted", "spent", "returned"]


def test_a_piece_called_off_before_settling_comes_off_the_credit_first(stripe, purse):
    payment = placed(stripe, purse)

    words = services.cancel_order(payment.order, key="k", reason="One is enough", pieces={1: 1})
    payment.refresh_from_db()

    # 44.88 less 19.99: the credit of 12.30 is back, and the card is charged 24.89 in place of 32.58.
    assert words == "Less will be charged when the payment is settled. €12.30 are store credit again."
    assert services.most_to_settle(Payment.objects.get()) == 2489
    services.settle(Payment.objects.get(), amount=2489)
    run_tasks()
    assert figures(payment) == ("captured", 3258, 2489, 0, 0, 1230)
    settle_clock()


def sums_on(page):
    """Label and amount of each row below the order's things."""
    sums = page.content.decode().split('class="sums order-sums"')[1].split("</dl>")[0]
    return dict(re.findall(r"<dt>([^<]+)</dt><dd>([^<]+)</dd>", sums.replace("\xa0", " ")))


@pytest.mark.parametrize(
    ("credit", "before", "after", "settled"),
    [
        (1230, ("€12.30", None, "€32.58"), (None, "€12.30", "€24.89"), 2489),
        (3000, ("€30.00", None, "€14.88"), ("€10.01", "€19.99", "€14.88"), 1488),
    ],
)
def test_the_page_says_what_of_the_credit_pays_for_it_now(
    stripe, purse, customer, client, credit, before, after, settled
):
    def said():
        rows = sums_on(client.get(payment.order.get_absolute_url()))
        return tuple(map(rows.get, ("Paid with store credit", "Back as store credit", "By card")))

    client.force_login(customer)
    if credit > 1230:
        store_credit.book(customer.pk, "granted", credit - 1230, key="more")
    payment = placed(stripe, purse, credit=credit)
    assert said() == before

    services.cancel_order(payment.order, key="k", reason="One is enough", pieces={1: 1})
    assert said() == after

    services.settle(Payment.objects.get(), amount=settled)
    assert said() == after


def test_a_page_of_what_was_called_off_says_that_the_credit_is_back_in_german_too(
    stripe, purse, customer, client
):
    client.force_login(customer)
    payment = placed(stripe, purse)
    services.cancel_order(payment.order, key="k", reason="Changed my mind", by_customer=True)

    rows = sums_on(client.get("/de" + payment.order.get_absolute_url()))

    assert rows["Als Guthaben zurück"] == "12,30 €"
    assert not {"Mit Guthaben bezahlt", "Mit Karte"} & rows.keys()


def test_a_piece_that_credit_alone_pays_for_leaves_the_card_as_it_is(stripe, purse, customer):
    store_credit.book(customer.pk, "granted", 1770, key="more")
    payment = placed(stripe, purse, credit=3000)

    words = services.cancel_order(payment.order, key="k", reason="One is enough", pieces={1: 1})

    assert words == "€19.99 are store credit again."
    assert figures(payment) == ("authorised", 1488, 0, 0, 1001, 1999)
    assert services.most_to_settle(Payment.objects.get()) == 1488


def test_who_cancels_the_rest_is_promised_what_of_the_credit_is_not_back_yet(stripe, purse, customer, client):
    client.force_login(customer)
    store_credit.book(customer.pk, "granted", 1770, key="more")
    order = placed(stripe, purse, credit=3000).order
    page = reverse("payments:cancel_order", args=[order.number])
    assert "The €30.00 that you paid with store credit is yours again" in client.get(page).text

    services.cancel_order(order, key="k", reason="One is enough", pieces={1: 1})

    assert "The €10.01 that you paid with store credit is yours again" in client.get(page).text
    client.post(page)
    assert balance() == 3000


def test_once_settled_the_card_is_paid_back_first_and_the_rest_is_credit_again(stripe, purse):
    payment = placed(stripe, purse)
    services.settle(payment, amount=3258)

    words = services.cancel_order(Order.objects.get(), key="k", reason="Changed my mind")
    run_tasks()

    assert words == "The money is on its way back to the card. €12.30 are store credit again."
    assert figures(payment) == ("refunded", 3258, 3258, 4488, 1230, 1230)
    assert Order.objects.get().payment_state == "refunded"
    assert Invoice.objects.get(kind="invoice").balance.credited == 4488
    settle_clock()


def test_while_a_bank_keeps_the_money_parts_give_back_no_more_credit_than_was_paid_with_it(stripe, purse):
    payment = placed(stripe, purse)
    services.settle(payment, amount=3258)
    name = dispute(stripe, payment, amount=100)
    services.follow_dispute(payment, name)
    decide(stripe, name, won=False)
    services.follow_dispute(payment, name)

    for number in (1, 2):
        services.cancel_order(Order.objects.get(), key=f"k{number}", reason="One less", pieces={1: 1})

    assert figures(payment) == ("part_refunded", 3258, 3258, 1230, 1230, 1230)


def test_a_released_hold_gives_the_credit_back(stripe, purse):
    payment = placed(stripe, purse)

    services.release(payment)
    run_tasks()

    assert figures(payment) == ("voided", 3258, 0, 0, 0, 1230)
    assert Order.objects.get().payment_state == "voided"


def test_a_hold_that_lapses_gives_the_credit_back_once(stripe, purse):
    payment = placed(stripe, purse)

    stripe.control("clock", advance=8 * 86_400)
    for _twice in range(2):
        services.prove_payment(Payment.objects.get())

    assert figures(payment) == ("expired", 3258, 0, 0, 0, 1230)


def test_of_an_order_paid_by_both_the_card_gets_back_no_more_than_it_paid(stripe, purse):
    payment = placed(stripe, purse)
    assert services.refundable(payment, "credit") == 0
    payment = services.settle(payment, amount=3258)

    most = {method: services.refundable(payment, method) for method in ("card", "credit", "cash")}
    assert most == {"card": 3258, "credit": 4488, "cash": 4488}
    services.refund(payment, amount=4488, cause="all", method="credit")

    assert figures(payment) == ("refunded", 3258, 3258, 4488, 1230, 4488)


# --- alone ------------------------------------------------------------------------------------------
@pytest.fixture
def rich(purse, customer):
    store_credit.book(customer.pk, "granted", 8770, key="more")
    return purse


def test_credit_alone_places_the_order_at_once_and_stripe_is_not_asked(stripe, rich):
    payment = press(rich, TOTAL)
    run_tasks()

    order = Order.objects.get()
    assert stripe.calls("POST /v1/checkout/sessions") == 0
    assert figures(payment) == ("captured", 0, 0, 0, 4488, 10_000 - TOTAL)
    assert (payment.session_id, payment.amount, payment.order) == (None, 0, order)
    assert (order.payment_state, order.credit_used, order.checkout.state) == ("captured", 4488, "completed")
    assert level(rich) == (10, 0, 2)
    assert rich.cart.lines.count() == 0
    settle_clock()


def test_pressed_again_there_is_one_order_and_the_thanks(stripe, rich):
    agreed = rich.quote.fingerprint
    first = services.start_payment(rich.cart, rich.details, agreed=agreed, credit=TOTAL)

    with pytest.raises(start.orders.EmptyCart):
        services.start_payment(rich.cart, rich.details, agreed=agreed, credit=TOTAL)

    assert services.just_ordered(rich.cart) == first
    assert balance() == 10_000 - TOTAL


def test_what_credit_paid_for_is_sent_and_needs_no_settling(stripe, rich):
    payment = press(rich, TOTAL)

    assert services.why_not_settle(payment)
    assert services.why_not_ship(payment.order) == ""
    services.ship_order(payment.order, {1: 2}, key="parcel")

    assert Order.objects.get().fulfilment_state == "shipped"


def test_its_customer_calls_it_off_and_has_the_credit_again(stripe, rich):
    payment = press(rich, TOTAL)
    assert payment.order.may_be_cancelled

    words = services.cancel_order(
        payment.order, key="k", reason="Changed my mind", by=rich.details.customer, by_customer=True
    )
    run_tasks()

    assert words == "€44.88 are store credit again."
    assert figures(payment) == ("refunded", 0, 0, 4488, 4488, 10_000)
    assert Order.objects.get().payment_state == "refunded"
    assert Invoice.objects.get(kind="credit_note").total == 4488
    settle_clock()


def test_what_credit_paid_for_goes_back_as_credit_or_in_cash_only(stripe, rich):
    payment = press(rich, TOTAL)
    assert services.refundable(payment, "card") == 0
    with pytest.raises(services.CannotRefund, match=r"At most €0\.00"):
        services.refund(payment, amount=1, cause="x")

    services.refund(payment, amount=4000, cause="a", method="credit")
    services.refund(payment, amount=488, cause="b", method="cash", handed_over_by="Kim")

    assert figures(payment) == ("refunded", 0, 0, 4488, 4488, 10_000 - 488)


def test_sold_out_is_told_and_nothing_is_taken(stripe, rich):
    StockLevel.objects.filter(item=rich.mug.stock_item).update(reserved=9)
    with pytest.raises(start.orders.LinesShort):
        press(rich, TOTAL)
    StockLevel.objects.filter(item=rich.mug.stock_item).update(reserved=0)

    assert (balance(), Checkout.objects.count()) == (10_000, 0)


# --- the page ---------------------------------------------------------------------------------------
@pytest.fixture
def browser(client, purse, customer):
    client.force_login(customer)
    client.post("/cart/add/", {"variant": purse.mug.pk, "quantity": 2})
    purse.cart = (
        customer.cart if hasattr(customer, "cart") else type(purse.cart).objects.get(customer=customer)
    )
    return client


def test_the_page_offers_the_credit_and_shows_what_is_left_for_the_card(browser, purse):
    page = browser.get("/checkout/").content.decode()
    redrawn = browser.post(
        "/checkout/", {**typed(purse), "update": "1", "use_credit": "1230"}
    ).content.decode()

    assert 'name="use_credit" id="id_use_credit" value="1230"' in page
    assert "Use €12.30 of store credit" in page
    assert "With it, €32.58 is left to pay by card." in page
    assert "Order and pay €44.88" in page
    assert "Order and pay €32.58" in redrawn


def test_what_is_ticked_is_used_and_what_is_not_is_not(stripe, browser, purse):
    browser.post("/checkout/", typed(purse))
    assert Payment.objects.latest("pk").credit == 0

    assert browser.post("/checkout/", typed(purse, use_credit="1230")).status_code == 303
    assert Payment.objects.latest("pk").credit == 1230
    assert "Use €12.30" in browser.get("/checkout/").content.decode()  # its own hold counts as there


def test_back_without_paying_the_button_says_what_the_card_pays_and_until_which_day(stripe, browser, purse):
    browser.post("/checkout/", typed(purse, use_credit="1230"))
    checkout = Payment.objects.latest("pk").checkout
    until = checkout.expires_at + timedelta(days=1)
    type(checkout).objects.filter(pk=checkout.pk).update(expires_at=until)

    page = browser.get(reverse("payments:cancelled", args=[checkout.token])).content.decode()

    assert "Continue to payment · €32.58" in page
    assert f">{date_format(timezone.localtime(until), 'DATE_FORMAT')}, " in page


@pytest.mark.parametrize("odd", ["", "0", "-5", "12.30", "99999999", "1e3", "9" * 5000, "²", "on"])
def test_an_amount_that_a_client_made_up_is_answered_with_the_page(stripe, browser, purse, odd):
    answer = browser.post("/checkout/", typed(purse, use_credit=odd))

    if odd == "0":  # nothing of it, which is agreed
        assert answer.status_code == 303
        return
    assert answer.status_code == 409
    assert "Your store credit has changed meanwhile" in answer.content.decode()
    assert not Checkout.objects.exists()


def test_credit_alone_leads_to_the_order_and_pressed_twice_as_well(stripe, browser, purse, customer):
    store_credit.book(customer.pk, "granted", 8770, key="more")
    sent = typed(purse, use_credit=str(TOTAL))
    assert "no card is needed" in browser.get("/checkout/").content.decode()

    first, second = (browser.post("/checkout/", sent) for _ in range(2))

    order = Order.objects.get()
    assert {answer["Location"] for answer in (first, second)} == {order.get_absolute_url()}
    page = browser.get(order.get_absolute_url()).content.decode()
    assert "Paid with store credit" in page
    assert "charge your card" not in page


@pytest.mark.parametrize(("credit", "on_card"), [(1230, True), (TOTAL, False)])
def test_whoever_calls_it_off_reads_what_becomes_of_the_money(
    stripe, browser, purse, customer, credit, on_card
):
    store_credit.book(customer.pk, "granted", 8770, key="more") if not on_card else None
    payment = placed(stripe, purse) if on_card else press(purse, credit)
    address = reverse("payments:cancel_order", args=[payment.order.number])

    page = browser.get(address).content.decode()
    done = browser.post(address, follow=True).content.decode()

    assert ("held on your card" in page) is on_card
    assert "that you paid with store credit is yours again at once" in page
    assert "are store credit again." in done


def test_in_german_too(stripe, browser, purse):
    page = browser.get("/de/checkout/").content.decode().replace("\xa0", " ")

    assert "12,30 € Guthaben verwenden" in page
    assert "Dann bleiben 32,58 € mit Karte zu zahlen." in page


def test_whoever_has_none_sees_none(client, till):
    client.force_login(UserFactory())
    client.post("/cart/add/", {"variant": till.mug.pk, "quantity": 2})

    assert "use_credit" not in client.get("/checkout/").content.decode()


def test_the_invoice_says_what_credit_paid(stripe, browser, purse):
    placed(stripe, purse)
    run_tasks()

    page = browser.get(reverse("orders:invoice", args=[Order.objects.get().number])).content.decode()

    assert "Paid with store credit" in page
    assert "-€12.30" in page.replace("−", "-")
    assert "€32.58" in page


# --- what it costs ----------------------------------------------------------------------------------
def statements(act):
    with CaptureQueriesContext(connection) as captured:
        act()
    return len(captured)


def test_who_does_not_use_it_pays_for_no_statement_of_it(stripe, purse, customer):
    make_till()  # whatever is read once is read
    guest, other = make_till(), make_till()
    other.details = replace(other.details, customer=customer)
    agreed = [till.quote.fingerprint for till in (guest, other)]

    cost = [
        statements(lambda till=till, seen=seen: services.start_payment(till.cart, till.details, agreed=seen))
        for till, seen in zip((guest, other), agreed, strict=True)
    ]

    assert cost[0] == cost[1]


# --- the rules of the books -------------------------------------------------------------------------
@pytest.mark.broken_books
@pytest.mark.parametrize(
    ("change", "code", "besides"),
    [
        ("UPDATE payments_payment SET credit = 1229", "payments.credit", {"payments.credit_held"}),
        (
            "UPDATE payments_storecreditentry SET reference = 'checkout T-X' WHERE kind = 'spent'",
            "payments.credit",
            {"payments.credit_spender", "payments.credit_append_only"},
        ),
        ("UPDATE orders_order SET credit_used = 1231", "payments.credit_used", set()),
        (
            "UPDATE orders_checkout SET credit = 1000",
            "payments.amount",
            {"payments.credit_used", "payments.credit_held"},
        ),
        ("UPDATE payments_payment SET state = 'voided', voided = 3258", "payments.credit_held", None),
        ("UPDATE orders_checkout SET customer_id = NULL", "payments.credit_spender", None),
    ],
)
def test_credit_that_does_not_fit_its_payment_is_found(stripe, purse, change, code, besides):
    placed(stripe, purse)
    if "storecreditentry" in change:
        unguard("payments_storecreditentry")
    sql(change)

    if besides is None:
        assert code in {found.code for found in books.verify().violations}
    else:
        assert len(contradictions(code, besides=besides)) == 1


@pytest.mark.broken_books
def test_credit_that_a_dead_checkout_keeps_is_found(stripe, purse):
    press(purse, 1230)
    sql("UPDATE orders_checkout SET state = 'expired'")

    assert "payments.credit_held" in {found.code for found in books.verify().violations}
