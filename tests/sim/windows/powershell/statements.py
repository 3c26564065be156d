"""Statements: what branches, loops, catches and leaves."""

from __future__ import annotations

import re
from typing import Any

from tests.sim.windows.powershell.dispatch import emit_value, evaluate, execute, statement, value
from tests.sim.windows.powershell.faults import (
    BreakLoop,
    ContinueLoop,
    ExitProgram,
    NetError,
    NotKnown,
    ReturnFrom,
    Thrown,
)
from tests.sim.windows.powershell.operators import compare, like, matched
from tests.sim.windows.powershell.raising import RUNTIME, exception_of
from tests.sim.windows.powershell.scope import Emit, Shell
from tests.sim.windows.powershell.text import items_of, to_text, truth
from tests.sim.windows.powershell.tree import Node
from tests.sim.windows.powershell.types import is_a
from tests.sim.windows.powershell.values import NOTHING, ErrorRecord, NetException, ScriptBlock


@statement("program", "statement_list", "script_block", "script_block_body", "statement_block", "else_clause",
           "finally_clause", "for_initializer", "for_iterator")  # fmt: skip
def run_all(shell: Shell, node: Node, emit: Emit) -> None:
    """Every statement in it, in order."""
    for kid in node.kids:
        if kid.kind == "param_block":
            continue
        if kid.kind == "named_block_list":
            raise NotKnown(f"line {kid.line}: begin, process and end blocks")
        execute(shell, kid, emit)


@statement("empty_statement")
def _empty(_: Shell, __: Node, ___: Emit) -> None:
    return


@statement("if_statement")
def _if(shell: Shell, node: Node, emit: Emit) -> None:
    if truth(evaluate(shell, node.fields["condition"])):
        block = node.first("statement_block")
        if block is not None:
            execute(shell, block, emit)
        return
    for clause in node.fields["elseif_clauses"].kids if "elseif_clauses" in node.fields else []:
        if truth(evaluate(shell, clause.fields["condition"])):
            execute(shell, clause.kids[-1], emit)
            return
    if "else_clause" in node.fields:
        execute(shell, node.fields["else_clause"], emit)


def _body(shell: Shell, block: Node, emit: Emit) -> bool:
    """One turn of a loop; False once it was broken."""
    try:
        execute(shell, block, emit)
    except BreakLoop:
        return False
    except ContinueLoop:
        return True
    return True


@statement("foreach_statement")
def _foreach(shell: Shell, node: Node, emit: Emit) -> None:
    variable, source, block = node.kids
    given = evaluate(shell, source)
    if given is None or given is NOTHING:
        return
    for item in items_of(given):
        shell.set(variable.text[1:], item)
        if not _body(shell, block, emit):
            return


@statement("for_statement")
def _for(shell: Shell, node: Node, emit: Emit) -> None:
    def ignore(_: Any) -> None:
        return

    if "for_initializer" in node.fields:
        execute(shell, node.fields["for_initializer"], ignore)
    while "for_condition" not in node.fields or truth(evaluate(shell, node.fields["for_condition"])):
        if not _body(shell, node.kids[-1], emit):
            return
        if "for_iterator" in node.fields:
            execute(shell, node.fields["for_iterator"], ignore)


@statement("while_statement")
def _while(shell: Shell, node: Node, emit: Emit) -> None:
    while truth(evaluate(shell, node.fields["condition"])):
        if not _body(shell, node.kids[-1], emit):
            return


@statement("do_statement")
def _do(shell: Shell, node: Node, emit: Emit) -> None:
    until = "until" in node.tokens
    block = node.first("statement_block")
    assert block is not None
    while _body(shell, block, emit):
        if truth(evaluate(shell, node.fields["condition"])) is until:
            return


@statement("switch_statement")
def _switch(shell: Shell, node: Node, emit: Emit) -> None:
    options = {kid.tokens[0].lower() for part in node.every("switch_parameters") for kid in part.kids}
    if options - {"-regex", "-casesensitive", "-exact", "-wildcard"}:
        raise NotKnown(f"line {node.line}: switch {options}")
    condition, body = node.first("switch_condition"), node.first("switch_body")
    assert condition is not None
    assert body is not None
    clauses = [clause for part in body.kids for clause in part.kids]
    before = shell.scope.variables.get("_", NOTHING)
    try:
        for item in items_of(evaluate(shell, condition.kids[0])):
            shell.scope.variables["_"] = item
            _switch_item(shell, item, clauses, options, emit)
    except BreakLoop:
        pass
    finally:
        _put_back(shell, before)


def _put_back(shell: Shell, before: Any) -> None:
    if before is NOTHING:
        shell.scope.variables.pop("_", None)
    else:
        shell.scope.variables["_"] = before


