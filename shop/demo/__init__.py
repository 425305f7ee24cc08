"""What the demo shop offers: its catalogue and the pictures drawn for it; no Django in here."""
