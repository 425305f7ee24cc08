import pytest
from django.contrib.auth import get_user_model
from django.urls import reverse

from orders import cart_cookie
from orders.models import Cart, CartLine
from orders.tests.factories import CartFactory, CartLineFactory, carry
from shop.models import Variant
from shop.tests.factories import VariantFactory

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

CART, ADD, UPDATE = "/cart/", "/cart/add/", "/cart/update/"
HTMX = {"HX-Request": "true"}


def held(cart):
    return dict(cart.lines.values_list("variant", "quantity"))


def text_of(response):
    return " ".join(response.content.decode().split())


def cookie_of(client):
    """The token and number that the browser carries now."""
    value = client.cookies[cart_cookie.NAME].value
    return value.split(":")[0], int(value.split(":")[1]) if value else None


def sign_in(client, email="ada@example.com"):
    user = get_user_model().objects.create_user(email)
    client.force_login(user)
    return user


# --- the page -------------------------------------------------------------------------------------
def test_an_empty_cart_leads_on_and_sets_no_cookie(client):
    response = client.get(CART)

    assert response.status_code == 200
    assert "There is nothing in it yet." in text_of(response)
    assert reverse("shop:products") in text_of(response)
    assert not response.cookies
    assert "no-store" in response["Cache-Control"]


def test_the_page_shows_lines_and_subtotal(client):
    line = CartLineFactory(quantity=2, variant__price=1050, variant__product__name="Mug")
    carry(client, line.cart, 2)

    page = text_of(client.get(CART))

    assert "Mug" in page
    assert "€21.00" in page
    assert "Go to checkout" in page


def test_a_changed_price_is_shown_once(client):
    line = CartLineFactory(variant__price=1000)
    carry(client, line.cart, 1)
    Variant.objects.update(price=1234)

    first, second = text_of(client.get(CART)), text_of(client.get(CART))

    assert "<s>€10.00</s>" in first
    assert "€10.00" not in second
    assert "€12.34" in second


def test_what_cannot_be_ordered_is_marked_and_says_what_to_do(client):
    cart = CartFactory()
    CartLineFactory(cart=cart, quantity=5, variant__stock=2)
    CartLineFactory(cart=cart, variant__stock=0)
    CartLineFactory(cart=cart, variant__is_active=False)
    carry(client, cart, 7)

    page = text_of(client.get(CART))

    assert "Only 2 left." in page
    assert "Sold out. Remove it to order the rest." in page
    assert "No longer for sale. Please remove it." in page
    assert f'href="{reverse("payments:checkout")}"' not in page


def test_names_are_never_markup(client):
    line = CartLineFactory(variant__product__name="<script>alert(1)</script>")
    carry(client, line.cart, 1)

    assert "<script>alert(1)" not in text_of(client.get(CART))


@pytest.mark.parametrize("undo", ["", "nonsense", "a:b:c", "é" * 50])
def test_an_undo_that_we_did_not_write_is_ignored(client, undo):
    response = client.get(CART, {"undo": undo})

    assert response.status_code == 200
    assert "was removed" not in text_of(response)


@pytest.mark.parametrize(
    "value", ["", "x", "a:b", "a:1:forged", "\udcff", '"\\355\\240\\200"', "é:1", "0" * 4000]
)
def test_a_cookie_that_we_did_not_sign_opens_nothing(client, value):
    CartLineFactory()
    client.cookies[cart_cookie.NAME] = value.encode("utf-8", "surrogateescape").decode("latin-1")

    response = client.get(CART)

    assert response.status_code == 200
    assert "There is nothing in it yet." in text_of(response)


def test_a_customer_s_cart_needs_the_customer(client):
    line = CartLineFactory(cart__customer=get_user_model().objects.create_user("eve@example.com"))
    carry(client, line.cart, 1)

    assert "There is nothing in it yet." in text_of(client.get(CART))


