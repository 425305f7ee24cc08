"""A return in words for its customer: where it stands, what comes next, by which rule a line is taken back."""

from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from config.money import format_money
from payments.models import Refund
from returns.models import ReturnPayout, ReturnRequest
from returns.services import Returnable

S = ReturnRequest.State
M = Refund.Method
DONE, NEXT, AHEAD = "done", "next", "ahead"
_TONES = {S.CLOSED: "good", S.RESOLVED: "good", S.REJECTED: "over", S.CANCELLED: "over", S.EXPIRED: "over"}


@dataclass(frozen=True)
class Step:
    """One step of a return's way; `when` is "done", "next" or "ahead"."""

    title: str
    when: str


def tone_of(row: ReturnRequest) -> str:
    """How its state is coloured: "good", "wait" or "over"."""
    return _TONES.get(S(row.state), "wait")


def steps_of(row: ReturnRequest) -> list[Step]:
    """The way of a return: what is behind it, what comes next, what follows; one that was given up ends there."""
    asked = Step(_("Asked for"), DONE)
    if row.state in ReturnRequest.GIVEN_UP:
        authorised = [Step(_("Authorised"), DONE)] if row.expires_on else []
        return [asked, *authorised, Step(row.get_state_display().capitalize(), DONE)]
    titles = [_("Authorised"), _("On its way to us"), _("Received"), _end_of(row)]
    done = _steps_done(row)
    return [asked] + [
        Step(title, DONE if at <= done else NEXT if at == done + 1 else AHEAD)
        for at, title in enumerate(titles, start=1)
    ]


def _end_of(row: ReturnRequest) -> str:
    return _("Replacement sent") if row.is_exchange else _("Paid back")


def _steps_done(row: ReturnRequest) -> int:
    """How many steps after the first are behind it."""
    behind = {S.AUTHORISED: 1, S.IN_TRANSIT: 2, S.RECEIVED: 3, S.INSPECTED: 3, S.RESOLVED: 3, S.CLOSED: 4}
    return behind.get(S(row.state), 0)


_NEXT: dict[str, Callable[[ReturnRequest], str]] = {
    S.REQUESTED: lambda row: (
        ngettext(
            "We answer within a day. Please send nothing before that.",
            "We answer within %(days)s days. Please send nothing before that.",
            settings.RETURN_ANSWER_DAYS,
        )
        % {"days": settings.RETURN_ANSWER_DAYS}
    ),
    S.INFO_NEEDED: lambda row: _("We have asked you something. As soon as you answer, we go on."),
    S.AUTHORISED: lambda row: (
        _("Send it to us with the slip in the parcel, so that it is here by %(day)s.") % {"day": _by(row)}
    ),
    S.IN_TRANSIT: lambda row: _("We write to you as soon as it has arrived."),
    S.RECEIVED: lambda row: _("It is here. We look at it and write to you."),
    S.INSPECTED: lambda row: (
        _("We have looked at it. What you get instead is prepared next.")
        if row.is_exchange
        else _("We have looked at it. Your money goes back next.")
    ),
    S.RESOLVED: lambda row: (
        _("What you get instead is being prepared.") if row.is_exchange else _money_on_its_way(row)
    ),
    S.CLOSED: lambda row: _("All is done. Thank you for your patience."),
    S.REJECTED: lambda row: _("We do not take it back. Below we say why."),
    S.CANCELLED: lambda row: _("You keep the goods. You can ask anew as long as the time for it runs."),
    S.EXPIRED: lambda row: _(
        "Nothing has arrived in time. If you have sent it all the same, write to us below."
    ),
}


def _money_on_its_way(row: ReturnRequest) -> str:
    if row.order.is_for_counter:
        return _("Your money goes back in cash or as store credit.")
    return _("Your money is on its way. On a card it may take up to ten days to show.")


def _by(row: ReturnRequest) -> str:
    return date_format(row.expires_on, "DATE_FORMAT") if row.expires_on else ""


def next_of(row: ReturnRequest) -> str:
    """What happens next, or what to do, in a sentence or two."""
    return _NEXT[row.state](row)


def rules_of(found: Returnable) -> list[str]:
    """By which rule a line is taken back: until when, how many at most, for which reasons, for which fee."""
    if found.why_not:
        return [found.why_not]
    terms, rules = found.terms, []
    if terms.until and timezone.localdate() <= terms.until:
        day = date_format(terms.until, "DATE_FORMAT")
        rules.append(_("It can be sent back until %(day)s.") % {"day": day})
    if terms.most is not None:
        rules.append(_("At most %(most)s pieces of it are taken back.") % {"most": terms.most})
    if found.only_our_fault:
        return [*rules, found.only_our_fault]
    fee = format_money(terms.fee)
    return [
        *rules,
        _("It costs %(fee)s for each piece, and nothing if we are at fault.") % {"fee": fee}
        if terms.fee
        else _("Sending it back costs no fee."),
    ]


_WAYS = {
    M.CARD: gettext_lazy("To your card"),
    M.CREDIT: gettext_lazy("As store credit"),
    M.CASH: gettext_lazy("In cash"),
}


def way_of(payout: ReturnPayout) -> str:
    """By which way a part of the money goes back."""
    return str(_WAYS[M(payout.method)])
