"""The trace that staff leave: written when the console's bell rings, in the transaction of the act itself."""

from collections.abc import Mapping

from django.dispatch import receiver

from accounts.models import AuditEntry, User
from config import logs
from config.console import Trace, staff_acted, tells_the_trail


def audit(
    actor: User | None,
    act: str,
    subject: str,
    *,
    row: str = "",
    before: Mapping[str, object] | None = None,
    after: Mapping[str, object] | None = None,
) -> AuditEntry:
    """Write down who did what to what, in which request; `before` and `after` must fit into JSON."""
    return AuditEntry.objects.create(
        actor=actor,
        act=act,
        subject=subject,
        row=row or None,
        request_id=logs.request_id.get() or None,
        before=dict(before or {}),
        after=dict(after or {}),
    )


@receiver(staff_acted, dispatch_uid="accounts.audit_staff")
def audit_staff(
    sender: object,
    actor: User,
    act: str,
    subject: str,
    row: str,
    before: Mapping[str, object],
    after: Mapping[str, object],
    **_: object,
) -> None:
    audit(actor, act, subject, row=row, before=before, after=after)


@tells_the_trail
def traces(row: str, most: int) -> list[Trace]:
    """What staff did to this row, newest first."""
    entries = AuditEntry.objects.filter(row=row).select_related("actor")[:most]
    return [
        Trace(entry.at, entry.actor.get_full_name() if entry.actor else "the system", entry.act, entry.change)
        for entry in entries
    ]
