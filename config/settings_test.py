"""The settings of the test suite: the shop's own, with secrets made up and nothing slow or scheduled."""

import os
import secrets

os.environ.setdefault("ENV_FILE", "")
os.environ.setdefault("SECRET_KEY", secrets.token_urlsafe(50))
os.environ.setdefault("PUBLIC_BASE_URL", "http://testserver")
os.environ.setdefault("STRIPE_SECRET_KEY", f"sk_test_{secrets.token_hex(12)}")
os.environ.setdefault("STRIPE_WEBHOOK_SECRET", f"whsec_{secrets.token_hex(16)}")
os.environ.setdefault("STRIPE_API_BASE", "http://127.0.0.1:12111")

from config.settings import *

ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
THROTTLING_MAX_RPS = 0.0
PAGE_CACHE_SECONDS = LIST_CACHE_SECONDS = 0
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
DATABASES["default"].setdefault("TEST", {})
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # A file, not memory: races and servers in other processes need to see it. Two runs at once do not share it.
    DATABASES["default"]["TEST"]["NAME"] = str(VAR_DIR / f"test-{os.getpid()}.sqlite3")
LOGGING["root"]["level"] = "ERROR"
