"""Promotions and vouchers in the console: told in words, refused in words, counted, copied, taken along."""

import csv
import io
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEntry
from accounts.tests.factories import StaffFactory
from orders.models import Promotion, Quota, QuotaUse, Voucher
from orders.tests.factories import PromotionFactory, VoucherFactory
from shop.tests.factories import CategoryFactory

pytestmark = pytest.mark.django_db
KEY = "0123456789abcdef"
TERMS = {
    **{"kind": "percent", "percent": "10", "amount": "", "category": "", "minimum": "0", "is_active": "on"},
    **{"starts_at_0": "2026-01-01", "starts_at_1": "10:00", "ends_at_0": "", "ends_at_1": ""},
}
PROMOTION = {
    **TERMS,
    "names_0": "Ten percent",
    "names_1": "Zehn Prozent",
    "buy": "",
    "get": "",
    "position": "0",
}
VOUCHER = {**TERMS, "code": "ten-10", "limit": "", "per_customer": "", "note": ""}


@pytest.fixture
def desk(client):
    client.force_login(StaffFactory(is_superuser=True))
    return client


def _add(desk, name, **typed):
    given = {**(PROMOTION if name == "promotion" else VOUCHER), **typed}
    return desk.post(reverse(f"admin:orders_{name}_add"), given)


def _change(desk, voucher, **typed):
    address = reverse("admin:orders_voucher_change", args=[voucher.pk])
    return desk.post(address, {**VOUCHER, "code": voucher.code, **typed})


def _found(desk, name, **query):
    rows = desk.get(reverse(f"admin:orders_{name}_changelist"), query).context["cl"].result_list
    return {str(row) for row in rows}


# --- writing -----------------------------------------------------------------------------------------
def test_a_promotion_is_written_with_a_name_in_each_language_and_leaves_a_trace(desk):
    answer = _add(desk, "promotion")

    assert answer.status_code == 302
    made = Promotion.objects.get()
    assert (made.names, made.percent) == ({"en": "Ten percent", "de": "Zehn Prozent"}, 10)
    assert AuditEntry.objects.get().act == "add promotion"
    page = desk.get(reverse("admin:orders_promotion_change", args=[made.pk])).content.decode()
    assert "10 % off everything, from " in page


def test_a_voucher_without_a_code_gets_one_and_a_typed_one_is_kept_in_capitals(desk):
    assert _add(desk, "voucher").status_code == 302
    assert _add(desk, "voucher", code="").status_code == 302

    made, typed = Voucher.objects.all()
    assert typed.code == "TEN-10"
    assert len(made.code) == 10


@pytest.mark.parametrize(
    ("name", "typed", "says"),
    [
        ("promotion", {"percent": "101"}, "Enter 1 to 100 percent."),
        ("promotion", {"percent": "0"}, "Enter 1 to 100 percent."),
        ("promotion", {"percent": ""}, "Say how much."),
        ("promotion", {"amount": "5"}, "Leave this empty: the offer is “percent off”."),
        ("promotion", {"kind": "amount"}, "Leave this empty: the offer is “amount off”."),
        ("promotion", {"kind": "amount", "percent": "", "amount": "0"}, "It has to be more than nothing."),
        ("promotion", {"kind": "amount", "percent": "", "amount": "-1"}, "It has to be more than nothing."),
        ("promotion", {"kind": "pieces", "get": "1"}, "Say how many."),
        ("promotion", {"names_0": ""}, "required"),
        ("promotion", {"minimum": "-1"}, "It cannot be less than nothing."),
        ("promotion", {"ends_at_0": "2025-01-01", "ends_at_1": "10:00"}, "It has to end after it begins."),
        ("promotion", {"kind": "nonsense"}, "is not one of the available choices"),
        ("voucher", {"kind": "pieces"}, "is not one of the available choices"),
        ("voucher", {"code": "ß!"}, "At least three letters or digits"),
        ("voucher", {"code": "TAKEN"}, "already exists"),
        ("voucher", {"limit": "0"}, "At least 1; leave it empty for no limit."),
        ("voucher", {"per_customer": "0"}, "At least 1; leave it empty for no limit."),
    ],
)
def test_what_makes_no_sense_is_refused_in_words(desk, name, typed, says):
    VoucherFactory(code="TAKEN")

    answer = _add(desk, name, **typed)

    assert answer.status_code == 200
    assert says in answer.content.decode()
    assert "Constraint" not in answer.content.decode()
    assert not Promotion.objects.exists()


def test_limits_are_not_lowered_below_what_is_used(desk):
    voucher = VoucherFactory(limit=5, per_customer=3)
    Quota.objects.create(name=voucher.reference, taken=3)
    Quota.objects.create(name=f"{voucher.reference} by abc", taken=2)

    page = _change(desk, voucher, limit="2", per_customer="1").content.decode()

    assert "It is used 3 times already." in page
    assert "One customer has used it 2 times already." in page
    assert _change(desk, voucher, limit="3", per_customer="2").status_code == 302
    assert Voucher.objects.get().limit == 3


