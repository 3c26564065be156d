# The guard of a source: the right volume, enough files, and nobody working in it.

# Stops the run, or goes on; sets open where files were in use for longer than the limit.
function Confirm-Source {
    $job = $script:Job
    $volume = Confirm-Volume -Side 'source' -Root $job.source_root -Id $job.source_id -Line $job.source_sentinel
    $job.source_name = $job.source_volume
    $job.filesystem = $volume.FileSystem
    if (Test-LocalTimes -Volume $volume) { $job.whole_hours = $true }
    if (-not (Test-Folder -Path $job.source_path)) { Stop-Run -Result 'refused' -Reason 'source-missing' }
    $now = [DateTime]::UtcNow.Ticks
    $seen = Measure-Source -Folder $job.source_path -Now $now
    Confirm-Count -Files $seen.files -Unread $seen.unread
    if ($job.quiet -eq 0) { return }
    if (Test-Quiet -Seen $seen -Now $now) { Clear-BusyMark -Name 'work' } else { Test-Limit -Name 'work' }
}

# Enough files to be copied; what could not be listed may hold the rest, so too few are no proof then.
function Confirm-Count {
    param([long] $Files, [long] $Unread)
    if (($Files -gt 0) -and ($Files -ge $script:Job.floor)) { return }
    if ($Unread -gt 0) { Stop-Run -Result 'refused' -Reason 'source-unread' }
    if ($Files -eq 0) { Stop-Run -Result 'refused' -Reason 'source-empty' }
    Stop-Run -Result 'refused' -Reason 'too-few-files'
}

function Test-Folder {
    param([string] $Path)
    [IO.Directory]::Exists((Get-LongPath -Path ($Path.TrimEnd('\') + '\'))) -and -not (Test-LinkedFolder -Path $Path)
}

# The root of a volume may be a folder of another one that leads there.
function Test-LinkedFolder {
    param([string] $Path)
    if ($Path.TrimEnd('\') -eq $script:Job.source_root.TrimEnd('\')) { return $false }
    $attributes = [IO.File]::GetAttributes((Get-LongPath -Path $Path.TrimEnd('\')))
    (($attributes -band [IO.FileAttributes]::ReparsePoint) -ne 0) -and (Test-Link -Path $Path.TrimEnd('\'))
}

# How many files there are, and which of them speak of somebody at work: written lately, or named like an open project.
# A file dated in the future says nothing about now, nor does one that is not copied. What cannot be listed cannot be
# copied either: that is a failure of the copy, and told there.
function Measure-Source {
    param([string] $Folder, [long] $Now)
    $seen = @{ files = [long] 0; lately = New-Object Collections.ArrayList; named = $false; newest = [long] 0 }
    $seen.unread = [long] 0
    $oldest = $Now - 2 * $script:Job.quiet * 10000000
    $waiting = New-Object Collections.Stack
    $waiting.Push(@{ path = $Folder; relative = '' })
    while ($waiting.Count -gt 0) {
        $here = $waiting.Pop()
        $entries = @()
        try { $entries = Get-Entries -Folder $here.path } catch { $seen.unread++ }
        foreach ($entry in $entries) {
            $relative = Join-Relative -Folder $here.relative -Name $entry.name
            $path = Join-Name -Folder $here.path -Name $entry.name
            if ($entry.kind -ceq 'file') {
                Add-Seen -Seen $seen -Entry $entry -Relative $relative -Path $path -Oldest $oldest -Now $Now
            } elseif (($entry.kind -ceq 'folder') -and -not (Test-Skipped -Entry $entry -Relative $relative)) {
                $waiting.Push(@{ path = $path; relative = $relative })
            }
        }
    }
    $seen
}

function Add-Seen {
    param($Seen, $Entry, [string] $Relative, [string] $Path, [long] $Oldest, [long] $Now)
    $busy = $script:Job.busy_names
    if (($null -ne $busy) -and $busy.IsMatch($Entry.name)) { $Seen.named = $true }
    if (Test-Skipped -Entry $Entry -Relative $Relative) { return }
    $Seen.files++
    if (($Entry.time -le $Oldest) -or ($Entry.time -gt $Now)) { return }
    if ($Entry.time -gt $Seen.newest) { $Seen.newest = $Entry.time }
    $null = $Seen.lately.Add(@{ path = $Path; size = $Entry.size; time = $Entry.time })
}

# Most nights one walk answers. Only where something moved lately are these files looked at again, 5 s later.
function Test-Quiet {
    param($Seen, [long] $Now)
    if ($Seen.named) { return $false }
    if ($Seen.lately.Count -eq 0) { return $true }
    if ($Seen.newest -gt $Now - $script:Job.quiet * 10000000) { return $false }
    Start-Sleep -Seconds 5
    foreach ($file in $Seen.lately) {
        $info = New-Object IO.FileInfo((Get-LongPath -Path $file.path))
        if ((-not $info.Exists) -or ($info.Length -ne $file.size)) { return $false }
        if ($info.LastWriteTimeUtc.Ticks -ne $file.time) { return $false }
    }
    $true
}

# Busy, unless it has been so for too long: then it is copied all the same, and marked.
function Test-Limit {
    param([string] $Name)
    if ((Get-BusySeconds -Name $Name) -lt $script:Job.quiet_limit) { Stop-Run -Result 'busy' -Reason 'source-busy' }
    $script:Job.open = $true
}

# How long it has been busy. A busy source that nobody can remember would be busy for ever: then the limit has passed.
function Get-BusySeconds {
    param([string] $Name)
    $job = $script:Job
    $path = "$($job.state)\busy\$($job.id).$Name"
    $now = Get-Epoch
    $since = Read-FirstLine -Path $path
    if (($since -match '^[0-9]{1,12}$') -and ([long] $since -le $now)) { return $now - [long] $since }
    if ($job.log_file -eq '') { return 0 }
    try { [IO.File]::WriteAllText($path, "$now`n") } catch { return $job.quiet_limit }
    0
}

function Clear-BusyMark {
    param([string] $Name)
    if ($script:Job.log_file -ne '') { [IO.File]::Delete("$($script:Job.state)\busy\$($script:Job.id).$Name") }
}
