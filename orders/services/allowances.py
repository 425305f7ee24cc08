"""What a checkout takes of allowances, all at once: pieces of flash sales, and the use of a voucher.

In one go, so that their rows are taken in the one order in which `quotas.give_back` takes them, too.
"""

from orders.models import Checkout
from orders.services import quotas, sales, vouchers


def hold_allowances(checkout: Checkout, *, is_late: bool = False) -> None:
    """Hold what a checkout has of flash sales and of a voucher, until it ends; once ordered, for good.

    Runs in the transaction that opens the checkout, after its stock. Money that `is_late` was agreed to in time: then
    only what is left counts. Raises DealGone, VoucherGone.
    """
    pieces = sales.shares_of(checkout, is_late=is_late)
    uses = vouchers.shares_held_by(checkout)
    if not pieces and not uses:
        return
    try:
        quotas.take(pieces | uses, reference=checkout.reference)
    except quotas.QuotaSpent as spent:
        if spent.name in pieces:
            raise sales.DealGone from spent
        raise vouchers.VoucherGone(vouchers.code_of(checkout)) from spent
