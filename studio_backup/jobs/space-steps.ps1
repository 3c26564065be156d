# Storage Spaces: a pool is made with its virtual disk and its volume, disks are put in and let go.
#
# What is there is found by unique id, through CIM, before a cmdlet of the Storage module is touched: from then on only
# names and ids are read. space.ps1 and what it needs stand before it in every script. Word 0 is JSON.

# What lies on disks that were named goes first; one that is blank needs nothing. Which is which is read before the
# first cmdlet of the Storage module, and so by numbers.
function Clear-StudioDisk {
    param([string[]]$Designators)
    $laden = @()
    foreach ($designator in $Designators) {
        $found = @(Get-DiskRecord | Where-Object { Test-Designator -Record $_ -Designator $designator })
        if ($found.Count -ne 1) { throw "$($found.Count) disks answer to $designator" }
        if ($found[0].Style -cne '0') { $laden = $laden + $found[0].Number }
    }
    foreach ($number in $laden) {
        Clear-Disk -Number ([int]$number) -RemoveData -RemoveOEM -Confirm:$false
        "cleared disk $number"
    }
}

# The pool, then all that lies on it.
function New-StudioSpace {
    param([string[]]$Words)
    $want = ConvertFrom-Json -InputObject $Words[0]
    $ids = @($want.disks | ForEach-Object { Get-StudioDiskId -Designator $_.designator })
    Clear-StudioDisk -Designators @($want.disks | ForEach-Object { $_.designator })
    $disks = @($ids | ForEach-Object { Get-PhysicalDisk -UniqueId $_ })
    $system = 'Windows Storage*'
    $null = New-StoragePool -FriendlyName $want.pool -StorageSubSystemFriendlyName $system -PhysicalDisks $disks
    "made the pool $($want.pool)"
    Complete-StudioSpace -Words $Words
}

# Whatever is not there yet, one on top of the other.
function Complete-StudioSpace {
    param([string[]]$Words)
    $want = ConvertFrom-Json -InputObject $Words[0]
    $pool = Get-StudioPool -Name $want.pool
    if ($null -eq $pool) { throw "the pool $($want.pool) is not there" }
    $space = Get-StudioSpace -Pool $pool
    if ($null -eq $space) {
        New-StudioVirtualDisk -Pool $pool.UniqueId -Name $want.pool -Level $want.level
        $space = Get-StudioSpace -Pool $pool
    }
    if ($want.filesystem -eq '') { return }
    $disk = Get-StudioSpaceDisk -Space $space
    $number = [int]$disk.Number
    if (Test-RawStyle -Number $number) { Initialize-Disk -Number $number -PartitionStyle GPT }
    $partition = Get-StudioPartition -Number $number
    if ($null -eq $partition) { $partition = New-Partition -DiskNumber $number -UseMaximumSize }
    if ($null -eq (Get-StudioVolume -Disk "$number" -Partition "$($partition.PartitionNumber)")) {
        $kinds = @{ ntfs = 'NTFS'; refs = 'ReFS' }
        $kind = $kinds[$want.filesystem]
        $null = Format-Volume -Partition $partition -FileSystem $kind -NewFileSystemLabel $want.label -Confirm:$false
    }
    if ($want.path) {
        $place = $want.path.TrimEnd('\')
        if ($want.path.Length -gt 3) { $null = [IO.Directory]::CreateDirectory($place) }
        Add-PartitionAccessPath -DiskNumber $number -PartitionNumber $partition.PartitionNumber -AccessPath $place
    }
    "made $($want.filesystem) on $($want.pool), mounted at $($want.path)"
}

function New-StudioVirtualDisk {
    param([string]$Pool, [string]$Name, [string]$Level)
    if ($Level -ceq 'mirror' -or $Level -ceq 'three-way-mirror') {
        $copies = 2
        if ($Level -ceq 'three-way-mirror') { $copies = 3 }
        $null = New-VirtualDisk -StoragePoolUniqueId $Pool -FriendlyName $Name -ResiliencySettingName 'Mirror' `
            -NumberOfDataCopies $copies -UseMaximumSize -ProvisioningType Fixed
    } else {
        $settings = @{ parity = 'Parity'; simple = 'Simple' }
        $setting = $settings[$Level]
        $null = New-VirtualDisk -StoragePoolUniqueId $Pool -FriendlyName $Name -ResiliencySettingName $setting `
            -UseMaximumSize -ProvisioningType Fixed
    }
    "made the virtual disk $Name"
}

# Whether a disk has no partition table: a number, or a word once the Storage module is loaded.
function Test-RawStyle {
    param([int]$Number)
    $style = "$((Get-Disk -Number $Number).PartitionStyle)"
    return $style -eq 'RAW' -or $style -eq '0'
}

# The partition for data; Windows puts one of its own before it.
function Get-StudioPartition {
    param([int]$Number)
    $reserved = '{e3c9e316-0b5c-4db8-817d-f92df00215ae}'
    foreach ($part in @(Get-Partition -DiskNumber $Number -ErrorAction SilentlyContinue)) {
        if ("$($part.GptType)" -ne $reserved) { return $part }
    }
    return $null
}

# Into the pool; the one that it replaces is used for nothing new, and what lies on it goes to the others.
function Add-StudioDisk {
    param([string[]]$Words)
    $want = ConvertFrom-Json -InputObject $Words[0]
    $pool = Assert-StudioPool -Id $want.id
    $space = Get-StudioSpace -Pool $pool
    $id = Get-StudioDiskId -Designator $want.disks[0].designator
    Clear-StudioDisk -Designators @($want.disks[0].designator)
    Add-PhysicalDisk -StoragePoolUniqueId $want.id -PhysicalDisks (Get-PhysicalDisk -UniqueId $id)
    "added $($want.disks[0].designator) to $($pool.Name)"
    if ($want.old) {
        Set-PhysicalDisk -UniqueId $want.old -Usage Retired
        $null = Repair-VirtualDisk -UniqueId $space.UniqueId -AsJob
        "retired $($want.old), and began to repair $($space.Name)"
    }
}

function Remove-StudioDisk {
    param([string[]]$Words)
    $want = ConvertFrom-Json -InputObject $Words[0]
    foreach ($id in @($want.old)) {
        $disk = Get-PhysicalDisk -UniqueId $id
        Remove-PhysicalDisk -StoragePoolUniqueId $want.id -PhysicalDisks $disk -Confirm:$false
        "took $id out of the pool"
    }
}
