"""What pages tell search engines: their heads, and the data that schema.org and Google ask for."""

import json
import re

import pytest
from django.conf import settings as shop_settings
from django.urls import reverse
from PIL import Image

from inventory.models import StockItem
from shop import services as shop
from shop.found import sign, structured
from shop.models import Product
from shop.tests.factories import CategoryFactory, VariantFactory, picture_file
from shop.tests.reading import Page

HOST = "https://shop.example"
pytestmark = pytest.mark.usefixtures("at_its_address")
HOSTILE = "</script><script>alert(1)</script><!-- &amp; \u2028\u2029 ]]> \"quoted\" 'too' \\ {{ 7 }}"


@pytest.fixture
def at_its_address(settings):
    settings.PUBLIC_BASE_URL = HOST


def read(client, address) -> Page:
    answer = client.get(address)
    assert answer.status_code == 200
    return Page(answer.content.decode())


def with_picture(product):
    shop.add_image(product, picture_file(), "A cup on a table")
    return product


# --- heads ------------------------------------------------------------------------------------------
@pytest.mark.django_db
class TestHeads:
    def test_every_public_page_says_all_that_a_shared_link_needs(self, client, settings, tmp_path):
        settings.MEDIA_ROOT = tmp_path
        product = with_picture(VariantFactory(stock=3).product)
        for address in (
            reverse("shop:home"),
            reverse("shop:products"),
            product.category.get_absolute_url(),
            product.get_absolute_url(),
        ):
            page = read(client, address)

            assert page.title
            assert page.canonical == f"{HOST}{address}"
            for name in ("description", "og:title", "og:description", "og:image:alt", "twitter:title"):
                assert page.meta[name][0], (address, name)
            assert page.meta["robots"][0].startswith("index")
            assert page.meta["og:url"] == [page.canonical]
            assert page.meta["twitter:card"] == ["summary_large_image"]
            assert page.meta["og:image"][0].startswith(f"{HOST}/")
            assert page.meta["twitter:image"] == page.meta["og:image"]
            assert {name for name, said in page.meta.items() if len(said) > 1} <= {"theme-color"}, address

    def test_a_products_picture_is_shared_with_its_size_and_words(self, client, settings, tmp_path):
        settings.MEDIA_ROOT = tmp_path
        product = with_picture(VariantFactory(stock=3).product)

        page = read(client, product.get_absolute_url())

        assert page.meta["og:image"] == [f"{HOST}{product.images.get().file.url}"]
        assert page.meta["og:image:width"] == page.meta["og:image:height"]
        assert page.meta["og:image:width"] == [str(product.images.get().width)]
        assert page.meta["og:image:alt"] == ["A cup on a table"]

    def test_a_page_without_picture_shares_the_shops_sign_which_is_there(self, client):
        page = read(client, VariantFactory(stock=3).product.get_absolute_url())

        picture = shop_settings.BASE_DIR / "static" / page.meta["og:image"][0].partition("/static/")[2]
        with Image.open(picture) as image:
            assert (str(image.width), str(image.height)) == (
                page.meta["og:image:width"][0],
                page.meta["og:image:height"][0],
            )
        assert picture.stat().st_size < 20_000

    def test_the_kept_pictures_are_what_the_code_draws(self):
        for name, size in ((sign.SHARE, sign.SHARE_SIZE), (sign.LOGO, sign.LOGO_SIZE)):
            with Image.open(shop_settings.BASE_DIR / "static" / name) as kept:
                assert kept.convert("RGB").tobytes() == sign.draw(size).convert("RGB").tobytes()

    @pytest.mark.parametrize("query", ["q=cup", "sort=price", "in_stock=1", "min=5"])
    def test_lists_that_somebody_narrowed_or_sorted_are_not_indexed(self, client, query):
        VariantFactory(stock=3, product__name="Cup")

        page = read(client, f"{reverse('shop:products')}?{query}")

        assert page.meta["robots"] == ["noindex, follow"]

    def test_further_pages_of_a_list_are_indexed_under_their_own_address(self, client):
        shelf = CategoryFactory()
        for _ in range(26):
            VariantFactory(stock=1, product__category=shelf)

        page = read(client, f"{shelf.get_absolute_url()}?page=2")

        assert page.canonical == f"{HOST}{shelf.get_absolute_url()}?page=2"
        assert page.meta["robots"][0].startswith("index")

    @pytest.mark.parametrize("view", ["orders:cart", "accounts:login", "accounts:register", "orders:find"])
    def test_private_pages_are_not_indexed_and_name_no_address(self, client, view):
        page = read(client, reverse(view))

        assert all("noindex" in words for words in page.meta["robots"])
        assert not page.canonical
        assert not page.blocks

    def test_a_page_names_itself_in_every_language_and_each_says_the_same(self, client):
        address = VariantFactory(stock=1).product.get_absolute_url()
        english = read(client, address)
        others = {link["hreflang"]: link["href"] for link in english.links if link.get("hreflang")}

        german = read(client, others["de"].removeprefix(HOST))

        assert others == {
            "en": f"{HOST}{address}",
            "de": f"{HOST}/de{address}",
            "x-default": f"{HOST}{address}",
        }
        assert {link["hreflang"]: link["href"] for link in german.links if link.get("hreflang")} == others
        assert (english.canonical, german.canonical) == (others["en"], others["de"])

    def test_a_list_that_is_not_indexed_names_no_other_languages(self, client):
        page = read(client, f"{reverse('shop:products')}?sort=price")

        assert not [link for link in page.links if link.get("hreflang")]

    def test_no_name_breaks_out_of_the_head(self, client):
        variant = VariantFactory(stock=1, product__name=HOSTILE[:100], product__summary=HOSTILE)

        text = client.get(variant.product.get_absolute_url()).content.decode()

        assert "<script>alert" not in text
        assert "<!-- &" not in text
        assert Page(text).meta["og:title"] == [HOSTILE[:100]]


