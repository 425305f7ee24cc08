"""What this room does in the background: rows of the queues, written with the return they belong to."""

from django_tasks import task


@task(queue_name="mail")
def send_return_mail(request_id: int, step: str, key: str = "") -> None:
    """Mail one step of a return to its customer; safe to run again."""
    from returns import emails

    emails.send_step(request_id, step, key=key)


@task(queue_name="mail")
def tell_staff(request_id: int, message_id: int | None = None) -> None:
    """Mail staff that a return was asked for, or that its customer has written; safe to run again."""
    from returns import emails

    emails.tell_staff(request_id, message_id)


@task
def pay_back(request_id: int) -> None:
    """Pay what a resolved return is owed, once, and close it when all of it is back; safe to run again."""
    from returns import services
    from returns.models import ReturnRequest

    services.pay_payouts(ReturnRequest.objects.get(pk=request_id))


@task
def follow_returns() -> None:
    """Remind, let expire, pay what is owed, close what is done; safe to run again, and at the same time."""
    from returns import services

    services.follow_returns()


@task
def purge_photos() -> None:
    """Delete photos whose time is over, and files that nobody's row knows; safe to run again."""
    from returns import services

    services.purge_photos()
