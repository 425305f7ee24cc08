"""This room's mails as the console shows them, about money that never moved."""

from datetime import timedelta

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from config.mail_samples import register


def sign_up() -> None:
    register("payments/email/late_money", "Payment came too late", _late_money)
    register("payments/email/payment_link", "The payment page is there", _payment_link)
    register("payments/email/no_payment_link", "The payment page did not come in time", _payment_link)
    register("payments/email/credit_granted", "Store credit given", _credit_granted)
    register("payments/email/dispute", "To staff: a bank disputes a payment", _dispute)


def _late_money() -> dict[str, object]:
    from orders.models import Checkout
    from payments.models import Payment

    return {"checkout": Checkout(number="C-ABC-234-XYZ"), "payment": Payment(amount=4488)}


def _payment_link() -> dict[str, object]:
    from orders.models import Checkout
    from payments.emails import payment_link_context

    ends = timezone.localtime().replace(hour=18, minute=0, second=0, microsecond=0)
    checkout = Checkout(number="T-ABC-234-XYZ", token="sample", total=4488, expires_at=ends)  # noqa: S106 (no secret)
    return payment_link_context(checkout)


def _dispute() -> dict[str, object]:
    from orders.models import Checkout
    from payments.emails import dispute_context
    from payments.models import Dispute, Payment

    dispute = Dispute(
        payment=Payment(checkout=Checkout(number="T-ABC-234-XYZ")),
        stripe_id="du_sample",
        amount=4488,
        reason="product_not_received",
        state=Dispute.State.NEEDS_RESPONSE,
        evidence_due_at=timezone.now() + timedelta(days=9),
    )
    return dispute_context(dispute)


def _credit_granted() -> dict[str, object]:
    link = f"{settings.PUBLIC_BASE_URL}{reverse('payments:store_credit')}"
    return {"amount": 1000, "balance": 1230, "link": link}
