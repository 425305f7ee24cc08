"""What the warehouse did with the demo's orders: parcels that left, and those that arrived."""

import io
from contextlib import redirect_stdout

from django.db import transaction
from django_tasks_db.models import DBTaskResult

from accounts.demo import WAREHOUSE
from accounts.models import User
from orders import emails
from orders import services as orders
from orders.models import Order
from orders.tasks import send_shipped

CARRIER = "Demo carrier"


def send(order: Order) -> None:
    """Let all that waits of a settled order leave in one parcel, once; its mail is written now, not by a worker."""
    if orders.why_not_ship(order):
        return
    pieces = {line.position: orders.pieces_to_ship(line) for line in order.lines.all()}
    with transaction.atomic():
        parcel = orders.ship(
            order,
            pieces,
            key=f"demo parcel {order.number}",
            carrier=CARRIER,
            tracking_number=f"DEMO-{order.pk:06d}",
            by=_warehouse(),
        )
        waiting = DBTaskResult.objects.filter(task_path=send_shipped.module_path, status="READY")
        waiting.filter(args_kwargs__args=[parcel.pk]).delete()
    with redirect_stdout(io.StringIO()):
        emails.send_shipped(parcel.pk)


def arrive(order: Order) -> None:
    """Note that the order's parcels have arrived, once."""
    for parcel in order.fulfilments.all():
        orders.deliver(parcel, by=_warehouse())


def _warehouse() -> User | None:
    return User.objects.filter(email=WAREHOUSE).first()
