"""Work that would keep somebody waiting, mails, and what comes round by the clock."""

from django_tasks import TaskContext, task

from shop import emails, services
from shop.content import emails as letters
from shop.models import Category, ContactMessage


@task()
def refresh_category(category_id: int) -> int:
    """Renew the copies of every product on the shelf and below; safe to run twice. Returns how many."""
    category = Category.objects.filter(pk=category_id).first()
    return services.refresh_category(category) if category else 0


@task()
def refresh_stock() -> int:
    """Make the copies of the stock right that a process left wrong when it died; safe to run twice."""
    return services.refresh_all_stock()


@task()
def follow_rules() -> int:
    """Let every item be low from where its price and the table of rules say; safe to run twice."""
    return services.follow_rules()


@task()
def make_widths(image_id: int) -> list[int]:
    """Make the narrower files of an uploaded picture; safe to run twice. Returns all widths."""
    return list(services.make_widths(image_id))


@task()
def forget_picture(name: str) -> int:
    """Delete the files of a picture that was removed or replaced, unless it is shown; safe to run twice."""
    return services.forget_picture(name)


@task()
def forget_stray_pictures() -> int:
    """Delete picture files that a process left behind when it died. Returns how many."""
    return services.forget_strays()


@task(queue_name="mail", takes_context=True)
def ask_to_confirm(context: TaskContext, request_id: int) -> None:
    emails.ask_to_confirm(request_id, key=f"stock-confirm-{context.task_result.id}")


@task(queue_name="mail")
def send_back_in_stock(request_id: int) -> None:
    emails.send_back_in_stock(request_id)


@task()
def tell_who_waits() -> int:
    """Have those written to who wait for what is available again; safe to run several times at once."""
    return services.tell_who_waits()


@task()
def forget_requests() -> int:
    """Delete the addresses of those who wait no longer."""
    return services.forget_requests()


@task(queue_name="mail")
def tell_staff_of_letter(letter_id: int) -> None:
    """Pass a visitor's letter on by mail; tried again if that fails, while the letter stays in the console."""
    if letter := ContactMessage.objects.filter(pk=letter_id).first():
        letters.tell_staff(letter)


@task()
def forget_spam() -> int:
    """Delete what machines seem to have sent, once staff had a month to see otherwise. Returns how many."""
    return services.forget_spam()


@task()
def recount_words() -> int:
    """Keep the words that mistyped ones are corrected by like those of the goods; safe to run twice."""
    return services.recount_words()
