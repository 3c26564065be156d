# Storage of Windows as CIM gives it: pools, virtual disks, physical disks, disks, partitions, and what joins them.
#
# No cmdlet of the Storage module is touched here: once it is loaded, the same objects show words of the local language
# in place of numbers. Nothing says in which order anything is listed. volume.ps1 stands before it in every script.

$StorageNamespace = 'root\Microsoft\Windows\Storage'

# Numbers of a list, as text.
function ConvertTo-PlainList {
    param($Values)
    foreach ($value in @($Values)) {
        if ($null -ne $value) { "$($value)" }
    }
}

function Get-StoragePoolRecord {
    foreach ($one in @(Get-CimInstance -Namespace $StorageNamespace -ClassName MSFT_StoragePool)) {
        [ordered]@{
            Object       = "$($one.ObjectId)"
            UniqueId     = "$($one.UniqueId)"
            Name         = "$($one.FriendlyName)"
            Primordial   = "$($one.IsPrimordial)"
            Health       = "$($one.HealthStatus)"
            Status       = @(ConvertTo-PlainList -Values $one.OperationalStatus)
            ReadOnly     = "$($one.IsReadOnly)"
            ReadOnlyCode = ConvertTo-PlainText -Value $one.ReadOnlyReason
        }
    }
}

function Get-VirtualDiskRecord {
    foreach ($one in @(Get-CimInstance -Namespace $StorageNamespace -ClassName MSFT_VirtualDisk)) {
        [ordered]@{
            Object   = "$($one.ObjectId)"
            UniqueId = "$($one.UniqueId)"
            Name     = "$($one.FriendlyName)"
            Health   = "$($one.HealthStatus)"
            Status   = @(ConvertTo-PlainList -Values $one.OperationalStatus)
            Detached = ConvertTo-PlainText -Value $one.DetachedReason
            Setting  = "$($one.ResiliencySettingName)"
            Copies   = ConvertTo-PlainText -Value $one.NumberOfDataCopies
            Spare    = ConvertTo-PlainText -Value $one.PhysicalDiskRedundancy
            Size     = ConvertTo-PlainText -Value $one.Size
        }
    }
}

function Get-PhysicalDiskRecord {
    foreach ($one in @(Get-CimInstance -Namespace $StorageNamespace -ClassName MSFT_PhysicalDisk)) {
        [ordered]@{
            Object    = "$($one.ObjectId)"
            UniqueId  = (ConvertTo-PlainText -Value $one.UniqueId).Trim()
            Serial    = (ConvertTo-PlainText -Value $one.SerialNumber).Trim()
            Name      = (ConvertTo-PlainText -Value $one.FriendlyName).Trim()
            Number    = ConvertTo-PlainText -Value $one.DeviceId
            Size      = ConvertTo-PlainText -Value $one.Size
            Bus       = ConvertTo-PlainText -Value $one.BusType
            Medium    = ConvertTo-PlainText -Value $one.MediaType
            Health    = "$($one.HealthStatus)"
            Status    = @(ConvertTo-PlainList -Values $one.OperationalStatus)
            Usage     = ConvertTo-PlainText -Value $one.Usage
            Footprint = ConvertTo-PlainText -Value $one.VirtualDiskFootprint
            CanPool   = "$($one.CanPool)"
            Cannot    = @(ConvertTo-PlainList -Values $one.CannotPoolReason)
        }
    }
}

function Get-DiskRecord {
    foreach ($one in @(Get-CimInstance -Namespace $StorageNamespace -ClassName MSFT_Disk)) {
        [ordered]@{
            Object   = "$($one.ObjectId)"
            UniqueId = (ConvertTo-PlainText -Value $one.UniqueId).Trim()
            Serial   = (ConvertTo-PlainText -Value $one.SerialNumber).Trim()
            Name     = (ConvertTo-PlainText -Value $one.FriendlyName).Trim()
            Number   = "$($one.Number)"
            Size     = "$($one.Size)"
            Bus      = ConvertTo-PlainText -Value $one.BusType
            Style    = "$($one.PartitionStyle)"
            Boot     = "$($one.IsBoot)"
            System   = "$($one.IsSystem)"
            Offline  = "$($one.IsOffline)"
            ReadOnly = "$($one.IsReadOnly)"
        }
    }
}

function Get-PartitionRecord {
    foreach ($one in @(Get-CimInstance -Namespace $StorageNamespace -ClassName MSFT_Partition)) {
        [ordered]@{
            Disk   = "$($one.DiskNumber)"
            Number = "$($one.PartitionNumber)"
            Offset = "$($one.Offset)"
            Size   = "$($one.Size)"
            Type   = "$(ConvertTo-PlainText -Value $one.GptType)$(ConvertTo-PlainText -Value $one.MbrType)"
            Places = @(ConvertTo-PlainList -Values $one.AccessPaths)
        }
    }
}

# Which physical disks and which virtual disks belong to which pool, and which disk a virtual disk shows itself as.
function Get-StorageLink {
    $disks = @()
    foreach ($one in @(Get-CimInstance -Namespace $StorageNamespace -ClassName MSFT_StoragePoolToPhysicalDisk)) {
        $disks = $disks + [ordered]@{ From = "$($one.StoragePool.ObjectId)"; To = "$($one.PhysicalDisk.ObjectId)" }
    }
    $spaces = @()
    foreach ($one in @(Get-CimInstance -Namespace $StorageNamespace -ClassName MSFT_StoragePoolToVirtualDisk)) {
        $spaces = $spaces + [ordered]@{ From = "$($one.StoragePool.ObjectId)"; To = "$($one.VirtualDisk.ObjectId)" }
    }
    $shown = @()
    foreach ($one in @(Get-CimInstance -Namespace $StorageNamespace -ClassName MSFT_VirtualDiskToDisk)) {
        $shown = $shown + [ordered]@{ From = "$($one.VirtualDisk.ObjectId)"; To = "$($one.Disk.ObjectId)" }
    }
    return [ordered]@{ PoolDisks = @($disks); PoolSpaces = @($spaces); SpaceDisks = @($shown) }
}

function Get-StorageJobRecord {
    foreach ($one in @(Get-CimInstance -Namespace $StorageNamespace -ClassName MSFT_StorageJob)) {
        [ordered]@{
            Name    = "$($one.Name)"
            State   = "$($one.JobState)"
            Percent = ConvertTo-PlainText -Value $one.PercentComplete
        }
    }
}

# Everything about Storage Spaces, for a survey.
function Read-StorageSpace {
    $links = Get-StorageLink
    return [ordered]@{
        Pools         = @(Get-StoragePoolRecord)
        VirtualDisks  = @(Get-VirtualDiskRecord)
        PhysicalDisks = @(Get-PhysicalDiskRecord)
        Disks         = @(Get-DiskRecord)
        Partitions    = @(Get-PartitionRecord)
        Volumes       = @(Get-EveryVolume)
        PoolDisks     = @($links.PoolDisks)
        PoolSpaces    = @($links.PoolSpaces)
        SpaceDisks    = @($links.SpaceDisks)
        Jobs          = @(Get-StorageJobRecord)
    }
}