def test_a_wrong_number_in_the_cookie_is_put_right(client):
    line = CartLineFactory(quantity=3)
    carry(client, line.cart, 99)

    client.get(CART)

    assert cookie_of(client) == (line.cart.token, 3)


@pytest.mark.parametrize("signed_in", [False, True])
@pytest.mark.parametrize("lines", [3, 50])
def test_the_page_costs_at_most_six_statements_however_long(
    client, settings, django_assert_max_num_queries, lines, signed_in
):
    cart = CartFactory(customer=sign_in(client) if signed_in else None)
    CartLineFactory.create_batch(lines, cart=cart)
    Variant.objects.update(price=5)
    carry(client, cart, lines)
    settings.PAGE_CACHE_SECONDS = 60
    client.get("/")

    with django_assert_max_num_queries(6 if signed_in else 4):
        client.get(CART)


# --- adding ---------------------------------------------------------------------------------------
def test_the_first_thing_makes_a_cart_and_a_signed_cookie(client):
    variant = VariantFactory(stock=5)

    response = client.post(ADD, {"variant": variant.pk, "quantity": 2})

    cart = Cart.objects.get()
    cookie = response.cookies[cart_cookie.NAME]
    assert (response.status_code, response["Location"]) == (303, CART)
    assert held(cart) == {variant.pk: 2}
    assert cookie_of(client) == (cart.token, 2)
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert set(response.cookies) == {cart_cookie.NAME, "messages"}


def test_without_a_quantity_one_piece_is_added(client):
    variant = VariantFactory(stock=5)

    client.post(ADD, {"variant": variant.pk})

    assert held(Cart.objects.get()) == {variant.pk: 1}


def test_htmx_gets_a_confirmation_and_the_badge(client):
    variant = VariantFactory(stock=5)

    response = client.post(ADD, {"variant": variant.pk, "quantity": 2}, headers=HTMX)

    assert response.status_code == 200
    assert "is in your cart." in text_of(response)
    assert 'id="cart-badge" hx-swap-oob="true"><span aria-hidden="true">2</span>' in text_of(response)


def test_adding_more_than_there_is_says_so(client):
    variant = VariantFactory(stock=2)

    page = text_of(client.post(ADD, {"variant": variant.pk, "quantity": 5}, follow=True))

    assert f"Only 2 of {variant} left: your cart now holds 2." in page


def test_what_the_client_says_about_money_has_no_effect(client):
    variant = VariantFactory(stock=5, price=1999)
    lies = {"price": 1, "unit_price": 1, "total": 1, "seen_price": 1, "cart": 7, "customer": 1, "stock": 900}

    client.post(f"{ADD}?price=1&total=1", {"variant": variant.pk, "quantity": 1, **lies})

    line = CartLine.objects.get()
    assert (line.quantity, line.seen_price) == (1, 1999)
    assert "€19.99" in text_of(client.get(CART))


def test_a_refused_add_goes_back_to_the_page_that_asked(client):
    variant = VariantFactory(stock=0)

    own = client.post(ADD, {"variant": variant.pk}, headers={"Referer": "http://testserver/products/mug/"})
    foreign = client.post(ADD, {"variant": variant.pk}, headers={"Referer": "https://evil.example/"})

    assert (own.status_code, own["Location"]) == (303, "http://testserver/products/mug/")
    assert (foreign.status_code, foreign["Location"]) == (303, CART)
    assert cart_cookie.NAME not in own.cookies
    assert not Cart.objects.exists()


NONSENSE = [
    *("", "-1", "0", "1.5", "NaN", "inf", "1e3", "☃", "😀", "\x00", "\ud800", "1\x00", "[]", "{}", "null"),
    *(str(10**30), "9" * 100_000, "x" * 100_000),
]


def urlencoded(**fields):
    """Encode by hand: a browser would not send lone surrogates, others do."""
    from urllib.parse import quote

    return "&".join(
        f"{name}={quote(value.encode('utf-8', 'surrogatepass'))}" for name, value in fields.items()
    )


