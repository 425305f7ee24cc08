"""The scan desk: what each scan means, what it leads to, and that nothing happens twice or to the wrong people."""

import io
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pypdf import PdfReader

from accounts.models import AuditEntry
from accounts.tests.factories import StaffFactory
from config.tests.helpers import run_tasks
from inventory import services as inventory
from inventory.models import Receipt, StockCount, StockCountLine, StockItem, StockLevel, StockMovement
from inventory.tests.factories import LocationFactory, StockLevelFactory
from orders.models import Fulfilment, Order
from payments import services
from payments.scan import codes
from payments.tests.conftest import make_till
from payments.tests.test_cancelling import ordered
from shop.tests.factories import VariantFactory

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]


class Reader:
    """Somebody with a barcode reader at one page: scans follow the redirects, `said` is the sentence at the end."""

    def __init__(self, client, mode):
        self.client = client
        self.address = reverse(f"admin:scan_{mode}")
        self.answer = client.get(self.address)

    def scan(self, *texts, name="scan"):
        for text in texts:
            key = self.answer.context["tray"].key
            self.answer = self.client.post(self.address, {name: text, "key": key}, follow=True)
            assert self.answer.status_code == 200
            self.address = self.answer.redirect_chain[-1][0]
        return self

    @property
    def message(self):
        return list(self.answer.context["messages"])[-1]

    @property
    def said(self):
        return str(self.message)

    @property
    def is_loud(self):
        page = self.answer.content.decode()
        return (
            self.message.level_tag == "error"
            and 'class="scan-said is-error"' in page
            and 'role="alert"' in page
        )

    @property
    def page(self):
        return self.answer.content.decode()

    @property
    def tray(self):
        return parse_qs(urlsplit(self.address).query)


@pytest.fixture
def boss(client):
    client.force_login(StaffFactory(is_superuser=True))
    return client


@pytest.fixture
def order(stripe, till):
    """Two mugs (barcode 4006381333931), authorised."""
    StockItem.objects.filter(pk=till.mug.stock_item_id).update(barcode="4006381333931")
    ordered(stripe, till)
    return Order.objects.get()


def levels(sku):
    rows = StockLevel.objects.filter(item__sku=sku).order_by("location__priority")
    return [(row.on_hand, row.allocated) for row in rows]


# --- what a text means --------------------------------------------------------------------------------
def test_texts_are_read_as_readers_send_them():
    level = StockLevelFactory(item__sku="MUG-1", item__barcode="0401234567890")
    receipt = Receipt.objects.create(supplier="Potter", location=level.location)

    assert codes.read(" mug-1 ") == level.item
    assert codes.read("0401234567890") == codes.read("401234567890") == level.item
    assert codes.read("MAIN") == level.location
    assert codes.read("cmdpick") == codes.read("/pick") == codes.COMMANDS["CMDPICK"]
    # A keyboard of another country types something else for each hyphen, or nothing.
    assert codes.read(receipt.number.replace("-", "ß").lower()) == receipt
    assert codes.read(receipt.number.replace("-", "")) == receipt


@pytest.mark.parametrize(
    "text", ["nothing", "T-AAA-AAA-AAA", "/", "//", "9" * 80, "🦊", "' OR 1=1", "C-AAA-AAAA"]
)
def test_what_nobody_knows_is_said_so(text):
    with pytest.raises(codes.Unclear):
        codes.read(text)


def test_a_barcode_on_two_things_is_not_guessed():
    for sku in ("A-1", "A-2"):
        StockLevelFactory(item__sku=sku, item__barcode="77")

    with pytest.raises(codes.Unclear, match="A-1, A-2"):
        codes.read("77")


