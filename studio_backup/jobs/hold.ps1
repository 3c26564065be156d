# Holds this machine for as long as our standard input stays open: it says so in one line, and lets go with it.
function Invoke-Hold {
    param($Document)
    $state = $Document.state
    $nonce = $Document.nonce
    Confirm-ProgramData
    Initialize-State -State $state
    $claim = Open-Claim -Path "$state\lock"
    if (($null -eq $claim) -and $Document.break) {
        Stop-Holder -State $state
        $claim = Open-Claim -Path "$state\lock"
    }
    if ($null -eq $claim) {
        Send-Line -Text "<$nonce locked $(Get-Holder -Said (Read-Claim -Path "$state\lock"))>"
        return
    }
    try {
        Write-Claim -Stream $claim -Who $Document.who
        # Once the lock is ours: a step looks for its lock once it is marked as running.
        $step = Read-Claim -Path "$state\step"
        if ($null -ne $step) {
            Send-Line -Text "<$nonce locked a step that is still running, process $(($step -split "`n")[0])>"
            return
        }
        Send-Line -Text "<$nonce held $(Read-Generation -State $state)>"
        while ($null -ne [Console]::In.ReadLine()) { continue }
    } finally {
        $claim.Dispose()
    }
}

# Ends the process that holds the lock, if it is the one that took it; a step that runs is never ended.
function Stop-Holder {
    param([string] $State)
    $said = Read-Claim -Path "$State\lock"
    if (($null -eq $said) -or ($null -ne (Read-Claim -Path "$State\step"))) { return }
    $lines = $said -split "`n"
    foreach ($process in [Diagnostics.Process]::GetProcesses()) {
        if ("$($process.Id)" -ne $lines[0]) { continue }
        if ($process.StartTime.ToUniversalTime().ToString('o') -ne $lines[1]) { continue }
        $process.Kill()
        $null = $process.WaitForExit(10000)
    }
}
