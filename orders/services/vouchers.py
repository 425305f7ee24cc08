"""Vouchers: put into a cart by their code, refused in words, held while their checkout is paid, and used once."""

from collections.abc import Iterable

from django.db import transaction
from django.db.models import F, OuterRef, Subquery, Value
from django.db.models.functions import Coalesce, Concat
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.models import User
from config import toggles
from orders.models import Cart, Checkout, Quota, QuotaUse, Voucher
from orders.services import buyers, quotas
from orders.services.errors import OrderError
from orders.services.quotas import Share

TOGGLE = "vouchers"
NO_LIMIT = 2**31 - 1
"""Uses are counted also where nobody limits them; the table holds no more."""


class UnknownVoucher(OrderError):
    def __init__(self) -> None:
        super().__init__(_("We do not know this voucher. Please look at how it is spelt."))


class VouchersOff(OrderError):
    def __init__(self) -> None:
        super().__init__(_("Vouchers cannot be used at the moment."))


class VoucherGone(OrderError):
    """A voucher that a checkout needs is used up, or there is none any more; `code` is which."""

    def __init__(self, code: str):
        self.code = code
        super().__init__(_("The voucher %(code)s is used up.") % {"code": code})


# --- in the cart ------------------------------------------------------------------------------------
def put_into_cart(cart: Cart, code: str) -> None:
    """Let the cart name the voucher with this code, however it is spelt; an empty code takes it out.

    One that does not fit is kept: it counts as soon as it does. Raises UnknownVoucher, VouchersOff.
    """
    voucher = None
    if code := code.strip().upper():
        if not toggles.is_on(TOGGLE):
            raise VouchersOff
        voucher = Voucher.objects.filter(code=code).first()
        if voucher is None:
            raise UnknownVoucher
    Cart.objects.filter(pk=cart.pk).update(voucher=voucher, touched_at=timezone.now())
    cart.voucher = voucher


def of_cart(cart: Cart) -> Voucher | None:
    """The voucher that a cart names; one query, or none without."""
    return cart.voucher if cart.voucher_id and toggles.is_on(TOGGLE) else None


def why_not_now(voucher: Voucher) -> str:
    """Why nobody can use it at this moment, in words; empty if it runs."""
    if voucher.state == "planned":
        return _("This voucher counts from %(day)s.") % {"day": _day(voucher.starts_at)}
    if voucher.state == "over":
        return _("This voucher was valid until %(day)s.") % {"day": _day(voucher.ends_at)}
    return "" if voucher.state == "running" else _("This voucher is not valid any more.")


def _day(at) -> str:
    return date_format(timezone.localtime(at), "DATE_FORMAT")


def why_not_for(voucher: Voucher, cart: Cart, email: str) -> str:
    """Why this customer cannot use it, as far as they are known, in words; what the cart itself holds is theirs.

    One query, and one more for a voucher of first orders.
    """
    customer = cart.customer
    email = email or (customer.email if customer else "")
    shares = shares_of(voucher, email, customer)
    taken = _taken_by_others(shares, cart)
    spent = [name for name, share in shares.items() if taken.get(name, 0) + share.amount > share.of]
    if voucher.reference in spent:
        return _("This voucher is used up.")
    if voucher.first_order_only and (
        any(name.startswith(FIRST_ORDER) for name in spent) or buyers.has_ordered(email, customer)
    ):
        return _("This voucher is only for a first order.")
    return _("You have used this voucher already.") if spent else ""


def _taken_by_others(names: Iterable[str], cart: Cart) -> dict[str, int]:
    """How much of each allowance is taken, without what the cart's own payment holds; one query."""
    own = Checkout.objects.filter(cart=cart, state__in=Checkout.LIVE)
    held = QuotaUse.objects.filter(
        quota=OuterRef("pk"),
        given_back_at=None,
        reference__in=own.values_list(Concat(Value("checkout "), "number")),
    )
    rows = Quota.objects.filter(name__in=list(names)).annotate(
        own=Coalesce(Subquery(held.values("amount")[:1]), 0)
    )
    return {row.name: row.taken - row.own for row in rows}


# --- held and used ----------------------------------------------------------------------------------
FIRST_ORDER = "first order by "


def shares_of(voucher: Voucher, email: str, customer: User | None) -> dict[str, Share]:
    """Which allowances one use of it takes: one of all, and one of each by which this customer is known again."""
    shares = {voucher.reference: Share(1, of=voucher.limit or NO_LIMIT)}
    for key in buyers.keys_of(email, customer):
        if voucher.per_customer:
            shares[f"{voucher.reference} by {key}"] = Share(1, of=voucher.per_customer)
        if voucher.first_order_only:
            shares[f"{FIRST_ORDER}{key}"] = Share(1, of=1)
    return shares


def code_of(checkout: Checkout) -> str:
    """The code that takes something off this checkout; empty if none does."""
    return next((each["code"] for each in checkout.discounts if each["code"]), "")


def shares_held_by(checkout: Checkout) -> dict[str, Share]:
    """Which allowances a checkout takes by the voucher that it names; one query, or none without.

    The row of the voucher is locked, so that its limits are not lowered meanwhile. Raises VoucherGone if it is gone.
    """
    shares: dict[str, Share] = {}
    codes = {each["reference"]: each["code"] for each in checkout.discounts if each["code"]}
    for reference, code in codes.items():
        voucher = (
            Voucher.objects.select_for_update().filter(pk=int(reference.removeprefix("voucher "))).first()
        )
        if voucher is None:
            raise VoucherGone(code)
        shares |= shares_of(voucher, checkout.email, checkout.customer)
    return shares


# --- for the console --------------------------------------------------------------------------------
@transaction.atomic
def most_used(voucher: Voucher) -> tuple[int, int]:
    """How often it is used in all, and by whom it is used most; nobody else changes that until the transaction ends."""
    Voucher.objects.select_for_update().filter(pk=voucher.pk).first()
    by_one = Quota.objects.filter(name__startswith=f"{voucher.reference} by ").order_by("-taken").first()
    return quotas.taken([voucher.reference]).get(voucher.reference, 0), by_one.taken if by_one else 0


@transaction.atomic
def make_batch(like: Voucher, count: int, *, batch: str) -> list[Voucher]:
    """Make so many vouchers with codes of their own and the terms of this one, all marked with the same `batch`, once.

    A second call for the same batch waits for the first, and makes none.
    """
    if not Voucher.objects.filter(pk=like.pk).update(note=F("note")):
        return []
    if Voucher.objects.filter(batch=batch).exists():
        return []
    copied = (
        "kind percent amount category minimum starts_at ends_at is_active limit per_customer "
        "first_order_only note"
    )
    terms = {name: getattr(like, name) for name in copied.split()}
    return Voucher.objects.bulk_create([Voucher(batch=batch, **terms) for _number in range(count)])
