"""One button on a voucher: many more like it, each with a code of its own; and their codes as a file."""

from collections.abc import Iterator, Mapping
from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest

from config import console, exports
from orders.models import Voucher
from orders.services import OrderError, vouchers

MOST = 5_000


class BatchForm(console.ActForm):
    count = forms.IntegerField(label="How many codes", min_value=1, max_value=MOST)
    field_order = ("count", "key")


@console.sign_up_act(Voucher)
class MakeBatch(console.Act):
    """Make vouchers with the terms of this one."""

    name = "batch"
    label = "Make more like this"
    permission = "orders.add_voucher"
    form_class = BatchForm
    refusals = {OrderError: messages.ERROR}

    def tell(self, row: Voucher) -> str:
        return (
            f"Makes vouchers with the terms of {row.code} and codes that nobody guesses. To take the codes along, "
            "search the list for the batch and export it."
        )

    def preview(self, row: Voucher, given: Mapping[str, Any]) -> str:
        each = f"at most {row.limit} times each" if row.limit else "as often as people like"
        return f"{given['count']} codes are made, to be used {each}."

    def do(self, request: HttpRequest, row: Voucher, given: Mapping[str, Any]) -> str:
        batch = f"{row.code} {given['key'][:6]}"
        with transaction.atomic():
            if not vouchers.make_batch(row, given["count"], batch=batch):
                raise OrderError(f"Batch “{batch}” is made already.")
            console.audit(request.user, "make vouchers", f"voucher {row.pk}", after={"batch": batch, **given})
        return f"{given['count']} codes are made: batch “{batch}”."


def voucher_rows(rows: QuerySet[Voucher]) -> Iterator[exports.Cells]:
    """Codes with their terms and how often they are used."""
    chosen = Voucher.objects.filter(pk__in=rows.order_by().values("pk")).order_by("pk")
    for voucher in exports.read(chosen.select_related("category")):
        yield [
            voucher.code,
            voucher.batch,
            voucher.note,
            voucher.get_kind_display(),
            voucher.percent,
            exports.amount(voucher.amount),
            voucher.category.name if voucher.category else "",
            exports.amount(voucher.minimum),
            exports.moment(voucher.starts_at),
            exports.moment(voucher.ends_at),
            "yes" if voucher.is_active else "no",
            voucher.limit,
            voucher.per_customer,
            "yes" if voucher.first_order_only else "no",
        ]


exports.register(
    exports.Export(
        "vouchers",
        "Vouchers",
        "orders.change_voucher",
        [
            *(
                "Code",
                "Batch",
                "Note",
                "Kind",
                "Percent",
                "Amount",
                "Category",
                "For goods from",
                "Begins",
                "Ends",
            ),
            *("Switched on", "Uses in all", "Uses for one customer", "Only for a first order"),
        ],
        voucher_rows,
        Voucher.objects.all,
        moment="starts_at",
    )
)
