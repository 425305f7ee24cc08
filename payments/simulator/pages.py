from .http import Answer, Request
class Pages:
    def __init__(self, office, sender): pass
    def answer(self, request: Request) -> Answer | None: return None
