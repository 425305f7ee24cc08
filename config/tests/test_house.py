"""The furniture around the rooms: what lies in the root, what is pinned, what is documented."""

import re
import runpy
import subprocess
from pathlib import Path

import pytest
from gunicorn.config import KNOWN_SETTINGS

ROOT = Path(__file__).resolve().parents[2]
ROOT_MAY_HOLD = {
    *("manage.py", "config", "shop", "orders", "payments", "inventory", "returns", "accounts"),
    *("templates", "static", "requirements.txt", "Dockerfile", "README.md"),
    *("Makefile", "compose.yaml", "pyproject.toml", "requirements-dev.txt", "conftest.py", ".env.example"),
    *("CHANGELOG.md", "LICENSE", "docs", ".ci", ".gitignore", ".dockerignore"),
}
REQUIREMENTS = [
    "requirements.txt",
    "requirements-dev.txt",
    "config/requirements-optional.txt",
    "config/requirements-e2e.txt",
]
# Read by tools and tests, not settings of the shop.
NOT_SETTINGS = {"DJANGO_SETTINGS_MODULE", "ENV_FILE"}


@pytest.fixture(scope="module")
def tracked():
    """Paths of all files in the checkout that git keeps."""
    if not (ROOT / ".git").exists():
        pytest.skip("not a git checkout: there is nothing to tell kept files from others")
    listing = subprocess.run(
        ["git", "-c", f"safe.directory={ROOT}", "ls-files", "-z"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    return [path for path in listing.stdout.split("\0") if path]


def requirements_in(name: str) -> list[str]:
    lines = (line.split("#")[0].strip() for line in (ROOT / name).read_text().splitlines())
    return [line for line in lines if line and not line.startswith("-r")]


def canonical(requirement: str) -> str:
    """`Django_Tasks-DB[compat]==1` as `django-tasks-db==1`."""
    name, _, version = requirement.partition("==")
    return f"{re.sub(r'[-_.]+', '-', name.split('[')[0]).lower()}=={version}"


def test_the_root_holds_only_what_belongs_there(tracked):
    assert {path.split("/")[0] for path in tracked} - ROOT_MAY_HOLD == set()


def test_nothing_generated_is_kept(tracked):
    generated = re.compile(r"^(var|\.venv)/|\.py[co]$|(^|/)\.env$|\.sqlite3|(^|/)__pycache__/")

    assert [path for path in tracked if generated.search(path)] == []


def test_no_kept_file_holds_a_secret(tracked):
    secret = re.compile(
        rb"[sr]k_live_[0-9A-Za-z]{8}|whsec_[0-9A-Za-z]{24}|sk_test_[0-9A-Za-z]{24}|BEGIN \w* ?PRIVATE"
    )

    holding = [
        path for path in tracked if (ROOT / path).is_file() and secret.search((ROOT / path).read_bytes())
    ]

    assert holding == []


@pytest.mark.parametrize("name", REQUIREMENTS)
def test_every_requirement_is_pinned_exactly(name):
    loose = [line for line in requirements_in(name) if not re.fullmatch(r"[\w.\[\],-]+==[\w.]+", line)]

    assert loose == []


def test_the_lock_has_each_runtime_requirement_in_its_version_and_all_hashed():
    lock = (ROOT / "config/requirements.lock").read_text()
    locked = re.findall(r"^([\w.\[\],-]+==[\w.]+)(.*(?:\n .*)*)", lock, re.MULTILINE)
    wanted = requirements_in("requirements.txt") + requirements_in("config/requirements-optional.txt")

    assert {canonical(line) for line in wanted} - {canonical(name) for name, _ in locked} == set()
    assert [name for name, rest in locked if "--hash=sha256:" not in rest] == []


def test_no_requirements_file_says_where_to_download():
    address = re.compile(r"--(extra-)?index-url|--find-links|--trusted-host|PIP_INDEX|pypi|/simple\b")

    assert [
        name
        for name in [*REQUIREMENTS, "config/requirements.lock", "Makefile", "Dockerfile", ".ci/run"]
        if address.search((ROOT / name).read_text())
    ] == []


def test_env_example_documents_every_setting_and_no_other():
    read = set()
    for source in ("config/settings.py", "config/gunicorn.py"):
        text = (ROOT / source).read_text()
        read |= set(re.findall(r"(?:\benv(?:\.\w+)?|required|environ(?:\.get)?)[(\[]\s*\"([A-Z_]+)\"", text))
    text = (ROOT / ".env.example").read_text()
    settings, compose_only = text.split("# --- compose.yaml only")

    assert set(re.findall(r"^#?([A-Z_]+)=", settings, re.MULTILINE)) == read - NOT_SETTINGS
    assert "POSTGRES_PASSWORD" in compose_only


def test_env_example_starts_nothing_before_it_is_filled_in():
    """A copied .env must not run with somebody's published key."""
    text = (ROOT / ".env.example").read_text()

    for name in ("SECRET_KEY", "STRIPE_SECRET_KEY", "STRIPE_WEBHOOK_SECRET"):
        assert re.search(rf"^{name}=$", text, re.MULTILINE), name


def test_compose_takes_every_secret_from_the_environment():
    text = (ROOT / "compose.yaml").read_text()

    for name in ("SECRET_KEY", "STRIPE_SECRET_KEY", "STRIPE_WEBHOOK_SECRET", "POSTGRES_PASSWORD"):
        values = re.findall(rf"^ +{name}: (.*)$", text, re.MULTILINE)
        assert values, name
        assert all(value.startswith(f"${{{name}:?") for value in values), name


def test_gunicorn_knows_every_name_in_its_configuration():
    """gunicorn passes over names it does not know: a slip would silently lift a bound."""
    names = {name for name in runpy.run_path(str(ROOT / "config/gunicorn.py")) if not name.startswith("_")}

    assert names - {"os", "Path"} <= {setting.name for setting in KNOWN_SETTINGS}
