"""What we write to staff about money."""

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from config import mail
from payments.models import Dispute
from payments.services.disputing import dashboard_url

# Stripe's reasons, as people say them: https://docs.stripe.com/disputes/categories
REASONS = {
    "bank_cannot_process": gettext_noop("the bank cannot process it"),
    "credit_not_processed": gettext_noop("money that was promised back has not come"),
    "customer_initiated": gettext_noop("the customer asked for it"),
    "duplicate": gettext_noop("charged twice"),
    "fraudulent": gettext_noop("the cardholder did not make the payment"),
    "general": gettext_noop("no particular one"),
    "noncompliant": gettext_noop("against the rules of the card scheme"),
    "product_not_received": gettext_noop("the goods have not come"),
    "product_unacceptable": gettext_noop("the goods are not what was promised"),
    "subscription_canceled": gettext_noop("the subscription was cancelled"),
    "unrecognized": gettext_noop("the cardholder does not recognise the payment"),
}


def tell_staff_of_dispute(dispute_id: int, opened_as: str) -> None:
    """Say what a bank wants to know, until when, and where it is answered."""
    row = Dispute.objects.select_related("payment__checkout").get(pk=dispute_id)
    mail.send(
        "payments/email/dispute",
        settings.CONTACT_EMAIL or settings.DEFAULT_FROM_EMAIL,
        dispute_context(row),
        key=f"dispute-{row.stripe_id}-{opened_as}",
        language=settings.LANGUAGE_CODE,
    )


def dispute_context(row: Dispute) -> dict[str, object]:
    """What the mail is filled with; the row is saved, or a sample with a number made up."""
    page = reverse("admin:payments_dispute_change", args=[row.pk or 0])
    return {
        "dispute": row,
        "reason": _(REASONS.get(row.reason, row.reason_words)),
        "number": row.payment.checkout.number,
        "url": f"{settings.PUBLIC_BASE_URL}{page}",
        "stripe_url": dashboard_url(row),
    }
