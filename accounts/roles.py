"""Who may do what in the console: the roles, each a group of permissions, in one table.

The groups are made and kept by every `migrate`, so a change here reaches each shop with its next update. They carry
the names below, in small letters; roles that staff make themselves, under other names, are left alone. What a role
reaches in the end, address by address, is `accounts.access`.
"""

import logging

from django.apps import AppConfig, apps
from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.db import transaction

logger = logging.getLogger("tally.roles")

WAREHOUSE, SUPPORT, FINANCE, MERCHANDISER, OWNER = "warehouse", "support", "finance", "merchandiser", "owner"

# Acts that Django's own four (add, change, delete, view) do not name: permission, the table it is about, words.
# Whoever adds one to a model's Meta instead needs no line here, only one below in ROLES.
NAMED = (
    ("orders.cancel_order", "order", "Can cancel an order"),
    ("orders.hold_order", "order", "Can hold an order and lift the hold"),
    ("orders.end_checkout", "checkout", "Can end a checkout before its time"),
    ("payments.settle_payment", "payment", "Can settle a payment"),
    ("payments.release_payment", "payment", "Can release a hold on a card"),
    ("payments.refund_any_amount", "refund", "Can pay back more than the limit of support"),
    ("payments.resolve_finding", "finding", "Can mark a finding as resolved"),
    ("payments.repair_finding", "finding", "Can let the books follow Stripe where they differ"),
    ("payments.note_dispute", "dispute", "Can write down what is known of a dispute"),
    ("inventory.receive_stock", "stocklevel", "Can receive goods"),
    ("inventory.adjust_stock", "stocklevel", "Can correct what is on hand"),
    ("inventory.transfer_stock", "stocklevel", "Can move goods to another place"),
    ("inventory.write_off_stock", "stocklevel", "Can write off damaged goods"),
    ("shop.moderate_review", "review", "Can approve and reject reviews"),
    ("shop.answer_contactmessage", "contactmessage", "Can note what became of a message"),
    (
        "returns.authorise_return",
        "returnrequest",
        "Can authorise, reject and cancel returns, and write about them",
    ),
    ("returns.receive_return", "returnrequest", "Can count returned goods in"),
    ("returns.inspect_return", "returnrequest", "Can say what returned goods are, and put them back"),
    ("returns.resolve_return", "returnrequest", "Can decide what a return pays back"),
    ("returns.request_return", "returnrequest", "Can ask for a return on a customer's behalf"),
    ("returns.take_return", "returnrequest", "Can take goods back over the counter"),
    ("returns.override_policy", "returnrequest", "Can take back what the policy does not"),
    ("returns.see_figures", "returnrequest", "Can see how much comes back and why"),
    ("returns.export_return", "returnrequest", "Can take returns along as a file"),
    ("accounts.give_roles", "user", "Can say who is staff and in which role"),
)

