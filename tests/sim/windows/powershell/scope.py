"""Where names are looked up: scopes of a runspace, and the process that it belongs to."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from tests.sim.windows.powershell.raising import fail
from tests.sim.windows.powershell.values import ErrorRecord, Hashtable, ScriptBlock

if TYPE_CHECKING:
    from tests.sim.windows.process import Process

Emit = Callable[[Any], None]


class Scope:
    """Variables and functions of one call. A name that is not here is looked up in the caller's."""

    def __init__(self, parent: Scope | None, *, script: bool = False) -> None:
        self.parent, self.script = parent, script
        self.variables: dict[str, Any] = {}
        self.functions: dict[str, ScriptBlock] = {}
        self.constraints: dict[str, str] = {}
        self.strict: int | None = None


class Shell:
    """One runspace: its scopes, its errors. `process` has the console, the environment and the machine."""

    def __init__(self, process: Process) -> None:
        self.process = process
        self.top = Scope(None, script=True)
        self.scope = self.top
        self.errors: list[Any] = []
        self.fine = True  # $?
        self.error_stream: list[ErrorRecord] = []
        self.nested = process.main is not None  # a runspace made by [PowerShell]::Create(): its errors go to Streams
        self.location = process.location
        self.top.variables.update(_automatic(process))

    @contextmanager
    def within(self, scope: Scope) -> Iterator[None]:
        """Look names up from there as long as the block lasts."""
        before, self.scope = self.scope, scope
        try:
            yield
        finally:
            self.scope = before

    @property
    def strict(self) -> int:
        """The version of Set-StrictMode that holds here; 0 is none."""
        scope: Scope | None = self.scope
        while scope is not None:
            if scope.strict is not None:
                return scope.strict
            scope = scope.parent
        return 0

    def _holder(self, name: str) -> Scope | None:
        scope: Scope | None = self.scope
        while scope is not None:
            if name in scope.variables:
                return scope
            scope = scope.parent
        return None

    def has(self, name: str) -> bool:
        """Whether a variable is set anywhere up the calls."""
        return self._holder(name.lower()) is not None

    def get(self, name: str) -> Any:
        """A variable by its name as written, with `script:` and the like before it."""
        prefix, _, rest = name.partition(":")
        lower = name.lower()
        if rest:
            return self._get_from(prefix.lower(), rest, name)
        if lower == "?":
            return self.fine
        if lower == "error":
            return list(self.errors)
        holder = self._holder(lower)
        if holder is not None:
            return holder.variables[lower]
        return self._unset(name)

    def _unset(self, name: str) -> Any:
        if self.strict:
            fail("VariableIsUndefined", f"The variable '${name}' cannot be retrieved because it has not been set.")
        return None

    def _get_from(self, prefix: str, name: str, whole: str) -> Any:
        if prefix == "env":
            return self.process.environment_value(name)
        scope = self._scope_named(prefix, whole)
        if name.lower() in scope.variables:
            return scope.variables[name.lower()]
        return self._unset(whole)

    def set(self, name: str, value: Any) -> None:
        """Assign: in this scope unless the name says another."""
        prefix, _, rest = name.partition(":")
        if rest and prefix.lower() == "env":
            self.process.set_environment(rest, value)
            return
        scope = self._scope_named(prefix.lower(), name) if rest else self.scope
        key = (rest or name).lower()
        if key == "null":
            return
        if key in ("true", "false", "pid", "psversiontable", "error", "?", "home", "host"):
            fail("VariableNotWritable", f"Cannot overwrite variable {key} because it is read-only or constant.")
        scope.variables[key] = value

    def _scope_named(self, prefix: str, whole: str) -> Scope:
        if prefix == "global":
            return self.top
        if prefix in ("local", "private"):
            return self.scope
        if prefix == "script":
            scope = self.scope
            while not scope.script and scope.parent is not None:
                scope = scope.parent
            return scope
        return fail("DriveNotFound", f"Cannot find drive. A drive with the name '{prefix}' does not exist. (${whole})")

    def function(self, name: str) -> ScriptBlock | None:
        """A function by name, the caller's too."""
        scope: Scope | None = self.scope
        while scope is not None:
            if name.lower() in scope.functions:
                return scope.functions[name.lower()]
            scope = scope.parent
        return None

    def preference(self, name: str, default: str) -> str:
        """A preference variable as text."""
        holder = self._holder(name.lower())
        return str(holder.variables[name.lower()]) if holder else default


def _automatic(process: Process) -> dict[str, Any]:
    version = Hashtable(
        [("PSVersion", process.windows.version_object()), ("PSEdition", "Desktop")],
        type_name="System.Collections.Hashtable",
    )
    return {
        "true": True, "false": False, "null": None, "pid": process.pid, "psversiontable": version,
        "erroractionpreference": "Continue", "progresspreference": "Continue", "warningpreference": "Continue",
        "confirmpreference": "High", "lastexitcode": None, "home": process.home,
        "pshome": r"C:\Windows\System32\WindowsPowerShell\v1.0",
        "ofs": None, "args": [], "pwd": process.location, "outputencoding": "us-ascii",
        "verbosepreference": "SilentlyContinue",
        "informationpreference": "SilentlyContinue", "debugpreference": "SilentlyContinue",
    }  # fmt: skip
