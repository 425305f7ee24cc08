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
from pathlib import Path

from config.bench import cpu
from config.bench.databases import Server, scratch
from config.bench.measure import Bench, Growth, Row, Side
from config.bench.plan import FULL, QUICK, STEPS, Size
from config.bench.report import Report
from config.bench.stand import Stand, base_environment
from config.bench.statements import count_all
from config.processes import Asked, Company, Trouble

ROOT = Path(__file__).resolve().parents[2]
DATABASES = ["shop", "small", "large", "floor"]


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m config.bench", description=__doc__)
    parser.add_argument(
        "--quick", action="store_true", help="a small shop and one short round, to see that it runs"
    )
    parser.add_argument(
        "--only",
        metavar="STEP",
        nargs="+",
        choices=[step.key for step in STEPS],
        help="these steps and no large shop",
    )
    parser.add_argument(
        "--json", type=Path, default=ROOT / "var" / "bench.json", help="where every round goes"
    )
    options = parser.parse_args(arguments)
    began = time.monotonic()
    try:
        with scratch(DATABASES) as server, tempfile.TemporaryDirectory(prefix="tally-bench-") as folder:
            report = run(server, Path(folder), QUICK if options.quick else FULL, options.only)
    except Asked:
        return 1
    except Trouble as trouble:
        print(f"bench: {trouble}", file=sys.stderr, flush=True)
        return 1
    print("\n".join(report.lines()))
    options.json.parent.mkdir(exist_ok=True)
    options.json.write_text(json.dumps(report.as_json(), indent=1))
    print(f"Took {time.monotonic() - began:.0f} seconds; every round is in {options.json}.")
    return 0


def run(server: Server, folder: Path, size: Size, only: list[str] | None) -> Report:
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
    return Report(size, server.version, rows, growths, counts, memory, floor_memory, orders, load)


def grow(stand: Stand, bench: Bench, facts: dict[str, dict]) -> list[Growth]:
    """Measure a large shop beside a small one, both without their page cache."""
    say("Measuring: many products …")
    sides = [
        Side(*stand.open_shop(name, facts[name], PAGE_CACHE_SECONDS="0"), name) for name in ("small", "large")
    ]
    return bench.scale(*sides)


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
