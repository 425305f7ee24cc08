"""Buttons before anything has come: authorise, reject, ask, write, note that it was sent, cancel."""

from collections.abc import Mapping
from typing import Any

from django import forms

from config import console
from returns import services
from returns.acts.base import DECIDE, CountsForm, ReturnAct, pieces, text_field
from returns.models import ReturnLine, ReturnRequest
from returns.services.messages import MOST as MOST_MESSAGES


class AuthoriseForm(CountsForm):
    columns = ("May be sent",)
    nothing = "Choose what may be sent back, or reject the return."
    note = text_field("Note to the customer", required=False, help_text="Goes with the mail; may be empty.")
    field_order = ("note", "key")

    def most_of(self, line: ReturnLine) -> int:
        return line.requested

    def note_of(self, line: ReturnLine) -> str:
        words = f"{line.requested} asked for: {line.get_reason_display()}"
        return f"{words}, for {line.exchange_for}" if line.exchange_for else words


@console.sign_up_act(ReturnRequest)
class Authorise(ReturnAct):
    name = "authorise"
    label = "Authorise"
    is_next_step = True
    permission = DECIDE
    move = "authorise"
    form_class = AuthoriseForm

    def tell(self, row: ReturnRequest) -> str:
        held = " What they get instead is held for them from now on." if row.is_exchange else ""
        return f"The customer may send these pieces, and gets a mail with the return slip.{held}"

    def preview(self, row: ReturnRequest, given: Mapping[str, Any]) -> str:
        count = sum(given["pieces"].values())
        left = sum(line.requested for line in row.lines.all()) - count
        rest = f" {pieces(left)} left with the customer, who may ask anew." if left else ""
        return f"{pieces(count)} may be sent back; {row.order.email} is told by mail.{rest}"

    def carry_out(self, row: ReturnRequest, given: Mapping[str, Any], *, by: Any) -> None:
        services.authorise(row, pieces=given["pieces"], note=given["note"], by=by)

    def trace(self, given: Mapping[str, Any]) -> dict[str, object]:
        return {"pieces": given["pieces"], "note": given["note"]}


class WordsAct(ReturnAct):
    """An act whose form is a few words that the customer reads."""

    permission = DECIDE
    happens: str

    def preview(self, row: ReturnRequest, given: Mapping[str, Any]) -> str:
        return f"{self.happens} {row.order.email} gets a mail with these words:\n\n{given['words']}"

    def trace(self, given: Mapping[str, Any]) -> dict[str, object]:
        return {"words": given["words"][:300]}


class RejectForm(console.ActForm):
    words = text_field("Reason", help_text="The customer reads it.")


@console.sign_up_act(ReturnRequest)
class Reject(WordsAct):
    name = "reject"
    label = "Reject"
    is_destructive = True
    move = "reject"
    form_class = RejectForm
    happens = "The return ends here."

    def tell(self, row: ReturnRequest) -> str:
        return "Says no to the whole return. To take a part of it, authorise that part."

    def carry_out(self, row: ReturnRequest, given: Mapping[str, Any], *, by: Any) -> None:
        services.reject(row, reason=given["words"], by=by)


class QuestionForm(console.ActForm):
    words = text_field("Question", help_text="Such as: please send a photo of the broken seam.")


@console.sign_up_act(ReturnRequest)
class Ask(WordsAct):
    name = "ask"
    label = "Ask for information"
    move = "ask"
    form_class = QuestionForm
    happens = "The return waits for the answer."

    def tell(self, row: ReturnRequest) -> str:
        return "Asks the customer something before you decide. Their answer brings the return back to you."

    def carry_out(self, row: ReturnRequest, given: Mapping[str, Any], *, by: Any) -> None:
        services.ask_for_information(row, given["words"], key=given["key"], by=by)


class MessageForm(console.ActForm):
    words = text_field("Message")


@console.sign_up_act(ReturnRequest)
class Write(WordsAct):
    name = "write"
    label = "Write a message"
    form_class = MessageForm
    happens = "Nothing else changes."

    def why_not(self, row: ReturnRequest) -> str:
        is_full = row.messages.count() >= MOST_MESSAGES
        return "There are very many messages already. Please write a mail instead." if is_full else ""

    def tell(self, row: ReturnRequest) -> str:
        return "A message to the customer, on the return's page and by mail."

    def carry_out(self, row: ReturnRequest, given: Mapping[str, Any], *, by: Any) -> None:
        services.write_message(row, given["words"], key=f"message {given['key']}", by=by, is_from_staff=True)

    def done(self, row: ReturnRequest) -> str:
        return "The message is on its way."


class SentForm(console.ActForm):
    carrier = forms.CharField(max_length=60, required=False)
    tracking_number = forms.CharField(max_length=80, required=False)
    field_order = ("carrier", "tracking_number", "key")


@console.sign_up_act(ReturnRequest)
class MarkSent(ReturnAct):
    name = "mark_sent"
    label = "Mark as sent"
    permission = DECIDE
    move = "send"
    form_class = SentForm

    def tell(self, row: ReturnRequest) -> str:
        return "The customer says that the parcel is on its way. Customers can note it themselves, too."

    def preview(self, row: ReturnRequest, given: Mapping[str, Any]) -> str:
        shown = " ".join(filter(None, [given["carrier"], given["tracking_number"]]))
        return f"The parcel is on its way{f' with {shown}' if shown else ''}. No more reminders are sent."

    def carry_out(self, row: ReturnRequest, given: Mapping[str, Any], *, by: Any) -> None:
        services.mark_sent(row, carrier=given["carrier"], tracking_number=given["tracking_number"], by=by)

    def trace(self, given: Mapping[str, Any]) -> dict[str, object]:
        return {"carrier": given["carrier"], "tracking": given["tracking_number"]}


@console.sign_up_act(ReturnRequest)
class Cancel(ReturnAct):
    name = "cancel"
    label = "Cancel"
    is_destructive = True
    permission = DECIDE
    move = "cancel"

    def tell(self, row: ReturnRequest) -> str:
        return (
            "Calls the return off, as when the customer has changed their mind. They are told by mail, and may ask "
            "for the same pieces again. This cannot be undone."
        )

    def carry_out(self, row: ReturnRequest, given: Mapping[str, Any], *, by: Any) -> None:
        services.cancel(row, by=by)
