"""The bell that rings when staff did something; `accounts` hears it and writes the audit entry."""

from collections.abc import Mapping
from datetime import date, datetime

from django.db.models import Model, QuerySet
from django.dispatch import Signal

staff_acted = Signal()
"""Sent with actor, act, subject, before, after, inside the transaction of the act, so that both stay or neither."""


def audit(
    actor: object,
    act: str,
    subject: str,
    *,
    before: Mapping[str, object] | None = None,
    after: Mapping[str, object] | None = None,
) -> None:
    """Leave a trace of what a member of staff did to what: "receive", "stock item MUG-1".

    `before` and `after` may hold rows and times; they are kept as text.
    """
    staff_acted.send(
        sender=None,
        actor=actor,
        act=act[:60],
        subject=subject[:120],
        before=plain(before or {}),
        after=plain(after or {}),
    )


def plain(value: object) -> object:
    """Make a form's value fit for JSON: rows and times become text, quantities of them lists."""
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(key): plain(each) for key, each in value.items()}
    if isinstance(value, QuerySet | list | tuple | set):
        return [plain(each) for each in value]
    return str(value) if not isinstance(value, Model) else f"{value} ({value.pk})"
