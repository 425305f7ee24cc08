"""Files that no address leads to: views hand them out to whom they belong."""

from pathlib import Path

from django.conf import settings
from django.core.files.storage import FileSystemStorage


class PrivateStorage(FileSystemStorage):
    """A folder of PRIVATE_ROOT that only the shop's own user can read."""

    def __init__(self, folder: str):
        super().__init__(
            location=Path(settings.PRIVATE_ROOT, folder),
            file_permissions_mode=0o600,
            directory_permissions_mode=0o700,
        )

    def url(self, name: str | None) -> str:
        """Raises ValueError: these files have no address."""
        raise ValueError("A private file has no address.")
