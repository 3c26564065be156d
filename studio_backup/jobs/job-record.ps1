# What a run leaves behind: one JSON line of numbers and known words, and a log for everything else.

function Get-Epoch {
    $begin = New-Object DateTime(1970, 1, 1, 0, 0, 0, [DateTimeKind]::Utc)
    [long] [Math]::Floor(([DateTime]::UtcNow - $begin).TotalSeconds)
}

# Whoever reads it has it open for a moment; a line of it is not worth a run.
function Write-Log {
    param([string] $Text)
    if ($script:Job.log_file -eq '') { return }
    for ($try = 1; $try -le 5; $try++) {
        try {
            [IO.File]::AppendAllText($script:Job.log_file, "$Text`r`n", (New-Object Text.UTF8Encoding $false))
            return
        } catch {
            Start-Sleep -Milliseconds 100
        }
    }
}

# Somebody who looks at it, or a scanner, may hold it for a moment: a run does not fail for that.
function Write-Record {
    for ($try = 1; $try -le 100; $try++) {
        try {
            Write-Whole -Path $script:Job.record_file -Text ((Format-Record) + "`n")
            return
        } catch {
            if ($try -eq 100) { throw }
            Start-Sleep -Milliseconds 100
        }
    }
}

# A name that no other run has: its moment, and eight letters of chance.
function Open-Record {
    $job = $script:Job
    $job.started = Get-Epoch
    $chance = [Guid]::NewGuid().ToString('N').Substring(0, 8).ToUpperInvariant()
    $job.run = [DateTime]::UtcNow.ToString('yyyyMMdd\THHmmss\Z') + '-' + $chance
    $job.record_file = "$($job.state)\runs\$($job.id).$($job.run).json"
    $job.list_file = "$($job.state)\runs\$($job.id).$($job.run).list"
    $job.progress_file = "$($job.state)\runs\$($job.id).$($job.run).progress"
    $job.log_file = "$($job.state)\log\$($job.id).$($job.run).log"
    Write-Log "$($job.dataset)/$($job.copy): run $($job.run)"
    $job.result = 'running'
    Write-Record
    $job.result = ''
}

# A JSON string of a word, or null. Whatever is no plain character is left out: no escapes, nothing to smuggle.
function Format-Word {
    param([string] $Text)
    $plain = [Regex]::Replace($Text, '[^A-Za-z0-9@._/:+ -]', '')
    if ($plain -eq '') { 'null' } else { '"' + $plain + '"' }
}

function Format-Number {
    param($Number)
    if ("$Number" -match '^[0-9]+$') { "$Number" } else { 'null' }
}

function Format-Record {
    $job = $script:Job
    $pairs = @('"version":1')
    foreach ($name in @('studio', 'dataset', 'copy', 'run', 'result', 'reason')) {
        $pairs += '"' + $name + '":' + (Format-Word -Text $job[$name])
    }
    foreach ($name in @('started', 'ended', 'seconds', 'files', 'bytes', 'created', 'deleted', 'rewritten')) {
        $pairs += '"' + $name + '":' + (Format-Number -Number $job[$name])
    }
    $pairs += '"restore_point":' + (Format-Word -Text $job.restore_point)
    $pairs += '"source":' + (Format-Word -Text $job.source_name)
    $pairs += '"open":' + $(if ($job.open) { 'true' } else { 'false' })
    $pairs += '"accepted_by":' + (Format-Word -Text $job.accepted_by)
    '{' + ($pairs -join ',') + '}'
}

function Set-Ended {
    $script:Job.ended = Get-Epoch
    $script:Job.seconds = [Math]::Max(0, $script:Job.ended - $script:Job.started)
}

function Get-Code {
    $codes = @{ ok = 0; away = 3; busy = 3; refused = 5 }
    if ($codes.ContainsKey($script:Job.result)) { $codes[$script:Job.result] } else { 1 }
}

# A list belongs to a run that somebody has to decide about.
function Complete-Record {
    $job = $script:Job
    Set-Ended
    Write-Log "result: $($job.result) $($job.reason)"
    Write-Record
    if ($job.result -ceq 'ok') { [IO.File]::Delete($job.list_file) }
    Remove-OldRecords
    foreach ($path in @($job.progress_file, "$($job.progress_file).robocopy")) { Remove-Leftover -Path $path }
    [Console]::Out.Write((Format-Record) + "`n")
    $job.code = Get-Code
}

function Get-RecordFiles {
    $job = $script:Job
    $files = @([IO.Directory]::GetFiles("$($job.state)\runs", "$($job.id).*.json"))
    , @($files | Sort-Object)
}

# We hold the lock, so a record that says `running` belongs to a run that was killed.
function Close-Interrupted {
    $job = $script:Job
    foreach ($path in (Get-RecordFiles)) {
        if ($path -eq $job.record_file) { continue }
        $closed = '"result":"failed","reason":"interrupted"'
        try {
            $text = Read-Aside -Path $path
            if (-not $text.Contains('"result":"running"')) { continue }
            Write-Whole -Path $path -Text $text.Replace('"result":"running","reason":null', $closed)
        } catch {
            # Somebody looks at it: the next run closes it.
            Write-Log "$($path): $($_.Exception.Message)"
            continue
        }
        $name = [IO.Path]::GetFileNameWithoutExtension($path)
        foreach ($ending in @('progress', 'progress.robocopy')) {
            Remove-Leftover -Path "$($job.state)\runs\$name.$ending"
        }
    }
    foreach ($path in [IO.Directory]::GetFiles("$($job.state)\runs", "$($job.id).*.new")) {
        Remove-Leftover -Path $path
    }
}

# What somebody holds right now stays for the next run.
function Remove-Leftover {
    param([string] $Path)
    try { [IO.File]::Delete($Path) } catch { $null = $_ }
}

# Keeps the newest 200 records with what belongs to them.
function Remove-OldRecords {
    $job = $script:Job
    $files = Get-RecordFiles
    for ($at = 0; $at -lt $files.Count - 200; $at++) {
        $name = [IO.Path]::GetFileNameWithoutExtension($files[$at])
        foreach ($ending in @('json', 'list', 'progress')) {
            Remove-Leftover -Path "$($job.state)\runs\$name.$ending"
        }
        Remove-Leftover -Path "$($job.state)\log\$name.log"
    }
}

# What has moved so far, for whoever waits: bytes, percent and files.
function Write-Advance {
    param([long] $Bytes, [long] $All, [long] $Files)
    $percent = 0
    if ($All -gt 0) { $percent = [Math]::Min(100, [Math]::Floor([double] $Bytes * 100 / $All)) }
    try {
        [IO.File]::WriteAllText($script:Job.progress_file, "$Bytes`t$percent`t$Files`n")
    } catch {
        # Whoever reads it right now reads the next one.
        $null = $_
    }
}
