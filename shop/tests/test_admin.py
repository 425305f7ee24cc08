"""The catalogue in the console: a product with its variants, prices and pictures is saved through the services."""

from pathlib import Path

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from config.tests.helpers import run_tasks
from inventory.models import StockItem, StockMovement
from shop import services as shop
from shop.models import Category, PriceChange, Product, ProductImage, Variant
from shop.tests.factories import CategoryFactory, ProductFactory, VariantFactory, picture_file

LIST = "admin:shop_product_changelist"


@pytest.fixture(autouse=True)
def _media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def owner(db):
    return get_user_model().objects.create_superuser("owner@example.com")


@pytest.fixture
def console(client, owner):
    client.force_login(owner)
    return client


@pytest.fixture
def mug(db):
    return VariantFactory(stock_item__sku="MUG-1", label="Small", price=1999, stock=4)


def page_of(product):
    return reverse("admin:shop_product_change", args=[product.pk])


def product_form(product=None, *, variants=(), images=(), **fields):
    """What the browser sends: the product's own fields and the rows of its two tables."""
    data = {
        "name": product.name if product else "Walnut board",
        "category": product.category_id if product else "",
        "slug": product.slug if product else "",
        "summary": "",
        "description": "",
        "is_active": "on",
        **fields,
    }
    for prefix, rows in (("variants", variants), ("images", images)):
        data[f"{prefix}-TOTAL_FORMS"] = len(rows)
        data[f"{prefix}-INITIAL_FORMS"] = sum("id" in row for row in rows)
        for place, row in enumerate(rows):
            data |= {f"{prefix}-{place}-{name}": value for name, value in row.items()}
    return data


def variant_row(variant=None, **fields):
    row = {
        "sku": "BOARD-1",
        "label": "",
        "price": "29.90",
        "weight_g": 800,
        "tax_class": "standard",
        "country_of_origin": "pt",
        "barcode": "",
        "position": 0,
        "is_active": "on",
    }
    if variant:
        row |= {
            "id": variant.pk,
            "label": variant.label,
            "price": f"{variant.price / 100:.2f}",
            "country_of_origin": "PT",
        }
    return {**row, **fields}


def upload(name="mug.png"):
    return SimpleUploadedFile(name, picture_file().read(), "image/png")


# --- adding -----------------------------------------------------------------------------------------
def test_a_product_with_variant_and_picture_is_added_on_one_page(console, owner):
    data = product_form(
        category=CategoryFactory().pk,
        variants=[variant_row()],
        images=[{"alt": "A board", "upload": upload(), "position": 0}],
    )

    answer = console.post(reverse("admin:shop_product_add"), data)

    assert answer.status_code == 302
    product = Product.objects.get(slug="walnut-board")
    variant = product.variants.get()
    assert (product.price, product.variant_count, product.image_alt) == (2990, 1, "A board")
    assert (variant.sku, variant.price, variant.country_of_origin) == ("BOARD-1", 2990, "PT")
    assert list(variant.price_changes.values_list("old", "new", "actor")) == [(None, 2990, owner.pk)]
    assert not StockMovement.objects.exists()


def test_a_taken_sku_is_a_form_error(console, mug):
    data = product_form(category=CategoryFactory().pk, variants=[variant_row(sku="MUG-1")])

    answer = console.post(reverse("admin:shop_product_add"), data)

    assert "The SKU MUG-1 is taken." in answer.content.decode()
    assert not Product.objects.filter(name="Walnut board").exists()


def test_two_new_variants_cannot_share_a_sku(console):
    rows = [variant_row(label="S"), variant_row(label="M")]

    answer = console.post(
        reverse("admin:shop_product_add"), product_form(category=CategoryFactory().pk, variants=rows)
    )

    assert "Two of these variants have the same SKU." in answer.content.decode()
    assert not Variant.objects.exists()


def test_a_refusal_while_saving_saves_nothing(console, mug, monkeypatch):
    def refuse(*args, **kwargs):
        raise shop.SkuTaken("The SKU BOARD-1 is taken.")

    monkeypatch.setattr(shop, "add_variant", refuse)

    answer = console.post(
        page_of(mug.product),
        product_form(mug.product, name="New name", variants=[variant_row(mug), variant_row(label="M")]),
        follow=True,
    )

    assert "Nothing was saved: The SKU BOARD-1 is taken." in answer.content.decode()
    mug.product.refresh_from_db()
    assert mug.product.name != "New name"


