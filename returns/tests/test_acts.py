"""What staff do with returns, each act through its door: what it asks, says before, does, and refuses."""

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.urls import reverse

from accounts.models import AuditEntry
from config.tests.helpers import run_tasks
from inventory.models import StockMovement
from payments import services as payments
from payments.models import Refund
from returns import services
from returns.models import ReturnLine, ReturnMessage, ReturnRequest
from returns.tests.conftest import sell
from returns.tests.test_redirecting import PENDING_FIRST, fail_to_pay

KEY = "0" * 15 + "1"
S = ReturnRequest.State


def page_of(row, act="change"):
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_{act}", args=[row.pk])


def somebody(client, role):
    user = get_user_model().objects.create_user(f"{role}@example.com", is_staff=True)
    user.groups.add(Group.objects.get(name=role))
    client.force_login(user)
    return user


class Desk:
    """Somebody of staff at a return: `see` looks and says what will happen, `press` does it."""

    def __init__(self, client):
        self.client = client

    def see(self, row, act, **typed):
        answer = self.client.post(page_of(row, act), {"key": KEY, **typed})
        assert answer.status_code == 200, answer.context["form"].errors
        return answer.context["preview"]

    def post(self, row, act, **typed):
        answer = self.client.post(page_of(row, act), {"key": KEY, "confirmed": "1", **typed})
        if hasattr(row, "state"):
            row.refresh_from_db()
        return answer

    def press(self, row, act, **typed):
        answer = self.post(row, act, **typed)
        assert answer.status_code == 302, answer.content.decode()[-3000:]
        return answer

    def refused(self, row, act, **typed):
        answer = self.post(row, act, **typed)
        assert answer.status_code in {409, 422}, answer.status_code
        return answer.status_code, answer.content.decode()


@pytest.fixture
def desk(client, db):
    somebody(client, "owner")
    return Desk(client)


def last_audit():
    return AuditEntry.objects.latest("pk")


def test_the_whole_way_from_the_wish_to_the_money(desk, sold, damaged):
    row = sold.ask(2)

    assert "2 pieces may be sent back" in desk.see(row, "authorise", line_1="2")
    desk.press(row, "authorise", line_1="2", note="Please pack it well.")
    desk.press(row, "mark_sent", carrier="Post", tracking_number="X1")
    assert "0 → 2 of 2 authorised" in desk.see(row, "receive", line_1="2")
    desk.press(row, "receive", line_1="2")
    counts = {"sellable_1": "1", "damaged_1": "1", "shelf": str(sold.shelf.pk)}
    preview = desk.see(row, "inspect", **counts)
    desk.press(row, "inspect", **counts)
    money = desk.see(row, "resolve", pay_1="39.98", cash="4.88", handed_over_by="Ada")
    desk.press(row, "resolve", pay_1="39.98", cash="4.88", handed_over_by="Ada")
    run_tasks()

    row.refresh_from_db()
    assert f"1 piece on sale at {sold.shelf}" in preview
    assert f"1 piece to {damaged}" in preview
    assert "€44.88 goes back. With the delivery of €4.90." in money
    assert "€40.00 to the card" in money
    assert "€4.88 in cash, handed over by Ada" in money
    assert row.state == S.CLOSED
    assert sorted(Refund.objects.values_list("method", "amount")) == [("card", 4000), ("cash", 488)]
    assert StockMovement.objects.filter(kind="put_back").count() == 2
    acts = AuditEntry.objects.filter(subject=f"return {row.number}").order_by("pk")
    assert [entry.act for entry in acts] == [
        "authorise: return",
        "mark as sent: return",
        "receive: return",
        "inspect: return",
        "resolve: return",
    ]
    assert (acts[0].before, acts[0].after["state"]) == ({"state": "requested"}, "authorised")


def test_a_part_is_authorised_and_the_rest_stays_the_customers(desk, sold):
    row = sold.ask(2)

    preview = desk.see(row, "authorise", line_1="1")
    desk.press(row, "authorise", line_1="1")

    assert "1 piece left with the customer" in preview
    assert (ReturnLine.objects.get().approved, sold.line.returned) == (1, 1)


def test_a_rejection_needs_words_and_carries_them(desk, sold):
    row = sold.ask()

    assert desk.refused(row, "reject", words="")[0] == 422
    desk.press(row, "reject", words="It was worn.")

    assert row.state == S.REJECTED
    assert ReturnMessage.objects.get().text == "It was worn."


def test_a_question_waits_for_the_customer_and_a_message_changes_nothing(desk, sold):
    row = sold.ask()

    desk.press(row, "ask", words="Which seam?")
    assert row.state == S.INFO_NEEDED
    desk.press(row, "write", words="We look at it.")
    desk.press(row, "write", words="We look at it.")

    assert row.state == S.INFO_NEEDED
    assert ReturnMessage.objects.count() == 2


