"""What a first visit costs over the wire, as production sends it: hashed names, compressed, kept for ever."""

import gzip
import re
import subprocess
import sys
import urllib.request

import pytest
from django.conf import settings

from config.tests.running import RunningShop
from shop.tests.factories import VariantFactory

MOST_BYTES = 120_000
# As in the Dockerfile: what no page asks for is not collected.
LEFT_OUT = re.findall(r"--ignore '?([^' ]+)'?", (settings.BASE_DIR / "Dockerfile").read_text())


@pytest.fixture
def shop(transactional_db, tmp_path):
    environment = {"STATIC_ROOT": str(tmp_path / "static"), "COLLECT_STATIC": "on"}
    running = RunningShop(workers=1, **environment)
    subprocess.run(
        [sys.executable, "manage.py", "collectstatic", "--no-input", "--verbosity", "0"]
        + [word for pattern in LEFT_OUT for word in ("--ignore", pattern)],
        env=running.environment,
        cwd=settings.BASE_DIR,
        check=True,
    )
    with running:
        yield running


def fetch(address):
    request = urllib.request.Request(address, headers={"Accept-Encoding": "gzip"})  # noqa: S310 (of this machine)
    with urllib.request.urlopen(request, timeout=20) as answer:  # noqa: S310 (of this machine)
        return answer.headers, answer.read()


@pytest.mark.slow
def test_a_first_visit_fits_and_its_files_are_kept_for_ever(shop):
    product = VariantFactory(product__name="Blue cup", stock=3).product

    for page in ("/", "/products/", product.get_absolute_url()):
        _, html = fetch(shop.url + page)
        files = set(re.findall(r'(?:src|href)="(/static/[^"]+\.(?:css|js|svg))"', html.decode()))
        assert len(files) > 4
        # The proxy compresses pages; files come compressed from here.
        sent = len(gzip.compress(html)) + sum(_sent_for_ever(shop.url + file) for file in files)
        assert sent < MOST_BYTES, page


def _sent_for_ever(address):
    """How many bytes the file costs; its name must be its content's, and it must be compressed."""
    headers, body = fetch(address)
    assert "immutable" in headers["Cache-Control"], address
    assert headers["Content-Encoding"] == "gzip" or len(body) < 1000, address
    assert re.search(r"\.[0-9a-f]{12}\.", address), address
    return len(body)
