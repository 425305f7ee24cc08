"""What staff do with returns, as buttons on them and on orders: one per legal move."""

from returns.acts import counter, deciding, dropping, goods, money, paying

__all__ = ["counter", "deciding", "dropping", "goods", "money", "paying"]
