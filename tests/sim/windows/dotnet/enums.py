"""Enumerations of .NET: names, numbers, flags."""

from __future__ import annotations

from typing import Any

from tests.sim.windows.powershell.convert import CASTS
from tests.sim.windows.powershell.objects import CONSTANTS
from tests.sim.windows.powershell.raising import fail
from tests.sim.windows.powershell.text import to_text
from tests.sim.windows.powershell.types import canonical
from tests.sim.windows.powershell.values import Enumerated

ENUMS: dict[str, dict[str, int]] = {
    "System.IO.FileMode": {"CreateNew": 1, "Create": 2, "Open": 3, "OpenOrCreate": 4, "Truncate": 5, "Append": 6},
    "System.IO.FileAccess": {"Read": 1, "Write": 2, "ReadWrite": 3},
    "System.IO.FileShare": {"None": 0, "Read": 1, "Write": 2, "ReadWrite": 3, "Delete": 4, "Inheritable": 16},
    "System.IO.FileOptions": {"None": 0, "WriteThrough": -2147483648, "DeleteOnClose": 67108864,
                              "SequentialScan": 134217728},
    "System.IO.FileAttributes": {"ReadOnly": 1, "Hidden": 2, "System": 4, "Directory": 16, "Archive": 32, "Normal": 128,
                                 "Temporary": 256, "SparseFile": 512, "ReparsePoint": 1024, "Compressed": 2048,
                                 "Offline": 4096, "NotContentIndexed": 8192, "Encrypted": 16384},
    "System.IO.SearchOption": {"TopDirectoryOnly": 0, "AllDirectories": 1},
    "System.IO.SeekOrigin": {"Begin": 0, "Current": 1, "End": 2},
    "System.IO.DriveType": {"Unknown": 0, "NoRootDirectory": 1, "Removable": 2, "Fixed": 3, "Network": 4, "CDRom": 5,
                            "Ram": 6},
    "System.StringComparison": {"CurrentCulture": 0, "CurrentCultureIgnoreCase": 1, "InvariantCulture": 2,
                                "InvariantCultureIgnoreCase": 3, "Ordinal": 4, "OrdinalIgnoreCase": 5},
    "System.StringSplitOptions": {"None": 0, "RemoveEmptyEntries": 1},
    "System.DateTimeKind": {"Unspecified": 0, "Utc": 1, "Local": 2},
    "System.DayOfWeek": {"Sunday": 0, "Monday": 1, "Tuesday": 2, "Wednesday": 3, "Thursday": 4, "Friday": 5,
                         "Saturday": 6},
    "System.Globalization.DateTimeStyles": {"None": 0, "AssumeLocal": 32, "AssumeUniversal": 64,
                                            "AdjustToUniversal": 16, "RoundtripKind": 128},
    "System.Globalization.NumberStyles": {"None": 0, "HexNumber": 515, "Integer": 7},
    "System.Text.RegularExpressions.RegexOptions": {"None": 0, "IgnoreCase": 1, "Multiline": 2, "Singleline": 16,
                                                    "CultureInvariant": 512},
    "System.Text.NormalizationForm": {"FormC": 1, "FormD": 2, "FormKC": 5, "FormKD": 6},
    "Microsoft.Win32.RegistryHive": {"LocalMachine": -2147483646},
    "Microsoft.Win32.RegistryView": {"Default": 0, "Registry64": 256, "Registry32": 512},
    "Microsoft.Win32.RegistryValueKind": {"String": 1, "ExpandString": 2, "Binary": 3, "DWord": 4, "MultiString": 7,
                                          "QWord": 11},
    "System.Security.Principal.WindowsBuiltInRole": {"Administrator": 544, "User": 545},
    "System.Security.AccessControl.FileSystemRights": {
        "ReadData": 1, "ListDirectory": 1, "CreateFiles": 2, "WriteData": 2, "AppendData": 4, "CreateDirectories": 4,
        "ReadExtendedAttributes": 8, "WriteExtendedAttributes": 16, "ExecuteFile": 32, "Traverse": 32,
        "DeleteSubdirectoriesAndFiles": 64, "ReadAttributes": 128, "WriteAttributes": 256, "Delete": 65536,
        "ReadPermissions": 131072, "ChangePermissions": 262144, "TakeOwnership": 524288, "Synchronize": 1048576,
        "Write": 278, "Read": 131209, "ReadAndExecute": 131241, "Modify": 197055, "FullControl": 2032127},
    "System.Security.AccessControl.InheritanceFlags": {"None": 0, "ContainerInherit": 1, "ObjectInherit": 2},
    "System.Security.AccessControl.PropagationFlags": {"None": 0, "NoPropagateInherit": 1, "InheritOnly": 2},
    "System.Security.AccessControl.AccessControlType": {"Allow": 0, "Deny": 1},
    "System.Security.AccessControl.AccessControlSections": {"None": 0, "Audit": 1, "Access": 2, "Owner": 4, "Group": 8,
                                                            "All": 15},
    "System.Environment+SpecialFolder": {"CommonApplicationData": 35, "System": 37, "Windows": 36, "ProgramFiles": 38,
                                         "UserProfile": 40, "LocalApplicationData": 28},
    "System.Diagnostics.ProcessWindowStyle": {"Normal": 0, "Hidden": 1},
}  # fmt: skip
_FLAGS = {"System.IO.FileShare", "System.IO.FileAttributes", "System.IO.FileOptions", "System.IO.FileAccess",
          "System.Globalization.DateTimeStyles", "System.Text.RegularExpressions.RegexOptions",
          "System.Security.AccessControl.FileSystemRights", "System.Security.AccessControl.InheritanceFlags",
          "System.Security.AccessControl.PropagationFlags"}  # fmt: skip
