"""The interpreter does what PowerShell's documentation says: each line names the page (about_…) that it comes from."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sim.windows.machine import Windows
from tests.sim.windows.powershell.text import to_text
from tests.sim.windows.powershell.values import Hashtable, Record

ARRAYS = [  # about_Arrays, about_Pipelines, about_Operators (the comma)
    ("@(1, 2).Count", [2]),
    ("@().Count", [0]),
    ("@($null).Count", [1]),
    ("$a = @(1); $a.GetType().Name -eq 'x'; $a -is [array]", [False, True]),
    ("$a = 1, 2; $a += 3; $a", [1, 2, 3]),
    ("function Get-One { 1 }\n$x = Get-One; $x -is [array]", [False]),
    ("function Get-None { }\n$x = Get-None; $null -eq $x", [True]),
    ("function Get-None { }\n@(Get-None).Count", [0]),
    ("function Get-None { }\n$x = Get-None; @($x).Count", [0]),
    ("$x = $null; @($x).Count", [1]),
    ("function Get-Two { 1; 2 }\n$x = Get-Two; $x.Count", [2]),
    ("function Get-List { return , @(1) }\n$x = Get-List; $x.Count", [1]),
    ("function Get-List { return @(1) }\n$x = Get-List; $x -is [int]", [True]),
    ("$x = , 1; $x.Count", [1]),
    ("(1..3)[-1]; (1..5)[1..2]; (1..3)[9]", [3, 2, 3, None]),
    ("$a, $b = 1, 2, 3; $a; $b.Count", [1, 2]),
    ("foreach ($i in $null) { 'never' }", []),
    ("@(1, @(2, 3)).Count", [2]),
    ("@(@(1, 2), @(3, 4)) | ForEach-Object { $_.Count }", [2, 2]),
    ("(1, 2, 3 | Where-Object { $_ -gt 1 }).Count", [2]),
    ("$null | ForEach-Object { 'once' }", ["once"]),
    ("@() | ForEach-Object { 'never' }", []),
    ("@(3, 1, 2) | Sort-Object", [1, 2, 3]),
    ("@('b', 'A', 'c') | Sort-Object -Descending", ["c", "b", "A"]),
    ("'a' * 3; @(1) * 2", ["aaa", 1, 1]),
    ("@{ a = 1 }.Count; @(@{ a = 1 }).Count", [1, 1]),
]
TABLES = [  # about_Hash_Tables, about_PSCustomObject
    ("$h = @{ Name = 'x' }; $h.name; $h['NAME']", ["x", "x"]),
    ("$h = @{}; $h.a = 1; $h['b'] = 2; $h.ContainsKey('A'); $h.Count", [True, 2]),
    ("$h = [ordered]@{ z = 1; a = 2 }; $h.Keys; $h[0]", ["z", "a", 1]),
    ("$h = @{ a = 1 }; $h.Remove('a'); $h.Count", [0]),
    ("(@{ a = 1 } + @{ b = 2 }).Count", [2]),
    ("$p = [pscustomobject]@{ a = 1; b = 2 }; $p.B; $p -is [pscustomobject]", [2, True]),
    ("\"$([pscustomobject]@{ a = 1; b = 'x' })\"", ["@{a=1; b=x}"]),
    ('"$(@{ a = 1 })"', ["System.Collections.Hashtable"]),
    ('foreach ($e in ([ordered]@{ a = 1 }).GetEnumerator()) { "$($e.Key)=$($e.Value)" }', ["a=1"]),
    ("$h = @{ a = @{ b = 1 } }; $h.a.b += 4; $h.a.b", [5]),
    ("$h = @{ Count = 7 }; $h.Count", [7]),
]
TEXT = [  # about_Quoting_Rules, about_Special_Characters, about_Split, about_Join, about_Operators (-f)
    ("$a = 'x'; \"$a-$($a.Length)`t${a}y\"", ["x-1\txy"]),
    ("'it''s'; 'a$b`n'", ["it's", "a$b`n"]),
    ('"say ""hi"""; "`$a"', ['say "hi"', "$a"]),
    ("@'\na $b\n'c'\n'@", ["a $b\n'c'"]),
    ('$b = 1\n@"\na $b "x"\n"@', ['a 1 "x"']),
    ('"$(1, 2, 3)"; "$true"; "[$null]"', ["1 2 3", "True", "[]"]),
    ('$a = @{ n = \'v\' }; "$a.n"; "$($a.n)"', ["System.Collections.Hashtable.n", "v"]),
    ("'a,b' -split ','; -split 'a  b'", ["a", "b", "a", "b"]),
    ("('a,b,c' -split ',', 2)[1]", ["b,c"]),
    ("('aXbxc' -split 'x').Count; ('aXbxc' -csplit 'x').Count", [3, 2]),
    ("'a', 'b' -join '-'; -join ('a', 'b')", ["a-b", "ab"]),
    ("'{0:D3} {1,5} {2,-3}|' -f 7, 'ab', 'c'", ["007    ab c  |"]),
    ("'{0:X8} {0:x}' -f 255; '{0:N1}' -f 1234.56; '{0:F2}' -f 1.005", ["000000FF ff", "1,234.6", "1.00"]),
    ("'0x{0:X8}' -f -2147024891", ["0x80070005"]),
    ("'{{{0}}}' -f 1", ["{1}"]),
    ("'Hello' -replace 'l+', 'L'; 'a1b2' -replace '\\d'; 'ab' -creplace 'A', 'x'", ["HeLo", "ab", "ab"]),
    ("'John Smith' -replace '(\\w+) (\\w+)', '$2, $1'", ["Smith, John"]),
    ("'abc'.Substring(1); 'abc'.IndexOf('c'); ' a '.Trim(); 'a/b'.Split('/')[1]", ["bc", 2, "a", "b"]),
    ("'xx--'.TrimEnd('-'); 'AbC'.ToLower(); 'abc'.Contains('B')", ["xx", "abc", False]),
    ("'a' + 1; 1 + '2'", ["a1", 3]),
    ("[string]::IsNullOrEmpty($null); [string]::Join(',', @('a', 'b'))", [True, "a,b"]),
    ("'abc'[0]; 'abc'[-1]; [int][char]'A'; [string][char]65", ["a", "c", 65, "A"]),
    ("'\U0001f39b'.Length", [2]),
]
COMPARED = [  # about_Comparison_Operators, about_Logical_Operators, about_Booleans
    ("'abc' -eq 'ABC'; 'abc' -ceq 'ABC'; 'a' -lt 'b'", [True, False, True]),
    ("1, 2, 3, 2 -eq 2", [2, 2]),
    ("1, 2, 3 -ne 2", [1, 3]),
    ("(1, 2, 3 -gt 5).Count", [0]),
    ("1, 2 -contains 2; 2 -in 1, 2; 'A' -ccontains 'a'; 3 -notin 1, 2", [True, True, False, True]),
    ("'abc' -like 'A*'; 'abc' -clike 'A*'; 'a[b' -like 'a`[b'; 'x' -notlike 'y?'", [True, False, True, True]),
    ("'abc' -match 'B'; $Matches[0]; 'abc' -cmatch 'B'", [True, "b", False]),
    ("if ('k=v' -match '^(?<key>\\w+)=(\\w+)$') { $Matches.key; $Matches[1] }", ["k", "v"]),
    ("'1' -eq 1; 1 -eq '1'; 1 -eq '01'; '01' -eq 1", [True, True, True, False]),
    ("$null -eq ''; '' -eq $null; $null -eq $null", [False, False, True]),
    ("10 -gt '9'; '10' -gt 9", [True, False]),
    (
        "[bool]'false'; [bool]''; [bool]0; [bool]@(0); [bool]@(0, 0); [bool]@()",
        [True, False, False, False, True, False],
    ),
    ("[bool]@{}; -not $null; !$true", [True, True, False]),
    ("$true -and $false; $true -or $false; $true -xor $true", [False, True, False]),
    ("$false -and (throw 'never'); 'on'", [False, "on"]),
    ("5 -band 3; 5 -bor 2; 1 -shl 4; 16 -shr 2", [1, 7, 16, 4]),
    ("1 -is [int]; 1 -is [string]; 'a' -isnot [string]; @(1) -is [array]", [True, False, False, True]),
    ("'7' -as [int]; 'x' -as [int]", [7, None]),
    ("if ($null -ne (1, $null, 2)) { 'yes' }", ["yes"]),
    ("$true -eq 'anything'", [True]),
    ("'\u00e4' -ceq 'a\u0308'; @('\u00e4') -contains 'a\u0308'; @{ '\u00e4' = 1 }['a\u0308']", [True, True, 1]),
    ("[string]::Equals('\u00e4', 'a\u0308', 'Ordinal'); '\u00e4'.Equals('a\u0308')", [False, False]),
    (
        "(New-Object Collections.Hashtable).ContainsKey('a'); \"a`0b\" -eq 'ab'; 'Masse' -eq 'Ma\u00dfe'",
        [False, True, True],
    ),
    ("[string]::CompareOrdinal('a', \"a`0\") -eq 0; [string][char]0xAD -ceq ''", [False, True]),
]
NUMBERS = [  # about_Arithmetic_Operators, about_Numeric_Literals, about_Type_Conversion
    ("7 / 2; 6 / 2; 7 % 3; -7 % 3", [3.5, 3, 1, -1]),
    ("2147483647 + 1; (2147483647 + 1) -is [double]", [2147483648.0, True]),
    ("[long]2147483647 + 1; 5GB; 1KB", [2147483648, 5368709120, 1024]),
    ("0x80070005; 0xFF; 0x7FFFFFFF", [-2147024891, 255, 2147483647]),
    ("[int]2.5; [int]3.5; [int]'12'; [int]'0x10'; [int]$null", [2, 4, 12, 16, 0]),
    ("[int64]'9999999999'; [byte]255; [double]'1.5'", [9999999999, 255, 1.5]),
    ("[math]::Floor(2.7); [Math]::Max(1, 2); [Math]::Round(2.5)", [2.0, 2, 2.0]),
    ("1 + 2 * 3; (1 + 2) * 3; -2 + 5", [7, 9, 3]),
    ("$i = 0; $i++; $i; $i--; $i; ($i++); $i += 5; $i", [1, 0, 0, 6]),
    ("10 / 4 * 2; 1.5 + 1; 3 -eq 3.0", [5.0, 2.5, True]),
    ("'5' * 2; '5' + 2; 5 + '2'", ["55", "52", 7]),
    ("(1..3) + 4, 5", [1, 2, 3, 4, 5]),
    ('[string]1.0; [string]0.1; "$(1/3)"; [string]1e20', ["1", "0.1", "0.333333333333333", "1E+20"]),
]
FLOW = [  # about_If, about_For, about_Foreach, about_While, about_Do, about_Switch, about_Break, about_Return
    ("for ($i = 0; $i -lt 3; $i++) { if ($i -eq 1) { continue }; $i }", [0, 2]),
    ("foreach ($i in 1..5) { if ($i -eq 3) { break }; $i }", [1, 2]),
    ("$i = 0; while ($i -lt 2) { $i; $i++ }", [0, 1]),
    ("$i = 5; do { $i; $i++ } while ($i -lt 3); do { $i; $i++ } until ($i -gt 6)", [5, 6]),
    ("switch ('B') { 'a' { 1 }\n 'b' { 2 }\n 'B' { 3 }\n default { 4 }\n }", [2, 3]),
    ("switch ('x') { 'a' { 1 }\n default { 4 }\n }", [4]),
    ("switch ('b') { 'b' { 2; break }\n 'b' { 3 }\n }", [2]),
    ("switch (1, 2) { 1 { 'one' }\n default { \"other $_\" }\n }", ["one", "other 2"]),
    ("switch -Regex ('abc') { '^a' { 'begins' }\n 'c$' { 'ends' }\n }", ["begins", "ends"]),
    ("switch -CaseSensitive ('A') { 'a' { 1 }\n 'A' { 2 }\n }", [2]),
    ("$x = if ($true) { 'a' } else { 'b' }; $x", ["a"]),
    ("$x = foreach ($i in 1..2) { $i * 2 }; $x.Count", [2]),
    ("function Get-It { 1; return 2; 3 }\nGet-It", [1, 2]),
    ("function Get-It { foreach ($i in 1..3) { if ($i -eq 2) { return $i } } }\nGet-It", [2]),
    ("if ($false) { 1 } elseif (0) { 2 } else { 3 }", [3]),
    ("1..3 | ForEach-Object { if ($_ -eq 2) { return }; $_ }", [1, 3]),
]
SCOPES = [  # about_Scopes, about_Functions, about_Functions_Advanced_Parameters, about_Splatting, about_Script_Blocks
    ("$a = 1; function Set-It { $a = 2; $a }\nSet-It; $a", [2, 1]),
    ("$a = 1; function Set-It { $script:a = 2 }\nSet-It; $a", [2]),
    ("function Get-Outer { $x = 5; Get-Inner }\nfunction Get-Inner { $x }\nGet-Outer", [5]),
    ("$a = 1; & { $a = 2; $a }; $a; . { $a = 3 }; $a", [2, 1, 3]),
    ("1 | ForEach-Object { $b = 7 }; $b", [7]),
    (
        'function Get-It { param([string] $Name, [int] $Count = 3, [switch] $Loud)\n"$Name $Count $Loud" }\n'
        "Get-It -Name x; Get-It -Loud -Count 1 -Name y; Get-It z 9; Get-It",
        ["x 3 False", "y 1 True", "z 9 False", " 3 False"],
    ),
    (
        'function Get-It { param($A, $B)\n"$A-$B" }\n$p = @{ B = 2; A = 1 }; Get-It @p; $l = 1, 2; Get-It @l',
        ["1-2", "1-2"],
    ),
    ("function Get-It { $args.Count; $args[1] }\nGet-It 5 6", [2, 6]),
    ("$f = { param($x)\n$x * 2 }; & $f 4; & $f -x 5", [8, 10]),
    ("& ([ScriptBlock]::Create('param($a) ' + \"`n\" + '$a + 1')) 2", [3]),
    (
        "function Get-It { param([string[]] $Words)\n$Words.Count }\nGet-It -Words 'a'; Get-It -Words @(1, 2); Get-It",
        [1, 2, 0],
    ),
    ("function Get-It { param([switch] $On)\n$On.IsPresent }\nGet-It -On:$false; Get-It -On", [False, True]),
    ("$env:NEW = 'x'; $env:new; $null -eq $env:NOTHING; $env:COMPUTERNAME", ["x", True, "WS-A"]),
    ("[int] $n = '5'; $n = '7'; $n -is [int]", [True]),
    ("function Get-It { param([string] $A)\n$A = 5; $A -is [string] }\nGet-It", [True]),
    ("function Get-It { $PSBoundParameters.Count }\nGet-It", [0]),
    ("function Get-It { param($A)\n$null -eq $A }\nGet-It; Get-It -A 1", [True, False]),
]
CAUGHT = [  # about_Try_Catch_Finally, about_Throw, about_Automatic_Variables ($_, $Error)
    ("try { throw 'x' } catch { $_.Exception.Message; $_.FullyQualifiedErrorId }", ["x", "x"]),
    ("try { 1; throw 'x'; 2 } catch { 3 } finally { 4 }; 5", [1, 3, 4, 5]),
    ("try { try { throw 'a' } finally { 'f' } } catch { \"$_\" }", ["f", "a"]),
    ("try { [IO.File]::ReadAllText('C:\\no') } catch [IO.FileNotFoundException] { 1 } catch { 2 }", [1]),
    ("try { [IO.File]::ReadAllText('C:\\no') } catch [IO.IOException] { $_.Exception.GetType().Name -ne '' }", [True]),
    ("try { [IO.File]::ReadAllText('C:\\no') } catch { $_.Exception.Message; $_.FullyQualifiedErrorId }",
     ["Exception calling \"ReadAllText\" with \"1\" argument(s): \"Could not find file 'C:\\no'.\"",
      "FileNotFoundException"]),
    ("try { [IO.File]::ReadAllText('C:\\no') } catch { '{0:X8}' -f $_.Exception.HResult; "
     "'{0:X8}' -f $_.Exception.GetBaseException().HResult; "
     "$_.Exception.InnerException -is [IO.FileNotFoundException] }",
     ["80131501", "80070002", True]),
    ("try { Get-Item -LiteralPath 'C:\\none' -ErrorAction Stop } catch { $_.FullyQualifiedErrorId }",
     ["PathNotFound,Microsoft.PowerShell.Commands.GetItemCommand"]),
    ("$ErrorActionPreference = 'Stop'; try { Get-Item -LiteralPath 'C:\\none' } catch { 'caught' }", ["caught"]),
    ("Get-Item -LiteralPath 'C:\\none' -ErrorAction SilentlyContinue; $?; $Error.Count", [False, 1]),
    ("try { throw (New-Object IO.IOException 'disk') } catch [IO.IOException] { $_.Exception.Message }", ["disk"]),
    ("try { try { throw 'in' } catch { throw } } catch { \"$($_.Exception.Message)\" }", ["in"]),
    ("try { throw 'a' } catch { try { throw 'b' } catch { \"$_\" }; \"$_\" }", ["b", "a"]),
    ("function Get-It { try { return 1 } finally { 2 } }\nGet-It", [1, 2]),
    ("try { 1 / 0 } catch { $_.Exception.Message }", ["Attempted to divide by zero."]),
    ("try { [int]'x' } catch { $_.Exception -is [InvalidCastException] }", [True]),
    ("try { $null.Foo() } catch { $_.Exception.Message }", ["You cannot call a method on a null-valued expression."]),
    ("try { throw 'a' } catch [IO.IOException], [TimeoutException] { 1 } catch { 2 }", [2]),
]  # fmt: skip
STRICT = [  # Set-StrictMode -Version 2
    ("try { $nowhere } catch { $_.FullyQualifiedErrorId }", ["VariableIsUndefined"]),
    ("try { \"$nowhere\" } catch { 'caught' }", ["caught"]),
    ("try { ([pscustomobject]@{ a = 1 }).b } catch { $_.FullyQualifiedErrorId }", ["PropertyNotFoundStrict"]),
    ("try { @{ a = 1 }.b } catch { 'caught' }; $null -eq @{ a = 1 }['b']", ["caught", True]),
    ("try { (5).Count } catch { 'caught' }; @(5).Count", ["caught", 1]),
    ("try { $null.Count } catch { 'caught' }", ["caught"]),
    ("try { $x = $null; $x.Name } catch { 'caught' }", ["caught"]),
    ("(1, 2)[5]; 'on'", [None, "on"]),
    ("function Get-It { $inner = 1; Get-Inner }\nfunction Get-Inner { $inner }\nGet-It", [1]),
]  # fmt: skip
LOOSE = [
    ("$nowhere; (5).Count; $null.Name; (5).Length; @{}.b", [None, 1, None, 1, None]),
]
ALL = [*ARRAYS, *TABLES, *TEXT, *COMPARED, *NUMBERS, *FLOW, *SCOPES, *CAUGHT, *LOOSE]


