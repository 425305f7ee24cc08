"""The category tree as pages use it."""

import pytest

from shop.models import Category
from shop.tests.factories import CategoryFactory
from shop.tree import category_tree, read_tree

pytestmark = pytest.mark.django_db


def test_tree_hangs_shelves_in_their_order():
    home = CategoryFactory(name="Home", position=2)
    kitchen = CategoryFactory(name="Kitchen", position=1)
    cups = CategoryFactory(name="Cups", parent=kitchen)

    tree = read_tree()

    assert [shelf.pk for shelf in tree.roots] == [kitchen.pk, home.pk]
    assert [shelf.pk for shelf in tree.by_slug[kitchen.slug].subtree()] == [kitchen.pk, cups.pk]
    assert [shelf.name for shelf in tree.by_pk[cups.pk].path()] == ["Kitchen", "Cups"]
    assert not tree.hides_some


def test_tree_leaves_out_what_stands_in_a_hidden_shelf():
    hidden = CategoryFactory(is_active=False)
    below = CategoryFactory(parent=hidden)

    tree = read_tree()

    assert tree.roots == []
    assert below.pk not in tree.by_pk
    assert tree.hides_some


def test_tree_survives_a_loop_of_parents():
    one = CategoryFactory()
    two = CategoryFactory(parent=one)
    Category.objects.filter(pk=one.pk).update(parent=two)

    assert read_tree().roots == []


def test_tree_costs_one_query_and_none_when_it_is_cached(django_assert_num_queries, settings):
    settings.PAGE_CACHE_SECONDS = 5
    parent = CategoryFactory()
    CategoryFactory.create_batch(5, parent=parent)

    with django_assert_num_queries(1):
        category_tree()
    with django_assert_num_queries(0):
        tree = category_tree()

    assert len(tree.by_pk) == 6
    assert tree.by_slug[parent.slug].children[0].path()[0] is tree.roots[0]
