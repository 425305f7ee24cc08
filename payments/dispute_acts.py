"""What staff do about a dispute here: write down what they know of it. Evidence is handed in on Stripe's dashboard."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.db import transaction
from django.http import HttpRequest

from config import console
from payments import services
from payments.models import Dispute


class NoteForm(console.ActForm):
    note = forms.CharField(
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text="What was sent, what the customer says, who sees to it. Replaces the note that is there.",
    )

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["note"].initial = self.row.note


@console.sign_up_act(Dispute)
class Note(console.Act):
    name = "note"
    label = "Write a note"
    permission = "payments.note_dispute"
    form_class = NoteForm

    def tell(self, row: Dispute) -> str:
        return (
            "Keeps a note with the dispute, for staff only. It sends nothing: evidence is handed in on Stripe's "
            "dashboard, where the bank reads it."
        )

    def preview(self, row: Dispute, given: Mapping[str, Any]) -> str:
        return "The note is kept with the dispute, and your name in the audit trail."

    def do(self, request: HttpRequest, row: Dispute, given: Mapping[str, Any]) -> str:
        with transaction.atomic():
            before = services.note_dispute(row, given["note"])
            console.audit(
                request.user,
                "note dispute",
                f"dispute {row.stripe_id}",
                before={"note": before},
                after={"note": given["note"]},
            )
        return "The note is kept."
