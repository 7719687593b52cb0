"""Run the Procfile's processes together: if one ends, or this one is told to stop, all of them end.

`make run` ends with it. Ctrl-C, TERM, a closed terminal (HUP), and make or this process being killed all count, and
so does a signal sent to make alone.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import FrameType

ROOT = Path(__file__).resolve().parent.parent
_LOOK_S = 0.2
#: How long the processes have to end on their own. An interrupted run continues at its last savepoint.
_GRACE_S = 10.0
_PR_SET_PDEATHSIG = 1


class _Parent:
    """The process that started this one: nothing reports when it is killed, so it must be polled."""

    def __init__(self) -> None:
        self._pid, self._caught = os.getppid(), self._caught_by_make()

    def is_over(self) -> bool:
        return os.getppid() != self._pid or self._caught_by_make() != self._caught

    def _caught_by_make(self) -> int:
        """Which of INT and HUP make catches. Sent one, it stops catching it, waits for us, and does not notify us.

        0 if that cannot be determined: /proc is Linux only.
        """
        about = Path(f"/proc/{os.getppid()}")
        try:
            if (about / "comm").read_text().strip() not in ("make", "gmake"):
                return 0
            status = (about / "status").read_text()
        except OSError:
            return 0
        caught = int(status.partition("SigCgt:")[2].split()[0], 16)
        return caught & (1 << signal.SIGINT - 1 | 1 << signal.SIGHUP - 1)


class Together:
    """The processes, each the leader of its own group, and whether they should keep running."""

    def __init__(self, commands: dict[str, str]) -> None:
        self._told_to_stop = False
        self._parent = _Parent()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._stop)
        self._processes = {name: _started(command) for name, command in commands.items()}

    def _stop(self, number: int, frame: FrameType | None) -> None:
        self._told_to_stop = True

    def wait(self) -> int:
        """Return 0 when told to stop, 1 if a process ended by itself."""
        while not self._told_to_stop and not self._parent.is_over():
            for name, process in self._processes.items():
                if process.poll() is not None:
                    _say(f"{name} ended with {process.returncode}, so the others are stopped.")
                    return 1
            time.sleep(_LOOK_S)
        return 0

    def end(self) -> None:
        """Ask every group to end, and kill what is left after a while."""
        for process in self._processes.values():
            _signal_group(process, signal.SIGTERM)
        end = time.monotonic() + _GRACE_S
        while time.monotonic() < end and any(process.poll() is None for process in self._processes.values()):
            time.sleep(_LOOK_S)
        for process in self._processes.values():
            _signal_group(process, signal.SIGKILL)
            process.wait()


def _signal_group(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, number)


def _started(command: str) -> subprocess.Popen[bytes]:
    # `exec`: no shell may remain in between, or it would receive the signal.
    return subprocess.Popen(
        ["/bin/sh", "-c", f"exec {command}"],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        start_new_session=True,
        preexec_fn=_end_with_parent,
    )


def _end_with_parent() -> None:
    """On Linux, have the kernel end the process if this one is killed and cannot do so itself."""
    if sys.platform.startswith("linux"):
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)


def commands(procfile: Path) -> dict[str, str]:
    """Name and command of every line `name: command`."""
    lines = (line.partition(":") for line in procfile.read_text().splitlines() if line.strip())
    return {name.strip(): command.strip() for name, _colon, command in lines}


def _say(text: str) -> None:
    with contextlib.suppress(OSError):  # the terminal may be gone
        sys.stderr.write(f"{text}\n")


def main() -> int:
    together = Together(commands(ROOT / "Procfile"))
    try:
        return together.wait()
    finally:
        together.end()


if __name__ == "__main__":
    sys.exit(main())
