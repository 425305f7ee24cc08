"""A person at a browser, and what a journey has them do."""

import re
from collections.abc import Mapping

from playwright.sync_api import ConsoleMessage, Page, Request, Response, WebError, expect

from config.tests.running import RunningShop
from orders.models import Order

# A machine that is busy otherwise is slow, not broken.
PATIENCE_MS = 15_000
expect.set_options(timeout=PATIENCE_MS)

GOOD_CARD, DECLINED_CARD, CARD_WITH_3DS = "4242424242424242", "4000000000000002", "4000002760003184"
ADDRESS = {
    "Full name": "Test Buyer",
    "Street and number": "Musterstrasse 1",
    "Postcode": "10115",
    "City": "Berlin",
}

# Chromium writes most of what the policy stops to the console itself; this hears all of it.
TELL_VIOLATIONS = """addEventListener('securitypolicyviolation', (event) => console.error(
    `The policy stopped ${event.effectiveDirective}: ${event.blockedURI} (${event.sourceFile}:${event.lineNumber})`
));"""


class Shopper:
    """Drives one page; `complaints` holds what a visitor must never meet."""

    def __init__(self, page: Page, shop: RunningShop):
        self.page = page
        self.shop = shop
        self.complaints: list[str] = []
        self._expected: set[int] = set()
        page.set_default_timeout(PATIENCE_MS)
        page.context.add_init_script(TELL_VIOLATIONS)
        page.context.on("console", self._hear)
        page.context.on("weberror", self._stumble)
        page.context.on("response", self._judge)
        page.context.on("requestfailed", self._miss)

    # --- what may not happen ----------------------------------------------------------------------
    def expects(self, *statuses: int) -> None:
        """From now on pages may be answered with these statuses, as the journey is about them."""
        self._expected.update(statuses)

    def _hear(self, message: ConsoleMessage) -> None:
        # Answers with an error status are judged by `_judge`, which knows which of them are meant.
        is_answer = message.text.startswith(("Failed to load resource: the server", "Response Status Error"))
        if message.type in {"error", "warning"} and not is_answer:
            self.complaints.append(f"{message.page.url if message.page else ''}: {message.text}")

    def _stumble(self, error: WebError) -> None:
        self.complaints.append(f"{self.page.url}: {error.error}")

    def _judge(self, response: Response) -> None:
        if response.status >= 400 and response.status not in self._expected:
            self.complaints.append(f"{response.request.method} {response.url}: {response.status}")

    def _miss(self, request: Request) -> None:
        if request.failure != "net::ERR_ABORTED":
            self.complaints.append(f"{request.url}: {request.failure}")

    # --- the shop ---------------------------------------------------------------------------------
    def open(self, path: str) -> None:
        self.page.goto(path)

    def press(self, name: str) -> None:
        """Press the one button that is called so."""
        self.page.get_by_role("button", name=name).click()

    def follow(self, name: str) -> None:
        """Click on the first link in the page's middle that is called so."""
        self.page.get_by_role("main").get_by_role("link", name=name).first.click()

    def sees(self, words: str | re.Pattern) -> None:
        """Wait until these words stand on the page."""
        expect(self.page.locator("main").get_by_text(words).first).to_be_visible()

    def reads_title(self, words: str | re.Pattern) -> None:
        expect(self.page.get_by_role("heading", level=1)).to_have_text(words)

    def sign_in(self, email: str, password: str, path: str = "/accounts/login/") -> None:
        """Sign in, and arrive at the page at `path` that asks for it."""
        self.open(path)
        self.fill_in({"E-mail": email})
        self.page.get_by_label("Password").fill(password)
        self.press("Sign in")
        expect(self.page.get_by_role("button", name="Sign in")).to_have_count(0)

    def add_to_cart(self, slug: str, size: str = "") -> None:
        """Put one piece into the cart from its page."""
        self.open(f"/products/{slug}/")
        if size:
            self.page.get_by_text(size, exact=True).click()
        self.press("Add to cart")
        self.sees("is in your cart.")

    def fill_in(self, fields: Mapping[str, str]) -> None:
        """Type into the fields with these labels."""
        for label, words in fields.items():
            self.page.get_by_role("textbox", name=label, exact=True).fill(words)

    def fill_in_checkout(self, email: str) -> None:
        self.open("/checkout/")
        self.fill_in({"E-mail address": email, **ADDRESS})

    def order(self) -> None:
        """Press the button that leads to the payment page, and arrive there."""
        self.press("Order and pay")
        self.page.wait_for_url(f"{self.shop.stripe.url}/pay/**")

    # --- the payment page -------------------------------------------------------------------------
    def fill_in_card(self, number: str) -> None:
        self.fill_in(
            {
                "Card number": number,
                "Expiry date": "12 / 34",
                "Security code": "123",
                "Name on card": ADDRESS["Full name"],
            }
        )

    def pay(self, number: str = GOOD_CARD) -> None:
        self.fill_in_card(number)
        self.page.get_by_role("button", name=re.compile("^Pay ")).click()

    def is_thanked(self) -> Order:
        """Arrive at the page of the order that was placed."""
        self.page.wait_for_url(f"{self.shop.url}/orders/**")
        self.sees("Thank you!")
        heading = self.page.get_by_role("heading", level=1).inner_text()
        return Order.objects.get(number=heading.removeprefix("Order "))
