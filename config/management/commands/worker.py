from django.core.management.base import BaseCommand

from config.worker import Clock, Worker


class Command(BaseCommand):
    help = (
        "Does the background work: mail, periodic jobs, further tries of what failed. Start as many as you "
        "like, on as many machines; each task is worked by one. SIGTERM lets the task under way finish."
    )

    def add_arguments(self, parser) -> None:
        parser.add_argument("--batch", action="store_true", help="work what is due now, then end")

    def handle(self, *args, batch: bool, **options) -> None:
        worker = Worker(batch=batch)
        worker.configure_signals()
        clock = Clock(lambda: worker.worker_id)
        clock.start()
        try:
            worker.run()
        finally:
            clock.stop()
