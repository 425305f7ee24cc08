"""What is paid back for what was taken, in which ways, and what happens when it cannot be."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.tests.factories import UserFactory
from config import books
from config.tests.helpers import run_tasks
from inventory.models import Location
from orders import services as orders
from orders.models import Invoice, Order
from payments import gateway
from payments import services as payments
from payments.models import Dispute, Payment, Refund
from payments.services import refunding
from returns import services
from returns.models import ReturnPayout, ReturnRequest
from returns.tests.making import CardsThatPay, Spec, make_arrived, make_order, settle

pytestmark = pytest.mark.django_db
S = ReturnRequest.State
Wish, Found = services.Wish, services.Found


@pytest.fixture(autouse=True)
def cards(monkeypatch):
    cards = CardsThatPay()
    monkeypatch.setattr(gateway, "refund_intent", cards.refund_intent)
    monkeypatch.setattr(gateway, "list_refunds", cards.list_refunds)
    return cards


@pytest.fixture
def order():
    """2 × 19.99, 1 × 5.00, delivery 4.90: 49.88."""
    return make_arrived([Spec(2, 1999, 1900), Spec(1, 500, 700)])


def inspected(order, pieces, *, key="1", reason="changed_mind", **given):
    """A return of so many pieces by position, all of them sellable again."""
    lines = {line.position: line for line in order.lines.all()}
    is_exchange = given.get("kind") == "exchange"
    wishes = [
        Wish(at, count, reason, exchange_for=lines[at].variant if is_exchange else None)
        for at, count in pieces.items()
    ]
    row = services.authorise(services.request_return(order, wishes, key=key, **given))
    services.receive(row, pieces, key=key)
    found = {at: Found(sellable=count) for at, count in pieces.items()}
    return services.inspect(row, found, shelf=Location.objects.filter(is_sellable=True).first())


def paid(row):
    services.pay_payouts(row)
    row.refresh_from_db()
    return row


def refusal(act, *given, **more):
    with pytest.raises(services.CannotResolve) as refused:
        act(*given, **more)
    return str(refused.value)


def test_a_line_may_be_paid_less_with_a_reason_and_never_more(order):
    row = inspected(order, {1: 2, 2: 1})
    assert refusal(services.resolve, row, lines={1: 3999}) == "A line cannot be paid more than it cost."
    assert refusal(services.resolve, row, lines={9: 1}) == "A line cannot be paid more than it cost."
    assert refusal(services.resolve, row, lines={1: 3000}) == "Say why less is paid back."

    row = paid(services.resolve(row, lines={1: 3000}, reductions={1: "Scratched."}))

    assert (row.refund, row.shipping, row.fee) == (3990, 490, 0)
    assert [(line.refund, line.reduction) for line in row.lines.all()] == [(3000, "Scratched."), (500, "")]
    assert Payment.objects.get().refunded == 3990


def test_a_fee_is_taken_where_we_are_not_at_fault_and_never_more_than_the_goods(order, settings):
    settings.RETURN_FEE = 800
    row = inspected(order, {1: 1, 2: 1})

    row = paid(services.resolve(row))

    assert (row.fee, row.refund) == (800 + 500, 1999 + 500 - 1300)
    assert books.verify().violations == []
    assert services.worth_of(inspected(order, {1: 1}, key="2", reason="defective")).fee == 0


def test_money_goes_back_in_several_ways_that_add_up(order):
    row = inspected(order, {1: 2})
    assert "must add up" in refusal(services.resolve, row, parts={"card": 1})
    assert "must add up" in refusal(services.resolve, row, parts={"card": 4998, "cash": -1000})
    assert "Money does not go back like that" in refusal(services.resolve, row, parts={"gold": 3998})
    assert "who handed" in refusal(services.resolve, row, parts={"cash": 3998})
    assert "without an account" in refusal(services.resolve, row, parts={"credit": 3998})

    row = paid(services.resolve(row, parts={"card": 2500, "cash": 1498}, handed_over_by="Ann"))

    assert row.state == S.CLOSED
    assert list(Refund.objects.order_by("method").values_list("method", "amount", "handed_over_by")) == [
        ("card", 2500, ""),
        ("cash", 1498, "Ann"),
    ]
    run_tasks()
    notes = Invoice.objects.filter(kind=Invoice.Kind.CREDIT_NOTE)
    assert sorted(note.total for note in notes) == [1498, 2500]
    assert books.verify().violations == []


def test_support_pays_back_up_to_its_limit_and_finance_any_amount(order, settings):
    settings.SUPPORT_REFUND_LIMIT = 1000
    row = inspected(order, {1: 1})

    assert "ask somebody of finance" in refusal(services.resolve, row, by=UserFactory())
    assert services.resolve(row, by=UserFactory(is_superuser=True)).state == S.RESOLVED


def test_what_was_refunded_by_hand_before_is_not_paid_again(order):
    payments.refund(Payment.objects.get(), amount=4000, cause="by hand")
    row = inspected(order, {1: 2, 2: 1})

    row = paid(services.resolve(row))

    assert (row.refund, row.shipping, sum(line.refund for line in row.lines.all())) == (988, 0, 988)
    assert Payment.objects.get().refunded == 4988
    assert books.verify().violations == []


def test_what_is_refunded_by_hand_between_decision_and_payment_is_a_problem_and_can_be_dropped(order):
    row = services.resolve(inspected(order, {1: 2}))
    payments.refund(Payment.objects.get(), amount=4988, cause="by hand")

    assert services.pay_payouts(row) is False
    payout = ReturnPayout.objects.get()
    assert payout.problem == "All of it has been paid back already."
    assert refusal(services.forgo, payout, reason=" ") == "Say why."
    services.forgo(payout, reason="Refunded by hand.")

    run_tasks()
    row.refresh_from_db()
    assert (row.state, row.refund, Payment.objects.get().refunded) == (S.CLOSED, 0, 4988)
    assert books.verify().violations == []


def test_a_part_for_which_there_is_money_is_not_dropped(order, cards, monkeypatch):
    payout = a_payout_that_failed(order, monkeypatch)

    assert refusal(services.forgo, payout, reason="Lazy.") == "There is money left to pay it back from."


def a_payout_that_failed(order, monkeypatch):
    def refuse(intent_id, amount, *, key):
        raise gateway.Refused("The card is closed.")

    row = services.resolve(inspected(order, {1: 1}))
    with monkeypatch.context() as patch:
        patch.setattr(gateway, "refund_intent", refuse)
        assert services.pay_payouts(row) is False
    return ReturnPayout.objects.get()


def test_what_the_card_refuses_waits_for_staff_and_goes_another_way_once(order, monkeypatch):
    payout = a_payout_that_failed(order, monkeypatch)
    assert payout.problem == "Stripe refused: The card is closed."
    assert services.follow_returns()["closed"] == 0
    assert refusal(services.redirect_payout, payout, method="cash") == "Please say who handed the cash over."

    services.redirect_payout(payout, method="cash", handed_over_by="Ann")
    assert refusal(services.forgo, payout, reason="Done.") == "It has been paid back."

    run_tasks()
    refund = Refund.objects.get(state="succeeded")
    assert (refund.method, refund.amount, refund.handed_over_by) == ("cash", 1999, "Ann")
    assert ReturnRequest.objects.get().state == S.CLOSED
    assert books.verify().violations == []


def test_what_the_card_refused_is_asked_anew_only_when_somebody_says_so(order, monkeypatch):
    payout = a_payout_that_failed(order, monkeypatch)
    row = payout.request

    assert services.pay_payouts(row) is False
    assert services.pay_payouts(row, anew=True) is True
    assert Refund.objects.filter(state="succeeded").count() == 1


def test_nothing_taken_back_pays_nothing_and_ends(order):
    row = services.authorise(services.request_return(order, [Wish(1, 1, "other")], key="1"))
    services.receive(row, {1: 1}, key="1")
    row = services.resolve(services.inspect(row, {1: Found(refused=1)}))

    run_tasks()
    row.refresh_from_db()
    assert (row.state, row.refund, Refund.objects.count()) == (S.CLOSED, 0, 0)


def test_while_a_bank_holds_the_money_nothing_is_decided_and_once_it_is_back_all_is(order):
    payment = Payment.objects.get()
    row = inspected(order, {1: 1})
    dispute = Dispute.objects.create(
        payment=payment,
        stripe_id="dp_1",
        amount=4988,
        reason="fraudulent",
        state=Dispute.State.NEEDS_RESPONSE,
        opened_at=timezone.now(),
    )
    Payment.objects.update(disputed=4988)

    assert "A bank has taken the money back" in refusal(services.resolve, row)

    dispute.delete()
    Payment.objects.update(disputed=0)
    assert services.resolve(row).refund == 1999


def test_pieces_cancelled_before_settling_cost_nothing_and_are_not_paid_back():
    order = make_order([Spec(3, 1000, 1900, cancelled=1)])
    settle(order, orders.owed(order))
    orders.deliver(orders.ship(order, {1: 2}, key="all"))

    row = paid(services.resolve(inspected(order, {1: 2})))

    assert (row.refund, row.shipping) == (2490, 490)
    assert Payment.objects.get().state == "refunded"


def test_where_less_was_settled_each_piece_is_paid_back_in_proportion_and_all_of_it_to_the_cent():
    order = make_order([Spec(3, 333, 1900), Spec(1, 1001, 700)], shipping=333)
    settle(order, 1000)  # of 23.33
    orders.deliver(orders.ship(order, {1: 3, 2: 1}, key="all"))

    refunds = [
        paid(services.resolve(inspected(order, {at: 1}, key=str(key)))).refund
        for key, at in enumerate([1, 2, 1, 1])
    ]

    assert refunds == [143, 429, 143, 142 + 143]
    assert sum(refunds) == 1000


def test_delivery_is_paid_back_as_the_terms_of_the_request_were(order, settings):
    row = inspected(order, {1: 2, 2: 1})
    settings.RETURN_REFUNDS_DELIVERY = False

    assert services.resolve(row).shipping == 490


def test_prices_without_tax_bring_back_their_tax_and_that_of_delivery():
    order = make_arrived([Spec(2, 1000, 1900)], is_included=False)

    row = paid(services.resolve(inspected(order, {1: 2})))

    assert (row.refund, row.shipping, order.total) == (2963, 583, 2963)


def test_a_refund_that_nobody_heard_of_for_long_is_left_to_be_given_up(order, cards, monkeypatch):
    """At that moment nobody may ask for it again: it would be paid under the old key and anew."""
    row = services.resolve(inspected(order, {1: 1}))

    def silence(intent_id, amount, *, key):
        raise gateway.Unclear("timeout")

    with monkeypatch.context() as patch:
        patch.setattr(gateway, "refund_intent", silence)
        services.pay_payouts(row)
    Refund.objects.update(asked_at=timezone.now() - refunding.UNANSWERED_AFTER)

    services.pay_payouts(row)
    assert (cards.paid, Refund.objects.get().state) == ({}, "requested")

    refunding.follow_up(Refund.objects.get())
    assert services.pay_payouts(row) is True
    assert [each.amount for each in cards.paid.values()] == [1999]
    assert Payment.objects.get().refunded == 1999


def test_a_young_refund_that_nobody_heard_of_is_asked_for_again_under_its_key(order, cards, monkeypatch):
    row = services.resolve(inspected(order, {1: 1}))

    def lost(intent_id, amount, *, key):
        CardsThatPay.refund_intent(cards, intent_id, amount, key=key)
        raise gateway.Unclear("timeout")

    with monkeypatch.context() as patch:
        patch.setattr(gateway, "refund_intent", lost)
        services.pay_payouts(row)

    assert services.pay_payouts(row) is True
    assert (len(cards.paid), Refund.objects.get().state) == (1, "succeeded")


def test_what_a_line_and_its_replacement_bring_back_is_what_the_line_cost(order):
    row = services.resolve(inspected(order, {1: 2}, kind="exchange"))
    new = row.lines.get().replacement
    orders.deliver(orders.ship(order, {new.position: 2}, key="again"))

    first = paid(services.resolve(inspected(order, {new.position: 1}, key="2")))
    last = paid(services.resolve(inspected(order, {new.position: 1, 2: 1}, key="3")))

    assert (first.refund, last.refund, last.shipping) == (1999, 2989, 490)
    run_tasks()
    assert Payment.objects.get().refunded == order.total
    assert books.verify().violations == []


@pytest.mark.parametrize("lines", [1, 6])
def test_deciding_costs_the_same_few_statements_and_two_for_each_line(lines, django_assert_max_num_queries):
    order = make_arrived([Spec(1, 1000, 1900)] * lines)
    row = inspected(order, dict.fromkeys(range(1, lines + 1), 1))

    with django_assert_max_num_queries(36 + lines):
        services.resolve(row)
    assert Order.objects.get().total == row.payouts.get().amount
    assert ReturnRequest.objects.filter(resolved_at__gt=timezone.now() - timedelta(minutes=1)).exists()
