"""Import duty: when there is none, which rule counts, and what it is reckoned on."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from orders import services as orders
from orders.customs import area_of
from orders.services import quote
from orders.services.discounts import Reduced, Reduction
from orders.services.duty import Duties, duties_on
from orders.tests.factories import CartLineFactory, DutyRuleFactory, ShippingMethodFactory, TaxRateFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def german(settings):
    settings.SHOP_COUNTRY = "DE"


def rate(origin, destination, worth=10_000):
    return duties_on([origin], country=destination, worth=worth).rate(origin)


@pytest.mark.parametrize(
    ("origin", "destination", "charged"),
    [
        ("DE", "DE", False),  # at home
        ("CN", "DE", False),  # paid when it came in
        ("CN", "FR", False),  # the EU is one territory
        ("CN", "MC", False),  # and Monaco is in it
        ("CN", "CH", True),
        ("DE", "CH", True),
        ("CH", "CH", False),  # comes from where it goes
        ("CH", "LI", False),  # a customs union
        ("IM", "GB", False),
        ("GB", "US", True),
    ],
)
def test_duty_is_charged_where_goods_come_into_another_territory(origin, destination, charged):
    DutyRuleFactory(rate=500)

    assert rate(origin, destination) == (500 if charged else 0)


def test_a_shop_outside_the_union_is_abroad_to_it(settings):
    settings.SHOP_COUNTRY = "CH"
    DutyRuleFactory(rate=500)

    assert (rate("CN", "DE"), rate("FR", "DE"), rate("CN", "LI")) == (500, 0, 0)


def test_the_union_has_its_27_members_and_monaco():
    assert len(area_of("DE")) == 28
    assert area_of("US") == {"US"}


def test_the_most_specific_rule_counts():
    for destination, origin, each in [("", "", 100), ("", "CN", 200), ("CH", "", 300), ("CH", "CN", 400)]:
        DutyRuleFactory(destination=destination, origin=origin, rate=each)

    found = [rate("VN", "US"), rate("CN", "US"), rate("VN", "CH"), rate("CN", "CH")]
    assert found == [100, 200, 300, 400]


def test_of_equal_rules_the_newest_counts_that_has_begun():
    today = timezone.localdate()
    for days, each in [(-10, 100), (0, 200), (1, 300)]:
        DutyRuleFactory(destination="CH", rate=each, valid_from=today + timedelta(days=days))

    assert rate("CN", "CH") == 200


def test_a_newer_rule_for_all_does_not_beat_an_older_one_for_a_country():
    DutyRuleFactory(destination="CH", rate=0)
    DutyRuleFactory(rate=500, valid_from=timezone.localdate())

    assert rate("CN", "CH") == 0


def test_goods_up_to_the_threshold_are_free(settings):
    DutyRuleFactory(destination="US", free_up_to=80_000)

    assert duties_on(["CN"], country="US", worth=80_000) == Duties({}, 80_000)
    assert duties_on(["CN"], country="US", worth=80_001) == Duties({"CN": 500}, 0)


def test_only_where_duty_can_apply_its_rules_are_read_and_once(django_assert_num_queries):
    DutyRuleFactory()

    with django_assert_num_queries(0):
        duties_on(["CN", "DE"], country="FR", worth=1)
        duties_on(["US"], country="US", worth=1)
    with django_assert_num_queries(1):
        duties_on(["CN", "DE", "VN", "US"], country="US", worth=1)


@pytest.mark.parametrize(
    "odd", [{"rate": 100_001}, {"free_up_to": -1}, {"rate": 100, "valid_from": "2020-01-01"}]
)
def test_the_database_refuses_odd_rules_and_two_for_one_day(odd):
    DutyRuleFactory(valid_from="2020-01-01")

    with pytest.raises(IntegrityError), transaction.atomic():
        DutyRuleFactory(**odd)


# --- in the offer -------------------------------------------------------------------------------------
@pytest.fixture
def cart():
    """Goods from China for 100.00 and, of our own making, for 50.00, that go to Switzerland."""
    TaxRateFactory(country="CH", rate=810)
    ShippingMethodFactory(countries="CH")
    first = CartLineFactory(variant__price=10_000, variant__country_of_origin="CN")
    CartLineFactory(cart=first.cart, variant__price=5_000, variant__country_of_origin="")
    return first.cart


def test_each_line_bears_the_duty_of_its_origin(cart, settings):
    settings.PRICES_INCLUDE_TAX = False
    DutyRuleFactory(rate=500)
    DutyRuleFactory(origin="DE", rate=0)

    offer = orders.make_quote(cart, country="CH")

    assert [(line.worth, line.duty_rate, line.duty) for line in offer.lines] == [
        (10_000, 500, 500),
        (5_000, 0, 0),
    ]
    assert offer.duty == 500
    assert offer.tax == 851 + 405 + 40
    assert offer.total == 15_000 + 500 + 490 + offer.tax


def test_goods_whose_origin_is_not_known_are_ours(cart):
    DutyRuleFactory(origin="DE", rate=1000)

    assert [line.duty_rate for line in orders.make_quote(cart, country="CH").lines] == [0, 1000]


def test_the_threshold_is_of_all_goods_after_discounts_without_tax(cart, settings, monkeypatch):
    """150.00 less 10.00 and without 8.1 % are 129.51."""
    settings.PRICES_INCLUDE_TAX = True
    taken = Reduced([Reduction("p", "P", {orders.make_quote(cart, country="CH").lines[0].sku: 1000})])
    monkeypatch.setattr(quote, "reduce", lambda *_, **__: taken)
    rule = DutyRuleFactory(free_up_to=12_951)

    free = orders.make_quote(cart, country="CH")
    rule.free_up_to = 12_950
    rule.save()
    charged = orders.make_quote(cart, country="CH")

    assert sum(line.worth for line in free.lines) == 12_951
    assert (free.duty, free.duty_free_up_to) == (0, 12_951)
    assert (charged.duty > 0, charged.duty_free_up_to) == (True, 0)


def test_an_offer_inside_the_union_asks_no_question_more(cart, django_assert_num_queries):
    DutyRuleFactory()

    with django_assert_num_queries(4):
        orders.make_quote(cart, country="AT")
    with django_assert_num_queries(5):
        orders.make_quote(cart, country="CH")
