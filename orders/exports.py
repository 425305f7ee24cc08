"""Orders and their lines as files."""

from collections.abc import Iterator
from decimal import Decimal

from django.db.models import OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from config import exports
from orders.models import InvoiceBalance, Order, OrderLine
from orders.services import customers

_ORDER = [
    "number",
    "placed_at",
    "state",
    "payment_state",
    "fulfilment_state",
    "email",
    "customer_id",
    "shipping_address",
    "shipping_name",
    "subtotal",
    "discount",
    "duty",
    "shipping",
    "tax",
    "total",
    "credited",
    "currency",
]


def order_rows(orders: QuerySet[Order]) -> Iterator[exports.Cells]:
    balance = InvoiceBalance.objects.filter(invoice__order=OuterRef("pk")).values("credited")
    with_credit = Order.objects.filter(pk__in=orders.order_by().values("pk")).annotate(
        credited=Coalesce(Subquery(balance), 0)
    )
    for row in exports.read(with_credit.order_by("pk").values_list(*_ORDER)):
        (
            number,
            placed_at,
            state,
            payment,
            fulfilment,
            email,
            customer,
            address,
            delivery,
            *amounts,
            currency,
        ) = row
        yield [
            number,
            exports.moment(placed_at),
            state,
            payment,
            fulfilment,
            email,
            "account" if customer else "guest",
            address.get("name", ""),
            address.get("country", ""),
            delivery,
            *map(exports.amount, amounts),
            currency.upper(),
        ]


exports.register(
    exports.Export(
        "orders",
        "Orders",
        "orders.export_order",
        [
            *(
                "Number",
                "Placed at",
                "State",
                "Payment",
                "Fulfilment",
                "E-mail",
                "Customer",
                "Name",
                "Country",
            ),
            *(
                "Delivery",
                "Goods",
                "Discount",
                "Duty",
                "Delivery costs",
                "Tax",
                "Total",
                "Credited",
                "Currency",
            ),
        ],
        order_rows,
        Order.objects.all,
        moment="placed_at",
    )
)

_LINE = [
    "order__number",
    "order__placed_at",
    "position",
    "sku",
    "name",
    "label",
    "quantity",
    "cancelled",
    "short",
    "shipped",
    "returned",
    "unit_price",
    "discount",
    "duty",
    "net",
    "tax",
    "gross",
    "tax_rate",
    "order__currency",
]


def line_rows(orders: QuerySet[Order]) -> Iterator[exports.Cells]:
    lines = OrderLine.objects.filter(order__in=orders.order_by().values("pk")).order_by(
        "order_id", "position"
    )
    for row in exports.read(lines.values_list(*_LINE)):
        number, placed_at, *facts, price, discount, duty, net, tax, gross, rate, currency = row
        amounts = map(exports.amount, (price, discount, duty, net, tax, gross))
        yield [number, exports.moment(placed_at), *facts, *amounts, Decimal(rate) / 100, currency.upper()]


exports.register(
    exports.Export(
        "order-lines",
        "Order lines",
        "orders.export_order",
        [
            *("Order", "Placed at", "Line", "SKU", "Name", "Size", "Pieces", "Cancelled", "Short", "Shipped"),
            *("Returned", "Price", "Discount", "Duty", "Net", "Tax", "Gross", "Tax rate %", "Currency"),
        ],
        line_rows,
        Order.objects.all,
        moment="placed_at",
    )
)


def customer_rows(grouped: QuerySet[Order, dict]) -> Iterator[exports.Cells]:
    rows = customers.with_items(grouped).order_by("customer_id", "guest")
    known = rows.values_list(
        *("customer__email", "customer__full_name", "customer_id", "guest"),
        *("orders", "items", "spent", "first_at", "last_at"),
    )
    for email, name, customer, guest, orders, items, spent, first, last in exports.read(known):
        yield [
            email or guest,
            name,
            "account" if customer else "guest",
            orders,
            items,
            exports.amount(spent),
            exports.currency(),
            exports.moment(first),
            exports.moment(last),
        ]


exports.register(
    exports.Export(
        "customers",
        "Customers",
        "orders.export_customer",
        ["E-mail", "Name", "Kind", "Orders", "Pieces", "Spent", "Currency", "First order", "Last order"],
        customer_rows,
        customers.customers,
        moment="placed_at",
    )
)
