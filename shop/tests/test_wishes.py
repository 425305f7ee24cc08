"""Wish lists: saved by anybody who signs in, once; seen by their owner, and by others only with the link."""

import base64

import pytest
from django.test import Client

from accounts import personal
from accounts.tests.factories import UserFactory
from shop.models import Variant, WishlistItem, WishlistLink
from shop.services import NotOffered, WishlistFull, refresh_product, save_wish, set_price, share_wishes
from shop.tests.factories import VariantFactory

pytestmark = pytest.mark.django_db
ADD, LIST = "/wishlist/add/", "/wishlist/"


@pytest.fixture
def cup():
    return VariantFactory(product__name="Blue cup", stock=3)


@pytest.fixture
def ada():
    return UserFactory(email="ada@example.com", password="correct horse")


@pytest.fixture
def customer(ada):
    client = Client()
    client.force_login(ada)
    return client


def wishes():
    return list(WishlistItem.objects.order_by("pk").values_list("product__name", flat=True))


class TestSaving:
    def test_a_product_of_one_form_is_saved_with_it_and_its_price(self, ada, cup):
        assert save_wish(ada, cup.product.slug).is_new

        item = WishlistItem.objects.get()
        assert (item.user, item.product, item.variant, item.seen_price) == (ada, cup.product, cup, 1999)

    def test_of_several_sizes_the_chosen_one_is_remembered_and_may_change(self, ada, cup):
        large = VariantFactory(product=cup.product, price=2999)
        assert save_wish(ada, cup.product.slug).is_new
        assert WishlistItem.objects.get().variant is None

        assert not save_wish(ada, cup.product.slug, large.pk).is_new

        item = WishlistItem.objects.get()
        assert (item.variant, item.seen_price) == (large, 2999)

    def test_a_variant_of_something_else_is_not_taken(self, ada, cup):
        VariantFactory(product=cup.product)

        save_wish(ada, cup.product.slug, VariantFactory().pk)

        assert WishlistItem.objects.get().variant is None

    @pytest.mark.parametrize("what", ["nothing", "hidden", "hidden shelf"])
    def test_what_is_not_shown_is_not_saved(self, ada, cup, what):
        cup.product.is_active = what != "hidden"
        cup.product.save()
        cup.product.category.is_active = what != "hidden shelf"
        cup.product.category.save()

        with pytest.raises(NotOffered):
            save_wish(ada, "nothing" if what == "nothing" else cup.product.slug)

    def test_a_list_has_an_end(self, ada, cup, settings):
        settings.WISHLIST_MAX = 1
        save_wish(ada, cup.product.slug)

        with pytest.raises(WishlistFull, match="1"):
            save_wish(ada, VariantFactory().product.slug)

        save_wish(UserFactory(), VariantFactory().product.slug)


