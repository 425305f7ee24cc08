"""Proving a payment: one order, whoever asks, however often, and never for money that is not there."""

import pytest
from django.core import mail

from config.tests.helpers import run_tasks
from inventory.models import StockLevel
from orders.models import Checkout, Order
from payments import gateway, services
from payments.models import Finding, Payment, PaymentEvent
from payments.tests.conftest import make_till

pytestmark = pytest.mark.django_db


def level(till):
    row = StockLevel.objects.get(item=till.mug.stock_item)
    return row.on_hand, row.reserved, row.allocated


def ledger(payment):
    return list(payment.events.values_list("kind", "result", "amount"))


def test_a_paid_session_becomes_an_order_with_its_own_copy_of_everything(stripe, till):
    payment = till.start()
    stripe.pay(payment)

    services.prove_payment(payment)

    order = Order.objects.get()
    line = order.lines.get()
    assert order.number == payment.checkout.number
    assert (order.total, order.tax, order.payment_state) == (4488, 716, "authorised")
    assert (line.sku, line.quantity, line.unit_price, line.net + line.tax) == (till.mug.sku, 2, 1999, 3998)
    assert level(till) == (10, 0, 2)
    assert ledger(payment) == [("authorise", "succeeded", 4488)]
    assert till.cart.lines.count() == 0


def test_proven_three_times_there_is_one_order_and_one_mail(stripe, till):
    payment = till.start()
    stripe.pay(payment)

    for _ in range(3):
        services.prove_payment(Payment.objects.get())
    run_tasks()

    assert Order.objects.count() == 1
    assert [message.to for message in mail.outbox] == [["buyer@example.org"]]
    assert ledger(payment) == [("authorise", "succeeded", 4488)]


def test_an_unpaid_session_places_nothing(stripe, till):
    payment = services.prove_payment(till.start())

    assert payment.state == "pending"
    assert level(till) == (10, 2, 0)


def test_a_declined_card_places_nothing_and_keeps_the_page_open(stripe, till):
    payment = till.start()
    stripe.pay(payment, card="4000000000000002")

    assert services.prove_payment(payment).state == "pending"
    assert gateway.retrieve_session(payment.session_id).status == "open"


def test_later_edits_of_the_catalogue_do_not_change_what_is_placed(stripe, till):
    payment = till.start()
    till.mug.product.name = "Renamed"
    till.mug.product.save()
    till.mug.price = 1
    till.mug.save()
    stripe.pay(payment)

    services.prove_payment(payment)

    assert Order.objects.get().lines.get().unit_price == 1999
    assert Order.objects.get().lines.get().name != "Renamed"


@pytest.mark.parametrize(("field", "value"), [("amount", 1), ("currency", "usd")])
def test_another_amount_or_currency_is_flagged_and_not_placed(stripe, till, field, value):
    payment = till.start()
    stripe.pay(payment)
    Payment.objects.update(**{field: value})

    services.prove_payment(Payment.objects.get())

    assert Order.objects.count() == 0
    assert Finding.objects.get().kind == "mismatch"
    Payment.objects.update(amount=4488, currency="eur")


def test_a_test_payment_is_worth_nothing_in_the_live_shop(stripe, till, settings):
    payment = till.start()
    stripe.pay(payment)
    settings.STRIPE_LIVE = True

    services.prove_payment(payment)

    assert Order.objects.count() == 0
    assert Finding.objects.get().kind == "mismatch"


def test_an_expired_session_frees_the_stock(stripe, till):
    payment = till.start()
    stripe.control(f"sessions/{payment.session_id}/expire")

    payment = services.prove_payment(payment)

    assert (payment.state, payment.checkout.state) == ("failed", "expired")
    assert level(till) == (10, 0, 0)


def over(payment):
    Checkout.objects.filter(pk=payment.checkout_id).update(expires_at=payment.created_at)


def test_time_over_ends_the_session_at_stripe_and_then_frees_the_stock(stripe, till):
    payment = till.start()
    over(payment)

    services.expire_checkouts()

    assert gateway.retrieve_session(payment.session_id).status == "expired"
    assert level(till) == (10, 0, 0)


def test_time_over_but_paid_the_order_is_placed(stripe, till):
    payment = till.start()
    stripe.pay(payment)
    over(payment)

    services.expire_checkouts()

    assert Order.objects.count() == 1
    assert level(till) == (10, 0, 2)


def test_time_over_and_stripe_silent_the_stock_stays_held(stripe, till):
    payment = till.start()
    over(payment)
    stripe.fault("POST /v1/checkout/sessions/{id}/expire", "hang", seconds=4)

    tally = services.expire_checkouts()

    assert tally.undecided == 1
    assert level(till) == (10, 2, 0)


def paid_but_closed(stripe, till):
    """A session that is paid although the checkout has ended here, as after a restored backup."""
    from orders import services as orders

    payment = till.start()
    stripe.pay(payment)
    orders.close_checkout(payment.checkout, "expire", reason="The clock was wrong.")
    Payment.objects.filter(pk=payment.pk).update(state="failed")
    return Payment.objects.get(pk=payment.pk)


