"""CIM: instances from the state by their classes' functions; who queries sees properties, never methods by name."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from tests.sim.windows.powershell.errors import write_error
from tests.sim.windows.powershell.faults import NetError, NotKnown
from tests.sim.windows.powershell.raising import exception_of
from tests.sim.windows.powershell.registry import Call, cim_class, cim_method, cmdlet
from tests.sim.windows.powershell.text import items_of, to_text
from tests.sim.windows.powershell.unicode import units
from tests.sim.windows.powershell.values import ErrorRecord, Hashtable, Int64, Record, UInt64

_DEFAULT = "root/cimv2"
_CONDITION = re.compile(
    r"\s*(\w+)\s*=\s*(?:'((?:[^'\\]|\\.)*)'|\"((?:[^\"\\]|\\.)*)\"|(\d+)|(true|false))\s*", re.IGNORECASE
)
_CONDITION = re.compile(
    r"\s*(\w+)\s*=\s*(?:'((?:[^'\\]|\\.)*)'|\"((?:[^\"\\]|\\.)*)\"|(\d+)|(true|false))\s*", re.IGNORECASE
)
CIM_EXCEPTION = "Microsoft.Management.Infrastructure.CimException"


class CimInstance(Record):
    """An instance; `source` is what its class's function gave, for methods to change."""

    def __init__(self, namespace: str, class_name: str, source: Any) -> None:
        super().__init__([(name, value_of(item)) for name, item in dict(source).items()],
                         "Microsoft.Management.Infrastructure.CimInstance")  # fmt: skip
        self.namespace, self.class_name, self.source = namespace, class_name, source
        self.properties["CimClass"] = Record([("CimClassName", class_name)])


def value_of(item: Any) -> Any:
    """A value of the state as a program sees it: numbers by their width, lists as arrays, dicts as records."""
    if isinstance(item, str):
        return units(item)
    if isinstance(item, dict):
        return Record([(str(name), value_of(one)) for name, one in item.items()])
    if isinstance(item, list):
        return [value_of(one) for one in item]
    if isinstance(item, int) and not isinstance(item, bool) and not -(2**31) <= item < 2**31 and type(item) is int:
        return Int64(item) if item < 2**63 else UInt64(item)
    return item


def cim_error(message: str, code: int) -> NetError:
    """What a query that fails throws."""
    return NetError(CIM_EXCEPTION, message, code)


def instances(call: Call, namespace: str, class_name: str) -> list[Any]:
    """All instances of a class, as CimInstances."""
    given: Iterable[Any] = cim_class(namespace, class_name)(call.windows)
    return [one if isinstance(one, CimInstance) else CimInstance(namespace, class_name, one) for one in given]


@cmdlet("Get-CimInstance", "Namespace ClassName Filter Property Query OperationTimeoutSec InputObject KeyOnly "
        "ResultClassName CimSession ComputerName", positional="ClassName")  # fmt: skip
def _get_instance(call: Call) -> list[Any]:
    if any(name in call for name in ("Query", "CimSession", "ComputerName", "KeyOnly")):
        raise NotKnown("Get-CimInstance with a query or a session")
    namespace, class_name = to_text(call["Namespace"]) or _DEFAULT, to_text(call["ClassName"])
    try:
        found = instances(call, namespace, class_name)
    except NetError as error:
        record = ErrorRecord(exception_of(error), f"HRESULT 0x{error.hresult & 0xFFFFFFFF:x},Microsoft.Management."
                             "Infrastructure.CimCmdlets.GetCimInstanceCommand")  # fmt: skip
        write_error(call.shell, record, to_text(call["ErrorAction"]))
        return []
    if call["Filter"]:
        found = [one for one in found if _passes(one, to_text(call["Filter"]))]
    if call["Property"]:
        wanted = {to_text(name).lower() for name in items_of(call["Property"])}
        for one in found:
            for name, _ in list(one.items()):
                if name.lower() not in wanted and name != "CimClass":
                    one.properties[name] = None
    return found


def _passes(instance: Record, condition: str) -> bool:
    """WQL of the plain kind: NAME = 'text' or number, joined by AND."""
    for part in re.split(r"\s+and\s+", condition, flags=re.IGNORECASE):
        found = _CONDITION.fullmatch(part)
        if not found or found[1] not in instance.properties:
            raise NotKnown(f"the filter {condition!r}")
        wanted = found[2] if found[2] is not None else found[3] if found[3] is not None else found[4] or found[5]
        if found[2] is not None or found[3] is not None:
            wanted = re.sub(r"\\(.)", r"\1", wanted)
        if to_text(instance.get(found[1])).lower() != wanted.lower():
            return False
    return True


@cmdlet("Set-CimInstance", "InputObject Property OperationTimeoutSec", switches="PassThru", positional="InputObject")
def _set_instance(call: Call) -> None:
    """The instance in the state gets these values; one that its class does not have is refused."""
    targets = call.piped if call.piped is not None else items_of(call["InputObject"])
    for target in targets:
        if not isinstance(target, CimInstance) or not isinstance(call["Property"], Hashtable):
            raise NotKnown("Set-CimInstance without an instance, or without -Property")
        for name, given in call["Property"].items():
            known = next((one for one in target.source if one.lower() == to_text(name).lower()), None)
            if known is None:
                raise NotKnown(f"{target.class_name}.{name}")
            target.source[known] = int(given) if isinstance(given, int) and not isinstance(given, bool) else given


@cmdlet(
    "Invoke-CimMethod",
    "Namespace ClassName MethodName Arguments InputObject OperationTimeoutSec",
    positional="InputObject MethodName",
)
def _invoke(call: Call) -> list[Any]:
    targets = (
        call.piped if call.piped is not None else items_of(call["InputObject"]) if "InputObject" in call else [None]
    )
    arguments = call["Arguments"] if isinstance(call["Arguments"], Hashtable) else Hashtable()
    found = []
    for target in targets:
        if target is None:
            namespace, class_name = to_text(call["Namespace"]) or _DEFAULT, to_text(call["ClassName"])
        elif isinstance(target, CimInstance):
            namespace, class_name = target.namespace, target.class_name
        else:
            raise NotKnown("Invoke-CimMethod with something that is no instance")
        function = cim_method(namespace, class_name, to_text(call["MethodName"]))
        try:
            answer = function(call.windows, target.source if target is not None else None, arguments)
        except NetError as error:
            record = ErrorRecord(exception_of(error), f"HRESULT 0x{error.hresult & 0xFFFFFFFF:x},Microsoft.Management."
                                 "Infrastructure.CimCmdlets.InvokeCimMethodCommand")  # fmt: skip
            write_error(call.shell, record, to_text(call["ErrorAction"]))
            continue
        found.append(value_of(answer))
    return found
