"""Disputes: opened by a card or on demand, decided by what the evidence says."""

import pytest
import requests
import stripe


@pytest.fixture
def dispute(control, pay):
    return control("disputes", payment_intent=pay(capture=True).id, reason="product_not_received")


def test_an_open_dispute_takes_the_money_and_blocks_refunds(client, dispute, receiver):
    assert (dispute["status"], dispute["amount"], dispute["is_charge_refundable"]) == (
        "needs_response",
        3998,
        False,
    )
    assert dispute["balance_transactions"][0]["amount"] == -3998
    receiver.wait_for("charge.dispute.created")
    receiver.wait_for("charge.dispute.funds_withdrawn")
    with pytest.raises(stripe.InvalidRequestError) as error:
        client.v1.refunds.create({"payment_intent": dispute["payment_intent"]})
    assert error.value.code == "charge_disputed"


@pytest.mark.parametrize(
    ("evidence", "status", "refundable"),
    [("winning_evidence", "won", True), ("losing_evidence", "lost", False)],
)
def test_the_evidence_decides(client, dispute, receiver, evidence, status, refundable):
    decided = client.v1.disputes.update(dispute["id"], {"evidence": {"uncategorized_text": evidence}})

    assert (decided.status, decided.is_charge_refundable) == (status, refundable)
    assert decided.evidence_details.submission_count == 1
    assert receiver.wait_for("charge.dispute.closed").data.object.status == status
    if status == "won":
        receiver.wait_for("charge.dispute.funds_reinstated")
        assert client.v1.refunds.create({"payment_intent": dispute["payment_intent"]}).status == "succeeded"


def test_evidence_can_be_prepared_without_submitting(client, dispute):
    params = {"evidence": {"uncategorized_text": "winning_evidence"}, "submit": False, "metadata": {"a": "b"}}

    prepared = client.v1.disputes.update(dispute["id"], params)

    assert (prepared.status, prepared.metadata.a) == ("needs_response", "b")
    assert prepared.evidence_details.has_evidence is True


def test_other_evidence_goes_under_review(client, dispute):
    reviewed = client.v1.disputes.update(
        dispute["id"], {"evidence": {"uncategorized_text": "It was shipped."}}
    )

    assert reviewed.status == "under_review"


@pytest.mark.parametrize("amount", [0, 3999, "all"])
def test_no_more_than_was_captured_can_be_disputed(pay, simulator, amount):
    given = {"payment_intent": pay(capture=True).id, "amount": amount}

    answer = requests.post(f"{simulator.url}/_control/disputes", json=given, timeout=5)

    assert answer.status_code == 400


def test_closing_a_dispute_accepts_it(client, dispute):
    closed = client.v1.disputes.close(dispute["id"])

    assert closed.status == "lost"
    with pytest.raises(stripe.InvalidRequestError) as error:
        client.v1.disputes.update(dispute["id"], {"evidence": {"uncategorized_text": "winning_evidence"}})
    assert error.value.code == "dispute_already_closed"


def test_an_inquiry_takes_no_money_and_allows_refunds(client, control, pay):
    intent = pay(capture=True)

    inquiry = control("disputes", payment_intent=intent.id, inquiry=True)

    assert (inquiry["status"], inquiry["balance_transactions"]) == ("warning_needs_response", [])
    assert client.v1.refunds.create({"payment_intent": intent.id, "amount": 5}).status == "succeeded"
    closed = client.v1.disputes.update(
        inquiry["id"], {"evidence": {"uncategorized_text": "winning_evidence"}}
    )
    assert closed.status == "warning_closed"


def test_the_bank_can_be_told_how_to_decide(client, control, dispute):
    control(f"disputes/{dispute['id']}/decide", won=True)

    assert client.v1.disputes.retrieve(dispute["id"]).status == "won"
