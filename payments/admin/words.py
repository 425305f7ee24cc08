"""How the states of money look in the console."""

from typing import Any

from config import console

TONES = {
    "authorised": "good",
    "captured": "good",
    "pending": "warn",
    "processed": "good",
    "received": "warn",
    "failed": "bad",
    "expired": "bad",
    "requested": "warn",
    "succeeded": "good",
}


def state_badge(row: Any) -> str:
    return console.badge(row.get_state_display(), TONES.get(row.state, ""))
