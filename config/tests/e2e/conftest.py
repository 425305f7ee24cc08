"""One shop of real processes for all journeys, furnished anew before each, and visitors who report every fault."""

import os
import shutil
import time
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest
from django.test import override_settings
from django_tasks_db.models import DBTaskResult

from config.settings import PASSWORD_HASHERS
from config.tests.e2e import furniture
from config.tests.e2e.customer_pages import PAGES
from config.tests.e2e.mailbox import Mailbox
from config.tests.running import RunningShop

if find_spec("playwright") is None:
    # Only `make e2e` installs what these need; without it they cannot even be read.
    collect_ignore_glob = ["test_*.py"]

# Not one of the shop's own languages, but one that turns its pages.
FROM_RIGHT_TO_LEFT = "ar"


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    """Use the Chromium of this machine; nothing is downloaded."""
    found = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    return {**browser_type_launch_args, "executable_path": found, "args": ["--no-sandbox"]}


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args, shop):
    return {
        **browser_context_args,
        "base_url": shop.url,
        "viewport": {"width": 1280, "height": 900},
        "locale": "en-GB",
        "reduced_motion": "reduce",
    }


@pytest.fixture(scope="session", autouse=True)
def _database_beside_a_loop():
    """Playwright's synchronous calls run an event loop in this thread, beside which Django refuses the database."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        yield


@pytest.fixture(scope="session")
def album(tmp_path_factory):
    with override_settings(MEDIA_ROOT=str(tmp_path_factory.mktemp("media"))):
        yield furniture.draw_pictures()


@pytest.fixture(scope="session")
def shop(django_db_setup, album, tmp_path_factory) -> Iterator[RunningShop]:
    """Site, worker and simulator. What it caches of one journey would be stale in the next, so it caches nothing."""
    from django.conf import settings

    with RunningShop(
        with_worker=True,
        MEDIA_ROOT=settings.MEDIA_ROOT,
        PRIVATE_ROOT=str(tmp_path_factory.mktemp("private")),
        PAGE_CACHE_SECONDS="0",
        LANGUAGES=f"en,de,{FROM_RIGHT_TO_LEFT}",
        STRIPE_TIMEOUT_SECONDS="2",
    ) as running:
        yield running


@pytest.fixture(autouse=True)
def _real_hashes(settings):
    """Passwords are hashed as the shop hashes them: tests use a faster way that it would refuse."""
    settings.PASSWORD_HASHERS = PASSWORD_HASHERS


@pytest.fixture(scope="session", autouse=True)
def _every_page_is_looked_at(request):
    """After a run of all inspections, no page of the list in customer_pages.py may be left out.

    They all run in one process (see `pytest_collection_modifyitems`); another one, beside it, looks at no page.
    """
    yield
    inspections = {file.name for file in Path(__file__).parent.glob("test_pages*.py")}
    ran = {item.path.name for item in request.session.items}
    is_whole = inspections <= ran and not any("::" in each for each in request.config.args)
    if is_whole and not request.config.getoption("keyword") and not request.session.testsfailed:
        from config.tests.e2e.inspection import looked_at

        assert not looked_at or PAGES - looked_at == set()


@pytest.hookimpl(tryfirst=True)  # before xdist reads the groups
def pytest_collection_modifyitems(items):
    """Let two browsers share the journeys, but one of them do all inspections, which are counted at its end."""
    for item in items:
        if item.path.name.startswith("test_pages"):
            item.add_marker(pytest.mark.xdist_group("pages"))


@pytest.fixture
def mailbox(shop) -> Mailbox:
    return Mailbox(shop.mail_folder)


@pytest.fixture(autouse=True)
def _furnished(transactional_db, shop, mailbox, album):
    """The same goods for every journey; afterwards nothing is left half done."""
    mailbox.empty()
    furniture.furnish(album)
    yield
    shop.stripe.control("faults", method="DELETE")
    shop.stripe.control("webhooks/flush")
    _wait_until_idle()


def _wait_until_idle() -> None:
    deadline = time.monotonic() + 20
    while DBTaskResult.objects.ready().exists() or DBTaskResult.objects.filter(status="RUNNING").exists():
        assert time.monotonic() < deadline, list(DBTaskResult.objects.values("task_path", "status"))
        time.sleep(0.05)


@pytest.fixture
def visitor(new_context, shop) -> Iterator[Callable]:
    """Makes visitors, each with a browser of their own: `visitor(java_script_enabled=False)`.

    At the end every one of them must have nothing to complain of: no error on any console, nothing that the content
    security policy stopped, no missing file, no page that failed, unless the journey said it expects it.
    """
    from config.tests.e2e.shopper import Shopper

    came: list[Shopper] = []

    def come(**options) -> Shopper:
        came.append(Shopper(new_context(**options).new_page(), shop))
        return came[-1]

    yield come
    assert [complaint for one in came for complaint in one.complaints] == [], shop.said()


@pytest.fixture
def shopper(visitor):
    return visitor()
