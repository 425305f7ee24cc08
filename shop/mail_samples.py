"""This room's mails as the console shows them, about goods that nobody sells."""

from urllib.parse import quote

from django.conf import settings
from django.urls import reverse

from config.mail_samples import EMAIL, NAME, register
from shop.models import ContactMessage, Product, Variant


def sign_up() -> None:
    register("shop/email/stock_confirm", "Back in stock: the address is to be proven", _confirm)
    register("shop/email/back_in_stock", "Back in stock", _back)
    register("shop/email/letter", "Message from the contact form, to staff", _letter)


def _link(name: str, *args: object) -> str:
    return f"{settings.PUBLIC_BASE_URL}{reverse(name, args=args)}"


def _confirm() -> dict[str, object]:
    return _waiting(_link("shop:stock_confirm", "sample"))


def _back() -> dict[str, object]:
    return _waiting(_link("shop:product", "sample"))


def _waiting(url: str) -> dict[str, object]:
    product = Product(name="Sample product", slug="sample")
    return {
        "product": product,
        "variant": Variant(product=product, label="Blue, M"),
        "url": url,
        "stop_url": _link("shop:stock_stop", "sample"),
    }


def _letter() -> dict[str, object]:
    letter = ContactMessage(
        name=NAME, email=EMAIL, order_number="T-ABC-234-XYZ", text="First line.\n\nSecond paragraph & more."
    )
    return {"letter": letter, "url": _link("admin:shop_contactmessage_changelist"), "to": quote(EMAIL)}
