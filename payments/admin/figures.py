"""What came in and went back, on the console's front page."""

from config import console
from config.money import format_money
from config.period import Period
from payments.services.figures import taken


@console.card(permission="orders.see_figures", place=40)
def money_card(period: Period) -> console.Card:
    now = taken(period)
    return console.Card(
        "Money",
        figures=[
            console.Figure("settled", format_money(now.captured)),
            console.Figure("paid back", format_money(now.refunded)),
            console.Figure("kept", format_money(now.kept)),
            console.Figure("refund rate", now.rate),
            *([console.Figure("at the counter", format_money(now.at_counter))] if now.at_counter else []),
        ],
        note=(
            "What cards were charged in these days and what went back to them, whenever it was ordered. "
            "The refund rate is what was paid back of what was settled."
        ),
    )
