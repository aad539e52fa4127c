# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Copy the files of the checkout that git does not ignore to a folder, which is a git repository of its own.

Usage: copy_tree.py CHECKOUT COPY. Only files that have changed are copied. Files that the checkout no longer has are
removed from the copy. Ignored files in the copy (caches, test results) are kept.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
from pathlib import Path


def files_of(folder: Path) -> set[str]:
    """The files that git tracks or would add, relative to `folder`."""
    command = ["git", "-C", str(folder), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, check=True, capture_output=True).stdout
    return {name for name in os.fsdecode(listed).split("\0") if name and os.path.lexists(folder / name)}


def differs(source: Path, target: Path) -> bool:
    """Whether the copy differs from the source in time, size or mode."""
    try:
        old = target.lstat()
    except FileNotFoundError:
        return True
    new = source.lstat()
    return (new.st_mtime_ns, new.st_size, new.st_mode) != (old.st_mtime_ns, old.st_size, old.st_mode)


def copy_file(source: Path, target: Path) -> None:
    """Replace the target atomically, so that a program that reads it sees either the old or the new file."""
    target.parent.mkdir(parents=True, exist_ok=True)
    fresh = target.with_name(f".{target.name}.fresh")
    fresh.unlink(missing_ok=True)
    shutil.copy2(source, fresh, follow_symlinks=False)
    fresh.replace(target)


def remove_file(path: Path, top: Path) -> None:
    """Remove a file, and the folders that are then empty."""
    path.unlink()
    for parent in path.parents:
        if parent == top or any(entry.name != "__pycache__" for entry in parent.iterdir()):
            return
        shutil.rmtree(parent)


def copy_tree(checkout: Path, copy: Path) -> None:
    """Make the files in `copy` the same as those in `checkout`."""
    if not (copy / ".git").exists():
        # Without its own repository, tools would use that of the checkout, which ignores the copy.
        subprocess.run(["git", "init", "--quiet", str(copy)], check=True)
    names = files_of(checkout)
    for name in sorted(files_of(copy) - names):
        remove_file(copy / name, copy)
    for name in sorted(names):
        if differs(checkout / name, copy / name):
            copy_file(checkout / name, copy / name)


def main() -> None:
    """Copy under a lock, because several programs may start at the same time."""
    checkout, copy = Path(sys.argv[1]), Path(sys.argv[2])
    copy.mkdir(parents=True, exist_ok=True)
    with open(copy.parent / ".lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        copy_tree(checkout, copy)


if __name__ == "__main__":
    main()