# --- picking and shipping -----------------------------------------------------------------------------
def test_an_order_is_picked_and_shipped_by_scans_alone(boss, till, order, settings):
    settings.CARRIERS = {"Post": "https://track.example/{number}"}
    reader = Reader(boss, "pick").scan(order.number)
    assert reader.said == f"{order}: 2 pieces to pick."

    reader.scan("4006381333931")
    assert "1 of 2. 1 piece left." in reader.said
    reader.scan(till.mug.sku)
    assert reader.said == "All picked. Enter goes on to the tracking number."
    reader.scan("", "CMDCARRIER1", "JD0001")

    run_tasks()
    parcel = Fulfilment.objects.get()
    order.refresh_from_db()
    assert (
        reader.said
        == f"{order} is on its way as shipment {parcel.pk}: 2 pieces. Scan the barcode of an order."
    )
    assert (parcel.carrier, parcel.tracking_number, parcel.tracking_url) == (
        "Post",
        "JD0001",
        "https://track.example/JD0001",
    )
    assert (order.fulfilment_state, order.payment_state, levels(till.mug.sku)) == (
        "shipped",
        "captured",
        [(8, 0)],
    )
    assert reader.tray == {"carrier": ["Post"], "key": reader.tray["key"]}
    entry = AuditEntry.objects.get(act="ship order")
    assert entry.after["pieces"] == {"1": 2}


def test_a_tracking_number_scanned_twice_makes_one_parcel(boss, till, order):
    reader = Reader(boss, "pick").scan(order.number, "4006381333931", "2", "CMDSHIP")
    page, key = reader.address, reader.answer.context["tray"].key

    for _ in range(2):
        answer = boss.post(page, {"scan": "JD0001", "key": key}, follow=True)
        assert "is on its way as shipment" in answer.content.decode()

    assert Fulfilment.objects.count() == StockMovement.objects.filter(kind="ship").count() == 1
    assert AuditEntry.objects.filter(act="ship order").count() == 1


def test_the_ship_command_and_enter_ship_nothing_without_a_number(boss, order):
    reader = Reader(boss, "pick").scan(order.number, "4006381333931", "2", "CMDSHIP", "CMDSHIP", "", "")

    assert reader.said == "Scan the tracking number, or choose to ship without one."
    assert not Fulfilment.objects.exists()
    reader.scan("CMDUNTRACKED", name="command")
    assert Fulfilment.objects.get().tracking_number == ""


@pytest.mark.parametrize(
    ("scans", "said"),
    [
        (["CUP-9"], "CUP-9 does not belong to"),
        (["4006381333931"] * 3, "2 are to be picked, not 3. Put it back."),
        (["4006381333931", "3"], "2 are to be picked, not 3. Put it back."),
        (["nonsense"], "Nobody knows nonsense."),
        (["5"], "Scan a thing first, then type how many."),
        (["CMDSHIP"], "Nothing is picked yet."),
        (["4006381333931", "CMDCOUNT"], "1 pieces are on the tray. Book them first, or begin again."),
        (["4006381333931", "CMDSHIP", "4006381333931"], "4006381333931 is no tracking number."),
        (["CMDUNTRACKED"], "There is nothing to do that with."),
    ],
)
def test_a_wrong_scan_is_loud_and_changes_nothing(boss, order, scans, said):
    VariantFactory(stock_item__sku="CUP-9", stock=3)
    reader = Reader(boss, "pick").scan(order.number, *scans[:-1])
    before = reader.tray.get("got")

    reader.scan(scans[-1])

    assert said in reader.said
    assert reader.is_loud
    assert reader.tray.get("got") == before


def test_an_order_that_was_looked_up_is_picked_by_one_key(boss, order):
    reader = Reader(boss, "look").scan(order.number, "CMDPICK")
    assert reader.said == f"{order}: 2 pieces to pick."

    reader.scan("CMDLOOK")
    assert reader.said == f"Order {order}"
    assert Reader(boss, "look").scan("4006381333931", "CMDPICK").said == "Pick."


def test_a_part_can_be_shipped_and_taken_back(boss, till, order):
    reader = Reader(boss, "pick").scan(order.number, "4006381333931", "2", "CMDUNDO")
    assert reader.said == f"{till.mug.sku}: one put back."

    reader.scan("CMDSHIP")
    assert reader.said == "Only a part is picked. Now scan the tracking number of the parcel."
    reader.scan("JD1")

    order.refresh_from_db()
    assert (order.fulfilment_state, levels(till.mug.sku)) == ("partial", [(9, 1)])


