"""What the shop says of itself: pages such as terms and delivery, and letters from visitors."""
