"""Tables as files: what is in them, what never is, and the trace that taking one leaves."""

import csv
import io
import zipfile
from datetime import UTC, datetime
from decimal import Decimal
from xml.etree import ElementTree

import pytest
from django.contrib.auth.models import Permission
from django.core.management import CommandError, call_command
from django.urls import reverse

from accounts.models import AuditEntry
from accounts.tests.factories import StaffFactory
from config import exports
from config.tests.world import balanced_world, paid, placed_order
from orders.models import Order

FORMULAS = [
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\n=1",
    "  =1+1",
    '=HYPERLINK("http://x.example","y")',
    "=cmd|' /C calc'!A0",
    "＝1+1",
    "－2",
]
PLAIN = ["", "a=b", "1-2", "Ada", "'quoted", 'She said "no"', "ümlaut, comma", "two\nlines", "0049"]


@pytest.fixture
def world(db):
    return balanced_world()


def read_csv(content: bytes) -> list[list[str]]:
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def read_xlsx(content: bytes) -> list[list[str]]:
    """The cells of the only sheet, which must hold no formula and no link."""
    book = zipfile.ZipFile(io.BytesIO(content))
    sheet = ElementTree.fromstring(book.read("xl/worksheets/sheet1.xml"))
    space = sheet.tag.partition("}")[0] + "}"
    assert not list(sheet.iter(f"{space}f"))
    assert not list(sheet.iter(f"{space}hyperlink"))
    return [["".join(cell.itertext()) for cell in row.iter(f"{space}c")] for row in sheet.iter(f"{space}row")]


# --- files --------------------------------------------------------------------------------------------
@pytest.mark.parametrize("text", FORMULAS)
def test_what_a_spreadsheet_would_run_is_only_text(text):
    [_, [cell]] = read_csv(b"".join(exports.as_csv(["A"], [[text]])))

    assert cell == f"'{text}"


@pytest.mark.parametrize("text", PLAIN)
def test_other_text_stays_as_it_is(text):
    [_, [cell, _]] = read_csv(b"".join(exports.as_csv(["A", "B"], [[text, 1]])))

    assert cell == text


def test_amounts_below_nothing_are_numbers_and_stay_so():
    assert read_csv(b"".join(exports.as_csv(["A"], [[Decimal("-5.00")]]))) == [["A"], ["-5.00"]]


def test_nothing_in_xlsx_is_a_formula_or_a_link():
    file = io.BytesIO()

    exports.as_xlsx("Odd", ["A"], [[text] for text in [*FORMULAS, "https://x.example", "x" * 40_000]], file)

    rows = read_xlsx(file.getvalue())
    assert rows[1:7] == [["=1+1"], ["+1"], ["-1"], ["@SUM(A1)"], ["\t=1"], ["_x000D_=1"]]
    assert rows[-2:] == [["https://x.example"], ["x" * exports.LONGEST_CELL]]


def test_rows_are_written_piece_by_piece():
    taken = []

    def rows():
        for number in range(10_000):
            taken.append(number)
            yield [number, "x" * 50]

    pieces = exports.as_csv(["A", "B"], rows())
    next(pieces)

    assert len(taken) < 2_000
    assert sum(1 for _ in pieces) > 5


def test_a_sheet_that_is_full_says_so(monkeypatch):
    monkeypatch.setattr("config.exports.MOST_IN_XLSX", 3)

    with pytest.raises(exports.TooLong, match="Take CSV"):
        exports.as_xlsx("Odd", ["A"], [[1], [2], [3]], io.BytesIO())


@pytest.mark.parametrize("name", ["movements", "order-lines", "orders", "payments", "stock"])
def test_every_table_has_a_heading_for_each_cell(world, name, django_assert_max_num_queries):
    export = exports.exports[name]

    with django_assert_max_num_queries(1):
        rows = list(export.rows(export.everything()))

    assert rows
    assert {len(row) for row in rows} == {len(export.columns)}


@pytest.mark.broken_books
def test_amounts_are_major_units_and_times_have_their_zone(world):
    Order.objects.update(placed_at=datetime(2026, 7, 1, 22, 30, tzinfo=UTC))
    export = exports.exports["orders"]

    [row] = export.rows(export.everything())

    said = dict(zip(export.columns, row, strict=True))
    assert (said["Total"], said["Currency"]) == (Decimal("44.88"), "EUR")
    assert said["Placed at"] == "2026-07-02T00:30:00+02:00"
    assert (said["Customer"], said["Credited"]) == ("guest", Decimal("0.00"))


# --- the console --------------------------------------------------------------------------------------
def staff(client, *permissions):
    user = StaffFactory()
    user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    client.force_login(user)
    return user


