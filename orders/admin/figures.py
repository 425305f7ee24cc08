"""What was sold and sent, and what the shelves are worth, on the console's front page."""

from config import console
from config.money import format_money
from config.period import Period
from orders.admin.words import stock_link
from orders.services import figures

MONEY = "orders.see_figures"
SALES_ARE = (
    "Sales are the totals of the orders placed in these days, with delivery and tax, less what was credited of them "
    "since: pieces cancelled, money paid back. Orders cancelled whole, or whose payment was released or lapsed, are "
    "left out."
)


@console.card(permission=MONEY, place=10)
def sales_card(period: Period) -> console.Card:
    steps = figures.sales_by_step(period)
    now = figures.Sales(
        *(sum(getattr(each, name) for each in steps.values()) for name in ("orders", "total", "credited"))
    )
    before = figures.sales(period.before)
    words = {step: period.words_of(step) for step in steps}
    return console.Card(
        "Sales",
        figures=[
            console.Figure("sales", format_money(now.net), _compared(now.net, before.net, period)),
            console.Figure("orders", str(now.orders), _compared(now.orders, before.orders, period)),
            console.Figure("an order, on average", format_money(now.average)),
            console.Figure("credited of it", format_money(now.credited)),
        ],
        charts=[
            console.Chart(
                f"Sales by {period.step}",
                f"{format_money(now.net)} in all; most was {_peak(steps, words, 'net', format_money)}.",
                [console.Bar(words[step], each.net, format_money(each.net)) for step, each in steps.items()],
                format_money,
            ),
            console.Chart(
                f"Orders by {period.step}",
                f"{now.orders} in all; most was {_peak(steps, words, 'orders', str)}.",
                [console.Bar(words[step], each.orders, str(each.orders)) for step, each in steps.items()],
            ),
        ],
        table=console.Panel(
            "The same as a table",
            [period.step.capitalize(), "Orders", "Their totals", "Credited since", "Sales"],
            [
                [words[step], each.orders, *map(format_money, (each.total, each.credited, each.net))]
                for step, each in steps.items()
            ],
            numbers=frozenset({1, 2, 3, 4}),
        ),
        note=SALES_ARE,
        is_wide=True,
    )


def _compared(now: int, before: int, period: Period) -> str:
    changed = console.change(now, before)
    return (
        f"{changed} on the {period.days} days before"
        if changed and period.days > 1
        else (f"{changed} on the day before" if changed else "")
    )


def _peak(steps, words, name, show) -> str:
    best = max(steps, key=lambda step: getattr(steps[step], name))
    return f"{show(getattr(steps[best], name))} ({words[best]})"


@console.card(permission=MONEY, place=20)
def best_sellers_card(period: Period) -> console.Card:
    return console.Card(
        "Best sellers",
        table=console.Panel(
            "Best sellers",
            ["SKU", "What", "Pieces", "Value"],
            [
                [stock_link(each.sku), each.name, each.pieces, format_money(each.value)]
                for each in figures.best_sellers(period)
            ],
            empty="Nothing was sold in these days.",
            numbers=frozenset({2, 3}),
        ),
        is_open=True,
        note="Pieces that were neither cancelled nor sent back, at the prices of their orders, without delivery.",
    )


@console.card(permission="orders.view_order", place=30)
def shipped_card(period: Period) -> console.Card:
    steps = figures.shipped_by_step(period)
    total = sum(steps.values())
    if not total:
        return console.Card("Shipped", note="Nothing left the house in these days.")
    words = {step: period.words_of(step) for step in steps}
    return console.Card(
        "Shipped",
        figures=[console.Figure("pieces left the house", str(total))],
        charts=[
            console.Chart(
                f"Pieces shipped by {period.step}",
                f"{total} in all.",
                [console.Bar(words[step], pieces, str(pieces)) for step, pieces in steps.items()],
            )
        ],
        table=console.Panel(
            "The same as a table",
            [period.step.capitalize(), "Pieces"],
            [[words[step], pieces] for step, pieces in steps.items()],
            numbers=frozenset({1}),
        ),
    )


@console.card(permission=MONEY, place=50)
def stock_value_card(period: Period) -> console.Card:
    held = figures.stock_value()
    return console.Card(
        "Stock, now",
        figures=[
            console.Figure("on the shelves", format_money(held.value), f"{held.pieces} pieces"),
            console.Figure("of it promised", format_money(held.promised_value), f"{held.promised} pieces"),
        ],
        note="At the prices that customers pay today; the shop does not know what it paid itself.",
    )
