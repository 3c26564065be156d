# robocopy moves what was judged, one folder at a time and by its names. It never mirrors and never purges.

# Below what a command line may hold, also where a shell starts it.
$script:LineLength = 7000

# Names in portions that fit a command line.
function Split-Names {
    param($Names)
    $batches = New-Object Collections.ArrayList
    $batch = New-Object Collections.ArrayList
    $length = 0
    foreach ($name in $Names) {
        if (($batch.Count -gt 0) -and ($length + $name.Length + 3 -gt $script:LineLength)) {
            $null = $batches.Add($batch)
            $batch = New-Object Collections.ArrayList
            $length = 0
        }
        $null = $batch.Add($name)
        $length += $name.Length + 3
    }
    if ($batch.Count -gt 0) { $null = $batches.Add($batch) }
    , $batches
}

# One word of a command line as programs part it: backslashes count double before a quote, and none stands in a name.
function Format-Argument {
    param([string] $Word)
    $doubled = [Regex]::Replace($Word, '(\\*)"', '$1$1\"')
    '"' + [Regex]::Replace($doubled, '(\\+)$', '$1$1') + '"'
}

function Get-RobocopyLine {
    param($Step, $Names, [string] $Report)
    $words = @((Format-Argument -Word $Step.source), (Format-Argument -Word $Step.target))
    foreach ($name in $Names) { $words += Format-Argument -Word $name }
    # Of a whole volume, the root would hand down that it is hidden and the system's; of a landing, it may be root's.
    $folder = '/DCOPY:DAT'
    if ($Step.relative.Length -eq 0) { $folder = '/DCOPY:D' }
    $words += @('/R:2', '/W:5', '/XJ', '/COPY:DAT', $folder, '/NP', '/BYTES')
    if ($script:Job.bandwidth -gt 0) {
        $words += '/IPG:' + [Math]::Max(1, [Math]::Ceiling(64000 / $script:Job.bandwidth))
    }
    $words += '/UNILOG:' + (Format-Argument -Word $Report)
    $words -join ' '
}

# Runs it and waits, while whoever watches is told that we live. Gives the errors, one a file.
function Invoke-Robocopy {
    param($Step, $Names)
    $report = "$($script:Job.progress_file).robocopy"
    [IO.File]::Delete($report)
    $start = New-Object Diagnostics.ProcessStartInfo
    $start.FileName = [IO.Path]::Combine([Environment]::SystemDirectory, 'robocopy.exe')
    $start.Arguments = Get-RobocopyLine -Step $Step -Names $Names -Report $report
    $start.UseShellExecute = $false
    $start.CreateNoWindow = $true
    $process = [Diagnostics.Process]::Start($start)
    try {
        while (-not $process.WaitForExit(1000)) { Invoke-Beat }
        $code = $process.ExitCode
    } finally {
        # Nobody would wait for it any more.
        if (-not $process.HasExited) { $process.Kill() }
        $process.Dispose()
    }
    $text = ''
    if ([IO.File]::Exists($report)) { $text = [IO.File]::ReadAllText($report, [Text.Encoding]::Unicode) }
    $errors = @(Read-Errors -Text $text)
    $failed = Read-Failed -Text $text
    foreach ($fault in $errors) { Write-Log "robocopy: $($fault.number) $($fault.text)" }
    if (($code -ge 8) -or ($code -lt 0) -or ($failed -gt 0)) {
        Write-Log "robocopy ended with $code in $($Step.relative): $failed failed"
        # Its own word counts, also where nothing in its report says why.
        if ($errors.Count -eq 0) { $errors = @(@{ number = 0; text = $Step.relative }) }
    } else {
        # What went well at a later attempt went well.
        $errors = @()
    }
    , $errors
}

# Lines `DATE TIME ERROR 32 (0x00000020) ...`: the word is translated, the two numbers are one. Each file once.
function Read-Errors {
    param([string] $Text)
    $seen = New-Object Collections.Hashtable
    foreach ($line in ($Text -split "`r?`n")) {
        $found = [Regex]::Match($line, '^[0-9/]{8,10} [0-9:]{8} \D+ ([0-9]{1,8}) \(0x([0-9A-Fa-f]{8})\) (.*)$')
        if (-not $found.Success) { continue }
        $number = [long] $found.Groups[1].Value
        if (('{0:X8}' -f $number) -ne $found.Groups[2].Value) { continue }
        $said = $found.Groups[3].Value
        if ($seen.ContainsKey($said)) { continue }
        $seen[$said] = $true
        @{ number = $number; text = $said }
    }
}

# How many files failed: of the last three rows of six numbers, which are folders, files and bytes, the second one's
# fifth. -1 where there are no such rows. No label is read: they are translated.
function Read-Failed {
    param([string] $Text)
    $rows = [Regex]::Matches($Text, '(?m)^[^\r\n\\]*:((?:\s+[0-9]+){6})\s*$')
    if ($rows.Count -lt 3) { return -1 }
    $numbers = $rows[$rows.Count - 2].Groups[1].Value.Trim() -split '\s+'
    [long] $numbers[4]
}
