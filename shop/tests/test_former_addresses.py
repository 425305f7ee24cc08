"""A slug that is changed keeps leading to its product or category."""

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from accounts.tests.factories import StaffFactory
from shop import services as shop
from shop.models import FormerSlug, Product
from shop.tests.factories import CategoryFactory, ProductFactory, VariantFactory

pytestmark = pytest.mark.django_db


def rename(thing, slug):
    thing.slug = slug
    (shop.change_product if isinstance(thing, Product) else shop.change_category)(thing)


def product(slug="cup"):
    return VariantFactory(product__slug=slug, stock=1).product


def lead(client, view, slug):
    answer = client.get(reverse(view, args=[slug]))
    return answer.status_code, answer.get("Location", "")


def test_the_old_address_of_a_product_leads_to_the_new_one_and_keeps_the_query(client):
    rename(product(), "mug")

    answer = client.get(f"{reverse('shop:product', args=['cup'])}?from=mail")

    assert answer.status_code == 301
    assert answer["Location"] == f"{reverse('shop:product', args=['mug'])}?from=mail"
    assert "max-age=600" in answer["Cache-Control"]
    assert not answer.cookies


def test_the_old_address_of_a_category_leads_to_the_new_one(client):
    shelf = VariantFactory(stock=1).product.category
    old = shelf.slug
    rename(shelf, "tableware")

    assert lead(client, "shop:category", old) == (301, reverse("shop:category", args=["tableware"]))


def test_many_old_addresses_lead_there_in_one_step(client):
    cup = product()
    for slug in ("mug", "beaker", "tumbler"):
        rename(cup, slug)

    now = (301, reverse("shop:product", args=["tumbler"]))
    assert [lead(client, "shop:product", slug) for slug in ("cup", "mug", "beaker")] == [now] * 3


def test_a_slug_taken_back_leads_nowhere_else(client):
    cup = product()
    rename(cup, "mug")
    rename(cup, "cup")

    assert lead(client, "shop:product", "cup")[0] == 200
    assert lead(client, "shop:product", "mug") == (301, reverse("shop:product", args=["cup"]))
    assert list(FormerSlug.objects.values_list("slug", flat=True)) == ["mug"]


@pytest.mark.parametrize("way", ["made", "renamed"])
def test_who_carries_a_slug_today_has_it(client, way):
    cup = product()
    rename(cup, "mug")
    if way == "made":
        shop.create_product(cup.category, "Another cup", slug="cup")
    else:
        rename(product("other"), "cup")

    assert not FormerSlug.objects.filter(slug="cup").exists()
    assert lead(client, "shop:product", "mug")[0] == 200


def test_a_slug_that_two_had_one_after_the_other_leads_to_the_later_one(client):
    first, second = product("cup"), product("other")
    rename(first, "mug")
    rename(second, "cup")
    rename(second, "beaker")

    assert lead(client, "shop:product", "cup") == (301, reverse("shop:product", args=["beaker"]))


def test_what_is_gone_or_hidden_is_not_found(client):
    hidden, gone, behind = product("hidden"), ProductFactory(slug="gone"), product("behind")
    for each in (hidden, gone, behind):
        rename(each, f"new-{each.slug}")
    Product.objects.filter(pk=hidden.pk).update(is_active=False)
    gone.delete()
    behind.category.is_active = False
    shop.change_category(behind.category)

    assert [lead(client, "shop:product", slug)[0] for slug in ("hidden", "gone", "behind")] == [404] * 3


def test_a_category_and_a_product_may_have_had_the_same_slug():
    cup, shelf = product("cup"), CategoryFactory(slug="cup")
    rename(cup, "mug")
    rename(shelf, "mugs")

    assert FormerSlug.objects.filter(slug="cup").count() == 2


def test_the_database_keeps_one_meaning_per_slug():
    cup, other, shelf = product("cup"), product("other"), CategoryFactory()
    FormerSlug.objects.create(slug="old", product=cup)
    for wrong in ({"product": other}, {}, {"product": cup, "category": shelf}):
        with pytest.raises(IntegrityError), transaction.atomic():
            FormerSlug.objects.create(slug="old", **wrong)


def test_a_missing_product_costs_one_look_more(client, django_assert_max_num_queries):
    with django_assert_max_num_queries(4):  # the product, its former address, the tree, the footer's pages
        assert lead(client, "shop:product", "nothing")[0] == 404


def test_staff_see_the_old_addresses_on_the_products_page(client):
    cup = product()
    rename(cup, "mug")
    client.force_login(StaffFactory(is_superuser=True))

    page = client.get(reverse("admin:shop_product_change", args=[cup.pk])).content.decode()

    assert "Old addresses" in page
    assert reverse("shop:product", args=["cup"]) in page


def test_a_change_moves_the_date_of_change_and_a_look_does_not():
    cup = product()
    before = Product.objects.get(pk=cup.pk).updated_at

    assert Product.objects.get(pk=cup.pk).updated_at == before
    rename(cup, "mug")

    assert Product.objects.get(pk=cup.pk).updated_at > before