def _switch_item(shell: Shell, item: Any, clauses: list[Node], options: set[str], emit: Emit) -> None:
    """A `break` in it leaves the whole switch, a `continue` goes on to the next item."""
    exact, found = "-casesensitive" in options, False
    try:
        for clause in clauses:
            asked, block = clause.kids[0], clause.kids[-1]
            if asked.text.lower() == "default":
                if found:
                    continue
            else:
                wanted = value(shell, asked.kids[0])
                if "-regex" in options:
                    fits = matched(shell, to_text(item), to_text(wanted), exact=exact)
                elif "-wildcard" in options:
                    fits = like(to_text(item), to_text(wanted), exact=exact)
                elif isinstance(wanted, ScriptBlock):
                    raise NotKnown(f"line {asked.line}: a script block in a switch")
                else:
                    fits = compare("eq", item, wanted, exact=exact) is True
                if not fits:
                    continue
                found = True
            execute(shell, block, emit)
    except ContinueLoop:
        return


@statement("flow_control_statement")
def _flow(shell: Shell, node: Node, emit: Emit) -> None:
    word = node.tokens[0].lower()
    given = evaluate(shell, node.kids[0]) if node.kids else NOTHING
    if word == "return":
        emit_value(emit, given)
        raise ReturnFrom
    if word == "break":
        raise BreakLoop
    if word == "continue":
        raise ContinueLoop
    if word == "exit":
        code = 0 if given is NOTHING or given is None else given
        raise ExitProgram(int(to_text(code)) if re.fullmatch(r"-?\d+", to_text(code)) else 0)
    if word == "throw":
        raise thrown(shell, given, node.line)
    raise NotKnown(f"line {node.line}: {word}")


def thrown(shell: Shell, given: Any, line: int) -> Thrown:
    """`throw`, with what it was given: an error again, an exception, or any value as text."""
    if given is NOTHING:
        current = shell.scope.variables.get("_")
        if isinstance(current, ErrorRecord):
            return Thrown(current)
        return Thrown(ErrorRecord(NetException(RUNTIME, "ScriptHalted", -2146233087), "ScriptHalted", line))
    if isinstance(given, ErrorRecord):
        return Thrown(given)
    if isinstance(given, NetException):
        return Thrown(ErrorRecord(given, given.message, line))
    text = to_text(given)
    made = ErrorRecord(NetException(RUNTIME, text, -2146233087), text, line, given)
    made.category = "OperationStopped"
    return Thrown(made)


@statement("try_statement")
def _try(shell: Shell, node: Node, emit: Emit) -> None:
    final = node.first("finally_clause")
    block, clauses = node.first("statement_block"), node.first("catch_clauses")
    assert block is not None
    scope = shell.scope
    try:
        try:
            execute(shell, block, emit)
        except (Thrown, NetError) as error:
            shell.scope = scope
            _caught(shell, error, clauses.kids if clauses else [], emit)
    finally:
        shell.scope = scope
        if final is not None:
            execute(shell, final.kids[0], emit)


def _caught(shell: Shell, error: Thrown | NetError, clauses: list[Node], emit: Emit) -> None:
    """Run the first clause that takes it: by the exception inside it first, as the engine does."""
    record = error.record if isinstance(error, Thrown) else ErrorRecord(exception_of(error), "NetError")
    if record not in shell.errors:
        shell.errors.insert(0, record)
    for exception in [one for one in (record.exception.inner, record.exception) if one is not None]:
        for clause in clauses:
            types = clause.first("catch_type_list")
            if types is not None and any(is_a(exception, one.text[1:-1]) for one in types.kids):
                _handle(shell, _as_seen(record, exception), clause, emit)
                return
    for clause in clauses:
        if clause.first("catch_type_list") is None:
            _handle(shell, record, clause, emit)
            return
    raise error


def _as_seen(record: ErrorRecord, exception: NetException) -> ErrorRecord:
    if exception is record.exception:
        return record
    seen = ErrorRecord(exception, record.identity, record.line, record.target)
    seen.category = record.category
    return seen


def _handle(shell: Shell, record: ErrorRecord, clause: Node, emit: Emit) -> None:
    before = shell.scope.variables.get("_", NOTHING)
    shell.scope.variables["_"] = record
    try:
        execute(shell, clause.kids[-1], emit)
    finally:
        _put_back(shell, before)


@statement("function_statement")
def _function(shell: Shell, node: Node, _: Emit) -> None:
    name, block = node.first("function_name"), node.first("script_block")
    if "filter" in node.tokens or "workflow" in node.tokens or node.first("function_parameter_declaration"):
        raise NotKnown(f"line {node.line}: a function with its parameters beside its name, or a filter")
    assert name is not None
    if block is None:  # an empty body
        block = Node("script_block", "", node.line, node.start, node.end)
    made = ScriptBlock(block, block.first("param_block"), name.text)
    made.text = node.text
    shell.scope.functions[name.text.lower()] = made
