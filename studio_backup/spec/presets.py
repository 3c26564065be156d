"""What programs leave behind and make again by themselves, as rsync patterns, and their lock files.

Only that is left out: a whole project is worth more than one per cent of space, so the automatic saves of
projects (`*.rpp-bak`, `Session File Backups`, `Backup`) are always copied.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Preset:
    """Patterns to leave out, and names of files that exist only while a project is open."""

    exclude: tuple[str, ...]
    busy: tuple[str, ...] = ()


PRESETS = {
    "pro-tools": Preset(("WaveCache.wfm", "Rendered Files/", "*.aan"), ("*.ptxlck",)),
    "logic": Preset(("Freeze Files/", "Freeze Files.nosync/", "WindowImage.jpg")),
    "ableton": Preset(("*.asd",)),
    "reaper": Preset(("*.reapeaks", "*.reapindex")),
    "macos": Preset(
        (
            ".DS_Store", "._.DS_Store", ".Spotlight-V100/", ".Trashes/", ".fseventsd/", ".TemporaryItems/",
            ".DocumentRevisions-V100/", ".com.apple.timemachine.*", ".AppleDouble/",
        )
    ),
    "windows": Preset(
        (
            "Thumbs.db", "ehthumbs.db", "desktop.ini", "$RECYCLE.BIN/", "System Volume Information/",
            "pagefile.sys", "hiberfil.sys", "swapfile.sys", "~$*",
        )
    ),
}  # fmt: skip


#: What macOS and Windows keep on any volume for themselves, AppleDouble files among it: never data on one of both.
BOTH_SIDES = ("._*", *PRESETS["macos"].exclude, *PRESETS["windows"].exclude)


def expand(patterns: list[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Patterns with presets replaced by what they stand for, each once, and the presets' lock-file names."""
    exclude: dict[str, None] = {}
    busy: dict[str, None] = {}
    for pattern in patterns:
        preset = PRESETS.get(pattern.removeprefix("preset:")) if pattern.startswith("preset:") else None
        exclude.update(dict.fromkeys(preset.exclude if preset else (pattern,)))
        busy.update(dict.fromkeys(preset.busy if preset else ()))
    return tuple(exclude), tuple(busy)
