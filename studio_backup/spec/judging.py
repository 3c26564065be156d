"""What jsonschema finds wrong; loaded only for a value that does not fit: loading it costs more than most specs do."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from typing import Any

from jsonschema import Draft7Validator, FormatChecker
from jsonschema.exceptions import ValidationError

from studio_backup.spec.fitting import well_formed
from studio_backup.spec.formats import FORMATS
from studio_backup.spec.schema import Schema, load_schema
from studio_backup.spec.wording import MalformedError


def _checker() -> FormatChecker:
    checker = FormatChecker(formats=())
    for word in FORMATS:
        checker.checks(word, raises=MalformedError)(functools.partial(well_formed, word=word))
    return checker


@functools.cache
def _validator(name: str) -> Draft7Validator:
    return Draft7Validator(load_schema(name), format_checker=_checker())


def errors(name: str, value: Any, schema: Schema | None = None) -> Iterator[ValidationError]:
    """What is wrong with a value, by the whole schema or by a part of it."""
    validator = _validator(name)
    return iter((validator.evolve(schema=schema) if schema is not None else validator).iter_errors(value))
