"""Receipts in the console: announced by a pasted list, counted in by goes, closed with what differs."""

import pytest
from django.apps import apps
from django.urls import reverse

from inventory import services as inventory
from inventory.models import Receipt, StockLevel, StockMovement
from inventory.tests.factories import LocationFactory, StockItemFactory
from inventory.tests.test_admin import KEY, ODD, address, staff

ADD = "/admin/inventory/receipt/add/"
LIST = "/admin/inventory/receipt/"

pytestmark = pytest.mark.any_database


@pytest.fixture
def place(db):
    return LocationFactory(name="Main")


@pytest.fixture
def goods(db):
    return [
        StockItemFactory(sku="CUP", barcode="4006381333931"),
        StockItemFactory(sku="PLATE"),
        StockItemFactory(sku="BOWL"),
    ]


@pytest.fixture
def keeper(client, db):
    client.force_login(staff("add_receipt", "change_receipt", "view_receipt", "view_stockmovement"))
    return client


@pytest.fixture
def receipt(place, goods):
    return inventory.expect_receipt(
        {"CUP": 12, "PLATE": 4}, location=place, supplier="Pottery", delivery_note="DN-7"
    )


def paper(place, **fields):
    return {
        "supplier": "Pottery",
        "delivery_note": "DN-7",
        "location": place.pk,
        "pieces": "CUP 12\nPLATE\t4",
        **fields,
    }


def go(**fields):
    return {"line_1": 5, "line_2": "", "surprises": "", "key": KEY, **fields}


def lines(receipt):
    return list(receipt.lines.values_list("item__sku", "expected", "received"))


# --- announcing ---------------------------------------------------------------------------------------
def test_a_receipt_is_begun_from_a_pasted_list(keeper, place, goods):
    answer = keeper.post(ADD, paper(place), follow=True)

    receipt = Receipt.objects.get()
    assert answer.redirect_chain == [(address(receipt), 302)]
    assert lines(receipt) == [("CUP", 12, 0), ("PLATE", 4, 0)]
    assert (receipt.supplier, receipt.delivery_note, str(receipt.created_by)) == (
        "Pottery",
        "DN-7",
        "staff@example.com",
    )
    assert receipt.number in answer.content.decode()


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("CUP 12", {"CUP": 12}),
        ("CUP;12\r\n\r\nCUP, 3\r\n", {"CUP": 15}),
        ("4006381333931 2", {"CUP": 2}),
        ("  PLATE   0007  ", {"PLATE": 7}),
    ],
)
def test_lists_are_read_as_people_write_them(keeper, place, goods, typed, read):
    keeper.post(ADD, paper(place, pieces=typed))

    assert dict(Receipt.objects.get().lines.values_list("item__sku", "expected")) == read


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("", "required"),
        ("CUP", "“CUP” is not a SKU and a quantity."),
        ("12", "“12” is not a SKU and a quantity."),
        ("CUP -3", "“CUP -3” is not a SKU and a quantity."),
        ("CUP 0", "CUP 0: at least 1."),
        ("CUP 1.5", "“CUP 1.5” is not a SKU"),
        ("CUP 99999999", "is not a SKU and a quantity"),
        ("CUP 9999999", "at most 1,000,000 pieces"),
        ("NOPE 1", "“NOPE” is no SKU or barcode that we know."),
        ("CUP １２", "is not a SKU and a quantity"),
        ("x" * 30_000, "at most 20000 characters"),
        ("a" + " " * 19_000 + "b", "is not a SKU and a quantity"),
        ("\n".join(["CUP 1"] * 201), "At most 200 lines."),
    ],
)
def test_a_list_that_cannot_be_read_is_refused_beside_it(keeper, place, goods, typed, words):
    answer = keeper.post(ADD, paper(place, pieces=typed))

    assert answer.status_code == 200
    assert words in str(answer.context["adminform"].form.errors["pieces"][0])
    assert not Receipt.objects.exists()


def test_a_barcode_of_two_things_means_neither(keeper, place, goods):
    StockItemFactory(sku="SAUCER", barcode="4006381333931")

    answer = keeper.post(ADD, paper(place, pieces="4006381333931 2"))

    assert "no SKU or barcode" in str(answer.context["adminform"].form.errors["pieces"])


