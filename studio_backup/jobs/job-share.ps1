# The share of the machine that keeps the copy: reached as its own user, for as long as this run lasts.

# Sets landing to the share; stops the run where nobody answers, or it does not let us in.
function Connect-Landing {
    $job = $script:Job
    if (-not (Test-Answer -Address $job.server -Port $job.port)) { Stop-Run -Result 'away' -Reason 'no-answer' }
    $share = "\\$(Get-ServerName -Address $job.server)\$($job.share)"
    $password = Read-Password -Path $job.credential
    Disconnect-Share -Share $share
    try {
        $null = New-SmbMapping -RemotePath $share -UserName $job.user -Password $password -Persistent $false
    } catch {
        Write-Log "the share: $($_.Exception.Message) [$($_.FullyQualifiedErrorId)]"
        Stop-Refused -Said "$($_.FullyQualifiedErrorId)"
    }
    $job.shared = $true
    $job.share_path = $share
    if (-not [IO.Directory]::Exists("$share\files") -or -not [IO.Directory]::Exists("$share\records")) {
        Stop-Run -Result 'refused' -Reason 'landing-missing'
    }
    $job.landing = $share
}

# What the share's user logs in with, or the end of the run: nothing of it is ever told, only that it is not there.
function Read-Password {
    param([string] $Path)
    $said = "there is none in $Path"
    try {
        $password = Read-FirstLine -Path $Path
        if ($password -ne '') { return $password }
    } catch {
        $said = $_.Exception.GetBaseException().Message
    }
    Write-Log "the password of the share: $said"
    Stop-Run -Result 'failed' -Reason 'login'
}

# Whoever is on the road has nobody to send to: that is no failure.
function Test-Answer {
    param([string] $Address, [int] $Port)
    $client = New-Object Net.Sockets.TcpClient
    try {
        $waiting = $client.BeginConnect($Address, $Port, $null, $null)
        $waiting.AsyncWaitHandle.WaitOne(10000) -and $client.Connected
    } catch {
        Write-Log "$($Address): $($_.Exception.Message)"
        $false
    } finally {
        $client.Close()
    }
}

# An IPv6 address cannot stand in the name of a share, and has a name of its own there.
function Get-ServerName {
    param([string] $Address)
    if (-not $Address.Contains(':')) { return $Address }
    $Address.Replace(':', '-').Replace('%', 's') + '.ipv6-literal.net'
}

# The number at the end of what Windows says is its own error's; its text is translated.
function Stop-Refused {
    param([string] $Said)
    $found = [Regex]::Match($Said, 'System Error ([0-9]{1,5})')
    $number = 0
    if ($found.Success) { $number = [int] $found.Groups[1].Value }
    if (@(5, 86, 1219, 1326, 1327, 1330, 1331, 1385, 1907, 1909) -contains $number) {
        Stop-Run -Result 'failed' -Reason 'login'
    }
    if (@(55, 67) -contains $number) { Stop-Run -Result 'refused' -Reason 'landing-missing' }
    if (@(51, 53, 1231, 1232) -contains $number) { Stop-Run -Result 'away' -Reason 'no-answer' }
    Stop-Run -Result 'failed' -Reason 'rsync-network'
}

function Disconnect-Landing {
    Disconnect-Share -Share $script:Job.share_path
    $script:Job.shared = $false
}

# Also what a killed run left: another user's connection to the same share would keep us out.
function Disconnect-Share {
    param([string] $Share)
    try {
        foreach ($mapping in @(Get-SmbMapping)) {
            if ("$($mapping.RemotePath)" -eq $Share) { Remove-SmbMapping -RemotePath $Share -Force -Confirm:$false }
        }
    } catch {
        Write-Log "the share: $($_.Exception.Message)"
    }
}
