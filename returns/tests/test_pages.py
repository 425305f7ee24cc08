"""The customer's pages about returns: their own, and a guest's by the secret link."""

import io
import re

import pytest
from django.contrib.auth import get_user_model
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from PIL import Image
from pypdf import PdfReader

from config.tests.attack import FORM, TEXTS
from config.tests.world import authorised, book
from orders import services as orders
from orders.models import Order
from orders.tests.factories import OrderFactory
from payments.models import Payment
from returns import services, visitors
from returns.models import ReturnMessage, ReturnRequest, ReturnRule
from returns.papers import return_slip
from shop.tests.factories import VariantFactory

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]
S = ReturnRequest.State
MUG = {"quantity": 2}


def text_of(response) -> str:
    return " ".join(response.content.decode().split())


@pytest.fixture
def ada(client):
    user = get_user_model().objects.create_user("ada@example.com")
    client.force_login(user)
    return user


def placed(customer=None, **more) -> Order:
    order = OrderFactory(customer=customer, **more)
    authorised(order.checkout, order=order)
    return order


def shipped(customer=None, lines=(MUG,)) -> Order:
    """An order that is paid and has arrived."""
    order = placed(customer, lines=lines, payment_state=Order.PaymentState.CAPTURED)
    payment = Payment.objects.get(order=order)
    book(payment, "capture", "requested", order.total)
    book(payment, "capture", "succeeded", order.total)
    Payment.objects.filter(pk=payment.pk).update(state=Payment.State.CAPTURED, captured=order.total)
    pieces = {line.position: line.quantity for line in order.lines.all()}
    orders.deliver(orders.ship(order, pieces, key=f"parcel of {order.number}"))
    return Order.objects.get(pk=order.pk)


def asked(order: Order, key: str = "1", pieces: int = 1) -> ReturnRequest:
    return services.request_return(order, [services.Wish(1, pieces, "other")], key=f"{order.number} {key}")


def typed(pieces: object = 1, position: int = 1, **more: object) -> dict[str, object]:
    """What the form of one line sends."""
    names = {"pieces": pieces, "reason": "too_small", "words": ""}
    line = {f"line-{position}-{name}": value for name, value in names.items()}
    return {"key": "a" * 32, "kind": "refund", **line, **more}


# --- asking -----------------------------------------------------------------------------------------
def test_a_return_is_asked_for_once_however_often_it_is_sent(client, ada):
    order = shipped(ada)
    address = reverse("returns:new", args=[order.number])

    answers = [client.post(address, typed(2, **{"line-1-words": "Too\r\nsmall"})) for _ in range(2)]

    row = ReturnRequest.objects.get()
    assert {(answer.status_code, answer["Location"]) for answer in answers} == {(303, row.get_absolute_url())}
    line = row.lines.get()
    assert (line.requested, line.reason, line.words) == (2, "too_small", "Too\nsmall")


def test_the_page_says_how_many_until_when_and_what_it_costs(client, ada):
    order = shipped(ada)
    product = order.lines.get().variant.product
    ReturnRule.objects.create(product=product, fee=200, most_per_line=1)

    page = text_of(client.get(reverse("returns:new", args=[order.number])))

    assert "1 of 2 can be sent back" in page
    assert re.search(r"It can be sent back until \d+ \w+ \d{4}\.", page)
    assert "It costs €2.00 for each piece, and nothing if we are at fault." in page
    assert "The delivery of €4.90 is paid back once you keep nothing of the order." in page


def test_the_estimate_follows_what_is_typed_and_judges_nothing(client, ada):
    order = shipped(ada)

    answer = client.post(reverse("returns:new", args=[order.number]), typed(1, update="1"))
    whole = client.post(
        reverse("returns:new", args=[order.number]), {"line-1-pieces": "2", "update": "1", "key": "b" * 32}
    )

    assert (answer.status_code, whole.status_code) == (200, 200)
    assert "<dt>Estimate</dt><dd>€19.99</dd>" in text_of(answer)
    assert "<dt>Delivery</dt><dd>€4.90</dd>" in text_of(whole)
    assert "<dt>Estimate</dt><dd>€44.88</dd>" in text_of(whole)
    assert "error-summary" not in text_of(whole)
    assert not ReturnRequest.objects.exists()


