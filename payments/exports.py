"""Payments as files."""

from collections.abc import Iterator

from django.db.models import QuerySet

from config import exports
from payments.models import Payment

_PAYMENT = [
    "checkout__number",
    "order__number",
    "created_at",
    "state",
    "method",
    "taken_in",
    "checkout__email",
    "card_brand",
    "card_last4",
    "intent_id",
    "amount",
    "authorised",
    "captured",
    "voided",
    "refunded",
    "currency",
]


def payment_rows(payments: QuerySet[Payment]) -> Iterator[exports.Cells]:
    chosen = Payment.objects.filter(pk__in=payments.order_by().values("pk")).order_by("pk")
    for row in exports.read(chosen.values_list(*_PAYMENT)):
        (
            checkout,
            order,
            created_at,
            state,
            method,
            taken_in,
            email,
            brand,
            last4,
            intent,
            *amounts,
            currency,
        ) = row
        yield [
            *(
                checkout,
                order,
                exports.moment(created_at),
                state,
                method,
                taken_in,
                email,
                brand,
                last4,
                intent,
            ),
            *map(exports.amount, amounts),
            currency.upper(),
        ]


exports.register(
    exports.Export(
        "payments",
        "Payments",
        "payments.export_payment",
        [
            *(
                "Checkout",
                "Order",
                "Begun at",
                "State",
                "Method",
                "Taken in",
                "E-mail",
                "Card",
                "Last digits",
                "At Stripe",
                "Asked for",
            ),
            *("Authorised", "Settled", "Released", "Paid back", "Currency"),
        ],
        payment_rows,
        Payment.objects.all,
        moment="created_at",
    )
)
