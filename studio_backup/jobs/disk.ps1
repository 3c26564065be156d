# Disks of Windows by serial or unique id: whether they are there, who uses them, and what exactly is on them.
#
# Nothing here writes. volume.ps1, storage.ps1 and raw.ps1 stand before it in every script.

$PartitionTypes = @{
    '{7c3457ef-0000-11aa-aa11-00306543ecac}' = 'apfs'
    '{48465300-0000-11aa-aa11-00306543ecac}' = 'hfs+'
    '{426f6f74-0000-11aa-aa11-00306543ecac}' = 'Apple boot'
    '{52414944-0000-11aa-aa11-00306543ecac}' = 'AppleRAID'
    '{53746f72-6167-11aa-aa11-00306543ecac}' = 'corestorage'
    '{0fc63daf-8483-4772-8e79-3d69d8477de4}' = 'Linux data'
    '{a19d880f-05fc-4d3b-a006-743f0f84911e}' = 'linux_raid_member'
    '{e6d6d379-f507-44c2-a23c-238f2a3df928}' = 'LVM2_member'
    '{6a898cc3-1dd2-11b2-99a6-080020736631}' = 'zfs_member'
    '{c12a7328-f81f-11d2-ba4b-00a0c93ec93b}' = 'EFI system'
    '{e3c9e316-0b5c-4db8-817d-f92df00215ae}' = 'Microsoft reserved'
    '{e75caf8f-f680-4cee-afa3-b001e56efc2d}' = 'Storage Spaces'
    '{af9b60a0-1431-4f62-bc68-3311714a69ad}' = 'LDM'
    '{5808c8aa-7e8f-42e0-85d2-e1e90434cfa3}' = 'LDM'
    '66' = 'LDM'
}

# Partitions of a disk, one a line, each with what is known of what is in it.
function Get-PartitionLine {
    param($Disk, $Partitions, $Volumes)
    $mine = @($Partitions | Where-Object { $_.Disk -ceq $Disk.Number } | Sort-Object -Property { [long]$_.Offset })
    foreach ($part in $mine) {
        "partition`t$($part.Number)`t$($part.Offset)`t$($part.Size)"
        $type = "$($part.Type)".ToLowerInvariant()
        $kind = ''
        $label = ''
        if ($PartitionTypes.ContainsKey($type)) { $kind = $PartitionTypes[$type] }
        foreach ($volume in @($Volumes | Where-Object { $part.Places -contains $_.Device })) {
            if ($volume.FileSystem -eq '') { continue }
            $kind = $volume.FileSystem.ToLowerInvariant()
            $label = $volume.Label
        }
        if ($kind) { "inside`t$($part.Number)`t$kind`t`t$label" }
    }
}

