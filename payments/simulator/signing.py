"""Sign webhooks as Stripe does (https://docs.stripe.com/webhooks#verify-manually)."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence


def header(body: bytes, secrets: Sequence[str], at: int) -> str:
    """Return `Stripe-Signature` for `body` sent at `at` (seconds): one `v1` per secret, and a `v0` to be ignored."""
    signed = str(at).encode() + b"." + body
    parts = [f"t={at}", *(f"v1={_digest(secret, signed)}" for secret in secrets)]
    return ",".join([*parts, f"v0={hashlib.sha256(signed).hexdigest()}"])


def _digest(secret: str, signed: bytes) -> str:
    return hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()
