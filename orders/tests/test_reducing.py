"""What is taken off is shared out to the unit, never below nothing and never above a line."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orders.services.reducing import Pieces, percent_off, pieces_off, spread

SKUS = st.text("ABCDEFGH", min_size=1, max_size=3)
LEFT = st.dictionaries(SKUS, st.integers(0, 10_000_000), max_size=8)
PERCENT = st.integers(1, 100)
LINES = st.dictionaries(SKUS, st.tuples(st.integers(0, 100_000), st.integers(1, 999)), max_size=8)


def _holds(off, left):
    assert set(off) <= set(left)
    assert all(1 <= share <= left[sku] for sku, share in off.items())


@given(st.integers(0, 100_000_000), LEFT)
def test_an_amount_is_taken_off_whole_or_as_much_as_there_is(amount, left):
    off = spread(amount, left)

    _holds(off, left)
    assert sum(off.values()) == min(amount, sum(left.values()))


@given(st.integers(1, 100_000_000), LEFT)
def test_no_line_is_further_than_a_unit_from_its_exact_share(amount, left):
    off, total = spread(amount, left), sum(left.values())

    taken = min(amount, total)
    assert all(abs(off.get(sku, 0) * total - taken * value) < max(total, 1) for sku, value in left.items())


@given(PERCENT, LEFT)
def test_percent_are_of_all_together(percent, left):
    off = percent_off(percent, left)

    _holds(off, left)
    assert abs(200 * sum(off.values()) - 2 * percent * sum(left.values())) <= 100


@given(st.lists(PERCENT, max_size=6), st.integers(0, 1_000_000), LEFT)
def test_one_after_the_other_they_never_take_more_than_there_is(percents, amount, left):
    rest = dict(left)
    for off in [*(percent_off(percent, rest) for percent in percents)]:
        for sku, share in off.items():
            rest[sku] = max(rest[sku] - share, 0)
    for sku, share in spread(amount, rest).items():
        rest[sku] -= share

    assert all(0 <= rest[sku] <= left[sku] for sku in left)


@given(LINES, st.integers(1, 5), st.integers(1, 5), PERCENT)
def test_of_each_group_the_cheapest_are_cheaper(lines, buy, get, percent):
    pieces = [Pieces(sku, price, quantity) for sku, (price, quantity) in lines.items()]
    left = {line.sku: line.price * line.quantity for line in pieces}

    off = pieces_off(pieces, left, buy=buy, get=get, percent=percent)

    _holds(off, left)
    each = sorted((line.price for line in pieces for _piece in range(line.quantity)), reverse=True)
    groups = [each[at : at + buy + get] for at in range(0, len(each), buy + get)]
    exact = sum(sum(group[buy:]) for group in groups if len(group) == buy + get) * percent / 100
    assert exact - len(pieces) <= sum(off.values()) <= exact


@pytest.mark.parametrize(
    ("buy", "get", "percent", "off"),
    [
        (2, 1, 100, {"B": 500}),  # 9 9 5 | 5
        (1, 1, 100, {"A": 900, "B": 500}),  # 9 9 | 5 5
        (1, 1, 50, {"A": 450, "B": 250}),
        (3, 1, 100, {"B": 500}),
        (4, 1, 100, {}),
    ],
)
def test_buy_some_get_some(buy, get, percent, off):
    lines = [Pieces("B", 500, 2), Pieces("A", 900, 2)]

    assert pieces_off(lines, {"A": 1800, "B": 1000}, buy=buy, get=get, percent=percent) == off


def test_the_largest_remainders_get_the_units_that_remain():
    assert spread(100, {"A": 1, "B": 1, "C": 1}) == {"A": 1, "B": 1, "C": 1}
    assert spread(2, {"A": 100, "B": 100, "C": 100}) == {"A": 1, "B": 1}
    assert spread(10, {"A": 333, "B": 666}) == {"A": 3, "B": 7}
