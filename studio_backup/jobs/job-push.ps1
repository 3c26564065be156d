# Pushing: this machine sends what it holds into a landing on another one, which makes restore points of it by itself.
#
# Beside the files lie one-line records, written aside and renamed. Who keeps the copy takes no moment from here: begun
# RUN, alive RUN, ended RUN FILES OPEN, told RUN RESULT REASON are ours; taken is theirs, and who finds it waits.

# For so long Windows may answer by itself what a share holds: 10 s of a listing, 5 s of a file that was not there.
$script:Remembered = 11

function Send-Push {
    $job = $script:Job
    Confirm-Source
    Connect-Landing
    Start-Push
    New-Shadow
    $plan = Compare-Trees -Source (Get-Source) -Target (Get-Target)
    Set-Counts -Plan $plan
    Confirm-Count -Files $plan.files -Unread $plan.unread.Count
    Assert-Brake -Plan $plan
    Confirm-Begun
    Update-Target -Plan $plan
    $null = Confirm-Copied -Plan $plan
    $files = Measure-Files -Folder (Get-Target)
    Confirm-Begun
    Write-Landing -Name 'ended' -Text "$($job.run) $files $(if ($job.open) { '1' } else { '0' })"
    $job.sent = $true
}

# Two look and write in turn, so one of them sees the other: taken before begun and after it.
function Start-Push {
    $job = $script:Job
    if (Test-Taken) { Stop-Run -Result 'busy' -Reason 'landing-busy' }
    # The end goes last: without it, what had begun before would be a push that is lost.
    Write-Landing -Name 'begun' -Text $job.run
    $job.begun = $true
    Remove-Landing -Name 'ended'
    Start-Sleep -Seconds $script:Remembered
    if (Test-Taken) {
        Remove-Begun
        Stop-Run -Result 'busy' -Reason 'landing-busy'
    }
    Invoke-Beat
}

# Long walks lie behind us: is the landing still this run's, and the source still the right volume?
function Confirm-Begun {
    $job = $script:Job
    Assert-Begun
    if (Test-Taken) { Stop-Run -Result 'busy' -Reason 'landing-busy' }
    $null = Confirm-Volume -Side 'source' -Root $job.source_root -Id $job.source_id -Line $job.source_sentinel
}

# Another run has begun here, or what was begun was cleared away for one. A share that is gone says neither.
function Assert-Begun {
    $job = $script:Job
    $line = ''
    try { $line = Read-FirstLine -Path "$($job.landing)\records\begun" } catch { $null = $_ }
    if ($line -ceq $job.run) { return }
    if (-not [IO.Directory]::Exists("$($job.landing)\records")) { Stop-Run -Result 'failed' -Reason 'rsync-network' }
    $job.begun = $false
    Stop-Run -Result 'failed' -Reason 'incomplete'
}

# By a listing: a look at the file itself says that it is not there whenever it cannot say anything.
function Test-Taken {
    try {
        return @([IO.Directory]::GetFileSystemEntries("$($script:Job.landing)\records", 'taken')).Count -gt 0
    } catch {
        Write-Log "the landing: taken: $($_.Exception.Message)"
    }
    Stop-Run -Result 'failed' -Reason 'rsync-network'
}

function Write-Landing {
    param([string] $Name, [string] $Text)
    $path = "$($script:Job.landing)\records\$Name"
    try {
        [IO.File]::WriteAllText("$path.new", "$Text`n", (New-Object Text.UTF8Encoding $false))
        [IO.File]::Delete($path)
        [IO.File]::Move("$path.new", $path)
    } catch {
        Write-Log "the landing: $($Name): $($_.Exception.Message)"
        Stop-Run -Result 'failed' -Reason 'rsync-network'
    }
}

function Remove-Landing {
    param([string] $Name)
    [IO.File]::Delete("$($script:Job.landing)\records\$Name")
}

# What this run began and does not end; it may be another's by now.
function Remove-Begun {
    $job = $script:Job
    if ((Read-FirstLine -Path "$($job.landing)\records\begun") -ceq $job.run) { Remove-Landing -Name 'begun' }
    $job.begun = $false
}

# Once a minute, while anything is done in a landing: who keeps it would take a silent push for a lost one. A machine that
# slept meanwhile may find it another system's.
function Invoke-Beat {
    $job = $script:Job
    if (($job.landing -eq '') -or -not $job.begun) { return }
    # A clock that was set back says nothing of how long it is.
    $silent = ([DateTime]::UtcNow - $job.beaten).TotalSeconds
    if (($silent -ge 0) -and ($silent -lt 60)) { return }
    Assert-Begun
    Write-Landing -Name 'alive' -Text $job.run
    $job.beaten = [DateTime]::UtcNow
}

# However it ended: what was begun and not ended is given up, and why there is none is told. Words from the closed list.
function Close-Push {
    $job = $script:Job
    if ($job.kind -cne 'push') { return }
    try {
        if (@('ok', 'away') -cnotcontains $job.result) {
            if (-not $job.shared) { Connect-Quietly }
            if ($job.landing -ne '') { Send-Told }
        }
    } finally {
        if ($job.shared) { Disconnect-Landing }
    }
}

function Send-Told {
    $job = $script:Job
    if ($job.begun -and -not $job.sent) { Remove-Begun }
    # Who makes a restore point of it right now has nothing to hear from us.
    if ($job.reason -ceq 'landing-busy') { return }
    Write-Landing -Name 'told' -Text "$($job.run) $($job.result) $($job.reason)"
}

# A run that was refused before it had a share to say so in; where that cannot be had, its own record is left.
function Connect-Quietly {
    try { Connect-Landing } catch { $null = $_ }
}
