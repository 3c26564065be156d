"""Datasets and copies as people name them on the command line."""

from __future__ import annotations

from studio_backup.errors import UsageError
from studio_backup.spec.model import Copy, Dataset, Studio
from studio_backup.spec.wording import suggest


def find_dataset(studio: Studio, text: str) -> Dataset:
    """The dataset called MACHINE/DATASET, or DATASET where only one machine has it. Raises `UsageError`."""
    fitting = [dataset for dataset in studio.datasets.values() if text in (dataset.full_name, dataset.name)]
    if len(fitting) == 1:
        return fitting[0]
    if fitting:
        names = ", ".join(dataset.full_name for dataset in fitting)
        raise UsageError(f"'{text}' fits {names}", "write the full name, MACHINE/DATASET")
    raise UsageError(f"there is no dataset '{text}'", suggest(text, studio.datasets, "name a dataset of the playbooks"))


def find_copy(studio: Studio, text: str) -> Copy:
    """The copy called DATASET/COPY, with the dataset as `find_dataset` takes it. Raises `UsageError`."""
    head, slash, name = text.rpartition("/")
    if not slash:
        raise UsageError(f"'{text}' does not name a copy", "write DATASET/COPY, as in ws-a/sessions/on-nas")
    dataset = find_dataset(studio, head)
    if name in dataset.copies:
        return dataset.copies[name]
    fix = suggest(name, dataset.copies, "add it to the playbook")
    raise UsageError(f"'{dataset.full_name}' has no copy '{name}'", fix)
