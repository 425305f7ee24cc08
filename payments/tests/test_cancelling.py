"""Cancelling: goods free, money back or never taken, invoice credited, and of all who act at once one has its way."""

import pytest

from config.tests.helpers import run_tasks
from inventory.models import StockLevel
from orders.models import Invoice, Order, OrderLine
from payments import gateway, services
from payments.models import Payment, Refund
from payments.order_acts import CancelForm
from payments.tests.conftest import make_till
from payments.tests.test_settling_races import at_once, fresh

pytestmark = pytest.mark.django_db


@pytest.fixture
def payment(stripe, till):
    """An order of two mugs over 44.88, of which 4.90 are delivery; authorised, its invoice issued."""
    return ordered(stripe, till)


def ordered(stripe, till):
    payment = till.start()
    stripe.pay(payment)
    payment = services.prove_payment(payment)
    run_tasks()
    return payment


def cancel(payment, **given):
    given = {"key": "cancellation 1", "reason": "Not wanted.", **given}
    done = services.cancel_order(Order.objects.get(payment=payment), **given)
    run_tasks()
    return done


def stock(till):
    level = StockLevel.objects.get(item=till.mug.stock_item)
    return level.on_hand, level.reserved, level.allocated


def books_of(payment):
    """(state of the order, of its money; captured, voided, refunded; what is left of the invoice)."""
    payment.refresh_from_db()
    order = Order.objects.get(payment=payment)
    notes = Invoice.objects.filter(order=order)
    left = sum(note.total if note.kind == "invoice" else -note.total for note in notes)
    return order.state, payment.state, payment.captured, payment.voided, payment.refunded, left


def test_before_settlement_the_hold_is_released_and_the_goods_are_free(till, payment):
    assert stock(till) == (10, 0, 2)

    done = cancel(payment)

    assert done == "The hold on the card is released. Nothing was charged."
    assert stock(till) == (10, 0, 0)
    assert books_of(payment) == ("cancelled", "voided", 0, 4488, 0, 0)
    assert gateway.retrieve_intent(payment.intent_id).status == "canceled"


def test_after_settlement_the_money_goes_back(till, payment):
    services.settle(payment, amount=4488)

    assert cancel(payment) == "The money is on its way back to the card."

    assert stock(till) == (10, 0, 0)
    assert books_of(payment) == ("cancelled", "refunded", 4488, 0, 4488, 0)


def test_a_piece_before_settlement_lowers_what_can_be_settled(till, payment):
    assert cancel(payment, pieces={1: 1}) == "Less will be charged when the payment is settled."

    assert stock(till) == (10, 0, 1)
    assert books_of(payment) == ("placed", "authorised", 0, 0, 0, 2489)
    assert services.most_to_settle(fresh(payment)) == 2489
    services.settle(fresh(payment), amount=2489)
    run_tasks()
    assert books_of(payment) == ("placed", "captured", 2489, 1999, 0, 2489)


def test_a_piece_after_settlement_is_paid_back(till, payment):
    services.settle(payment, amount=4488)

    cancel(payment, pieces={1: 1})

    assert stock(till) == (10, 0, 1)
    assert books_of(payment) == ("placed", "part_refunded", 4488, 0, 1999, 2489)


def test_piece_by_piece_the_whole_order_goes(payment):
    services.settle(payment, amount=4488)

    cancel(payment, pieces={1: 1})
    cancel(payment, key="cancellation 2")

    assert books_of(payment) == ("cancelled", "refunded", 4488, 0, 4488, 0)


@pytest.mark.parametrize("pieces", [{}, {1: 0}, {1: 3}, {1: -1}, {2: 1}])
def test_what_is_not_there_cannot_be_cancelled(till, payment, pieces):
    with pytest.raises(services.CannotCancel):
        cancel(payment, pieces=pieces)

    assert stock(till) == (10, 0, 2)
    assert books_of(payment) == ("placed", "authorised", 0, 0, 0, 4488)


def test_an_order_is_cancelled_once(payment):
    cancel(payment)

    with pytest.raises(services.CannotCancel, match="cancelled already"):
        cancel(payment, key="cancellation 2")


def test_while_settling_is_in_doubt_nothing_is_cancelled(stripe, till, payment):
    stripe.fault("POST /v1/payment_intents/{id}/capture", "reset_after", times=2)
    with pytest.raises(services.Undecided):
        services.settle(payment, amount=4488)

    with pytest.raises(services.CannotCancel, match="has not answered yet"):
        cancel(payment)

    assert stock(till) == (10, 0, 2)


