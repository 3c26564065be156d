# A run keeps Windows awake from its lock to its end. Where Windows does not let us, the copy is made all the same.

function Start-Awake {
    try {
        Request-Awake
        $script:Job.awake = $true
    } catch {
        # What a compiler says has several lines.
        $said = "$($_.Exception.Message) [$($_.FullyQualifiedErrorId)]" -replace '\s+', ' '
        Write-Log "Windows may fall asleep during this run: $said"
    }
}

function Stop-Awake {
    if ($script:Job.awake) { Revoke-Awake }
    $script:Job.awake = $false
}
