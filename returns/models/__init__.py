from returns.models.policy import ReturnRule
from returns.models.request import (
    ReturnEvent,
    ReturnLine,
    ReturnMessage,
    ReturnPayout,
    ReturnPhoto,
    ReturnRequest,
)

__all__ = [
    "ReturnEvent",
    "ReturnLine",
    "ReturnMessage",
    "ReturnPayout",
    "ReturnPhoto",
    "ReturnRequest",
    "ReturnRule",
]
