# Storage Spaces before a step: the pool is the one that was planned for, its disks are what they were.
#
# volume.ps1, storage.ps1, raw.ps1 and disk.ps1 stand before it in every script. Word 0 is JSON.

# The unique id of the physical disk that a designator means. Steps name it to Windows by that alone, and some bridges
# give one to every disk behind them: one that is not its own would take another disk along.
function Get-StudioDiskId {
    param([string]$Designator)
    $all = @(Get-PhysicalDiskRecord)
    $found = @($all | Where-Object { Test-Designator -Record $_ -Designator $Designator })
    if ($found.Count -ne 1) { throw "$($found.Count) disks answer to $Designator" }
    $id = $found[0].UniqueId
    if ($id -eq '') { throw "$Designator has no unique id, by which Windows could be told of it" }
    if (@($all | Where-Object { $_.UniqueId -eq $id }).Count -ne 1) { throw "the unique id of $Designator is not its own" }
    return $id
}

# Our pool by its unique id, or by its name where that is all there is; nothing where there is none.
function Get-StudioPool {
    param([string]$Name, [string]$Id)
    $all = @(Get-StoragePoolRecord | Where-Object { $_.Primordial -cne 'True' })
    if ($Id) { $found = @($all | Where-Object { $_.UniqueId -ceq $Id }) }
    else { $found = @($all | Where-Object { $_.Name -ceq $Name }) }
    if ($found.Count -gt 1) { throw "several pools are called $Name" }
    if ($found.Count -eq 1) { return $found[0] }
    return $null
}

# The pool that a step was planned for, as it was then.
function Assert-StudioPool {
    param([string]$Id)
    $pool = Get-StudioPool -Id $Id
    if ($null -eq $pool) { throw 'the pool is not there any more' }
    if ($pool.ReadOnly -ceq 'True') { throw "the pool $($pool.Name) is read-only" }
    return $pool
}

# The virtual disk of a pool; nothing where it has none yet.
function Get-StudioSpace {
    param($Pool)
    $links = Get-StorageLink
    $ends = @($links.PoolSpaces | Where-Object { $_.From -ceq $Pool.Object } | ForEach-Object { $_.To })
    $found = @(Get-VirtualDiskRecord | Where-Object { $ends -ccontains $_.Object })
    if ($found.Count -gt 1) { throw "the pool $($Pool.Name) has several virtual disks" }
    if ($found.Count -eq 1) { return $found[0] }
    return $null
}

# The volume on a partition; nothing where it has no file system yet.
function Get-StudioVolume {
    param([string]$Disk, [string]$Partition)
    $parts = @(Get-PartitionRecord | Where-Object { $_.Disk -ceq $Disk -and $_.Number -ceq $Partition })
    foreach ($volume in @(Get-EveryVolume)) {
        if ($volume.FileSystem -ne '' -and $parts.Count -eq 1 -and $parts[0].Places -contains $volume.Device) {
            return $volume
        }
    }
    return $null
}

# The disk that a virtual disk shows itself as.
function Get-StudioSpaceDisk {
    param($Space)
    $links = Get-StorageLink
    $ends = @($links.SpaceDisks | Where-Object { $_.From -ceq $Space.Object } | ForEach-Object { $_.To })
    $found = @(Get-DiskRecord | Where-Object { $ends -ccontains $_.Object })
    if ($found.Count -ne 1) { throw "the virtual disk $($Space.Name) shows itself as $($found.Count) disks" }
    return $found[0]
}

# A place for a volume: a drive letter that nobody has, or a folder that is empty or not there.
function Assert-FreePlace {
    param([string]$Path)
    if ($Path -eq '') { return }
    if ($null -ne (Get-MountedVolume -Path $Path)) { throw "another volume is mounted at $Path" }
    if ($Path.Length -gt 3) {
        if ([IO.File]::Exists($Path)) { throw "$Path is a file" }
        if ([IO.Directory]::Exists($Path) -and @([IO.Directory]::GetFileSystemEntries($Path)).Count -gt 0) {
            throw "$Path is not an empty folder: a volume would hide what is there"
        }
    } elseif (@([Environment]::GetLogicalDrives()) -contains $Path) {
        throw "$Path is taken"
    }
}

