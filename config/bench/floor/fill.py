"""Fills the floor: `python -m config.bench.floor.fill HOW_MANY WORD …`; names are made of the words given."""

import os
import sys

import django
from django.core.management import call_command


def main(count: int, words: list[str]) -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.bench.floor.settings"
    django.setup()
    call_command("migrate", run_syncdb=True, verbosity=0)
    from django.db import connection

    from config.bench.floor.models import Product

    names = ((words[number % len(words)], words[number // 7 % len(words)]) for number in range(count))
    Product.objects.bulk_create(
        (
            Product(
                name=f"{one} {other} {number}",
                slug=f"{one}-{other}-{number}",
                summary=f"A {one} that goes well with any {other}, as many have found out before you.",
                image=f"products/{number}/picture-400.webp",
                price=999 + number,
                stock=1_000_000,
            )
            for number, (one, other) in enumerate(names)
        ),
        batch_size=1000,
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2:])
