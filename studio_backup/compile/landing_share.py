"""The share that a landing is for Windows: its folders, the login, and the section in smb.conf."""

from __future__ import annotations

from studio_backup.compile.collect import Collector
from studio_backup.compile.route import Route
from studio_backup.compile.samba import guarded, login, server
from studio_backup.resources.directory import Directory
from studio_backup.resources.samba_conf import landing_options
from studio_backup.resources.samba_share import SambaShare

#: Everybody of the group may make files in it and remove their own; what is root's in it stays where it is.
_MODE = "1770"


def landing_owner(route: Route) -> tuple[str, str]:
    """Whose a landing is, and its mode. Of a share's user its records have to be safe, so the folder around them is."""
    return (f"root:{route.lander}", _MODE) if route.shared else (route.lander, "0700")


def make_share(collected: Collector, route: Route, landing: str, user: str) -> list[str]:
    """On the machine that keeps the copy: the landing, served to what the machine that sends logs in as."""
    system, copy = route.writer, route.copy
    if copy.password is None:  # the spec is refused before it comes to this
        raise LookupError(copy.full_name)
    owner, mode = landing_owner(route)
    records = Directory(
        system=system.full_name, name=route.share_records, place=copy.place, mode=mode, owner=owner,
        guard=route.target_root, requires=(landing,),
    )  # fmt: skip
    there = collected.volume(system, route.volume)
    guard, parts = guarded(collected, system, route.volume, copy.place, f"{route.landing}/files", route.lander)
    needs = [*there, server(collected, system, copy.place), collected.add(records), *parts]
    needs.append(login(collected, system, user, copy.password, copy.password_version, copy.place))
    share = SambaShare(
        system=system.full_name,
        name=route.share,
        place=copy.place,
        requires=tuple(needs),
        path=route.landing,
        user=route.lander,
        quota="",
        options=landing_options(route.source_machine, guard),
    )
    return [collected.add(share)]
