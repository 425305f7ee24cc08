"""The trace that staff leave: written when the console's bell rings, in the transaction of the act itself."""

from collections.abc import Mapping

from django.dispatch import receiver

from accounts.models import AuditEntry, User
from config.console import staff_acted


def audit(
    actor: User | None,
    act: str,
    subject: str,
    *,
    before: Mapping[str, object] | None = None,
    after: Mapping[str, object] | None = None,
) -> AuditEntry:
    """Write down who did what to what; `before` and `after` must fit into JSON."""
    return AuditEntry.objects.create(
        actor=actor, act=act, subject=subject, before=dict(before or {}), after=dict(after or {})
    )


@receiver(staff_acted, dispatch_uid="accounts.audit_staff")
def audit_staff(
    sender: object,
    actor: User,
    act: str,
    subject: str,
    before: Mapping[str, object],
    after: Mapping[str, object],
    **_: object,
) -> None:
    audit(actor, act, subject, before=before, after=after)
