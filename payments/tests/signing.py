"""Signatures as Stripe makes them (https://docs.stripe.com/webhooks#verify-manually)."""

import hashlib
import hmac
import time


def signed(body: bytes, secret: str, at: int | None = None) -> str:
    """The Stripe-Signature header for a body; `at` is in seconds since 1970, now if not given."""
    at = int(time.time()) if at is None else at
    return f"t={at},v1={hmac.new(secret.encode(), f'{at}.'.encode() + body, hashlib.sha256).hexdigest()}"