def test_when_stripe_is_silent_the_order_is_cancelled_and_its_money_follows(stripe, till, payment):
    stripe.fault("POST /v1/payment_intents/{id}/cancel", "reset_after", times=2)

    assert "not dealt with yet" in cancel(payment)
    assert (stock(till), books_of(payment)[:2]) == ((10, 0, 0), ("cancelled", "authorised"))
    services.reconcile()
    run_tasks()

    assert books_of(payment) == ("cancelled", "voided", 0, 4488, 0, 0)


# --- the customer's door ----------------------------------------------------------------------------
def test_a_guest_cancels_by_the_order_s_link_once(client, till, payment):
    order = Order.objects.get()
    address = f"/orders/g/{order.token}/cancel/"
    assert address in client.get(order.get_absolute_url()).content.decode()
    assert "is released" in client.get(address).content.decode()

    done = client.post(address, follow=True)
    again = client.post(address)

    assert f"{order.number}</span> is cancelled." in done.content.decode()
    assert again.status_code == 409
    assert "cancelled already" in again.content.decode()
    assert stock(till) == (10, 0, 0)
    assert address not in done.content.decode()


def test_a_customer_cannot_cancel_what_was_settled(client, payment):
    services.settle(payment, amount=4488)
    order = Order.objects.get()

    answer = client.post(f"/orders/g/{order.token}/cancel/")

    assert answer.status_code == 409
    assert "The order is paid already." in answer.content.decode()
    order.refresh_from_db()
    assert order.state == "placed"


def test_nobody_cancels_an_order_that_is_not_theirs(client, payment, django_user_model):
    order = Order.objects.get()
    owner, other = (django_user_model.objects.create_user(f"{name}@example.com") for name in ("ada", "eve"))
    Order.objects.update(customer=owner)
    client.force_login(other)

    answers = [
        client.post(address).status_code
        for address in (
            f"/orders/{order.number}/cancel/",
            f"/orders/g/{order.token}/cancel/",
            "/orders/T-NONE/cancel/",
            "/orders/g/none/cancel/",
        )
    ]

    assert answers == [404] * 4
    client.logout()
    assert client.post(f"/orders/{order.number}/cancel/").status_code == 404


# --- at once ----------------------------------------------------------------------------------------
@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_of_settling_and_cancelling_one_wins_and_all_agree(stripe, till, settings):
    settings.STRIPE_TIMEOUT_SECONDS = 8
    payment = ordered(stripe, till)
    acts = [lambda: services.settle(fresh(payment), amount=4488)] * 6
    acts += [
        lambda number=number: services.cancel_order(
            Order.objects.get(), key=f"cancellation {number}", reason="", by_customer=True
        )
        for number in range(6)
    ]

    ends = at_once(acts)
    run_tasks()

    assert ends["done"] == 1, ends
    settled = ("placed", "captured", 4488, 0, 0, 4488), (10, 0, 2)
    released = ("cancelled", "voided", 0, 4488, 0, 0), (10, 0, 0)
    assert (books_of(payment), stock(till)) in (settled, released)


def test_pieces_of_what_was_released_are_free_and_not_credited_a_second_time(till, payment):
    services.release(payment)
    run_tasks()

    cancel(payment, pieces={1: 1})

    assert stock(till) == (10, 0, 1)
    assert books_of(payment) == ("placed", "voided", 0, 4488, 0, 0)


def test_pieces_of_what_was_settled_for_nearly_nothing_are_not_credited_below_it(till, payment):
    services.settle(payment, amount=1)
    run_tasks()

    cancel(payment, pieces={1: 1})

    assert books_of(payment) == ("placed", "refunded", 1, 4487, 1, 0)


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_of_twenty_that_cancel_the_last_piece_one_does(stripe, settings):
    settings.STRIPE_TIMEOUT_SECONDS = 8
    till = make_till(quantity=1)
    payment = ordered(stripe, till)
    services.settle(payment, amount=payment.amount)

    ends = at_once(
        [
            lambda number=number: services.cancel_order(
                Order.objects.get(), key=f"cancellation {number}", reason="", pieces={1: 1}
            )
            for number in range(20)
        ]
    )

    assert ends == {"done": 1, "CannotCancel": 19}
    assert OrderLine.objects.get().cancelled == 1
    assert Refund.objects.count() == 1
    assert Payment.objects.get().refunded == payment.amount


def test_a_form_whose_pieces_are_all_gone_meanwhile_was_overtaken_not_wrong(stripe, till):
    payment = ordered(stripe, till)
    typed = {"key": "0" * 16, "line_1": "2", "reason": "Not wanted.", "confirmed": "1"}
    cancel(payment)

    form = CancelForm(typed, row=Order.objects.get(payment=payment))

    assert form.is_overtaken
    assert form.non_field_errors() == ["Choose what to cancel."]
