"""What we write about money: to staff, and to customers who wait for the way to pay."""

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from config import languages, mail
from orders.models import Checkout
from payments.models import Dispute, Payment
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


def tell_of_payment_link(payment_id: int) -> None:
    """Mail the way to pay, as it is now: open, or over without ever having been. Nothing to who has paid already."""
    payment = Payment.objects.select_related("checkout").get(pk=payment_id)
    checkout = payment.checkout
    if payment.authorised or payment.order_id or checkout.state == Checkout.State.CANCELLED:
        return
    with languages.spoken(checkout.language):
        context = payment_link_context(checkout)
        if checkout.is_live:
            key = f"payment-link-{checkout.number}"
            mail.send("payments/email/payment_link", checkout.email, context, key=key)
        else:
            key = f"no-payment-link-{checkout.number}"
            mail.send("payments/email/no_payment_link", checkout.email, context, key=key)


def payment_link_context(checkout: Checkout) -> dict[str, object]:
    """What both mails are filled with; the checkout is saved, or a sample."""
    return {
        "checkout": checkout,
        "link": settings.PUBLIC_BASE_URL + reverse("payments:waiting", args=[checkout.token]),
        "cart": settings.PUBLIC_BASE_URL + reverse("orders:cart"),
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