# --- data -------------------------------------------------------------------------------------------
def test_no_text_ends_its_block():
    block = structured.script({"@type": "Thing", "name": HOSTILE, HOSTILE: 1})

    assert block.count("<") == 2
    inner = re.fullmatch(r'<script type="application/ld\+json">(.*)</script>', block, re.DOTALL)[1]
    assert not set("<>&\u2028\u2029") & set(inner)
    assert json.loads(inner) == {
        "@context": "https://schema.org",
        "@type": "Thing",
        "name": HOSTILE,
        HOSTILE: 1,
    }


@pytest.mark.parametrize(
    ("code", "is_one"),
    [
        ("4006381333931", True),  # EAN-13
        ("4006381333932", False),
        ("96385074", True),  # EAN-8
        ("036000291452", True),  # UPC-A
        ("14006381333938", True),  # GTIN-14
        ("2000000000008", False),  # for use within one company
        ("0200000000004", False),
        ("00000000", False),
        ("400638133393", False),
        ("", False),
        ("MUG-1", False),
        ("٤٠٠٦٣٨١٣٣٣٩٣١", False),
    ],
)
def test_a_barcode_is_a_gtin_if_its_last_digit_checks_the_others(code, is_one):
    assert structured.is_gtin(code) is is_one


@pytest.mark.parametrize(
    ("minor", "currency", "words"), [(1999, "eur", "19.99"), (2000, "eur", "20.00"), (500, "jpy", "500")]
)
def test_amounts_are_said_with_the_decimals_of_the_currency(minor, currency, words, settings):
    settings.CURRENCY = currency

    assert structured.amount(minor) == words