def test_begin_again_puts_the_order_aside(boss, order):
    reader = Reader(boss, "pick").scan(order.number, "4006381333931", "CMDCLEAR")

    assert "put aside; nothing was booked" in reader.said
    assert "about" not in reader.tray


def test_an_order_that_may_not_leave_says_why(boss, order):
    from orders import services as orders

    orders.hold(order, "review", why="The address looks odd.", key="review")

    reader = Reader(boss, "pick").scan(order.number)

    assert "The address looks odd." in reader.said
    assert reader.is_loud


def test_another_order_waits_until_the_open_one_is_done(boss, stripe, order):
    ordered(stripe, make_till())
    other = Order.objects.exclude(pk=order.pk).get()
    reader = Reader(boss, "pick").scan(order.number, "4006381333931", other.number)

    assert f"{order} is open and 1 pieces are picked." in reader.said
    reader.scan("CMDUNDO", other.number)
    assert reader.said == f"{other}: 2 pieces to pick."


def test_things_are_taken_from_the_place_that_was_scanned(boss, till, order):
    floor = LocationFactory(code="floor", name="Shop floor", priority=20)
    StockLevelFactory(item=till.mug.stock_item, location=floor, on_hand=3)

    reader = Reader(boss, "pick").scan(order.number, "floor", "4006381333931", "2")
    assert "from Shop floor" in reader.page
    reader.scan("CMDSHIP", "JD1")

    assert levels(till.mug.sku) == [(10, 0), (1, 0)]


def test_a_tray_with_nothing_of_the_order_ships_and_charges_nothing(boss, order):
    page = reverse("admin:scan_pick")
    tray = {"about": order.number, "got": "1:NOPE", "step": "track", "key": "0123456789abcdef"}

    answer = boss.post(f"{page}?{urlencode(tray)}", {"scan": "JD1", "key": tray["key"]}, follow=True)

    assert "Choose what to send." in answer.content.decode()
    order.payment.refresh_from_db()
    assert order.payment.captured == Fulfilment.objects.count() == 0


def test_money_that_is_not_certain_ships_nothing(boss, stripe, order):
    reader = Reader(boss, "pick").scan(order.number, "4006381333931", "2", "CMDSHIP")
    stripe.fault("POST /v1/payment_intents/{id}/capture", "reset_before", times=2)

    reader.scan("JD1")

    assert reader.is_loud
    assert not Fulfilment.objects.exists()


# --- looking up ---------------------------------------------------------------------------------------
def test_a_thing_is_looked_up(boss, order, till):
    page = Reader(boss, "look").scan("4006381333931").page

    for words in (till.mug.sku, "Warehouse main", f"order {order.number} line 1", ">10<", ">8<"):
        assert words in page


def test_an_order_and_a_place_are_looked_up(boss, order, till):
    page = Reader(boss, "look").scan(order.number).page
    for words in (order.number, "2 at Warehouse main", "Test Buyer"):
        assert words in page

    assert till.mug.sku in Reader(boss, "look").scan("main").page


def test_an_unknown_code_is_loud(boss):
    reader = Reader(boss, "look").scan("4000000000000")

    assert (reader.said, reader.is_loud) == ("Nobody knows 4000000000000.", True)


def test_a_look_costs_as_many_queries_however_many_hold_it(
    boss, stripe, order, till, django_assert_max_num_queries
):
    for _ in range(3):
        ordered(stripe, make_till(mug=till.mug, quantity=1))

    with django_assert_max_num_queries(16):
        page = boss.get(reverse("admin:scan_look"), {"about": till.mug.sku}).content.decode()

    assert page.count("Warehouse main for ") == 4


# --- receiving and counting ---------------------------------------------------------------------------
@pytest.fixture
def shelf():
    StockLevelFactory(item__sku="MUG-1", item__barcode="111111", on_hand=5)
    return StockLevelFactory(item__sku="CUP-1", on_hand=5).location


