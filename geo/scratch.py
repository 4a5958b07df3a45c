"""Folders that a process needs for a while, and those that a killed one left behind.

The name of each says whose it is, `.new-<place>-<process>-…`: what nobody works in any more can be
swept away, and what another process works in at this moment is left alone.
"""

import hashlib
import os
import platform
import re
import shutil
import sys
import tempfile
import time
from pathlib import Path

MARK = ".new-"
OLD_S = 86_400  # nothing of ours is at work in a folder for a day
# What earlier versions left has no machine and process in its name, only what made it unique.
_NAME = re.compile(re.escape(MARK) + r"(?:([0-9a-f]{8})-(\d+)-.+|[a-z0-9_]{8})")


def scratch_prefix() -> str:
    """Return how the name of a folder begins that this process makes for a while."""
    return f"{MARK}{_place()}-{os.getpid()}-"


def scratch_folder(*, beside: Path | None = None) -> tempfile.TemporaryDirectory[str]:
    """Return a new folder, deleted at the end of a `with`; `beside` is where it is made."""
    return tempfile.TemporaryDirectory(prefix=scratch_prefix(), dir=beside)


def sweep(folder: Path) -> int:
    """Delete the folders in one that killed processes left there; return how many.

    Such a folder is of this machine and its process is gone, or nothing was changed in it for a
    day. What cannot be deleted stays.
    """
    try:
        found = [path for path in folder.iterdir() if _NAME.fullmatch(path.name)]
    except OSError:  # there is none, or it is not ours to look into
        return 0
    left = [path for path in found if _is_left_behind(path)]
    for path in left:
        shutil.rmtree(path, ignore_errors=True)
    return sum(not path.exists() for path in left)


def _is_left_behind(path: Path) -> bool:
    try:
        age_s = time.time() - path.lstat().st_mtime
    except OSError:  # gone meanwhile
        return False
    if path.is_symlink() or not path.is_dir():
        return False
    name = _NAME.fullmatch(path.name)
    is_of_here = name is not None and name[1] == _place()
    return age_s > OLD_S or (name is not None and is_of_here and not _is_alive(int(name[2])))


def _is_alive(process: int) -> bool:
    """Say whether there is a process of this number; where that cannot be asked, there is."""
    if sys.platform == "win32":  # asking would end it
        return True
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):  # another person's; a number that none can have
        pass
    return True


def _place() -> str:
    """Name where numbers of processes mean the same: a machine, and a container on it."""
    try:
        numbers = str(Path("/proc/self/ns/pid").readlink())
    except OSError:
        numbers = ""
    return hashlib.sha256(f"{platform.node()} {numbers}".encode()).hexdigest()[:8]