def test_a_return_is_cancelled_and_its_pieces_are_free(desk, sold):
    row = sold.ask(2)

    desk.press(row, "cancel")

    assert (row.state, sold.line.returned) == (S.CANCELLED, 0)


WRONG_COUNTS = [
    ({"sellable_1": "1"}, "Say of each of the 2 pieces what it is; that makes 1."),
    ({"sellable_1": "3"}, "less than or equal to 2"),
    ({"sellable_1": "2", "shelf": ""}, "Choose where the sellable pieces go."),
    ({"sellable_1": "-1", "damaged_1": "3"}, "greater than or equal to 0"),
]


def test_an_inspection_that_does_not_add_up_is_asked_again(desk, sold):
    row = services.authorise(sold.ask(2))
    services.receive(row, {1: 2}, key="1")

    for typed, words in WRONG_COUNTS:
        status, page = desk.refused(row, "inspect", **{"shelf": sold.shelf.pk, **typed})
        assert (status, row.state) == (422, S.RECEIVED)
        assert words in page


def test_pieces_that_did_not_come_cannot_be_put_on_a_shelf(desk, sold):
    row = services.authorise(sold.ask(2))
    services.receive(row, {1: 1}, key="1")

    assert "Only 1 piece came." in desk.refused(row, "inspect", sellable_1="2", shelf=sold.shelf.pk)[1]


def test_what_the_customer_may_keep_need_not_come(desk, sold):
    row = services.authorise(sold.ask(1, "damaged"))

    desk.press(row, "inspect", kept_1="1")

    assert (row.state, ReturnLine.objects.get().kept) == (S.INSPECTED, 1)


def test_less_is_paid_only_with_a_reason(desk, sold):
    row = sold.inspected(1)

    page = desk.refused(row, "resolve", pay_1="15")[1]
    desk.press(row, "resolve", pay_1="15", why_1="Scratched")
    run_tasks()

    line = ReturnLine.objects.get()
    assert "Say why less is paid back." in page
    assert (line.refund, line.reduction, Refund.objects.get().amount) == (1500, "Scratched", 1500)


WRONG_AMOUNTS = [
    ({"pay_1": "20"}, "At most €19.99."),
    ({"pay_1": "-1"}, "At most €19.99."),
    ({"pay_1": "19.99", "cash": "20", "handed_over_by": "Ada"}, "Only €19.99 goes back"),
    ({"pay_1": "19.99", "cash": "-5", "handed_over_by": "Ada"}, "less than nothing"),
    ({"pay_1": "19.99", "cash": "5"}, "who handed the cash over"),
]


def test_money_that_is_not_there_is_not_promised(desk, sold):
    row = sold.inspected(1)

    for typed, words in WRONG_AMOUNTS:
        assert words in desk.refused(row, "resolve", **typed)[1]
        assert row.state == S.INSPECTED


def test_an_exchange_is_resolved_without_money_or_made_one_for_money(desk, sold):
    first = sold.inspected(1, key="1", kind="exchange", exchange_for=sold.till.mug)
    second = sold.inspected(1, key="2", kind="exchange", exchange_for=sold.till.mug)

    tells = desk.client.get(page_of(first, "resolve")).context["words"]
    desk.press(first, "resolve")
    desk.press(second, "pay_instead")
    desk.press(second, "resolve", pay_1="19.99")

    assert "no money moves" in tells
    assert sold.order.lines.count() == 2
    assert (second.kind, second.refund) == ("refund", 1999)


def test_what_failed_is_paid_another_way(desk, stripe, till):
    row = fail_to_pay(sell(stripe, till, card=PENDING_FIRST))
    payout = row.payouts.get()
    queue = desk.client.get(reverse("admin:returns_returnrequest_changelist"), {"waiting": "money"})

    preview = desk.see(row, "pay_again", payout=payout.pk, method="cash", handed_over_by="Ada")
    assert desk.refused(row, "pay_again", payout=payout.pk, method="cash")[0] == 422
    desk.press(row, "pay_again", payout=payout.pk, method="cash", handed_over_by="Ada")

    assert queue.context["cl"].result_count == 1
    assert "€19.99 is booked as handed over in cash by Ada." in preview
    assert (row.state, Refund.objects.latest("pk").method) == (S.CLOSED, "cash")
    assert last_audit().after == {"way": "cash", "refund": "succeeded"}
    assert desk.refused(row, "pay_again")[0] == 409


