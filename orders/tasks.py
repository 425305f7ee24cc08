"""What this room does in the background: rows of the mail queue, written with the order they belong to."""

from django_tasks import task

from orders import emails


@task(queue_name="mail")
def send_confirmation(order_id: int) -> None:
    """Mail the order to its customer, once; safe to run again."""
    emails.send_confirmation(order_id)


@task(queue_name="mail")
def send_order_links(email: str, number: str, request_key: str) -> None:
    """Mail the links to the orders under this address; nothing happens if there are none."""
    emails.send_order_links(email, number=number, request_key=request_key)


@task
def forget_old_carts() -> None:
    """Delete the carts of guests who will not come back."""
    from orders.services import cart  # the services enqueue the tasks above

    cart.forget_old_carts()