# The warehouse ships, and shipping settles what is owed for the order: with `orders.add_fulfilment` alone the card is
# charged, for exactly that amount, by policy (docs/adr/0019-roles-in-one-table.md). It sees what an order is worth, as
# carriers and customs ask for it, but no payments, invoices or refunds.
_WAREHOUSE = """
    orders.view_order orders.view_orderevent orders.view_fulfilment orders.add_fulfilment orders.change_fulfilment
    orders.hold_order
    shop.view_product shop.view_variant
    inventory.view_location inventory.view_stockitem inventory.view_stocklevel inventory.view_stockmovement
    inventory.receive_stock inventory.adjust_stock inventory.change_stocklevel
    inventory.export_stocklevel inventory.export_stockmovement
    inventory.transfer_stock inventory.write_off_stock
    inventory.view_receipt inventory.add_receipt inventory.change_receipt
    inventory.view_stockcount inventory.add_stockcount inventory.change_stockcount inventory.post_stockcount
    inventory.view_stockalert inventory.acknowledge_stockalert inventory.view_backorder
    returns.view_returnrequest returns.receive_return returns.inspect_return returns.take_return
"""
# Support sees what a customer asks about, calls orders off, decides on returns, and pays back up to
# SUPPORT_REFUND_LIMIT.
_SUPPORT = """
    accounts.view_user
    orders.view_order orders.view_orderevent orders.view_fulfilment orders.view_checkout orders.view_invoice
    orders.cancel_order orders.hold_order orders.end_checkout orders.view_promotion orders.view_voucher
    payments.view_payment payments.view_paymentevent payments.view_refund payments.add_refund
    payments.view_dispute payments.note_dispute payments.view_storecreditentry
    shop.view_product shop.view_variant shop.view_wanted shop.view_stockrequest
    shop.view_review shop.moderate_review shop.view_contactmessage shop.answer_contactmessage
    inventory.view_stockitem inventory.view_stocklevel inventory.view_backorder
    returns.view_returnrequest returns.authorise_return returns.resolve_return returns.request_return
    returns.take_return returns.override_policy
"""
_FINANCE = """
    accounts.view_user orders.view_promotion orders.view_voucher
    orders.view_order orders.view_orderevent orders.view_checkout orders.view_invoice orders.cancel_order
    orders.view_taxrate orders.add_taxrate orders.change_taxrate orders.delete_taxrate orders.view_shippingmethod
    orders.view_dutyrule orders.add_dutyrule orders.change_dutyrule orders.delete_dutyrule
    orders.view_shippingzone orders.view_shippingrate
    payments.view_payment payments.view_paymentevent payments.view_refund payments.view_webhookevent
    payments.view_finding payments.resolve_finding payments.repair_finding payments.view_dispute payments.note_dispute
    payments.settle_payment payments.release_payment payments.add_refund payments.refund_any_amount
    payments.view_storecreditentry payments.add_storecreditentry
    orders.see_figures orders.see_customers orders.export_order orders.export_customer payments.export_payment
    returns.view_returnrequest returns.resolve_return returns.see_figures returns.export_return
"""
_MERCHANDISER = """
    shop.view_product shop.add_product shop.change_product
    shop.view_variant shop.add_variant shop.change_variant shop.delete_variant
    shop.view_productimage shop.add_productimage shop.change_productimage shop.delete_productimage
    shop.view_flashsale shop.add_flashsale shop.change_flashsale
    shop.view_lowstockrule shop.add_lowstockrule shop.change_lowstockrule shop.delete_lowstockrule
    shop.view_category shop.add_category shop.change_category shop.delete_category
    shop.view_contentpage shop.add_contentpage shop.change_contentpage shop.delete_contentpage
    shop.view_pricechange shop.view_review shop.moderate_review shop.view_wanted shop.view_stockrequest
    orders.view_shippingmethod orders.view_shippingzone orders.view_shippingrate
    inventory.view_location inventory.view_stockitem inventory.change_stockitem inventory.view_stocklevel
    inventory.view_stockalert inventory.acknowledge_stockalert inventory.view_backorder
    returns.view_returnrule returns.add_returnrule returns.change_returnrule returns.delete_returnrule
    orders.view_promotion orders.add_promotion orders.change_promotion
    orders.view_voucher orders.add_voucher orders.change_voucher
    returns.see_figures
"""
# The owner has all of these and the rest below. Left to superusers: who is one, single permissions, roles of the
# shop's own making, other people's passwords.
_OWNER = """
    accounts.change_user accounts.add_user accounts.give_roles accounts.view_auditentry auth.view_group
    orders.add_shippingmethod orders.change_shippingmethod orders.delete_shippingmethod
    orders.add_shippingzone orders.change_shippingzone orders.delete_shippingzone
    orders.add_shippingrate orders.change_shippingrate orders.delete_shippingrate
    inventory.add_location inventory.change_location
    config.view_periodicjob config.view_toggle config.switch_toggle config.view_breakerstate config.operate_breaker
    django_tasks_database.view_dbtaskresult django_tasks_database.change_dbtaskresult
"""
_EACH = {
    WAREHOUSE: frozenset(_WAREHOUSE.split()),
    SUPPORT: frozenset(_SUPPORT.split()),
    FINANCE: frozenset(_FINANCE.split()),
    MERCHANDISER: frozenset(_MERCHANDISER.split()),
}
ROLES: dict[str, frozenset[str]] = {**_EACH, OWNER: frozenset(_OWNER.split()).union(*_EACH.values())}


def missing() -> list[str]:
    """Permissions in the table that the database does not have, nor can have: of tables that are not there."""
    tables = set(ContentType.objects.values_list("app_label", "model"))
    can_be = {name for name, model, _ in NAMED if (name.partition(".")[0], model) in tables}
    return sorted(frozenset().union(*ROLES.values()) - can_be - _known().keys())


def sync_roles() -> None:
    """Make the named permissions and the groups, and give each group exactly what the table says.

    Safe to repeat and to run twice at once.
    """
    with transaction.atomic():
        _make_permissions()
        known = _known()
        for role, permissions in ROLES.items():
            group, _ = Group.objects.get_or_create(name=role)
            _set(group, {known[each] for each in permissions})


def _known() -> dict[str, int]:
    rows = Permission.objects.values_list("content_type__app_label", "codename", "pk")
    return {f"{app}.{codename}": pk for app, codename, pk in rows}


def _make_permissions() -> None:
    known = _known()
    for name, model, words in NAMED:
        if name not in known:
            app, _, codename = name.partition(".")
            kind = ContentType.objects.get_by_natural_key(app, model)
            Permission.objects.get_or_create(content_type=kind, codename=codename, defaults={"name": words})


def _set(group: Group, wanted: set[int]) -> None:
    links = Group.permissions.through
    has = set(links.objects.filter(group=group).values_list("permission_id", flat=True))
    links.objects.filter(group=group, permission_id__in=has - wanted).delete()
    links.objects.bulk_create(
        [links(group=group, permission_id=pk) for pk in sorted(wanted - has)], ignore_conflicts=True
    )


def sync_after_migrate(sender: AppConfig, **_: object) -> None:
    """Keep the roles, once per `migrate`: Django tells each app, and only after the last are all permissions there.

    Where not all tables are there, as `migrate` was asked for one room or to go back, nothing changes.
    """
    last = [each for each in apps.get_app_configs() if each.models_module][-1]
    if sender is not last:
        return
    if lacking := missing():
        logger.warning("The roles are not renewed: %s.", ", ".join(lacking))
    else:
        sync_roles()


def is_built_in(name: str) -> bool:
    """Whether the shop's code says what this role may do."""
    return name in ROLES