@pytest.mark.parametrize(
    ("sent", "says"),
    [
        ({}, "Choose what to send back."),
        (typed(0), "Choose what to send back."),
        (typed(3), "At most 2 of it can be sent back."),
        (typed("nonsense"), "Type a whole number."),
        (typed(1, **{"line-1-reason": ""}), "Choose why you send it back."),
        (typed(1, **{"line-1-reason": "boredom"}), "Choose why you send it back."),
        (typed(1, **{"line-1-words": "x" * 1001}), "at most 1000 characters"),
        (typed(["1", "1"]), "A line is named twice."),
        (typed(1, **{"line-7-pieces": "1"}), "The order has no such line."),
        (typed(1, kind="exchange"), "Choose what you would like instead."),
        (typed(1, kind="exchange", **{"line-1-exchange_for": "0"}), "Choose what you would like instead."),
    ],
)
def test_what_is_wrong_is_said_in_a_sentence_and_nothing_is_lost(client, ada, sent, says):
    order = shipped(ada)

    answer = client.post(
        reverse("returns:new", args=[order.number]), sent | {"line-1-words": "It pinches"} | sent
    )

    assert answer.status_code == 422
    page = text_of(answer)
    assert says in page[page.index('id="error-summary"') :]
    if not sent.get("line-1-words"):
        assert "It pinches" in page or sent.get("line-1-words") == ""
    assert not ReturnRequest.objects.exists()


def test_a_wrong_field_says_so_to_those_who_do_not_see_it(client, ada):
    order = shipped(ada)

    page = text_of(client.post(reverse("returns:new", args=[order.number]), typed(9)))

    assert 'aria-describedby="id_line-1-pieces_error"' in page
    assert '<a href="#id_line-1-pieces">' in page
    assert 'value="9"' in page


def test_an_exchange_offers_what_costs_no_more_and_says_what_is_there(client, ada):
    order = shipped(ada)
    variant = order.lines.get().variant
    blue = VariantFactory(product=variant.product, label="Blue", price=1999, stock=3)
    VariantFactory(product=variant.product, label="Red", price=1999, stock=0)
    VariantFactory(product=variant.product, label="Gold", price=9999, stock=3)
    address = reverse("returns:new", args=[order.number])

    page = text_of(client.get(address))
    answer = client.post(address, typed(1, kind="exchange", **{"line-1-exchange_for": blue.pk}))

    assert "Blue – 3 left" in page
    assert "disabled>Red – sold out" in page
    assert "Gold" not in page
    row = ReturnRequest.objects.get()
    assert (answer.status_code, row.kind, row.lines.get().exchange_for) == (303, "exchange", blue)


def test_what_cannot_go_back_says_why(client, ada, settings):
    settings.RETURN_WINDOW_DAYS = 30
    order = shipped(ada)
    parcel = order.fulfilments.get()
    type(parcel).objects.filter(pk=parcel.pk).update(delivered_at=parcel.shipped_at.replace(year=2020))
    new = placed(ada)

    late, waits = (text_of(client.get(reverse("returns:new", args=[each.number]))) for each in (order, new))

    assert re.search(r"It could be sent back until \d+ \w+ 2020\.", late)
    assert "It has not been sent yet." in waits
    assert "return-form" not in late + waits


def test_pieces_that_somebody_else_took_meanwhile_are_refused(client, ada, monkeypatch):
    order = shipped(ada)
    address = reverse("returns:new", args=[order.number])
    usual = services.request_return

    def first_another(row, wishes, **given):
        usual(row, [services.Wish(1, 2, "other")], key="first")
        return usual(row, wishes, **given)

    monkeypatch.setattr(services, "request_return", first_another)
    answer = client.post(address, typed(1))

    assert answer.status_code == 409
    assert "All of it is in a return already." in text_of(answer)
    assert ReturnRequest.objects.count() == 1


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_that_asks_costs_the_same_with_three_lines(
    client, ada, settings, count, django_assert_max_num_queries
):
    settings.PAGE_CACHE_SECONDS = 60
    order = shipped(ada, lines=[MUG] * count)
    client.get("/returns/")

    # session, user, order, lines, parcels, their lines, rules, variants, and two for the estimate
    with django_assert_max_num_queries(10):
        client.post(
            reverse("returns:new", args=[order.number]),
            {"update": "1"} | {f"line-{at + 1}-pieces": "1" for at in range(count)},
        )


