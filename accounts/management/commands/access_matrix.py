import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts import access

WORDS = """# Who reaches what

Every address of the site and who may use it, by role. This page is printed by `manage.py access_matrix --markdown`
from `accounts/access.py`; a test asks for each cell (`config/tests/test_access_matrix.py`).

- *yes*: the page, or an answer to what was sent. *login*: a way to the sign-in. *no*: 403. *hidden*: 404, as if it were
  not there; another's order and an unknown one look the same. *–*: 405, the address does not take this method.
- HEAD and OPTIONS tell no more than GET. PUT, PATCH and DELETE are refused wherever GET and POST both are.
- *customer* is whoever the order, address or review belongs to. Staff have an account of their own besides.
- Of a page a role sees what it may: buttons, panels and lists need permissions of their own (`accounts/roles.py`).
- Superusers have every right; staff without a role see only the empty front page of the console.
"""


class Command(BaseCommand):
    help = "Prints who may use which address of the site: every address and method by role, as meant and as tested."

    def add_arguments(self, parser: Any) -> None:
        form = parser.add_mutually_exclusive_group()
        form.add_argument("--json", action="store_true", help="one object for each address and method")
        form.add_argument("--markdown", action="store_true", help="as it stands in docs/access.md")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            rows = access.matrix()
        except access.NoEntry as error:
            raise CommandError(str(error)) from error
        if options["json"]:
            self.stdout.write(json.dumps({"addresses": rows, "actions": access.ACTIONS}, indent=2))
        elif options["markdown"]:
            self.stdout.write(as_markdown(rows), ending="")
        else:
            self.stdout.write(as_text(rows))


def as_markdown(rows: list[dict[str, str]]) -> str:
    heads = list(rows[0])
    lines = [WORDS, "## Addresses", "", _line(heads), _line(["---"] * len(heads))]
    lines += [
        _line([f"`{row['address'].replace('|', chr(92) + '|')}`", *list(row.values())[1:]]) for row in rows
    ]
    lines += ["", "## Actions of lists", "", "| list and action | who |", "| --- | --- |"]
    lines += [_line([f"`{name}`", who.replace(" ", ", ")]) for name, who in sorted(access.ACTIONS.items())]
    return "\n".join(lines) + "\n"


def as_text(rows: list[dict[str, str]]) -> str:
    table = [list(rows[0]), *[list(row.values()) for row in rows]]
    widths = [max(len(line[at]) for line in table) for at in range(len(table[0]))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in table
    )


def _line(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"
