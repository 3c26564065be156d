"""What a command is about: all that the studio compiles to, and what of it was chosen."""

from __future__ import annotations

from collections.abc import Mapping

from studio_backup.cli.settings import Settings
from studio_backup.compile import compile_studio, not_set_up
from studio_backup.looking import Scope
from studio_backup.resource import Resource
from studio_backup.spec.model import Studio
from studio_backup.spec.selectors import select


def say_not_set_up(settings: Settings, studio: Studio) -> None:
    """Nobody may take for covered what no job copies: a sentence for each such side of a copy."""
    for sentence in not_set_up(studio):
        settings.say(f"warning: {sentence}")


def scope_of(settings: Settings, studio: Studio) -> Scope:
    """What was chosen; a selector that matches nothing is an error."""
    compiled = compile_studio(studio)
    say_not_set_up(settings, studio)
    selection = select(studio, settings.only, settings.leave_out)
    wanted = compiled.resources
    selection.check_resources(wanted)
    everything = selection.everything
    named = {
        address for address, resource in wanted.items() if everything or selection.resource(address, resource.serves)
    }
    narrowed = any(selector.kind in ("kind", "resource") for selector in selection.only)
    served = (
        {a for a, resource in wanted.items() if selection.datasets & set(resource.serves)}
        if selection.only and not narrowed
        else set()
    )
    chosen = named if everything else with_needs(named | served, wanted)
    systems = {wanted[address].system for address in chosen}
    machines = [
        machine
        for machine in studio.machines.values()
        if everything or any(system.full_name in systems for system in machine.systems.values())
    ]
    return Scope(
        studio=studio.name,
        wanted=wanted,
        machines=machines,
        chosen=lambda resource: resource.address in chosen,
        needed=frozenset(chosen - named),
        whole=studio.whole and everything,
    )


def with_needs(addresses: set[str], wanted: Mapping[str, Resource]) -> set[str]:
    """These addresses and all that they need, on whatever machine that is."""
    found: set[str] = set()
    waiting = list(addresses)
    while waiting:
        address = waiting.pop()
        if address not in found:
            found.add(address)
            waiting += wanted[address].needs() & wanted.keys()
    return found
