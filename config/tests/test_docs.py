"""What is written about the shop agrees with the shop."""

import ast
import re
from pathlib import Path

import pytest
import stripe
from django.conf import settings
from django.core.management import get_commands, load_command_class
from django.utils.text import slugify

from payments.services.findings import KINDS
from payments.services.inbox import WANTED

pytestmark = pytest.mark.any_database

ROOT = Path(settings.BASE_DIR)
README = (ROOT / "README.md").read_text()
OPERATING = (ROOT / "docs/operating.md").read_text()
PAGES = sorted([ROOT / "README.md", ROOT / "CHANGELOG.md", *(ROOT / "docs").rglob("*.md")])
SOURCES = ("config/settings.py", "config/gunicorn.py")
# Read by tools and tests, not settings of the shop.
NOT_SETTINGS = {"DJANGO_SETTINGS_MODULE", "ENV_FILE"}
ROOMS = ("config", "accounts", "inventory", "shop", "orders", "payments", "returns")
COMMANDS = sorted(name for name, room in get_commands().items() if room in ROOMS)
# Defaults that are no figure or word in the code, as the table says them.
WORKED_OUT = {
    *("required", "none", "empty"),
    *(
        "sqlite:///var/db.sqlite3",
        "var/media",
        "var/private",
        "var/static",
        "host of PUBLIC_BASE_URL",
        "Tally <shop@…>",
    ),
}
# Links out of the checkout.
ELSEWHERE = ("http://", "https://", "mailto:")


def section(text: str, heading: str) -> str:
    return text.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]


def readme_settings() -> dict[str, str]:
    """The rows of the README's table of settings: name and default as it is written there, without its quotes."""
    rows = re.findall(r"^\| `([A-Z_]+)` \| (.+?) \|", section(README, "Settings"), re.MULTILINE)
    return {name: default.replace("`", "") for name, default in rows}


def example_settings() -> dict[str, str]:
    """The lines of .env.example; those for the demo under Compose say the same names again."""
    text = (ROOT / ".env.example").read_text()
    found: dict[str, str] = {}
    for name, value in re.findall(r"^#?([A-Z_]+)=(.*)$", text, re.MULTILINE):
        found.setdefault(name, value)
    return found


def read_settings() -> dict[str, object]:
    """What the code reads from the environment: name and default, `...` where that is worked out or missing."""
    found: dict[str, object] = {}
    for source in SOURCES:
        for node in ast.walk(ast.parse((ROOT / source).read_text())):
            if isinstance(node, ast.Call) and (name := name_read_by(node)):
                found[name] = default_of(node) if found.get(name, ...) is ... else found[name]
    return {name: default for name, default in found.items() if name not in NOT_SETTINGS}


def name_read_by(call: ast.Call) -> str:
    """The variable that `env.int("NAME", …)`, `required("NAME", …)` or `os.environ.get("NAME", …)` reads; or ""."""
    function = ast.unparse(call.func)
    if not re.fullmatch(r"env\.\w+|required|os\.environ\.get", function) or not call.args:
        return ""
    name = call.args[0]
    return name.value if isinstance(name, ast.Constant) and isinstance(name.value, str) else ""


def default_of(call: ast.Call) -> object:
    given = [keyword.value for keyword in call.keywords if keyword.arg == "default"]
    if "environ" in ast.unparse(call.func):
        given = call.args[1:]
    try:
        return ast.literal_eval(given[0]) if given else ...
    except ValueError:
        return ...


def as_written(default: object) -> str:
    """A default as a line of .env.example says it: True is "on", 4.0 is "4"."""
    if isinstance(default, bool):
        return "on" if default else "off"
    return str(default)


def same_value(one: str, other: str) -> bool:
    try:
        return float(one) == float(other)
    except ValueError:
        return one == other


def anchors_in(page: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", page.read_text(), re.MULTILINE)
    return {slugify(re.sub(r"[`*]", "", heading)) for heading in headings}


def links_in(page: Path) -> list[str]:
    targets = re.findall(r"\]\(([^)\s]+)\)", page.read_text())
    return [target for target in targets if not target.startswith(ELSEWHERE)]


def test_every_setting_that_is_read_is_in_the_table_and_in_the_example():
    read = set(read_settings())

    assert set(readme_settings()) - {"POSTGRES_PASSWORD"} == read
    assert set(example_settings()) - {"POSTGRES_PASSWORD"} == read
    assert "POSTGRES_PASSWORD" in (ROOT / "compose.yaml").read_text()


@pytest.mark.parametrize("name", sorted(readme_settings()))
def test_the_table_says_the_default_of(name):
    written = readme_settings()[name]
    default = read_settings().get(name, ...)

    if default is ... or default == "":
        assert written in WORKED_OUT
    else:
        assert same_value(written, as_written(default))
        assert same_value(example_settings()[name], as_written(default))


def test_there_are_commands_to_write_about():
    assert {"verify_books", "worker", "seed_demo"} <= set(COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_the_readme_names_the_command_and_it_explains_itself(name):
    command = load_command_class(get_commands()[name], name)

    assert f"`{name}`" in README
    assert len(command.help) > 60


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page):
    for target in links_in(page):
        path, _, anchor = target.partition("#")
        goal = (page.parent / path).resolve() if path else page
        assert goal.exists(), target
        assert not anchor or anchor in anchors_in(goal), target


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_nothing_is_left_to_be_written(page):
    left = re.findall(r"\b(TODO|FIXME|TBD|XXX|lorem ipsum|coming soon)\b", page.read_text(), re.IGNORECASE)

    assert left == []


def test_the_picture_is_there_and_small_enough_for_a_page():
    picture = ROOT / "docs/shop.png"

    assert picture.read_bytes().startswith(b"\x89PNG")
    assert picture.stat().st_size < 400_000


def test_the_webhook_is_set_up_for_exactly_the_events_that_are_handled():
    going_live = section(README, "Going live with Stripe")

    listed = re.findall(r"^ +- `([a-z_.]+)`$", going_live, re.MULTILINE)

    assert set(listed) == WANTED
    assert f"`{stripe.api_version}`" in going_live


def test_the_guide_explains_every_kind_of_finding():
    explained = re.findall(r"`(\w+)`", section(OPERATING, "Findings"))

    assert set(KINDS) <= set(explained)


def test_decisions_are_numbered_without_gap_and_say_what_they_cost():
    pages = sorted((ROOT / "docs/adr").glob("*.md"))

    assert [int(page.name[:4]) for page in pages] == list(range(1, len(pages) + 1))
    for page in pages:
        text = page.read_text()
        assert text.startswith(f"# {int(page.name[:4])}. "), page.name
        assert re.findall(r"^## (.+)$", text, re.MULTILINE) == [
            "What forced a choice",
            "What we chose",
            "What it costs",
        ], page.name
