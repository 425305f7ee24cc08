"""What the demo shop offers: its catalogue and the pictures drawn for it, without Django; `seeding` puts them in."""
