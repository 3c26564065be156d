# Runs one fragment, and tells how it ended: what it said, or why it threw. It has a runspace of its own.
#
# $Text is one of our programs with its last line, and never holds a word of the spec: those come as $Words.
param([string] $Text, [string[]] $Words, [string] $Secret, [bool] $Listing)
Set-StrictMode -Version 2
$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'
try {
    $said = @(& ([ScriptBlock]::Create($Text)))
    if ($Listing) {
        if ($said.Count -ne 1) { throw "a listing of $($said.Count) answers, where one was asked for" }
        @{ exit = 0; out = (ConvertTo-Json -InputObject $said[0] -Depth 8 -Compress); err = '' }
    } else {
        @{ exit = 0; out = (@($said | ForEach-Object { "$_" }) -join "`n"); err = '' }
    }
} catch {
    $number = '0x{0:X8}' -f $_.Exception.HResult
    @{ exit = 1; out = ''; err = "$($_.Exception.Message) [$($_.FullyQualifiedErrorId)] $number" }
}
