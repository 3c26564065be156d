"""Classes of .NET: files and who has them open, paths, text and its encodings, moments, collections, processes."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sim.windows.machine import Windows
from tests.sim.windows.test_language import ran

PATHS = [
    ("[IO.Path]::Combine('a', 'b', 'c'); [IO.Path]::Combine('a', 'C:\\b'); [IO.Path]::Combine('C:\\', 'b')",
     ["a\\b\\c", "C:\\b", "C:\\b"]),
    ("[IO.Path]::GetFileName('C:\\a\\b.txt'); [IO.Path]::GetDirectoryName('C:\\a\\b'); "
     "[IO.Path]::GetExtension('b.tar.gz')",
     ["b.txt", "C:\\a", ".gz"]),
    ("$null -eq [IO.Path]::GetDirectoryName('C:\\'); [IO.Path]::GetDirectoryName('C:\\a'); "
     "[IO.Path]::GetPathRoot('C:\\a\\b')",
     [True, "C:\\", "C:\\"]),
    ("[IO.Path]::GetFullPath('C:\\a\\..\\b/c'); [IO.Path]::GetFullPath('C:\\a.\\b '); "
     "[IO.Path]::GetFullPath('C:\\a\\')",
     ["C:\\b\\c", "C:\\a\\b", "C:\\a\\"]),
    ("[IO.Path]::GetFileNameWithoutExtension('a.b.c'); [IO.Path]::ChangeExtension('a.txt', 'md')", ["a.b", "a.md"]),
    ("try { [IO.Path]::Combine('a', 'b|c') } catch { $_.Exception.InnerException.Message }",
     ["Illegal characters in path."]),
    ("[IO.Path]::GetDirectoryName('\\\\nas\\share\\x'); [IO.Path]::GetPathRoot('\\\\nas\\share\\x')",
     ["\\\\nas\\share", "\\\\nas\\share"]),
    ("Join-Path -Path 'C:\\a' -ChildPath '\\b'; Split-Path -Path 'C:\\a\\b' -Leaf; Split-Path -Path 'C:\\a\\b'",
     ["C:\\a\\b", "b", "C:\\a"]),
]  # fmt: skip
FILES = [
    ("[IO.File]::WriteAllText('S:\\A.txt', 'x'); [IO.File]::Exists('s:\\a.TXT'); [IO.File]::ReadAllText('S:/a.txt')",
     [True, "x"]),
    ("[IO.File]::WriteAllText('S:\\a. ', 'x'); @([IO.Directory]::GetFiles('S:\\'))[0]", ["S:\\a"]),
    ("$null = [IO.Directory]::CreateDirectory('S:\\a\\b'); [IO.Directory]::Exists('S:\\A\\B'); "
     "[IO.File]::Exists('S:\\a')",
     [True, False]),
    ("[IO.File]::WriteAllText('S:\\x', \"\u00e4\"); [IO.File]::ReadAllBytes('S:\\x').Length", [2]),
    ("[IO.File]::WriteAllText('S:\\x', 'a', (New-Object Text.UTF8Encoding $true)); "
     "[IO.File]::ReadAllBytes('S:\\x').Length; "
     "[IO.File]::ReadAllText('S:\\x').Length", [4, 1]),
    ("[IO.File]::WriteAllText('S:\\x', 'a', [Text.Encoding]::Unicode); [IO.File]::ReadAllBytes('S:\\x').Length", [4]),
    ("[IO.File]::WriteAllLines('S:\\x', @('a', 'b')); [IO.File]::ReadAllBytes('S:\\x').Length; "
     "[IO.File]::ReadAllLines('S:\\x')",
     [6, "a", "b"]),
    ("[IO.File]::AppendAllText('S:\\x', 'a'); [IO.File]::AppendAllText('S:\\x', 'b'); [IO.File]::ReadAllText('S:\\x')",
     ["ab"]),
    ("[IO.File]::WriteAllText('S:\\x', 'a'); [IO.File]::Move('S:\\x', 'S:\\y'); [IO.File]::Exists('S:\\x'); "
     "[IO.File]::ReadAllText('S:\\y')", [False, "a"]),
    ("[IO.File]::WriteAllText('S:\\x', 'new'); [IO.File]::WriteAllText('S:\\y', 'old'); "
     "[IO.File]::Replace('S:\\x', 'S:\\y', [NullString]::Value); [IO.File]::ReadAllText('S:\\y'); "
     "[IO.File]::Exists('S:\\x')",
     ["new", False]),
    ("[IO.File]::WriteAllText('S:\\x', ''); "
     "[IO.File]::SetLastWriteTimeUtc('S:\\x', [DateTime]::Parse('2026-01-02T03:04:05Z')."
     "ToUniversalTime()); [IO.File]::GetLastWriteTimeUtc('S:\\x').ToString('o')", ["2026-01-02T03:04:05.0000000Z"]),
    ("[IO.File]::GetLastWriteTimeUtc('S:\\none').Year", [1601]),
    ("[IO.File]::WriteAllText('S:\\x', ''); [IO.File]::SetAttributes('S:\\x', 'Hidden, ReadOnly'); "
     "\"$([IO.File]::GetAttributes('S:\\x'))\"", ["ReadOnly, Hidden, Archive"]),
    ("[IO.File]::Delete('S:\\none'); 'fine'", ["fine"]),
    ("(New-Object IO.DriveInfo 'S').DriveFormat; [IO.DriveInfo]::GetDrives().Count; "
     "(New-Object IO.DriveInfo 'Q').IsReady",
     ["exFAT", 2, False]),
    ("$s = [IO.File]::Open('S:\\x', 'Create', 'Write'); $b = [Text.Encoding]::UTF8.GetBytes('hello'); "
     "$s.Write($b, 0, 5); "
     "$s.Dispose(); (New-Object IO.FileInfo 'S:\\x').Length", [5]),
    ("[IO.File]::WriteAllText('S:\\x', \"a`r`nb\"); $r = New-Object IO.StreamReader 'S:\\x'; $r.ReadLine(); "
     "$r.ReadLine(); "
     "$null -eq $r.ReadLine(); $r.Dispose()", ["a", "b", True]),
    ("New-Item -Path 'S:\\n' -ItemType Directory | Out-Null; Test-Path -LiteralPath 'S:\\n' -PathType Container; "
     "(Get-ChildItem -LiteralPath 'S:\\').Name; Remove-Item -LiteralPath 'S:\\n'; Test-Path -LiteralPath 'S:\\n'",
     [True, "n", False]),
    ("[IO.File]::WriteAllText('S:\\[x]', ''); Test-Path -LiteralPath 'S:\\[x]'; (Get-Item -LiteralPath 'S:\\[x]').Name",
     [True, "[x]"]),
]  # fmt: skip
REFUSED = [
    ("[IO.File]::ReadAllText('S:\\none')", "80070002"), ("[IO.File]::ReadAllText('S:\\none\\x')", "80070003"),
    ("[IO.File]::WriteAllText('S:\\a?b', '')", "80070057"), ("[IO.File]::WriteAllText('S:\\CON', '')", "80131515"),
    ("[IO.File]::WriteAllText('S:\\a:b', '')", "80131515"), ("[IO.File]::WriteAllText('S:\\' + 'x' * 260, '')",
     "800700CE"),
    ("[IO.Directory]::GetFiles('S:\\none')", "80070003"), ("[IO.Directory]::Delete('S:\\none')", "80070003"),
    ("$null = [IO.Directory]::CreateDirectory('S:\\a\\b'); [IO.Directory]::Delete('S:\\a')", "80070091"),
    ("[IO.File]::WriteAllText('S:\\x', ''); [IO.File]::WriteAllText('S:\\y', ''); [IO.File]::Move('S:\\x', 'S:\\y')",
     "800700B7"),
    ("[IO.File]::WriteAllText('S:\\x', ''); $a = [IO.File]::Open('S:\\x', 'Open'); [IO.File]::ReadAllText('S:\\x')",
     "80070020"),
    ("[IO.File]::WriteAllText('S:\\x', ''); $a = [IO.File]::OpenRead('S:\\x'); [IO.File]::Delete('S:\\x')", "80070020"),
    ("[IO.File]::WriteAllText('S:\\x', ''); [IO.File]::SetAttributes('S:\\x', 'ReadOnly'); [IO.File]::Delete('S:\\x')",
     "80070005"),
    ("[IO.File]::WriteAllText('S:\\x', ''); [IO.File]::WriteAllText('S:\\y', ''); "
     "[IO.File]::Replace('S:\\x', 'S:\\y', $null)",
     "80070057"),
    ("[IO.File]::ReadAllText('')", "80070057"), ("[IO.File]::WriteAllText('Q:\\x', '')", "80070003"),
    ("[Convert]::FromBase64String('x')", "80131537"), ("[DateTime]::Parse('nonsense')", "80131537"),
]  # fmt: skip
MOMENTS = [
    ("[DateTime]::UtcNow.ToString('o'); [DateTime]::Now.Hour; (Get-Date).ToUniversalTime().ToString('s')",
     ["2026-03-02T12:00:00.0000000Z", 13, "2026-03-02T12:00:00"]),
    ("$d = [DateTime]::Parse('2026-07-01T10:00:00Z'); $d.Hour; \"$($d.Kind)\"; $d.ToString('yyyy-MM-ddTHH:mm:sszzz')",
     [12, "Local", "2026-07-01T12:00:00+02:00"]),
    ("([DateTime]'2026-03-02' - [DateTime]'2026-03-01').TotalHours; ([DateTime]'2026-01-31').AddMonths(1).Day",
     [24.0, 28]),
    ("[DateTime]::UtcNow.AddDays(-1) -lt [DateTime]::UtcNow; [TimeSpan]::FromMinutes(90).ToString()",
     [True, "01:30:00"]),
    ("(New-Object TimeSpan 1, 2, 3).TotalSeconds; [int][TimeSpan]::FromDays(2).TotalHours", [3723.0, 48]),
    ("\"$([DateTime]'2026-03-02T01:02:03')\"", ["03/02/2026 01:02:03"]),
    ("[DateTime]::ParseExact('20260302T010203Z', \"yyyyMMdd'T'HHmmss'Z'\", $null, "
     "'AssumeUniversal, AdjustToUniversal').ToString('o')", ["2026-03-02T01:02:03.0000000Z"]),
    ("Start-Sleep -Seconds 90; [DateTime]::UtcNow.ToString('HH:mm:ss'); Start-Sleep -Milliseconds 500; "
     "[DateTime]::UtcNow.Millisecond", ["12:01:30", 500]),
]  # fmt: skip
OTHERS = [
    ("[Convert]::ToBase64String([Text.Encoding]::Unicode.GetBytes('exit 7'))", ["ZQB4AGkAdAAgADcA"]),
    ("[Text.Encoding]::UTF8.GetString([Convert]::FromBase64String('w6Q='))", ["\u00e4"]),
    ("[Text.Encoding]::UTF8.GetBytes([string][char]0xD83C).Length", [3]),
    ("'a\u0308'.Normalize([Text.NormalizationForm]::FormC).Length; \"\u00e4\".Normalize('FormD').Length", [1, 2]),
    ("$l = New-Object Collections.ArrayList; $l.Add('a'); $l.Count", [0, 1]),
    ("$l = New-Object 'Collections.Generic.List[string]'; $l.Add('a'); $l.Count; $l.Contains('A')", [1, False]),
    ("$s = New-Object 'Collections.Generic.HashSet[string]' ([StringComparer]::OrdinalIgnoreCase); "
     "$s.Add('a'); $s.Add('A')",
     [True, False]),
    ("$d = New-Object 'Collections.Generic.Dictionary[string,object]'; $d['a'] = 1; $d.ContainsKey('A'); $d.Count",
     [False, 1]),
    ("$b = New-Object Text.StringBuilder; $null = $b.Append('a').Append(1); $b.ToString(); $b.Length", ["a1", 2]),
    ("[Regex]::Match('a12', '(?<n>\\d+)').Groups['n'].Value; [Regex]::Escape('a.b'); [Regex]::IsMatch('A', 'a')",
     ["12", "a\\.b", False]),
    ("[Regex]::Replace('a1', '\\d', { param($m)\n\"<$($m.Value)>\" })", ["a<1>"]),
    ("[Regex]::Matches('a1b2', '\\d') | ForEach-Object { $_.Value }", ["1", "2"]),
    ("[guid]'F9168C5E-CEB2-4faa-B6BF-329BF39FA1E4' | ForEach-Object { $_.ToString() }",
     ["f9168c5e-ceb2-4faa-b6bf-329bf39fa1e4"]),
    ("[BitConverter]::ToString([Security.Cryptography.SHA256]::Create().ComputeHash([byte[]](97))).Substring(0, 5)",
     ["CA-97"]),
    ("[Security.Principal.WindowsIdentity]::GetCurrent().Name; "
     "(New-Object Security.Principal.WindowsPrincipal ([Security."
     "Principal.WindowsIdentity]::GetCurrent())).IsInRole([Security.Principal.WindowsBuiltInRole]::Administrator)",
     ["WS-A\\tech", True]),
    ("[int][IO.FileMode]::Open; \"$([IO.FileMode]::Open)\"; [IO.FileShare]'Read, Delete' -band 4", [3, "Open", 4]),
    ("$x = New-Object byte[] 3; $x.Length; $x[0]", [3, 0]),
]  # fmt: skip


@pytest.mark.parametrize(("text", "wanted"), [*PATHS, *FILES, *MOMENTS, *OTHERS], ids=lambda value: str(value)[:60])
def test_a_class_does_what_its_page_says(windows: Windows, text: str, wanted: list[Any]) -> None:
    assert ran(windows, text) == wanted


@pytest.mark.parametrize(("text", "code"), REFUSED, ids=lambda value: str(value)[:60])
def test_an_error_has_its_number(windows: Windows, text: str, code: str) -> None:
    program = f"try {{ {text} }} catch {{ '{{0:X8}}' -f $_.Exception.GetBaseException().HResult }}"
    assert ran(windows, program) == [code]


def test_what_a_process_holds_open_is_free_when_it_ends(windows: Windows) -> None:
    windows.run("$s = [IO.File]::Open('S:\\x', 'Create', 'Write', 'None')")
    assert windows.run("[IO.File]::ReadAllText('S:\\x')").emitted == [""]


def test_access_that_is_denied_is_no_absence(windows: Windows) -> None:
    windows.state["troubles"] = [{"path": "S:\\x", "what": "denied"}]
    found = windows.run("[IO.Directory]::GetFiles('S:\\x')")
    assert found.error is not None
    assert found.error.exception.inner is not None
    assert found.error.exception.inner.hresult & 0xFFFFFFFF == 0x80070005


def test_a_full_drive_takes_nothing_more(windows: Windows) -> None:
    windows.state["drives"]["S"]["free"] = 2
    found = windows.run("[IO.File]::WriteAllText('S:\\x', 'abc')")
    assert found.error is not None
    assert "not enough space" in found.error.exception.message


def test_a_program_of_system_knows_who_it_is(windows: Windows) -> None:
    found = windows.run("[Security.Principal.WindowsIdentity]::GetCurrent().User.Value", account="SYSTEM")
    assert found.emitted == ["S-1-5-18"]
