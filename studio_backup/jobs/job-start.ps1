# How a run of the job begins and ends. What is known of it stands in one table, $script:Job: its configuration by the
# names that the file has, and what a record says.

# Every key that a configuration has, whatever its kind; one that is missing ends the run.
$script:Keys = @('studio', 'dataset', 'copy', 'id', 'kind', 'state', 'brake_percent', 'brake_files', 'floor', 'quiet')
$script:Keys += @('quiet_limit', 'bandwidth', 'exclude', 'exclude_folders', 'busy_patterns')
$script:Keys += @('source_path', 'source_root', 'source_id', 'source_volume', 'source_sentinel')
$script:Keys += @('target', 'target_root', 'target_id', 'target_sentinel')
$script:Keys += @('server', 'port', 'share', 'user', 'credential')

$script:Ours = 'studio-backup: this run has its result'

# A number that the compiler got wrong must not become a limit of nothing.
function Read-Job {
    param([string] $Path)
    $job = @{}
    $read = ConvertFrom-Json -InputObject ([IO.File]::ReadAllText($Path))
    foreach ($name in $script:Keys) { $job[$name] = $read.$name }
    if ($job.id -cnotmatch '^[a-z0-9_-]+$') { throw "$($Path): id" }
    if (@('clone', 'push') -cnotcontains $job.kind) { throw "$($Path): kind" }
    foreach ($name in @('brake_percent', 'brake_files', 'floor', 'quiet', 'quiet_limit', 'bandwidth')) {
        if ("$($job[$name])" -notmatch '^[0-9]+$') { throw "$($Path): $name" }
        $job[$name] = [long] $job[$name]
    }
    foreach ($name in @('source_path', 'source_root', 'state')) {
        if ($job[$name] -notmatch '^[A-Za-z]:\\') { throw "$($Path): $name" }
    }
    if (($job.kind -ceq 'clone') -and ($job.target -notmatch '^[A-Za-z]:\\')) { throw "$($Path): target" }
    Initialize-Job -Job $job
    $job
}

# What a record says; $null stands for what is not known.
function Initialize-Job {
    param($Job)
    foreach ($name in @('files', 'bytes', 'created', 'deleted', 'rewritten', 'ended', 'seconds', 'started', 'run')) {
        $Job[$name] = $null
    }
    foreach ($name in @('restore_point', 'accepted_by', 'source_name', 'result', 'reason')) { $Job[$name] = '' }
    $Job.open = $false
    $Job.code = 1
    $Job.claim = $null
    $Job.awake = $false
    $Job.shadow = $null
    $Job.shared = $false
    $Job.landing = ''
    $Job.share_path = ''
    $Job.begun = $false
    $Job.sent = $false
    $Job.beaten = [DateTime]::MinValue
    $Job.log_file = ''
    $Job.whole_hours = $false
    Find-Prefix -Folder $Job.source_root
    $Job.skip_file = New-Pattern -Patterns $Job.exclude
    $Job.skip_folder = New-Pattern -Patterns (@($Job.exclude) + @($Job.exclude_folders))
    $Job.busy_names = New-Pattern -Patterns $Job.busy_patterns
}

# One expression for a list of them, nothing for none. Windows does not tell letters apart by their case.
function New-Pattern {
    param($Patterns)
    $list = @($Patterns)
    if ($list.Count -eq 0) { return }
    $options = [Text.RegularExpressions.RegexOptions] 'IgnoreCase, CultureInvariant'
    New-Object Text.RegularExpressions.Regex(('^(?:' + ($list -join '|') + ')$'), $options)
}

# Ends the run from wherever it is; the first word counts.
function Stop-Run {
    param([string] $Result, [string] $Reason)
    if ($script:Job.result -eq '') {
        $script:Job.result = $Result
        $script:Job.reason = $Reason
    }
    throw $script:Ours
}

function Invoke-Job {
    $job = $script:Job
    foreach ($folder in @('runs', 'log', 'lock', 'accept', 'busy', 'shadow')) {
        $null = [IO.Directory]::CreateDirectory("$($job.state)\$folder")
    }
    $job.claim = Open-Claim -Path "$($job.state)\lock\$($job.id)"
    if ($null -eq $job.claim) {
        [Console]::Error.WriteLine("job: $($job.dataset)/$($job.copy): locked by another run")
        $job.code = 6
        return
    }
    try {
        Open-Record
        Write-Claim -Stream $job.claim -Who $job.run
        Start-Awake
        Close-Interrupted
        Remove-Shadow
        Invoke-Parts
    } finally {
        Stop-Awake
        $job.claim.SetLength(0)
        $job.claim.Dispose()
    }
}

function Invoke-Parts {
    $job = $script:Job
    try {
        try {
            if ($job.kind -ceq 'push') { Send-Push } else { Copy-Clone }
            Stop-Run -Result 'ok' -Reason ''
        } finally {
            Remove-Shadow
        }
    } catch {
        if ($job.result -eq '') {
            $job.result = 'failed'
            $job.reason = 'stopped'
            Write-Log "$($_.Exception.Message) [$($_.FullyQualifiedErrorId)] $($_.InvocationInfo.PositionMessage)"
        }
    }
    try { Close-Push } catch { Write-Log "the landing was not told: $($_.Exception.Message)" }
    Complete-Record
}

# What a run would do, by the same comparison; nothing is written, at either end or here.
function Show-Preview {
    $job = $script:Job
    $job.started = Get-Epoch
    try {
        Confirm-Source
        if ($job.kind -ceq 'push') { Connect-Landing } else { Confirm-Target }
        $plan = Compare-Trees -Source $job.source_path -Target (Get-Target)
        foreach ($line in $plan.shown) { [Console]::Out.Write("$line`n") }
        Set-Counts -Plan $plan
        foreach ($folder in $plan.unread) { [Console]::Error.WriteLine("cannot be listed: /$folder") }
        if ($plan.unread.Count -gt 0) { Stop-Run -Result 'failed' -Reason 'rsync-partial' }
        $job.result = 'ok'
    } catch {
        if ($job.result -eq '') {
            $job.result = 'failed'
            $job.reason = 'stopped'
            [Console]::Error.WriteLine($_.Exception.Message)
        }
    }
    if ($job.shared) { Disconnect-Landing }
    Set-Ended
    [Console]::Out.Write((Format-Record) + "`n")
    $job.code = Get-Code
}

function Get-Target {
    if ($script:Job.kind -ceq 'push') { "$($script:Job.landing)\files" } else { $script:Job.target }
}

function Set-Counts {
    param($Plan)
    foreach ($name in @('files', 'created', 'deleted', 'rewritten')) { $script:Job[$name] = $Plan[$name] }
}
