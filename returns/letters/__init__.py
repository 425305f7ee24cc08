"""What we write to a customer at each step of a return, in words; `letter_of` puts one together."""

from collections.abc import Callable

from returns.letters import underway
from returns.letters.case import Case, Letter
from returns.letters.settled import resolved

LETTERS: dict[str, Callable[[Case], Letter]] = {
    "asked": underway.asked,
    "question": underway.question,
    "message": underway.message,
    "authorised": underway.authorised,
    "rejected": underway.rejected,
    "cancelled": underway.cancelled,
    "reminder": underway.reminder,
    "expired": underway.expired,
    "received": underway.received,
    "resolved": resolved,
}


def letter_of(step: str, case: Case) -> Letter:
    """The letter of one step, in the language that is spoken now."""
    return LETTERS[step](case)