def test_goods_are_received_piece_by_piece_or_by_number_and_booked_once(boss, shelf):
    reader = Reader(boss, "receive").scan("111111", "111111", "CUP-1", "24")
    page, key = reader.address, reader.answer.context["tray"].key

    for said in ("26 pieces of 2 SKUs put on the shelf", "booked before"):
        assert said in boss.post(page, {"scan": "CMDDONE", "key": key}, follow=True).content.decode()

    assert (levels("MUG-1"), levels("CUP-1")) == ([(7, 0)], [(29, 0)])
    assert AuditEntry.objects.get(act="receive stock").after["pieces"] == {"MUG-1": 2, "CUP-1": 24}


@pytest.mark.parametrize(
    "change", [{"got": ["2:MUG-1", "1:CUP-1"]}, {"place": ["floor"]}, {"got": ["1:CUP-1"]}]
)
def test_a_tray_that_was_booked_and_then_changed_is_refused_loudly_and_stays(boss, shelf, change):
    LocationFactory(code="floor", name="Shop floor", priority=20)
    reader = Reader(boss, "receive").scan("main", "111111", "2")
    earlier, key = reader.tray, reader.answer.context["tray"].key
    reader.scan("CMDDONE")

    page = urlencode({**earlier, "key": [key], **change}, doseq=True)
    reader.address = f"{reverse('admin:scan_receive')}?{page}"
    reader.answer = boss.get(reader.address)
    reader.scan("CMDDONE")

    assert "booked before, and nothing was booked now" in reader.said
    assert reader.is_loud
    assert reader.tray["got"] == change.get("got", ["2:MUG-1"])
    assert (levels("MUG-1"), levels("CUP-1")) == ([(7, 0)], [(5, 0)])
    reader.scan("CMDCLEAR", "main", "CUP-1", "CMDDONE")
    assert levels("CUP-1")[0] == (6, 0)


def test_a_count_under_way_that_got_this_tray_takes_nothing_more_from_it(boss, shelf):
    count = inventory.open_count(["MUG-1"], location=shelf)
    reader = Reader(boss, "count").scan(count.number, "111111", "4")
    page, key = reader.address, reader.answer.context["tray"].key
    reader.scan("CMDDONE")

    reader.answer = boss.post(page + "&got=1:CUP-1", {"scan": "CMDDONE", "key": key}, follow=True)

    assert "booked before, and nothing was booked now" in reader.said
    assert reader.is_loud
    assert list(count.lines.values_list("item__sku", "counted")) == [("MUG-1", 4)]


def test_a_count_costs_as_many_statements_however_many_things_are_on_the_tray(boss, shelf):
    def statements(*skus):
        for sku in skus:
            StockLevelFactory(item__sku=sku, location=shelf)
        tray = urlencode({"key": skus[0].rjust(16, "0"), "got": [f"1:{sku}" for sku in skus]}, doseq=True)
        with CaptureQueriesContext(connection) as captured:
            answer = boss.post(f"{reverse('admin:scan_count')}?{tray}", {"scan": "CMDDONE"})
        assert answer.status_code == 303
        return len(captured)

    assert statements("1") == statements("2", "3", "4", "5", "6")
    assert StockCountLine.objects.filter(counted=1).count() == 6


def test_goods_are_received_against_what_was_announced(boss, shelf):
    receipt = inventory.expect_receipt({"MUG-1": 3}, location=shelf, supplier="Potter")

    reader = Reader(boss, "receive").scan(receipt.number)
    assert "0 of 3" in reader.page
    reader.scan("111111", "3", "CMDDONE")

    assert receipt.lines.get().received == 3
    assert levels("MUG-1") == [(8, 0)]


def test_a_count_is_written_down_once_and_moves_nothing_yet(boss, shelf):
    reader = Reader(boss, "count").scan("111111", "4", "CUP-1", "0")
    page, key = reader.address, reader.answer.context["tray"].key

    for said in ("4 pieces of 2 SKUs written down", "booked before"):
        assert said in boss.post(page, {"scan": "CMDDONE", "key": key}, follow=True).content.decode()

    count = StockCount.objects.get()
    assert dict(count.lines.values_list("item__sku", "counted")) == {"MUG-1": 4, "CUP-1": 0}
    assert levels("MUG-1") == [(5, 0)]
    assert " 5" not in reader.page.split('class="scan-card"')[1].split("</section>")[0]