# Who uses a disk: Windows itself, or whoever looks at a place where one of its volumes is mounted. Volumes of dynamic
# disks lie on no partition that is listed (UNVERIFIED): what is mounted of them is not seen, so all of it counts.
function Get-DiskUser {
    param($Disk, $Partitions, $Volumes)
    if ($Disk.Boot -ceq 'True' -or $Disk.System -ceq 'True') { 'Windows starts from it' }
    foreach ($part in @($Partitions | Where-Object { $_.Disk -ceq $Disk.Number })) {
        if ($PartitionTypes["$($part.Type)".ToLowerInvariant()] -ceq 'LDM') { 'a dynamic disk'; break }
        foreach ($place in @($part.Places)) {
            if (-not $place.StartsWith('\\?\')) { "mounted at $place" }
        }
    }
}

# What exactly is on a disk, one fact a line in a fixed order: equal texts are equal contents as far as size, serial,
# partitions, every known signature and the first and last MiB go.
function Get-DiskContent {
    param($Disk, $Partitions, $Volumes)
    $size = [long]$Disk.Size
    if ($size -lt 134217728) { throw "disk $($Disk.Number) is smaller than anything is made on" }
    $stream = Open-RawDisk -Number $Disk.Number
    try {
        $begin = Read-RawText -Stream $stream -Offset 0 -Count (2 * $Mebibyte)
        $second = Read-RawText -Stream $stream -Offset 67108864 -Count 4096
        $end = Read-RawText -Stream $stream -Offset ($size - $Mebibyte) -Count $Mebibyte
    } finally {
        $stream.Dispose()
    }
    $lines = @("size`t$($Disk.Size)")
    if ($Disk.Serial) { $lines = $lines + "serial`t$($Disk.Serial)" }
    $lines = $lines + @(Get-PartitionLine -Disk $Disk -Partitions $Partitions -Volumes $Volumes)
    $known = @(Get-SignatureLine -Begin $begin -End $end -Second $second)
    if ($Disk.Style -cne '0' -and $known.Count -eq 0) { $known = @("signature`tdos`t0`t`t") }
    $lines = $lines + $known
    $sums = @((Get-EdgeSum -Text $begin), (Get-EdgeSum -Text $end))
    $edges = 'zero'
    if ($sums[0] -cne '0' -or $sums[1] -cne '0') { $edges = $sums -join "`t" }
    return (@($lines) + "edges`t$edges") -join "`n"
}

# Whether a record of a disk is the one that is meant: `serial:TEXT` or `id:TEXT`.
function Test-Designator {
    param($Record, [string]$Designator)
    $wanted = $Designator.Substring($Designator.IndexOf(':') + 1)
    if ($Designator.StartsWith('serial:')) { return $Record.Serial -ne '' -and $Record.Serial -eq $wanted }
    return $Record.UniqueId -ne '' -and $Record.UniqueId -eq $wanted
}

# All that the functions below look into, read once.
function Get-DiskView {
    $links = Get-StorageLink
    return [ordered]@{
        Physical = @(Get-PhysicalDiskRecord)
        Disks = @(Get-DiskRecord)
        Partitions = @(Get-PartitionRecord)
        Volumes = @(Get-EveryVolume)
        Pools = @(Get-StoragePoolRecord)
        PoolDisks = @($links.PoolDisks)
    }
}

# How one disk is: absent, several, pooled (in which pool), used (by whom), unfit (why), or free with its content.
function Get-DiskStanding {
    param($View, [string]$Designator)
    $answer = [ordered]@{
        Designator = $Designator
        Number     = ''
        State      = 'absent'
        Text       = ''
        Size       = ''
        Serial     = ''
        Health     = ''
        Status     = @()
        Usage      = ''
    }
    $physical = @($View.Physical | Where-Object { Test-Designator -Record $_ -Designator $Designator })
    $disks = @($View.Disks | Where-Object { Test-Designator -Record $_ -Designator $Designator })
    if ($physical.Count -gt 1 -or $disks.Count -gt 1) {
        $answer.State = 'several'
        return $answer
    }
    if ($physical.Count -eq 1) {
        $answer.Size = $physical[0].Size
        $answer.Serial = $physical[0].Serial
        $answer.Health = $physical[0].Health
        $answer.Status = @($physical[0].Status)
        $answer.Usage = $physical[0].Usage
        foreach ($link in @($View.PoolDisks | Where-Object { $_.To -ceq $physical[0].Object })) {
            foreach ($pool in @($View.Pools | Where-Object { $_.Object -ceq $link.From })) {
                if ($pool.Primordial -ceq 'True') { continue }
                $answer.State = 'pooled'
                $answer.Text = $pool.Name
                return $answer
            }
        }
    }
    # Two listings that mean two disks by one serial or id: which of them would be overwritten, nobody knows.
    if ($disks.Count -eq 1 -and $physical.Count -eq 1 -and @('', $disks[0].Number) -cnotcontains $physical[0].Number) {
        $answer.State = 'several'
        return $answer
    }
    if ($disks.Count -eq 0) {
        if ($physical.Count -eq 1) { $answer.State = 'hidden' }
        return $answer
    }
    $answer.Number = $disks[0].Number
    $unfit = @()
    # What is in a pool or has partitions is told otherwise; all else stays in the way of a pool, whatever is erased.
    if ($physical.Count -eq 1 -and $physical[0].CanPool -cne 'True') {
        $unfit = @($physical[0].Cannot | Where-Object { @('2', '7') -notcontains $_ })
    }
    $answer.Size = $disks[0].Size
    $answer.Serial = $disks[0].Serial
    $users = @(Get-DiskUser -Disk $disks[0] -Partitions $View.Partitions -Volumes $View.Volumes)
    if ($users.Count -gt 0) {
        $answer.State = 'used'
        $answer.Text = $users -join '; '
    } elseif ($disks[0].Offline -ceq 'True') {
        $answer.State = 'offline'
    } elseif ($unfit.Count -gt 0) {
        $answer.State = 'unfit'
        $answer.Text = $unfit -join ' '
    } else {
        $answer.State = 'free'
        $answer.Text = Get-DiskContent -Disk $disks[0] -Partitions $View.Partitions -Volumes $View.Volumes
    }
    return $answer
}

# Every disk that is asked about, for a survey: one that cannot be read keeps no other from being told.
function Read-Disk {
    param([string[]]$Wanted)
    $view = Get-DiskView
    $found = @()
    foreach ($designator in $Wanted) {
        try {
            $found = $found + (Get-DiskStanding -View $view -Designator $designator)
        } catch {
            $found = $found + [ordered]@{ Designator = $designator; State = 'unread'; Text = "$($_.Exception.Message)" }
        }
    }
    return [ordered]@{ Disks = @($found) }
}

# The last look before a disk is overwritten: word 0 is JSON whose `disks` say what the plan saw on each. Throws unless
# every one is a disk of its own that nobody uses, with exactly that content.
function Assert-DiskContent {
    param([string[]]$Words)
    $view = Get-DiskView
    $seen = @()
    foreach ($one in @((ConvertFrom-Json -InputObject $Words[0]).disks)) {
        $now = Get-DiskStanding -View $view -Designator $one.designator
        $reason = ''
        if ($now.State -cne 'free') { $reason = "$($now.State) $($now.Text)".Trim() }
        elseif ([string]::CompareOrdinal($now.Text, $one.content) -ne 0) { $reason = 'something else, or the same with other bytes or ids' }
        elseif ($seen -ccontains $now.Number) { $reason = 'the same disk as another one' }
        if ($reason) { throw "$($one.designator) is not what the plan saw: expected $($one.told); now: $reason" }
        $seen = $seen + $now.Number
    }
}