@pytest.mark.parametrize("htmx", [{}, HTMX])
@pytest.mark.parametrize("value", NONSENSE, ids=lambda value: repr(value[:12]))
def test_no_nonsense_breaks_the_cart(client, value, htmx):
    line = CartLineFactory(quantity=2)
    carry(client, line.cart, 2)
    bodies = [
        (ADD, urlencoded(variant=value, quantity="1")),
        (ADD, urlencoded(variant=str(line.variant_id), quantity=value or "-1")),
        (UPDATE, urlencoded(line=value, quantity="1")),
        (UPDATE, urlencoded(line=str(line.pk), quantity=value if value != "0" else "-0.5")),
    ]

    for address, body in bodies:
        response = client.post(address, body, "application/x-www-form-urlencoded", headers=htmx)
        assert response.status_code in {200, 303, 400, 404, 422}, (address, response.status_code)

    assert held(line.cart) == {line.variant_id: 2}


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ("variant=1&variant=2&quantity=1&quantity=2", "application/x-www-form-urlencoded"),
        ("variant[]=1&quantity[]=1", "application/x-www-form-urlencoded"),
        ('{"variant": [1]}', "application/json"),
        ("--x\r\nbroken", "multipart/form-data; boundary=x"),
        ("", "text/plain"),
        (b"\xff\xfe\xff=\xff", "application/x-www-form-urlencoded"),
    ],
)
def test_odd_bodies_are_answered(client, body, kind):
    for address in (ADD, UPDATE):
        assert client.post(address, body, kind).status_code < 500


@pytest.mark.parametrize("method", ["get", "put", "patch", "delete"])
def test_changes_need_post(client, method):
    assert getattr(client, method)(ADD).status_code == 405
    assert getattr(client, method)(UPDATE).status_code == 405
    if method != "get":
        assert getattr(client, method)(CART).status_code == 405


def test_a_foreign_page_cannot_change_the_cart():
    from django.test import Client

    client, variant = Client(enforce_csrf_checks=True), VariantFactory(stock=5)

    answers = [
        client.post(address, {"variant": variant.pk}, headers=headers).status_code
        for address in (ADD, UPDATE)
        for headers in ({}, {"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"})
    ]

    assert answers == [403] * 6
    assert not Cart.objects.exists()
    assert (
        client.post(ADD, {"variant": variant.pk}, headers={"Origin": "http://testserver"}).status_code == 303
    )


# Two of these are the savepoint that a test's transaction makes of the service's own.
@pytest.mark.parametrize(("signed_in", "most"), [(False, 7), (True, 9)])
@pytest.mark.parametrize("lines", [3, 49])
def test_adding_costs_the_same_however_full(client, django_assert_max_num_queries, lines, signed_in, most):
    cart = CartFactory(customer=sign_in(client) if signed_in else None)
    CartLineFactory.create_batch(lines, cart=cart)
    carry(client, cart, lines)
    variant = VariantFactory(stock=5)

    with django_assert_max_num_queries(most):
        client.post(ADD, {"variant": variant.pk})

    assert held(cart)[variant.pk] == 1


# --- changing -------------------------------------------------------------------------------------
def test_a_quantity_is_changed_without_javascript(client):
    line = CartLineFactory()
    carry(client, line.cart, 1)

    response = client.post(UPDATE, {"line": line.pk, "quantity": 4})

    assert (response.status_code, response["Location"]) == (303, CART)
    assert held(line.cart) == {line.variant_id: 4}
    assert cookie_of(client) == (line.cart.token, 4)


def test_htmx_gets_the_middle_of_the_page(client):
    line = CartLineFactory(variant__price=1000)
    carry(client, line.cart, 1)

    response = client.post(UPDATE, {"line": line.pk, "quantity": 4}, headers=HTMX)

    assert text_of(response).startswith("{# ") is False
    assert "<html" not in text_of(response)
    assert "€40.00" in text_of(response)
    assert 'id="cart-badge" hx-swap-oob="true"' in text_of(response)


