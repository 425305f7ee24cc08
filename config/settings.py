"""All settings, read from top to bottom.

What differs between places is an environment variable, listed in .env.example. Absent, it is safe
or it stops the start with a sentence that says what to set.
"""

import ipaddress
import os
import re
from email.utils import parseaddr
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import environ
from csp.constants import NONE, SELF
from django.conf.locale import LANG_INFO
from django.core.exceptions import ImproperlyConfigured

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = BASE_DIR / "var"
VAR_DIR.mkdir(exist_ok=True)

env = environ.Env()
_candidates = [Path(os.environ["ENV_FILE"])] if "ENV_FILE" in os.environ else [BASE_DIR / ".env"]
if "ENV_FILE" not in os.environ and "SECRET_KEY" not in os.environ:
    _candidates.append(VAR_DIR / "demo.env")
for _path in _candidates:
    if _path.is_file():
        env.read_env(_path)
        break


def required(name: str, why: str) -> str:
    """Return the variable, or stop the start and say what to set."""
    value = env.str(name, default="").strip()
    if not value:
        raise ImproperlyConfigured(f"Set the environment variable {name}: {why} (see .env.example).")
    return value


# --- where we are ---------------------------------------------------------------------------------
DEBUG = env.bool("DEBUG", default=False)
SECRET_KEY = required("SECRET_KEY", "a random text of at least 50 characters that signs cookies and links")
if not DEBUG and (len(SECRET_KEY) < 50 or SECRET_KEY.startswith("django-insecure")):
    raise ImproperlyConfigured("SECRET_KEY is too short: set a random text of at least 50 characters.")
PUBLIC_BASE_URL = required("PUBLIC_BASE_URL", "the address of the shop, such as https://shop.example").rstrip(
    "/"
)
_public = urlsplit(PUBLIC_BASE_URL)
if _public.scheme not in {"http", "https"} or not _public.hostname:
    raise ImproperlyConfigured("PUBLIC_BASE_URL must be an address such as https://shop.example.")
HTTPS = _public.scheme == "https"
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=[_public.hostname])
CSRF_TRUSTED_ORIGINS = [f"{_public.scheme}://{_public.netloc}"]

# --- what the shop is made of ---------------------------------------------------------------------
INSTALLED_APPS = [
    "config.apps.ConsoleConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.humanize",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.forms",
    "bootstrap",
    "crispy_forms",
    "crispy_bootstrap5",
    "django_htmx",
    "heroicons",
    "csp",
    "django_tasks",
    "django_tasks_db",
    "config",
    "accounts",
    "inventory",
    "shop",
    "orders",
    "payments",
    "returns",
]
MIDDLEWARE = [
    "config.languages.LanguageMiddleware",
    "config.middleware.Guard",
    "config.maintenance.Maintenance",
    "payments.door.DoorMiddleware",
    "shop.pages.FinishedPagesMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "orders.cart_cookie.CartCookieMiddleware",
]
if DEBUG and env.bool("DEBUG_TOOLBAR", default=True):
    INSTALLED_APPS.append("debug_toolbar")
    MIDDLEWARE.insert(3, "debug_toolbar.middleware.DebugToolbarMiddleware")
    INTERNAL_IPS = ["127.0.0.1"]
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "config.context_processors.site",
                "orders.context_processors.cart",
            ],
            "builtins": ["config.templatetags.money", "django.templatetags.static"],
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
CRISPY_ALLOWED_TEMPLATE_PACKS = CRISPY_TEMPLATE_PACK = "bootstrap5"

# --- database -------------------------------------------------------------------------------------
# Requests never open a transaction by themselves: with IMMEDIATE every page would take SQLite's write lock.
DATABASES = {"default": env.db("DATABASE_URL", default=f"sqlite:///{VAR_DIR / 'db.sqlite3'}")}
_db = DATABASES["default"]
_db.setdefault("OPTIONS", {})
_db["CONN_MAX_AGE"] = env.int("CONN_MAX_AGE", default=60)
_db["ATOMIC_REQUESTS"] = False
if _db["ENGINE"].endswith("sqlite3"):
    _db["OPTIONS"].update(
        transaction_mode="IMMEDIATE",
        timeout=20,
        init_command="PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;",
    )