# --- counting in --------------------------------------------------------------------------------------
def test_counting_in_says_first_what_it_will_do_then_does_it_once(keeper, receipt):
    page, given = address(receipt, "count_in"), go(line_2=6, surprises="BOWL 2")

    first = keeper.post(page, given).content.decode()
    for words in ("CUP: 0 → 5 of 12 announced", "PLATE: 0 → 6 of 4 announced", "BOWL: 0 → 2 of 0 announced"):
        assert words in first
    assert not StockMovement.objects.exists()
    done = keeper.post(page, {**given, "confirmed": 1}, follow=True)
    again = keeper.post(page, {**given, "confirmed": 1}, follow=True)

    assert "13 pieces are on the shelf of Main." in done.content.decode()
    assert "booked before" in again.content.decode()
    assert lines(receipt) == [("CUP", 12, 5), ("PLATE", 4, 6), ("BOWL", 0, 2)]
    entry = apps.get_model("accounts", "AuditEntry").objects.get()
    assert (entry.act, entry.subject) == ("receive delivery", f"receipt {receipt.number}")
    assert entry.before == {"CUP": 0, "PLATE": 0, "BOWL": 0}
    assert entry.after == {"location": "main", "CUP": 5, "PLATE": 6, "BOWL": 2}


def test_its_page_shows_what_is_to_come_and_what_is_too_many(keeper, receipt):
    inventory.receive_against(receipt, {"CUP": 5, "PLATE": 6}, key="go 1")

    page = keeper.get(address(receipt)).content.decode()

    assert "7 to come" in page
    assert "+2" in page
    assert "7 of CUP to come, 2 of PLATE too many" in page
    assert f"delivery {receipt.number} line 1" in page


def test_movements_lead_back_to_the_receipt(keeper, receipt):
    inventory.receive_against(receipt, {"CUP": 5}, key="go 1")
    move = StockMovement.objects.get()

    page = keeper.get(reverse("admin:inventory_stockmovement_change", args=[move.pk])).content.decode()

    named = reverse("admin:inventory_receipt_named", args=[receipt.number])
    assert named in page
    assert keeper.get(named).url == address(receipt)


@pytest.mark.parametrize("value", [each for each in ODD if each not in {"", "0", "１２"}])
@pytest.mark.parametrize("field", ["line_1", "surprises", "key"])
def test_odd_values_book_nothing(keeper, receipt, field, value):
    given = go(confirmed=1, **{field: value.encode("utf-8", "replace").decode()})

    assert keeper.post(address(receipt, "count_in"), given).status_code in {400, 422}
    assert not StockMovement.objects.exists()


@pytest.mark.parametrize("nothing", ["", "0"])
def test_nothing_that_came_is_nothing_to_book(keeper, receipt, nothing):
    answer = keeper.post(address(receipt, "count_in"), go(line_1=nothing))

    assert answer.status_code == 422
    assert "Say of at least one line" in answer.content.decode()


def test_a_shelf_holds_no_more_than_the_database_can_count(keeper, receipt, monkeypatch):
    inventory.receive_against(receipt, {"CUP": 5}, key="go 1")
    monkeypatch.setattr("inventory.receipt_acts.MOST_ON_HAND", 9)

    assert keeper.post(address(receipt, "count_in"), go(confirmed=1)).status_code == 422


# --- setting right ------------------------------------------------------------------------------------
def correction(receipt, **fields):
    return {
        "line": receipt.lines.get(position=1).pk,
        "received": 3,
        "reason": "Typed wrong",
        "key": KEY,
        **fields,
    }


@pytest.fixture
def corrector(client, db):
    client.force_login(staff("adjust_stock", "view_receipt"))
    return client


def test_a_figure_that_was_wrong_is_corrected_once(corrector, receipt):
    inventory.receive_against(receipt, {"CUP": 5}, key="go 1")
    page = address(receipt, "correct")

    first = corrector.post(page, correction(receipt)).content.decode()
    assert "CUP: 5 → 3 of 12 announced." in first
    assert "On hand at Main: 5 → 3" in first
    for _ in range(2):
        corrector.post(page, correction(receipt, confirmed=1))

    assert lines(receipt)[0] == ("CUP", 12, 3)
    assert StockLevel.objects.get().on_hand == 3
    entry = apps.get_model("accounts", "AuditEntry").objects.get()
    assert (entry.act, entry.before, entry.after) == (
        "correct receipt",
        {"CUP": 5},
        {"CUP": 3, "reason": "Typed wrong"},
    )


