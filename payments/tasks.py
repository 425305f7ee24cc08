"""What this room does in the background; rows of the same transaction as what they follow from.

The services enqueue these tasks, so each task looks its service up when it runs.
"""

from django.conf import settings
from django.urls import reverse
from django_tasks import task

from config import languages, mail


@task
def return_late_money(payment_id: int) -> None:
    """Give money back that came for goods that are gone; tried again until Stripe has answered."""
    from payments import services
    from payments.models import Payment

    services.return_money(Payment.objects.select_related("checkout").get(pk=payment_id))


@task(queue_name="mail")
def mail_late_money(payment_id: int) -> None:
    """Tell the customer that their money is on its way back, and why."""
    from payments.models import Payment

    payment = Payment.objects.select_related("checkout").get(pk=payment_id)
    checkout = payment.checkout
    mail.send(
        "payments/email/late_money",
        checkout.email,
        {"checkout": checkout, "payment": payment},
        key=f"late-money-{checkout.number}",
        language=checkout.language,
    )


@task
def open_payment_links() -> None:
    """Open the payment pages that are waited for, once Stripe answers again."""
    from payments import services

    services.open_links()


@task(queue_name="mail")
def mail_payment_link(payment_id: int) -> None:
    """Tell a customer who waits for the payment page that it is there, or that it did not come in time."""
    from payments import emails

    emails.tell_of_payment_link(payment_id)


@task(queue_name="mail")
def mail_dispute(dispute_id: int, opened_as: str) -> None:
    """Tell staff that a customer's bank asks about a payment, or has taken it back; once for each."""
    from payments import emails

    emails.tell_staff_of_dispute(dispute_id, opened_as)


@task
def expire_checkouts() -> None:
    """End the payment pages whose time is over and free their stock."""
    from payments import services

    services.expire_checkouts()


@task
def cancel_uncollected() -> None:
    """Cancel what was to be paid at the counter and was not collected in time."""
    from payments import services

    services.cancel_uncollected()


@task
def reconcile_payments() -> None:
    """Compare Stripe with the books and repair what was missed."""
    from payments import services

    services.reconcile()


@task
def settle_run(run_id: int) -> None:
    """Settle what still waits of many payments that somebody chose."""
    from payments.models import SettleRun
    from payments.services.settling_many import work_run

    work_run(SettleRun.objects.select_related("asked_by").get(pk=run_id))


@task
def act_before_holds_lapse() -> None:
    """Settle or release authorisations that are about to lapse, if the shop is set so."""
    from payments import services

    services.act_before_holds_lapse()


@task(queue_name="mail")
def mail_credit(entry_id: int) -> None:
    """Tell a customer that they were given store credit; safe to run again."""
    from payments.models import StoreCreditEntry

    entry = StoreCreditEntry.objects.select_related("customer").get(pk=entry_id)
    customer = entry.customer
    if not customer.is_active:
        return
    with languages.spoken(customer.language):
        context = {
            "amount": entry.amount,
            "balance": entry.balance_after,
            "link": settings.PUBLIC_BASE_URL + reverse("payments:store_credit"),
        }
        mail.send("payments/email/credit_granted", customer.email, context, key=f"store-credit-{entry.pk}")
