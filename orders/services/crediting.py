"""How much of which line a credit note takes back: whole minor units that never exceed what is left of the line.

"Left" is the invoice less its credit notes so far, line by line, in net, tax and pieces. As every note is cut out of
what is left, its parts add up, and the last one takes exactly the rest.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import TypedDict

from orders.services.errors import CreditTooHigh, NothingToCredit, NotOnInvoice
from orders.services.invoice_content import Content, summed_up

_COUNTED = ("quantity", "net", "tax", "gross")


class GoodsLine(TypedDict):
    """Pieces of a line, and what is credited for them in minor units, tax included."""

    pieces: int
    amount: int


class Goods(TypedDict):
    """What money went back for: lines by their position (as JSON has it, in digits), and delivery."""

    lines: dict[str, GoodsLine]
    shipping: int


def of_credit(
    invoice: Content,
    notes: Iterable[Content],
    *,
    lines: Mapping[int, int] | None,
    shipping: bool,
    amount: int | None,
    reason: str,
    goods: Goods | None = None,
) -> Content:
    """What a credit note says, save for its number and date: see `orders.issue_credit_note` for what is asked.

    Raises NothingToCredit, CreditTooHigh, NotOnInvoice.
    """
    left, delivery = left_of(invoice, notes)
    is_included = bool(invoice["prices_include_tax"])
    if amount is not None:
        taken, sent = _returned(left, delivery, goods, amount) or _reduce(left, delivery, amount)
    elif lines is None and not shipping:
        taken, sent = left, delivery
    else:
        taken, sent = _pieces(left, lines or {}, invoice), delivery if shipping else None
    taken = [line for line in taken if line["gross"] or line["quantity"]]
    sent = sent if sent and sent["gross"] else None
    summed = summed_up(taken, sent, is_included)
    if not summed["totals"]["total"]:  # type: ignore[index]
        raise NothingToCredit(str(invoice["number"]))
    return {
        **{name: value for name, value in invoice.items() if name != "credit"},
        "discounts": [],
        **summed,
        "kind": "credit_note",
        "credits": {"number": invoice["number"], "issued_on": invoice["issued_on"], "reason": reason},
    }


def left_of(invoice: Content, notes: Iterable[Content]) -> tuple[list[dict], dict | None]:
    """Lines and delivery of an invoice, less what its credit notes took back."""
    goods = {line["position"]: _plain(line) for line in invoice["lines"]}  # type: ignore[attr-defined]
    delivery = dict(invoice["shipping"]) if invoice["shipping"] else None  # type: ignore[call-overload]
    for note in notes:
        for line in note["lines"]:  # type: ignore[attr-defined]
            for name in _COUNTED:
                goods[line["position"]][name] -= line[name]
        if delivery and note["shipping"]:
            for name in ("net", "tax", "gross"):
                delivery[name] -= note["shipping"][name]  # type: ignore[index]
    return list(goods.values()), delivery


def _plain(line: Mapping) -> dict:
    """A line by what it costs in the end: its share of discount and duty is in net, tax and gross."""
    return {name: value for name, value in line.items() if name not in {"discount", "duty"}}


def _pieces(goods: Sequence[dict], wanted: Mapping[int, int], invoice: Content) -> list[dict]:
    """The share of so many pieces of some lines (position: pieces)."""
    as_issued = {line["position"]: line for line in invoice["lines"]}  # type: ignore[attr-defined]
    by_position = {line["position"]: line for line in goods}
    taken = []
    for position, pieces in sorted(wanted.items()):
        line = by_position.get(position)
        if line is None or not 1 <= pieces <= line["quantity"]:
            raise NotOnInvoice(position)
        taken.append(_share(line, pieces, as_issued[position]))
    return taken


def _returned(
    left: Sequence[dict], delivery: dict | None, goods: Goods | None, amount: int
) -> tuple[list[dict], dict | None] | None:
    """What came back, line by line and to the last unit; None if that is not what is to be credited, or not left."""
    if not goods:
        return None
    wanted = {int(position): each for position, each in goods["lines"].items()}
    by_position = {line["position"]: line for line in left}
    shipping = goods["shipping"]
    if sum(each["amount"] for each in wanted.values()) + shipping != amount:
        return None
    if shipping > (delivery["gross"] if delivery else 0):
        return None
    for position, each in wanted.items():
        line = by_position.get(position)
        if line is None or each["pieces"] > line["quantity"] or each["amount"] > line["gross"]:
            return None
    taken = [
        {**_cut(by_position[position], each["amount"]), "quantity": each["pieces"]}
        for position, each in sorted(wanted.items())
    ]
    return taken, {**_cut(delivery, shipping)} if delivery and shipping else None


def _share(line: dict, pieces: int, as_issued: dict) -> dict:
    """As many pieces' part of what is left of a line; a price per piece that is exact stays exact."""
    of = line["quantity"]
    if as_issued["gross"] % as_issued["quantity"] == 0:
        return {**_cut(line, _rounded(line["gross"] * pieces, of)), "quantity": pieces}
    net, tax = (_part(line, pieces, as_issued, name) for name in ("net", "tax"))
    return {**line, "quantity": pieces, "net": net, "tax": tax, "gross": net + tax}


def _part(line: dict, pieces: int, as_issued: dict, name: str) -> int:
    """So many pieces' part of the net or the tax of a line.

    As long as only pieces were taken off the line, all that were taken add up to the share of so many pieces in the
    line as it was issued, as `orders.share_of` reckons it: what is credited is to the last unit what is owed less.
    """
    all_of, issued = as_issued["quantity"], as_issued[name]
    before = all_of - line["quantity"]
    if line[name] != issued - _rounded(issued * before, all_of):
        return _rounded(line[name] * pieces, line["quantity"])
    return _rounded(issued * (before + pieces), all_of) - _rounded(issued * before, all_of)


def _reduce(goods: Sequence[dict], delivery: dict | None, amount: int) -> tuple[list[dict], dict | None]:
    """Spread an amount, tax included, over all that is left, in proportion, to the last minor unit."""
    items = [*goods, *([delivery] if delivery else [])]
    left = sum(item["gross"] for item in items)
    if not 1 <= amount <= left:
        raise CreditTooHigh(amount, left)
    shares = [amount * item["gross"] // left for item in items]
    by_rest = sorted(range(len(items)), key=lambda i: (-(amount * items[i]["gross"] % left), i))
    for i in by_rest[: amount - sum(shares)]:
        shares[i] += 1
    cut = [{**_cut(item, share), "quantity": 0} for item, share in zip(items, shares, strict=True)]
    return cut[: len(goods)], cut[-1] if delivery else None


def _cut(item: dict, gross: int) -> dict:
    """A part of an item by its gross amount; its tax is in proportion, and neither tax nor net exceeds what is left."""
    tax = _rounded(item["tax"] * gross, item["gross"]) if item["gross"] else 0
    tax = min(max(tax, gross - item["net"]), item["tax"], gross)
    return {**item, "net": gross - tax, "tax": tax, "gross": gross}


def _rounded(dividend: int, divisor: int) -> int:
    """A fraction to the nearest whole number, half up."""
    return (2 * dividend + divisor) // (2 * divisor)
