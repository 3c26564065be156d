# Volumes of Windows: which one is mounted at a path, and whether it is the one that is meant.
#
# A volume is known by the GUID that Windows gave it (of \\?\Volume{GUID}\) or by the serial that its file system
# carries, never by a drive letter, which moves. All of it is read as CIM gives it, and made plain here.

# A path as Windows writes a place where a volume is mounted: with a backslash at its end.
function ConvertTo-MountPlace {
    param([string]$Path)
    return $Path.TrimEnd('\') + '\'
}

# Text of a value that may not be there.
function ConvertTo-PlainText {
    param($Value)
    if ($null -eq $Value) { return '' }
    return "$($Value)"
}

# Every volume, with every place where it is mounted. Unordered: nothing says in which order CIM lists them.
function Get-EveryVolume {
    $places = @{}
    foreach ($mount in @(Get-CimInstance -ClassName Win32_MountPoint)) {
        $device = "$($mount.Volume.DeviceID)"
        if (-not $places.ContainsKey($device)) { $places[$device] = @() }
        $places[$device] = $places[$device] + (ConvertTo-MountPlace -Path "$($mount.Directory.Name)")
    }
    foreach ($volume in @(Get-CimInstance -ClassName Win32_Volume)) {
        $device = "$($volume.DeviceID)"
        $paths = @()
        if ($places.ContainsKey($device)) { $paths = $places[$device] }
        $letter = ConvertTo-PlainText -Value $volume.DriveLetter
        if ($letter) {
            $root = ConvertTo-MountPlace -Path $letter
            if ($paths -notcontains $root) { $paths = @($paths) + $root }
        }
        [ordered]@{
            Device     = $device
            Paths      = @($paths)
            Label      = ConvertTo-PlainText -Value $volume.Label
            FileSystem = ConvertTo-PlainText -Value $volume.FileSystem
            Serial     = ConvertTo-PlainText -Value $volume.SerialNumber
            Capacity   = ConvertTo-PlainText -Value $volume.Capacity
            Free       = ConvertTo-PlainText -Value $volume.FreeSpace
            DriveType  = ConvertTo-PlainText -Value $volume.DriveType
        }
    }
}

# What BitLocker says of each volume that it knows: the number of its protection, 2 for one that is locked.
function Get-Protection {
    $namespace = 'root\cimv2\security\MicrosoftVolumeEncryption'
    $answer = [ordered]@{ Read = $true; Problem = ''; Volumes = @() }
    try {
        $found = @()
        foreach ($one in @(Get-CimInstance -Namespace $namespace -ClassName Win32_EncryptableVolume)) {
            $found = $found + [ordered]@{
                Device     = "$($one.DeviceID)"
                Protection = ConvertTo-PlainText -Value $one.ProtectionStatus
            }
        }
        $answer.Volumes = @($found)
    } catch {
        $answer.Read = $false
        $answer.Problem = "$($_.Exception.Message)"
    }
    return $answer
}

# The volume that is mounted at a path; nothing where none is. Two at one place are no answer.
function Get-MountedVolume {
    param([string]$Path)
    $place = ConvertTo-MountPlace -Path $Path
    $found = @(Get-EveryVolume | Where-Object { $_.Paths -contains $place })
    if ($found.Count -gt 1) { throw "several volumes are mounted at $place" }
    if ($found.Count -eq 1) { return $found[0] }
    return $null
}

# Whether a volume has this id: its GUID, or the serial of its file system in hexadecimal digits.
function Test-VolumeIdentity {
    param($Volume, [string]$Id)
    $wanted = $Id.Trim('{', '}').ToLowerInvariant()
    if ($wanted.Length -eq 36) { return "$($Volume.Device)".ToLowerInvariant().Contains('{' + $wanted + '}') }
    if ("$($Volume.Serial)" -eq '') { return $false }
    $serial = ([uint32]"$($Volume.Serial)").ToString('x8')
    return $serial -ceq $wanted.Replace('-', '')
}

# Throws unless the volume of this id is mounted at the path, and open.
function Assert-MountedVolume {
    param([string]$Path, [string]$Id)
    $volume = Get-MountedVolume -Path $Path
    if ($null -eq $volume) { throw "no volume is mounted at $Path" }
    if (-not (Test-VolumeIdentity -Volume $volume -Id $Id)) {
        throw "another volume than $Id is mounted at ${Path}: $($volume.Device)"
    }
    if ("$($volume.FileSystem)" -eq '') { throw "the volume at $Path is locked, or has no file system" }
}

# All volumes, for a survey.
function Read-Volume {
    return [ordered]@{ Volumes = @(Get-EveryVolume); BitLocker = Get-Protection }
}
