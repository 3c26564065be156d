"""Telling quickly that a value fits its schema; what is wrong with one that does not is jsonschema's to say."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from studio_backup.spec.formats import FORMATS
from studio_backup.spec.schema import Schema, is_template
from studio_backup.spec.wording import MalformedError

#: Words of a schema that forbid nothing.
_SILENT = frozenset(["title", "description", "examples", "default", "$schema", "$id"])
_TYPES: Mapping[str, Callable[[Any], bool]] = {
    "object": lambda value: isinstance(value, dict),
    "array": lambda value: isinstance(value, list),
    "string": lambda value: isinstance(value, str),
    "integer": lambda value: type(value) is int,
    "number": lambda value: isinstance(value, int | float) and not isinstance(value, bool),
    "boolean": lambda value: isinstance(value, bool),
    "null": lambda value: value is None,
}


def fits(value: Any, schema: Schema) -> bool:
    """True only when jsonschema would find nothing: a good spec, the daily case, need not load it.

    False means "ask jsonschema": so does every word of a schema that is not known here.
    """
    for word, limit in schema.items():
        if word not in _SILENT and not (word in _RULES and _RULES[word](value, limit, schema)):
            return False
    return True


def well_formed(value: Any, word: str) -> bool:
    """Whether a scalar is what a `format` word asks for; raises MalformedError with what is wrong when it is not."""
    if not isinstance(value, dict | list | None) and not is_template(str(value)):
        FORMATS[word][1](str(value))
    return True


def _type(value: Any, limit: Any, _: Any) -> bool:
    return any(_TYPES[name](value) for name in ([limit] if isinstance(limit, str) else limit) if name in _TYPES)


def _format(value: Any, limit: Any, _: Any) -> bool:
    try:
        return limit not in FORMATS or well_formed(value, limit)
    except MalformedError:
        return False


def _properties(value: Any, limit: Any, _: Any) -> bool:
    return not isinstance(value, dict) or all(fits(value[key], limit[key]) for key in value.keys() & limit.keys())


def _additional(value: Any, limit: Any, schema: Any) -> bool:
    if not isinstance(value, dict):
        return True
    others = value.keys() - schema.get("properties", {}).keys()
    return not others if limit is False else limit is True or all(fits(value[key], limit) for key in others)


def _items(value: Any, limit: Any, _: Any) -> bool:
    return not isinstance(value, list) or all(fits(item, limit) for item in value)


def _least(kind: type[Any]) -> Callable[[Any, Any, Any], bool]:
    return lambda value, limit, _: not isinstance(value, kind) or len(value) >= limit


def _most(kind: type[Any]) -> Callable[[Any, Any, Any], bool]:
    return lambda value, limit, _: not isinstance(value, kind) or len(value) <= limit


#: What each word of a schema asks of a value: (value, what stands behind the word, the schema around it).
_RULES: Mapping[str, Callable[[Any, Any, Any], bool]] = {
    "type": _type,
    "format": _format,
    "properties": _properties,
    "additionalProperties": _additional,
    "propertyNames": lambda value, limit, _: not isinstance(value, dict) or all(fits(key, limit) for key in value),
    "required": lambda value, limit, _: not isinstance(value, dict) or set(limit) <= value.keys(),
    "items": _items,
    "anyOf": lambda value, limit, _: any(fits(value, one) for one in limit),
    "enum": lambda value, limit, _: any(type(one) is type(value) and one == value for one in limit),
    "pattern": lambda value, limit, _: not isinstance(value, str) or re.search(limit, value) is not None,
    "minimum": lambda value, limit, _: not isinstance(value, int | float) or value >= limit,
    "maximum": lambda value, limit, _: not isinstance(value, int | float) or value <= limit,
    "minLength": _least(str),
    "maxLength": _most(str),
    "minItems": _least(list),
    "minProperties": _least(dict),
}
