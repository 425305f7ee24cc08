"""The letter at the end of a return: what goes back, which way, less what; or what comes instead."""

from django.utils.translation import gettext as _

from config.money import format_money
from payments.models import Refund
from returns.letters.case import Case, Letter, Piece, Sum, piece
from returns.models import ReturnLine, ReturnPayout, ReturnRequest

M = Refund.Method


def resolved(case: Case) -> Letter:
    if case.request.is_exchange:
        return _exchanged(case)
    request = case.request
    names = {**case.names, "amount": format_money(request.refund)}
    says = (
        _("For return %(number)s from your order %(order)s you get %(amount)s back.") % names
        if request.refund
        else _("We have looked at return %(number)s from your order %(order)s. Nothing is paid back for it.")
        % names
    )
    return Letter(
        _("Your return is settled"),
        [says],
        pieces=[*_paid_pieces(case), *_not_taken(case)],
        sums=_sums(request),
        then=[*map(_way, case.payouts), *_stays(case)],
        button=_("See your return"),
    )


def _exchanged(case: Case) -> Letter:
    sent = [row for row in case.lines if row.accepted]
    says = (
        _(
            "We have taken back what you sent for return %(number)s from your order %(order)s. Instead you get:"
        )
        if sent
        else _("We have looked at return %(number)s from your order %(order)s. Nothing is sent instead.")
    )
    return Letter(
        _("Your exchange is being prepared") if sent else _("Your return is settled"),
        [says % case.names],
        pieces=[*(_replacement(row) for row in sent), *_not_taken(case)],
        then=[
            *(
                [_("It costs you nothing. We write to you again when the parcel leaves our house.")]
                if sent
                else []
            ),
            *_stays(case),
        ],
        button=_("See your return"),
    )


def _replacement(row: ReturnLine) -> Piece:
    new = row.replacement or row.line
    return Piece(row.accepted, new.name, new.label, _("in exchange for %(name)s") % {"name": _full_name(row)})


def _paid_pieces(case: Case) -> list[Piece]:
    return [
        piece(row, row.accepted, note=_note(row), amount=row.refund) for row in case.lines if row.accepted
    ]


def _note(row: ReturnLine) -> str:
    """What is to be known of the pieces: how many need not be sent, and why less is paid."""
    keeps = _("You may keep %(count)d of it.") % {"count": row.kept} if row.kept else ""
    return " ".join(filter(None, [keeps, row.reduction]))


def _not_taken(case: Case) -> list[Piece]:
    """What was to come and did not, and what came and is not taken back."""
    missing = [piece(row, row.missing, note=_("did not arrive")) for row in case.lines if row.missing]
    refused = [piece(row, row.refused, note=_("is not taken back")) for row in case.lines if row.refused]
    return missing + refused


def _stays(case: Case) -> list[str]:
    if any(row.refused for row in case.lines):
        return [
            _(
                "What we do not take back is still yours. Write to us on the page of your return if you want it sent."
            )
        ]
    return []


def _sums(request: ReturnRequest) -> list[Sum]:
    if not (request.refund or request.fee):
        return []
    parts = [(_("Delivery paid back"), request.shipping), (_("Our fee for the return"), -request.fee)]
    return [
        *(Sum(name, amount) for name, amount in parts if amount),
        Sum(_("You get back"), request.refund, is_total=True),
    ]


def _way(payout: ReturnPayout) -> str:
    words = {
        M.CARD: _("%(amount)s go back to the card that you paid with. Banks take up to ten days to show it."),
        M.CREDIT: _("%(amount)s become store credit, which you can spend at your next checkout."),
        M.CASH: _("%(amount)s are handed over in cash."),
    }
    return words[M(payout.method)] % {"amount": format_money(payout.amount)}


def _full_name(row: ReturnLine) -> str:
    return f"{row.line.name} ({row.line.label})" if row.line.label else row.line.name
