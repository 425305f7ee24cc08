"""The letters on the way of a return: what has happened, what to do now, and what comes next."""

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from config.money import format_money
from returns import services
from returns.letters.case import Case, Letter


def asked(case: Case) -> Letter:
    days = settings.RETURN_ANSWER_DAYS
    soon = ngettext(
        "We look at it, and write to you within a day as a rule.",
        "We look at it, and write to you within %(days)d days as a rule.",
        days,
    ) % {"days": days}
    return Letter(
        _("We have got your return"),
        [_("This is return %(number)s, from your order %(order)s.") % case.names, soon],
        pieces=case.pieces(lambda row: row.requested),
        then=[
            *_estimate(case),
            _("Please send nothing before we have written: you will learn then where it goes."),
        ],
        button=_("See your return"),
    )


def _estimate(case: Case) -> list[str]:
    """What is to be expected if all comes back as it left."""
    if case.request.is_exchange:
        return [_("You asked for an exchange: it costs nothing, and nothing is paid back.")]
    policy = case.request.policy
    fee = policy.get("fee", 0)
    value = max(sum(row.value for row in case.lines) + policy.get("shipping", 0) - fee, 0)
    words = {"amount": format_money(value), "fee": format_money(fee)}
    if fee:
        return [
            _(
                "If all of it comes back in order, %(amount)s go back to you; our fee of %(fee)s is taken off already."
            )
            % words
        ]
    return [_("If all of it comes back in order, %(amount)s go back to you.") % words]


def authorised(case: Case) -> Letter:
    is_part = any(row.approved < row.requested for row in case.lines)
    says = [
        _(
            "Of what you asked for from order %(order)s we take back a part. Please send only what is listed here."
        )
        % case.names
        if is_part
        else _("We take back what is listed here from your order %(order)s.") % case.names
    ]
    return Letter(
        _("You can send your return"),
        says,
        quote=case.quote,
        pieces=case.pieces(lambda row: row.approved),
        address=services.return_address(),
        then=[
            *_how_to_send(case),
            _("When it is here we look at it, and write to you what you get instead and when.")
            if case.request.is_exchange
            else _("When it is here we look at it, and write to you how much goes back and which way."),
        ],
        button=_("See your return"),
        has_slip=True,
    )


def _how_to_send(case: Case) -> list[str]:
    is_ours = case.request.policy.get("pays_postage") or any(row.is_our_fault for row in case.lines)
    return [
        _("It has to be here by %(day)s.") % {"day": case.day},
        _(
            "Put its slip into the parcel, or a paper with the number %(number)s on it, "
            "so that we know whose it is. Keep the receipt of the post until your return is settled."
        )
        % case.names,
        _("We pay the postage: tell us on the page of your return what it cost.")
        if is_ours
        else _("The postage is yours to pay."),
    ]


def rejected(case: Case) -> Letter:
    return Letter(
        _("We cannot take your return"),
        [
            _(
                "We have looked at return %(number)s from your order %(order)s. We do not take it back, because:"
            )
            % case.names
        ],
        quote=case.quote,
        pieces=case.pieces(lambda row: row.requested),
        then=[
            _("Please do not send it: it stays yours."),
            _("If you see it otherwise, write to us on the page of your return."),
        ],
        button=_("See your return"),
    )


def question(case: Case) -> Letter:
    return Letter(
        _("We have a question about your return"),
        [
            _("Before we decide on return %(number)s from your order %(order)s we would like to know:")
            % case.names
        ],
        quote=case.quote,
        then=[_("Your return waits until you have answered. Please do so on its page.")],
        button=_("Answer the question"),
    )


def message(case: Case) -> Letter:
    return Letter(
        _("A message about your return"),
        [_("We have written to you about return %(number)s from your order %(order)s:") % case.names],
        quote=case.quote,
        then=[_("If you want to answer, please do so on the page of your return.")],
        button=_("Read and answer"),
    )


def cancelled(case: Case) -> Letter:
    return Letter(
        _("Your return is cancelled"),
        [_("Return %(number)s from your order %(order)s is called off.") % case.names],
        pieces=case.expected,
        then=[
            _("Please do not send it any more. Nothing is paid back."),
            _("You can ask for a return again, as long as there is time for it."),
        ],
        button=_("See your return"),
    )


def reminder(case: Case) -> Letter:
    return Letter(
        _("Your return has not arrived yet"),
        [_("Return %(number)s from your order %(order)s is waiting for this:") % case.names],
        pieces=case.pieces(lambda row: row.approved),
        address=services.return_address(),
        then=[
            *_how_to_send(case),
            _("After that day the return ends by itself, and the goods stay yours."),
            _("Is it on its way already? Then there is nothing to do; thank you."),
        ],
        button=_("See your return"),
        has_slip=True,
    )


def expired(case: Case) -> Letter:
    return Letter(
        _("Your return has expired"),
        [
            _(
                "Nothing of return %(number)s from your order %(order)s has arrived by %(day)s. So it has ended:"
            )
            % {**case.names, "day": case.day}
        ],
        pieces=case.expected,
        then=[
            _("The goods stay yours, and nothing is paid back."),
            _(
                "Have you sent it all the same? Then write to us on the page of your return, with the receipt at hand."
            ),
        ],
        button=_("See your return"),
    )


def received(case: Case) -> Letter:
    missing = sum(row.approved - row.received for row in case.lines)
    still = ngettext("%(count)d piece has not come yet.", "%(count)d pieces have not come yet.", missing)
    return Letter(
        _("Your return has arrived"),
        [_("This has come of return %(number)s from your order %(order)s:") % case.names],
        pieces=case.pieces(lambda row: row.received),
        then=[
            *([still % {"count": missing}] if missing else []),
            _("We look at it now. Then we write to you what follows."),
        ],
        button=_("See your return"),
    )