class TestPressing:
    def test_who_is_signed_in_goes_back_to_where_they_were(self, customer, cup):
        answer = customer.post(
            ADD, {"product": cup.product.slug}, headers={"referer": "http://testserver/products/?page=2"}
        )

        assert (answer.status_code, answer["Location"]) == (303, "http://testserver/products/?page=2")
        assert wishes() == ["Blue cup"]

    def test_a_foreign_referer_is_not_followed(self, customer, cup):
        answer = customer.post(
            ADD, {"product": cup.product.slug}, headers={"referer": "http://evil.example/"}
        )

        assert answer["Location"] == LIST

    def test_htmx_gets_words_for_the_button(self, customer, cup):
        answer = customer.post(ADD, {"product": cup.product.slug}, headers={"HX-Request": "true"})

        assert answer.status_code == 200
        assert "On your wish list" in answer.content.decode()
        assert "<html" not in answer.content.decode()

    def test_a_stranger_signs_in_and_finds_the_wish_on_the_list_once(self, client, ada, cup):
        answer = client.post(ADD, {"product": cup.product.slug})
        assert (answer.status_code, answer["Location"]) == (302, f"/accounts/login/?next={LIST}")
        assert wishes() == []

        fields = {"username": ada.email, "password": "correct horse", "next": LIST}
        page = client.post("/accounts/login/", fields, follow=True)
        assert page.redirect_chain[-1][0] == LIST
        assert "Blue cup is on your wish list." in page.content.decode()
        assert wishes() == ["Blue cup"]

        WishlistItem.objects.all().delete()
        client.post("/accounts/logout/")
        client.post("/accounts/login/", fields)
        assert wishes() == []

    def test_a_wish_that_is_gone_by_the_sign_in_is_told(self, client, ada, cup):
        client.post(ADD, {"product": cup.product.slug})
        cup.product.is_active = False
        cup.product.save()

        fields = {"username": ada.email, "password": "correct horse", "next": LIST}
        page = client.post("/accounts/login/", fields, follow=True)

        assert "not offered any more" in page.content.decode()

    def test_htmx_leads_a_stranger_to_the_sign_in(self, client, cup):
        answer = client.post(ADD, {"product": cup.product.slug}, headers={"HX-Request": "true"})

        assert answer["HX-Redirect"] == f"/accounts/login/?next={LIST}"

    def test_looking_sets_no_cookie_and_the_button_is_the_same_for_everybody(self, customer, cup):
        address = cup.product.get_absolute_url()
        stranger = Client()

        pages = [visitor.get(address).content.decode() for visitor in (stranger, customer)]

        assert not stranger.cookies
        mains = [page.split("<main")[1].split("</main")[0] for page in pages]
        assert mains[0] == mains[1]
        assert f'action="{ADD}"' in mains[0]
        assert mains[0].count(f'method="post" novalidate action="{ADD}"') == mains[0].count(f'action="{ADD}"')
        assert f'action="{ADD}"' in stranger.get("/products/").content.decode()

    def test_only_pages_of_this_shop_may_save(self, ada, cup):
        client = Client(enforce_csrf_checks=True)
        client.force_login(ada)

        assert client.post(ADD, {"product": cup.product.slug}).status_code == 403
        forged = client.post(ADD, {"product": cup.product.slug}, headers={"origin": "https://evil.example"})
        assert forged.status_code == 403
        assert (
            client.post(
                ADD, {"product": cup.product.slug}, headers={"origin": "http://testserver"}
            ).status_code
            == 303
        )

    @pytest.mark.parametrize(
        "sent",
        [
            {},
            {"product": ""},
            {"product": "x" * 5000},
            {"product": "a", "variant": "9" * 30},
            {"variant": "²"},
        ],
    )
    @pytest.mark.parametrize("is_known", [True, False])
    def test_nonsense_is_answered(self, client, customer, sent, is_known):
        answer = (customer if is_known else client).post(ADD, sent)

        assert answer.status_code in {302, 303}
        assert wishes() == []

    def test_many_in_a_row_are_too_many(self, customer, cup):
        statuses = {customer.post(ADD, {"product": "x"}).status_code for _ in range(301)}

        assert statuses == {303, 429}