EXPORT = "admin:orders_order_export"


def take(client, form="csv", what="orders", **query):
    answer = client.post(reverse(EXPORT, query=query), {"what": what, "format": form})
    assert answer.status_code == 200
    return b"".join(answer.streaming_content)


def test_a_list_leaves_with_its_filters(client, world):
    staff(client, "view_order", "export_order")
    other = placed_order(world.cup, 1)
    paid(other)
    query = {"q": other.number, "o": "2"}

    page = client.get(reverse(EXPORT, query=query)).content.decode()
    [_, row] = read_csv(take(client, **query))

    assert "The list holds 1 orders with the filters that are set" in page
    assert row[0] == other.number


def test_lines_of_a_list_of_orders_are_its_lines_alone(client, world):
    staff(client, "view_order", "export_order")
    paid(placed_order(world.cup, 1))

    rows = read_csv(take(client, what="order-lines", q=world.order.number))

    assert [row[3] for row in rows] == ["SKU", "MUG-1"]


def test_the_same_as_xlsx(client, world):
    staff(client, "view_order", "export_order")

    [heading, row] = read_xlsx(take(client, "xlsx"))

    assert heading[0] == "Number"
    assert row[0] == world.order.number
    assert "44.88" in row


def test_it_is_written_down_who_took_what_along(client, world):
    user = staff(client, "view_order", "export_order")

    take(client, payment_state__exact="authorised")

    entry = AuditEntry.objects.get()
    assert (entry.actor, entry.act, entry.subject) == (user, "export", "Orders")
    assert entry.after == {"format": "csv", "filters": "payment_state__exact=authorised"}


def test_looking_does_not_mean_taking_along(client, world):
    staff(client, "view_order")

    assert "export/" not in client.get(reverse("admin:orders_order_changelist")).content.decode()
    assert client.get(reverse(EXPORT)).status_code == 403
    assert client.post(reverse(EXPORT), {"what": "orders", "format": "csv"}).status_code == 403
    assert not AuditEntry.objects.exists()


def test_taking_along_does_not_work_without_looking(client, world):
    staff(client, "export_order")

    assert client.post(reverse(EXPORT), {"what": "orders", "format": "csv"}).status_code == 403


def test_a_table_of_another_list_is_refused_in_words(client, world):
    staff(client, "view_order", "export_order", "export_payment")

    answer = client.post(reverse(EXPORT), {"what": "payments", "format": "exe"})

    assert answer.status_code == 422
    assert "Select a valid choice" in answer.content.decode()


@pytest.mark.parametrize(
    "query",
    [{"placed_at__year": "0"}, {"pk__in": "a,b"}, {"p": "abc"}, {"id__exact": str(10**30)}, {"e": "1"}],
)
def test_odd_filters_break_nothing(client, world, query):
    staff(client, "view_order", "export_order")

    assert client.get(reverse(EXPORT, query=query)).status_code < 500


# --- the command --------------------------------------------------------------------------------------
def test_the_command_writes_a_whole_file_or_none(world, tmp_path):
    file = tmp_path / "orders.csv"

    call_command("export", "orders", "--output", str(file), "--since", "2000-01-01")

    assert read_csv(file.read_bytes())[1][0] == world.order.number
    assert list(tmp_path.iterdir()) == [file]
    assert AuditEntry.objects.get().actor is None


@pytest.mark.broken_books
def test_days_are_the_shops_and_the_last_is_included(world, tmp_path):
    Order.objects.update(placed_at=datetime(2026, 7, 1, 22, 30, tzinfo=UTC))
    found = {}
    for day in ("2026-07-01", "2026-07-02", "2026-07-03"):
        file = tmp_path / day
        call_command("export", "orders", "--output", str(file), "--since", day, "--until", day)
        found[day] = len(read_csv(file.read_bytes())) - 1

    assert found == {"2026-07-01": 0, "2026-07-02": 1, "2026-07-03": 0}


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["orders", "--format", "xlsx"], "needs a file"),
        (["stock", "--since", "2026-07-01"], "has no days"),
        (["orders", "--since", "2026-07-02", "--until", "2026-07-01"], "must not be before"),
        (["orders", "--since", "yesterday"], "is no date"),
        (["orders", "--until", "9999-12-31"], "of this era"),
        (["orders", "--output", "/nowhere/at/all.csv"], "No such file"),
        (["everything"], "invalid choice"),
    ],
)
def test_the_command_says_what_is_wrong(world, words, why):
    with pytest.raises(CommandError, match=why):
        call_command("export", *words)
