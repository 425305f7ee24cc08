"""What this room does in the background; rows of the same transaction as what they follow from.

The services enqueue these tasks, so each task looks its service up when it runs.
"""

from django_tasks import task

from config import mail


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
    )


@task
def expire_checkouts() -> None:
    """End the payment pages whose time is over and free their stock."""
    from payments import services

    services.expire_checkouts()


@task
def reconcile_payments() -> None:
    """Compare Stripe with the books and repair what was missed."""
    from payments import services

    services.reconcile()
