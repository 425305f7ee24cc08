"""Whatever is ordered, sent back, exchanged, refunded and cancelled: no cent too much, and no piece twice.

Hypothesis makes the orders and what happens to them up, always the same ones. After every step the rules of
`verify_books` hold; in the end the invoice less its credit notes is what stayed paid, to the cent.
"""

from contextlib import suppress

import hypothesis
import pytest
from django.db import transaction
from django.db.models import Sum
from hypothesis import HealthCheck, Phase, given
from hypothesis import strategies as st

from config import books
from config.tests.helpers import run_tasks
from inventory.models import Location
from inventory.tests.factories import LocationFactory
from orders import services as orders
from orders.models import Invoice, Order
from payments import gateway
from payments import services as payments
from payments.models import Payment, Refund
from returns import services
from returns.models import ReturnLine, ReturnPayout, ReturnRequest
from returns.tests.making import CardsThatPay, Spec, make_order, settle

pytestmark = [pytest.mark.django_db, pytest.mark.slow, pytest.mark.any_database]
EXAMPLES = 8
S = ReturnRequest.State
NOES = (services.ReturnError, payments.PaymentError, orders.OrderError)
SPEC = st.builds(
    Spec, quantity=st.integers(1, 4), price=st.integers(1, 5000), rate=st.sampled_from([0, 700, 1900, 2550])
)
OPTIONS = st.fixed_dictionaries(
    {
        "less": st.sampled_from([0, 0, 0, 1]),
        "kinds": st.lists(st.sampled_from(["sellable", "damaged", "refused", "kept"]), max_size=2),
        "waives": st.sampled_from([0, 0, 0, 1]),
        "cash": st.sampled_from([0, 0, 1, 999, 10**6]),
        "lower": st.sampled_from([0, 0, 0, 5]),
    }
)


def same_examples(**more):
    return hypothesis.settings(
        derandomize=True,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
        **more,
    )


@pytest.fixture
def cards(monkeypatch):
    cards = CardsThatPay()
    monkeypatch.setattr(gateway, "refund_intent", cards.refund_intent)
    monkeypatch.setattr(gateway, "list_refunds", cards.list_refunds)
    return cards


