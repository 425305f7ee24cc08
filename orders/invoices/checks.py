"""What an operator should set before the first invoice is issued (`manage.py check`, `check --deploy`)."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register


@register(Tags.files)
def font_can_be_read(**_: Any) -> list[CheckMessage]:
    """Find out that there is no such font before a customer does."""
    if not settings.INVOICE_FONT:
        return []
    from orders.invoices import fonts

    try:
        fonts.regular()
    except Exception as error:
        path = Path(settings.INVOICE_FONT)
        return [
            Error(
                f"INVOICE_FONT: {path} is not a TrueType font that can be read ({error}).", id="orders.E001"
            )
        ]
    return []


@register(Tags.security, deploy=True)
def seller_is_named(**_: Any) -> list[CheckMessage]:
    """An invoice without the seller's address is none."""
    if settings.SHOP_ADDRESS:
        return []
    hint = "Set SHOP_ADDRESS, and SHOP_LEGAL_NAME and SHOP_VAT_ID; an issued invoice keeps what was set then."
    return [Warning("Invoices do not say who sells.", hint=hint, id="orders.W001")]
