"""How many statements and bytes each page takes: everything once cold and once warm, one after the other."""

import zlib
from dataclasses import dataclass
from pathlib import Path

from config.bench.load import Place
from config.bench.plan import STEPS, Step
from config.bench.stand import Stand

# So long that the second walk surely meets what the first one left in the page cache.
CACHED = "600"


@dataclass(frozen=True)
class Walked:
    """The requests of one walk, those that Stripe sends included; bytes are of the answers to the visitor."""

    requests: int
    statements: int
    most_statements: int
    bytes: int
    gzipped: int


@dataclass(frozen=True)
class Counts:
    step: Step
    cold: Walked
    warm: Walked


def count_all(stand: Stand, facts: dict) -> list[Counts]:
    """Open a shop that counts, and walk every step in it twice."""
    file = stand.folder / "counts"
    place, _, _ = stand.open_trading_shop(
        "shop",
        facts,
        app="config.bench.counted:application",
        BENCH_COUNTS=str(file),
        WEB_WORKERS="1",
        WEB_THREADS="1",
        PAGE_CACHE_SECONDS=CACHED,
    )
    return [_walk_twice(step, _narrow(place), file) for step in STEPS]


def _narrow(place: Place) -> Place:
    """Only one of everything to be seen, so that the second walk meets the first one's."""
    facts = {
        name: found[-1:] if name in {"slugs", "words", "buyable"} else found
        for name, found in place.facts.items()
    }
    return Place(place.port, {**facts, "categories": facts["categories"][:1]}, place.stripe_port)


def _walk_twice(step: Step, place: Place, file: Path) -> Counts:
    return Counts(step, _walk(step, place, file), _walk(step, place, file))


def _walk(step: Step, place: Place, file: Path) -> Walked:
    street = place.street(1)
    prepared = (step.come_up(street),) if step.come_up else ()
    street.line.log = []
    before = _lines(file)
    step.shop(street, *prepared)
    lines = _lines(file)[len(before) :]
    answers = street.line.log
    street.close()
    statements = [int(line.split()[-1]) for line in lines]
    return Walked(
        requests=len(lines),
        statements=sum(statements),
        most_statements=max(statements),
        bytes=sum(len(answer.head) + 4 + len(answer.body) for answer in answers),
        gzipped=sum(len(answer.head) + 4 + len(zlib.compress(answer.body, 6)) for answer in answers),
    )


def _lines(file: Path) -> list[str]:
    return file.read_text().splitlines() if file.exists() else []
