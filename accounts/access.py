"""Who reaches what: every address and method by role. Printed by `manage.py access_matrix`, kept in docs/access.md,
and asked for, each of them, by config/tests/test_access_matrix.py.

This is what is wanted; what grants it is `accounts.roles` and the views. A new address needs one line here: in DOORS,
with who may GET and who may POST, or for a desk of the console in DESKS.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from django.urls import URLResolver, get_resolver

ROLES = ("anonymous", "customer", "warehouse", "support", "finance", "merchandiser", "owner")
EVERYBODY = " ".join(ROLES)
SIGNED_IN = " ".join(ROLES[1:])
STAFF = " ".join(ROLES[2:])
ORDERS = "warehouse support finance owner"
MONEY = "support finance owner"
NOBODY = ""
NOT_TAKEN = "-"
"""The address does not take this method, whoever asks: 405."""


class Answer(StrEnum):
    """How an address answers somebody; the words stand in docs/access.md."""

    OPEN = "yes"
    LOGIN = "login"
    """A way to the sign-in."""
    REFUSED = "no"
    """403."""
    HIDDEN = "hidden"
    """404, as if it were not there."""
    WRONG_METHOD = "–"
    """405."""


@dataclass(frozen=True)
class Door:
    """Who may GET and who may POST, roles parted by spaces; what others are told once they are signed in.

    `asks` is of whom it wants to know before it looks at the method: "" of nobody, "account" that they are signed in,
    "console" that they are staff.
    """

    get: str
    post: str = NOT_TAKEN
    others: Answer = Answer.REFUSED
    asks: str = ""
    stranger: Answer = Answer.LOGIN
    """What somebody is told who is not signed in."""

    def answer(self, method: str, role: str) -> Answer:
        allowed = self.get if method == "GET" else self.post
        if role in allowed.split():
            return Answer.OPEN
        if role == "anonymous" and (self.asks or allowed != NOT_TAKEN):
            return self.stranger
        if role == "customer" and self.asks == "console":
            return Answer.REFUSED
        return Answer.WRONG_METHOD if allowed == NOT_TAKEN else self.others


def mine(get: str = SIGNED_IN, post: str = NOT_TAKEN) -> Door:
    """A page of one's own account; what is another's looks as if it were not there."""
    return Door(get, post, Answer.HIDDEN, "account")


def page(roles: str = EVERYBODY) -> Door:
    """Looked at, never posted to."""
    return Door(roles)


def form(roles: str = EVERYBODY) -> Door:
    """Looked at and posted by the same people; each act of the console is one."""
    return Door(roles, roles)


def button(roles: str = EVERYBODY) -> Door:
    """Posted only."""
    return Door(NOT_TAKEN, roles)


@dataclass(frozen=True)
class Desk:
    """A desk of the console: who sees its list and rows, and who may write what by hand."""

    see: str
    add: str = NOBODY
    change: str = NOBODY
    delete: str = NOBODY

    def doors(self, name: str) -> dict[str, Door]:
        return {
            f"admin:{name}_changelist": form(self.see),
            f"admin:{name}_history": form(self.see),
            f"admin:{name}_change": Door(self.see, self.change),
            f"admin:{name}_add": form(self.add),
            f"admin:{name}_delete": form(self.delete),
            # Django leads from here to the change page, which decides.
            f"admin:{name}": form(STAFF),
        }


# --- the console's desks: app_model, as in the names of their addresses ---------------------------------
DESKS = {
    "accounts_auditentry": Desk("owner"),
    "accounts_user": Desk(MONEY, add="owner", change="owner"),
    "auth_group": Desk("owner"),
    "config_breakerstate": Desk("owner"),
    "config_periodicjob": Desk("owner"),
    "config_toggle": Desk("owner"),
    "django_tasks_database_dbtaskresult": Desk("owner"),
    "inventory_backorder": Desk("warehouse support merchandiser owner"),
    "inventory_location": Desk("warehouse merchandiser owner", add="owner", change="owner"),
    "inventory_receipt": Desk("warehouse owner", add="warehouse owner"),
    "inventory_stockalert": Desk("warehouse merchandiser owner"),
    "inventory_stockcount": Desk("warehouse owner", add="warehouse owner"),
    "inventory_stockitem": Desk("warehouse support merchandiser owner", change="merchandiser owner"),
    "inventory_stocklevel": Desk("warehouse support merchandiser owner"),
    "inventory_stockmovement": Desk("warehouse owner"),
    "orders_checkout": Desk(MONEY),
    "orders_dutyrule": Desk(*["finance owner"] * 4),
    "orders_fulfilment": Desk("warehouse support owner"),
    "orders_invoice": Desk(MONEY),
    "orders_order": Desk(ORDERS),
    "orders_orderevent": Desk(ORDERS),
    "orders_promotion": Desk("support finance merchandiser owner", *["merchandiser owner"] * 2),
    "orders_shippingmethod": Desk("finance merchandiser owner", add="owner", change="owner", delete="owner"),
    "orders_shippingrate": Desk("finance merchandiser owner", add="owner", change="owner", delete="owner"),
    "orders_shippingzone": Desk("finance merchandiser owner", add="owner", change="owner", delete="owner"),
    "orders_taxrate": Desk(*["finance owner"] * 4),
    "orders_voucher": Desk("support finance merchandiser owner", *["merchandiser owner"] * 2),
    "payments_dispute": Desk(MONEY),
    "payments_finding": Desk("finance owner"),
    "payments_payment": Desk(MONEY),
    "payments_paymentevent": Desk(MONEY),
    "payments_refund": Desk(MONEY),
    "payments_settlerun": Desk(MONEY),
    "payments_storecreditentry": Desk(MONEY),
    "payments_webhookevent": Desk("finance owner"),
    "returns_returnrequest": Desk(ORDERS),
    "returns_returnrule": Desk(*["merchandiser owner"] * 4),
    "shop_category": Desk(*["merchandiser owner"] * 4),
    "shop_contactmessage": Desk("support owner"),
    "shop_contentpage": Desk(*["merchandiser owner"] * 4),
    "shop_flashsale": Desk("merchandiser owner", add="merchandiser owner", change="merchandiser owner"),
    "shop_lowstockrule": Desk(*["merchandiser owner"] * 4),
    "shop_product": Desk("warehouse support merchandiser owner", "merchandiser owner", "merchandiser owner"),
    "shop_review": Desk("support merchandiser owner"),
    "shop_wanted": Desk("support merchandiser owner"),
}

# --- everything else: name of the address (as in {% url %}) -> who -------------------------------------------
DOORS = {
    # The console: acts on rows
    "admin:accounts_user_grant_credit": form("finance owner"),
    "admin:accounts_user_take_back_credit": form("finance owner"),
    "admin:config_breakerstate_close": form("owner"),
    "admin:config_breakerstate_open": form("owner"),
    "admin:config_toggle_off": form("owner"),
    "admin:config_toggle_on": form("owner"),
    "admin:django_tasks_database_dbtaskresult_again": form("owner"),
    "admin:inventory_receipt_close": form("warehouse owner"),
    "admin:inventory_receipt_count_in": form("warehouse owner"),
    "admin:inventory_stockalert_acknowledge": form("warehouse merchandiser owner"),
    "admin:inventory_stockcount_count_again": form("warehouse owner"),
    "admin:inventory_stockcount_discard": form("warehouse owner"),
    "admin:inventory_stockcount_finish": form("warehouse owner"),
    "admin:inventory_stockcount_post": form("warehouse owner"),
    "admin:inventory_stockcount_write_down": form("warehouse owner"),
    "admin:inventory_stockitem_adjust": form("warehouse owner"),
    "admin:inventory_stockitem_receive": form("warehouse owner"),
    "admin:inventory_stockitem_transfer": form("warehouse owner"),
    "admin:inventory_stocklevel_adjust": form("warehouse owner"),
    "admin:inventory_stocklevel_damaged": form("warehouse owner"),
    "admin:inventory_stocklevel_receive": form("warehouse owner"),
    "admin:inventory_stocklevel_transfer": form("warehouse owner"),
    "admin:inventory_stocklevel_write_off": form("warehouse owner"),
    "admin:orders_checkout_end": form("support owner"),
    "admin:orders_fulfilment_deliver": form("warehouse owner"),
    "admin:orders_fulfilment_tracking": form("warehouse owner"),
    "admin:orders_order_cancel": form(MONEY),
    "admin:orders_order_hold": form("warehouse support owner"),
    "admin:orders_order_lift": form("warehouse support owner"),
    "admin:orders_voucher_batch": form("merchandiser owner"),
    "admin:orders_voucher_export": form("merchandiser owner"),
    "admin:orders_order_refund": form(MONEY),
    "admin:orders_order_release": form("finance owner"),
    "admin:orders_order_settle": form("finance owner"),
    "admin:orders_order_take": form("finance owner"),
    "admin:orders_order_ship": form("warehouse owner"),
    "admin:payments_dispute_note": form(MONEY),
    "admin:payments_finding_repair": form("finance owner"),
    "admin:payments_finding_resolve": form("finance owner"),
    "admin:payments_payment_refund": form(MONEY),
    "admin:payments_payment_release": form("finance owner"),
    "admin:payments_payment_settle": form("finance owner"),
    "admin:payments_payment_take": form("finance owner"),
    "admin:orders_order_request_return": form("support owner"),
    "admin:orders_order_take_return": form("warehouse support owner"),
    "admin:shop_flashsale_end": form("merchandiser owner"),
    "admin:returns_returnrequest_ask": form("support owner"),
    "admin:returns_returnrequest_authorise": form("support owner"),
    "admin:returns_returnrequest_cancel": form("support owner"),
    "admin:returns_returnrequest_close": form(MONEY),
    "admin:returns_returnrequest_inspect": form("warehouse owner"),
    "admin:returns_returnrequest_drop": form(MONEY),
    "admin:returns_returnrequest_mark_sent": form("support owner"),
    "admin:returns_returnrequest_pay_again": form(MONEY),
    "admin:returns_returnrequest_pay_instead": form("support owner"),
    "admin:returns_returnrequest_receive": form("warehouse owner"),
    "admin:returns_returnrequest_reject": form("support owner"),
    "admin:returns_returnrequest_resolve": form(MONEY),
    "admin:returns_returnrequest_write": form("support owner"),
    "admin:shop_contactmessage_answered": form("support owner"),
    "admin:shop_contactmessage_reopen": form("support owner"),
    "admin:shop_review_approve": form("support merchandiser owner"),
    "admin:shop_review_reject": form("support merchandiser owner"),
    "admin:inventory_receipt_correct": form("warehouse owner"),
    # The console: pages
    "admin:scan_codes": form("warehouse support merchandiser owner"),
    "admin:scan_count": form("warehouse owner"),
    "admin:scan_look": form("warehouse support merchandiser owner"),
    "admin:scan_pick": form("warehouse owner"),
    "admin:scan_receive": form("warehouse owner"),
    "admin/(?P<url>.*)$": Door(NOBODY, NOBODY, Answer.HIDDEN),
    "admin:app_list": form(STAFF),
    "admin:auth_user_password_change": form(NOBODY),
    "admin:books": form(MONEY),
    "admin:customers": form("finance owner"),
    "admin:customers_export": form("finance owner"),
    "admin:day": form("finance owner"),
    "admin:index": form(STAFF),
    "admin:inventory_receipt_named": form("warehouse owner"),
    "admin:inventory_stockcount_named": form("warehouse owner"),
    "admin:inventory_stockitem_named": form("warehouse support merchandiser owner"),
    "admin:inventory_stocklevel_export": form("warehouse owner"),
    "admin:inventory_stockmovement_export": form("warehouse owner"),
    "admin:jsi18n": page(STAFF),
    "admin:login": form(STAFF),
    "admin:logout": button(STAFF),
    "admin:mail": page(ORDERS),
    "admin:mail_html": page(ORDERS),
    "admin:mails": page(ORDERS),
    "admin:orders_checkout_named": form(MONEY),
    "admin:orders_fulfilment_packing_slip": form("warehouse support owner"),
    "admin:orders_invoice_named": form(MONEY),
    "admin:orders_invoice_pdf": form(MONEY),
    "admin:orders_order_export": form("finance owner"),
    "admin:orders_order_named": form(ORDERS),
    "admin:orders_order_packing_slip": form(ORDERS),
    "admin:orders_order_packing_slips": form(ORDERS),
    "admin:orders_order_pick_list": form(ORDERS),
    "admin:orders_order_pick_list_pdf": form(ORDERS),
    "admin:password_change": form(STAFF),
    "admin:password_change_done": page(STAFF),
    "admin:payments_payment_export": form("finance owner"),
    "admin:payments_settlerun_confirm": form("finance owner"),
    "admin:return_figures": form("finance merchandiser owner"),
    "admin:return_figures_export": form("finance owner"),
    "admin:returns_returnrequest_export": form("finance owner"),
    "admin:returns_returnrequest_named": form(ORDERS),
    # Machines
    "found:products_feed": page(),
    "found:robots": page(),
    "found:sitemap": page(),
    "found:sitemap_page": page(),
    "health_live": page(),
    "health_ready": page(),
    "media": page(),
    "webhooks:stripe": button(),
    # The shop window
    "shop:category": page(),
    "shop:contact": form(),
    "shop:contact_sent": page(),
    "shop:flash": page(),
    "shop:flash_now": page(),
    "shop:home": page(),
    "shop:page": page(),
    "shop:product": page(),
    "shop:products": page(),
    "shop:reviews": page(),
    "shop:seen": page(),
    "shop:stock": page(),
    "shop:stock_confirm": form(),
    "shop:stock_request": form(),
    "shop:stock_stop": form(),
    "shop:suggestions": page(),
    "shop:wishlist": page(SIGNED_IN),
    "shop:wishlist_add": button(SIGNED_IN),
    "shop:wishlist_remove": button(SIGNED_IN),
    "shop:wishlist_share": button(SIGNED_IN),
    "shop:wishlist_shared": page(),
    # Buying
    "orders:cart": page(),
    "orders:cart_add": button(),
    "orders:cart_costs": page(),
    "orders:cart_mini": page(),
    "orders:cart_update": button(),
    "orders:cart_voucher": button(),
    "payments:cancelled": form(),
    "payments:checkout": form(),
    "payments:done": page(),
    "payments:place": page(),
    "payments:quote": page(),
    "payments:waiting": page(),
    "payments:store_credit": page(SIGNED_IN),
    # Orders: one's own, and a guest's by the token that was mailed
    "orders:again": Door(NOT_TAKEN, "customer", Answer.HIDDEN),
    "orders:claim": button(SIGNED_IN),
    "orders:credit_note": Door("customer", others=Answer.HIDDEN),
    "orders:credit_note_pdf": Door("customer", others=Answer.HIDDEN),
    "orders:detail": Door("customer", others=Answer.HIDDEN),
    "orders:find": form(),
    "orders:guest_again": button(),
    "orders:guest_credit_note": page(),
    "orders:guest_credit_note_pdf": page(),
    "orders:guest_detail": page(),
    "returns:guest_photo": page(),
    "returns:guest_photo_remove": button(),
    "returns:guest_photo_small": page(),
    "returns:guest_photos_add": button(),
    "returns:photo": Door(f"customer {ORDERS}", others=Answer.HIDDEN, stranger=Answer.HIDDEN),
    "returns:photo_remove": Door(NOT_TAKEN, "customer", Answer.HIDDEN),
    "returns:photo_small": Door(f"customer {ORDERS}", others=Answer.HIDDEN, stranger=Answer.HIDDEN),
    "returns:photos_add": Door(NOT_TAKEN, "customer", Answer.HIDDEN),
    "orders:guest_invoice": page(),
    "orders:guest_invoice_pdf": page(),
    "orders:history": page(SIGNED_IN),
    "orders:invoice": Door("customer", others=Answer.HIDDEN),
    "orders:invoice_pdf": Door("customer", others=Answer.HIDDEN),
    "orders:review": form("customer"),
    "orders:review_delete": Door(NOT_TAKEN, "customer", Answer.HIDDEN),
    "payments:cancel_guest_order": form(),
    "payments:cancel_order": Door("customer", "customer", Answer.HIDDEN, stranger=Answer.HIDDEN),
    # Returns: the same
    "returns:cancel": mine("customer", "customer"),
    "returns:detail": mine("customer"),
    "returns:guest_cancel": form(),
    "returns:guest_detail": page(),
    "returns:guest_message": button(),
    "returns:guest_new": form(),
    "returns:guest_sent": button(),
    "returns:guest_slip": page(),
    "returns:index": page(),
    "returns:message": mine(NOT_TAKEN, "customer"),
    "returns:new": mine("customer", "customer"),
    "returns:sent": mine(NOT_TAKEN, "customer"),
    "returns:slip": mine("customer"),
    # One's own account
    "accounts:address": mine("customer", "customer"),
    "accounts:address_default": mine(NOT_TAKEN, "customer"),
    "accounts:address_delete": mine(NOT_TAKEN, "customer"),
    "accounts:address_new": mine(SIGNED_IN, SIGNED_IN),
    "accounts:addresses": mine(),
    "accounts:email_change": mine(SIGNED_IN, SIGNED_IN),
    "accounts:email_change_sent": mine(),
    "accounts:email_confirm": mine(SIGNED_IN, SIGNED_IN),
    "accounts:end_sign_in": mine(NOT_TAKEN, SIGNED_IN),
    "accounts:erase": mine(SIGNED_IN, SIGNED_IN),
    "accounts:export": mine(NOT_TAKEN, SIGNED_IN),
    "accounts:login": form(),
    "accounts:logout": button(),
    "accounts:password_change": mine(SIGNED_IN, SIGNED_IN),
    "accounts:password_reset": form(),
    "accounts:password_reset_confirm": form(),
    "accounts:password_reset_done": page(),
    "accounts:privacy": mine(),
    "accounts:profile": mine(SIGNED_IN, SIGNED_IN),
    "accounts:register": form(),
    "accounts:register_confirm": form(),
    "accounts:register_sent": page(),
    "accounts:security": mine(),
}

# --- actions of lists: app_model and the action -> who; with rows ticked, posted to the list -----------------
ACTIONS = {
    "inventory_stockalert acknowledge": "warehouse merchandiser owner",
    "orders_fulfilment mark_delivered": "warehouse owner",
    "orders_fulfilment print_packing_slips": "warehouse support owner",
    "orders_order print_packing_slips": ORDERS,
    "orders_order print_pick_list": ORDERS,
    "orders_order settle_many": "finance owner",
    "payments_payment settle_many": "finance owner",
    "orders_invoice as_one_pdf": MONEY,
}


# --- what the addresses are -----------------------------------------------------------------------------------
@dataclass(frozen=True)
class Address:
    """One pattern of the site's addresses, below the first language; `name` is its key in the table."""

    name: str
    route: str


