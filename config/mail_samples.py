"""What our mails look like: each room signs up its own with words to fill them, and the console shows them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from config import languages, mail

EMAIL = "buyer@example.org"
NAME = "Customer"

MakeWords = Callable[[], Mapping[str, object]]


@dataclass(frozen=True)
class Sample:
    """One mail: its template as `config.mail.send` knows it, when we write it, and what makes its context.

    `make` runs in the language of the mail. It builds everything in memory: it saves nothing, shows nobody's data, and
    makes no link that opens anything. `variant` names one of several mails of a template that says many things.
    """

    template: str
    occasion: str
    make: MakeWords
    variant: str = ""

    @property
    def key(self) -> str:
        """The mail in an address: "orders-confirmation", "returns-step-asked"."""
        return "-".join(filter(None, [self.template.replace("/email/", "-"), self.variant]))

    def written(self, language: str) -> mail.Written:
        """The mail in one of the shop's languages; sends nothing."""
        with languages.spoken(language):
            return mail.compose(self.template, self.make())


samples: dict[str, Sample] = {}


def register(template: str, occasion: str, make: MakeWords, *, variant: str = "") -> None:
    """Show this mail in the console; call it in AppConfig.ready."""
    sample = Sample(template, occasion, make, variant)
    samples[sample.key] = sample
