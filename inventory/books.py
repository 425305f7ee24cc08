"""What must hold of stock (`manage.py verify_books`)."""

from config import books

books.ledger("inventory.movements_append_only", "inventory_stockmovement")

_FIGURES = {"on_hand": "on the shelf", "reserved": "held", "allocated": "promised to orders"}

for _figure, _words in _FIGURES.items():
    books.rule(
        f"inventory.{_figure}",
        says=f"What a level says is {_words} is the sum of what its movements added and took.",
        finds=f"{{sku}} at {{location}}: {{level}} are {_words}, says the level; its movements add up to {{moved}}.",
        sql="""
            SELECT item.sku, location.name AS location, books.level, books.moved
            FROM (
                SELECT item_id, location_id, SUM(level) AS level, SUM(moved) AS moved
                FROM (
                    SELECT item_id, location_id, FIGURE AS level, 0 AS moved FROM inventory_stocklevel
                    UNION ALL
                    SELECT item_id, location_id, 0, FIGURE_delta FROM inventory_stockmovement
                ) AS entries
                GROUP BY item_id, location_id
                HAVING SUM(level) <> SUM(moved)
            ) AS books
            JOIN inventory_stockitem AS item ON item.id = books.item_id
            JOIN inventory_location AS location ON location.id = books.location_id
            ORDER BY item.sku, location.name
        """.replace("FIGURE", _figure),
    )

_PROMISES = {
    "reservations": ("reserved", "inventory_reservation", "held", "open reservations"),
    "allocations": ("allocated", "inventory_allocation", "promised to orders", "open allocations"),
}

for _name, (_figure, _table, _words, _rows) in _PROMISES.items():
    books.rule(
        f"inventory.{_name}",
        says=f"What a level says is {_words} is the sum of its {_rows}.",
        finds=f"{{sku}} at {{location}}: {{level}} are {_words}, says the level; its {_rows} add up to {{open}}.",
        sql="""
            SELECT item.sku, location.name AS location, books.level, books.open
            FROM (
                SELECT item_id, location_id, SUM(level) AS level, SUM(open) AS open
                FROM (
                    SELECT item_id, location_id, FIGURE AS level, 0 AS open FROM inventory_stocklevel
                    UNION ALL
                    SELECT item_id, location_id, 0, quantity FROM PROMISES WHERE quantity > 0
                ) AS entries
                GROUP BY item_id, location_id
                HAVING SUM(level) <> SUM(open)
            ) AS books
            JOIN inventory_stockitem AS item ON item.id = books.item_id
            JOIN inventory_location AS location ON location.id = books.location_id
            ORDER BY item.sku, location.name
        """.replace("FIGURE", _figure).replace("PROMISES", _table),
    )

books.rule(
    "inventory.last_movement",
    says="The figures after the last movement of a level are the level's own.",
    finds=(
        "{sku} at {location}: its last movement, number {movement} ({kind}, {reference}), left {after_on_hand} on the "
        "shelf, {after_reserved} held and {after_allocated} promised to orders; the level says {on_hand}, {reserved}, "
        "{allocated}."
    ),
    sql="""
        SELECT item.sku, location.name AS location, last.id AS movement, last.kind, last.reference,
               last.on_hand_after AS after_on_hand, last.reserved_after AS after_reserved,
               last.allocated_after AS after_allocated, level.on_hand, level.reserved, level.allocated
        FROM (
            SELECT MAX(id) AS id FROM inventory_stockmovement GROUP BY item_id, location_id
        ) AS newest
        JOIN inventory_stockmovement AS last ON last.id = newest.id
        JOIN inventory_stocklevel AS level
          ON level.item_id = last.item_id AND level.location_id = last.location_id
        JOIN inventory_stockitem AS item ON item.id = level.item_id
        JOIN inventory_location AS location ON location.id = level.location_id
        WHERE last.on_hand_after <> level.on_hand OR last.reserved_after <> level.reserved
           OR last.allocated_after <> level.allocated
        ORDER BY item.sku, location.name
    """,
)

books.rule(
    "inventory.chain",
    says="The figures after a movement are those after the one before it, plus what it moved; the first starts at 0.",
    finds=(
        "{sku} at {location}: movement {movement} ({kind}, {reference}) should have left {due_on_hand} on the shelf, "
        "{due_reserved} held and {due_allocated} promised to orders, but says {on_hand}, {reserved}, {allocated}."
    ),
    sql="""
        SELECT item.sku, location.name AS location, chain.movement, chain.kind, chain.reference,
               chain.on_hand, chain.due_on_hand, chain.reserved, chain.due_reserved,
               chain.allocated, chain.due_allocated
        FROM (
            SELECT id AS movement, item_id, location_id, kind, reference,
                   on_hand_after AS on_hand, reserved_after AS reserved, allocated_after AS allocated,
                   LAG(on_hand_after, 1, 0) OVER level + on_hand_delta AS due_on_hand,
                   LAG(reserved_after, 1, 0) OVER level + reserved_delta AS due_reserved,
                   LAG(allocated_after, 1, 0) OVER level + allocated_delta AS due_allocated
            FROM inventory_stockmovement
            WINDOW level AS (PARTITION BY item_id, location_id ORDER BY id)
        ) AS chain
        JOIN inventory_stockitem AS item ON item.id = chain.item_id
        JOIN inventory_location AS location ON location.id = chain.location_id
        WHERE chain.on_hand <> chain.due_on_hand OR chain.reserved <> chain.due_reserved
           OR chain.allocated <> chain.due_allocated
        ORDER BY chain.movement
    """,
)

books.rule(
    "inventory.kinds",
    says="A movement moves only what its kind may: goods that arrive add to the shelf, a hold adds to what is held.",
    finds=(
        "{sku} at {location}: movement {movement} ({reference}) is of the kind {kind} and cannot move {on_hand_delta} "
        "on the shelf, {reserved_delta} held, {allocated_delta} promised to orders."
    ),
    sql="""
        SELECT item.sku, location.name AS location, move.id AS movement, move.kind, move.reference,
               move.on_hand_delta, move.reserved_delta, move.allocated_delta
        FROM inventory_stockmovement AS move
        JOIN inventory_stockitem AS item ON item.id = move.item_id
        JOIN inventory_location AS location ON location.id = move.location_id
        WHERE NOT CASE
            WHEN move.kind IN ('receive', 'put_back')
                THEN move.on_hand_delta > 0 AND move.reserved_delta = 0 AND move.allocated_delta = 0
            WHEN move.kind IN ('adjust', 'transfer')
                THEN move.on_hand_delta <> 0 AND move.reserved_delta = 0 AND move.allocated_delta = 0
            WHEN move.kind = 'count'
                THEN move.reserved_delta = 0 AND move.allocated_delta = 0
            WHEN move.kind = 'reserve'
                THEN move.on_hand_delta = 0 AND move.reserved_delta > 0 AND move.allocated_delta = 0
            WHEN move.kind = 'release'
                THEN move.on_hand_delta = 0 AND move.reserved_delta < 0 AND move.allocated_delta = 0
            WHEN move.kind = 'allocate'
                THEN move.on_hand_delta = 0 AND move.allocated_delta > 0
                 AND move.reserved_delta IN (0, -move.allocated_delta)
            WHEN move.kind = 'deallocate'
                THEN move.on_hand_delta = 0 AND move.reserved_delta = 0 AND move.allocated_delta < 0
            WHEN move.kind = 'ship'
                THEN move.on_hand_delta < 0 AND move.reserved_delta = 0
                 AND move.allocated_delta = move.on_hand_delta
            ELSE FALSE
        END
        ORDER BY move.id
    """,
)