class NoEntry(LookupError):
    """An address without a line in the table."""

    def __init__(self, address: Address):
        line = f'    "{address.name}": page("who may GET"),  # or form("…"), button("…"), Door("GET", "POST")'
        super().__init__(
            f"accounts/access.py does not say who may use /{address.route}. Add one line to DOORS:\n"
            f"{line}\n(a new desk of the console is one line in DESKS), then run "
            "manage.py access_matrix --markdown > docs/access.md"
        )


def addresses() -> list[Address]:
    """Every address that the site answers, each language but the first left out."""
    return list(_walk(get_resolver().url_patterns, "", ()))


def _walk(patterns: Iterable[object], prefix: str, spaces: tuple[str, ...]) -> Iterator[Address]:
    for each in patterns:
        route = prefix + str(each.pattern)  # type: ignore[attr-defined]
        if isinstance(each, URLResolver):
            yield from _walk(
                each.url_patterns, route, (*spaces, *([each.namespace] if each.namespace else []))
            )
        elif each.name:  # type: ignore[attr-defined]
            yield Address(":".join([*spaces, each.name]), route)  # type: ignore[attr-defined]
        else:
            yield Address(_unnamed(route), route)


def _unnamed(route: str) -> str:
    """Django's admin has one for each model, which leads from its number to its page; another is its catch-all."""
    parts = route.split("/")
    is_row = parts[0] == "admin" and parts[3:] == ["<path:object_id>", ""]
    return f"admin:{parts[1]}_{parts[2]}" if is_row else route


def table() -> dict[str, Door]:
    """All that is wanted, by the names of addresses."""
    console = {
        name: replace(door, asks="console") for name, door in DOORS.items() if name.startswith("admin")
    }
    doors = DOORS | console
    for name, desk in DESKS.items():
        doors |= {each: replace(door, asks="console") for each, door in desk.doors(name).items()}
    return doors


def door_of(address: Address) -> Door:
    """What is wanted of an address; raises NoEntry."""
    try:
        return table()[address.name]
    except KeyError:
        raise NoEntry(address) from None


def matrix() -> list[dict[str, str]]:
    """A row for each address and method: address, method, and for each role its answer. Raises NoEntry."""
    doors = table()
    rows = []
    for address in sorted(addresses(), key=lambda each: each.route):
        if address.name not in doors:
            raise NoEntry(address)
        rows += [
            {
                "address": f"/{address.route}",
                "method": method,
                **{role: str(doors[address.name].answer(method, role)) for role in ROLES},
            }
            for method in ("GET", "POST")
        ]
    return rows
