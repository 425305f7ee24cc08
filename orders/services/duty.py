"""Which import duty goods bear: by where they go, where they come from, and what all of them are worth."""

from collections.abc import Collection
from dataclasses import dataclass, field

from django.conf import settings
from django.utils import timezone

from orders.customs import area_of
from orders.models import DutyRule


@dataclass(frozen=True)
class Duties:
    """Rates by origin, in hundredths of a percent; an origin that is not there bears none.

    `free_up_to` is the worth, in minor units, up to which goods that would bear duty are free of it; 0 if that is not
    why they are.
    """

    rates: dict[str, int] = field(default_factory=dict)
    free_up_to: int = 0

    def rate(self, origin: str) -> int:
        return self.rates.get(origin, 0)


def duties_on(origins: Collection[str], *, country: str, worth: int) -> Duties:
    """The rates in force today for goods from these origins that go to a country (ISO codes) in one consignment.

    `worth` is what all of its goods cost without tax, in minor units: up to a rule's threshold they are free. No duty
    inside the customs territory that we send from, nor for what comes from where it goes. No query where none can
    apply, else one.
    """
    there = area_of(country)
    foreign = {origin for origin in origins if origin not in there}
    if settings.SHOP_COUNTRY in there or not foreign:
        return Duties()
    begun = DutyRule.objects.filter(valid_from__lte=timezone.localdate())
    near = begun.filter(destination__in=["", country], origin__in=["", *foreign])
    rules = sorted(near, key=lambda rule: (rule.destination, rule.origin != "", rule.valid_from))
    # The last that fits is the most specific: destination before origin, then the newest.
    chosen = {origin: rule for rule in rules for origin in foreign if rule.origin in ("", origin)}
    charged = {origin: rule.rate for origin, rule in chosen.items() if worth > rule.free_up_to}
    spared = [rule.free_up_to for origin, rule in chosen.items() if origin not in charged and rule.rate]
    return Duties(charged, max(spared, default=0))
