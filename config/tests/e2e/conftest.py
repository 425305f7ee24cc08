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


# --- every page is looked at -------------------------------------------------------------------------
# Whichever process looked: each leaves a list at its end, and the one that started them reads them all.
def _lists() -> Path:
    from django.conf import settings

    return settings.VAR_DIR / "looked-at"


def _is_started_by_another(config: pytest.Config) -> bool:
    return hasattr(config, "workerinput")


def pytest_sessionstart(session):
    if not _is_started_by_another(session.config):
        shutil.rmtree(_lists(), ignore_errors=True)


@pytest.fixture(scope="session", autouse=True)
def _leave_a_list():
    yield
    from config.tests.e2e.inspection import looked_at

    _lists().mkdir(parents=True, exist_ok=True)
    (_lists() / str(os.getpid())).write_text("\n".join(looked_at))


def pytest_sessionfinish(session):
    """After a run of all, no page of the list in customer_pages.py may be left out."""
    config = session.config
    is_whole = [Path(each).name for each in config.args] == ["e2e"] and not config.getoption("keyword")
    if _is_started_by_another(config) or not is_whole or session.testsfailed:
        return
    looked_at = {name for each in _lists().glob("*") for name in each.read_text().splitlines()}
    if left_out := PAGES - looked_at:
        config.get_terminal_writer().line(f"\nNo test looks at: {', '.join(sorted(left_out))}.", red=True)
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


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
