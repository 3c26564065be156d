"""Rules for our PowerShell that can be told from its tree: 5.1 and no newer, and what PSScriptAnalyzer would say.

Its rules on manifests, help, layout and -WhatIf are left out: what is here runs in one session and takes no -WhatIf.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from tests.laws.powershell_variables import undeclared_and_unused
from tests.laws.powershell_words import ALIASES, AUTOMATIC, FORBIDDEN, PATHED, STORAGE, VERBS
from tests.sim.windows.powershell.faults import NotKnown
from tests.sim.windows.powershell.natives import is_native
from tests.sim.windows.powershell.registry import CMDLETS
from tests.sim.windows.powershell.tree import Node, faults_of, parse

Rule = Callable[[Node, frozenset[str]], Iterator[str]]
RULES: dict[str, Rule] = {}
#: Cmdlets whose first arguments are clear without a name, and how many; what writes takes its text so.
_BARE = {
    "new-object": 2,
    "foreach-object": 1,
    "where-object": 1,
    "write-output": 1,
    "select-object": 1,
    "sort-object": 1,
}
_NEWER = {"pipeline_chain_tail": "&& and ||", "class_statement": "a class", "enum_statement": "an enumeration",
          "trap_statement": "trap", "data_statement": "data", "function_parameter_declaration":
          "parameters beside the name"}  # fmt: skip


def rule(function: Rule) -> Rule:
    """Registers one: it says what is wrong with a tree whose program has these functions."""
    RULES[function.__name__] = function
    return function


def faults(text: str, functions: frozenset[str] = frozenset(), constants: frozenset[str] = frozenset()) -> list[str]:
    """All that is wrong with a program; `functions` and `constants` are what stands in others it is joined with."""
    found = [f"unparsed: {one}" for one in faults_of(text)]
    if not text.isascii():
        found.append("not_ascii: 5.1 reads a file without a BOM in the local code page")
    if re.search(r"`[ \t]+$", text, re.MULTILINE):
        found.append("lost_backtick: a blank behind a backtick at the end of a line")
    if found:
        return found
    try:
        tree = parse(text)
    except NotKnown as unknown:
        return [f"unparsed: {unknown}"]
    every = functions | {name.text.lower() for node in tree.walk() for name in node.every("function_name")}
    for name, one in RULES.items():
        found += [f"{name}: {said}" for said in one(tree, every)]
    return found + undeclared_and_unused(tree, constants)


def _commands(tree: Node) -> Iterator[tuple[Node, str]]:
    for node in tree.walk():
        if node.kind == "command":
            named = node.first("command_name")
            yield node, named.text if named else ""


@rule
def newer_than_5_1(tree: Node, _: frozenset[str]) -> Iterator[str]:
    """What 5.1 does not know, or what we leave out."""
    for node in tree.walk():
        if node.kind in _NEWER:
            yield f"line {node.line}: {_NEWER[node.kind]}"
        if node.kind == "invokation_expression" and "::" in node.tokens and node.kids[1].text.lower() == "new":
            yield f"line {node.line}: {node.text[:40]} (New-Object)"
        if node.kind == "expandable_string_literal" and "`u{" in node.text:
            yield f"line {node.line}: `u{{}}"
        if node.kind == "command_parameter" and node.text.lower() in ("-parallel", "-enumsasstrings", "-asarray",
                                                                      "-ashashtable"):  # fmt: skip
            yield f"line {node.line}: {node.text}"
    for node, name in _commands(tree):
        if name.lower() in ("using", "clean", "workflow"):
            yield f"line {node.line}: {name}"


@rule
def aliased(tree: Node, functions: frozenset[str]) -> Iterator[str]:
    """PSAvoidUsingCmdletAliases."""
    for node, name in _commands(tree):
        if name.lower() in ALIASES and name.lower() not in functions:
            yield f"line {node.line}: {name}"


@rule
def forbidden(tree: Node, _: frozenset[str]) -> Iterator[str]:
    """PSAvoidUsingInvokeExpression, PSAvoidUsingWriteHost, PSAvoidUsingWMICmdlet, and what the notes warn of."""
    for node, name in _commands(tree):
        if name.lower() in FORBIDDEN:
            yield f"line {node.line}: {name}: {FORBIDDEN[name.lower()]}"


def touches_storage(text: str) -> list[str]:
    """The rule for probes alone: a step may change things by the Storage module, and reads nothing by it afterwards."""
    return [f"line {node.line}: {name}" for node, name in _commands(parse(text)) if name.lower() in STORAGE]


@rule
def unknown_command(tree: Node, functions: frozenset[str]) -> Iterator[str]:
    """A command that is no function of ours and nothing that the stand-in has: a slip, or never run in a test."""
    for node, name in _commands(tree):
        known = name.lower() in functions or name.lower() in CMDLETS or is_native(name) or not name
        if not known and not re.fullmatch(r"\d+(\.\.\d+)?([KMGTP]B)?", name, re.IGNORECASE):
            yield f"line {node.line}: {name}"


@rule
def unapproved_verb(tree: Node, _: frozenset[str]) -> Iterator[str]:
    """PSUseApprovedVerbs, and a noun in one word."""
    for node in tree.walk():
        for name in node.every("function_name"):
            verb, dash, noun = name.text.partition("-")
            if not dash or verb not in VERBS or not re.fullmatch(r"[A-Z][A-Za-z0-9]*", noun):
                yield f"line {node.line}: {name.text}"
            if name.text.lower() in CMDLETS:
                yield f"line {node.line}: {name.text} is a cmdlet"


@rule
def by_place(tree: Node, functions: frozenset[str]) -> Iterator[str]:
    """PSAvoidUsingPositionalParameters, stricter: every argument of a cmdlet or a function has its name."""
    for node, name in _commands(tree):
        if name.lower() not in functions and name.lower() not in CMDLETS:
            continue
        bare, named, before = 0, False, ""
        for element in [one for part in node.every("command_elements") for one in part.kids]:
            called = element.kind == "argument_list" and before == "member_access"
            before = element.kind
            if called:
                continue
            if element.kind == "command_parameter":
                switches = CMDLETS[name.lower()].switches if name.lower() in CMDLETS else frozenset()
                named = element.text[1:].lower() not in switches
            elif element.kind == "command_argument_sep" and ":" in element.text:
                named = True  # -Confirm:$false
            elif element.kind not in ("command_argument_sep", "redirection") and not element.text.startswith("@"):
                bare, named = bare + (not named), False
        if bare > _BARE.get(name.lower(), 1 if name.lower().startswith("write-") else 0):
            yield f"line {node.line}: {node.text.splitlines()[0][:60]}"


@rule
def no_literal_path(tree: Node, _: frozenset[str]) -> Iterator[str]:
    """A path is no pattern."""
    for node, name in _commands(tree):
        words = {element.text.lower() for part in node.every("command_elements") for element in part.kids}
        if name.lower() in PATHED and "-literalpath" not in words:
            yield f"line {node.line}: {node.text.splitlines()[0][:60]}"


@rule
def silent_catch(tree: Node, _: frozenset[str]) -> Iterator[str]:
    """PSAvoidUsingEmptyCatchBlock."""
    for node in tree.walk():
        if node.kind == "catch_clause" and not any(kid.kids for kid in node.kids[-1].every("statement_list")):
            yield f"line {node.line}"


@rule
def automatic(tree: Node, _: frozenset[str]) -> Iterator[str]:
    """PSAvoidAssignmentToAutomaticVariable, PSAvoidGlobalVars."""
    for node in tree.walk():
        targets: list[Node] = []
        if node.kind == "assignment_expression":
            targets = [one for one in node.kids[0].walk() if one.kind == "variable"][:1]
        elif node.kind in ("script_parameter", "foreach_statement"):
            targets = [kid for kid in node.kids if kid.kind == "variable"][:1]
        for target in targets:
            name = target.text.lstrip("${").rstrip("}").lower()
            if name.removeprefix("script:") in AUTOMATIC and node.kids[0].kind in ("variable", "attribute_list"):
                yield f"line {node.line}: ${name}"
        if node.kind in ("variable", "braced_variable") and node.text.lower().lstrip("${").startswith("global:"):
            yield f"line {node.line}: {node.text}"


@rule
def null_on_the_right(tree: Node, _: frozenset[str]) -> Iterator[str]:
    """PSPossibleIncorrectComparisonWithNull: with an array on the left it filters."""
    for node in tree.walk():
        if node.kind == "comparison_expression" and node.kids[-1].text.lower() == "$null":
            yield f"line {node.line}: {node.text[:60]}"


@rule
def slip_in_condition(tree: Node, _: frozenset[str]) -> Iterator[str]:
    """PSPossibleIncorrectUsageOfAssignmentOperator and …RedirectionOperator: `=` for -eq, `>` for -gt."""
    for node in tree.walk():
        if node.kind in ("if_statement", "elseif_clause", "while_condition"):
            for inner in node.fields.get("condition", node).every("pipeline") or [node.fields.get("condition", node)]:
                kinds = {kid.kind for kid in inner.kids}
                below = {kid.kind for part in inner.every("pipeline_chain") for kid in part.kids}
                if inner.kind == "pipeline" and ("assignment_expression" in kinds or "redirections" in kinds | below):
                    yield f"line {node.line}: {inner.text[:60]}"


@rule
def plain_secret(tree: Node, _: frozenset[str]) -> Iterator[str]:
    """PSAvoidUsingConvertToSecureStringWithPlainText: unless a comment on the line above says why."""
    lines = tree.text.splitlines()
    for node, name in _commands(tree):
        if name.lower() == "convertto-securestring" and "-asplaintext" in node.text.lower():
            above = lines[node.line - 2].strip() if node.line > 1 else ""
            if not above.startswith("#"):
                yield f"line {node.line}"


@rule
def many_types(tree: Node, _: frozenset[str]) -> Iterator[str]:
    """PSAvoidMultipleTypeAttributes, PSAvoidDefaultValueSwitchParameter."""
    for node in tree.walk():
        if node.kind == "script_parameter":
            types = [one for part in node.every("attribute_list") for one in part.kids if one.first("type_literal")]
            default = node.first("script_parameter_default")
            if len(types) > 1:
                yield f"line {node.line}: {node.text[:60]}"
            if default is not None and any("switch" in one.text.lower() for one in types):
                yield f"line {node.line}: {node.text[:60]}"


@rule
def called_like_a_method(tree: Node, functions: frozenset[str]) -> Iterator[str]:
    """`Get-Thing(1, 2)` hands over one array; Set-StrictMode -Version 2 refuses it."""
    for node, name in _commands(tree):
        elements = [one for part in node.every("command_elements") for one in part.kids]
        tight = bool(elements) and elements[0].kind in ("argument_list", "parenthesized_expression")
        if tight and name.lower() in functions | set(CMDLETS):
            yield f"line {node.line}: {node.text[:60]}"
