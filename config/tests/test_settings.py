"""The start is refused, with a sentence, where a setting is missing or unsafe."""

import os
import secrets
import subprocess
import sys

import pytest
from django.conf import settings

GOOD = {
    "SECRET_KEY": secrets.token_urlsafe(60),
    "PUBLIC_BASE_URL": "https://shop.example",
    "STRIPE_SECRET_KEY": "sk_test_made_up",
    "STRIPE_WEBHOOK_SECRET": "whsec_made_up",
}


def start(*arguments: str, **changes: str | None) -> subprocess.CompletedProcess[str]:
    """Run manage.py in an environment of its own: GOOD with `changes`, None meaning absent."""
    chosen = {name: value for name, value in {**GOOD, **changes}.items() if value is not None}
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=settings.BASE_DIR,
        env={**kept, "ENV_FILE": "", "DJANGO_SETTINGS_MODULE": "config.settings", **chosen},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.mark.slow
@pytest.mark.parametrize("name", GOOD)
@pytest.mark.parametrize("value", [None, "", "  "])
def test_a_missing_secret_stops_the_start_and_is_named(name, value):
    run = start("check", **{name: value})

    assert run.returncode != 0
    assert f"Set the environment variable {name}:" in run.stderr


@pytest.mark.slow
@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"SECRET_KEY": "short"}, "SECRET_KEY is too short"),
        ({"SECRET_KEY": "django-insecure-" + "x" * 60}, "SECRET_KEY is too short"),
        ({"PUBLIC_BASE_URL": "shop.example"}, "PUBLIC_BASE_URL must be an address"),
        ({"CHECKOUT_HOLD_MINUTES": "5"}, "CHECKOUT_HOLD_MINUTES must be from 31 to 1439"),
        ({"LANGUAGES": "en,klingon"}, "LANGUAGES names 'klingon'"),
        ({"LANGUAGES": "zh-cn"}, "LANGUAGES names 'zh-cn'"),
        ({"LANGUAGES": ""}, "LANGUAGES names ''"),
        ({"FLASH_HOLD_MINUTES": "61"}, "FLASH_HOLD_MINUTES must be from 1 to 60"),
        ({"RECONCILE_EVERY_MINUTES": "60"}, "RECONCILE_EVERY_MINUTES must be from 1 to 15"),
    ],
)
def test_an_unsafe_value_stops_the_start_and_is_explained(changes, sentence):
    run = start("check", **changes)

    assert run.returncode != 0
    assert sentence in run.stderr


@pytest.mark.slow
def test_the_deployment_check_is_silent():
    run = start("check", "--deploy", "--fail-level", "WARNING", SHOP_ADDRESS="1 Quay|Dublin")

    assert run.returncode == 0, run.stderr
    assert "no issues (0 silenced)" in run.stdout


@pytest.mark.slow
def test_cookies_are_bound_to_the_host_over_https():
    program = (
        "from django.conf import settings as s;"
        "print(s.SESSION_COOKIE_NAME, s.CSRF_COOKIE_NAME, s.SESSION_COOKIE_SECURE, s.SESSION_COOKIE_HTTPONLY,"
        " s.SESSION_COOKIE_SAMESITE, s.SECURE_SSL_REDIRECT, s.DEBUG)"
    )

    run = start("shell", "--no-imports", "-c", program)

    assert run.stdout.split() == ["__Host-session", "__Host-csrf", "True", "True", "Lax", "True", "False"]
