"""From the text of inventory and playbooks to the typed studio, or to every problem of all files at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from studio_backup.source import Document, Mapping, Problem, read
from studio_backup.spec.accounts import build_accounts
from studio_backup.spec.conformity import conform
from studio_backup.spec.datasets import build_datasets
from studio_backup.spec.drives import build_drives
from studio_backup.spec.findings import Findings
from studio_backup.spec.inventory import gather
from studio_backup.spec.layers import effective
from studio_backup.spec.lint import lint
from studio_backup.spec.lint.sight import Sight
from studio_backup.spec.machines import build_machine
from studio_backup.spec.managed import build_managed, with_chosen_ids
from studio_backup.spec.model import Studio
from studio_backup.spec.plays import Held
from studio_backup.spec.policies import build_policies
from studio_backup.spec.waivers import build_receivers, build_waivers


@dataclass(frozen=True)
class Loaded:
    """A studio, or None and the problems that stand in its way; sorted by file, line and column."""

    studio: Studio | None
    problems: tuple[Problem, ...]
    lines: dict[str, list[str]] = field(default_factory=dict)  # file -> its lines, to show them
    machines: dict[str, Mapping] = field(default_factory=dict)  # machine -> what holds for it, with places
    datasets: dict[str, Mapping] = field(default_factory=dict)  # full name -> what holds for it, with places
    managed: dict[tuple[str, str, str], Mapping] = field(default_factory=dict)  # machine, kind, name -> likewise
    things: dict[str, Mapping] = field(default_factory=dict)  # site:NAME, drive:NAME, … -> what the inventory says


Texts = Sequence[tuple[str, str | bytes]]


def load(inventory: Texts, playbooks: Texts, *, whole: bool = True) -> Loaded:
    """The studio that these (file name, content) pairs describe. `whole` is False when other playbooks exist.

    Never raises for what a file says: whatever is wrong is in `problems`.
    """
    findings = Findings()
    stock = [_document(file, content, "inventory", findings) for file, content in inventory]
    roles = [_document(file, content, "playbook", findings) for file, content in playbooks]
    gathered = gather(stock, findings)
    held = Held(
        gathered,
        {},
        {},
        findings,
        drives=build_drives(gathered, findings),
        accounts=build_accounts(gathered, findings),
        policies=build_policies(gathered, findings),
    )
    for name in gathered.machines:
        if layered := effective(gathered, name, findings):
            held.effective[name] = layered
            if machine := build_machine(
                layered, tuple(gathered.groups_of.get(name, ())), findings, held.drives, gathered.drives
            ):
                held.machines[name] = machine
    managed = build_managed(roles, held)  # first: a copy may go to a share among them
    datasets = build_datasets(roles, held)
    studio = Studio(
        name=gathered.name,
        sites=gathered.site_models(),
        machines=with_chosen_ids(gathered.name, held.machines, managed),
        groups=gathered.members,
        datasets=datasets,
        managed=managed,
        drives=held.drives,
        accounts=held.accounts,
        policies=held.policies,
        waivers=build_waivers(gathered, findings),
        receivers=build_receivers(gathered, findings),
        whole=whole,
    )
    trees = {name: layered.tree for name, layered in held.effective.items()}
    lint(Sight(studio, trees, held.trees, held.kept), findings)
    problems = findings.sorted()
    return Loaded(
        studio=None if problems else studio,
        problems=problems,
        lines={document.file: document.lines for document in (*stock, *roles)},
        machines=trees,
        datasets=held.trees,
        managed=held.kept,
        things=gathered.things(),
    )


def _document(file: str, content: str | bytes, schema: str, findings: Findings) -> Document:
    document = read(file, content)
    conform(document, schema)
    for problem in document.problems:
        findings.take(problem)
    return document