def plain(value: Any) -> Any:
    """As Python would have it."""
    if isinstance(value, bool | None):
        return value
    if isinstance(value, int):
        return int(value)
    if isinstance(value, float):
        return value
    if isinstance(value, list):
        return [plain(one) for one in value]
    if isinstance(value, Hashtable | Record):
        return {name: plain(one) for name, one in value.items()}
    return to_text(value)


def ran(windows: Windows, text: str) -> list[Any]:
    found = windows.run(text)
    assert found.error is None, found.error.exception.message
    return [plain(one) for one in found.emitted]


@pytest.mark.parametrize(("text", "wanted"), ALL, ids=lambda value: str(value)[:60])
def test_as_it_is_told(windows: Windows, text: str, wanted: list[Any]) -> None:
    found = ran(windows, text)
    assert found == wanted
    assert [type(one) for one in found] == [type(one) for one in wanted]


@pytest.mark.parametrize(("text", "wanted"), STRICT, ids=lambda value: str(value)[:60])
def test_strict_mode_throws(windows: Windows, text: str, wanted: list[Any]) -> None:
    assert ran(windows, f"Set-StrictMode -Version 2\n{text}") == wanted


@pytest.mark.parametrize(("parameter", "call", "identity"), [
    ("[Parameter(Mandatory = $true)] [string] $A", "", "MissingMandatoryParameter"),
    ("[Parameter(Mandatory = $true)] [string] $A", "-A ''", "ParameterArgumentValidationErrorEmptyStringNotAllowed"),
    ("[Parameter(Mandatory = $true)] $A", "-A $null", "ParameterArgumentValidationErrorNullNotAllowed"),
    ("[Parameter(Mandatory = $true)] [string[]] $A", "-A @()", "ParameterArgumentValidationErrorEmptyArrayNotAllowed"),
    ("[ValidateSet('a', 'b')] [string] $A", "-A c", "ParameterArgumentValidationError"),
    ("[int] $A", "-A x", "ParameterArgumentTransformationError"),
    ("[string] $A", "-A @('a', 'b')", "ParameterArgumentTransformationError"),
])  # fmt: skip
def test_what_a_parameter_refuses(windows: Windows, parameter: str, call: str, identity: str) -> None:
    """about_Functions_Advanced_Parameters."""
    text = f"function Get-It {{ param({parameter})\n1 }}\ntry {{ Get-It {call} }} catch {{ $_.FullyQualifiedErrorId }}"
    assert ran(windows, text) == [f"{identity},Get-It"]


@pytest.mark.parametrize(("text", "code"), [
    ("exit 3", 3), ("exit -1", 4294967295), ("1", 0), ("throw 'x'", 1), ("exit", 0), ("[Environment]::Exit(7)", 7),
    ("Get-Item -LiteralPath 'C:\\none'", 1),
])  # fmt: skip
def test_how_a_program_ends(windows: Windows, text: str, code: int) -> None:
    """windows.md 1.4."""
    assert windows.run(text).exit == code
