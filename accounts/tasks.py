"""Mails about accounts, sent in the background: a form answers equally fast whether an account exists or not."""

from django_tasks import TaskContext, task

from accounts import emails
from accounts.links import Registration
from accounts.models import User


@task(queue_name="mail", takes_context=True)
def answer_registration(context: TaskContext, email: str, name: str, next_page: str) -> None:
    emails.answer_registration(Registration(email, name, next_page), key=_key("registration", context))


@task(queue_name="mail", takes_context=True)
def answer_password_reset(context: TaskContext, email: str) -> None:
    emails.answer_password_reset(email, key=_key("password-reset", context))


@task(queue_name="mail", takes_context=True)
def answer_email_change(context: TaskContext, user_id: int, new_email: str) -> None:
    emails.answer_email_change(User.objects.get(pk=user_id), new_email, key=_key("email-change", context))


@task(queue_name="mail", takes_context=True)
def tell_email_changed(context: TaskContext, old_email: str, new_email: str) -> None:
    emails.tell_email_changed(old_email, new_email, key=_key("email-changed", context))


@task(queue_name="mail", takes_context=True)
def tell_password_changed(context: TaskContext, user_id: int) -> None:
    emails.tell_password_changed(User.objects.get(pk=user_id), key=_key("password-changed", context))


@task(queue_name="mail", takes_context=True)
def invite(context: TaskContext, user_id: int) -> None:
    emails.invite(User.objects.get(pk=user_id), key=_key("invitation", context))


def _key(reason: str, context: TaskContext) -> str:
    # The same task keeps its id when it is tried again.
    return f"{reason}-{context.task_result.id}"
