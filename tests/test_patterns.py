"""What is never copied means the same to the job on Windows as to rsync."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from studio_backup.compile.patterns import excluded_paths
from studio_backup.spec.presets import PRESETS

#: Files of a tree; whatever they lie in is a folder.
TREE = (
    "a/b", "a/b2", "x/a/b/f", "a/c", "a/k/c", "a/k/l/c", "x/y/z", "foo/bar", "x/foo/bar", "a1.bin", "c1.bin", "ax",
    "bx", "q.wav", "qq.wav", "aq/c", "1z", "x[", "~y", "\\~y", "q*rs", "qXrs", "top", "s/top", "WaveCache.wfm",
    "s/WaveCache.wfm", "Rendered Files/one", "s/Rendered Files", "t.tmp", "t.bak", "s/t.bak", "a.b+c(d)", "aXb+c(d)",
    "]k", "xk", "$RECYCLE.BIN/1", "s/$RECYCLE.BIN/1", "~$x.doc", "b/n", "b2/n", "lost+found/a", "s/lost+found/a",
    "deep/f", "s/deep/f", "a[b-", ".com.apple.timemachine.supported", "é.asd", "s/é.asd",
)  # fmt: skip
PATTERNS = (
    "/lost+found/", "*.tmp", "a/b", "/a/b", "a/**/c", "**/x", "**.bak", "foo/*", "[ab][0-9].bin", "[!a]x", "?.wav",
    "a*/c", "[[:digit:]]z", "x[", "\\~y", "q\\*r*", "/top", "*", "a.b+c(d)", "[]x]k", "b/***", "a[b-", "**/deep/",
    "?.asd", "/**/x", "/**/b/", "/**/c", "[a/b]", "x/**/f", "*/",
    *dict.fromkeys(pattern for preset in PRESETS.values() for pattern in preset.exclude),
)  # fmt: skip


@pytest.mark.parametrize("pattern", PATTERNS)
def test_a_pattern_leaves_out_what_rsync_leaves_out(pattern: str, tmp_path: Path) -> None:
    source = tmp_path / "source"
    for name in TREE:
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        (source / name).touch()
    rules = tmp_path / "rules"
    rules.write_text(f"{pattern}\n", encoding="utf-8")
    # rsync fits bytes, and a name of Windows is letters: only the locale makes `?` of rsync one letter.
    said = subprocess.run(
        ["rsync", "-r8n", "--out-format=%n", f"--exclude-from={rules}", f"{source}/", f"{tmp_path}/target/"],
        capture_output=True, check=True,
    )  # fmt: skip
    copied = {line.removesuffix("/") for line in said.stdout.decode().splitlines()} - {".", ""}
    assert left(source, pattern) - {"é.asd", "s/é.asd"} == copied - {"é.asd", "s/é.asd"}
    assert ("é.asd" in left(source, pattern)) == (pattern not in ("*", "*.asd", "?.asd"))


def left(source: Path, pattern: str) -> set[str]:
    """What the expressions leave of a tree, folder by folder, as the job walks it."""
    found = excluded_paths([pattern])
    anything, folders = (re.compile(f"^(?:{'|'.join(one)})$") for one in (found.anything, found.folders))
    kept: set[str] = set()
    for path in sorted(source.rglob("*")):
        name = path.relative_to(source).as_posix()
        above = name.rpartition("/")[0]
        if above and above not in kept:
            continue
        fits = (bool(found.anything) and anything.match(name)) or (
            path.is_dir() and bool(found.folders) and folders.match(name)
        )
        if not fits:
            kept.add(name)
    return kept
