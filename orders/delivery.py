"""How long delivery takes, for the shop window, which knows no parcels."""

from orders.models import ShippingMethod


def usual_days(country: str) -> tuple[int, int] | None:
    """Working days, from and to, of the way of delivery that the checkout proposes first; None without one."""
    methods = ShippingMethod.objects.filter(is_active=True)
    first = next((method for method in methods if method.reaches(country)), None)
    return (first.min_days, first.max_days) if first else None
