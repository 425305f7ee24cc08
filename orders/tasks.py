"""What this room does in the background: rows of the mail queue, written with the order they belong to."""

from typing import TYPE_CHECKING, Optional

from django_tasks import task

from orders import emails

if TYPE_CHECKING:
    from orders.services import Goods  # the services enqueue the tasks below


@task(queue_name="mail")
def send_confirmation(order_id: int) -> None:
    """Mail the order to its customer, once; safe to run again."""
    emails.send_confirmation(order_id)


@task
def issue_documents(order_id: int) -> None:
    """Issue the order's invoice, and the credit note of one whose payment was given up; safe to run again."""
    from orders import services
    from orders.models import Order

    services.issue_documents(Order.objects.get(pk=order_id))


@task(queue_name="mail")
def send_shipped(fulfilment_id: int) -> None:
    """Tell the customer what is on its way; safe to run again."""
    emails.send_shipped(fulfilment_id)


@task(queue_name="mail")
def send_cancelled(order_id: int, key: str, pieces: dict[str, int]) -> None:
    """Tell the customer what was cancelled; safe to run again."""
    emails.send_cancelled(order_id, key=key, pieces={int(at): count for at, count in pieces.items()})


@task(queue_name="mail")
def send_refunded(order_id: int, amount: int, key: str, method: str = "card") -> None:
    """Tell the customer that money is back, and where; safe to run again."""
    emails.send_refunded(order_id, amount, key=key, method=method)


@task
def credit_excess(order_id: int, remaining: int, why: str, key: str, goods: Optional["Goods"] = None) -> None:
    """Credit what will not be charged, or was paid back; safe to run again."""
    from orders import services
    from orders.models import Order

    services.credit_excess(Order.objects.get(pk=order_id), remaining, why=why, key=key, goods=goods)


@task
def credit_cancelled(order_id: int, pieces: dict[str, int], key: str) -> None:
    """Credit cancelled pieces, by the position of their line; safe to run again."""
    from orders import services
    from orders.models import Order

    services.credit_cancelled(
        Order.objects.get(pk=order_id), {int(position): count for position, count in pieces.items()}, key=key
    )


@task
def issue_missing_documents() -> None:
    """Issue what should have been issued minutes ago, whatever became of its task."""
    from orders import services

    services.issue_missing_documents()


@task(queue_name="mail")
def send_order_links(email: str, number: str, request_key: str) -> None:
    """Mail the links to the orders under this address; nothing happens if there are none."""
    emails.send_order_links(email, number=number, request_key=request_key)


@task
def forget_old_carts() -> None:
    """Delete the carts of guests who will not come back."""
    from orders import services  # the services enqueue the tasks above

    services.forget_old_carts()


@task
def follow_shortage(item: int) -> int:
    """Hold the newest orders of an item (a primary key) that is short, let the others go; safe to run again."""
    from orders import services

    return services.follow_shortage(item)


@task
def release_held() -> int:
    """Let go the orders that nothing keeps any more, whatever became of their task; safe to run again."""
    from orders import services

    return services.release_held()