def test_what_was_removed_can_be_put_back(client):
    line = CartLineFactory(quantity=3)
    carry(client, line.cart, 3)

    page = client.post(UPDATE, {"line": line.pk, "quantity": 0}, follow=True)

    undo = page.context["undo"]
    assert "was removed." in text_of(page)
    client.post(ADD, {"variant": undo["variant"], "quantity": undo["quantity"]})
    assert held(line.cart) == {line.variant_id: 3}


def test_htmx_can_undo_too(client):
    line = CartLineFactory(quantity=3)
    carry(client, line.cart, 3)

    page = client.post(UPDATE, {"line": line.pk, "quantity": 0}, headers=HTMX)

    assert f"{line.variant} was removed." in text_of(page)


def test_a_bad_quantity_is_answered_beside_the_field_and_kept(client):
    line = CartLineFactory()
    carry(client, line.cart, 1)

    response = client.post(UPDATE, {"line": line.pk, "quantity": "1000"})

    page = text_of(response)
    assert response.status_code == 422
    assert f'id="quantity-{line.pk}-problem">Enter a whole number from 0 to 99.' in page
    assert 'value="1000"' in page


def test_a_line_of_another_tab_or_of_another_person_gets_the_same_answer(client):
    line, other = CartLineFactory(), CartLineFactory()
    carry(client, line.cart, 1)
    gone = CartLineFactory(cart=line.cart)
    gone.delete()

    answers = [
        client.post(UPDATE, {"line": pk, "quantity": 0}) for pk in (gone.pk or other.pk + 1, other.pk, 2**62)
    ]

    assert [answer.status_code for answer in answers] == [404] * 3
    assert all("That is no longer in your cart." in text_of(answer) for answer in answers)
    assert held(other.cart) == {other.variant_id: 1}


def test_without_a_cart_a_change_is_answered_kindly(client):
    response = client.post(UPDATE, {"line": 1, "quantity": 1})

    assert response.status_code == 404
    assert "There is nothing in it yet." in text_of(response)


def test_a_sold_out_line_says_so_beside_the_line(client):
    line = CartLineFactory(variant__stock=0)
    carry(client, line.cart, 1)

    response = client.post(UPDATE, {"line": line.pk, "quantity": 2})

    assert response.status_code == 409
    assert "is sold out." in text_of(response)
    assert held(line.cart) == {line.variant_id: 1}


# --- signing in and out ---------------------------------------------------------------------------
def test_signing_in_takes_the_cart_along_and_replaces_the_cookie(client):
    line = CartLineFactory(quantity=2)
    carry(client, line.cart, 2)
    get_user_model().objects.create_user("ada@example.com", "a long enough word")

    client.post(reverse("accounts:login"), {"username": "ada@example.com", "password": "a long enough word"})

    own = Cart.objects.get()
    assert own.customer.email == "ada@example.com"
    assert held(own) == {line.variant_id: 2}
    assert cookie_of(client) == (own.token, 2)


def test_signing_out_leaves_the_cart_with_the_customer(client):
    user = sign_in(client)
    line = CartLineFactory(cart=CartFactory(customer=user))
    client.get(CART)

    client.post(reverse("accounts:logout"))

    assert not client.cookies[cart_cookie.NAME].value
    assert "There is nothing in it yet." in text_of(client.get(CART))
    assert held(user.cart) == {line.variant_id: 1}


def test_adding_without_having_chosen_leads_back_to_the_product_with_a_sentence(client):
    path = VariantFactory(stock=1).product.get_absolute_url()
    headers = {"Sec-Fetch-Site": "same-origin", "Referer": f"http://testserver{path}"}

    answer = client.post("/cart/add/", {"quantity": "1"}, headers=headers)

    assert (answer.status_code, answer["Location"]) == (303, f"http://testserver{path}")
    assert "Choose what to put into the cart." in client.get(path).content.decode()
    assert not Cart.objects.exists()
