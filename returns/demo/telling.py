"""Lets the stories happen, each act at its time, by the services that customers and staff use."""

import io
from collections.abc import Callable
from contextlib import redirect_stdout
from datetime import datetime
from functools import partial

from django.db import transaction
from django.utils import timezone
from django.utils.module_loading import import_string
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from inventory import services as inventory
from orders.models import Order
from orders.tasks import credit_excess, send_refunded
from payments.demo.past import Past
from returns import services
from returns.demo.stories import STORIES, Story
from returns.models import ReturnRequest, ReturnRule
from returns.services import RETURN_MOVES, Wish
from returns.tasks import pay_back, send_return_mail, tell_staff
from shop.models import Category, Product, Variant

# Clothes may be tried on for longer; a last one at a low price is not taken back.
LONGER, FINAL = {"wear": 45}, ("peaks-tee",)
TASKS = [task.module_path for task in (send_return_mail, tell_staff, pay_back, credit_excess, send_refunded)]


def tell(past: Past, now: datetime) -> None:
    """Make rules and returns; each story takes an order that had arrived by then, and is left out if none had.

    A story that an earlier run began is known by its key, and goes on from its state.
    """
    _seed_rules()
    for story in STORIES:
        row = ReturnRequest.objects.filter(key=story.key).first()
        if row is None:
            with past.at(now - story.before_now):
                row = _begin(story)
        if row:
            _go_on(row, story, past, now)


def _seed_rules() -> None:
    for slug, days in LONGER.items():
        for category in Category.objects.filter(slug=slug):
            ReturnRule.objects.get_or_create(category=category, defaults={"window_days": days})
    for product in Product.objects.filter(slug__in=FINAL):
        ReturnRule.objects.get_or_create(product=product, defaults={"is_final_sale": True})


def _begin(story: Story) -> ReturnRequest | None:
    """Ask for the return, of the first line that may come back of the oldest order without a return."""
    arrived = Order.objects.filter(fulfilments__delivered_at__lt=timezone.now(), returns=None)
    for order in arrived.distinct().order_by("pk"):
        for each in services.returnables(order):
            if not each.pieces or each.only_our_fault:
                continue
            instead = _instead_of(each.line.variant, story)
            if story.is_exchange and instead is None:
                continue
            wish = Wish(each.line.position, min(each.pieces, story.most), story.reason, story.words, instead)
            kind = ReturnRequest.Kind.EXCHANGE if story.is_exchange else ReturnRequest.Kind.REFUND
            _do(partial(services.request_return, order, [wish], key=story.key, kind=kind))
            return ReturnRequest.objects.get(key=story.key)
    return None


def _instead_of(variant: Variant | None, story: Story) -> Variant | None:
    """Another piece of the same, if there is one."""
    if not story.is_exchange or variant is None or not variant.is_active:
        return None
    return variant if inventory.available([variant.sku])[variant.sku] else None


def _go_on(row: ReturnRequest, story: Story, past: Past, now: datetime) -> None:
    for step in story.steps:
        row.refresh_from_db()
        if RETURN_MOVES.allows(row.state, step.move):
            with past.at(now - step.before_now):
                _do(partial(step.act, row))
    row.refresh_from_db()
    if row.state == ReturnRequest.State.RESOLVED:
        services.pay_payouts(row)


def _do(act: Callable[[], object]) -> None:
    """Act, and work what it left for a worker here and now: its mails belong to that day, and so does its money."""
    with transaction.atomic():
        act()
        left = _take()
    with redirect_stdout(io.StringIO()):
        while left:
            for task in left:
                import_string(task.task_path).func(*task.args_kwargs["args"], **task.args_kwargs["kwargs"])
            left = _take()


def _take() -> list[DBTaskResult]:
    """Take what waits out of the queue, but for what a worker took first."""
    waiting = DBTaskResult.objects.filter(task_path__in=TASKS, status=TaskResultStatus.READY)
    found = list(waiting.order_by("enqueued_at"))
    return [task for task in found if waiting.filter(pk=task.pk).delete()[0]]
