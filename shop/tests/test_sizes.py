"""Sizes: the text that keeps them, and their order."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shop import sizes


@pytest.mark.parametrize(
    "ordered",
    [
        ["XXS", "XS", "S", "M", "L", "XL", "2XL", "3XL"],
        ["Small", "Medium", "Large"],
        ["9", "10", "36–40", "41–46"],
        ["50 g", "100 g", "0,5 kg", "1 kg"],
        ["350 ml", "0.5 l", "75 cl", "1 l", "14 l"],
        ["45 × 45 cm", "60 × 60 cm", "1.2 m"],
        ["A6", "A5", "A4 dotted", "A3"],
        ["Oak", "Walnut"],
        ["S", "L", "Small", "38", "500 g", "A4", "Oak"],
    ],
)
def test_sizes_come_in_the_order_that_people_expect(ordered):
    backwards = ordered[::-1]

    assert sorted(backwards, key=sizes.order) == ordered


@given(st.lists(st.text(max_size=60)))
def test_every_list_of_texts_has_an_order(labels):
    assert len(sorted(labels, key=sizes.order)) == len(labels)


@pytest.mark.parametrize("labels", [(), ("",), ("S",), ("S", "M", "Größe 42"), ("", "S")])
def test_what_is_joined_comes_apart_again(labels):
    assert sizes.split(sizes.join(labels)) == labels
