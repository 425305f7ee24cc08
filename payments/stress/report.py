"""What a run found: figures, and for each promise a sentence that says whether it held."""

import json
import math
import os
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from config import books

MOST_TOLD = 5


@dataclass(frozen=True)
class Check:
    """One promise; `says` is what was seen of it."""

    says: str
    holds: bool


@dataclass
class Report:
    """One run of one scenario. `is_whole` is false when it was ended early: then nothing is proven."""

    scenario: str
    run: str
    options: dict[str, object]
    started_at: datetime = field(default_factory=timezone.now)
    figures: dict[str, object] = field(default_factory=dict)
    words: list[str] = field(default_factory=list)
    checks: list[Check] = field(default_factory=list)
    is_whole: bool = True
    load_before: float = field(default_factory=lambda: os.getloadavg()[0])

    def say(self, words: str, **figures: object) -> None:
        """Add a line for people, with its figures for machines."""
        self.words.append(words)
        self.figures.update(figures)

    def check(self, holds: bool, words: str) -> None:
        self.checks.append(Check(words, holds))

    def check_time(self, what: str, times: Sequence[float], *, most: float) -> None:
        """Promise that 95 of 100 of these milliseconds are below `most`; nothing measured is nothing kept."""
        found = spread(times)
        self.figures[what] = found
        self.check(
            bool(times) and found["p95"] < most, f"{what}: {in_words(found)}; p95 below {most:.0f} ms."
        )

    def check_books(self) -> None:
        """Prove the books, here and now."""
        proof = books.verify()
        self.figures["violations"] = [found.sentence for found in proof.violations]
        told = "".join(f" {found.sentence}" for found in proof.violations[:MOST_TOLD])
        count = f"{len(proof.violations)} contradictions." if proof.violations else "they balance."
        self.check(proof.balances, f"Books, {len(proof.rules)} rules: {count}{told}")

    @property
    def held(self) -> bool:
        return self.is_whole and all(check.holds for check in self.checks)

    @property
    def exit_code(self) -> int:
        """0 held, 1 broken, 2 not run to its end."""
        if not all(check.holds for check in self.checks):
            return 1
        return 0 if self.is_whole else 2

    @property
    def verdict(self) -> str:
        broken = sum(not check.holds for check in self.checks)
        if broken:
            return f"BROKEN: {broken} of {len(self.checks)} promises did not hold."
        if not self.is_whole:
            return "ENDED EARLY: what was seen until then held, but the run is not whole."
        return f"HELD: all {len(self.checks)} promises."

    def lines(self) -> list[str]:
        """The report as people read it."""
        options = " ".join(f"--{name.replace('_', '-')} {value}" for name, value in self.options.items())
        return [
            f"stress {self.scenario} {options}",
            f"run {self.run}, {self.started_at:%Y-%m-%d %H:%M:%S} UTC; "
            f"{os.cpu_count()} processors, load before {self.load_before:.1f}",
            "",
            *self.words,
            "",
            *(f"{'held  ' if check.holds else 'BROKEN'}  {check.says}" for check in self.checks),
            "",
            self.verdict,
        ]

    def save(self) -> Path:
        """Write it under var/stress/, as text and beside it as JSON; the path of the text."""
        folder = settings.VAR_DIR / "stress"
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{self.started_at:%Y%m%d-%H%M%S}-{self.scenario}-{self.run}.txt"
        path.write_text("\n".join(self.lines()) + "\n")
        whole = {**asdict(self), "started_at": self.started_at.isoformat(), "exit_code": self.exit_code}
        path.with_suffix(".json").write_text(json.dumps({**whole, "verdict": self.verdict}, indent=1))
        return path


def spread(times: Iterable[float]) -> dict[str, float]:
    """How many, their median, the 95th of 100 and the most, in the unit that they came in; zeroes if there are none."""
    ordered = sorted(times)

    def quantile(share: float) -> float:
        return round(ordered[max(math.ceil(share * len(ordered)) - 1, 0)], 1) if ordered else 0.0

    return {"count": len(ordered), "p50": quantile(0.5), "p95": quantile(0.95), "most": quantile(1)}


def in_words(found: dict[str, float]) -> str:
    """A spread of milliseconds in words."""
    if not found["count"]:
        return "none"
    return f"{found['count']:.0f}, p50 {found['p50']:.0f} ms, p95 {found['p95']:.0f} ms, most {found['most']:.0f} ms"
