"""Promotions and vouchers in the console: what they do in words, whether they run, how often they are used."""

from typing import Any

from django.contrib import admin
from django.db.models import CharField, F, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Cast, Coalesce, Concat
from django.http import HttpRequest
from django.utils import timezone

from config import console
from config.money import format_money
from orders.admin.offer_forms import PromotionForm, VoucherForm
from orders.models import Offer, Order, Promotion, Quota, QuotaUse, Voucher

MOST_USES = 50
TONES = {"running": "good", "planned": "", "off": "", "over": "", "used up": "warn"}
Kind = Offer.Kind


def sentence(offer: Any) -> str:
    """What an offer does, in words."""
    goods = f"goods of {offer.category} and below" if offer.category else "everything"
    if offer.kind == Kind.PERCENT:
        act = f"{offer.percent} % off {goods}"
    elif offer.kind == Kind.AMOUNT:
        act = f"{format_money(offer.amount)} off {goods}"
    elif offer.kind == Kind.PIECES:
        cheaper = "free" if offer.percent == 100 else f"{offer.percent} % cheaper"
        act = f"of each {offer.buy + offer.get} pieces of {goods}, the {offer.get} cheapest {cheaper}"
    else:
        act = f"the first way of delivery free for {goods}"
    least = f", for goods from {format_money(offer.minimum)}" if offer.minimum else ""
    until = f"until {console.when(offer.ends_at)}" if offer.ends_at else "until it is switched off"
    return f"{act[0].upper()}{act[1:]}{least}, from {console.when(offer.starts_at)} {until}."


def times(count: int) -> str:
    """How often, as people say it."""
    return "once" if count == 1 else f"{count} times"


def _limits(voucher: Voucher) -> str:
    said = [
        f"{times(voucher.limit)} in all" if voucher.limit else "",
        f"{times(voucher.per_customer)} for one customer" if voucher.per_customer else "",
        "only for a first order" if voucher.first_order_only else "",
    ]
    return f" At most {', '.join(filter(None, said))}." if any(said) else " As often as people like."


class StateFilter(admin.SimpleListFilter):
    title = "state"
    parameter_name = "is"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        used = [("used", "used up")] if model_admin.model is Voucher else []
        return [
            ("running", "running"),
            ("planned", "planned"),
            ("over", "over"),
            *used,
            ("off", "switched off"),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet | None:
        now, on = timezone.now(), Q(is_active=True)
        is_over = Q(ends_at__isnull=False, ends_at__lte=now)
        wanted = {
            "running": on & Q(starts_at__lte=now) & ~is_over,
            "planned": on & Q(starts_at__gt=now),
            "over": on & is_over,
            "off": Q(is_active=False),
            "used": Q(limit__isnull=False, uses__gte=F("limit")) if queryset.model is Voucher else Q(),
        }
        return queryset.filter(wanted.get(self.value() or "", Q()))


class OfferDesk(console.Desk):
    """What both lists have in common. Nothing is deleted, as orders name it: it is switched off."""

    list_select_related = ("category",)
    readonly_fields = ("what_it_does",)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Choose a category, but neither make nor change one from here."""
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if db_field.name == "category" and field:
            for may in ("can_add_related", "can_change_related", "can_view_related"):
                setattr(field.widget, may, False)
        return field

    @admin.display(description="what it does")
    def what_it_does(self, offer: Any) -> str:
        if offer.pk is None:
            return "Said here once it is saved."
        return sentence(offer) + (_limits(offer) if isinstance(offer, Voucher) else "")

    @admin.display(description="state")
    def state_word(self, offer: Any) -> str:
        return console.badge(offer.state, TONES[offer.state])


@admin.register(Promotion)
class PromotionDesk(OfferDesk):
    """Offers that need no code. Orders and open checkouts keep what they were made with."""

    form = PromotionForm
    list_display = ("title", "what_it_does", "state_word", "position")
    list_filter = (StateFilter, "kind")
    fieldsets = (
        (None, {"fields": ("names", "what_it_does")}),
        (
            "What is taken off",
            {
                "fields": ("kind", ("percent", "amount"), ("buy", "get"), "category", "minimum"),
                "description": "Of each group of pieces, the cheapest are free (100 %) or cheaper. What is on a flash "
                "sale is never reduced further. Free delivery takes off what the first way of delivery costs that is "
                "not collection, and looks at what the goods cost after all that is taken off.",
            },
        ),
        (
            "When, and in which order",
            {
                "fields": (("starts_at", "ends_at"), "is_active", "position"),
                "description": "Those that run apply one after the other, each to what is left; vouchers come last.",
            },
        ),
    )

    @admin.display(description="name")
    def title(self, promotion: Promotion) -> str:
        return promotion.name


@admin.register(Voucher)
class VoucherDesk(OfferDesk):
    """Offers for whoever knows the code, counted by use."""

    form = VoucherForm
    list_display = ("code", "what_it_does", "state_word", "used", "batch", "note")
    list_filter = (StateFilter, "kind", "first_order_only")
    search_fields = ("code", "batch", "note")
    search_help_text = "Code, batch or note"
    exports = ("vouchers",)
    fieldsets = (
        (None, {"fields": ("code", "note", "what_it_does", "used", "batch")}),
        (
            "What is taken off",
            {
                "fields": ("kind", ("percent", "amount"), "category", "minimum"),
                "description": "Free delivery looks at what the goods cost after all that is taken off.",
            },
        ),
        ("When", {"fields": (("starts_at", "ends_at"), "is_active")}),
        (
            "For whom",
            {
                "fields": ("limit", "per_customer", "first_order_only"),
                "description": "One customer is known again by account and by e-mail address, however it is spelt.",
            },
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        name = Concat(Value("voucher "), Cast(OuterRef("pk"), CharField()))
        taken = Subquery(Quota.objects.filter(name=name).values("taken")[:1])
        return super().get_queryset(request).annotate(uses=Coalesce(taken, 0))

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """A code that is out does not change."""
        return (*self.readonly_fields, "used", "batch", *(["code"] if obj else []))

    @admin.display(description="used", ordering="uses")
    def used(self, voucher: Any) -> str:
        if voucher.pk is None:
            return "–"
        return f"{voucher.uses} of {voucher.limit}" if voucher.limit else f"{voucher.uses}"

    @admin.display(description="state")
    def state_word(self, offer: Any) -> str:
        is_spent = offer.state == "running" and offer.limit and offer.uses >= offer.limit
        state = "used up" if is_spent else offer.state
        return console.badge(state, TONES[state])


@console.panel(Voucher, permission="orders.view_order")
def uses_of_voucher(voucher: Voucher) -> console.Panel:
    uses = QuotaUse.objects.filter(quota=voucher.reference).order_by("-pk")[:MOST_USES]
    return console.Panel(
        "Uses",
        ["When", "By", "Given back"],
        [
            [
                console.when(use.taken_at),
                use.reference,
                console.when(use.given_back_at) if use.given_back_at else "",
            ]
            for use in uses
        ],
        note=f"The last {MOST_USES}. A checkout that comes to nothing gives its use back.",
    )


@console.panel(Order, permission="orders.view_order")
def taken_off_order(order: Order) -> console.Panel | None:
    """Who took off what, by name and code."""
    if not order.discounts:
        return None
    return console.Panel(
        "Taken off",
        ["What", "Code", "Off the goods", "Off delivery"],
        [
            [each["name"], each["code"], format_money(each["amount"]), format_money(each["shipping"])]
            for each in order.discounts
        ],
        numbers=frozenset({2, 3}),
    )