def test_what_was_refunded_by_hand_is_dropped_with_a_reason(desk, sold):
    row = services.resolve(sold.inspected(1))
    payout = row.payouts.get()
    assert desk.refused(row, "drop", payout=payout.pk, reason="Early.")[0] == 409
    payments.refund(sold.payment, amount=4488, cause="by hand")
    run_tasks()

    preview = desk.see(row, "drop", payout=payout.pk, reason="Paid by transfer.")
    assert desk.refused(row, "drop", payout=payout.pk)[0] == 422
    desk.press(row, "drop", payout=payout.pk, reason="Paid by transfer.")
    run_tasks()

    row.refresh_from_db()
    assert preview.startswith("€19.99 are taken off what the return pays back.")
    assert (row.state, row.refund, row.payouts.count()) == (S.CLOSED, 0, 0)
    assert sold.payment.refunded == 4488


# --- on an order ------------------------------------------------------------------------------------
def test_goods_are_taken_over_the_counter(desk, sold):
    typed = {"pieces_1": "1", "reason_1": "too_small"}

    preview = desk.see(sold.order, "take_return", **typed)
    for _twice in range(2):
        desk.press(sold.order, "take_return", **typed)

    row = ReturnRequest.objects.get()
    assert "The pieces count as received." in preview
    assert (row.state, row.lines.get().received, row.asked_by.email) == (S.RECEIVED, 1, "owner@example.com")


def test_a_return_is_asked_for_on_the_customers_behalf_also_as_an_exchange(desk, sold):
    typed = {"pieces_1": "1", "reason_1": "too_small", "instead_1": sold.till.mug.pk}

    assert "No money moves." in desk.see(sold.order, "request_return", **typed)
    desk.press(sold.order, "request_return", **typed)

    row = ReturnRequest.objects.get()
    assert (row.state, row.kind, row.lines.get().exchange_for) == (S.REQUESTED, "exchange", sold.till.mug)


def test_beyond_the_policy_needs_a_reason_that_is_kept(desk, sold, settings):
    settings.RETURN_WINDOW_DAYS = -1
    typed = {"pieces_1": "1", "reason_1": "too_small"}

    page = desk.refused(sold.order, "request_return", **typed)[1]
    desk.press(sold.order, "request_return", **typed, override="A good customer.")

    assert "It could be sent back until" in page
    assert ReturnRequest.objects.get().override == "A good customer."
    assert last_audit().after["override"] == "A good customer."


def test_the_warehouse_stays_within_the_policy(client, sold, settings):
    settings.RETURN_WINDOW_DAYS = -1
    somebody(client, "warehouse")
    typed = {"pieces_1": "1", "reason_1": "too_small", "override": "Why not"}

    status, page = Desk(client).refused(sold.order, "take_return", **typed)

    assert (status, ReturnRequest.objects.count()) == (409, 0)
    assert "Going beyond the policy is not yours to do." in page


WRONG_WISHES = [
    {},
    {"pieces_1": "3", "reason_1": "too_small"},
    {"pieces_1": "1"},
    {"pieces_1": "1", "reason_1": "odd"},
    {"pieces_1": "x", "reason_1": "too_small"},
]


def test_wishes_that_make_no_sense_are_asked_again(desk, sold):
    for typed in WRONG_WISHES:
        assert desk.refused(sold.order, "take_return", **typed)[0] in {409, 422}
    assert not ReturnRequest.objects.exists()


# --- who, and when not --------------------------------------------------------------------------------
def test_an_act_whose_time_is_over_says_so(desk, sold):
    row = sold.inspected(1)

    for act in ("authorise", "reject", "ask", "cancel", "mark_sent", "receive", "inspect", "close"):
        looked = desk.client.get(page_of(row, act))
        status, page = desk.refused(row, act)
        assert (looked.status_code, status) == (200, 409), act
        assert "The return is inspected." in page

    buttons = desk.client.get(page_of(row)).content.decode()
    assert page_of(row, "resolve") in buttons
    assert page_of(row, "inspect") not in buttons


def test_support_resolves_up_to_its_limit_and_finance_more(client, sold, settings):
    settings.SUPPORT_REFUND_LIMIT = 1500
    user = somebody(client, "support")
    row, desk = sold.inspected(1), Desk(client)

    status, page = desk.refused(row, "resolve", pay_1="19.99")
    assert (status, row.state) == (409, S.INSPECTED)
    assert "You may pay back €15.00 of one payment in all." in page
    user.groups.set(Group.objects.filter(name="finance"))
    desk.press(row, "resolve", pay_1="19.99")

    assert (row.state, row.refund) == (S.RESOLVED, 1999)


def test_each_role_sees_its_own_buttons(client, sold):
    row = sold.inspected(1)
    for role, sees in {"warehouse": set(), "finance": {"resolve"}, "support": {"resolve", "write"}}.items():
        somebody(client, role)
        page = client.get(page_of(row)).content.decode()
        acts = {"resolve", "write", "inspect", "authorise"}
        assert {act for act in acts if page_of(row, act) in page} == sees, role