else:
    _db["CONN_HEALTH_CHECKS"] = True
    _db["OPTIONS"].update(
        connect_timeout=2, options="-c lock_timeout=3000 -c statement_timeout=15000 -c timezone=UTC"
    )
    # The database plans a statement that comes again once, and not each time.
    _db["OPTIONS"].update(
        server_side_binding=True, prepare_threshold=5 if env.bool("DB_PREPARE", default=True) else None
    )
    if env.int("DB_POOL_MAX", default=0):
        _db["CONN_MAX_AGE"] = 0
        _db["OPTIONS"]["pool"] = {"min_size": 1, "max_size": env.int("DB_POOL_MAX"), "timeout": 10}

# --- cache: pages in process, throttles in the database; Redis only where it is set ----------------
REDIS_URL = env.str("REDIS_URL", default="")
CACHES = {
    "default": env.cache_url_config(REDIS_URL)
    if REDIS_URL
    else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "default"},
    "pages": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "LOCATION": "pages",
        "OPTIONS": {"MAX_ENTRIES": 1000},
    },
}
# How long a page may show yesterday's price or stock; what is bought is always priced anew.
PAGE_CACHE_SECONDS = env.float("PAGE_CACHE_SECONDS", default=1.5)
# How far what a search finds and the numbers beside a list's filters may be behind; cards say what is so now.
LIST_CACHE_SECONDS = env.float("LIST_CACHE_SECONDS", default=30.0)

# --- background work: rows in the database, written with the data they belong to --------------------
TASKS = {
    "default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": ["default", "mail"]},
}

# --- people ---------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
PASSWORD_RESET_TIMEOUT = 60 * 60 * 2
LOGIN_URL = "accounts:login"
LOGIN_REDIRECT_URL = "orders:history"
LOGOUT_REDIRECT_URL = "shop:home"
SESSION_COOKIE_NAME = "__Host-session" if HTTPS else "session"
CSRF_COOKIE_NAME = "__Host-csrf" if HTTPS else "csrf"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "config.views.csrf_failure"
# Of staff: when they sign in anew at the latest, and from which networks the console opens at all.
STAFF_SESSION_HOURS = env.int("STAFF_SESSION_HOURS", default=10)
if not 1 <= STAFF_SESSION_HOURS <= 24:
    raise ImproperlyConfigured("STAFF_SESSION_HOURS must be from 1 to 24.")
try:
    STAFF_NETWORKS = [
        ipaddress.ip_network(each.strip())
        for each in env.str("STAFF_NETWORKS", default="").split(",")
        if each.strip()
    ]
except ValueError as error:
    raise ImproperlyConfigured(
        f"STAFF_NETWORKS must be networks such as 192.0.2.0/24, parted by commas: {error}"
    ) from error
MESSAGE_STORAGE = "django.contrib.messages.storage.cookie.CookieStorage"

# --- what a browser may do ------------------------------------------------------------------------
SECURE_SSL_REDIRECT = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^health/"]
SECURE_HSTS_SECONDS = 60 * 60 * 24 * 365 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
TRUSTED_PROXY = env.bool("TRUSTED_PROXY", default=False)
if TRUSTED_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
X_FRAME_OPTIONS = "DENY"
STRIPE_API_BASE = env.str("STRIPE_API_BASE", default="https://api.stripe.com").rstrip("/")
_pay_origin = (
    "https://checkout.stripe.com" if STRIPE_API_BASE == "https://api.stripe.com" else STRIPE_API_BASE
)
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        # A form that is answered by a redirect needs the redirect's origin here too.
        "form-action": [SELF, _pay_origin],
    }
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 1_000_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000
# More than any form takes, so that the form itself can say how many it takes.
DATA_UPLOAD_MAX_NUMBER_FILES = 100

# --- words and times ------------------------------------------------------------------------------
# Languages of the shop's pages: the first at the plain addresses, each other one below its code (/de/…).
_languages = [code.strip().lower() for code in env.str("LANGUAGES", default="en,de").split(",")]
if unknown := [code for code in _languages if "name" not in LANG_INFO.get(code, {})]:
    raise ImproperlyConfigured(f"LANGUAGES names {unknown[0]!r}; write codes such as en,de.")
LANGUAGES = [(code, LANG_INFO[code]["name"]) for code in _languages]
LANGUAGE_CODE = _languages[0]
LOCALE_PATHS = [BASE_DIR / "config" / "locale"]
FORMAT_MODULE_PATH = "config.formats"
USE_I18N = True
USE_TZ = True
# Pages, mails and invoices tell the shop's time; databases and logs keep UTC.
TIME_ZONE = env.str("SHOP_TIME_ZONE", default="Europe/Berlin")

