# Shadow copies of volumes: which there are, how much room they may take. By CIM: vssadmin speaks the local language.
#
# volume.ps1 stands before it in every script. Word 0 of a step is JSON.

# Every shadow copy, whoever made it.
function Get-ShadowRecord {
    foreach ($one in @(Get-CimInstance -ClassName Win32_ShadowCopy)) {
        [ordered]@{
            Id     = "$($one.ID)"
            Volume = "$($one.VolumeName)"
            Made   = $one.InstallDate.ToUniversalTime().ToString('o')
        }
    }
}

# How much room the shadow copies of each volume take and may take.
function Get-ShadowRoom {
    foreach ($one in @(Get-CimInstance -ClassName Win32_ShadowStorage)) {
        [ordered]@{
            Volume    = "$($one.Volume.DeviceID)"
            On        = "$($one.DiffVolume.DeviceID)"
            Used      = ConvertTo-PlainText -Value $one.UsedSpace
            Allocated = ConvertTo-PlainText -Value $one.AllocatedSpace
            Maximum   = ConvertTo-PlainText -Value $one.MaxSpace
        }
    }
}

# All of it, for a survey.
function Read-ShadowCopy {
    return [ordered]@{
        Now     = [DateTime]::UtcNow.ToString('o')
        Volumes = @(Get-EveryVolume)
        Shadows = @(Get-ShadowRecord)
        Rooms   = @(Get-ShadowRoom)
    }
}

# Before the limit is set: the volume is the one that is meant, its limit and its shadow copies are what the plan saw.
function Assert-ShadowMaximum {
    param([string[]]$Words)
    $want = ConvertFrom-Json -InputObject $Words[0]
    Assert-MountedVolume -Path $want.path -Id $want.id
    $device = (Get-MountedVolume -Path $want.path).Device
    $rooms = @(Get-ShadowRoom | Where-Object { $_.Volume -ceq $device })
    $now = ''
    if ($rooms.Count -gt 0) { $now = $rooms[0].Maximum }
    if ($now -cne $want.maximum) { throw "the limit is $now bytes now, and not $($want.maximum): plan again" }
    $ids = @(Get-ShadowRecord | Where-Object { $_.Volume -ceq $device } | ForEach-Object { $_.Id } | Sort-Object)
    if (($ids -join ' ') -ne (@($want.shadows) -join ' ')) {
        throw 'there are other shadow copies than the plan saw: plan again'
    }
}

# The limit of a volume that has one; else one for shadow copies on the volume itself.
function Set-ShadowMaximum {
    param([string[]]$Words)
    $want = ConvertFrom-Json -InputObject $Words[0]
    $volume = Get-MountedVolume -Path $want.path
    $bytes = [uint64]$want.bytes
    $device = $volume.Device
    $all = @(Get-CimInstance -ClassName Win32_ShadowStorage)
    $rooms = @($all | Where-Object { "$($_.Volume.DeviceID)" -ceq $device })
    if ($rooms.Count -gt 0) {
        Set-CimInstance -InputObject $rooms[0] -Property @{ MaxSpace = $bytes }
        "shadow copies of $($want.path) may take $bytes bytes"
        return
    }
    $place = @{ Volume = $volume.Device; DiffVolume = $volume.Device; MaxSpace = $bytes }
    $answer = Invoke-CimMethod -ClassName Win32_ShadowStorage -MethodName Create -Arguments $place
    if ("$($answer.ReturnValue)" -ne '0') { throw "no room could be set aside: Windows says $($answer.ReturnValue)" }
    "shadow copies of $($want.path) may take $bytes bytes"
}
