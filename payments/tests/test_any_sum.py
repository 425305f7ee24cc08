"""Whatever is in a cart, wherever it goes, whatever is taken off: the same figures everywhere, to the cent.

Hypothesis makes carts, tables of tax, duty and delivery, and offers of ours up, always the same ones. The offer adds
up, is what Stripe is asked for, what the order and its invoice say; its credit notes add up to the invoice, by rate of
tax too, and the rules of `verify_books` hold.
"""

import json
from collections import Counter
from contextlib import suppress

import hypothesis
import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, given
from hypothesis import strategies as st

from config import books
from config.tests.world import paid
from orders import services as orders
from orders.models import DutyRule, Order, Promotion, ShippingMethod, ShippingRate, TaxRate
from orders.services import discounts, quote
from orders.services.discounts import Reduced, Reduction
from orders.tests.factories import (
    ADDRESS,
    CartFactory,
    CartLineFactory,
    DutyRuleFactory,
    PromotionFactory,
    ShippingMethodFactory,
    ShippingRateFactory,
    ShippingZoneFactory,
    TaxRateFactory,
    VoucherFactory,
)
from payments import gateway, services

pytestmark = [pytest.mark.django_db, pytest.mark.slow, pytest.mark.any_database]
EXAMPLES = 40
COUNTRIES = st.sampled_from(["DE", "AT", "CH", "US", "CN"])
ORIGINS = st.sampled_from(["", "", "DE", "CH", "CN", "PT"])
CLASSES = ("standard", "reduced", "zero")
AMOUNTS = st.one_of(st.integers(0, 300), st.integers(0, 200_000))