# --- changing ---------------------------------------------------------------------------------------
def test_a_new_price_leaves_a_price_change_and_renews_the_list(console, owner, mug):
    console.post(page_of(mug.product), product_form(mug.product, variants=[variant_row(mug, price="24.50")]))

    mug.product.refresh_from_db()
    change = PriceChange.objects.latest("pk")
    assert mug.product.price == 2450
    assert (change.variant, change.old, change.new, change.actor) == (mug, 1999, 2450, owner)


def test_a_reduction_is_set_and_ended_in_the_console(console, mug):
    page, product = page_of(mug.product), mug.product

    console.post(page, product_form(product, variants=[variant_row(mug, compare_at_price="24.50")]))
    mug.refresh_from_db()
    assert (mug.price, mug.compare_at_price) == (1999, 2450)
    refused = console.post(page, product_form(product, variants=[variant_row(mug, compare_at_price="19.99")]))
    assert "The price before must be above the price" in refused.content.decode()
    console.post(page, product_form(product, variants=[variant_row(mug, compare_at_price="")]))
    mug.refresh_from_db()
    assert mug.compare_at_price is None


def test_the_console_doubts_a_price_before_that_was_never_asked_for_lately(console, mug):
    page = page_of(mug.product)
    console.post(page, product_form(mug.product, variants=[variant_row(mug, price="15.00")]))
    mug.refresh_from_db()

    row = variant_row(mug, compare_at_price="29.00")
    answer = console.post(page, product_form(mug.product, variants=[row]), follow=True)

    assert "it cost as little as €19.99" in answer.content.decode()
    mug.refresh_from_db()
    assert mug.compare_at_price == 2900


def test_saving_without_a_change_leaves_no_trace(console, mug):
    row = variant_row(mug, weight_g=mug.weight_g)

    console.post(page_of(mug.product), product_form(mug.product, summary=mug.product.summary, variants=[row]))

    assert not PriceChange.objects.filter(variant=mug).exists()


def test_a_new_name_reaches_the_warehouse_and_the_search(console, mug):
    console.post(page_of(mug.product), product_form(mug.product, name="Pitcher", variants=[variant_row(mug)]))

    mug.product.refresh_from_db()
    assert StockItem.objects.get(sku="MUG-1").label == "Pitcher, Small"
    assert mug.product.search_document.startswith(" pitcher ")


def test_the_sku_never_changes_and_no_stock_moves(console, mug):
    moved = StockMovement.objects.count()
    row = variant_row(mug, sku="OTHER", barcode="4006381333931", stock=99, on_hand=99)

    console.post(page_of(mug.product), product_form(mug.product, variants=[row]))

    item = StockItem.objects.get()
    assert (item.sku, item.barcode, item.levels.get().on_hand) == ("MUG-1", "4006381333931", 4)
    assert StockMovement.objects.count() == moved


def test_the_page_shows_stock_and_leads_to_its_forms(console, mug):
    page = console.get(page_of(mug.product)).content.decode()

    assert "<strong>4</strong> free of 4, 0 promised" in page
    for act in ("receive", "adjust", "change"):
        assert reverse(f"admin:inventory_stockitem_{act}", args=[mug.stock_item_id]) in page


def test_pictures_are_described_anew_and_taken_away(console, mug):
    kept = shop.add_image(mug.product, picture_file(), "Old words")
    gone = shop.add_image(mug.product, picture_file(colour=(1, 2, 3)), "Gone")
    rows = [
        {"id": kept.pk, "alt": "New words", "position": 0},
        {"id": gone.pk, "alt": "Gone", "position": 1, "DELETE": "on"},
    ]

    console.post(page_of(mug.product), product_form(mug.product, variants=[variant_row(mug)], images=rows))

    mug.product.refresh_from_db()
    assert list(ProductImage.objects.values_list("alt", flat=True)) == ["New words"]
    assert mug.product.image_alt == "New words"


