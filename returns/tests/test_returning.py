"""A return from the wish to the money."""

from config import books
from config.tests.helpers import run_tasks
from orders.models import Invoice
from payments.models import Refund
from returns import services
from returns.models import ReturnRequest

S = ReturnRequest.State


def test_a_piece_comes_back_and_its_money_goes_back_once(sold):
    row = sold.inspected(1)
    services.resolve(row)
    run_tasks()

    row.refresh_from_db()
    assert (row.state, row.refund) == (S.CLOSED, 1999)
    refund = Refund.objects.get()
    assert (refund.amount, refund.cause, refund.state) == (1999, f"return {row.number} card", "succeeded")
    note = Invoice.objects.get(kind=Invoice.Kind.CREDIT_NOTE)
    assert note.total == 1999
    assert (sold.line.returned, sold.on_hand()) == (1, 9)
    assert books.verify().violations == []


def test_with_the_last_piece_the_delivery_is_paid_back(sold):
    for key in ("1", "2"):
        services.resolve(sold.inspected(1, key=key))
        run_tasks()

    assert [row.refund for row in ReturnRequest.objects.order_by("pk")] == [1999, 2489]
    assert sold.payment.refunded == 4488


def test_an_exchange_sends_another_and_moves_no_money(sold):
    row = sold.inspected(1, kind="exchange", exchange_for=sold.till.mug)
    services.resolve(row)
    run_tasks()

    line = sold.order.lines.get(position=2)
    assert (line.quantity, line.gross, line.replaces.position) == (1, 0, 1)
    assert not Refund.objects.exists()
    assert books.verify().violations == []


def test_what_is_damaged_lies_with_the_damaged_and_what_is_missing_is_the_customers_again(sold, damaged):
    row = services.authorise(sold.ask(2))
    services.receive(row, {1: 1}, key="1")
    services.inspect(row, {1: services.Found(damaged=1, missing=1)})
    services.resolve(row)
    run_tasks()

    assert (sold.on_hand(), sold.on_hand(damaged)) == (8, 1)
    assert (sold.line.returned, sold.payment.refunded) == (1, 1999)