class TestList:
    def test_strangers_sign_in(self, client):
        assert client.get(LIST).status_code == 302
        for door in ("remove", "share"):
            assert client.post(f"{LIST}{door}/").status_code == 302

    def test_an_empty_list_leads_on(self, customer):
        page = customer.get(LIST).content.decode()

        assert "Nothing is on it yet" in page

    def test_what_is_there_goes_into_the_cart_by_a_button(self, customer, ada, cup):
        save_wish(ada, cup.product.slug)

        page = customer.get(LIST).content.decode()

        assert "Blue cup" in page
        assert "In stock" in page
        assert f'name="variant" value="{cup.pk}"' in page
        assert 'action="/cart/add/"' in page

    def test_sizes_are_chosen_on_the_products_page(self, customer, ada, cup):
        VariantFactory(product=cup.product, stock=1, price=2999)
        save_wish(ada, cup.product.slug)

        page = customer.get(LIST).content.decode()

        assert "Choose one" in page
        assert "from €19.99" in page

    def test_what_is_sold_out_or_gone_says_so(self, customer, ada):
        save_wish(ada, VariantFactory(product__name="Sold", stock=0).product.slug)
        gone = VariantFactory(product__name="Gone", stock=1)
        save_wish(ada, gone.product.slug)
        Variant.objects.filter(pk=gone.pk).update(is_active=False)
        refresh_product(gone.product)

        page = customer.get(LIST).content.decode()

        assert "Sold out" in page
        assert "Not offered any more" in page
        assert 'action="/cart/add/"' not in page.split("<main")[1]

    @pytest.mark.parametrize(
        ("price", "words"), [(1499, "€5.00 less than"), (2499, "€5.00 more than"), (1999, "")]
    )
    def test_a_price_that_moved_is_pointed_out(self, customer, ada, cup, price, words):
        save_wish(ada, cup.product.slug)
        set_price(cup, price, None)

        page = customer.get(LIST).content.decode()

        assert words in page
        assert ("than when you saved it" in page) is bool(words)

    def test_a_wish_is_removed_and_can_be_put_back(self, customer, ada, cup):
        save_wish(ada, cup.product.slug)

        answer = customer.post(f"{LIST}remove/", {"product": cup.product.slug}, follow=True)

        page = answer.content.decode()
        assert wishes() == []
        assert "Blue cup is off your list." in page
        assert "Put it back" in page
        customer.post(ADD, {"product": cup.product.slug, "variant": cup.pk})
        assert wishes() == ["Blue cup"]

    def test_nobody_elses_wish_is_removed(self, customer, cup):
        save_wish(UserFactory(), cup.product.slug)

        assert customer.post(f"{LIST}remove/", {"product": cup.product.slug})["Location"] == LIST

        assert wishes() == ["Blue cup"]

    @pytest.mark.parametrize("count", [1, 20])
    def test_it_costs_the_same_however_long(self, customer, ada, django_assert_max_num_queries, count):
        for _ in range(count):
            save_wish(ada, VariantFactory(stock=1).product.slug)

        with django_assert_max_num_queries(8):
            customer.get(LIST)


class TestSharing:
    def test_nobody_sees_it_before_its_owner_says_so(self, customer, ada, cup):
        save_wish(ada, cup.product.slug)

        assert "Nobody but you" in customer.get(LIST).content.decode()
        assert not WishlistLink.objects.exists()

    def test_whoever_has_the_link_sees_what_and_not_whose(self, client, customer, ada, cup):
        save_wish(ada, cup.product.slug)
        customer.post(f"{LIST}share/", {"shared": "on"})
        token = WishlistLink.objects.get().token

        answer = client.get(f"{LIST}shared/{token}/")

        page = answer.content.decode()
        assert answer.status_code == 200
        assert "Blue cup" in page
        assert "ada@" not in page
        assert "Robin" not in page
        assert "remove" not in page
        assert "no-store" in answer["Cache-Control"]
        assert answer["Referrer-Policy"] == "strict-origin"
        assert "noindex" in answer["X-Robots-Tag"]
        assert len(base64.urlsafe_b64decode(token)) * 8 >= 128

    def test_the_link_stays_until_it_is_withdrawn_and_then_never_works_again(
        self, client, customer, ada, cup
    ):
        save_wish(ada, cup.product.slug)
        first = share_wishes(ada).token
        assert share_wishes(ada).token == first

        customer.post(f"{LIST}share/", {})
        assert client.get(f"{LIST}shared/{first}/").status_code == 404

        assert share_wishes(ada).token != first

    def test_a_list_of_somebody_disabled_is_not_shown(self, client, ada):
        token = share_wishes(ada).token
        ada.is_active = False
        ada.save()

        assert client.get(f"{LIST}shared/{token}/").status_code == 404

    def test_guesses_are_counted(self, client):
        statuses = [client.get(f"{LIST}shared/{number}/").status_code for number in range(35)]

        assert statuses == [404] * 30 + [429] * 5

    @pytest.mark.parametrize("token", ["x" * 500, "é", "..", "%2e"])
    def test_nonsense_is_not_found(self, client, token):
        assert client.get(f"{LIST}shared/{token}/").status_code == 404


def test_a_customer_gets_their_list_and_takes_it_along(ada, cup):
    save_wish(ada, cup.product.slug)
    share_wishes(ada)
    save_wish(UserFactory(), cup.product.slug)

    [told] = personal.export(ada)["wish list"]
    personal.erase(ada)

    assert (told["product"], told["price_when_saved"]) == ("Blue cup", 1999)
    assert WishlistItem.objects.count() == 1
    assert not WishlistLink.objects.exists()
