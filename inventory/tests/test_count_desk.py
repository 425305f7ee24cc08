"""Stock counts in the console: counted blind, differences when it is finished, posted by whom the rules allow."""

import pytest
from django.apps import apps
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission

from inventory import services as inventory
from inventory.models import StockCount, StockLevel, StockMovement
from inventory.tests.factories import LocationFactory, StockItemFactory, StockLevelFactory
from inventory.tests.test_admin import KEY, ODD, address, staff

ADD = "/admin/inventory/stockcount/add/"
LIST = "/admin/inventory/stockcount/"
TOMORROW = "2030-01-01T00:00Z"

pytestmark = pytest.mark.any_database


@pytest.fixture
def place(db):
    return LocationFactory(name="Main")


@pytest.fixture
def cup(place):
    return StockLevelFactory(item__sku="CUP", item__barcode="4006381333931", location=place, on_hand=731)


@pytest.fixture
def plate(place):
    return StockLevelFactory(item__sku="PLATE", location=place, on_hand=4)


@pytest.fixture
def keeper(db):
    """Somebody who may do all there is to do with counts."""
    return staff("add_stockcount", "change_stockcount", "view_stockcount", "post_stockcount")


@pytest.fixture
def desk(client, keeper):
    client.force_login(keeper)
    return client


@pytest.fixture
def count(cup, plate, place):
    return inventory.open_count(["CUP", "PLATE"], location=place, note="Aisle 3")


def sheet(count, *, cups="", plates="", found="", **fields):
    lines = {line.item.sku: f"line_{line.pk}" for line in count.lines.select_related("item")}
    return {lines["CUP"]: cups, lines["PLATE"]: plates, "found": found, "key": KEY, **fields}


def press(desk, count, act, **fields):
    return desk.post(address(count, act), {"key": KEY, **fields}, follow=True)


def finished(count, figures, by):
    inventory.enter_counts(count, figures, by=by)
    return inventory.finish_count(count)


def trail():
    return list(
        apps.get_model("accounts", "AuditEntry")
        .objects.order_by("pk")
        .values_list("act", "subject", "before", "after")
    )


# --- beginning ----------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("typed", "skus"),
    [
        ("", ["CUP", "PLATE"]),
        ("PLATE", ["PLATE"]),
        ("4006381333931\r\nPLATE\r\n", ["CUP", "PLATE"]),
        ("P*", ["PLATE"]),
        ("*", ["CUP", "PLATE"]),
        ("BOWL", ["BOWL"]),
    ],
)
def test_a_count_is_begun_from_a_list_a_beginning_or_all_that_lies_there(
    desk, cup, plate, place, typed, skus
):
    StockItemFactory(sku="BOWL")

    desk.post(ADD, {"location": place.pk, "note": "Aisle 3", "things": typed})

    count = StockCount.objects.get()
    assert list(count.lines.values_list("item__sku", flat=True)) == skus
    assert (count.note, str(count.created_by), count.state) == ("Aisle 3", "staff@example.com", "counting")


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("NOPE", "“NOPE” is no SKU or barcode that we know."),
        ("X*", "Nothing at Main begins with “X”."),
        ("x" * 30_000, "at most 20000 characters"),
        ("\n".join(f"A{number}" for number in range(201)), "At most 200 lines"),
        ("\n".join(f"A{number}*" for number in range(11)), "ten of them with a star"),
    ],
)
def test_a_list_that_cannot_be_read_is_refused_beside_it(desk, cup, place, typed, words):
    answer = desk.post(ADD, {"location": place.pk, "things": typed})

    assert words in str(answer.context["adminform"].form.errors["things"])
    assert not StockCount.objects.exists()


def test_too_many_things_are_refused_beside_the_field(desk, cup, plate, place, monkeypatch):
    monkeypatch.setattr("inventory.services.MOST_LINES", 1)

    answer = desk.post(ADD, {"location": place.pk})

    assert "make several counts" in str(answer.context["adminform"].form.errors["things"])


def test_a_thing_that_is_being_counted_is_refused_beside_the_field(desk, count, place):
    answer = desk.post(ADD, {"location": place.pk, "things": "CUP"})

    words = f"Already being counted at Main: CUP ({count.number})."
    assert words in str(answer.context["adminform"].form.errors["things"])


