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

books.rule(
    "inventory.transfers",
    says="What a transfer takes from one place, it brings to another.",
    finds="{reference} of {sku}: taken and brought add up to {moved}, not to nothing.",
    sql="""
        SELECT move.reference, item.sku, SUM(move.on_hand_delta) AS moved
        FROM inventory_stockmovement AS move
        JOIN inventory_stockitem AS item ON item.id = move.item_id
        WHERE move.kind = 'transfer'
        GROUP BY move.reference, item.sku
        HAVING SUM(move.on_hand_delta) <> 0
        ORDER BY move.reference, item.sku
    """,
)

books.rule(
    "inventory.receipts",
    says="What a receipt's line says has come is the sum of the movements that name it, at the receipt's place.",
    finds="Receipt {number}, line {position} ({sku}): {received} came, it says; its movements brought {moved}.",
    sql="""
        SELECT receipt.number, line.position, item.sku, line.received, COALESCE(SUM(move.on_hand_delta), 0) AS moved
        FROM inventory_receiptline AS line
        JOIN inventory_receipt AS receipt ON receipt.id = line.receipt_id
        JOIN inventory_stockitem AS item ON item.id = line.item_id
        LEFT JOIN inventory_stockmovement AS move
          ON move.reference = 'delivery ' || receipt.number || ' line ' || CAST(line.position AS VARCHAR(6))
         AND move.kind IN ('receive', 'adjust')
         AND move.item_id = line.item_id AND move.location_id = receipt.location_id
        GROUP BY receipt.number, line.position, item.sku, line.received
        HAVING line.received <> COALESCE(SUM(move.on_hand_delta), 0)
        ORDER BY receipt.number, line.position
    """,
)

books.rule(
    "inventory.receipts_complete",
    says="A receipt that ended as received came as announced; one that ended with a difference has one.",
    finds="Receipt {number} is {state}; {different} of its lines have a difference.",
    sql="""
        SELECT receipt.number, receipt.state,
               SUM(CASE WHEN line.received <> line.expected THEN 1 ELSE 0 END) AS different
        FROM inventory_receipt AS receipt
        JOIN inventory_receiptline AS line ON line.receipt_id = receipt.id
        WHERE receipt.state IN ('received', 'closed')
        GROUP BY receipt.number, receipt.state
        HAVING (SUM(CASE WHEN line.received <> line.expected THEN 1 ELSE 0 END) = 0)
            <> (receipt.state = 'received')
        ORDER BY receipt.number
    """,
)

books.rule(
    "inventory.counts",
    says="A posted count moved each thing that was counted by its difference, once; no other count moved anything.",
    finds=(
        "Count {number} ({state}), {sku}: counted {counted} where the books said {expected}; its {movements} movements "
        "moved {moved}."
    ),
    sql="""
        SELECT tally.number, tally.state, item.sku, line.counted, line.expected, COUNT(move.id) AS movements,
               COALESCE(SUM(move.on_hand_delta), 0) AS moved
        FROM inventory_stockcountline AS line
        JOIN inventory_stockcount AS tally ON tally.id = line.count_id
        JOIN inventory_stockitem AS item ON item.id = line.item_id
        LEFT JOIN inventory_stockmovement AS move
          ON move.reference = 'count ' || tally.number
         AND move.kind = 'count' AND move.item_id = line.item_id AND move.location_id = tally.location_id
        GROUP BY tally.number, tally.state, item.sku, line.counted, line.expected
        HAVING CASE WHEN tally.state = 'posted' AND line.counted IS NOT NULL
                    THEN COUNT(move.id) <> 1 OR SUM(move.on_hand_delta) <> line.counted - line.expected
                    ELSE COUNT(move.id) <> 0 END
        ORDER BY tally.number, item.sku
    """,
)

books.rule(
    "inventory.count_lines",
    says="A line of a count is open as long as its count is, and lies at the count's place.",
    finds="Count {number} ({state}) at {location}, {sku}: its line does not follow its count.",
    sql="""
        SELECT tally.number, tally.state, location.name AS location, item.sku
        FROM inventory_stockcountline AS line
        JOIN inventory_stockcount AS tally ON tally.id = line.count_id
        JOIN inventory_location AS location ON location.id = tally.location_id
        JOIN inventory_stockitem AS item ON item.id = line.item_id
        WHERE line.location_id <> tally.location_id
           OR line.is_open <> (tally.state IN ('counting', 'counted'))
        ORDER BY tally.number, item.sku
    """,
)

books.rule(
    "inventory.deficits",
    says=(
        "What is promised beyond the shelf stays within the backorders that are allowed, or an open alert says that it "
        "does not, two minutes after the last movement."
    ),
    finds="{sku}: {uncovered} are promised beyond the shelf, {allowed} are allowed, and no alert says so.",
    sql="""
        SELECT item.sku, short.uncovered, item.backorder_limit AS allowed
        FROM (
            SELECT item_id, SUM(reserved + allocated - on_hand) AS uncovered
            FROM inventory_stocklevel WHERE reserved + allocated > on_hand
            GROUP BY item_id
        ) AS short
        JOIN inventory_stockitem AS item ON item.id = short.item_id
        WHERE short.uncovered > item.backorder_limit
          AND NOT EXISTS (
              SELECT 1 FROM inventory_stockalert AS alert
              WHERE alert.item_id = item.id AND alert.kind = 'deficit' AND alert.closed_at IS NULL
          )
          AND NOT EXISTS (
              SELECT 1 FROM inventory_stockmovement AS move
              WHERE move.item_id = item.id AND move.at >= %(two_minutes_ago)s
          )
        ORDER BY item.sku
    """,
)
