"""The demo seeds itself: the same shop for the same seed, once, through to the end even if it was stopped."""

import re
from datetime import timedelta
from pkgutil import resolve_name

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from accounts.addresses import rules_for
from accounts.models import User
from config.models import PeriodicJob
from inventory.models import StockLevel, StockMovement
from orders.models import Checkout, Fulfilment, Order, OrderEvent, Promotion, Voucher
from orders.services import purchase_of
from orders.tasks import send_shipped
from payments.demo import claim, history
from payments.demo.clock import real_now, shop_time
from payments.demo.opinions import seed_opinions
from payments.demo.plan import HOLD, Ending, Story, plan_visits
from payments.demo.simulator import NotHere, Simulator, refuse_live
from shop.demo.catalogue import PRODUCTS
from shop.models import Category, Product, Review, Variant, WishlistItem
from shop.tests.factories import VariantFactory

SMALL = {"products": 12, "orders": 6, "days": 3, "no_pictures": True}

pytestmark = pytest.mark.any_database  # the demo itself is seeded on both


@pytest.fixture(autouse=True)
def own_var(settings, tmp_path):
    settings.VAR_DIR = tmp_path / "var"
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture
def seed(capsys):
    def run(**options):
        call_command("seed_demo", **SMALL | options)
        return capsys.readouterr().out

    return run