# --- files ----------------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = Path(env.str("STATIC_ROOT", default=str(VAR_DIR / "static")))
# whitenoise warns of a missing one, also where nothing is collected
STATIC_ROOT.mkdir(parents=True, exist_ok=True)
STATICFILES_DIRS = [BASE_DIR / "static"]
MEDIA_URL = "/media/"
# What only its owner and staff may see: no address leads there, views hand it out.
PRIVATE_ROOT = Path(env.str("PRIVATE_ROOT", default=str(VAR_DIR / "private")))
MEDIA_ROOT = Path(env.str("MEDIA_ROOT", default=str(VAR_DIR / "media")))
# With `collectstatic` done the names carry their contents' hash and never change; without it
# (demo, tests) files are served from where they lie.
_collected = (STATIC_ROOT / "staticfiles.json").is_file() or env.bool("COLLECT_STATIC", default=False)
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if _collected and not DEBUG
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = not _collected
WHITENOISE_KEEP_ONLY_HASHED_FILES = True

# --- mail -----------------------------------------------------------------------------------------
vars().update(env.email_url("EMAIL_URL", default="consolemail://"))
EMAIL_BACKEND = env.str("EMAIL_BACKEND", default=vars()["EMAIL_BACKEND"])
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default=f"Tally <shop@{_public.hostname}>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL
MAIL_DIR = VAR_DIR / "mail"

# --- selling --------------------------------------------------------------------------------------
SHOP_NAME = env.str("SHOP_NAME", default="Tally")
# Where letters from the contact form go; absent, to the shop's own address.
CONTACT_EMAIL = env.str("CONTACT_EMAIL", default="")
SHOP_COUNTRY = env.str("SHOP_COUNTRY", default="DE")
CURRENCY = env.str("CURRENCY", default="eur").lower()
PRICES_INCLUDE_TAX = env.bool("PRICES_INCLUDE_TAX", default=True)
# A count whose differences add up to more pieces than this is posted by somebody who did not count.
STOCK_COUNT_SECOND_PERSON_PIECES = env.int("STOCK_COUNT_SECOND_PERSON_PIECES", default=10)
# With whom parcels travel, and where one is followed: "Name=https://…/{number}", several parted by |.
CARRIERS = {
    name.strip(): address.strip()
    for name, _, address in (part.partition("=") for part in env.str("CARRIERS", default="").split("|"))
    if name.strip()
}
CART_MAX_LINES = env.int("CART_MAX_LINES", default=50)
CART_MAX_QUANTITY = env.int("CART_MAX_QUANTITY", default=99)
CART_MAX_TOTAL = env.int("CART_MAX_TOTAL", default=500_000_00)
SUPPORT_REFUND_LIMIT = env.int("SUPPORT_REFUND_LIMIT", default=50_00)
# How many payments may be started a second; those of a window may come at once, others stand in line, for so long at
# most. 0 lets everybody start at once.
THROTTLING_MAX_RPS = env.float("THROTTLING_MAX_RPS", default=50.0)
THROTTLING_WINDOW_SECONDS = env.float("THROTTLING_WINDOW_SECONDS", default=1.0)
THROTTLING_LONGEST_MINUTES = env.int("THROTTLING_LONGEST_MINUTES", default=15)
if THROTTLING_MAX_RPS < 0 or THROTTLING_WINDOW_SECONDS <= 0 or THROTTLING_LONGEST_MINUTES < 1:
    raise ImproperlyConfigured("THROTTLING_WINDOW_SECONDS and THROTTLING_LONGEST_MINUTES must be above 0.")
