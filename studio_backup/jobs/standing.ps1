# How jobs stand here: for each word, which is a JSON text with state, id, root and volume, its newest record that has
# an end, the newest of all, what each run moved, whether the right volume is mounted and how much room it has. A record
# that says `running` while nobody holds its lock belongs to a run that was killed.
#
# volume.ps1 and holding.ps1 stand before it.

function Read-Standing {
    param([string[]] $Wanted)
    $found = @()
    foreach ($text in $Wanted) { $found += Get-JobStanding -Asked (ConvertFrom-Json -InputObject $text) }
    [ordered]@{ Jobs = @($found) }
}

function Get-JobStanding {
    param($Asked)
    $records = Read-Records -Folder "$($Asked.state)\runs" -Id $Asked.id
    $answer = [ordered]@{ Id = "$($Asked.id)"; Ended = $records.ended; Newest = $records.newest; Held = $false }
    $answer.Moved = @($records.moved)
    if ($records.newest -ne '') {
        $answer.Held = ($null -ne (Read-Claim -Path "$($Asked.state)\lock\$($Asked.id)"))
    }
    $answer.Volume = 'unread'
    $answer.Capacity = ''
    $answer.Free = ''
    try {
        $here = Get-MountedVolume -Path $Asked.root
        if ($null -eq $here) {
            $answer.Volume = 'unmounted'
        } elseif (-not (Test-VolumeIdentity -Volume $here -Id $Asked.volume)) {
            $answer.Volume = 'wrong-volume'
        } else {
            $answer.Volume = 'right'
            $answer.Capacity = $here.Capacity
            $answer.Free = $here.Free
        }
    } catch {
        $answer.Volume = 'unread'
    }
    $answer
}

# One that a wrong clock dated to come counts only where there is no other.
function Read-Records {
    param([string] $Folder, [string] $Id)
    $answer = @{ ended = ''; newest = ''; moved = @() }
    if (-not [IO.Directory]::Exists($Folder)) { return $answer }
    $limit = [DateTime]::UtcNow.AddHours(1).ToString('yyyyMMdd\THHmmss')
    $past = @{ ended = ''; newest = '' }
    foreach ($path in @([IO.Directory]::GetFiles($Folder, "$Id.*.json") | Sort-Object)) {
        $line = ((Read-Aside -Path $path) -split "`n")[0]
        $moment = [IO.Path]::GetFileName($path).Substring($Id.Length + 1)
        $sort = 'ended'
        if ($line.Contains('"result":"running"')) { $sort = 'newest' }
        foreach ($name in @('newest', $sort)) {
            $answer[$name] = $line
            if ($moment -cle $limit) { $past[$name] = $line }
        }
        $found = [Regex]::Match($line, '"result":"ok".*"started":([0-9]+).*"bytes":([0-9]+)')
        if ($found.Success) { $answer.moved += "$($found.Groups[1].Value) $($found.Groups[2].Value)" }
    }
    foreach ($name in @('newest', 'ended')) {
        if ($past[$name] -ne '') { $answer[$name] = $past[$name] }
    }
    $answer
}
