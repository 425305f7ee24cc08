"""Amounts in minor units: how many there are in a currency, the least Stripe charges, and how people read them."""

from __future__ import annotations

ZERO_DECIMAL = frozenset(
    [
        "bif",
        "clp",
        "djf",
        "gnf",
        "jpy",
        "kmf",
        "krw",
        "mga",
        "pyg",
        "rwf",
        "ugx",
        "vnd",
        "vuv",
        "xaf",
        "xof",
        "xpf",
    ]
)
LEAST = {"gbp": 30, "jpy": 50, "dkk": 250, "nok": 300, "sek": 300, "czk": 1500, "huf": 17500, "pln": 200}
SYMBOLS = {"eur": "€", "usd": "$", "gbp": "£", "jpy": "¥", "chf": "CHF ", "aud": "A$", "cad": "CA$"}


def least(currency: str) -> int:
    """Return the smallest amount that Stripe charges in `currency`, in minor units."""
    return LEAST.get(currency, 50)


def show(amount: int, currency: str) -> str:
    """Return the amount as people read it: `show(1999, "eur")` is "€19.99"."""
    sign = "-" if amount < 0 else ""
    symbol = SYMBOLS.get(currency, f"{currency.upper()} ")
    if currency in ZERO_DECIMAL:
        return f"{sign}{symbol}{abs(amount):,}"
    return f"{sign}{symbol}{abs(amount) // 100:,}.{abs(amount) % 100:02}"
