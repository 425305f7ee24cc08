"""Where the simulator refuses to start."""

import pytest

from payments.simulator.guard import refusal

HERE = {"keys": ["sk_test_x", ""], "debug": True, "allowed_without_debug": False, "not_production": False}


def test_it_starts_beside_a_test_key_with_debug_on():
    assert refusal(**HERE) is None


@pytest.mark.parametrize("key", ["sk_live_x", "rk_live_x"])
def test_it_never_starts_beside_a_live_key(key):
    flags = {**HERE, "keys": ["sk_test_x", key], "allowed_without_debug": True, "not_production": True}

    assert "live Stripe key" in refusal(**flags)


@pytest.mark.parametrize(
    ("one", "other", "starts"), [(0, 0, False), (1, 0, False), (0, 1, False), (1, 1, True)]
)
def test_without_debug_it_must_be_told_twice(one, other, starts):
    why_not = refusal(**{**HERE, "debug": False, "allowed_without_debug": one, "not_production": other})

    assert (why_not is None) is starts
