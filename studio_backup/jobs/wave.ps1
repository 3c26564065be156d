# Carries out the steps of one wave: entries first, then each call whose needs went well, and a log of it all.
#
# The document was read whole before the first line of this runs; from then on it goes to its end, whoever hangs up.
function Invoke-Wave {
    param($Document)
    $state = $Document.state
    Confirm-ProgramData
    Initialize-State -State $state
    $step = Open-Claim -Path "$state\step"
    # Marked as running first, then the lock is looked at: of a wave and of who takes the lock, one sees the other.
    if (($null -eq $step) -or -not (Test-Held -State $state -Who $Document.who)) {
        if ($null -ne $step) { $step.Dispose() }
        Send-Answer -Nonce $Document.nonce -Answer @{ lost = $true }
        return
    }
    try {
        Write-Claim -Stream $step -Who $Document.who
        Write-Whole -Path "$state\generation" -Text "$($Document.nonce) begun`n"
        foreach ($entry in @($Document.entries)) { Write-Whole -Path "$state\$($entry.path)" -Text $entry.text }
        $calls = Invoke-Calls -Document $Document
        Complete-Entries -Document $Document -Calls $calls
        Write-Log -Document $Document -Calls $calls
        Write-Whole -Path "$state\generation" -Text "$($Document.nonce)`n"
    } finally {
        $step.Dispose()
    }
    Send-Answer -Nonce $Document.nonce -Answer @{ calls = $calls }
}

# Without a name nobody needs to hold anything: that is how a wave is run by itself.
function Test-Held {
    param([string] $State, [string] $Who)
    if ($Who -eq '') { return $true }
    $said = Read-Claim -Path "$State\lock"
    ($null -ne $said) -and ((Get-Holder -Said $said) -ceq $Who)
}

# 90: its guard refused, and nothing was changed. 91: something that it needs went wrong.
function Invoke-Calls {
    param($Document)
    $ended = @()
    foreach ($call in @($Document.calls)) {
        $healthy = $true
        foreach ($number in @($call.after)) {
            if ($ended[$number].exit -ne 0) { $healthy = $false }
        }
        if (-not $healthy) {
            $ended += @{ exit = 91; log = '' }
            continue
        }
        if ($call.guard -ne '') {
            $guarded = Invoke-Step -Document $Document -Call $call -Text $call.guard
            if ($guarded.exit -ne 0) {
                $ended += @{ exit = 90; log = $guarded.log }
                continue
            }
        }
        $ended += Invoke-Step -Document $Document -Call $call -Text $call.script
    }
    , $ended
}

function Invoke-Step {
    param($Document, $Call, [string] $Text)
    if ($Call.failed -ne '') { return @{ exit = 1; log = $Call.failed } }
    $fragment = @{ script = $Text; args = $Call.args; secret = $Call.secret }
    $started = Start-Fragment -Runner $Document.runner -Fragment $fragment -Listing $false
    $done = Wait-Fragment -Started $started -Seconds $Document.seconds
    if ($null -eq $done) { return @{ exit = 1; log = "gave no end in $($Document.seconds) s, and may still run" } }
    $lines = @($Call.stakes) + @($done.out, $done.err)
    @{ exit = $done.exit; log = (@($lines | Where-Object { $_ }) -join "`n") }
}

# An entry goes once every one of its steps ended as it says: well, where it was removed; refused or not run, where it
# was new: nothing was touched then, and whatever a person makes there later is not ours.
function Complete-Entries {
    param($Document, $Calls)
    foreach ($removal in @($Document.removals)) {
        $fits = $true
        foreach ($number in @($removal.calls)) {
            if (@($removal.codes) -notcontains $Calls[$number].exit) { $fits = $false }
        }
        if ($fits) { [IO.File]::Delete("$($Document.state)\$($removal.path)") }
    }
}

function Write-Log {
    param($Document, $Calls)
    $lines = @()
    for ($number = 0; $number -lt @($Calls).Count; $number++) {
        $lines += "$(@($Document.calls)[$number].title): $(@($Calls)[$number].exit)"
        $lines += @($Calls)[$number].log
    }
    Write-Whole -Path "$($Document.state)\log\apply-$($Document.nonce).log" -Text (($lines -join "`n") + "`n")
    $limit = [DateTime]::UtcNow.AddDays(-$Document.days)
    foreach ($path in [IO.Directory]::GetFiles("$($Document.state)\log", 'apply-*.log')) {
        if ([IO.File]::GetLastWriteTimeUtc($path) -lt $limit) { [IO.File]::Delete($path) }
    }
}
