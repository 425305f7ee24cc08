"""`python -m config.bench [--quick]`: starts everything itself, prints the table, writes var/bench.json.

Only on this machine, on scratch databases that it makes and drops. Exit code 1 if it could not measure; speed is
never a failure.
"""

import argparse
import json
import os
import sys
import tempfile
import time
from dataclasses import asdict
from pathlib import Path

from config.bench import cpu
from config.bench.console import Page
from config.bench.databases import Server, scratch
from config.bench.measure import Bench, Growth, Row, Side
from config.bench.plan import CONSOLE, FULL, QUICK, STEPS, Size
from config.bench.report import Report, page_lines
from config.bench.searches import Search
from config.bench.stand import Stand, base_environment
from config.bench.statements import count_all
from config.processes import Asked, Company, Trouble

ROOT = Path(__file__).resolve().parents[2]
DATABASES = ["shop", "small", "large", "floor", CONSOLE]


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m config.bench", description=__doc__)
    parser.add_argument(
        "--quick", action="store_true", help="a small shop and one short round, to see that it runs"
    )
    parser.add_argument(
        "--only",
        metavar="STEP",
        nargs="+",
        choices=[*(step.key for step in STEPS), CONSOLE],
        help="these steps and no large shop; console is the database's time for staff's pages",
    )
    parser.add_argument(
        "--json", type=Path, default=ROOT / "var" / "bench.json", help="where every round goes"
    )
    options = parser.parse_args(arguments)
    began = time.monotonic()
    size = QUICK if options.quick else FULL
    steps = [key for key in options.only or [] if key != CONSOLE]
    try:
        with scratch(DATABASES) as server, tempfile.TemporaryDirectory(prefix="tally-bench-") as folder:
            is_asked = CONSOLE in options.only if options.only else not options.quick
            pages = look_at_console(server, Path(folder), size) if is_asked else []
            report = run(server, Path(folder), size, steps, pages) if steps or not options.only else None
    except Asked:
        return 1
    except Trouble as trouble:
        print(f"bench: {trouble}", file=sys.stderr, flush=True)
        return 1
    print("\n".join(report.lines() if report else page_lines(pages, size)))
    found = report.as_json() if report else {"console": [asdict(page) for page in pages]}
    options.json.parent.mkdir(exist_ok=True)
    options.json.write_text(json.dumps(found, indent=1))
    print(f"Took {time.monotonic() - began:.0f} seconds; every round is in {options.json}.")
    return 0


def look_at_console(server: Server, folder: Path, size: Size) -> list[Page]:
    """Fill a shop with many orders and open the console's pages. Raises Trouble, Asked."""
    say(f"Filling a shop with {size.orders:,} orders and {size.movements:,} movements, opening its console …")
    file = folder / "console.json"
    environment = base_environment(os.environ)
    with Company(env=environment, cwd=ROOT) as company:
        command = (
            sys.executable,
            "-m",
            "config.bench.console",
            str(size.orders),
            str(size.movements),
            str(file),
        )
        company.run("console", *command, DATABASE_URL=server.create(CONSOLE))
    return [Page(**each) for each in json.loads(file.read_text())]


def run(server: Server, folder: Path, size: Size, only: list[str] | None, pages: list[Page]) -> Report:
    """Fill, count, measure. Raises Trouble, Asked."""
    load = os.getloadavg()[0]
    environment = base_environment(os.environ)
    with Company(env=environment, cwd=ROOT) as company:
        say("Filling the shops and the floor …")
        stand = Stand(company, server, folder)
        others = {} if only else {"small": size.small, "large": size.large}
        facts = stand.fill({"shop": size.products, **others})
        facts["floor"] = {"floor_products": size.products, "words": facts["shop"]["words"]}
        stand.fill_floor(size.products, facts["floor"]["words"])
        say("Counting statements …")
        counts = count_all(stand, facts["shop"])
    orders_before = server.ask("shop", "SELECT count(*) FROM orders_order")
    with Company(env=environment, cwd=ROOT) as company:
        stand = Stand(company, server, folder)
        bench = Bench(company, server, size)
        floor = Side(*stand.open_floor(facts["floor"]), "floor")
        place, site, simulator = stand.open_trading_shop("shop", facts["shop"])
        shop = Side(place, site, "shop", simulator)
        warm_up = walk_in(bench, shop, floor)
        rows = []
        for step in STEPS:
            if not only or step.key in only:
                say(f"Measuring: {step.title} …")
                rows.append(bench.step(step, shop, floor))
        memory, floor_memory = (cpu.memory(cpu.family(side.site.pid)) for side in (shop, floor))
        orders = server.ask("shop", "SELECT count(*) FROM orders_order") - orders_before
        must_match(orders, warm_up, rows)
        growths = [] if only else grow(stand, bench, facts)
    searches = [] if only else search(environment, server, folder)
    return Report(
        size, server.version, rows, growths, counts, memory, floor_memory, orders, load, searches, pages
    )


def grow(stand: Stand, bench: Bench, facts: dict[str, dict]) -> list[Growth]:
    """Measure a large shop beside smaller ones, all without their page cache."""
    say("Measuring: many products …")
    return bench.scale(
        {
            name: Side(*stand.open_shop(name, facts[name], PAGE_CACHE_SECONDS="0"), name)
            for name in ("small", "shop", "large")
        }
    )


def search(environment: dict[str, str], server: Server, folder: Path) -> list[Search]:
    """What searches of the large shop cost the database, alone with it."""
    say("Measuring: what searches cost the database …")
    file = folder / "searches.json"
    with Company(env=environment, cwd=ROOT) as company:
        command = (sys.executable, "-m", "config.bench.searches", str(file))
        company.run("searches", *command, DATABASE_URL=server.url_of("large"))
    return [Search(**each) for each in json.loads(file.read_text())]


def walk_in(bench: Bench, shop: Side, floor: Side) -> int:
    """Walk every step for a moment on both sides, unmeasured; how many checkouts that were."""
    checkouts = 0
    for step in STEPS:
        bench.window(floor, step.floor, 8, 0.3)
        if not step.come_up:
            window = bench.window(shop, step.shop, 8, 0.6)
            checkouts += window.walks if step.key == "checkout" else 0
    return checkouts


def must_match(orders: int, warm_up: int, rows: list[Row]) -> None:
    """Raise Trouble unless each checkout that came to its end is an order: quick and wrong is no result."""
    walked = warm_up + sum(row.walks for row in rows if row.step.key == "checkout")
    failed = any(row.errors for row in rows if row.step.key == "checkout")
    if orders != walked and not failed:
        raise Trouble(f"{walked} checkouts were walked, but {orders} orders stand in the books.")


def say(words: str) -> None:
    print(words, flush=True)


if __name__ == "__main__":
    sys.exit(main())