def test_one_that_was_begun_in_between_is_refused_too(desk, count, place, monkeypatch):
    monkeypatch.setattr("inventory.services.counted_elsewhere", lambda skus, place: "")

    answer = desk.post(ADD, {"location": place.pk, "things": "CUP"}, follow=True)

    assert "Nothing was saved: Already being counted at Main: CUP" in answer.content.decode()
    assert StockCount.objects.count() == 1


# --- counting -----------------------------------------------------------------------------------------
def test_who_counts_does_not_see_what_the_books_say(desk, count, keeper):
    inventory.enter_count(count, "PLATE", 3, by=keeper)

    for page in (address(count), address(count, "write_down"), address(count, "finish"), LIST):
        shown = desk.get(page).content.decode()
        assert "731" not in shown
        assert "−1" not in shown
    preview = desk.post(address(count, "write_down"), sheet(count, cups=700)).content.decode()
    assert "CUP: 700" in preview
    assert "731" not in preview


def test_figures_are_written_down_in_goes_and_nothing_moves(desk, count):
    desk.post(address(count, "write_down"), sheet(count, cups=730, confirmed=1))
    done = desk.post(address(count, "write_down"), sheet(count, plates=4, confirmed=1), follow=True)

    assert "Written down. 2 of 2 things are counted." in done.content.decode()
    assert list(count.lines.values_list("item__sku", "counted", "expected")) == [
        ("CUP", 730, 731),
        ("PLATE", 4, 4),
    ]
    assert not StockMovement.objects.filter(kind="count").exists()
    assert trail()[0] == ("count stock", f"count {count.number}", {"CUP": None}, {"CUP": 730})


def test_things_that_were_found_are_added(desk, count, place):
    StockItemFactory(sku="BOWL")

    desk.post(address(count, "write_down"), sheet(count, found="BOWL 2\n4006381333931 0", confirmed=1))

    assert dict(count.lines.values_list("item__sku", "counted")) == {"BOWL": 2, "CUP": 0, "PLATE": None}


def test_a_thing_in_two_places_of_the_form_is_refused_beside_the_field(desk, count):
    answer = desk.post(address(count, "write_down"), sheet(count, cups=1, found="CUP 2"))

    assert "Written in two places: CUP." in str(answer.context["form"].errors["found"])


def test_an_empty_sheet_is_refused(desk, count):
    answer = desk.post(address(count, "write_down"), sheet(count))

    assert (answer.status_code, "at least one figure" in answer.content.decode()) == (422, True)


@pytest.mark.parametrize("value", [each for each in ODD if each not in {"", "0", "１２"}])
@pytest.mark.parametrize("field", ["cups", "found", "key"])
def test_odd_values_write_nothing_down(desk, count, field, value):
    given = sheet(count, **{"confirmed": 1, field: value.encode("utf-8", "replace").decode()})
    if field == "key":
        given |= sheet(count, cups=1, key=value.encode("utf-8", "replace").decode())

    assert desk.post(address(count, "write_down"), given).status_code in {400, 422}
    assert not count.lines.counted().exists()


# --- differences --------------------------------------------------------------------------------------
def test_the_differences_are_shown_when_the_counting_is_finished(desk, count, keeper):
    inventory.reserve({"CUP": 730}, reference="checkout 1", expires_at=TOMORROW)
    inventory.enter_counts(count, {"CUP": 728, "PLATE": 4}, by=keeper)

    press(desk, count, "finish")
    page = desk.get(address(count)).content.decode()

    assert "3 of CUP missing" in page
    assert "728, 2 promised too many" in page
    assert "as the books say" in page


def test_a_difference_that_the_books_cannot_bear_any_more_is_shown(desk, count, keeper):
    inventory.enter_count(count, "PLATE", 0, by=keeper)
    inventory.adjust("PLATE", -1, location=count.location, cause="adjustment 1", reason="Broken")
    inventory.finish_count(count)

    assert "count it again" in desk.get(address(count)).content.decode()
    answer = press(desk, count, "post")

    assert answer.status_code == 409
    assert "More is missing than the books still have of PLATE" in answer.content.decode()


