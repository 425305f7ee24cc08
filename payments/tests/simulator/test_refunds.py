"""Refunds: in part, repeatedly, pending, and failing after they had succeeded."""

import pytest
import stripe


def refuse(client, **params):
    with pytest.raises(stripe.InvalidRequestError) as error:
        client.v1.refunds.create(params)
    return error.value


def test_refunding_in_parts_until_nothing_is_left(client, pay):
    intent = pay(capture=True)

    first = client.v1.refunds.create({"payment_intent": intent.id, "amount": 1000, "metadata": {"rma": "7"}})
    rest = client.v1.refunds.create({"charge": intent.latest_charge.id, "reason": "requested_by_customer"})

    assert (first.status, first.amount, first.metadata.rma) == ("succeeded", 1000, "7")
    assert (rest.amount, rest.reason) == (2998, "requested_by_customer")
    charge = client.v1.charges.retrieve(intent.latest_charge.id, {"expand": ["refunds"]})
    assert (charge.amount_refunded, charge.refunded) == (3998, True)
    assert [refund.id for refund in charge.refunds.data] == [rest.id, first.id]
    assert refuse(client, payment_intent=intent.id).code == "charge_already_refunded"


def test_more_than_is_left_is_refused(client, pay):
    intent = pay(capture=True)

    error = refuse(client, payment_intent=intent.id, amount=5000)

    assert error.param == "amount"
    assert error.user_message == "Refund amount (€50.00) is greater than unrefunded amount on charge (€39.98)"


def test_only_what_was_captured_can_be_refunded(client, pay):
    intent = pay()
    client.v1.payment_intents.capture(intent.id, {"amount_to_capture": 1000})

    error = refuse(client, payment_intent=intent.id, amount=1001)

    assert "unrefunded amount on charge (€10.00)" in error.user_message


def test_a_hold_is_cancelled_not_refunded(client, pay):
    intent = pay()

    error = refuse(client, payment_intent=intent.id)

    assert error.user_message.startswith(
        f"This uncaptured Charge was created by a PaymentIntent ({intent.id})."
    )


@pytest.mark.parametrize(
    ("params", "param"),
    [
        ({"payment_intent": "pi_none"}, "payment_intent"),
        ({"charge": "ch_none"}, "charge"),
        ({"payment_intent": "pi_none", "amount": "much"}, "amount"),
        ({"payment_intent": "pi_none", "reason": "regret"}, "reason"),
        ({"payment_intent": "pi_none", "note": "x"}, "note"),
    ],
)
def test_a_refund_of_nothing_known_is_a_bad_request(client, params, param):
    error = refuse(client, **params)

    assert (error.http_status, error.param) == (400, param)


def test_a_pending_refund_succeeds_later(client, pay, receiver):
    intent = pay("4000000000007726", capture=True)

    refund = client.v1.refunds.create({"payment_intent": intent.id})

    assert (refund.status, refund.pending_reason) == ("pending", "processing")
    updated = receiver.wait_for("refund.updated").data
    assert (updated.object.id, updated.object.status) == (refund.id, "succeeded")
    assert updated.previous_attributes.status == "pending"
    assert client.v1.refunds.retrieve(refund.id).status == "succeeded"


def test_a_refund_can_fail_after_it_had_succeeded(client, pay, receiver):
    intent = pay("4000000000005126", capture=True)

    refund = client.v1.refunds.create({"payment_intent": intent.id, "amount": 1500})

    assert refund.status == "succeeded"
    failed = receiver.wait_for("refund.failed").data.object
    assert (failed.id, failed.status, failed.failure_reason) == (
        refund.id,
        "failed",
        "expired_or_canceled_card",
    )
    charge = client.v1.charges.retrieve(intent.latest_charge.id)
    assert (charge.amount_refunded, charge.refunded) == (0, False)
    assert client.v1.balance_transactions.retrieve(failed.failure_balance_transaction).amount == 1500


def test_any_refund_can_be_made_to_fail(client, control, pay):
    refund = client.v1.refunds.create({"payment_intent": pay(capture=True).id})

    control(f"refunds/{refund.id}/fail", reason="declined")

    failed = client.v1.refunds.retrieve(refund.id)
    assert (failed.status, failed.failure_reason) == ("failed", "declined")


def test_refunds_are_listed_by_intent(client, pay):
    intent, other = pay(capture=True), pay(capture=True)
    refund = client.v1.refunds.create({"payment_intent": intent.id, "amount": 100})
    client.v1.refunds.create({"payment_intent": other.id, "amount": 100})

    listed = client.v1.refunds.list({"payment_intent": intent.id})

    assert [found.id for found in listed.data] == [refund.id]


def test_only_the_metadata_of_a_refund_changes(client, pay, receiver):
    refund = client.v1.refunds.create({"payment_intent": pay(capture=True).id})

    changed = client.v1.refunds.update(refund.id, {"metadata": {"rma": "8"}})
    with pytest.raises(stripe.InvalidRequestError):
        client.v1.refunds.cancel(refund.id)

    assert changed.metadata.rma == "8"
    assert receiver.wait_for("refund.updated").data.object.metadata.rma == "8"
