"""Writes the catalogues anew and says what waits for a translation: `python -m config.messages [new language …]`."""

import sys
from pathlib import Path

from config.messages.gathering import begin, gather, problems_of, update

ROOT = Path(__file__).resolve().parent.parent.parent


def main() -> int:
    found = gather(ROOT)
    for language in sys.argv[1:]:
        begin(ROOT / "config" / "locale" / language / "LC_MESSAGES" / "django.po")
    waiting = 0
    for path in sorted((ROOT / "config" / "locale").glob("*/LC_MESSAGES/django.po")):
        update(path, found)
        problems = problems_of(path, found)
        waiting += len(problems)
        sys.stdout.write(f"{path.relative_to(ROOT)}: {len(problems)} to do\n")
        sys.stdout.writelines(f"  {problem}\n" for problem in problems)
    return 1 if waiting else 0


if __name__ == "__main__":
    sys.exit(main())