def test_more_than_lies_there_is_not_corrected_away(corrector, receipt, place):
    inventory.receive_against(receipt, {"CUP": 5}, key="go 1")
    inventory.adjust("CUP", -4, location=place, cause="adjustment 1", reason="Broken")

    answer = corrector.post(address(receipt, "correct"), correction(receipt))

    assert "Then -1 of CUP would be on hand." in str(answer.context["form"].errors["received"])


@pytest.mark.parametrize("value", [each for each in ODD if each not in {"0", "１２"}])
@pytest.mark.parametrize("field", ["line", "received", "key"])
def test_odd_corrections_change_nothing(corrector, receipt, field, value):
    inventory.receive_against(receipt, {"CUP": 5}, key="go 1")
    given = correction(receipt, confirmed=1, **{field: value.encode("utf-8", "replace").decode()})

    assert corrector.post(address(receipt, "correct"), given).status_code in {400, 422}
    assert lines(receipt)[0] == ("CUP", 12, 5)


def test_nothing_that_came_is_nothing_to_correct(corrector, receipt):
    answer = corrector.post(address(receipt, "correct"), correction(receipt, confirmed=1))

    assert (answer.status_code, "Nothing was counted in yet." in answer.content.decode()) == (409, True)


# --- closing ------------------------------------------------------------------------------------------
def test_closing_says_what_differs_before_and_after(keeper, receipt):
    inventory.receive_against(receipt, {"CUP": 13}, key="go 1")
    words = "1 of CUP too many, 4 of PLATE missing"

    assert words in keeper.get(address(receipt, "close")).content.decode()
    done = keeper.post(address(receipt, "close"), {"key": KEY}, follow=True).content.decode()

    assert f"is closed with a difference: {words}." in done
    entry = apps.get_model("accounts", "AuditEntry").objects.get()
    assert entry.after == {"state": "closed", "difference": words}


def test_a_receipt_without_difference_is_received(keeper, receipt):
    inventory.receive_against(receipt, {"CUP": 12, "PLATE": 4}, key="go 1")

    keeper.post(address(receipt, "close"), {"key": KEY})

    receipt.refresh_from_db()
    assert receipt.state == "received"


@pytest.mark.parametrize("act", ["count_in", "close"])
def test_a_closed_receipt_answers_with_409(keeper, receipt, act):
    inventory.close_receipt(receipt)

    answer = keeper.post(address(receipt, act), go(confirmed=1))

    assert answer.status_code == 409
    assert "nothing more is booked on it" in answer.content.decode()
    assert not StockLevel.objects.exists()


# --- who, and how long it takes -----------------------------------------------------------------------
@pytest.mark.parametrize("permissions", [(), ("view_receipt",), ("add_receipt",), ("change_stocklevel",)])
def test_without_the_right_nothing_is_booked(client, receipt, permissions):
    client.force_login(staff(*permissions))

    assert client.post(address(receipt, "count_in"), go(confirmed=1)).status_code == 403
    assert client.post(address(receipt, "close"), {"key": KEY}).status_code == 403
    if "add_receipt" not in permissions:
        assert client.get(ADD).status_code == 403
    assert Receipt.objects.get().is_open


def test_the_list_finds_by_number_supplier_note_and_sku(keeper, receipt, place):
    other = inventory.expect_receipt({"BOWL": 1}, location=place, supplier="Glass")

    def found(word):
        return set(keeper.get(LIST, {"q": word}).context["cl"].result_list)

    assert found(receipt.number) == found("Pottery") == found("DN-7") == found("cup") == {receipt}
    assert found("Glass") == {other}


@pytest.mark.parametrize("number", [2, 30])
def test_a_page_costs_the_same_however_many_lines(keeper, place, number, django_assert_max_num_queries):
    skus = [StockItemFactory().sku for _ in range(number)]
    receipt = inventory.expect_receipt(dict.fromkeys(skus, 1), location=place, supplier="Pottery")
    inventory.receive_against(receipt, dict.fromkeys(skus, 1), key="go 1")

    for page in (address(receipt), address(receipt, "count_in"), address(receipt, "close")):
        with django_assert_max_num_queries(20):
            assert keeper.get(page).status_code == 200
