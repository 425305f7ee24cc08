"""How an offer was computed: the figures are its own and add up, and the page says the rule behind each."""

import pytest
from django.utils.translation import override

from orders import services as orders
from orders.models import DutyRule
from orders.services import quote
from orders.services.discounts import Reduced, Reduction
from orders.tests.factories import (
    CartLineFactory,
    DutyRuleFactory,
    ShippingMethodFactory,
    ShippingRateFactory,
    TaxRateFactory,
    carry,
)
from shop.models import Variant

pytestmark = pytest.mark.django_db
CHECKOUT = "/checkout/"


@pytest.fixture
def cart():
    """Three mugs from China of 450 g for 20.00 and a book for 10.00, to Switzerland."""
    TaxRateFactory(country="CH", rate=810)
    TaxRateFactory(country="CH", rate=260, tax_class="reduced")
    method = ShippingMethodFactory(name="World parcel", countries="CH", price_per_kg=0)
    ShippingRateFactory(method=method, zone__name="Near", zone__countries="CH", up_to_g=2000, price=1490)
    mugs = CartLineFactory(
        quantity=3,
        variant__stock_item__sku="MUG",
        variant__product__name="Mug",
        variant__price=2000,
        variant__weight_g=450,
        variant__country_of_origin="CN",
    )
    CartLineFactory(
        cart=mugs.cart,
        variant__product__name="Book",
        variant__price=1000,
        variant__weight_g=200,
        variant__tax_class="reduced",
    )
    DutyRuleFactory(rate=500, origin="CN")
    return mugs.cart


@pytest.fixture
def taken(monkeypatch):
    """Ten off the mugs with a code, and the delivery by itself."""
    goods = [Reduction("voucher 1", "Ten off", {"MUG": 1000}, code="TEN")]
    reduced = Reduced(goods, delivery=Reduction("promotion 1", "On the house", {}))
    monkeypatch.setattr(quote, "reduce", lambda *_, **__: reduced)


@pytest.mark.parametrize("included", [True, False])
def test_the_steps_are_the_offers_own_figures_and_make_its_total(cart, taken, settings, included):
    settings.PRICES_INCLUDE_TAX = included
    offer = orders.make_quote(cart, country="CH")

    told = orders.explain(offer)

    def of(*kinds):
        return sum(step.amount for step in told.steps if step.kind in kinds)

    assert sum(step.amount for step in told.steps) == told.total == offer.total
    assert (of("line"), -of("discount"), of("duty")) == (offer.subtotal, offer.discount, offer.duty)
    assert of("delivery", "free_delivery") == offer.shipping == 0
    assert of("tax") == (0 if included else offer.tax)
    taxes = told.contained or [step.about for step in told.steps if step.kind == "tax"]
    assert [(tax.rate, tax.amount) for tax in taxes] == offer.tax_parts
    assert sum(tax.net for tax in taxes) == offer.total - offer.tax


def test_duty_is_told_with_its_rule(cart, taken, settings):
    settings.PRICES_INCLUDE_TAX = False

    [step] = [
        step for step in orders.explain(orders.make_quote(cart, country="CH")).steps if step.kind == "duty"
    ]

    about = step.about
    assert (step.amount, about.rate, about.worth, about.origin, about.tax_rate) == (250, 500, 5000, "CN", 0)


@pytest.mark.parametrize(
    ("language", "words"),
    [
        (
            "en",
            [
                "How is this computed?",
                "3 pieces × €20.00",
                "1 piece × €10.00",
                "with the code TEN",
                "5% on goods from China into Switzerland, on €46.25 without tax,",
                "and 8.1% tax on the duty",
                "1.55 kg: the price up to 2 kg is €14.90",
                "free delivery",
                "contained in the prices",
                "a half is rounded up",
            ],
        ),
        (
            "de",
            [
                "Wie ist das berechnet?",
                "3 Stück × 20,00 €",
                "mit dem Code TEN",
                "5 % auf Waren (Ursprung: China, Ziel: Schweiz), auf",
                "1,55 kg: Der Preis bis 2 kg beträgt 14,90 €",
                "in den Preisen enthalten",
            ],
        ),
    ],
)
def test_the_checkout_says_how_it_was_computed(client, cart, taken, settings, language, words):
    settings.PRICES_INCLUDE_TAX = True
    carry(client, cart)

    with override(language):
        page = client.get(("/de" if language == "de" else "") + CHECKOUT, {"country": "CH"}).content.decode()

    assert [each for each in words if each not in " ".join(page.split())] == []


def test_goods_up_to_the_threshold_are_said_to_be_free_of_duty(client, cart):
    Variant.objects.update(price=100)
    DutyRule.objects.update(free_up_to=15_000)
    carry(client, cart)

    page = client.get(CHECKOUT, {"country": "CH"}).content.decode()

    assert "No import duty: goods for up to €150.00 without tax are free of it." in page


@pytest.mark.parametrize(
    ("prices", "words"),
    [
        ({"flat_price": 490, "price_per_kg": 0}, "1.55 kg: the same price for every weight"),
        ({"flat_price": 490, "price_per_kg": 50}, "1.55 kg: €4.90, and 2 kg at €0.50 a kilogram: €1.00"),
        (
            {"flat_price": 0, "price_per_kg": 150, "started_g": 1},
            "1.55 kg: 1.55 kg at €1.50 a kilogram",
        ),
    ],
)
def test_a_way_with_one_price_says_how_it_charges_weight(client, cart, prices, words):
    ShippingMethodFactory(countries="AT", **prices)
    TaxRateFactory(country="AT", rate=2000)
    carry(client, cart)

    assert words in client.get(CHECKOUT, {"country": "AT"}).content.decode()
