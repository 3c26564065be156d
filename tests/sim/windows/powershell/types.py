"""Names of types: what a value is, and what `-is` and `catch [Type]` find it to be."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from tests.sim.windows.powershell.faults import NotKnown
from tests.sim.windows.powershell.objects import NetObject
from tests.sim.windows.powershell.values import (
    Char,
    Enumerated,
    ErrorRecord,
    Growing,
    Hashtable,
    NetException,
    Record,
    ScriptBlock,
    TypeName,
    Wide,
)

#: Exceptions and what they derive from, besides System.Exception.
PARENTS = {
    "io.filenotfoundexception": ("io.ioexception", "systemexception"),
    "io.directorynotfoundexception": ("io.ioexception", "systemexception"),
    "io.pathtoolongexception": ("io.ioexception", "systemexception"),
    "io.drivenotfoundexception": ("io.ioexception", "systemexception"),
    "io.endofstreamexception": ("io.ioexception", "systemexception"),
    "io.ioexception": ("systemexception",),
    "unauthorizedaccessexception": ("systemexception",),
    "security.securityexception": ("systemexception",),
    "argumentnullexception": ("argumentexception", "systemexception"),
    "argumentoutofrangeexception": ("argumentexception", "systemexception"),
    "argumentexception": ("systemexception",),
    "formatexception": ("systemexception",),
    "overflowexception": ("arithmeticexception", "systemexception"),
    "invalidoperationexception": ("systemexception",),
    "invalidcastexception": ("systemexception",),
    "notsupportedexception": ("systemexception",),
    "timeoutexception": ("systemexception",),
    "indexoutofrangeexception": ("systemexception",),
    "threading.abandonedmutexexception": ("systemexception",),
    "componentmodel.win32exception": ("runtime.interopservices.externalexception", "systemexception"),
    "runtime.interopservices.comexception": ("runtime.interopservices.externalexception", "systemexception"),
    "management.automation.runtimeexception": ("systemexception",),
    "management.automation.methodinvocationexception": (
        "management.automation.methodexception", "management.automation.runtimeexception", "systemexception"),
    "management.automation.itemnotfoundexception": (
        "management.automation.sessionstateexception", "management.automation.runtimeexception", "systemexception"),
    "management.automation.commandnotfoundexception": (
        "management.automation.runtimeexception", "systemexception"),
    "management.automation.parameterbindingexception": (
        "management.automation.runtimeexception", "systemexception"),
    "management.automation.psinvalidcastexception": ("invalidcastexception", "systemexception"),
    "management.automation.pipelinestoppedexception": (
        "management.automation.runtimeexception", "systemexception"),
    "management.automation.propertynotfoundexception": (
        "management.automation.runtimeexception", "systemexception"),
    "microsoft.powershell.commands.writeerrorexception": ("systemexception",),
    "microsoft.management.infrastructure.cimexception": (),
    "security.authentication.invalidcredentialexception": ("systemexception",),
}  # fmt: skip
_ALIASES = {
    "int": "int32", "long": "int64", "bool": "boolean", "float": "single", "psobject": "management.automation.psobject",
    "pscustomobject": "management.automation.pscustomobject", "hashtable": "collections.hashtable",
    "scriptblock": "management.automation.scriptblock", "regex": "text.regularexpressions.regex",
    "switch": "management.automation.switchparameter", "psobject[]": "object[]", "uint32": "uint32",
    "short": "int16", "ushort": "uint16", "uint": "uint32", "ulong": "uint64",
    "ordered": "collections.specialized.ordereddictionary",
    "powershell": "management.automation.powershell", "xml": "xml.xmldocument", "ipaddress": "net.ipaddress",
    "runspacefactory": "management.automation.runspaces.runspacefactory",
    "cimsession": "microsoft.management.infrastructure.cimsession",
    "ciminstance": "microsoft.management.infrastructure.ciminstance", "mailaddress": "net.mail.mailaddress",
    "securestring": "security.securestring", "pscredential": "management.automation.pscredential", "array": "array",
    "regexoptions": "text.regularexpressions.regexoptions", "stringsplitoptions": "stringsplitoptions",
}  # fmt: skip


@lru_cache(maxsize=4096)
def canonical(name: str) -> str:
    """A type's full name in lower case, without `System.`: what two spellings have in common."""
    lower = name.lower().replace(" ", "").removeprefix("system.")
    return _ALIASES.get(lower, lower)


def name_of(value: Any) -> str:
    """The full name of a value's type."""
    if isinstance(value, Enumerated | Wide | Hashtable | Record | NetException | NetObject | Growing):
        name = str(value.type_name)
        return name if "." in name else f"System.{name}"
    plain: dict[type, str] = {bool: "Boolean", Char: "Char", str: "String", int: "Int32", float: "Double",
                              list: "Object[]", bytearray: "Byte[]", TypeName: "RuntimeType",
                              ScriptBlock: "Management.Automation.ScriptBlock",
                              ErrorRecord: "Management.Automation.ErrorRecord"}  # fmt: skip
    for kind in type(value).__mro__:
        if kind in plain:
            return f"System.{plain[kind]}"
    raise NotKnown(f"the type of {type(value).__name__}")


def is_a(value: Any, name: str) -> bool:
    """`-is [name]`."""
    wanted = canonical(name)
    if value is None:
        return False
    if wanted == "object":
        return True
    own = canonical(name_of(value))
    if wanted == own:
        return True
    if isinstance(value, NetException):
        return wanted == "exception" or wanted in PARENTS.get(own, ())
    if isinstance(value, list | bytearray):
        growing = isinstance(value, Growing)
        return wanted in ("collections.ienumerable", "collections.ilist", "collections.icollection") or (
            not growing and wanted == "array"
        )
    if isinstance(value, Hashtable):
        return wanted in ("collections.idictionary", "collections.ienumerable", "collections.icollection")
    if isinstance(value, Record):
        return wanted in ("management.automation.psobject", "management.automation.pscustomobject")
    if isinstance(value, NetObject):
        return wanted in {canonical(kind) for kind in value.kinds}
    if isinstance(value, Enumerated):
        return wanted == "enum"
    return False
