# The brake: does this run lose or rewrite more of what lies at the target than a day's work would?

# Lines `deleted<TAB>name` and `rewritten<TAB>name`, judged before anything moves. What was accepted does not count.
function Assert-Brake {
    param($Plan)
    $job = $script:Job
    $forgiven = Read-Accepted
    [long] $gone = 0
    [long] $other = 0
    foreach ($line in $Plan.lines) {
        if ($forgiven.ContainsKey($line)) { continue }
        if ($line.StartsWith("deleted`t", [StringComparison]::Ordinal)) { $gone++ }
        if ($line.StartsWith("rewritten`t", [StringComparison]::Ordinal)) { $other++ }
    }
    $all = $gone + $other
    if (($all * 100 -le $job.brake_percent * $Plan.before) -or ($all -le $job.brake_files)) { return }
    Write-List -Lines $Plan.lines
    Write-Log "brake: of $($Plan.before) files $gone are gone and $other rewritten; the list is beside the record"
    if ($gone -ge $other) { Stop-Run -Result 'refused' -Reason 'brake-deletions' }
    Stop-Run -Result 'refused' -Reason 'brake-rewrites'
}

function Write-List {
    param($Lines)
    $text = ''
    if ($Lines.Count -gt 0) { $text = ([string[]] $Lines -join "`n") + "`n" }
    [IO.File]::WriteAllText($script:Job.list_file, $text, (New-Object Text.UTF8Encoding $false))
}

# The list of the run that somebody accepted, once: whatever comes of this run, the next one is judged afresh.
function Read-Accepted {
    $job = $script:Job
    $lines = New-Object Collections.Hashtable
    $path = "$($job.state)\accept\$($job.id)"
    if (-not [IO.File]::Exists($path)) { return $lines }
    $said = [IO.File]::ReadAllText($path) -split "`r?`n"
    [IO.File]::Delete($path)
    if (($said.Count -lt 2) -or ($said[0] -cnotmatch '^[A-Za-z0-9-]+$')) { return $lines }
    $list = "$($job.state)\runs\$($job.id).$($said[0]).list"
    if (-not [IO.File]::Exists($list)) {
        Write-Log "accepted run $($said[0]) has no list"
        return $lines
    }
    foreach ($line in ([IO.File]::ReadAllText($list) -split "`n")) {
        if ($line -ne '') { $lines[$line] = $true }
    }
    $job.accepted_by = $said[1]
    Write-Log "accepted by $($said[1]): the list of run $($said[0])"
    $lines
}