def small_plan(*, seed=1, orders=6, days=3, products=12):
    some = tuple(PRODUCTS[place * len(PRODUCTS) // products] for place in range(products))
    return plan_visits(some, orders=orders, days=days, seed=seed, towns=len(history.TOWNS))


def facts():
    """All of the shop that a seed decides, whatever the day and the random numbers of orders."""
    return {
        "goods": list(
            Variant.objects.order_by("stock_item__sku").values_list(
                "stock_item__sku", "product__slug", "label", "price"
            )
        ),
        "stock": list(
            StockLevel.objects.order_by("item__sku", "location").values_list(
                "item__sku", "location__code", "on_hand", "reserved", "allocated"
            )
        ),
        "checkouts": list(Checkout.objects.order_by("pk").values_list("email", "total", "state")),
        "orders": list(
            Order.objects.order_by("pk", "lines__position").values_list(
                "email", "total", "payment_state", "lines__sku", "lines__quantity"
            )
        ),
    }


@pytest.mark.django_db
def test_it_ends_with_offers_to_try(seed):
    said = seed(orders=0)

    assert "Vouchers to try: WELCOME10, FIVER" in said
    assert set(Voucher.objects.values_list("code", flat=True)) == {"WELCOME10", "FIVER"}
    assert Promotion.objects.get().name == "Free delivery"


# --- the plan -----------------------------------------------------------------------------------------
def test_a_plan_repeats_exactly_for_a_seed_and_differs_between_seeds():
    assert small_plan() == small_plan()
    assert small_plan() != small_plan(seed=2)


def test_a_plan_has_the_orders_that_were_asked_for_and_every_story():
    visits = small_plan(orders=60, days=14, products=75)

    assert sum(visit.is_ordered for visit in visits) == 60
    assert {visit.story for visit in visits} == set(Story)
    assert {visit.ending for visit in visits} == set(Ending)
    assert any(visit.customer is None for visit in visits)
    assert [visit.ago for visit in visits] == sorted((visit.ago for visit in visits), reverse=True)
    assert visits[-1].ago >= timedelta(hours=1)
    assert visits[0].ago <= timedelta(days=14)


def test_no_hold_lapses_unplanned():
    for number in range(20):
        for visit in small_plan(orders=60, days=28, products=75, seed=number):
            if visit.ending is Ending.AUTHORISED:
                assert visit.ago < HOLD
            elif visit.ending is not Ending.LAPSED:
                assert visit.ending_after < HOLD


def test_a_plan_never_asks_for_more_than_there_is():
    asked = {}
    for visit in small_plan(orders=500, products=10):
        for sku, quantity in visit.basket:
            asked[sku] = asked.get(sku, 0) + quantity
    stock = {variant.sku: variant.stock for product in PRODUCTS for variant in product.variants}

    assert asked
    assert all(quantity <= stock[sku] for sku, quantity in asked.items())


@pytest.mark.parametrize("town", range(len(history.TOWNS)))
def test_parcels_can_be_delivered(town):
    visit = small_plan()[0]
    address = history.address_of(visit.__class__(**{**visit.__dict__, "town": town}), "Demo guest 1")

    assert rules_for(address["country"]).problems(address) == {}


# --- the whole seeding --------------------------------------------------------------------------------
def test_an_empty_shop_is_filled_as_planned(db, stripe, seed):
    out = seed()

    visits = small_plan()
    assert Category.objects.count() == 8
    assert Product.objects.count() == 12
    placed = [visit for visit in visits if visit.is_ordered]
    assert [
        sorted(order.lines.values_list("sku", "quantity")) for order in Order.objects.order_by("placed_at")
    ] == [sorted(visit.basket) for visit in placed]
    assert Checkout.objects.count() == len(visits)
    assert not Checkout.objects.filter(state__in=Checkout.LIVE).exists()
    assert "The books balance." in out
    assert "\r" not in out


def test_customers_say_save_and_wait_for_something(db, stripe, seed):
    seed()

    reviews = list(Review.objects.order_by("pk"))
    assert [review.state for review in reviews] == ["approved"] * (len(reviews) - 1) + ["pending"]
    for review in reviews:
        assert purchase_of(review.author, review.product).reference == review.proof
        assert review.written_at < real_now()
        assert review.byline == ""
    assert WishlistItem.objects.values("user").distinct().count() == 1
    said = [(review.author.email, review.product.slug, review.rating, review.text) for review in reviews]
    seed_opinions(real_now())
    assert [
        (review.author.email, review.product.slug, review.rating, review.text)
        for review in Review.objects.order_by("pk")
    ] == said


def test_parcels_leave_and_arrive(db, stripe, seed):
    seed(orders=10, days=14)

    parcels = list(Fulfilment.objects.select_related("order"))
    assert parcels
    assert any(parcel.delivered_at for parcel in parcels)
    for parcel in parcels:
        assert parcel.order.placed_at < parcel.shipped_at < (parcel.delivered_at or real_now())
    assert not DBTaskResult.objects.filter(task_path=send_shipped.module_path).exists()


def test_the_past_is_past_in_every_ledger(db, stripe, seed, mailoutbox):
    began = real_now()

    seed()

    for order in Order.objects.all():
        assert began - timedelta(days=3) <= order.placed_at <= began - timedelta(minutes=50)
        soon = order.placed_at + timedelta(minutes=5)
        events = OrderEvent.objects.filter(order=order).exclude(words="Payment settled.")
        assert events.count() == 4
        assert all(order.placed_at - timedelta(seconds=1) <= event.at <= soon for event in events)
        assert order.payment.events.first().at <= soon
        assert order.placed_at <= order.invoices.get(kind="invoice").issued_at <= soon
    assert StockMovement.objects.order_by("at").last().at < began
    assert len(mailoutbox) == 6
    assert timezone.now() - real_now() < timedelta(seconds=1)
    assert stripe.control("stats", "GET")["clock"]["offset"] == 0


def test_the_same_seed_makes_the_same_shop_and_another_seed_another(db, stripe, seed):
    def facts_of(number):
        with transaction.atomic():
            seed(seed=number)
            found = facts()
            transaction.set_rollback(True)
        return found

    first = facts_of(1)

    assert facts_of(1) == first
    assert facts_of(2)["orders"] != first["orders"]


def test_a_second_run_changes_nothing(db, stripe, seed):
    seed()
    before, calls = facts(), stripe.control("stats", "GET")["calls"]

    out = seed(seed=5, products=40)

    assert "seeded already: nothing was changed" in out
    assert facts() == before
    assert stripe.control("stats", "GET")["calls"] == calls


def test_a_shop_with_products_of_its_own_is_left_alone(db, stripe, seed):
    VariantFactory()

    out = seed()

    assert "has products already: nothing was changed" in out
    assert Product.objects.count() == 1
    assert not User.objects.exists()


class Killed(BaseException):
    """What no `except` hears, as a power cut."""


@pytest.mark.parametrize(
    ("where", "at_call"),
    [
        ("payments.demo.seeding.seed_rates", 1),
        ("payments.demo.seeding.seed_places", 1),
        ("payments.demo.history._visit", 3),
        ("payments.demo.history._prove", 3),
        ("payments.demo.history._follow_up", 1),
        ("payments.demo.seeding.Seeding.prove", 1),
    ],
)
def test_a_run_that_was_stopped_is_finished_by_the_next(db, stripe, seed, monkeypatch, where, at_call):
    with transaction.atomic():
        seed()
        undisturbed = facts()
        transaction.set_rollback(True)
    stop_at(monkeypatch, where, at_call, seed)
    assert stripe.control("stats", "GET")["clock"]["offset"] == 0

    seed()

    assert facts() == undisturbed
    assert PeriodicJob.objects.get(name=claim.NAME).last_run_at


def test_a_page_that_was_never_opened_is_given_up(db, stripe, seed, monkeypatch):
    stop_at(monkeypatch, "payments.services.start.ask_for_session", 3, seed)

    seed()

    assert Checkout.objects.count() == len(small_plan())
    assert Checkout.objects.filter(state=Checkout.State.FAILED, payment__session_id=None).count() == 1
    assert not Checkout.objects.filter(state__in=Checkout.LIVE).exists()


def stop_at(monkeypatch, where, at_call, seed):
    """Seed until something is called for the nth time."""
    act, calls = resolve_name(where), []

    def dying(*args, **kwargs):
        calls.append(1)
        if len(calls) == at_call:
            raise Killed
        return act(*args, **kwargs)

    with monkeypatch.context() as patch:
        patch.setattr(where, dying)
        with pytest.raises(Killed):
            seed()


def test_without_a_simulator_everything_but_orders_is_made_until_there_is_one(
    db, seed, settings, request, capsys
):
    settings.STRIPE_API_BASE = "http://127.0.0.1:9"

    out = seed(orders=None)

    assert "No orders were made" in out
    assert "run seed_demo again" in out
    assert Product.objects.count() == 12
    assert not Order.objects.exists()
    with pytest.raises(CommandError, match="No orders were made"):
        seed(orders=6)

    request.getfixturevalue("stripe")
    seed(orders=6)

    assert Order.objects.count() == 6


def test_orders_can_be_left_out(db, seed, settings):
    settings.STRIPE_API_BASE = "http://127.0.0.1:9"

    seed(orders=0)

    assert "seeded already" in seed(orders=0)


def test_passwords_are_told_once_and_are_of_this_shop(db, stripe, seed, settings, client):
    out = seed()

    kept = (settings.VAR_DIR / "demo-logins.txt").read_text()
    (password,) = re.findall(r"^owner@demo\.example +(\S+)$", out, re.MULTILINE)
    assert password in kept
    assert client.login(username="owner@demo.example", password=password)
    assert password not in seed()


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("STRIPE_SECRET_KEY", "sk_live_x", "live Stripe key"),
        ("STRIPE_SECRET_KEY", "rk_live_x", "live Stripe key"),
        ("STRIPE_API_BASE", "https://api.stripe.com", "Stripe itself"),
        ("STRIPE_API_BASE", "https://API.Stripe.com:443/", "Stripe itself"),
    ],
)
def test_nothing_is_made_up_beside_real_money(db, seed, settings, name, value, says):
    setattr(settings, name, value)

    with pytest.raises(CommandError, match=says):
        seed()
    with pytest.raises(NotHere):
        refuse_live()

    assert not User.objects.exists()
    assert not Category.objects.exists()


