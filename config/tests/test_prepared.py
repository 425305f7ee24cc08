"""Statements that PostgreSQL has prepared, and a migration that changes what they return."""

import pytest
from django.db import connection

pytestmark = pytest.mark.skipif(
    connection.vendor != "postgresql", reason="SQLite prepares nothing that could grow old."
)


@pytest.mark.django_db(transaction=True)
def test_a_column_that_changes_its_type_costs_one_try_again(client):
    client.raise_request_exception = False
    for _ in range(8):
        assert client.get("/products/no-such-thing/").status_code == 404

    change_the_type_of_names(161)
    try:
        first, second = (client.get("/products/no-such-thing/") for _ in range(2))
    finally:
        change_the_type_of_names(160)

    assert (first.status_code, first["Retry-After"]) == (503, "2")
    assert second.status_code == 404


def change_the_type_of_names(length):
    """As a migration does it: from elsewhere. On its own connection the driver would forget what it has prepared."""
    elsewhere = connection.copy()
    with elsewhere.cursor() as cursor:
        cursor.execute(f"ALTER TABLE shop_product ALTER COLUMN name TYPE varchar({length})")
    elsewhere.close()
