"""What the demo shop has behind it: two weeks of orders, grown through the real services and the simulator."""