# --- whose it is ------------------------------------------------------------------------------------
def test_anothers_is_as_unknown_as_none(client, ada):
    own, strange = (
        asked(shipped(ada)),
        asked(shipped(get_user_model().objects.create_user("eve@example.com"))),
    )
    guests = asked(shipped())

    assert client.get(own.get_absolute_url()).status_code == 200
    for name in ("detail", "cancel", "slip"):
        answers = [
            client.get(reverse(f"returns:{name}", args=[number]))
            for number in (strange.number, guests.number, "RMA-NONE-NONE")
        ]
        assert {(answer.status_code, answer.content) for answer in answers} == {(404, answers[0].content)}
    for name in ("sent", "message", "cancel"):
        assert (
            client.post(reverse(f"returns:{name}", args=[strange.number]), {"text": "a"}).status_code == 404
        )
    assert client.get(reverse("returns:new", args=[strange.order.number])).status_code == 404
    assert client.post(reverse("returns:new", args=[strange.order.number]), typed()).status_code == 404
    assert not ReturnMessage.objects.exists()


def test_a_guest_comes_by_the_secret_link_only(client):
    row, other = asked(shipped()), asked(shipped())

    answer = client.get(row.get_absolute_url())

    assert answer.status_code == 200
    assert (answer["Referrer-Policy"], answer["X-Robots-Tag"]) == ("strict-origin", "noindex, nofollow")
    assert (
        client.get(reverse("returns:guest_detail", args=[row.order.token, other.number])).status_code == 404
    )
    assert client.get(reverse("returns:guest_new", args=["guessed"])).status_code == 404


def test_guesses_at_guests_links_are_counted(client):
    address = reverse("returns:guest_slip", args=["guessed", "RMA-NONE-NONE"])

    answers = [client.get(address).status_code for _ in range(31)]

    assert answers == [404] * 30 + [429]


def test_the_link_of_an_order_that_joined_an_account_leads_there(client, ada):
    row = asked(shipped())
    link = row.get_absolute_url()
    Order.objects.filter(pk=row.order_id).update(email=ada.email)
    type(ada).objects.filter(pk=ada.pk).update(email_verified_at=timezone.now())
    ada.refresh_from_db()
    orders.claim_guest_orders(ada)

    answer = client.get(link)

    assert answer["Location"] == reverse("returns:detail", args=[row.number])


# --- the list ---------------------------------------------------------------------------------------
def test_the_list_holds_own_returns_and_leads_on_when_it_is_empty(client, ada):
    empty = text_of(client.get("/returns/"))
    row, strange = asked(shipped(ada)), asked(shipped())

    full = text_of(client.get("/returns/"))

    assert "You have not sent anything back." in empty
    assert reverse("orders:history") in empty
    assert row.number in full
    assert row.order.number in full
    assert strange.number not in full


def test_who_is_not_signed_in_is_told_both_ways(client):
    page = text_of(client.get("/returns/"))

    assert "/accounts/login/?next=/returns/" in page
    assert page.count(reverse("orders:find")) > 1


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_costs_the_same_with_three(client, ada, settings, count, django_assert_max_num_queries):
    settings.PAGE_CACHE_SECONDS = 60
    for _ in range(count):
        asked(shipped(ada))
    client.get("/returns/")

    with django_assert_max_num_queries(5):  # session, user, returns, their lines, the order's lines
        client.get("/returns/")


