"""What the shop hears: from the warehouse, as the copies that filters count by follow the stock; and of sign-ins."""

from functools import partial
from typing import Any

from django.contrib import messages
from django.contrib.auth.signals import user_logged_in
from django.db import transaction
from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver
from django.http import HttpRequest

from accounts.models import User
from inventory.models import Location, StockItem
from inventory.signals import stock_turned
from shop import services, tasks
from shop.models import LowStockRule
from shop.views_wishes import WAITING, words_of


@receiver(stock_turned)
def follow_stock(items: set[int], **kwargs: Any) -> None:
    """Renew the copies once the stock is moved. A sale never fails by them: the periodic task makes up for it."""
    transaction.on_commit(partial(services.refresh_stock, items), robust=True)


@receiver(post_save, sender=StockItem)
def follow_backorders(instance: StockItem, created: bool, raw: bool, **kwargs: Any) -> None:
    if not created and not raw:
        transaction.on_commit(partial(services.refresh_stock, [instance.pk]), robust=True)


@receiver(post_save, sender=Location)
def follow_places(created: bool, raw: bool, **kwargs: Any) -> None:
    """A place that begins or stops to sell turns any number of products."""
    if not created and not raw:
        tasks.refresh_stock.enqueue()


@receiver([post_save, post_delete], sender=LowStockRule)
def follow_rules(raw: bool = False, **kwargs: Any) -> None:
    """One row of the table is about any number of items."""
    if not raw:
        tasks.follow_rules.enqueue()


@receiver(user_logged_in)
def save_the_waiting_wish(sender: object, request: HttpRequest | None, user: User, **kwargs: Any) -> None:
    """Save what was wished for before the sign-in, once: the session forgets it here."""
    session = getattr(request, "session", None)
    waiting = session.pop(WAITING, None) if session is not None else None
    if not waiting:
        return
    slug, variant = waiting
    try:
        words, level = words_of(services.save_wish(user, slug, variant)), messages.SUCCESS
    except services.ShopError as error:
        words, level = str(error), messages.ERROR
    if hasattr(request, "_messages"):
        messages.add_message(request, level, words)
