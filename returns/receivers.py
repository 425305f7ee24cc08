"""What this room does when rows go."""

from django.db.models.signals import post_delete
from django.dispatch import receiver

from returns import services
from returns.models import ReturnPhoto


@receiver(post_delete, sender=ReturnPhoto)
def forget_the_files(sender: object, instance: ReturnPhoto, **kwargs: object) -> None:
    """With a photo's row go its files, whoever deleted it, and also if it went with its return."""
    services.delete_files_of(instance)
