"""The arithmetic of what is taken off, in whole minor units: no clock, no database.

Everywhere `left` says what is left of each line (by SKU). What is taken off a line is never below 0 and never more
than is left of it; what is taken off several is shared out to the unit.
"""

from collections.abc import Iterable, Mapping
from typing import NamedTuple


class Pieces(NamedTuple):
    """A line of pieces of one price."""

    sku: str
    price: int
    quantity: int


def spread(amount: int, left: Mapping[str, int]) -> dict[str, int]:
    """Share an amount out over the lines by what is left of them; the largest remainders get the units that remain.

    It is at most what is left in all. Lines that get nothing are left out.
    """
    total = sum(left.values())
    amount = min(amount, total)
    if amount <= 0:
        return {}
    shares = {sku: divmod(amount * value, total) for sku, value in left.items()}
    off = {sku: whole for sku, (whole, _rest) in shares.items()}
    by_remainder = sorted(shares, key=lambda sku: (-shares[sku][1], sku))
    for sku in by_remainder[: amount - sum(off.values())]:
        off[sku] += 1
    return {sku: share for sku, share in off.items() if share}


def percent_off(percent: int, left: Mapping[str, int]) -> dict[str, int]:
    """So many percent of what is left in all, half up."""
    return spread((2 * percent * sum(left.values()) + 100) // 200, left)


def pieces_off(
    lines: Iterable[Pieces], left: Mapping[str, int], *, buy: int, get: int, percent: int
) -> dict[str, int]:
    """Make the `get` cheapest of each `buy` + `get` pieces `percent` cheaper; the dearest pieces are grouped first.

    A piece is worth its share of what is left of its line. An incomplete group gets nothing.
    """
    lines = sorted(lines, key=lambda line: (-line.price, line.sku))
    group = buy + get
    in_groups = sum(line.quantity for line in lines) // group * group
    off, position = {}, 0
    for line in lines:
        end = position + line.quantity
        cheaper = _cheaper(min(end, in_groups), buy, get) - _cheaper(min(position, in_groups), buy, get)
        position = end
        share = left[line.sku] * cheaper * percent // (line.quantity * 100)
        if share:
            off[line.sku] = share
    return off


def _cheaper(pieces: int, buy: int, get: int) -> int:
    """How many of the first so many pieces are among the cheapest of their group."""
    groups, rest = divmod(pieces, buy + get)
    return groups * get + max(rest - buy, 0)
