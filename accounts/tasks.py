"""Mails about accounts, sent in the background: a form answers equally fast whether an account exists or not."""

from django_tasks import TaskContext, task

from accounts import emails
from accounts.links import Registration
from accounts.models import Farewell, User


@task(queue_name="mail", takes_context=True)
def answer_registration(
    context: TaskContext, email: str, name: str, next_page: str, language: str = ""
) -> None:
    wanted = Registration(email, name, next_page)
    emails.answer_registration(wanted, key=_key("registration", context), language=language)


@task(queue_name="mail", takes_context=True)
def answer_password_reset(context: TaskContext, email: str) -> None:
    emails.answer_password_reset(email, key=_key("password-reset", context))


@task(queue_name="mail", takes_context=True)
def answer_email_change(context: TaskContext, user_id: int, new_email: str) -> None:
    emails.answer_email_change(User.objects.get(pk=user_id), new_email, key=_key("email-change", context))


@task(queue_name="mail", takes_context=True)
def tell_email_changed(context: TaskContext, old_email: str, new_email: str, language: str = "") -> None:
    emails.tell_email_changed(old_email, new_email, key=_key("email-changed", context), language=language)


@task(queue_name="mail", takes_context=True)
def tell_password_changed(context: TaskContext, user_id: int) -> None:
    emails.tell_password_changed(User.objects.get(pk=user_id), key=_key("password-changed", context))


@task(queue_name="mail")
def say_farewell(farewell_id: int) -> None:
    """Write to somebody who has left, then forget the address; safe to run again.

    The task names a row and not the address: what a task was given is kept for days after it is done.
    """
    if farewell := Farewell.objects.filter(pk=farewell_id).first():
        emails.say_farewell(farewell.email, key=f"farewell-{farewell.pk}", language=farewell.language)
        farewell.delete()


@task(queue_name="mail", takes_context=True)
def invite(context: TaskContext, user_id: int) -> None:
    emails.invite(User.objects.get(pk=user_id), key=_key("invitation", context))


def _key(reason: str, context: TaskContext) -> str:
    # The same task keeps its id when it is tried again.
    return f"{reason}-{context.task_result.id}"