_BY_NAME = {canonical(name): name for name in ENUMS} | {"environment.specialfolder": "System.Environment+SpecialFolder"}


def enumerated(type_name: str, number: int) -> Enumerated:
    """A value by its number: one name, several with commas, or the number itself."""
    table = ENUMS[type_name]
    for name, own in table.items():
        if own == number:
            return Enumerated(type_name, name, number)
    if type_name in _FLAGS:
        left, names = number & 0xFFFFFFFF, list[str]()
        for name, own in sorted(table.items(), key=lambda item: -(item[1] & 0xFFFFFFFF)):
            bits = own & 0xFFFFFFFF
            if bits and left & bits == bits:
                left &= ~bits
                names.insert(0, name)
        if not left and names:
            return Enumerated(type_name, ", ".join(names), number)
    return Enumerated(type_name, str(number), number)


def _caster(type_name: str) -> Any:
    def cast(given: Any) -> Enumerated:
        if isinstance(given, int) and not isinstance(given, bool):
            return enumerated(type_name, int(given))
        number, table = 0, {name.lower(): own for name, own in ENUMS[type_name].items()}
        for word in to_text(given).split(","):
            stripped = word.strip().lower()
            if stripped not in table:
                fail("InvalidCastFromStringToEnum", f'Cannot convert value "{to_text(given)}" to type "{type_name}". '
                     f'Error: "Unable to match the identifier name {to_text(given)} to a valid enumerator name.',
                     "System.Management.Automation.PSInvalidCastException")  # fmt: skip
            number |= table[stripped]
        return enumerated(type_name, number)

    return cast


def number_of(given: Any, type_name: str) -> int:
    """An argument that is a value of an enumeration, or its name, as a number."""
    return int(CASTS[canonical(type_name)](given))


def _constant(type_name: str, name: str, number: int) -> Any:
    return lambda _: Enumerated(type_name, name, number)


for _type, _table in ENUMS.items():
    for _short in {canonical(_type), *(key for key, full in _BY_NAME.items() if full == _type)}:
        CASTS[_short] = _caster(_type)
        CONSTANTS.setdefault(_short, {}).update({
            _name.lower(): _constant(_type, _name, _number) for _name, _number in _table.items()
        })  # fmt: skip
