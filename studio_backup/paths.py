"""Where our things stand on a managed machine, and where a Mac has its tools (design section 8)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Layout:
    """Our folders on one kind of system. None of them has a blank: ssh and lists of our jobs part words there."""

    configuration: str  # programs and configuration; one folder a studio below it. Holds no secret.
    state: str  # manifest, lock, logs, runs, keys; one folder a studio below it for what belongs to one studio
    starters: str  # the system's own folder of what starts jobs


LAYOUTS = {
    "linux": Layout("/etc/studio-backup", "/var/lib/studio-backup", "/etc/systemd/system"),
    "macos": Layout("/Library/studio-backup/configuration", "/Library/studio-backup/state", "/Library/LaunchDaemons"),
    "windows": Layout(
        r"C:\ProgramData\studio-backup\configuration", r"C:\ProgramData\studio-backup\state", r"\studio-backup"
    ),
}
#: What holds both of our folders on Windows: who may write there could put others in their place.
OUR_WINDOWS = LAYOUTS["windows"].configuration.rpartition("\\")[0]
CONFIGURATION, STATE = LAYOUTS["linux"].configuration, LAYOUTS["linux"].state
#: systemd's own folder; our names in it start with `studio-backup-STUDIO_`.
UNITS = LAYOUTS["linux"].starters
#: launchd's own folder; our names in it start with `studio-backup.STUDIO.`.
DAEMONS = LAYOUTS["macos"].starters
#: Our state as scripts name it: they find out by themselves which system they run on, without a program.
OUR_STATE = "$our_state"
FIND_STATE = (
    f"if [ -d /System/Library ]; then our_state={LAYOUTS['macos'].state}; else our_state={LAYOUTS['linux'].state}; fi"
)
#: The file in a volume's root that says which volume it is.
SENTINEL = ".studio-backup-volume"
#: Tools of macOS by their absolute paths: nothing that somebody installed beside them is asked. A tool that is not here
#: is found in PATH, which has the system's own folders first: where it stands is not known for sure.
MAC_TOOLS = {
    "tmutil": "/usr/bin/tmutil",
    "diskutil": "/usr/sbin/diskutil",
    "launchctl": "/bin/launchctl",
    "systemsetup": "/usr/sbin/systemsetup",
    "defaults": "/usr/bin/defaults",
    "pmset": "/usr/bin/pmset",
    "mdutil": "/usr/bin/mdutil",
}


def configuration(studio: str, os: str = "linux") -> str:
    """Folder of one studio's programs and configuration."""
    return below(LAYOUTS[os].configuration, studio)


def state(studio: str, os: str = "linux") -> str:
    """Folder of one studio's runs, keys and logs."""
    return below(LAYOUTS[os].state, studio)


def below(top: str, *names: str) -> str:
    """A path below one of our own folders, with the separators of its system."""
    return ("\\" if "\\" in top else "/").join((top, *names))


def _is_below(path: str, top: str) -> bool:
    return path.startswith(below(top, ""))


def top_of(path: str) -> str:
    """Which of our own folders this path is or lies in; "" for any other."""
    tops = (top for one in LAYOUTS.values() for top in (one.configuration, one.state))
    return next((top for top in tops if path == top or _is_below(path, top)), "")


def studio_folder(path: str) -> str:
    """The folder of one studio that a path below our own folders lies in."""
    top = top_of(path)
    return below(top, path[len(top) + 1 :].replace("\\", "/").partition("/")[0])


def is_configuration(path: str) -> bool:
    """True for what lies below our programs and configuration."""
    return any(_is_below(path, one.configuration) for one in LAYOUTS.values())


def is_state(path: str) -> bool:
    """True for what lies below our state."""
    return any(_is_below(path, one.state) for one in LAYOUTS.values())


def unit_prefix(studio: str) -> str:
    """How every systemd unit of a studio starts; names hold no underscore, so no studio's prefix fits another's."""
    return f"studio-backup-{studio}_"


def label_prefix(studio: str) -> str:
    """How every launchd job of a studio starts; names hold no dot, so no studio's prefix fits another's."""
    return f"studio-backup.{studio}."
