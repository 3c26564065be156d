"""`{{ }}` in values: jinja2 in its sandbox, with machine, room, site and vars and nothing to call."""

from __future__ import annotations

import functools
from typing import Any

from jinja2 import StrictUndefined, TemplateError, Undefined, UndefinedError
from jinja2.environment import Template
from jinja2.exceptions import SecurityError, TemplateSyntaxError
from jinja2.sandbox import SandboxedEnvironment

from studio_backup.spec.wording import MalformedError, shorten, suggest

_LONGEST = 2000
_NAMES = ("machine", "room", "site", "vars")
NAMES_FIX = "use machine.name, machine.role, machine.room, machine.site, room.name, site.name or vars.NAME"


class UnfillableError(MalformedError):
    """A template that cannot be filled in, with the code of its problem."""

    def __init__(self, code: str, message: str, fix: str) -> None:
        super().__init__(message, fix)
        self.code = code


class _Values(SandboxedEnvironment):
    """Reads keys of maps and items of lists; calls nothing, and multiplies nothing."""

    intercepted_binops = frozenset(["*", "**", "%"])

    def getattr(self, obj: Any, attribute: str) -> Any:
        if isinstance(obj, dict) and attribute in obj:
            return obj[attribute]
        return self.undefined(obj=obj, name=attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:
        if isinstance(obj, dict | list | str) and isinstance(argument, str | int):
            try:
                return obj[argument]  # type: ignore[index]
            except (LookupError, TypeError):
                pass
        return self.undefined(obj=obj, name=argument)

    def is_safe_callable(self, obj: Any) -> bool:  # noqa: ARG002
        return False

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:  # noqa: ARG002
        raise SecurityError(f"the operator {operator} is not for values of a spec")


def _replace(text: object, old: str, new: str) -> str:
    """The filter `replace`, bounded: chained, the usual one could fill the memory."""
    value = str(text)
    if not old or len(value) * max(1, len(new)) > 100 * _LONGEST:
        raise SecurityError("this replacement grows without bounds")
    return value.replace(old, new)


def _single(value: object) -> object:
    """What a `{{ }}` may end as: one text or number."""
    if isinstance(value, Undefined | str | int):
        return value
    raise SecurityError("it ends as a list or a map, not as one value")


def _environment() -> _Values:
    environment = _Values(undefined=StrictUndefined, autoescape=False, keep_trailing_newline=True)
    kept = {name: environment.filters[name] for name in ("default", "first", "int", "last", "lower", "trim", "upper")}
    environment.filters = {**kept, "replace": _replace}
    environment.tests = {name: environment.tests[name] for name in ("defined", "undefined")}
    environment.globals = {}
    environment.finalize = _single
    return environment


@functools.cache
def _compiler() -> _Values:
    return _environment()


@functools.lru_cache(maxsize=4096)
def _compiled(text: str) -> Template:
    return _compiler().from_string(text)


def fill_in(text: str, values: dict[str, object]) -> str:
    """The text with every `{{ }}` replaced. Raises `UnfillableError` for all but a value that is there."""
    if "{%" in text or "{#" in text:
        message = "{% %} and {# #} do not work here: only values in {{ }}"
        raise UnfillableError("SB303", message, "write the value, or use {{ vars.NAME }}")
    if len(text) > _LONGEST:
        raise UnfillableError("SB302", f"a text with {{{{ }}}} in it may have {_LONGEST} characters", "shorten it")
    try:
        filled: str = _compiled(text).render(values)
    except TemplateSyntaxError as error:
        message = f"{{{{ }}}} cannot be read: {error.message}"
        raise UnfillableError("SB303", message, "write {{ name }}, with nothing left open") from None
    except UndefinedError:
        raise UnfillableError("SB302", "{{ }} names a value that is not there", _near(text, values)) from None
    except TemplateError as error:
        raise UnfillableError("SB303", f"{{{{ }}}} does more than name a value: {error.message}", NAMES_FIX) from None
    except Exception as error:  # jinja2 compiles to Python, whose own errors (recursion, conversion) come through
        message = f"{{{{ }}}} cannot be filled in: {type(error).__name__}"
        raise UnfillableError("SB302", message, NAMES_FIX) from None
    if len(filled) > _LONGEST:
        raise UnfillableError("SB302", f"filled in, this has more than {_LONGEST} characters", "shorten it")
    return filled


def _near(text: str, values: dict[str, object]) -> str:
    """What may have been meant by the names in a template."""
    known = [name for name in _NAMES if name in values]
    for name in _NAMES:
        inner = values.get(name)
        known += [f"{name}.{key}" for key in inner] if isinstance(inner, dict) else []
    words = [word.strip() for part in text.split("{{")[1:] for word in [part.split("}}")[0].split("|")[0]]]
    unknown = [word for word in words if word not in known]
    return suggest(shorten(unknown[0]), known, NAMES_FIX) if unknown else NAMES_FIX
