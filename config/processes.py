"""Several processes in one terminal, which live and end together. Standard library only."""

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import FrameType
from typing import TextIO

# Seconds a child may take to end after SIGTERM, before SIGKILL ends it.
PATIENCE = 10.0
# Seconds between two looks at the children.
PULSE = 0.1


class Asked(Exception):
    """Somebody asked for the end: Ctrl-C or SIGTERM."""


class Trouble(Exception):
    """It cannot go on; the message says why, fit to show."""


class Child:
    """One process in a group of its own, its output passed on line by line behind its name."""

    def __init__(self, name: str, command: Sequence[str], *, env: Mapping[str, str], cwd: Path, out: TextIO):
        self.name = name
        self._out = out
        # A session of its own: Ctrl-C reaches only us, and we end the children in our order.
        self._process = subprocess.Popen(
            list(command),
            env=dict(env),
            cwd=cwd,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=True,
        )
        self._pump = threading.Thread(target=self._pass_on, name=f"output of {name}", daemon=True)
        self._pump.start()

    def _pass_on(self) -> None:
        assert self._process.stdout is not None  # noqa: S101  (it was asked for above)
        for line in self._process.stdout:
            self._out.write(f"{self.name:<9} | {line.rstrip()}\n")
            self._out.flush()

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def exit_code(self) -> int | None:
        """None while it runs; negative when a signal ended it."""
        return self._process.poll()

    def ask_to_end(self) -> None:
        if self.exit_code is None:
            self._process.send_signal(signal.SIGTERM)

    def end(self, *, before: float) -> None:
        """Wait for its end until the monotonic time `before`, then kill whatever is left of its group."""
        try:
            self._process.wait(timeout=max(0.0, before - time.monotonic()))
        except subprocess.TimeoutExpired:
            self._out.write(f"{self.name:<9} | did not end in time, killed\n")
        # Nothing is left, usually; then macOS says "not permitted" where Linux says "no such process".
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._pump.join(timeout=1)


class Company:
    """Children that live and end together: `with Company(…) as company: company.start("site", …)`.

    Raises Asked from any of its waits once Ctrl-C or SIGTERM came, and Trouble when a child that should
    stay has gone. However the block is left, all children are ended; a second Ctrl-C cuts their patience.
    """

    def __init__(self, *, env: Mapping[str, str], cwd: Path, out: TextIO = sys.stdout):
        self._env, self._cwd, self._out = env, cwd, out
        self._children: list[Child] = []
        self._asked = 0
        self._before: dict[signal.Signals, signal.Handlers | Callable | int | None] = {}

    def __enter__(self) -> "Company":
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            self._before[number] = signal.signal(number, self._note)
        return self

    def __exit__(self, *_: object) -> None:
        self._end_all()
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _note(self, number: int, frame: FrameType | None) -> None:
        self._asked += 1

    def start(self, name: str, *command: str, **environment: str) -> Child:
        """Start a process that should stay; `environment` is added to what all of them have."""
        child = Child(name, command, env={**self._env, **environment}, cwd=self._cwd, out=self._out)
        self._children.append(child)
        return child

    def run(self, name: str, *command: str, **environment: str) -> None:
        """Run a process to its end, while the others stay; raises Trouble if it fails."""
        self.run_together({name: command}, {name: environment})

    def run_together(
        self, commands: Mapping[str, Sequence[str]], environments: Mapping[str, Mapping[str, str]]
    ) -> None:
        """Run processes side by side to their ends, while the others stay; raises Trouble if one fails."""
        children = [
            Child(name, command, env={**self._env, **environments[name]}, cwd=self._cwd, out=self._out)
            for name, command in commands.items()
        ]
        try:
            self.wait_until(lambda: all(child.exit_code is not None for child in children))
        finally:
            for child in children:
                child.ask_to_end()
            for child in children:
                child.end(before=time.monotonic() + PATIENCE)
        for child in children:
            if child.exit_code:
                raise Trouble(
                    f"{child.name} failed (exit code {child.exit_code}); its last lines above say why."
                )

    def wait_until(
        self, happened: Callable[[], bool], *, what: str = "", seconds: float | None = None
    ) -> None:
        """Return once `happened()` is true; raises Trouble after `seconds`, naming `what` was waited for."""
        deadline = None if seconds is None else time.monotonic() + seconds
        while not happened():
            self._look_around()
            if deadline is not None and time.monotonic() > deadline:
                raise Trouble(f"{what} did not come within {seconds:.0f} seconds.")
            time.sleep(PULSE)

    def stay(self) -> None:
        """Wait for the end: raises Asked or Trouble, returns never."""
        self.wait_until(lambda: False)

    def _look_around(self) -> None:
        if self._asked:
            raise Asked
        for child in self._children:
            if child.exit_code is not None:
                raise Trouble(f"{child.name} has stopped by itself (exit code {child.exit_code}).")

    def _end_all(self) -> None:
        """Ask all, latest first, wait for all; kill those that do not listen."""
        asked_before = self._asked
        for child in reversed(self._children):
            child.ask_to_end()
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline and any(child.exit_code is None for child in self._children):
            if self._asked > asked_before:
                break
            time.sleep(PULSE)
        for child in reversed(self._children):
            child.end(before=time.monotonic())