LINES = st.lists(
    st.fixed_dictionaries(
        {
            "quantity": st.integers(1, 9),
            "variant__price": AMOUNTS,
            "variant__weight_g": st.one_of(st.integers(0, 900), st.integers(0, 12_000)),
            "variant__country_of_origin": ORIGINS,
            "variant__tax_class": st.sampled_from(CLASSES),
        }
    ),
    min_size=1,
    max_size=6,
)
TAXES = st.tuples(st.sampled_from([0, 810, 1900, 2550]), st.sampled_from([0, 260, 550, 700]))
DUTIES = st.dictionaries(
    st.tuples(st.sampled_from(["", "CH", "US", "CN"]), ORIGINS),
    st.tuples(st.sampled_from([0, 1, 250, 500, 14_500]), st.sampled_from([0, 0, 5_000, 80_000])),
    max_size=4,
)
WAY = st.fixed_dictionaries(
    {
        "flat_price": st.integers(0, 3_000),
        "price_per_kg": st.sampled_from([0, 50, 150, 333]),
        "started_g": st.sampled_from([1, 250, 1000]),
    }
)
BANDS = st.dictionaries(st.sampled_from([0, 500, 2_000, 5_000]), st.integers(0, 4_000), max_size=3)
WAYS = st.lists(
    st.tuples(WAY, st.sampled_from(["", "DE CH"]), BANDS, st.sampled_from([None, 0, 799])),
    min_size=1,
    max_size=3,
)
OFFERS = st.lists(
    st.one_of(
        st.fixed_dictionaries({"kind": st.just("percent"), "percent": st.integers(1, 100)}),
        st.fixed_dictionaries(
            {"kind": st.just("amount"), "amount": st.integers(1, 20_000), "percent": st.none()}
        ),
        st.fixed_dictionaries({"kind": st.just("delivery"), "minimum": st.sampled_from([0, 10_000])}),
    ),
    max_size=3,
)
# How much of each line is taken off by whom: thousandths.
CUTS = st.lists(st.lists(st.integers(0, 400), min_size=6, max_size=6), max_size=2)
SHOP = st.fixed_dictionaries(
    {
        "is_included": st.booleans(),
        "country": COUNTRIES,
        "lines": LINES,
        "taxes": TAXES,
        "duties": DUTIES,
        "ways": WAYS,
        "promotions": OFFERS,
        "voucher": OFFERS,
        "cuts": st.one_of(st.none(), st.tuples(CUTS, st.booleans())),
        "way": st.integers(0, 2),
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


class AnyShop:
    """A shop with its tables, and one customer's cart."""

    def __init__(self, monkeypatch, settings, shop):
        settings.PRICES_INCLUDE_TAX = shop["is_included"]
        self.country, self.is_included = shop["country"], shop["is_included"]
        self.write_tables(shop)
        vouchers = [VoucherFactory(**each) for each in shop["voucher"][:1]]
        self.cart = CartFactory(voucher=vouchers[0] if vouchers else None)
        self.lines = [CartLineFactory(cart=self.cart, **line) for line in shop["lines"]]
        reduce = discounts.reduce if shop["cuts"] is None else self.cut(*shop["cuts"])
        monkeypatch.setattr(quote, "reduce", reduce)
        methods = orders.make_quote(self.cart, country=self.country).methods
        self.method_id = methods[shop["way"] % len(methods)][0].pk if methods else 0
        self.details = orders.CheckoutDetails(
            "ada@example.com", self.address, dict(self.address), self.method_id
        )

    @property
    def address(self):
        return ADDRESS | {"country": self.country}

    def write_tables(self, shop):
        for tax_class, rate in zip(CLASSES, shop["taxes"], strict=False):
            TaxRateFactory(country=self.country, tax_class=tax_class, rate=rate)
        for (destination, origin), (rate, free_up_to) in shop["duties"].items():
            DutyRuleFactory(destination=destination, origin=origin, rate=rate, free_up_to=free_up_to)
        for position, (way, countries, bands, further) in enumerate(shop["ways"]):
            method = ShippingMethodFactory(countries="", position=position, **way)
            zone = ShippingZoneFactory(countries=countries) if bands else None
            for up_to_g, price in bands.items():
                ShippingRateFactory(
                    method=method, zone=zone, up_to_g=up_to_g, price=price, price_per_further_kg=further
                )
        for promotion in shop["promotions"]:
            PromotionFactory(**promotion)

    def cut(self, cuts, is_free):
        """Arbitrary reductions of each line, as no offer of ours would make them, and perhaps of the delivery."""
        worth = {line.variant.sku: line.quantity * line.variant.price for line in self.lines}
        taken = []
        for number, cut in enumerate(cuts):
            off = {sku: of * part // 1000 for part, (sku, of) in zip(cut, worth.items(), strict=False)}
            taken.append(Reduction(f"promotion {number}", f"Cut {number}", off))
        delivery = Reduction("promotion 9", "Free", {}) if is_free else None
        return lambda *_, **__: Reduced(taken, delivery=delivery)

    def quote(self):
        return orders.make_quote(self.cart, country=self.country, method_id=self.method_id)

    # --- what must hold ---------------------------------------------------------------------------
    def offer_adds_up(self, offer):
        on_top = 0 if self.is_included else offer.tax
        assert offer.total == offer.subtotal - offer.discount + offer.duty + offer.shipping + on_top
        assert offer.total == sum(line.gross for line in offer.lines) + offer.shipping + (
            0 if self.is_included else offer.shipping_tax
        )
        assert offer.tax == sum(amount for _rate, amount in offer.tax_parts)
        assert offer.discount == sum(taken["amount"] for taken in offer.discounts)
        for line in offer.lines:
            assert line.net + line.tax == line.gross
            assert min(line.net, line.tax, line.discount, line.duty, line.worth) >= 0
            assert line.discount <= line.shown_total
        assert min(offer.shipping, offer.shipping_tax, offer.total) >= 0
        assert offer.shipping_rate in {line.tax_rate for line in offer.lines}
        told = orders.explain(offer)
        assert told.total == offer.total
        on_top_or_in = told.contained or [step.about for step in told.steps if step.kind == "tax"]
        assert sum(tax.amount for tax in on_top_or_in) == offer.tax

    def stripe_is_asked_for(self, checkout):
        items = gateway.session_params(checkout)["line_items"]
        asked = [(item["quantity"], item["price_data"]["unit_amount"]) for item in items]
        assert sum(pieces * price for pieces, price in asked) == checkout.total
        assert all(pieces >= 1 and price >= 1 for pieces, price in asked)

    def order_is_the_offer(self, order, offer):
        for name in ("subtotal", "discount", "duty", "shipping", "shipping_tax", "tax", "total", "discounts"):
            assert getattr(order, name) == getattr(offer, name)
        for line, offered in zip(order.lines.all(), offer.lines, strict=True):
            for name in ("unit_price", "quantity", "discount", "duty", "net", "tax", "gross", "tax_rate"):
                assert getattr(line, name) == getattr(offered, name)

    def invoice_is_the_order(self, order):
        said = json.loads(orders.issue_invoice(order).content)
        totals = said["totals"]
        assert (totals["total"], totals["tax"], totals["net"]) == (
            order.total,
            order.tax,
            order.total - order.tax,
        )
        assert (totals["goods"], totals["discount"]) == (order.subtotal, order.discount)
        assert (totals["duty"], totals["shipping"]) == (order.duty, order.shipping)
        assert by_rate([said])["tax"] == order.tax
        return said

    def notes_bring_all_back(self, order, said, pieces, percent):
        """Some pieces, then a share of what is left, then the rest."""
        line = order.lines.first()
        with suppress(orders.NothingToCredit):
            taken = {line.position: min(pieces, line.quantity)}
            orders.issue_credit_note(order, reason="x", key="pieces", lines=taken)
        left = order.total - orders.invoice_of(order).balance.credited
        if amount := left * percent // 100:
            orders.issue_credit_note(order, reason="x", key="share", amount=amount)
        with suppress(orders.NothingToCredit):
            orders.issue_credit_note(order, reason="x", key="rest")
        notes = [json.loads(note.content) for note in orders.invoice_of(order).credit_notes.all()]
        assert by_rate(notes) == by_rate([said])


def by_rate(documents):
    """What documents say by rate of tax, added up; and the tax of all."""
    sums = Counter()
    for part in (part for said in documents for part in said["tax_parts"]):
        sums["tax"] += part["tax"]
        for name in ("net", "tax", "gross"):
            sums[part["rate"], name] += part[name]
    return Counter({name: amount for name, amount in sums.items() if amount})


def books_balance():
    found = [each.sentence for each in books.verify().violations]
    assert found == []


def test_any_sum_is_the_same_everywhere(monkeypatch, settings):
    seen = Counter()

    @given(shop=SHOP, pieces=st.integers(1, 9), percent=st.integers(0, 100))
    @same_examples(max_examples=EXAMPLES)
    def tell(shop, pieces, percent):
        with transaction.atomic():
            any_shop = AnyShop(monkeypatch, settings, shop)
            offer = any_shop.quote()
            any_shop.offer_adds_up(offer)
            if offer.method is None:
                with pytest.raises(orders.NoDelivery):
                    orders.open_checkout(any_shop.cart, any_shop.details, offer)
            else:
                checkout = orders.open_checkout(any_shop.cart, any_shop.details, offer)
                any_shop.stripe_is_asked_for(checkout)
                orders.hold_stock(checkout)
                orders.hold_allowances(checkout)
                order = orders.place_order(
                    checkout, payment_state=Order.PaymentState.AUTHORISED, words="Paid."
                )
                order = Order.objects.get(pk=order.pk)
                any_shop.order_is_the_offer(order, offer)
                said = any_shop.invoice_is_the_order(order)
                any_shop.notes_bring_all_back(order, said, pieces, percent)
                if order.total:
                    paid(order)
                books_balance()
                seen.update(name for name in ("discount", "duty", "shipping", "tax") if getattr(order, name))
            transaction.set_rollback(True)

    tell()
    assert min(seen[name] for name in ("discount", "duty", "shipping", "tax")) > 0, seen


def test_stripe_adds_up_what_the_order_costs(monkeypatch, settings, stripe):
    """Stripe's own sum of the items, and what is charged in the end."""

    @given(shop=SHOP)
    @same_examples(max_examples=4)
    def tell(shop):
        for line in shop["lines"]:
            line["variant__price"] += 100
        for way in shop["ways"]:
            way[2].clear()
        for table in (DutyRule, TaxRate, Promotion, ShippingRate, ShippingMethod):
            table.objects.all().delete()
        any_shop = AnyShop(monkeypatch, settings, shop | {"cuts": ([[300] * 6, [77] * 6], False)})
        offer = any_shop.quote()

        services.start_payment(any_shop.cart, any_shop.details, agreed=offer.fingerprint)
        payment = any_shop.cart.checkouts.get().payment
        stripe.pay(payment)

        assert gateway.retrieve_session(payment.session_id).amount == offer.total
        assert services.prove_payment(payment).order.total == offer.total

    tell()
