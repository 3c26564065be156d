# A clone: another disk of this machine is kept equal to the source in place, so that it can stand in for it.
#
# It sets nothing aside: it would not fit twice. A file that is newer there is left alone and told.

function Copy-Clone {
    Confirm-Target
    Confirm-Source
    New-Shadow
    $plan = Compare-Trees -Source (Get-Source) -Target (Get-Target)
    Set-Counts -Plan $plan
    Confirm-Count -Files $plan.files -Unread $plan.unread.Count
    Assert-Brake -Plan $plan
    Confirm-Again
    Set-Marker
    Update-Target -Plan $plan
    $left = Confirm-Copied -Plan $plan
    Confirm-Again
    if ($left.newer -gt 0) {
        Write-List -Lines $left.stopped
        Write-Log "$($left.newer) files are newer at the target and were left alone"
        Stop-Run -Result 'failed' -Reason 'newer-at-target'
    }
}

# The target is the right volume, ours or empty, and has room.
function Confirm-Target {
    $job = $script:Job
    $volume = Confirm-Volume -Side 'target' -Root $job.target_root -Id $job.target_id -Line $job.target_sentinel
    if (Test-LocalTimes -Volume $volume) { $job.whole_hours = $true }
    if (-not [IO.Directory]::Exists($job.target)) { Stop-Run -Result 'refused' -Reason 'target-missing' }
    $marker = Join-Name -Folder $job.target -Name $script:MarkerName
    if ([IO.File]::Exists($marker)) {
        if ((Read-FirstLine -Path $marker) -cne (Get-Marker)) { Stop-Run -Result 'refused' -Reason 'target-foreign' }
    } elseif (Test-Foreign -Folder $job.target) {
        Stop-Run -Result 'refused' -Reason 'target-foreign'
    }
    if (-not (Test-Room -Volume $volume)) { Stop-Run -Result 'refused' -Reason 'no-space' }
}

function Get-Marker {
    "$($script:Job.studio)`t$($script:Job.dataset)`t$($script:Job.copy)"
}

# What a fresh volume has in it is nobody's data: what is never copied, and nothing else.
function Test-Foreign {
    param([string] $Folder)
    foreach ($entry in (Get-Entries -Folder $Folder)) {
        if (-not (Test-Skipped -Entry $entry -Relative $entry.name)) { return $true }
    }
    $false
}

# An empty volume becomes ours with the first run that changes it.
function Set-Marker {
    $marker = Join-Name -Folder $script:Job.target -Name $script:MarkerName
    if ([IO.File]::Exists($marker)) { return }
    $mode = [IO.FileMode]::CreateNew
    $stream = New-Object IO.FileStream($marker, $mode, [IO.FileAccess]::Write, [IO.FileShare]::None)
    try {
        $bytes = (New-Object Text.UTF8Encoding $false).GetBytes((Get-Marker) + "`n")
        $stream.Write($bytes, 0, $bytes.Length)
    } finally {
        $stream.Dispose()
    }
}

# Two whole disks were walked since they were looked at. One that went in the meantime would leave nothing to compare.
function Confirm-Again {
    $job = $script:Job
    $null = Confirm-Volume -Side 'source' -Root $job.source_root -Id $job.source_id -Line $job.source_sentinel
    $null = Confirm-Volume -Side 'target' -Root $job.target_root -Id $job.target_id -Line $job.target_sentinel
}