def test_a_count_that_is_under_way_goes_on(boss, shelf):
    count = inventory.open_count(["MUG-1"], location=shelf)

    Reader(boss, "count").scan(count.number, "111111", "5", "CMDDONE")

    assert count.lines.get().counted == 5


# --- who, and how ---------------------------------------------------------------------------------------
RIGHTS = {
    "look": "view_stocklevel",
    "pick": "add_fulfilment",
    "receive": "receive_stock",
    "count": "change_stockcount",
}


@pytest.mark.parametrize("mode", RIGHTS)
def test_each_mode_is_open_to_those_whose_it_is(client, mode):
    user = StaffFactory()
    client.force_login(user)
    page = reverse(f"admin:scan_{mode}")
    assert client.get(page).status_code == client.post(page, {"scan": "x"}).status_code == 403

    user.user_permissions.add(Permission.objects.get(codename=RIGHTS[mode]))

    for other in RIGHTS:
        expected = 200 if other == mode else 403
        assert client.get(reverse(f"admin:scan_{other}")).status_code == expected
    shown = client.get(page).content.decode()
    assert [other for other in RIGHTS if f'value="CMD{other.upper()}"' in shown] == [mode]
    for other in set(RIGHTS) - {mode}:
        answer = client.post(page, {"scan": f"CMD{other.upper()}"}, follow=True)
        assert "That is not yours to do." in answer.content.decode()


def test_who_may_not_see_orders_is_not_told_who_holds_a_thing(client, order, till):
    user = StaffFactory()
    user.user_permissions.add(Permission.objects.get(codename="view_stocklevel"))
    client.force_login(user)

    reader = Reader(client, "look").scan(till.mug.sku)
    assert order.number not in reader.page
    assert Reader(client, "look").scan(order.number).said == "Orders are not yours to see."
    shown = client.get(reverse("admin:scan_look"), {"about": order.number}).content.decode()
    assert "Test Buyer" not in shown


@pytest.mark.parametrize("mode", RIGHTS)
@pytest.mark.parametrize(
    "query",
    [
        {
            "got": ["abc", ":", "5:", "-1:MUG-1", "9" * 30 + ":MUG-1", "٣:MUG-1", "2:nothing"],
            "about": "x" * 900,
        },
        {
            "key": "' OR 1=1",
            "place": "nowhere",
            "from": ["x:MUG-1", "::"],
            "step": "odd",
            "carrier": "<b>Odd</b>",
        },
        {"about": "\u202e<b>Odd</b>", "step": "track", "got": ["2:<b>Odd</b>"]},
    ],
)
def test_odd_addresses_and_scans_break_nothing(boss, shelf, mode, query):
    page = reverse(f"admin:scan_{mode}")
    assert boss.get(page, query).status_code == 200
    for text in ("", "<b>Odd</b>", "CMDDONE", "CMDSHIP", "CMDUNTRACKED", "CMDUNDO", "CMDCARRIER9", "1" * 5):
        answer = boss.post(f"{page}?{urlencode(query, doseq=True)}", {"scan": text}, follow=True)
        assert answer.status_code == 200
        assert "<b>Odd</b>" not in answer.content.decode()
    assert StockMovement.objects.count() == 2


def test_the_codes_of_all_commands_are_on_the_sheet(boss, settings):
    settings.CARRIERS = {"Post": ""}
    LocationFactory(code="floor", name="Shop floor")

    answer = boss.get(reverse("admin:scan_codes"))

    paper = "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(answer.content)).pages)
    for code in (*codes.COMMANDS, "CMDCARRIER1", "floor"):
        assert code in paper
    assert not [code for code in codes.COMMANDS if set(code) & set("YZ-")]


def test_two_stations_cannot_ship_the_same_pieces(boss, till, order):
    first = Reader(boss, "pick").scan(order.number, "4006381333931", "2", "CMDSHIP")
    second = Reader(boss, "pick").scan(order.number, "4006381333931", "2", "CMDSHIP")

    first.scan("JD1")
    second.scan("JD2")

    assert second.is_loud
    assert "waits to be sent" in second.said
    assert Fulfilment.objects.count() == 1
    assert services.why_not_ship(Order.objects.get()) != ""