@pytest.mark.parametrize(
    "options",
    [
        {"seed": -1},
        {"seed": 1000},
        {"products": 0},
        {"products": 1_000_001},
        {"orders": -1},
        {"days": 0},
        {"days": 29},
    ],
)
def test_figures_that_cannot_be_are_refused(db, seed, options):
    with pytest.raises(CommandError, match="must be from"):
        seed(**options)


def test_more_products_than_the_catalogue_come_from_the_long_shelf(db, stripe, seed):
    seed(products=100, orders=2)

    assert Product.objects.count() == 100
    assert StockLevel.objects.filter(location__is_sellable=True, on_hand__gt=0).exists()


# --- one at a time --------------------------------------------------------------------------------------
def test_only_one_run_holds_the_claim(db, monkeypatch):
    first, second, waits = claim.Claim(), claim.Claim(), []
    monkeypatch.setattr(claim.time, "sleep", lambda seconds: first.finish())
    assert first.take(waiting=pytest.fail)

    assert not second.take(waiting=lambda: waits.append(1))

    assert waits == [1]


def test_the_claim_of_a_run_that_fell_silent_is_taken_over(db):
    first, second = claim.Claim(), claim.Claim()
    first.take(waiting=pytest.fail)
    PeriodicJob.objects.update(next_run_at=real_now() - timedelta(seconds=1))

    assert second.take(waiting=pytest.fail)

    with pytest.raises(claim.TakenOver):
        first.finish()


def test_a_run_that_lives_keeps_its_claim(db, monkeypatch):
    mine = claim.Claim()
    mine.take(waiting=pytest.fail)
    later = real_now() + claim.LEASE - timedelta(seconds=1)
    monkeypatch.setattr(claim, "real_now", lambda: later)

    mine.renew()

    assert PeriodicJob.objects.get(name=claim.NAME).next_run_at == later + claim.LEASE


# --- the clock ------------------------------------------------------------------------------------------
def test_shop_time_moves_every_clock_of_the_shop_and_gives_it_back(db):
    moment = real_now() - timedelta(days=10)

    with shop_time(moment):
        assert timedelta() <= timezone.now() - moment < timedelta(seconds=1)
        assert Category.objects.create(name="A", slug="a")
        assert User.objects.create_user("a@demo.example").joined_at - moment < timedelta(seconds=1)
        assert timezone.template_localtime(moment) == moment
        with shop_time(moment + timedelta(days=1)):
            assert timezone.localdate() == timezone.localdate(moment + timedelta(days=1))
        assert timezone.localdate() == timezone.localdate(moment)

    assert abs(timezone.now() - real_now()) < timedelta(seconds=1)


def test_the_simulator_obeys_or_says_that_it_does_not(stripe):
    Simulator().must_obey()

    with pytest.raises(OSError, match="404"):
        Simulator()._control("nothing")
