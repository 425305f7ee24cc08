"""What we write to staff about letters."""

from urllib.parse import quote

from django.conf import settings
from django.urls import reverse

from config import mail
from shop.found.addresses import absolute
from shop.models import ContactMessage


def tell_staff(letter: ContactMessage) -> None:
    """Pass a letter on; an answer to the mail goes to whoever wrote it."""
    console = absolute(reverse("admin:shop_contactmessage_change", args=[letter.pk]))
    mail.send(
        "shop/email/letter",
        settings.CONTACT_EMAIL or settings.DEFAULT_FROM_EMAIL,
        {"letter": letter, "url": console, "to": quote(letter.email)},
        key=f"letter-{letter.pk}",
        reply_to=letter.email,
        language=settings.LANGUAGE_CODE,
    )
