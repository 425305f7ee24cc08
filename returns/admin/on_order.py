"""The returns of an order, on the order's own page."""

from config import console
from orders.models import Order
from returns.admin import words
from returns.admin.panels import SEE


@console.panel(Order, permission=SEE)
def returns_of_order(order: Order) -> console.Panel | None:
    rows = [
        [
            console.change_link(row),
            row.get_kind_display(),
            words.state_badge(row),
            console.when(row.state_since),
            words.waits_for(row),
            ", ".join(f"{line.requested} × {line.line.sku}" for line in row.lines.all()),
            words.worth_words(row, sum(line.value for line in row.lines.all())),
        ]
        for row in order.returns.prefetch_related("lines__line")
    ]
    columns = ["Return", "Kind", "State", "Since", "Waits for", "Pieces", "Worth"]
    return console.Panel("Returns", columns, rows, numbers=frozenset({6})) if rows else None
