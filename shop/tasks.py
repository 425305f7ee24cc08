"""Work that would keep somebody waiting: after a category is renamed, its products are found by the new name."""

from django_tasks import task

from shop import services
from shop.models import Category


@task()
def refresh_category(category_id: int) -> int:
    """Renew the copies of every product on the shelf and below; safe to run twice. Returns how many."""
    category = Category.objects.filter(pk=category_id).first()
    return services.refresh_category(category) if category else 0