# Returns: how long after delivery, what one costs where we are not at fault (minor units), until when the goods must be
# here once it is authorised, when we remind of that, how soon staff want to have answered, how long photos are kept.
RETURN_WINDOW_DAYS = env.int("RETURN_WINDOW_DAYS", default=30)
RETURN_FEE = env.int("RETURN_FEE", default=0)
RETURN_REFUNDS_DELIVERY = env.bool("RETURN_REFUNDS_DELIVERY", default=True)
RETURN_POSTAGE_PAID = env.bool("RETURN_POSTAGE_PAID", default=False)
RETURN_ARRIVES_WITHIN_DAYS = env.int("RETURN_ARRIVES_WITHIN_DAYS", default=21)
RETURN_REMINDER_DAYS = env.int("RETURN_REMINDER_DAYS", default=10)
RETURN_ANSWER_DAYS = env.int("RETURN_ANSWER_DAYS", default=2)
RETURN_PHOTOS_MAX = env.int("RETURN_PHOTOS_MAX", default=20)
RETURN_PHOTO_MAX_MB = env.int("RETURN_PHOTO_MAX_MB", default=10)
RETURN_PHOTO_MONTHS = env.int("RETURN_PHOTO_MONTHS", default=12)
RETURN_ADDRESS = [line.strip() for line in env.str("RETURN_ADDRESS", default="").split("|") if line.strip()]
if (
    min(RETURN_WINDOW_DAYS, RETURN_FEE, RETURN_REMINDER_DAYS) < 0
    or min(RETURN_ARRIVES_WITHIN_DAYS, RETURN_ANSWER_DAYS, RETURN_PHOTO_MAX_MB, RETURN_PHOTO_MONTHS) < 1
    or RETURN_PHOTOS_MAX < 0
):
    raise ImproperlyConfigured(
        "The settings of returns (RETURN_…) are days, minor units, months and megabytes, not below nothing."
    )
WISHLIST_MAX = env.int("WISHLIST_MAX", default=200)
BACK_IN_STOCK_PER_PIECE = env.int("BACK_IN_STOCK_PER_PIECE", default=3)
BACK_IN_STOCK_MONTHS = env.int("BACK_IN_STOCK_MONTHS", default=6)

# Store credit that a member of staff may give or take at once, in minor units.
STORE_CREDIT_MOST_AT_ONCE = env.int("STORE_CREDIT_MOST_AT_ONCE", default=100_00)

# --- invoices -------------------------------------------------------------------------------------
# Who sells, as every invoice must say it; each keeps what was set when it was issued.
SHOP_LEGAL_NAME = env.str("SHOP_LEGAL_NAME", default="") or SHOP_NAME
SHOP_ADDRESS = [line.strip() for line in env.str("SHOP_ADDRESS", default="").split("|") if line.strip()]
SHOP_VAT_ID = env.str("SHOP_VAT_ID", default="")
SHOP_REGISTER = env.str("SHOP_REGISTER", default="")
SHOP_EMAIL = env.str("SHOP_EMAIL", default="") or parseaddr(DEFAULT_FROM_EMAIL)[1]
INVOICE_PREFIX = env.str("INVOICE_PREFIX", default="INV")
CREDIT_NOTE_PREFIX = env.str("CREDIT_NOTE_PREFIX", default="CN")
if INVOICE_PREFIX == CREDIT_NOTE_PREFIX or not all(
    re.fullmatch(r"[A-Z0-9-]{1,12}", prefix) for prefix in (INVOICE_PREFIX, CREDIT_NOTE_PREFIX)
):
    raise ImproperlyConfigured(
        "INVOICE_PREFIX and CREDIT_NOTE_PREFIX must differ; each is 1 to 12 letters A to Z, digits or hyphens."
    )
INVOICE_FONT = env.str("INVOICE_FONT", default="")

# --- stock ----------------------------------------------------------------------------------------
# From how many pieces down an item is low whose price no rule covers, and a product page says how many are left.
LOW_STOCK_THRESHOLD = env.int("LOW_STOCK_THRESHOLD", default=5)
# Who is written to when stock is low, out or short.
STOCK_ALERT_EMAILS = env.str("STOCK_ALERT_EMAILS", default="").replace(",", " ").split() or [SHOP_EMAIL]

# --- Stripe, or the simulator that speaks like it ---------------------------------------------------
STRIPE_SECRET_KEY = required("STRIPE_SECRET_KEY", "the secret key of your Stripe account")
STRIPE_WEBHOOK_SECRETS = [
    secret.strip()
    for secret in required(
        "STRIPE_WEBHOOK_SECRET",
        "the signing secret of the webhook endpoint; two, comma separated, while it is changed",
    ).split(",")
    if secret.strip()
]
STRIPE_LIVE = STRIPE_SECRET_KEY.startswith(("sk_live_", "rk_live_"))
STRIPE_TIMEOUT_SECONDS = env.float("STRIPE_TIMEOUT_SECONDS", default=4.0)
if not 0 < STRIPE_TIMEOUT_SECONDS <= 8:
    raise ImproperlyConfigured("STRIPE_TIMEOUT_SECONDS must be above 0 and at most 8.")
