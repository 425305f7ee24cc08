"""A long text that is built seldom and given out often: kept as a file, written while its first reader reads it."""

import contextlib
import os
import secrets
import time
from collections.abc import Generator, Iterable
from pathlib import Path


class Spool:
    """The copies of one text in one folder. A copy's name holds the mark of what it was made of."""

    def __init__(self, folder: Path, name: str):
        self.folder, self.name = folder, name

    def newest(self, *, seconds: float) -> tuple[str, Path] | None:
        """The mark and the file of the newest copy, if it was made or confirmed within so many seconds."""
        found = []
        with contextlib.suppress(OSError):
            for path in self.folder.glob(f"{self.name}-*.xml"):
                found.append((path.stat().st_mtime, path))
        if not found or max(found)[0] < time.time() - seconds:
            return None
        path = max(found)[1]
        return path.stem.removeprefix(f"{self.name}-"), path

    def confirm(self, mark: str) -> Path | None:
        """The copy with this mark, which is as good as new again; None if there is none."""
        path = self._path(mark)
        try:
            os.utime(path)
        except OSError:
            return None
        return path

    def keep(self, mark: str, pieces: Iterable[str]) -> Generator[bytes, None, None]:
        """Pass the pieces on, and keep them once they are complete. A full disk costs the copy, not the reader."""
        part = self._path(mark).with_suffix(f".{os.getpid()}-{secrets.token_hex(4)}.part")
        with contextlib.ExitStack() as stack:
            stack.callback(_remove, part)
            try:
                self.folder.mkdir(parents=True, exist_ok=True)
                file = stack.enter_context(part.open("wb"))
            except OSError:
                file = None
            for piece in pieces:
                text = piece.encode()
                if file is not None:
                    try:
                        file.write(text)
                    except OSError:
                        file = None
                yield text
            if file is not None:
                self._finish(file, part, mark)

    def _finish(self, file, part: Path, mark: str) -> None:
        with contextlib.suppress(OSError):
            file.close()
            part.rename(self._path(mark))
            for other in self.folder.glob(f"{self.name}-*.xml"):
                if other != self._path(mark):
                    other.unlink(missing_ok=True)

    def _path(self, mark: str) -> Path:
        return self.folder / f"{self.name}-{mark}.xml"


def _remove(path: Path) -> None:
    with contextlib.suppress(OSError):
        path.unlink()
