"""Imports go down: the contracts of pyproject.toml, run with the tests, and the proof that they can fail."""

import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ["returns", "payments", "orders", "shop", "inventory", "accounts", "config"]


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    """Run import-linter on the rooms in `folder`, by the contracts of the pyproject.toml there."""
    lint_imports = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    return subprocess.run(
        [sys.executable, "-c", lint_imports, "--no-cache", "--no-logo"],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=120,
    )


@pytest.fixture
def empty_house(tmp_path):
    """The rooms without furniture, under the real contracts."""
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for package in [*ROOMS, "payments/simulator"]:
        (tmp_path / package).mkdir()
        (tmp_path / package / "__init__.py").touch()
    (tmp_path / "payments" / "models.py").touch()
    return tmp_path


def test_every_import_goes_down():
    result = lint(ROOT)

    assert result.returncode == 0, result.stdout + result.stderr


def test_an_empty_house_keeps_the_contracts(empty_house):
    result = lint(empty_house)

    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.parametrize(
    ("importer", "line", "contract"),
    [
        ("orders/services.py", "import payments.models", "none above"),
        ("shop/views.py", "from returns import services", "none above"),
        ("accounts/services.py", "import inventory", "none beside"),
        ("config/views.py", "def view():\n    import shop", "none above"),
        ("inventory/tests/test_levels.py", "import shop", "none above"),
        ("orders/services.py", "import stripe", "alone speaks to Stripe"),
        ("payments/services.py", "import stripe", "alone speaks to Stripe"),
        ("payments/simulator/server.py", "from payments import models", "nothing of the shop"),
        ("payments/simulator/server.py", "import config", "nothing of the shop"),
    ],
)
def test_an_import_that_breaks_a_contract_is_refused(empty_house, importer, line, contract):
    module = empty_house / importer
    module.parent.mkdir(parents=True, exist_ok=True)
    (module.parent / "__init__.py").touch()
    module.write_text(line + "\n")

    result = lint(empty_house)

    assert result.returncode == 1
    broken = [row for row in result.stdout.splitlines() if row.endswith("BROKEN")]
    assert len(broken) >= 1
    assert any(contract in row for row in broken), result.stdout


@pytest.mark.parametrize(
    ("importer", "line"),
    [
        ("returns/services.py", "import payments.models"),
        ("payments/gateway/calls.py", "import stripe"),
        ("payments/simulator/schema.py", "import stripe"),
        ("config/tests/test_journey.py", "import returns"),
    ],
)
def test_an_import_that_goes_down_is_welcome(empty_house, importer, line):
    module = empty_house / importer
    module.parent.mkdir(parents=True, exist_ok=True)
    (module.parent / "__init__.py").touch()
    module.write_text(line + "\n")

    result = lint(empty_house)

    assert result.returncode == 0, result.stdout + result.stderr


def test_the_contracts_name_every_room():
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]

    rooms_with_code = sorted(path.parent.name for path in ROOT.glob("*/__init__.py"))

    assert sorted(contracts["root_packages"]) == rooms_with_code == sorted(ROOMS)
