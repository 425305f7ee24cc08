"""Whether the books balance, for the front page: proven at most once a minute, and never more than 1 % of the time.

In a small shop whoever looks has them proven. Where that takes longer than a blink a worker does it by the clock, and
who looks sees the last proof, with its time.
"""

from datetime import timedelta

from django.utils import timezone

from config import books
from config.models import BooksProof

# Seconds that a proof is good for; one that took long is good for a hundred times as long.
KEEP = 60
# A proof that took longer is not made while somebody waits for a page.
BLINK = 0.5
MOST_SENTENCES = 100


def verdict() -> BooksProof:
    """Return the last proof, or make one if that is quick or there was none yet."""
    known = BooksProof.objects.first()
    if known is None or (known.seconds <= BLINK and not is_fresh(known)):
        return prove()
    return known


def prove() -> BooksProof:
    """Hold the books against their rules and remember what came of it."""
    report = books.verify()
    made = BooksProof(
        pk=1,
        checked_at=report.checked_at,
        seconds=report.seconds,
        rules=len(report.rules),
        found=len(report.violations),
        sentences=[violation.sentence for violation in report.violations[:MOST_SENTENCES]],
    )
    BooksProof.objects.bulk_create(
        [made],
        update_conflicts=True,
        unique_fields=["id"],
        update_fields=["checked_at", "seconds", "rules", "found", "sentences"],
    )
    return made


def prove_if_due() -> bool:
    """For the clock: prove them unless the last proof is still good; whether that was done."""
    known = BooksProof.objects.first()
    if known is not None and is_fresh(known):
        return False
    prove()
    return True


def is_fresh(proof: BooksProof) -> bool:
    return proof.checked_at > timezone.now() - timedelta(seconds=max(KEEP, proof.seconds * 100))
