"""What this room does in the background: rows of the same transaction as the movements they follow from."""

from django_tasks import task

from inventory import emails


@task()
def look_at_stock(items: list[int]) -> int:
    """Open and close the stock alerts of these items (primary keys); safe to run again."""
    from inventory import services

    return services.look_at(items)


@task()
def look_at_everything() -> int:
    """The same for all items; safe to run again."""
    from inventory import services

    return services.look_at_everything()


@task()
def mail_alerts() -> int:
    """Gather the new alerts into one mail; each alert goes into one mail only."""
    from inventory import services

    return services.mail_alerts()


@task(queue_name="mail")
def send_alerts(address: str, alerts: list[int]) -> None:
    """Write to one member of staff; tried again if that fails."""
    emails.send_alerts(address, alerts)