def test_a_code_that_is_out_does_not_change_and_nothing_is_deleted(desk):
    voucher = VoucherFactory(code="OUT")

    assert _change(desk, voucher, code="OTHER").status_code == 302

    assert Voucher.objects.get().code == "OUT"
    assert desk.post(reverse("admin:orders_voucher_delete", args=[voucher.pk])).status_code == 403


# --- finding -----------------------------------------------------------------------------------------
def test_the_list_tells_and_finds_what_runs_and_what_does_not(desk):
    now, day = timezone.now(), timedelta(days=1)
    VoucherFactory(code="RUNS")
    VoucherFactory(code="PLANNED", starts_at=now + day)
    VoucherFactory(code="OVER", starts_at=now - 2 * day, ends_at=now - day)
    VoucherFactory(code="OFF", is_active=False)
    spent = VoucherFactory(code="SPENT", limit=2)
    Quota.objects.create(name=spent.reference, taken=2)

    assert _found(desk, "voucher", **{"is": "running"}) == {"RUNS", "SPENT"}
    assert _found(desk, "voucher", **{"is": "planned"}) == {"PLANNED"}
    assert _found(desk, "voucher", **{"is": "over"}) == {"OVER"}
    assert _found(desk, "voucher", **{"is": "off"}) == {"OFF"}
    assert _found(desk, "voucher", **{"is": "used"}) == {"SPENT"}
    assert _found(desk, "voucher", q="plan") == {"PLANNED"}
    page = desk.get(reverse("admin:orders_voucher_changelist")).content.decode()
    assert "2 of 2" in page
    assert ">used up<" in page


@pytest.mark.parametrize(
    ("terms", "says"),
    [
        ({}, "10 % off everything, from "),
        (
            {"kind": "amount", "amount": 500, "minimum": 5000},
            "€5.00 off everything, for goods from €50.00, from ",
        ),
        (
            {"kind": "pieces", "buy": 2, "get": 1, "percent": 100},
            "Of each 3 pieces of everything, the 1 cheapest free, from ",
        ),
        (
            {"kind": "pieces", "buy": 1, "get": 1, "percent": 50},
            "Of each 2 pieces of everything, the 1 cheapest 50 % cheaper, from ",
        ),
        ({"kind": "delivery"}, "The first way of delivery free for everything, from "),
    ],
)
def test_a_sentence_says_what_an_offer_does(desk, terms, says):
    PromotionFactory(**terms)

    assert says in desk.get(reverse("admin:orders_promotion_changelist")).content.decode()


def test_a_category_and_limits_are_part_of_the_sentence(desk):
    voucher = VoucherFactory(
        category=CategoryFactory(name="Mugs"), limit=5, per_customer=1, first_order_only=True
    )
    QuotaUse.objects.create(quota_id=voucher.reference, reference="checkout T-1", amount=1)

    page = desk.get(reverse("admin:orders_voucher_change", args=[voucher.pk])).content.decode()

    assert "10 % off goods of Mugs and below" in page
    assert "At most 5 times in all, once for one customer, only for a first order." in page
    assert "checkout T-1" in page


# --- batches -----------------------------------------------------------------------------------------
def test_a_batch_is_made_once_and_its_codes_are_taken_along(desk):
    voucher = VoucherFactory(code="LIKE", limit=2)
    page = reverse("admin:orders_voucher_batch", args=[voucher.pk])

    asked = desk.post(page, {"key": KEY, "count": "3"})
    assert "3 codes are made, to be used at most 2 times each." in asked.content.decode()
    for _again in range(2):
        desk.post(page, {"key": KEY, "count": "3", "confirmed": "1"})

    made = Voucher.objects.filter(batch="LIKE 012345")
    assert made.count() == 3
    assert AuditEntry.objects.filter(act="make vouchers").count() == 1
    file = desk.post(
        reverse("admin:orders_voucher_export") + "?q=LIKE+012345", {"what": "vouchers", "format": "csv"}
    )
    rows = list(csv.DictReader(io.StringIO(b"".join(file.streaming_content).decode("utf-8-sig"))))
    assert {row["Code"] for row in rows} == {each.code for each in made}


@pytest.mark.parametrize("count", ["0", "5001", "-1", "many", ""])
def test_a_batch_of_too_many_or_none_is_refused(desk, count):
    page = reverse("admin:orders_voucher_batch", args=[VoucherFactory().pk])

    assert desk.post(page, {"key": KEY, "count": count, "confirmed": "1"}).status_code == 422
    assert Voucher.objects.count() == 1


def test_the_lists_cost_the_same_with_one_row_as_with_ten(desk, django_assert_num_queries):
    address = reverse("admin:orders_voucher_changelist")
    VoucherFactory(category=CategoryFactory())
    desk.get(address)
    with django_assert_num_queries(4) as few:
        desk.get(address)
    for _number in range(9):
        VoucherFactory(category=CategoryFactory())

    with django_assert_num_queries(len(few)):
        desk.get(address)
