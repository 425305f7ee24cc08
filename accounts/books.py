"""What must hold of the trace that staff leave (`manage.py verify_books`)."""

from config import books

books.ledger("accounts.audit_append_only", "accounts_auditentry")
