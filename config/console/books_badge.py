"""Whether the books balance, for the front page: proven at most once a minute, and never more than 1 % of the time."""

from dataclasses import dataclass
from datetime import datetime

from django.core.cache import caches

from config import books

KEY = "console:books"
# Seconds that a proof is good for; one that took long is good for a hundred times as long.
KEEP = 60
MOST_SENTENCES = 100


@dataclass(frozen=True)
class Verdict:
    """The outcome of a proof, small enough for any cache."""

    checked_at: datetime
    rules: int
    found: int
    sentences: tuple[str, ...]

    @property
    def balances(self) -> bool:
        return self.found == 0


def verdict() -> Verdict:
    """Return the last proof, or make one."""
    known = caches["default"].get(KEY)
    if known is not None:
        return known
    report = books.verify()
    made = Verdict(
        report.checked_at,
        len(report.rules),
        len(report.violations),
        tuple(violation.sentence for violation in report.violations[:MOST_SENTENCES]),
    )
    caches["default"].set(KEY, made, max(KEEP, report.seconds * 100))
    return made
