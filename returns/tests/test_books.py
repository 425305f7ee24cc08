"""Each rule of the room, contradicted behind the services' backs."""

import pytest

from config.tests.helpers import run_tasks
from config.tests.world import contradictions, loosen, sql, unguard
from inventory import services as inventory
from returns import services

pytestmark = pytest.mark.broken_books


@pytest.fixture
def done(sold):
    """One of two mugs came back and is paid."""
    row = sold.inspected(1)
    services.resolve(row)
    run_tasks()
    row.refresh_from_db()
    return row


def test_a_timeline_that_can_be_changed_is_found(db):
    unguard("returns_returnevent")

    assert contradictions("returns.events_append_only")


def test_pieces_that_no_return_claims_are_found(sold, done):
    sql("UPDATE orders_orderline SET returned = 2")

    assert contradictions("returns.claimed") == [
        f"Order {sold.order.number}, line 1: 2 pieces are in returns, which claim 1."
    ]


def test_more_taken_back_than_authorised_is_found(sold, done):
    loosen("returns_returnline")
    sql("UPDATE returns_returnline SET missing = 1")

    assert contradictions("returns.pieces") == [
        f"{done.number}, line 1: 1 asked for, 1 authorised, 1 received, 1 sellable, 0 damaged, 0 kept, 1 missing, "
        "0 refused; 2 sent."
    ]


def test_a_piece_on_no_shelf_is_found(sold):
    row = services.authorise(sold.ask())
    services.receive(row, {1: 1}, key="1")
    inventory.put_back(sold.line.sku, 1, location=sold.shelf, cause=f"return {row.number} line 1")

    assert contradictions("returns.shelf") == [
        f"return {row.number} line 1 ({sold.line.sku}): 0 pieces were taken back, 1 were put back on a shelf."
    ]


def test_sums_that_do_not_add_up_are_found(done):
    sql("UPDATE returns_returnrequest SET shipping = 1, refund = 2000")

    assert contradictions("returns.sums") == [
        f"{done.number} pays back €20.00: its lines €19.99, delivery €0.01, fee €0.00, payouts €19.99."
    ]


def test_a_line_paid_above_its_price_is_found(sold, done):
    sql("UPDATE returns_returnline SET refund = 3999")

    assert contradictions("returns.paid_lines", besides={"returns.sums"}) == [
        f"Order {sold.order.number}, line 1: €39.99 of €39.98 went back by returns."
    ]


def test_a_refund_of_another_amount_is_found(sold, done):
    sql("UPDATE returns_returnpayout SET amount = 2000")

    assert contradictions("returns.refunds", besides={"returns.sums"}) == [
        f"return {done.number} card of order {sold.order.number}: €20.00 are to be paid back, €19.99 are or are on "
        "their way."
    ]


def test_an_exchange_without_its_line_is_found(sold):
    row = sold.inspected(1, kind="exchange", exchange_for=sold.till.mug)
    services.resolve(row)
    sql("UPDATE returns_returnline SET replacement_id = NULL")

    assert contradictions("returns.replacements") == [
        f"Order {sold.order.number}, {row.number} line 1: 1 pieces were taken back in exchange, 0 are to be sent "
        "instead.",
        f"Order {sold.order.number}, line 2: 0 pieces were taken back in exchange, 1 are to be sent instead.",
    ]


def test_stock_that_is_held_for_a_return_that_ended_is_found(sold):
    row = services.authorise(sold.ask(1, kind="exchange", exchange_for=sold.till.mug))
    sql("UPDATE returns_returnrequest SET state = 'rejected'")

    assert contradictions("returns.holds", besides={"returns.claimed"}) == [
        f"1 of {sold.line.sku} are held for return {row.number}, which is rejected."
    ]
