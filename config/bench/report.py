"""The table, and the same as JSON."""

import os
import platform
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from statistics import median

import django

from config.bench.console import Page
from config.bench.measure import Growth, Row
from config.bench.plan import PAGE_BELOW, SEARCH_BELOW, Size, Target
from config.bench.searches import Search
from config.bench.statements import Counts


@dataclass(frozen=True)
class Report:
    """All that a run has found."""

    size: Size
    postgres: str
    rows: list[Row]
    growths: list[Growth]
    counts: list[Counts]
    memory: int | None
    floor_memory: int | None
    orders: int
    load_before: float
    searches: list[Search]
    pages: list[Page] = field(default_factory=list)

    # --- for people -------------------------------------------------------------------------------
    def lines(self) -> Iterator[str]:
        yield from self._head()
        for row in self.rows:
            yield from _row_lines(row)
        yield from self._growth_lines()
        yield from self._search_lines()
        yield from page_lines(self.pages, self.size)
        yield from self._count_lines()
        yield from self._foot()

    def _head(self) -> Iterator[str]:
        workers, threads = os.environ.get("WEB_WORKERS", "default"), os.environ.get("WEB_THREADS", "default")
        yield (
            f"{self.size.products:,} products · PostgreSQL {self.postgres} · Django {django.get_version()} · "
            f"Python {platform.python_version()} · {os.cpu_count()} processors · "
            f"gunicorn workers {workers}, threads {threads} · load before {self.load_before:.1f}"
        )
        yield (
            "Rates are walks per second; CPU is milliseconds per walk, app + database. "
            "Ratios are shop to floor, within one round."
        )
        yield ""
        yield (
            f"{'':34}{'floor':>8}{'shop':>9}{'ratio':>7}{'p50 ms':>9}{'p95 ms':>8}"
            f"{'CPU ms of floor':>17}{'of shop':>15}{'ratio':>7}{'Stripe':>8}"
        )

    def _growth_lines(self) -> Iterator[str]:
        if not self.growths:
            return
        yield ""
        yield (
            f"{self.size.large:,} products beside {self.size.small:,}, no page cached, 8 clients"
            f"{'few':>12}{'many':>9}{'p50 ms few':>13}{'many':>8}{'CPU ms of few':>15}{'of many':>15}{'ratio':>7}"
        )
        for growth in self.growths:
            small, large = growth.small, growth.large
            yield (
                f"  {growth.title:54}{small('rate'):12.1f}{large('rate'):9.1f}{small('p50'):13.1f}{large('p50'):8.1f}"
                f"{_cpu(small):>15}{_cpu(large):>15}{_number(growth.ratio, 2):>7}"
            )
            yield _verdict(growth.is_reached(), f"at most {growth.most} times the processor time")

    def _search_lines(self) -> Iterator[str]:
        if not self.searches:
            return
        yield ""
        yield (
            f"{f'searches of {self.size.large:,} products, nothing cached':56}{'searches':>10}{'statements':>12}"
            f"{'database CPU ms, median':>25}{'worst':>8}"
        )
        for kind in dict.fromkeys(each.kind for each in self.searches):
            yield _search_line(kind, [each for each in self.searches if each.kind == kind])
        yield _search_line("all", self.searches)
        yield _verdict(self._searches_are_quick(), f"each below {SEARCH_BELOW:g} ms")

    def _searches_are_quick(self) -> bool:
        return all(each.milliseconds < SEARCH_BELOW for each in self.searches)

    def _count_lines(self) -> Iterator[str]:
        yield ""
        yield (
            f"{'one walk, alone':34}{'requests':>9}{'statements cold':>17}{'warm':>6}{'most in one':>13}"
            f"{'bytes':>9}{'gzipped':>9}"
        )
        for count in self.counts:
            cold, warm = count.cold, count.warm
            yield (
                f"  {count.step.title:32}{cold.requests:9}{cold.statements:17}{warm.statements:6}"
                f"{cold.most_statements:13}{cold.bytes:9,}{cold.gzipped:9,}"
            )

    def _foot(self) -> Iterator[str]:
        yield ""
        yield (
            f"Memory of gunicorn: shop {_megabytes(self.memory)}, floor {_megabytes(self.floor_memory)} "
            "(proportional set size)."
        )
        shares = [shop.own_share for row in self.rows for pairs in row.pairs.values() for _, shop in pairs]
        yield f"The clients themselves took at most {max(shares):.0%} of one processor."
        yield "Mail was queued and not sent; the shop logged errors only."
        yield f"{self.orders} orders were walked, and as many stand in the books."
        missed = [row.step.title for row in self.rows if row.is_reached() is False]
        missed += [f"{growth.title} of a large shop" for growth in self.growths if not growth.is_reached()]
        missed += [] if self._searches_are_quick() else ["the database's time for searches"]
        missed += [] if are_quick(self.pages) else ["the database's time for the console"]
        yield "Missed: " + ", ".join(missed) + "." if missed else "All targets are reached."

    # --- for machines -----------------------------------------------------------------------------
    def as_json(self) -> dict[str, object]:
        return {
            "size": asdict(self.size),
            "postgresql": self.postgres,
            "django": django.get_version(),
            "python": platform.python_version(),
            "processors": os.cpu_count(),
            "memory": {"shop": self.memory, "floor": self.floor_memory},
            "steps": [
                {
                    "step": row.step.key,
                    "reached": row.is_reached(),
                    "errors": row.errors,
                    "clients": {
                        clients: {
                            "rate_ratio": row.ratio(clients, "rate"),
                            "cpu_ratio": row.ratio(clients, "cpu"),
                            "rounds": [
                                {"floor": asdict(floor), "shop": asdict(shop)} for floor, shop in pairs
                            ],
                        }
                        for clients, pairs in row.pairs.items()
                    },
                }
                for row in self.rows
            ],
            "growth": [
                {
                    "page": growth.title,
                    "cpu_ratio": growth.ratio,
                    "most": growth.most,
                    "reached": growth.is_reached(),
                    "rounds": [
                        {"few": asdict(small), "many": asdict(large)} for small, large in growth.pairs
                    ],
                }
                for growth in self.growths
            ],
            "searches": [asdict(each) for each in self.searches],
            "console": [asdict(each) for each in self.pages],
            "counts": [
                {"step": count.step.key, "cold": asdict(count.cold), "warm": asdict(count.warm)}
                for count in self.counts
            ],
        }