@pytest.mark.django_db
class TestData:
    def test_the_front_page_names_the_shop_and_its_search(self, client):
        data = read(client, reverse("shop:home")).data

        assert data["Organization"]["name"] == shop_settings.SHOP_NAME
        assert data["Organization"]["url"] == data["WebSite"]["url"] == f"{HOST}{reverse('shop:home')}"
        assert data["Organization"]["logo"].startswith(f"{HOST}/static/")
        action = data["WebSite"]["potentialAction"]
        assert action["target"]["urlTemplate"] == f"{HOST}{reverse('shop:products')}?q={{search_term_string}}"
        assert action["query-input"] == "required name=search_term_string"

    def test_a_product_says_what_search_engines_require_of_it(self, client, settings, tmp_path):
        settings.MEDIA_ROOT = tmp_path
        product = VariantFactory(stock=9, label="S", price=1999).product
        VariantFactory(product=product, label="M", price=2000, stock=0)
        VariantFactory(product=product, label="L", stock=0, stock_item__backorder_limit=5)
        StockItem.objects.filter(variant__label="S").update(barcode="4006381333931")
        StockItem.objects.filter(variant__label="M").update(barcode="123")
        with_picture(product)

        said = read(client, product.get_absolute_url()).data["Product"]

        assert said["@context"] == "https://schema.org"
        assert said["name"] == product.name
        assert said["image"] == [f"{HOST}{product.images.get().file.url}"]
        assert "brand" not in said
        assert "aggregateRating" not in said
        offers = {offer["name"]: offer for offer in said["offers"]}
        assert [offers[name]["availability"].rpartition("/")[2] for name in "SML"] == [
            "InStock",
            "OutOfStock",
            "BackOrder",
        ]
        assert [(offer["price"], offer["priceCurrency"]) for offer in said["offers"]][:2] == [
            ("19.99", "EUR"),
            ("20.00", "EUR"),
        ]
        assert [offer.get("gtin") for offer in said["offers"]] == ["4006381333931", None, None]
        for offer in said["offers"]:
            assert offer["@type"] == "Offer"
            assert offer["url"] == f"{HOST}{product.get_absolute_url()}"
            assert offer["sku"]

    @pytest.mark.broken_books  # there are no reviews behind these figures
    def test_a_product_that_was_rated_says_how(self, client):
        product = VariantFactory(stock=1).product
        Product.objects.filter(pk=product.pk).update(rating_count=3, rating_sum=13)

        rating = read(client, product.get_absolute_url()).data["Product"]["aggregateRating"]

        assert rating == {
            "@type": "AggregateRating",
            "ratingValue": "4.33",
            "ratingCount": 3,
            "bestRating": 5,
            "worstRating": 1,
        }

    def test_a_product_of_which_nothing_is_for_sale_makes_no_offer(self, client):
        product = VariantFactory(stock=1).product
        product.variants.update(is_active=False)

        assert "Product" not in read(client, product.get_absolute_url()).data

    def test_the_way_down_is_numbered_and_ends_at_the_page(self, client):
        top = CategoryFactory(name="Kitchen", slug="kitchen")
        product = VariantFactory(
            product__name="Cup", product__category=CategoryFactory(name="Cups", slug="cups", parent=top)
        ).product

        steps = read(client, product.get_absolute_url()).data["BreadcrumbList"]["itemListElement"]
        shelf = read(client, reverse("shop:category", args=["cups"])).data["BreadcrumbList"][
            "itemListElement"
        ]

        assert [step["name"] for step in steps] == ["Everything", "Kitchen", "Cups", "Cup"]
        assert [step["position"] for step in steps] == [1, 2, 3, 4]
        assert shelf == steps[:3]
        for step in steps:
            assert read(client, step["item"].removeprefix(HOST))

    def test_the_data_is_not_run_under_the_policy_of_the_page(self, client):
        answer = client.get(VariantFactory(stock=1).product.get_absolute_url())

        assert "unsafe-inline" not in answer["Content-Security-Policy"]
        page = answer.content.decode()
        assert re.findall(r"<script(?![^>]* src=)[^>]*>", page) == ['<script type="application/ld+json">'] * 2
