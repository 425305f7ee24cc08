"""What a scanned return slip leads to: receiving the parcel, or where the return stands."""

from typing import Any

from django.urls import reverse

from payments.scan import codes
from returns import services
from returns.models import ReturnRequest


def find(number: str) -> codes.Elsewhere | None:
    row = ReturnRequest.objects.filter(number=number).first()
    return (
        codes.Elsewhere(f"Return {row}: {row.get_state_display()}.", lambda user: lead(row, user))
        if row
        else None
    )


def lead(row: ReturnRequest, user: Any) -> str:
    """To *Receive* if the parcel may be received by them, to *Inspect* if it waits for that, else to its page."""
    acts = (("receive", "receive"), ("inspect", "inspect"))
    if not user.has_perm("returns.view_returnrequest"):
        return ""
    for act, move in acts:
        is_done = act == "receive" and row.state == ReturnRequest.State.RECEIVED and all_here(row)
        if (
            user.has_perm(f"returns.{act}_return")
            and services.RETURN_MOVES.allows(row.state, move)
            and not is_done
        ):
            return reverse(f"admin:returns_returnrequest_{act}", args=[row.pk])
    return reverse("admin:returns_returnrequest_change", args=[row.pk])


def all_here(row: ReturnRequest) -> bool:
    return all(line.received >= line.approved for line in row.lines.all())


codes.sign_up_number("RMA", (4, 4), find)