# After so many calls in a row without an answer, none more than so many seconds after the one before, nobody asks
# Stripe for so many seconds; then one tries.
BREAKER_FAILURES = env.int("BREAKER_FAILURES", default=5)
BREAKER_WINDOW_SECONDS = env.float("BREAKER_WINDOW_SECONDS", default=60.0)
BREAKER_COOL_DOWN_SECONDS = env.float("BREAKER_COOL_DOWN_SECONDS", default=15.0)
if BREAKER_FAILURES < 1 or BREAKER_WINDOW_SECONDS <= 0 or BREAKER_COOL_DOWN_SECONDS <= 0:
    raise ImproperlyConfigured("BREAKER_FAILURES must be at least 1, the other BREAKER_… above 0.")
CHECKOUT_HOLD_MINUTES = env.int("CHECKOUT_HOLD_MINUTES", default=31)
if not 31 <= CHECKOUT_HOLD_MINUTES <= 24 * 60 - 1:
    raise ImproperlyConfigured(
        "CHECKOUT_HOLD_MINUTES must be from 31 to 1439: Stripe's sessions live 30 min to 24 h."
    )
# How long what somebody ordered is held while Stripe does not answer and no payment page can be opened.
PAYMENT_LINK_HOLD_MINUTES = env.int("PAYMENT_LINK_HOLD_MINUTES", default=120)
if not CHECKOUT_HOLD_MINUTES <= PAYMENT_LINK_HOLD_MINUTES <= 24 * 60 - 1:
    raise ImproperlyConfigured("PAYMENT_LINK_HOLD_MINUTES must be from CHECKOUT_HOLD_MINUTES to 1439.")
FLASH_HOLD_MINUTES = env.int("FLASH_HOLD_MINUTES", default=10)
if not 1 <= FLASH_HOLD_MINUTES <= 60:
    raise ImproperlyConfigured("FLASH_HOLD_MINUTES must be from 1 to 60.")
# What one e-mail address may have ordered to pay at the counter and not paid yet, in minor units; and for how many days
# such an order waits.
COUNTER_MOST = env.int("COUNTER_MOST", default=500_00)
COLLECT_WITHIN_DAYS = env.int("COLLECT_WITHIN_DAYS", default=7)
if COUNTER_MOST < 0 or not 1 <= COLLECT_WITHIN_DAYS <= 90:
    raise ImproperlyConfigured("COUNTER_MOST must be 0 or more, COLLECT_WITHIN_DAYS from 1 to 90.")
RECONCILE_EVERY_MINUTES = env.int("RECONCILE_EVERY_MINUTES", default=15)
if not 1 <= RECONCILE_EVERY_MINUTES <= 15:
    raise ImproperlyConfigured("RECONCILE_EVERY_MINUTES must be from 1 to 15.")
# Whether sending an order settles what is owed for it; off, it must have been settled before.
SETTLE_AT_SHIPMENT = env.bool("SETTLE_AT_SHIPMENT", default=True)
# Staff are warned of a hold on a card so many hours before it lapses.
AUTHORISATION_WARNING_HOURS = env.int("AUTHORISATION_WARNING_HOURS", default=48)
# What the shop does by itself before a hold lapses: settle, release, or nothing; and how many hours before.
AUTHORISATION_AT_EXPIRY = env.str("AUTHORISATION_AT_EXPIRY", default="")
AUTHORISATION_HOURS_BEFORE = env.int("AUTHORISATION_HOURS_BEFORE", default=12)
if AUTHORISATION_AT_EXPIRY not in {"", "settle", "release"}:
    raise ImproperlyConfigured("AUTHORISATION_AT_EXPIRY must be settle, release or empty.")
if not (1 <= AUTHORISATION_HOURS_BEFORE <= 144 and 1 <= AUTHORISATION_WARNING_HOURS <= 144):
    raise ImproperlyConfigured(
        "AUTHORISATION_HOURS_BEFORE and AUTHORISATION_WARNING_HOURS must be from 1 to 144: a hold lasts seven days."
    )

# The smallest sum that Stripe charges a card in the shop's currency, in minor units.
STRIPE_LEAST_AMOUNT = env.int("STRIPE_LEAST_AMOUNT", default=50)

# --- traces ---------------------------------------------------------------------------------------
LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "config.logs.JsonFormatter"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="INFO")},
    "loggers": {
        "django.server": {"handlers": ["console"], "level": "INFO", "propagate": False},
        # Every answer has its line from us; a second one for each 4xx would fill the log in a rush.
        "django.request": {"level": "ERROR"},
    },
}
