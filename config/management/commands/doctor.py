from django.core.management.base import BaseCommand, CommandError

from config import background, health


class Command(BaseCommand):
    help = (
        "Examines the shop and says in words what is wrong: the database, migrations, background work, disk, "
        "and tasks that have failed for good. Exit code 1 if anything is."
    )

    def handle(self, *args, **options) -> None:
        troubles = 0
        for name, sentence in health.examine():
            troubles += bool(sentence)
            self._say(name, sentence)
        if troubles == 0:
            # Only a database that answers and is migrated can be asked.
            troubles += self._say("parked tasks", self._parked())
        if troubles:
            raise CommandError("The shop is not well.")
        self.stdout.write("The shop is well.")

    def _say(self, name: str, sentence: str) -> bool:
        style = self.style.ERROR if sentence else self.style.SUCCESS
        self.stdout.write(f"{name:<16} {style(sentence or 'ok')}")
        return bool(sentence)

    def _parked(self) -> str:
        rows = background.parked()
        if not rows:
            return ""
        names = ", ".join(sorted({row.task_path for row in rows}))
        return f"{len(rows)} tasks have failed {background.MAX_ATTEMPTS} times each and are parked: {names}."
