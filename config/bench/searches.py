"""What searches cost the database: `python -m config.bench.searches FILE`, on a shop that `config.bench.fill` filled.

Every search is made as a first visitor makes it, with nothing cached; then each of its statements runs again while the
processor time of the database's process is read, which does not depend on what else keeps the machine busy. The server
has to be on this machine. The results go to FILE.
"""

import json
import os
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import django

# Each statement so often; the least counts.
TIMES = 5
SEARCHES = {
    "common words": ["shelf", "kitchen", "tea", "long shelf", "from"],
    "words": ["mug", "meadow", "lamp", "quiet", "juniper", "notebooks"],
    "rare words": ["fountain", "terrazzo", "waxed", "fisher"],
    "two words": ["quiet mug", "golden lamp", "winter meadow blanket", "tea towel", "kitchen bowl"],
    "mistyped": ["meadwo", "kitchne lamp", "jniper", "blakent"],
    "codes": ["L001-000100-0", "l001", "2200100013", "NTB-FELD"],
    "accents and signs": ["CAFÉ", "t-shirt", "tea/towel", "100%"],
    "one or two letters": ["t", "s", "te"],
    "nothing": ["zebra", "xqzw vbnm", "quiet zebra"],
}


@dataclass(frozen=True)
class Search:
    """One search: how many statements it took, and the database's milliseconds for all of them and the slowest."""

    kind: str
    text: str
    found: int
    statements: int
    milliseconds: float
    slowest: float


def main(file: Path) -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    os.environ["LIST_CACHE_SECONDS"] = os.environ["PAGE_CACHE_SECONDS"] = "0"
    django.setup()
    from shop.tree import read_tree

    tree = read_tree()
    found = [measure(kind, text, tree) for kind, texts in SEARCHES.items() for text in texts]
    file.write_text(json.dumps([asdict(each) for each in found]))


def measure(kind: str, text: str, tree: Any) -> Search:
    from django.core.cache import caches
    from django.db import connection

    from shop.listing import list_products
    from shop.wish import Wish

    statements: list[tuple[str, Any]] = []

    def note(execute: Callable[..., Any], query: str, params: Any, *args: Any) -> Any:
        statements.append((query, params))
        return execute(query, params, *args)

    caches["pages"].clear()
    with connection.execute_wrapper(note):
        listing = list_products(Wish(q=text), tree)
    times = [milliseconds(query, params) for query, params in statements]
    return Search(kind, text, listing.total, len(times), sum(times), max(times, default=0.0))


def milliseconds(query: str, params: Any) -> float:
    """The processor time that the connection's own process takes for a statement; of several times the least."""
    from django.db import connection

    with connection.cursor() as cursor:
        pid = connection.connection.info.backend_pid
        times = []
        for _ in range(TIMES):
            before = _on_processor(pid)
            cursor.execute(query, params)
            cursor.fetchall()
            times.append(_on_processor(pid) - before)
    return min(times)


def _on_processor(pid: int) -> float:
    """Milliseconds that a process has run, to the nanosecond (Linux, Documentation/scheduler/sched-stats.rst)."""
    return int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) / 1e6


if __name__ == "__main__":
    main(Path(sys.argv[1]))