# --- one return -------------------------------------------------------------------------------------
def test_each_state_says_what_is_done_and_what_comes_next(client, ada):
    row = asked(shipped(ada))
    pages = {}
    for state in S:
        ReturnRequest.objects.filter(pk=row.pk).update(state=state, expires_on="2030-01-02")
        pages[state] = text_of(client.get(row.get_absolute_url()))
    ReturnRequest.objects.filter(pk=row.pk).update(state=S.REQUESTED)

    assert "We answer within 2 days." in pages[S.REQUESTED]
    assert "is here by 2 January 2030" in pages[S.AUTHORISED]
    assert pages[S.AUTHORISED].count('class="is-done"') == 2
    assert 'class="is-next" aria-current="step">On its way to us' in pages[S.AUTHORISED]
    assert {state for state, page in pages.items() if "I have sent it" in page} == {S.AUTHORISED}
    assert {state for state, page in pages.items() if "Print the slip" in page} == {
        S.AUTHORISED,
        S.IN_TRANSIT,
    }
    assert {state for state, page in pages.items() if "Cancel this return" in page} == {
        S.REQUESTED,
        S.INFO_NEEDED,
        S.AUTHORISED,
        S.IN_TRANSIT,
    }
    assert "Your money is on its way." in pages[S.RESOLVED]


def test_a_question_is_answered_once_and_in_front(client, ada):
    row = asked(shipped(ada))
    services.ask_for_information(row, "Which side is scratched?", key="1")
    address = reverse("returns:message", args=[row.number])

    page = text_of(client.get(row.get_absolute_url()))
    for _ in range(2):
        client.post(address, {"text": "The left one", "key": "k" * 32})

    assert page.index("Which side is scratched?") < page.index("Your answer") < page.index("What it is about")
    row.refresh_from_db()
    assert row.state == S.REQUESTED
    assert row.messages.get(is_from_staff=False).text == "The left one"


def test_a_message_without_words_is_refused_beside_its_field(client, ada):
    row = asked(shipped(ada))

    answer = client.post(reverse("returns:message", args=[row.number]), {"text": " \n ", "key": "k" * 32})

    assert answer.status_code == 422
    assert 'aria-describedby="message-error"' in text_of(answer)
    assert not row.messages.exists()


def test_who_sent_it_says_so_once(client, ada):
    row = services.authorise(asked(shipped(ada)))
    address = reverse("returns:sent", args=[row.number])

    early = client.post(address, {"carrier": "c" * 61})
    answers = [client.post(address, {"carrier": "DHL", "tracking_number": "42"}) for _ in range(2)]

    assert early.status_code == 422
    assert [answer.status_code for answer in answers] == [303, 303]
    row.refresh_from_db()
    assert (row.state, row.carrier, row.tracking_number) == (S.IN_TRANSIT, "DHL", "42")
    assert "DHL<br>42" in text_of(client.get(row.get_absolute_url()))


def test_what_is_not_authorised_cannot_be_marked_as_sent(client, ada):
    row = asked(shipped(ada))

    answer = client.post(reverse("returns:sent", args=[row.number]), {})

    assert answer.status_code == 409
    assert "The return is asked for." in text_of(answer)


def test_a_return_is_called_off_until_it_is_received(client, ada):
    row = services.authorise(asked(shipped(ada)))
    address = reverse("returns:cancel", args=[row.number])

    page = text_of(client.get(address))
    answers = [client.post(address) for _ in range(2)]

    assert "Cancel return" in page
    assert [answer.status_code for answer in answers] == [303, 303]
    row.refresh_from_db()
    assert row.state == S.CANCELLED
    assert "Ask for a return again" in text_of(client.get(row.get_absolute_url()))
    again = services.authorise(asked(row.order, "2"))
    services.receive(again, {1: 1}, key="1")
    late = client.post(reverse("returns:cancel", args=[again.number]))
    assert (late.status_code, "cannot be cancelled" in text_of(late)) == (409, True)


@pytest.mark.parametrize("count", [1, 3])
def test_a_return_costs_the_same_with_three_lines(
    client, ada, settings, count, django_assert_max_num_queries
):
    settings.PAGE_CACHE_SECONDS = 60
    order = shipped(ada, lines=[MUG] * count)
    client.get("/returns/")
    wishes = [services.Wish(at + 1, 1, "other") for at in range(count)]
    row = services.request_return(order, wishes, key="1")
    services.write_message(row, "Hello", key="1")

    # session, user, return, lines, photos and their number, events, messages, and the estimate: its lines, the
    # order's, what came back
    with django_assert_max_num_queries(11):
        client.get(row.get_absolute_url())


