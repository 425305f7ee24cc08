"""Returns, their lines and the rates of products as files."""

from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal

from django.db.models import QuerySet

from config import exports
from orders.models import OrderLine
from returns.models import ReturnLine, ReturnRequest
from returns.services import figures

PERMISSION = "returns.export_return"

_REQUEST = [
    "number",
    "order__number",
    "order__email",
    "kind",
    "state",
    "override",
    "asked_at",
    "state_since",
    "received_at",
    "resolved_at",
    "shipping",
    "fee",
    "refund",
]


def return_rows(found: QuerySet[ReturnRequest]) -> Iterator[exports.Cells]:
    rows = ReturnRequest.objects.filter(pk__in=found.order_by().values("pk")).order_by("pk")
    for row in exports.read(rows.values_list(*_REQUEST)):
        number, order, email, kind, state, override, *rest = row
        yield [
            *(number, order, email, kind, state, override),
            *map(exports.moment, rest[:4]),
            *map(exports.amount, rest[4:]),
            exports.currency(),
        ]


exports.register(
    exports.Export(
        "returns",
        "Returns",
        PERMISSION,
        [
            *("Number", "Order", "E-mail", "Kind", "State", "Beyond the policy, because", "Asked at"),
            *(
                "State since",
                "Received at",
                "Resolved at",
                "Delivery paid back",
                "Fee",
                "Paid back",
                "Currency",
            ),
        ],
        return_rows,
        ReturnRequest.objects.all,
        moment="asked_at",
    )
)

_LINE = [
    "request__number",
    "request__order__number",
    "line__position",
    "line__sku",
    "line__name",
    "line__label",
    "reason",
    "words",
    "requested",
    "approved",
    "received",
    "sellable",
    "damaged",
    "kept",
    "missing",
    "refused",
    "value",
    "refund",
    "reduction",
]


def line_rows(found: QuerySet[ReturnRequest]) -> Iterator[exports.Cells]:
    lines = ReturnLine.objects.filter(request__in=found.order_by().values("pk"))
    for row in exports.read(lines.order_by("request_id", "line__position").values_list(*_LINE)):
        *facts, value, refund, why = row
        yield [*facts, exports.amount(value), exports.amount(refund), why, exports.currency()]


exports.register(
    exports.Export(
        "return-lines",
        "Lines of returns",
        PERMISSION,
        [
            *("Return", "Order", "Line", "SKU", "Name", "Size", "Reason", "Words", "Asked", "Authorised"),
            *("Received", "Sellable", "Damaged", "Kept", "Missing", "Refused", "Worth", "Paid back"),
            *("Why less", "Currency"),
        ],
        line_rows,
        ReturnRequest.objects.all,
        moment="asked_at",
    )
)


def rate_rows(grouped: QuerySet[OrderLine, dict]) -> Iterator[exports.Cells]:
    for row in exports.read(grouped):
        percent = (Decimal(row["back"]) * 100 / row["sent"]).quantize(Decimal("0.1"), ROUND_HALF_UP)
        yield [row["variant__product__name"] or "no longer sold", row["sent"], row["back"], percent]


RATES = exports.register(
    exports.Export(
        "return-rates",
        "Return rates",
        PERMISSION,
        ["Product", "Sent", "Returned", "Return rate %"],
        rate_rows,
        figures.rate_rows,
        moment="order__placed_at",
    )
)
