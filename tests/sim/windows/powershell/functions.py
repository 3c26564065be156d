"""Functions and script blocks: how arguments meet parameters, and a call."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tests.sim.windows.powershell.convert import convert
from tests.sim.windows.powershell.dispatch import evaluate, execute, value
from tests.sim.windows.powershell.faults import NotKnown, ReturnFrom, Thrown
from tests.sim.windows.powershell.raising import fail
from tests.sim.windows.powershell.scope import Emit, Scope, Shell
from tests.sim.windows.powershell.text import items_of, to_text
from tests.sim.windows.powershell.tree import Node
from tests.sim.windows.powershell.types import canonical
from tests.sim.windows.powershell.values import Hashtable, ScriptBlock, is_array, plain

BINDING = "System.Management.Automation.ParameterBindingException"
_UNBOUND: dict[str, Any] = {"string": "", "int32": 0, "int64": 0, "boolean": False, "double": 0.0, "byte": 0,
                            "management.automation.switchparameter": False}  # fmt: skip
#: Attributes that change nothing of what is bound.
_IDLE = ("cmdletbinding", "outputtype", "diagnostics.codeanalysis.suppressmessageattribute")


@dataclass
class Parameter:
    """One parameter as it is declared."""

    name: str
    types: list[str] = field(default_factory=list)
    mandatory: bool = False
    choices: list[str] | None = None
    allows: set[str] = field(default_factory=set)
    default: Node | None = None

    @property
    def is_switch(self) -> bool:
        """Whether it takes no value."""
        return any(canonical(name) == "management.automation.switchparameter" for name in self.types)


def declared(shell: Shell, block: ScriptBlock) -> list[Parameter]:
    """The parameters of a script block, in order."""
    if block.parameters is None:
        return []
    if block.parameters.known is None:
        lists = block.parameters.every("parameter_list")
        block.parameters.known = [_declaration(shell, one) for part in lists for one in part.every("script_parameter")]
    found: list[Parameter] = block.parameters.known
    return found


def _declaration(shell: Shell, node: Node) -> Parameter:
    variable = node.first("variable")
    assert variable is not None
    made = Parameter(variable.text[1:])
    for attribute in [one for part in node.every("attribute_list") for one in part.kids]:
        literal = attribute.first("type_literal")
        if literal is not None:
            made.types.append(literal.text[1:-1])
        else:
            _attribute(shell, attribute, made)
    default = node.first("script_parameter_default")
    made.default = default.kids[0] if default else None
    return made


def _attribute(shell: Shell, node: Node, made: Parameter) -> None:
    label = node.first("attribute_name")
    assert label is not None
    name = canonical(label.text).removeprefix("management.automation.").removesuffix("attribute")
    arguments = [one for part in node.every("attribute_arguments") for one in part.kids]
    if name == "parameter":
        for argument in arguments:
            word = argument.kids[0].text.lower()
            if word == "mandatory":
                made.mandatory = len(argument.kids) == 1 or bool(value(shell, argument.kids[1]))
            elif word not in ("position", "helpmessage"):
                raise NotKnown(f"line {node.line}: [Parameter({word})]")
    elif name == "validateset":
        made.choices = [to_text(value(shell, argument.kids[0])) for argument in arguments]
    elif name in ("allownull", "allowemptystring", "allowemptycollection", "validatenotnullorempty", "validatenotnull"):
        made.allows.add(name)
    else:
        raise NotKnown(f"line {node.line}: the attribute {label.text}")


def call_block(shell: Shell, block: ScriptBlock, positional: list[Any], named: dict[str, Any], piped: list[Any] | None,
               emit: Emit, *, dotted: bool = False, script: bool = False) -> None:  # fmt: skip
    """Run a function or a script block in a scope of its own; with `dotted` in the one that stands."""
    scope = shell.scope if dotted else Scope(shell.scope, script=script)
    shell.process.deeper()
    try:
        with shell.within(scope):
            _bind(shell, block, positional, named, scope)
            if piped is not None:
                scope.variables["input"] = list(piped)
            execute(shell, block.body, emit)
    except ReturnFrom:
        pass
    finally:
        shell.process.shallower()


def _bind(shell: Shell, block: ScriptBlock, positional: list[Any], named: dict[str, Any], scope: Scope) -> None:
    parameters, rest, bound = declared(shell, block), list(positional), Hashtable(ordered=True)
    given = {key.lower(): item for key, item in named.items()}
    advanced = block.parameters is not None and "CmdletBinding" in block.parameters.text
    for parameter in parameters:
        if parameter.name.lower() in given:
            bound[parameter.name] = given.pop(parameter.name.lower())
    if given:
        raise NotKnown(f"{block.name or 'a script block'} has no parameter {', '.join(given)}")
    for parameter in parameters:
        if rest and parameter.name not in bound and not parameter.is_switch:
            bound[parameter.name] = rest.pop(0)
    if rest and advanced:
        fail(f"PositionalParameterNotFound,{block.name}", "A positional parameter cannot be found that accepts "
             f"argument '{to_text(rest[0])}'.", BINDING)  # fmt: skip
    for parameter in parameters:
        if parameter.name in bound:
            _take(parameter, plain(bound[parameter.name]), block.name, scope)
        else:
            _leave(shell, parameter, block.name, scope)
    scope.variables.update({"args": rest, "psboundparameters": bound})
    shell.process.windows.called(block.name, {name: scope.variables[name.lower()] for name, _ in bound.items()})
    for parameter in parameters:
        if len(parameter.types) == 1:
            scope.constraints[parameter.name.lower()] = parameter.types[0]


def _take(parameter: Parameter, given: Any, name: str, scope: Scope) -> None:
    for kind in reversed(parameter.types):
        if canonical(kind) == "string" and is_array(given):
            fail(f"ParameterArgumentTransformationError,{name}", "Cannot process argument transformation on parameter "
                 f"'{parameter.name}'. Cannot convert value to type System.String.", BINDING)  # fmt: skip
        try:
            given = convert(given, kind)
        except Thrown as error:
            why = error.record.exception.message
            message = f"Cannot process argument transformation on parameter '{parameter.name}'. {why}"
            fail(f"ParameterArgumentTransformationError,{name}", message, BINDING)
    if parameter.mandatory:
        _refuse_empty(parameter, given, name)
    if parameter.choices is not None:
        for item in items_of(given):
            if to_text(item).lower() not in [choice.lower() for choice in parameter.choices]:
                fail(f"ParameterArgumentValidationError,{name}", f"Cannot validate argument on parameter "
                     f"'{parameter.name}'. The argument \"{to_text(item)}\" does not belong to the set "
                     f"\"{','.join(parameter.choices)}\" specified by the ValidateSet attribute.", BINDING)  # fmt: skip
    scope.variables[parameter.name.lower()] = given


def _refuse_empty(parameter: Parameter, given: Any, name: str) -> None:
    def refuse(what: str, word: str) -> None:
        fail(f"ParameterArgumentValidationError{what}NotAllowed,{name}",
             f"Cannot bind argument to parameter '{parameter.name}' because it is {word}.", BINDING)  # fmt: skip

    if given is None and "allownull" not in parameter.allows:
        refuse("Null", "null")
    if given == "" and "allowemptystring" not in parameter.allows:
        refuse("EmptyString", "an empty string")
    if is_array(given):
        if not given and "allowemptycollection" not in parameter.allows:
            refuse("EmptyArray", "an empty array")
        if any(kind.lower().startswith("string[") for kind in parameter.types) and (
            "" in given and "allowemptystring" not in parameter.allows
        ):
            refuse("EmptyString", "an empty string")


def _leave(shell: Shell, parameter: Parameter, name: str, scope: Scope) -> None:
    if parameter.mandatory:
        fail(f"MissingMandatoryParameter,{name}", "Cannot process command because of one or more missing mandatory "
             f"parameters: {parameter.name}.", BINDING)  # fmt: skip
    if parameter.default is not None:
        given = plain(evaluate(shell, parameter.default))
        for kind in reversed(parameter.types):
            given = convert(given, kind)
    else:
        given = _UNBOUND.get(canonical(parameter.types[0])) if parameter.types else None
    scope.variables[parameter.name.lower()] = given