# --- on the order's page ----------------------------------------------------------------------------
def test_the_order_leads_to_a_return_once_something_was_sent(client, ada):
    order, waiting = shipped(ada), placed(ada)
    new = visitors.new_address_of(order)

    before = text_of(client.get(order.get_absolute_url()))
    row = asked(order, pieces=2)
    after = text_of(client.get(order.get_absolute_url()))

    assert new in before
    assert visitors.new_address_of(waiting) not in text_of(client.get(waiting.get_absolute_url()))
    assert "2 in a return" in after
    assert f'href="{row.get_absolute_url()}">{row.number}</a> · asked for' in after
    assert new not in after


def test_a_guests_order_leads_by_its_link(client):
    order = shipped()
    row = asked(order)

    page = text_of(client.get(order.get_absolute_url()))

    assert reverse("returns:guest_new", args=[order.token]) in page
    assert row.get_absolute_url() in page


# --- photos and paper -------------------------------------------------------------------------------
def picture() -> SimpleUploadedFile:
    file = io.BytesIO()
    Image.new("RGB", (40, 30), "teal").save(file, "PNG")
    return SimpleUploadedFile("bowl.png", file.getvalue(), "image/png")


def test_photos_come_with_the_return_once(client, ada, settings, tmp_path):
    settings.PRIVATE_ROOT = tmp_path
    address = visitors.new_address_of(shipped(ada))

    for _ in range(2):
        client.post(address, typed(1, photos=[picture(), picture()]))

    row = ReturnRequest.objects.get()
    assert row.photos.count() == 2
    assert text_of(client.get(row.get_absolute_url())).count('<img src="/returns/photos/') == 2


def test_a_file_that_is_no_photo_is_refused_beside_its_field_and_nothing_is_stored(
    client, ada, settings, tmp_path
):
    settings.PRIVATE_ROOT = tmp_path
    zipped = SimpleUploadedFile("bowl.jpg", b"PK\x03\x04" + b"\0" * 40, "image/jpeg")

    answer = client.post(visitors.new_address_of(shipped(ada)), typed(1, photos=[picture(), zipped]))

    page = text_of(answer)
    assert answer.status_code == 422
    assert '<a href="#id_photos">bowl.jpg: ' in page
    assert re.search(r'id="id_photos_problem" role="alert">bowl\.jpg: ', page)
    assert not ReturnRequest.objects.exists()
    assert [file for file in tmp_path.rglob("*") if file.is_file()] == []


def test_the_slip_is_a_pdf_with_the_number_the_address_and_what_was_authorised(client, ada, settings):
    settings.RETURN_ADDRESS = ["Tally returns", "Hafenweg 2", "20457 Hamburg"]
    row = asked(shipped(ada), pieces=2)
    address = reverse("returns:slip", args=[row.number])
    early = client.get(address)
    services.authorise(row, pieces={1: 1})

    answer = client.get(address)

    assert early.status_code == 404
    assert (answer["Content-Type"], answer.content[:5]) == ("application/pdf", b"%PDF-")
    words = " ".join(PdfReader(io.BytesIO(answer.content)).pages[0].extract_text().split())
    for said in (row.number, row.order.number, "Hafenweg 2", "Stoneware mug, Large", "To be here by"):
        assert said in words


def test_the_slip_speaks_the_language_of_the_order(ada):
    row = services.authorise(asked(shipped(ada)))
    ReturnRequest.objects.filter(pk=row.pk).update(language="de")
    row.refresh_from_db()

    sheet = return_slip.sheet_of(row)

    assert sheet.head.heading == f"Rücksendeschein {row.number}"


@pytest.mark.parametrize("text", TEXTS)
def test_no_text_in_the_form_breaks_the_page(client, ada, text):
    order = shipped(ada)
    names = (
        "line-1-pieces",
        "line-1-reason",
        "line-1-words",
        "line-1-exchange_for",
        "line-2-pieces",
        "kind",
        "key",
    )
    address = visitors.new_address_of(order)
    body = "&".join(f"{name}={TEXTS[text]}" for name in names)

    asked_for, shown = (client.post(address, sent, FORM) for sent in (body, f"{body}&update=1"))

    assert asked_for.status_code in {400, 422}
    assert shown.status_code in {200, 400}
    assert not ReturnRequest.objects.exists()
