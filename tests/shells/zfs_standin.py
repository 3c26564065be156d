#!/usr/bin/python3 -IS
"""What `zfs` answers, as far as jobs ask: datasets are folders, snapshots copies of them below .zfs/snapshot.

It stands for OpenZFS in tests of our side alone; what the real one does is tested in the virtual machine. Its state is
the file named by ZFS_STANDIN: {dataset: {mountpoint, properties, snapshots: {name: {guid, properties, holds}}, half}}.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    Dataset = dict[str, Any]

#: What takes long to load is loaded where it is used: a job asks for many small things.
STATE = Path(os.environ["ZFS_STANDIN"])


def read() -> dict[str, Dataset]:
    found: dict[str, Dataset] = json.loads(STATE.read_text())
    return found


def write(datasets: dict[str, Dataset]) -> None:
    new = STATE.with_suffix(f".{os.getpid()}")
    new.write_text(json.dumps(datasets))
    new.rename(STATE)


def fail(text: str) -> None:
    sys.exit(f"cannot {sys.argv[1]}: {text}")


def main(words: list[str]) -> None:
    datasets = read()
    verb, rest = words[0], words[1:]
    flags: list[str] = []
    options: dict[str, list[str]] = {}
    names: list[str] = []
    while rest:
        word = rest.pop(0)
        if word in ("-o", "-x", "-t", "-d", "-i") or (word == "-r" and verb == "list"):
            options.setdefault(word, []).append(rest.pop(0))
        elif word.startswith("-"):
            flags.append(word)
        else:
            names.append(word)
    before = json.dumps(datasets)
    {
        "list": listing, "get": get, "snapshot": snapshot, "rename": rename, "destroy": destroy, "hold": hold,
        "release": release, "holds": holds, "rollback": rollback, "send": send, "receive": receive, "mount": mount,
    }[verb](datasets, flags, options, names)  # fmt: skip
    if json.dumps(datasets) != before:
        write(datasets)


def one(datasets: dict[str, Dataset], name: str) -> tuple[Dataset, dict[str, Any]]:
    """A dataset, and its snapshot of a name with @."""
    dataset, _, point = name.partition("@")
    if dataset not in datasets or (point and point not in datasets[dataset]["snapshots"]):
        fail(f"'{name}' does not exist")
    return datasets[dataset], datasets[dataset]["snapshots"].get(point, {})


def tree(dataset: Dataset, point: str) -> Path:
    return Path(dataset["mountpoint"]) / ".zfs/snapshot" / point


def listing(datasets: dict[str, Dataset], flags: list[str], options: dict[str, list[str]], names: list[str]) -> None:
    del flags
    columns = options["-o"][0].split(",")
    if options["-t"] == ["snapshot"]:
        one(datasets, names[0])
        rows = [{"name": f"{names[0]}@{point}", "creation": str(told.get("creation", 0))}
                for point, told in datasets[names[0]]["snapshots"].items()]  # fmt: skip
    else:
        rows = [{"name": name, "mountpoint": dataset["mountpoint"]} for name, dataset in datasets.items()
                if not names or name == names[0] or name.rpartition("/")[0] == names[0]]  # fmt: skip
    for row in rows:
        print("\t".join(row[column] for column in columns))


def get(datasets: dict[str, Dataset], flags: list[str], options: dict[str, list[str]], names: list[str]) -> None:
    if "-Hrpt" in flags:  # as sanoid asks for all
        for dataset_name, told in datasets.items():
            for point_name, one_told in told["snapshots"].items():
                print(f"{dataset_name}@{point_name}\tcreation\t{one_told.get('creation', 0)}\t-")
        return
    *_, name = names
    wanted = names[0].split(",")
    dataset, point = one(datasets, name)
    rows = []
    if "-d" in options:
        rows = [(f"{name}@{one_point}", wanted[0], str(len(told["holds"])), "-")
                for one_point, told in dataset["snapshots"].items()]  # fmt: skip
    else:
        known = {
            "encryption": "off", "keystatus": "-", "mounted": "yes" if dataset["mounted"] else "no", "guid": "1",
            "receive_resume_token": token(dataset["half"]) if dataset["half"] else "-", **dataset["properties"],
            **({"guid": point["guid"], **point["properties"]} if point else {}),
        }  # fmt: skip
        rows = [(name, word, known.get(word, "-"), "local" if word in known else "-") for word in wanted]
    for row in rows:
        told = dict(zip(("name", "property", "value", "source"), row, strict=True))
        print("\t".join(told[column] for column in options["-o"][0].split(",")))


def snapshot(datasets: dict[str, Dataset], flags: list[str], options: dict[str, list[str]], names: list[str]) -> None:
    import shutil
    import time

    del flags
    name, _, point = names[0].partition("@")
    dataset = datasets[name]
    if point in dataset["snapshots"]:
        fail("dataset already exists")
    source = Path(dataset["mountpoint"])
    shutil.copytree(source, tree(dataset, point), symlinks=True, ignore=shutil.ignore_patterns(".zfs"))
    properties = dict(option.split("=", 1) for option in options.get("-o", []))
    count = int.from_bytes(os.urandom(7))
    dataset["snapshots"][point] = {
        "guid": str(count),
        "properties": properties,
        "holds": [],
        "creation": int(time.time()),
    }


def rename(datasets: dict[str, Dataset], flags: list[str], options: dict[str, list[str]], names: list[str]) -> None:
    del flags, options
    dataset, told = one(datasets, names[0])
    old, new = names[0].partition("@")[2], names[1].partition("@")[2]
    if new in dataset["snapshots"]:
        fail("dataset already exists")
    del dataset["snapshots"][old]
    dataset["snapshots"][new] = told
    tree(dataset, old).rename(tree(dataset, new))


def destroy(datasets: dict[str, Dataset], flags: list[str], options: dict[str, list[str]], names: list[str]) -> None:
    import shutil

    del flags, options
    dataset, told = one(datasets, names[0])
    if "@" not in names[0]:
        fail("that is no snapshot")
    if told["holds"]:
        fail("dataset is busy")
    point = names[0].partition("@")[2]
    del dataset["snapshots"][point]
    shutil.rmtree(tree(dataset, point))


def hold(datasets: dict[str, Dataset], flags: list[str], options: dict[str, list[str]], names: list[str]) -> None:
    del flags, options
    _, told = one(datasets, names[1])
    if names[0] in told["holds"]:
        fail("tag already exists on this dataset")
    told["holds"].append(names[0])


def release(datasets: dict[str, Dataset], flags: list[str], options: dict[str, list[str]], names: list[str]) -> None:
    del flags, options
    one(datasets, names[1])[1]["holds"].remove(names[0])


def holds(datasets: dict[str, Dataset], flags: list[str], options: dict[str, list[str]], names: list[str]) -> None:
    del flags, options
    for tag in one(datasets, names[0])[1]["holds"]:
        print(f"{names[0]}\t{tag}\tThu Nov 26 19:00 2026")


def rollback(datasets: dict[str, Dataset], flags: list[str], options: dict[str, list[str]], names: list[str]) -> None:
    del flags, options
    dataset, _ = one(datasets, names[0])
    if list(dataset["snapshots"])[-1] != names[0].partition("@")[2]:
        fail("more recent snapshots or bookmarks exist")


def stream(datasets: dict[str, Dataset], name: str, base: str, raw: bool) -> bytes:
    """A line of JSON, and what of the tree is not in the base."""
    import io
    import tarfile

    dataset, told = one(datasets, name)
    where, packed = tree(dataset, name.partition("@")[2]), io.BytesIO()
    older = tree(dataset, base) if base else None
    files = sorted(path for path in where.rglob("*") if not path.is_dir())
    gone = []
    if older:
        gone = [
            str(path.relative_to(older)) for path in older.rglob("*") if not (where / path.relative_to(older)).exists()
        ]
        files = [path for path in files if not (old := older / path.relative_to(where)).exists()
                 or old.read_bytes() != path.read_bytes()]  # fmt: skip
    with tarfile.open(fileobj=packed, mode="w") as archive:
        for path in files:
            archive.add(path, str(path.relative_to(where)), recursive=False)
    head = {"toname": name, "guid": told["guid"], "raw": raw, "gone": gone, "size": len(packed.getvalue()),
            "base": dataset["snapshots"][base]["guid"] if base else "", "from": base}  # fmt: skip
    return json.dumps(head).encode() + b"\n" + packed.getvalue()


def token(half: dict[str, Any]) -> str:
    return "1-" + json.dumps({key: half[key] for key in ("toname", "from", "raw", "offset")}).encode().hex()


def send(datasets: dict[str, Dataset], flags: list[str], options: dict[str, list[str]], names: list[str]) -> None:
    if "-t" in options:
        asked = json.loads(bytes.fromhex(options["-t"][0].removeprefix("1-")))
        if "-n" in flags:
            print(f"resume token contents:\nnvlist version: 0\n\ttoname = {asked['toname']}")
            print("\trawok = 1" if asked["raw"] else "\tcompressok = 1")
            return
        data = stream(datasets, asked["toname"], asked["from"], asked["raw"])[asked["offset"] :]
    else:
        base = options.get("-i", [""])[0].removeprefix("@")
        data = stream(datasets, names[0], base, "-w" in flags)
    limit = STATE.with_name("cut")
    if limit.exists():
        sys.stdout.buffer.write(data[: int(limit.read_text())])
        limit.unlink()
        sys.stdout.buffer.flush()
        sys.exit("warning: cannot send: signal received")
    sys.stdout.buffer.write(data)


def receive(datasets: dict[str, Dataset], flags: list[str], options: dict[str, list[str]], names: list[str]) -> None:
    import io
    import shutil
    import tarfile

    if "-A" in flags:
        datasets[names[0]]["half"] = None
        if not datasets[names[0]]["snapshots"]:
            del datasets[names[0]]
        return
    name, _, point = names[0].partition("@")
    data = sys.stdin.buffer.read()
    datasets.clear()
    datasets.update(read())  # what happened while the stream came
    if name not in datasets:
        properties = dict(option.split("=", 1) for option in options.get("-o", []))
        place = properties.pop("mountpoint")
        datasets[name] = {
            "mountpoint": place,
            "mounted": False,
            "properties": properties,
            "snapshots": {},
            "half": None,
        }
    dataset = datasets[name]
    data = bytes.fromhex(dataset["half"]["data"]) + data if dataset["half"] else data
    line, _, body = data.partition(b"\n")
    head = json.loads(line)
    newest = list(dataset["snapshots"].values())[-1:]
    if [head["base"]] != [one_point["guid"] for one_point in newest or [{"guid": ""}]]:
        fail("most recent snapshot does not match incremental source")
    if len(body) < head["size"]:
        dataset["half"] = {**head, "offset": len(data), "data": data.hex()}
        write(datasets)
        fail("checksum mismatch or incomplete stream.\nPartially received snapshot is saved.")
    dataset["half"] = None
    where = tree(dataset, point)
    where.mkdir(parents=True)
    if newest:
        shutil.copytree(tree(dataset, list(dataset["snapshots"])[-1]), where, symlinks=True, dirs_exist_ok=True)
    for gone in head["gone"]:
        (where / gone).unlink()
    with tarfile.open(fileobj=io.BytesIO(body)) as archive:
        archive.extractall(where)  # of our own making
    dataset["snapshots"][point] = {"guid": head["guid"], "properties": dict(dataset["properties"]), "holds": []}
    if head["raw"]:
        dataset["properties"] |= {"encryption": "aes-256-gcm", "keystatus": "unavailable"}


def mount(datasets: dict[str, Dataset], flags: list[str], options: dict[str, list[str]], names: list[str]) -> None:
    del flags, options
    datasets[names[0]]["mounted"] = True


main(sys.argv[1:])