class AnyReturn:
    """One order, its customer and the staff that deals with what comes back."""

    def __init__(self) -> None:
        LocationFactory(code="damaged", is_sellable=False, is_damaged=True)
        self.acts = 0

    def key(self) -> str:
        self.acts += 1
        return f"act {self.acts}"

    def attempt(self, act, *given, **more):
        """Do it; an expected no is an answer like any other. Afterwards nobody has too much and the books balance."""
        with suppress(NOES):
            act(*given, **more)
        found = books.verify().violations
        assert found == [], [violation.sentence for violation in found]
        self.nobody_has_too_much()

    def nobody_has_too_much(self):
        payment = Payment.objects.get()
        assert payment.refunded <= payment.paid
        for line in self.order.lines.filter(replaces=None):
            mine = ReturnLine.objects.filter(line=line) | ReturnLine.objects.filter(line__replaces=line)
            back = mine.aggregate(sum=Sum("refund"))["sum"] or 0
            assert back <= line.gross - orders.share_of(line, line.cancelled)
            assert line.cancelled + line.shipped <= line.quantity

    @property
    def order(self) -> Order:
        return Order.objects.get()

    # --- the order ----------------------------------------------------------------------------------
    def order_something(self, specs, is_included, shipping, off, percent, sent):
        first = specs[0]
        specs[0] = Spec(max(first.quantity, 2), first.price + 1, first.rate, min(off, first.quantity - 1))
        order = make_order(specs, is_included=is_included, shipping=shipping)
        owed = orders.owed(order)
        settle(order, max(owed * percent // 100, 1))
        run_tasks()
        self.send(sent)

    def send(self, most):
        """Some of each line that waits go out in a parcel, replacements too, which arrives."""
        pieces = {line.position: min(most, orders.pieces_to_ship(line)) for line in self.order.lines.all()}
        self.attempt(lambda: orders.deliver(orders.ship(self.order, pieces, key=self.key())))

    def cancel_a_piece(self, at):
        self.attempt(payments.cancel_order, self.order, key=self.key(), reason="Gone.", pieces={at: 1})

    def refund_by_hand(self, percent, way):
        payment = Payment.objects.get()
        amount = payments.refundable(payment, way) * percent // 100
        self.attempt(
            payments.refund, payment, amount=amount, cause=self.key(), method=way, handed_over_by="Ann"
        )

    # --- its returns --------------------------------------------------------------------------------
    def send_back(self, picks, reason, is_exchange, steps, options):
        """Ask for pieces of some lines, sometimes for too many, and see it through for some steps."""
        there = [each.line for each in services.returnables(self.order) if each.pieces]
        counts = {there[which % len(there)].position: count for which, count in picks if there}
        lines = {line.position: line for line in there}
        wishes = [
            services.Wish(at, min(count, lines[at].shipped), reason, exchange_for=lines[at].variant)
            for at, count in counts.items()
        ]
        kind = ReturnRequest.Kind.EXCHANGE if is_exchange else ReturnRequest.Kind.REFUND
        self.attempt(services.request_return, self.order, wishes, key=self.key(), kind=kind)
        for _ in range(steps):
            self.go_on(-1, options)

    def go_on(self, which, options):
        """The next step of one that is open."""
        if not (rows := self.open_ones()):
            return
        row = rows[which % len(rows)]
        if row.state == S.REQUESTED:
            self.decide(row, **options)
        elif row.state == S.INSPECTED:
            self.resolve(row, **options)
        elif row.state == S.RECEIVED or options["waives"]:
            self.inspect(row, **options)
        else:
            self.receive(row, **options)

    def open_ones(self):
        return list(
            ReturnRequest.objects.exclude(state__in=[*ReturnRequest.ENDED, S.RESOLVED]).order_by("pk")
        )

    def decide(self, row, less, **_):
        pieces = {part.line.position: part.requested - less for part in row.lines.select_related("line")}
        self.attempt(services.authorise, row, pieces=pieces)

    def receive(self, row, less, **_):
        parts = row.lines.select_related("line")
        came = {part.line.position: max(part.approved - part.received - less, 0) for part in parts}
        self.attempt(services.receive, row, came, key=self.key())

    def inspect(self, row, kinds, waives, **_):
        found = {}
        for part in row.lines.select_related("line"):
            said = {"missing": part.approved - part.received, "sellable": part.received}
            for kind in [*kinds, *["kept"] * 4 * waives]:
                of = "sellable" if said["sellable"] else "missing"
                if said[of] and kind != "sellable" and (of == "sellable" or kind == "kept"):
                    said[of] -= 1
                    said[kind] = said.get(kind, 0) + 1
            found[part.line.position] = services.Found(**said)
        self.attempt(services.inspect, row, found, shelf=Location.objects.filter(is_sellable=True).first())

    def resolve(self, row, cash, lower, **_):
        """Some is paid back in cash, the rest to the card; a line may be paid less."""
        worth = services.worth_of(row)
        lines = {at: max(amount - lower, 0) for at, amount in worth.lines.items()}
        more = {"lines": lines, "reductions": dict.fromkeys(lines, "Worn."), "handed_over_by": "Ann"}
        if cash and not lower and not row.is_exchange:
            most = services.most_to_pay(row, services.payment_of(row))
            more["parts"] = {"cash": min(cash, most), "card": most - min(cash, most)}
        self.attempt(services.resolve, row, **more)

    def think_again(self, which, act):
        if rows := self.open_ones():
            self.attempt(act, rows[which % len(rows)])

    def work(self):
        self.attempt(run_tasks)
        self.attempt(services.follow_returns)

    # --- the end ------------------------------------------------------------------------------------
    def end(self):
        self.work()
        payment = Payment.objects.get()
        done = Refund.objects.filter(state="succeeded").aggregate(sum=Sum("amount"))["sum"] or 0
        invoice = Invoice.objects.get(kind=Invoice.Kind.INVOICE)
        assert payment.refunded == done
        assert invoice.balance.total - invoice.balance.credited == payment.paid - payment.refunded
        for payout in ReturnPayout.objects.filter(problem=""):
            assert Refund.objects.filter(cause=payout.cause, amount=payout.amount).count() == 1


def act(name, **given):
    return st.tuples(st.just(name), st.fixed_dictionaries(given))


ORDER = st.fixed_dictionaries(
    {
        "specs": st.lists(SPEC, min_size=1, max_size=4),
        "is_included": st.booleans(),
        "shipping": st.sampled_from([0, 490, 333]),
        "off": st.integers(0, 2),
        "percent": st.sampled_from([100, 100, 100, 61]),
        "sent": st.integers(2, 4),
    }
)
SEND_BACK = act(
    "send_back",
    picks=st.lists(st.tuples(st.integers(0, 4), st.integers(1, 3)), min_size=1, max_size=3),
    reason=st.sampled_from(["changed_mind", "too_small", "defective"]),
    is_exchange=st.sampled_from([False, False, True]),
    steps=st.sampled_from([4, 4, 4, 3, 1]),
    options=OPTIONS,
)
ACTS = st.one_of(
    SEND_BACK,
    SEND_BACK.map(lambda act: act),
    SEND_BACK.map(lambda act: (*act,)),
    act("go_on", which=st.integers(0, 3), options=OPTIONS),
    act("send", most=st.integers(1, 3)),
    act("cancel_a_piece", at=st.integers(1, 5)),
    act(
        "refund_by_hand", percent=st.sampled_from([1, 3, 10, 50, 110]), way=st.sampled_from(["card", "cash"])
    ),
    act("think_again", which=st.integers(0, 3), act=st.sampled_from([services.cancel, services.pay_instead])),
    act("work"),
)


@pytest.mark.parametrize("fee", [0, 250])
def test_any_returns_of_any_order_leave_books_that_balance(cards, settings, fee):
    settings.RETURN_FEE = fee

    @given(order=ORDER, acts=st.lists(ACTS, min_size=8, max_size=8))
    @same_examples(max_examples=EXAMPLES)
    def tell(order, acts):
        with transaction.atomic():
            story = AnyReturn()
            story.order_something(**order)
            for name, more in acts:
                getattr(story, name)(**more)
            story.end()
            transaction.set_rollback(True)

    tell()


@given(specs=st.lists(SPEC, min_size=1, max_size=3), is_included=st.booleans(), data=st.data())
@same_examples(max_examples=10)
def test_pieces_that_come_back_one_by_one_or_are_cancelled_bring_back_all_that_was_paid(
    cards, specs, is_included, data
):
    with transaction.atomic():
        specs = [Spec(max(spec.quantity, 2), spec.price + 1, spec.rate) for spec in specs]
        order = make_order(specs, is_included=is_included)
        percent = data.draw(st.sampled_from([100, 100, 37]))
        payment = settle(order, max(order.total * percent // 100, 1))
        kept = {at: data.draw(st.integers(0, 1)) if percent == 100 else 0 for at in range(1, len(specs) + 1)}
        orders.deliver(
            orders.ship(order, {at: spec.quantity - kept[at] for at, spec in enumerate(specs, 1)}, key="all")
        )
        shelf = Location.objects.filter(is_sellable=True).first()
        todo = [at for at, spec in enumerate(specs, 1) for _ in range(spec.quantity - kept[at])]
        todo = data.draw(st.permutations([*todo, *(-at for at, some in kept.items() if some)]))
        # The delivery goes back with a piece that comes back, so the last one does.
        todo.append(todo.pop(max(number for number, at in enumerate(todo) if at > 0)))

        for number, at in enumerate(todo):
            if at < 0:
                payments.cancel_order(order, key=f"off {number}", reason="Gone.", pieces={-at: 1})
                continue
            row = services.request_return(order, [services.Wish(at, 1, "changed_mind")], key=f"one {number}")
            services.receive(services.authorise(row), {at: 1}, key="1")
            row = services.resolve(services.inspect(row, {at: services.Found(sellable=1)}, shelf=shelf))
            services.pay_payouts(row)

        payment.refresh_from_db()
        assert payment.refunded == payment.paid
        assert books.verify().violations == []
        transaction.set_rollback(True)