@pytest.mark.parametrize("content", [b"", b"no picture", b"\x89PNG\r\n\x1a\n broken"])
def test_what_is_no_picture_is_refused(console, mug, content, tmp_path):
    row = {"alt": "?", "position": 0, "upload": SimpleUploadedFile("x.png", content, "image/png")}

    answer = console.post(
        page_of(mug.product), product_form(mug.product, variants=[variant_row(mug)], images=[row])
    )

    assert answer.status_code == 200
    assert not ProductImage.objects.exists()
    assert not [path for path in Path(tmp_path).rglob("*") if path.is_file()]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("price", "-1"),
        ("price", "0.001"),
        ("price", "abc"),
        ("price", "1e30"),
        ("price", "1000000.01"),
        ("price", "9" * 5000),
        ("price", ""),
        ("compare_at_price", "19.99"),
        ("compare_at_price", "abc"),
        ("compare_at_price", "9" * 5000),
        ("weight_g", "-1"),
        ("weight_g", str(10**30)),
        ("position", str(10**30)),
        ("country_of_origin", "P1"),
        ("tax_class", "odd"),
        ("label", "x" * 61),
    ],
)
def test_odd_values_change_nothing(console, mug, field, value):
    answer = console.post(
        page_of(mug.product), product_form(mug.product, variants=[variant_row(mug, **{field: value})])
    )

    assert answer.status_code == 200
    assert answer.context["errors"]
    assert Variant.objects.filter(pk=mug.pk, price=1999, weight_g=250, label="Small").exists()


# --- who --------------------------------------------------------------------------------------------
def staff(*permissions):
    user = get_user_model().objects.create_user("staff@example.com", is_staff=True)
    for permission in permissions:
        user.user_permissions.add(Permission.objects.get(codename=permission))
    return user


def test_who_may_change_products_but_not_variants_sets_no_price(client, mug):
    client.force_login(staff("change_product", "view_variant"))

    page = client.get(page_of(mug.product)).content.decode()
    client.post(page_of(mug.product), product_form(mug.product, variants=[variant_row(mug, price="1.00")]))

    mug.refresh_from_db()
    assert "€19.99" in page
    assert mug.price == 1999


def test_products_and_variants_are_never_deleted(console, mug):
    assert (
        console.post(reverse("admin:shop_product_delete", args=[mug.product_id]), {"post": "yes"}).status_code
        == 403
    )
    row = variant_row(mug, DELETE="on")

    console.post(page_of(mug.product), product_form(mug.product, variants=[row]))

    assert Variant.objects.filter(pk=mug.pk).exists()


# --- finding ----------------------------------------------------------------------------------------
@pytest.mark.parametrize("words", ["mug-1", "käthe", "kathe teapot", "4006381333931"])
def test_products_are_found_by_name_sku_and_barcode(console, mug, words):
    StockItem.objects.update(barcode="4006381333931")
    Product.objects.filter(pk=mug.product_id).update(name="Käthe teapot")
    mug.product.refresh_from_db()
    shop.refresh_product(mug.product)
    VariantFactory()

    found = console.get(reverse(LIST), {"q": words}).context["cl"].result_list

    assert [product.pk for product in found] == [mug.product_id]


def test_products_are_found_by_stock(console, mug):
    empty = ProductFactory()

    def found(which):
        return [each.pk for each in console.get(reverse(LIST), {"stock": which}).context["cl"].result_list]

    assert (found("some"), found("none")) == ([mug.product_id], [empty.pk])


# --- categories -------------------------------------------------------------------------------------
def category_form(category, **fields):
    return {
        "name": category.name,
        "slug": category.slug,
        "position": 0,
        "is_active": "on",
        "intro": "",
        **fields,
    }


def test_renaming_a_category_renews_what_its_products_are_found_by(console, mug):
    category = mug.product.category

    console.post(
        reverse("admin:shop_category_change", args=[category.pk]), category_form(category, name="Crockery")
    )
    run_tasks()

    mug.product.refresh_from_db()
    assert "crockery" in mug.product.search_document


def test_a_category_cannot_stand_in_itself(console):
    top = CategoryFactory()
    below = CategoryFactory(parent=CategoryFactory(parent=top))

    answer = console.post(
        reverse("admin:shop_category_change", args=[top.pk]), category_form(top, parent=below.pk)
    )

    assert "A category cannot stand in itself." in answer.content.decode()
    assert Category.objects.get(pk=top.pk).parent is None
