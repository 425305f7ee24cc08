"""What could not be paid back: again, another way, and never twice."""

import pytest

from config import books
from config.tests.helpers import run_tasks
from orders.models import Order
from payments import services as payments
from payments.models import Refund
from returns import services
from returns.models import ReturnEvent, ReturnPayout, ReturnRequest
from returns.tests.conftest import sell

S = ReturnRequest.State


PENDING_FIRST = "4000000000007726"


@pytest.fixture
def failed(stripe, till):
    """A mug came back, and the bank did not take its 19.99."""
    return fail_to_pay(sell(stripe, till, card=PENDING_FIRST))


def fail_to_pay(sold):
    row = sold.inspected(1)
    services.resolve(row)
    run_tasks()
    fail_at_stripe(sold)
    services.follow_returns()
    row.refresh_from_db()
    return row


def fail_at_stripe(sold):
    sold.stripe.control(f"refunds/{Refund.objects.get().stripe_id}/fail")
    payments.look(sold.payment)


def payout_of(row):
    return ReturnPayout.objects.select_related("request").get(request=row)


def test_a_refund_that_failed_is_told_and_waits_for_staff(failed):
    assert failed.state == S.RESOLVED
    assert payout_of(failed).problem
    assert services.why_not_pay_again(payout_of(failed)) == ""


def test_it_is_paid_to_the_card_again_and_the_return_is_closed(failed, stripe):
    refund = services.redirect_payout(payout_of(failed), method="card")
    stripe.control("clock", advance=86_400)
    payments.look(refund.payment)
    services.follow_returns()

    failed.refresh_from_db()
    assert [each.state for each in Refund.objects.all()] == ["failed", "succeeded"]
    assert (failed.state, payout_of(failed).problem) == (S.CLOSED, "")


def test_it_is_paid_in_cash_instead_and_the_books_balance(failed):
    refund = services.redirect_payout(payout_of(failed), method="cash", handed_over_by="Ada")

    failed.refresh_from_db()
    assert (refund.state, refund.cause) == ("succeeded", f"return {failed.number} cash")
    assert failed.state == S.CLOSED
    assert ReturnEvent.objects.filter(request=failed, words__contains="another way").count() == 1
    assert books.verify().violations == []


def test_what_is_paid_is_not_paid_again(failed):
    services.redirect_payout(payout_of(failed), method="cash", handed_over_by="Ada")

    with pytest.raises(services.CannotResolve, match="has been paid back"):
        services.redirect_payout(payout_of(failed), method="card")

    assert Refund.objects.exclude(state="failed").count() == 1


def test_a_way_that_is_shut_changes_nothing(failed):
    with pytest.raises(services.CannotResolve, match="without an account"):
        services.redirect_payout(payout_of(failed), method="credit")
    with pytest.raises(services.CannotResolve, match="who handed the cash over"):
        services.redirect_payout(payout_of(failed), method="cash")

    payout = payout_of(failed)
    assert (payout.method, bool(payout.problem)) == ("card", True)


def test_a_return_that_is_closed_is_paid_again_when_the_bank_says_no_later(sold):
    row = sold.inspected(1)
    services.resolve(row)
    run_tasks()
    fail_at_stripe(sold)

    refund = services.redirect_payout(payout_of(row), method="cash", handed_over_by="Ada")

    assert refund.state == "succeeded"
    assert books.verify().violations == []


def test_an_exchange_whose_replacement_is_gone_is_paid_back_instead(sold):
    row = sold.inspected(1, kind="exchange", exchange_for=sold.till.mug)

    row = services.pay_instead(row)
    services.resolve(row)
    run_tasks()

    row.refresh_from_db()
    assert (row.kind, row.state, row.refund) == ("refund", S.CLOSED, 1999)
    assert Order.objects.get().lines.count() == 1
    with pytest.raises(services.CannotDecide, match="no exchange"):
        services.pay_instead(row)
