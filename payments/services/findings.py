"""What reconciliation saw and a person has looked at."""

from django.utils import timezone

from payments.models import Finding
from payments.services.errors import PaymentError


class AlreadyResolved(PaymentError):
    """Somebody else has looked at it."""

    def __init__(self) -> None:
        super().__init__("This finding was resolved before.")


def resolve_finding(finding: Finding) -> None:
    """Mark a finding as looked at; of two that press at once, one gets AlreadyResolved."""
    now = timezone.now()
    if not Finding.objects.filter(pk=finding.pk, resolved_at=None).update(resolved_at=now):
        raise AlreadyResolved
    finding.resolved_at = now
