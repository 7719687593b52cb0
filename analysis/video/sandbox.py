"""What the decoding child gives up before it opens a file: network, files, privileges, memory and time.

Everything here is for Linux; elsewhere, and where the kernel or a container forbids a step, the rest still applies.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import resource
import signal
import struct
import sys

from analysis.config import VideoLimits

_PR_SET_PDEATHSIG, _PR_SET_NO_NEW_PRIVS = 1, 38
_CLONE_NEWUSER, _CLONE_NEWNET = 0x10000000, 0x40000000
# Landlock's system calls have the same numbers on every architecture; see landlock(7).
_LANDLOCK_CREATE_RULESET, _LANDLOCK_RESTRICT_SELF = 444, 446
_LANDLOCK_CREATE_RULESET_VERSION = 1
_MAX_WRITTEN_BYTES = 16 << 30


def give_up_rights(limits: VideoLimits, parent_pid: int) -> None:
    """Limit this process and take it off the network. Must run while it has one thread: unshare(2) requires it."""
    _limit_resources(limits)
    if not sys.platform.startswith("linux"):
        return
    end_with(parent_pid)
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    # Best effort: containers often forbid new namespaces. Landlock below then still refuses TCP.
    if libc.unshare(_CLONE_NEWUSER | _CLONE_NEWNET) != 0:
        libc.unshare(_CLONE_NEWNET)


def end_with(parent_pid: int) -> None:
    """Have the kernel end this process when its parent dies, for whatever reason."""
    if not sys.platform.startswith("linux"):
        return
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent_pid:  # the parent died before the line above took effect
        raise SystemExit(0)


def close_files() -> None:
    """From here on no path can be opened at all (Landlock): only descriptors that are already open can be used."""
    if not sys.platform.startswith("linux"):
        return
    libc = ctypes.CDLL(None, use_errno=True)
    libc.syscall.restype = ctypes.c_long
    version = libc.syscall(
        _LANDLOCK_CREATE_RULESET, None, ctypes.c_size_t(0), ctypes.c_uint32(_LANDLOCK_CREATE_RULESET_VERSION)
    )
    if version < 1:
        return
    # Rights that exist in each version of the interface: naming one that the kernel lacks is an error.
    files = (1 << 13) - 1 | (1 << 13 if version >= 2 else 0) | (1 << 14 if version >= 3 else 0)
    network = 0b11 if version >= 4 else 0
    handled = struct.pack("QQ", files, network)[: 16 if version >= 4 else 8]
    ruleset = libc.syscall(_LANDLOCK_CREATE_RULESET, handled, ctypes.c_size_t(len(handled)), ctypes.c_uint32(0))
    if ruleset < 0:
        return
    libc.syscall(_LANDLOCK_RESTRICT_SELF, ctypes.c_int(ruleset), ctypes.c_uint32(0))
    os.close(ruleset)


def open_status() -> int:
    """A descriptor for `peak_rss_mb`, opened while files still can be; -1 if there is none."""
    try:
        return os.open("/proc/self/status", os.O_RDONLY)
    except OSError:
        return -1


def peak_rss_mb(status_fd: int) -> float:
    """This process's peak. Not getrusage's, which for a child starts at what its parent held."""
    if status_fd < 0:
        return 0.0
    lines = os.pread(status_fd, 1 << 16, 0).decode().splitlines()
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM:")), 0.0)


def _limit_resources(limits: VideoLimits) -> None:
    """No RLIMIT_NPROC: it counts all processes of the user, so it would fail on a busy machine, not on a bad file."""
    memory = limits.memory_mb << 20
    bounds = {
        resource.RLIMIT_AS: (memory, memory),
        # the soft limit ends the process with SIGXCPU, which the parent can distinguish from a crash
        resource.RLIMIT_CPU: (limits.cpu_s, limits.cpu_s + 1),
        resource.RLIMIT_FSIZE: (_MAX_WRITTEN_BYTES, _MAX_WRITTEN_BYTES),
        resource.RLIMIT_NOFILE: (64, 64),
        resource.RLIMIT_CORE: (0, 0),
    }
    for name, (soft, hard) in bounds.items():
        _, ceiling = resource.getrlimit(name)
        if ceiling != resource.RLIM_INFINITY:
            soft, hard = min(soft, ceiling), min(hard, ceiling)
        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(name, (soft, hard))