def page_lines(pages: Sequence[Page], size: Size) -> Iterator[str]:
    """The console's pages, what each cost the database; the slowest statements of those that cost too much."""
    if not pages:
        return
    yield ""
    yield (
        f"{f'console, {size.orders:,} orders, {size.movements:,} movements':56}{'statements':>12}"
        f"{'database CPU ms':>17}{'slowest':>9}"
    )
    for page in pages:
        yield f"  {page.words:54}{page.statements:12}{page.milliseconds:17.1f}{page.slowest:9.1f}"
        if page.milliseconds >= PAGE_BELOW:
            yield f"    {page.slowest_sql[:1000]}"
    yield _verdict(are_quick(pages), f"each below {PAGE_BELOW:g} ms")


def are_quick(pages: Sequence[Page]) -> bool:
    return all(page.milliseconds < PAGE_BELOW for page in pages)


def _row_lines(row: Row) -> Iterator[str]:
    yield row.step.title
    for clients in row.pairs:

        def shop(name: str, clients: int = clients) -> float | None:
            return row.shop(clients, name)

        def floor(name: str, clients: int = clients) -> float | None:
            return row.floor(clients, name)

        yield (
            f"  {clients:>4} {'client ' if clients == 1 else 'clients'}{'':20}{floor('rate'):8.1f}{shop('rate'):9.1f}"
            f"{row.ratio(clients, 'rate'):7.2f}{shop('p50'):9.1f}{shop('p95'):8.1f}"
            f"{_cpu(floor):>17}{_cpu(shop):>15}{_number(row.ratio(clients, 'cpu'), 2):>7}"
            f"{_number(shop('simulator'), 1):>8}"
        )
    if row.step.target:
        yield _verdict(row.is_reached(), _words(row.step.target))
    for words, times in row.errors.items():
        yield f"    {times} x {words}"


def _search_line(title: str, searches: Sequence[Search]) -> str:
    times = [each.milliseconds for each in searches]
    most = max(each.statements for each in searches)
    return f"  {title:54}{len(searches):10}{most:12}{median(times):25.1f}{max(times):8.1f}"


def _words(target: Target) -> str:
    wishes = []
    if target.of_floor is not None:
        wishes.append(f"at least {target.of_floor:.2f} of the floor's rate")
    if target.per_second is not None:
        wishes.append(f"at least {target.per_second:g} per second")
    if target.p95_below is not None:
        wishes.append(f"p95 below {target.p95_below:g} ms")
    if target.cpu_of_floor is not None:
        wishes.append(f"at most {target.cpu_of_floor:.2f} of its processor time")
    return f"{', '.join(wishes)} at {target.clients} clients"


def _verdict(is_reached: bool | None, words: str) -> str:
    return f"    {'reached' if is_reached else 'MISSED '}  {words}"


def _cpu(of) -> str:
    app, database = of("app"), of("database")
    return "-" if app is None else f"{app:.2f} + {_number(database, 2)}"


def _number(number: float | None, digits: int) -> str:
    return "-" if number is None else f"{number:.{digits}f}"


def _megabytes(count: int | None) -> str:
    return "-" if count is None else f"{count / 1e6:.0f} MB"