# --- posting ------------------------------------------------------------------------------------------
def test_posting_says_first_what_it_will_do_and_leaves_a_trail(desk, count, keeper):
    finished(count, {"CUP": 728, "PLATE": 5}, keeper)

    words = "3 of CUP missing, 1 of PLATE too many"
    assert words in desk.get(address(count, "post")).content.decode()
    done = press(desk, count, "post").content.decode()

    assert f"is posted: {words}." in done
    assert dict(StockLevel.objects.values_list("item__sku", "on_hand")) == {"CUP": 728, "PLATE": 5}
    assert trail() == [
        ("post count", f"count {count.number}", {}, {"state": "posted", "difference": words}),
    ]


def test_pressing_twice_posts_once(desk, count, keeper):
    finished(count, {"CUP": 728}, keeper)
    press(desk, count, "post")

    again = press(desk, count, "post")

    assert again.status_code == 409
    assert "is posted: nothing can be changed any more" in again.content.decode()
    assert StockMovement.objects.filter(kind="count").count() == 1


def test_who_counted_is_told_with_409_that_somebody_else_must_post(desk, count, keeper, settings):
    settings.STOCK_COUNT_SECOND_PERSON_PIECES = 2
    finished(count, {"CUP": 728}, keeper)

    answer = press(desk, count, "post")

    assert answer.status_code == 409
    assert "off by 3 pieces, and you counted. Somebody else must post" in answer.content.decode()
    assert "somebody who did not count must post it" in desk.get(address(count)).content.decode()
    count.refresh_from_db()
    assert count.state == "counted"
    assert trail() == []


def test_counting_again_and_discarding(desk, count, keeper):
    finished(count, {"CUP": 728}, keeper)

    press(desk, count, "count_again")
    count.refresh_from_db()
    assert count.state == "counting"
    press(desk, count, "discard")
    count.refresh_from_db()

    assert (count.state, count.ended_by) == ("discarded", keeper)
    assert [entry[0] for entry in trail()] == ["count again", "discard count"]
    assert not StockMovement.objects.filter(kind="count").exists()


@pytest.mark.parametrize(
    ("state", "open_acts"),
    [
        ("counting", {"write_down", "discard"}),
        ("begun", {"write_down", "finish", "discard"}),
        ("counted", {"post", "count_again", "discard"}),
        ("posted", set()),
        ("discarded", set()),
    ],
)
def test_each_state_lets_its_own_acts_through(desk, count, keeper, state, open_acts):
    if state != "counting":
        inventory.enter_count(count, "CUP", 731, by=keeper)
    if state in {"counted", "posted"}:
        inventory.finish_count(count)
    if state == "posted":
        inventory.post_count(count, by=keeper)
    if state == "discarded":
        inventory.discard_count(count)

    acts = ("write_down", "finish", "post", "count_again", "discard")
    let_through = {
        act for act in acts if "Not possible now" not in desk.get(address(count, act)).content.decode()
    }
    refused = {act for act in acts if act not in open_acts and press(desk, count, act).status_code == 409}

    assert let_through == open_acts
    assert refused == set(acts) - open_acts


# --- who ----------------------------------------------------------------------------------------------
def test_who_may_count_may_not_post_and_the_other_way_round(client, count, keeper):
    finished(count, {"CUP": 728}, keeper)
    keeper.user_permissions.clear()
    for permission, act, other in (
        ("change_stockcount", "count_again", "post"),
        ("post_stockcount", "post", "count_again"),
    ):
        user = staff_named(permission)
        client.force_login(user)
        assert client.get(address(count)).status_code == 200
        assert client.get(address(count, act)).status_code == 200
        assert client.post(address(count, other), {"key": KEY}).status_code == 403


def staff_named(permission):
    user = get_user_model().objects.create_user(f"{permission}@example.com", is_staff=True)
    user.user_permissions.add(Permission.objects.get(codename=permission))
    return user


@pytest.mark.parametrize("number", [2, 30])
def test_pages_cost_the_same_however_many_lines(desk, keeper, place, number, django_assert_max_num_queries):
    skus = [StockLevelFactory(location=place, on_hand=1).item.sku for _ in range(number)]
    count = inventory.open_count(skus, location=place)
    pages = {"counting": ["change", "write_down", "finish"], "counted": ["change", "post"]}

    for page in pages["counting"]:
        with django_assert_max_num_queries(20):
            assert desk.get(address(count, page)).status_code == 200
    finished(count, dict.fromkeys(skus, 0), keeper)
    for page in pages["counted"]:
        with django_assert_max_num_queries(20):
            assert desk.get(address(count, page)).status_code == 200