def test_late_money_is_an_order_if_the_stock_can_be_had_again(stripe, till):
    payment = paid_but_closed(stripe, till)

    services.prove_payment(payment)

    assert Order.objects.get().number == payment.checkout.number
    assert level(till) == (10, 0, 2)


def test_late_money_for_goods_that_are_gone_goes_back_once_with_a_message(stripe, till):
    payment = paid_but_closed(stripe, till)
    make_till(mug=till.mug, quantity=9).start()

    services.prove_payment(payment)
    services.prove_payment(Payment.objects.get(pk=payment.pk))
    run_tasks()
    services.reconcile()

    payment.refresh_from_db()
    assert Order.objects.count() == 0
    assert payment.state == "voided"
    assert ledger(payment) == [
        ("authorise", "succeeded", 4488),
        ("void", "requested", 4488),
        ("void", "succeeded", 4488),
    ]
    assert gateway.retrieve_intent(payment.intent_id).status == "canceled"
    assert stripe.calls("POST /v1/payment_intents/{id}/cancel") == 1
    assert [message.subject for message in mail.outbox] == [
        f"Your payment {payment.checkout.number} goes back to you"
    ]


def test_late_money_that_was_settled_in_the_dashboard_is_refunded_once(stripe, till):
    payment = paid_but_closed(stripe, till)
    intent = gateway.retrieve_session(payment.session_id).intent
    gateway.calls.call(lambda client: client.payment_intents.capture(intent.id))
    make_till(mug=till.mug, quantity=9).start()

    services.prove_payment(payment)
    run_tasks()
    services.return_money(Payment.objects.get(pk=payment.pk))

    payment.refresh_from_db()
    assert (payment.state, payment.captured, payment.refunded) == ("refunded", 4488, 4488)
    assert stripe.calls("POST /v1/refunds") == 1
    assert len(mail.outbox) == 1


def test_late_money_that_was_settled_and_refunded_in_the_dashboard_is_booked_as_returned(stripe, till):
    payment = paid_but_closed(stripe, till)
    intent = gateway.retrieve_session(payment.session_id).intent
    gateway.calls.call(lambda client: client.payment_intents.capture(intent.id))
    gateway.refund_intent(intent.id, 4488, key="by hand")
    make_till(mug=till.mug, quantity=9).start()

    services.prove_payment(payment)
    run_tasks()

    payment.refresh_from_db()
    assert (payment.state, payment.captured, payment.refunded) == ("refunded", 4488, 4488)
    assert services.reconcile().undecided == 0


def test_late_money_whose_release_was_not_answered_is_released_once(stripe, till):
    payment = paid_but_closed(stripe, till)
    make_till(mug=till.mug, quantity=9).start()
    services.prove_payment(payment)
    stripe.fault("POST /v1/payment_intents/{id}/cancel", "hang_after", seconds=4)

    with pytest.raises(gateway.Unclear):
        services.return_money(Payment.objects.get(pk=payment.pk))
    services.reconcile()

    payment.refresh_from_db()
    assert payment.state == "voided"


def test_what_is_settled_in_the_dashboard_is_booked(stripe, till):
    payment = till.start()
    stripe.pay(payment)
    payment = services.prove_payment(payment)
    gateway.calls.call(
        lambda client: client.payment_intents.capture(payment.intent_id, {"amount_to_capture": 4000})
    )

    payment = services.prove_payment(payment)

    assert (payment.state, payment.captured, payment.voided) == ("captured", 4000, 488)
    assert Order.objects.get().payment_state == "part_captured"


def test_an_authorisation_that_lapsed_is_booked(stripe, till):
    payment = till.start()
    stripe.pay(payment)
    payment = services.prove_payment(payment)
    stripe.control(f"payment_intents/{payment.intent_id}/lapse")

    payment = services.prove_payment(payment)

    assert (payment.state, payment.voided) == ("expired", 4488)
    assert Order.objects.get().payment_state == "expired"
    assert PaymentEvent.objects.filter(kind="void").count() == 1


def test_an_authorisation_that_ended_before_we_heard_of_it_places_nothing(stripe, till):
    payment = till.start()
    stripe.pay(payment)
    intent = gateway.retrieve_session(payment.session_id).intent
    gateway.cancel_intent(intent.id, key="test")

    payment = services.prove_payment(payment)

    assert Order.objects.count() == 0
    assert (payment.state, payment.checkout.state) == ("failed", "cancelled")
    assert level(till) == (10, 0, 0)


def test_a_variant_that_was_deleted_while_paying_does_not_stop_the_order(stripe, till):
    payment = till.start()
    stripe.pay(payment)
    till.mug.delete()

    services.prove_payment(payment)

    assert Order.objects.get().lines.get().variant is None


def test_what_was_added_to_the_cart_while_paying_stays_there(stripe, till):
    payment = till.start()
    till.put(till.mug, 5)
    stripe.pay(payment)

    services.prove_payment(payment)

    assert till.cart.lines.get().quantity == 3
