"""Allowances: so many uses of a voucher, so many pieces of a flash sale, so many for one person.

    quotas.take({"voucher 7": Share(1, of=100), "voucher 7 ada@example.com": Share(1, of=1)}, reference="checkout T-…")
    quotas.give_back("checkout T-…")

The guard is in the write itself, so of two that want the last one, one gets it. Rows are taken in the order of their
names, as Python sorts them, and all that a checkout takes is taken in one go: two checkouts never wait for each other
in a circle.
"""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone

from orders.models import Quota, QuotaUse
from orders.services.errors import OrderError


class Share(NamedTuple):
    """How much is wanted of an allowance, and how much of it there is in all."""

    amount: int
    of: int


class QuotaSpent(OrderError):
    """An allowance has not so much left; `name` is which. Doors say it in their own words."""

    def __init__(self, name: str):
        self.name = name
        super().__init__(f"Nothing is left of {name}.")


@transaction.atomic
def take(wanted: Mapping[str, Share], *, reference: str) -> None:
    """Take all of this for one checkout, or nothing. Raises QuotaSpent.

    Taken last in its transaction, and committed soon: everybody else who wants the same waits. A `reference` that gave
    its share back may take it again; one that still has it keeps it.
    """
    held = set(_held(reference).values_list("quota", flat=True))
    lacking = {name: share for name, share in sorted(wanted.items()) if name not in held}
    for name, share in lacking.items():
        if not _count(name, share):
            raise QuotaSpent(name)
    QuotaUse.objects.bulk_create(
        [
            QuotaUse(quota_id=name, reference=reference, amount=share.amount)
            for name, share in lacking.items()
        ],
        update_conflicts=True,
        unique_fields=["quota", "reference"],
        update_fields=["amount", "taken_at", "given_back_at"],
    )


def _count(name: str, share: Share) -> bool:
    """Count so much as taken, unless that is more than there is."""
    if not 1 <= share.amount <= share.of:
        return False
    table = connection.ops.quote_name(Quota._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} (name, taken) VALUES (%(name)s, %(amount)s) "  # noqa: S608 (its own table)
            f"ON CONFLICT (name) DO UPDATE SET taken = {table}.taken + %(amount)s "
            f"WHERE {table}.taken + %(amount)s <= %(of)s RETURNING taken",
            {"name": name, "amount": share.amount, "of": share.of},
        )
        return cursor.fetchone() is not None


def wait_turn(name: str) -> None:
    """Wait until nobody else is at this name, and keep it until the caller's transaction ends; nothing is taken.

    For what is counted elsewhere. Before any allowance is taken.
    """
    table = connection.ops.quote_name(Quota._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} (name, taken) VALUES (%s, 0) "  # noqa: S608 (its own table)
            f"ON CONFLICT (name) DO UPDATE SET taken = {table}.taken",
            [name],
        )


@transaction.atomic
def give_back(reference: str) -> int:
    """Give back what a checkout has taken, once; returns of how many allowances."""
    returned = 0
    for use in sorted(_held(reference), key=lambda use: use.quota_id):
        mine = QuotaUse.objects.filter(pk=use.pk, given_back_at=None)
        if mine.update(given_back_at=timezone.now()):
            Quota.objects.filter(pk=use.quota_id).update(taken=F("taken") - use.amount)
            returned += 1
    return returned


def taken(names: Iterable[str]) -> dict[str, int]:
    """How much of each of these allowances is taken; one query."""
    return dict(Quota.objects.filter(name__in=list(names)).values_list("name", "taken"))


def _held(reference: str):
    return QuotaUse.objects.filter(reference=reference, given_back_at=None)
