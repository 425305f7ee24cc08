"""Letters from visitors: stored first, so that nothing is lost whatever becomes of the mail about them."""

from datetime import timedelta

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts.models import User
from shop.models import ContactMessage

KEEP_SPAM = timedelta(days=30)


@transaction.atomic
def receive_letter(letter: ContactMessage) -> None:
    """Store a letter and, unless a machine seems to have sent it, write to staff: the task is a row beside it."""
    from shop import tasks

    letter.save()
    if not letter.is_suspect:
        tasks.tell_staff_of_letter.enqueue(letter.pk)


def mark_answered(letter: ContactMessage, *, by: User) -> bool:
    """Note that somebody has answered; False if somebody had before."""
    open_ones = ContactMessage.objects.filter(pk=letter.pk, state=ContactMessage.State.OPEN)
    answered = ContactMessage.State.ANSWERED
    return bool(open_ones.update(state=answered, answered_at=timezone.now(), answered_by=by))


def reopen_letter(letter: ContactMessage) -> bool:
    """Let a letter wait for an answer again, and call it no spam; False if it waits already."""
    done = ContactMessage.objects.filter(pk=letter.pk)
    waiting = {"state": ContactMessage.State.OPEN, "is_suspect": False}
    return bool(done.exclude(**waiting).update(**waiting, answered_at=None, answered_by=None))


def forget_spam() -> int:
    """Delete old letters that look like spam; returns how many."""
    old = timezone.now() - KEEP_SPAM
    return ContactMessage.objects.filter(is_suspect=True, created_at__lt=old).delete()[0]


def forget_letters(user: User) -> None:
    """Delete what this customer wrote; their address was proven, so letters that name it are theirs."""
    letters_of(user).delete()


def letters_of(user: User) -> QuerySet[ContactMessage]:
    return ContactMessage.objects.filter(Q(customer=user) | Q(email=user.email)).order_by("pk")
