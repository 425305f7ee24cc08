"""The product feed: complete, well-formed whatever the texts hold, true, and cheap to ask for again."""

from xml.etree import ElementTree

import pytest
from django.urls import reverse

from config import toggles
from inventory import services as inventory
from inventory.tests.factories import LocationFactory
from shop import services as shop
from shop.found import feed
from shop.models import Variant
from shop.tests.factories import CategoryFactory, VariantFactory, picture_file

pytestmark = pytest.mark.django_db
G = "{http://base.google.com/ns/1.0}"


@pytest.fixture(autouse=True)
def _own_folder(settings, tmp_path):
    settings.VAR_DIR = settings.MEDIA_ROOT = tmp_path


def ask(client, **headers):
    return client.get(reverse("found:products_feed"), headers=headers)


def leave(answer) -> None:
    """Hang up in the middle, as the test client does at the end."""
    answer._iterator.close()


def items(client) -> dict[str, dict[str, str]]:
    """The items by id; of what is said more than once the last."""
    answer = ask(client)
    assert answer.status_code == 200
    channel = ElementTree.fromstring(b"".join(answer.streaming_content)).find("channel")
    found = [{each.tag.removeprefix(G): each.text for each in item} for item in channel.iter("item")]
    return {item["id"]: item for item in found}


def test_an_item_says_all_that_engines_require(client):
    product = VariantFactory(
        stock=3,
        label="S",
        price=1999,
        stock_item__sku="CUP-S",
        stock_item__barcode="4006381333931",
        product__name="Cup",
        product__slug="cup",
        product__description="It holds *tea* & more.",
        product__category=CategoryFactory(name="Cups", parent=CategoryFactory(name="Kitchen")),
    ).product
    VariantFactory(product=product, label="M", price=2500, stock=0, stock_item__sku="CUP-M")
    for words in ("A cup", "A cup from above"):
        shop.add_image(product, picture_file(colour=(len(words), 0, 0)), words)

    small, large = (items(client)[sku] for sku in ("CUP-S", "CUP-M"))

    assert small == {
        "id": "CUP-S",
        "title": "Cup S",
        "description": "It holds tea & more.",
        "link": "http://testserver/products/cup/",
        "image_link": f"http://testserver{product.images.first().file.url}",
        "additional_image_link": f"http://testserver{product.images.last().file.url}",
        "availability": "in_stock",
        "price": "19.99 EUR",
        "gtin": "4006381333931",
        "item_group_id": f"P{product.pk}",
        "size": "S",
        "product_type": "Kitchen > Cups",
        "condition": "new",
        "shipping_weight": "250 g",
        "ships_from_country": "DE",
    }
    assert (large["availability"], large["identifier_exists"], large["item_group_id"]) == (
        "out_of_stock",
        "no",
        small["item_group_id"],
    )


def test_a_reduced_thing_names_both_prices(client):
    VariantFactory(stock=1, price=1500, compare_at_price=2000, stock_item__sku="CUP")

    item = items(client)["CUP"]

    assert (item["price"], item["sale_price"]) == ("20.00 EUR", "15.00 EUR")


def test_what_is_still_on_its_way_is_not_in_stock(client):
    VariantFactory(stock=0, stock_item__backorder_limit=5, stock_item__sku="CUP")

    assert items(client)["CUP"]["availability"] == "out_of_stock"


def test_what_is_not_for_sale_is_left_out(client):
    VariantFactory(stock=1, is_active=False)
    VariantFactory(stock=1, product__is_active=False)
    VariantFactory(stock=1, product__category__is_active=False)
    VariantFactory(
        stock=1,
        product__category=CategoryFactory(parent=CategoryFactory(is_active=False)),
        product__name="Below",
    )

    assert items(client) == {}


def test_no_text_breaks_the_feed(client):
    nasty = "]]></title> <!-- & &amp; \x0b\x1f\ufffe\uffff\u2028 🦊 \ud800".encode(errors="replace").decode()
    product = VariantFactory(stock=1, label=nasty[:40], product__name=nasty, product__summary=nasty).product
    Variant.objects.update(country_of_origin="")
    product.description = nasty
    product.save()

    (item,) = items(client).values()

    assert item["title"].startswith("]]></title> <!-- & &amp;")
    assert "🦊" in item["description"]
    assert not {"\x0b", "\x1f", "\ufffe", "\uffff"} & set(item["title"] + item["description"])


def test_chunks_join_without_loss_and_cost_two_statements_each(
    client, monkeypatch, django_assert_num_queries
):
    monkeypatch.setattr(feed, "CHUNK", 2)
    for _ in range(5):
        VariantFactory(stock=1)

    with django_assert_num_queries(1 + 2 * 3 + 1):
        text = "".join(feed.write())

    assert text.count("<item>") == 5


def test_who_has_the_feed_is_not_sent_it_again_until_something_changes(client):
    variant = VariantFactory(stock=3, product__category=CategoryFactory())
    first = ask(client)
    b"".join(first.streaming_content)

    assert ask(client, **{"If-None-Match": first["ETag"]}).status_code == 304

    shop.set_price(variant, 2100, None)
    assert ask(client, **{"If-None-Match": first["ETag"]}).status_code == 200


def test_a_stock_movement_makes_another_feed(client):
    variant = VariantFactory(stock=None)
    place = LocationFactory()
    etag = client.head(reverse("found:products_feed"))["ETag"]

    inventory.receive(variant.sku, 1, location=place, cause="test")

    assert ask(client)["ETag"] != etag


def test_the_feed_is_built_once_and_then_given_out_from_its_file(
    client, settings, tmp_path, monkeypatch, django_assert_num_queries
):
    settings.PAGE_CACHE_SECONDS = 1
    VariantFactory(stock=1)
    first = b"".join(ask(client).streaming_content)
    monkeypatch.setattr(feed, "write", lambda: 1 / 0)

    with django_assert_num_queries(0):
        again = b"".join(ask(client).streaming_content)

    assert again == first
    assert len(list((tmp_path / "feeds").iterdir())) == 1


def test_only_one_builds_the_feed_and_the_others_have_the_one_before(client):
    variant = VariantFactory(stock=1)
    assert len(items(client)) == 1
    shop.set_price(variant, 2100, None)
    building = ask(client)
    next(iter(building.streaming_content))

    meanwhile = b"".join(ask(client).streaming_content)
    leave(building)

    assert b"19.99 EUR" in meanwhile
    assert b"21.00 EUR" in b"".join(ask(client).streaming_content)


def test_who_comes_while_the_very_first_is_built_may_come_again(client):
    VariantFactory(stock=1)
    building = ask(client)
    next(iter(building.streaming_content))

    answer = ask(client)
    leave(building)

    assert (answer.status_code, answer["Retry-After"]) == (429, "30")
    assert len(items(client)) == 1


def test_a_reader_who_leaves_early_leaves_no_half_feed(client, tmp_path):
    VariantFactory(stock=1)
    answer = ask(client)
    next(iter(answer.streaming_content))
    leave(answer)

    assert list((tmp_path / "feeds").glob("*")) == []


def test_a_full_disk_costs_the_copy_and_not_the_feed(client, tmp_path):
    VariantFactory(stock=1)
    (tmp_path / "feeds").write_text("in the way")

    assert len(items(client)) == 1


def test_a_shop_may_keep_its_feed_to_itself(client):
    toggles.assume({"partner feeds": False})

    assert ask(client).status_code == 404


def test_a_look_at_the_head_builds_nothing(client, monkeypatch):
    monkeypatch.setattr(feed, "write", lambda: 1 / 0)

    assert client.head(reverse("found:products_feed"))["ETag"]