# Before a pool is made: its disks are what the plan saw, nothing has its name, and its place is free.
function Assert-NewSpace {
    param([string[]]$Words)
    $want = ConvertFrom-Json -InputObject $Words[0]
    if ($null -ne (Get-StudioPool -Name $want.pool)) { throw "a pool is called $($want.pool) already: plan again" }
    Assert-FreePlace -Path $want.path
    Assert-DiskContent -Words $Words
    foreach ($disk in @($want.disks)) { $null = Get-StudioDiskId -Designator $disk.designator }
}

# Before the rest is made: what is there of our pool holds nothing yet, byte for byte where that tells.
function Assert-UnfinishedSpace {
    param([string[]]$Words)
    $want = ConvertFrom-Json -InputObject $Words[0]
    $pool = Assert-StudioPool -Id $want.id
    if ($pool.Name -cne $want.pool) { throw "the pool is called $($pool.Name), and not $($want.pool)" }
    Assert-FreePlace -Path $want.path
    $space = Get-StudioSpace -Pool $pool
    if ($null -eq $space) { return }
    if ($space.Name -cne $want.pool) { throw "the virtual disk is called $($space.Name), and not $($want.pool)" }
    $disk = Get-StudioSpaceDisk -Space $space
    $starts = @()
    if ($disk.Style -ceq '0') { $starts = @('0') }
    foreach ($part in @(Get-PartitionRecord | Where-Object { $_.Disk -ceq $disk.Number })) {
        $kind = $PartitionTypes["$($part.Type)".ToLowerInvariant()]
        $volume = Get-StudioVolume -Disk $disk.Number -Partition $part.Number
        if ($null -ne $volume) {
            if (@($volume.Paths).Count -gt 0) { throw "the volume on $($space.Name) has a place by now: plan again" }
        } elseif ($kind -cne 'Microsoft reserved') {
            $starts = $starts + $part.Offset
        }
    }
    $stream = Open-RawDisk -Number $disk.Number
    try {
        foreach ($start in $starts) {
            $sum = Get-EdgeSum -Text (Read-RawText -Stream $stream -Offset ([long]$start) -Count $Mebibyte)
            if ($sum -cne '0') { throw "something is on the virtual disk $($space.Name): it is left as it is" }
        }
    } finally {
        $stream.Dispose()
    }
}

# Before a disk is put into a pool.
function Assert-NewDisk {
    param([string[]]$Words)
    $want = ConvertFrom-Json -InputObject $Words[0]
    $pool = Assert-StudioPool -Id $want.id
    if ($want.old) {
        $links = Get-StorageLink
        $inside = @($links.PoolDisks | Where-Object { $_.From -ceq $pool.Object } | ForEach-Object { $_.To })
        $old = @(Get-PhysicalDiskRecord | Where-Object { $_.UniqueId -eq $want.old })
        if ($old.Count -ne 1 -or $inside -cnotcontains $old[0].Object) { throw "the disk that is to be replaced is not in $($pool.Name) any more: plan again" }
    }
    Assert-DiskContent -Words $Words
    $null = Get-StudioDiskId -Designator $want.disks[0].designator
}

# Before retired disks leave: nothing of the virtual disk lies on them, and it is whole without them.
function Assert-EmptyDisk {
    param([string[]]$Words)
    $want = ConvertFrom-Json -InputObject $Words[0]
    $pool = Assert-StudioPool -Id $want.id
    $space = Get-StudioSpace -Pool $pool
    if ($null -eq $space -or $space.Health -cne '0') { throw "the virtual disk of $($pool.Name) is not whole" }
    foreach ($id in @($want.old)) {
        $old = @(Get-PhysicalDiskRecord | Where-Object { $_.UniqueId -ceq $id })
        if ($old.Count -ne 1 -or $old[0].Usage -cne '4' -or $old[0].Footprint -cne '0') {
            throw "$id is not retired and empty any more: plan again"
        }
    }
}
