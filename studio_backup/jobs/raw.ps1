# The bytes of a disk of Windows, and what is known by them. Nothing here writes.
#
# That a disk can be pooled is no proof that it is empty: what other systems write without a partition is nothing to
# Windows. So its first and last MiB are read, and where else a signature is known to lie.

$Mebibyte = 1048576
# A text of one letter a byte.
$Latin = [Text.Encoding]::GetEncoding(28591)
# What begins with these bytes, at which offset, is known as that.
$LuksMarks = @("LUKS$([char]0xBA)$([char]0xBE)", "SKUL$([char]0xBA)$([char]0xBE)")
$RaidMark = "$([char]0xFC)N+$([char]0xA9)"
$VmfsMark = "$([char]0x0D)$([char]0xD0)$([char]0x01)$([char]0xC0)"
$Signatures = @(
    @('gpt', 512, 'EFI PART'), @('gpt', 4096, 'EFI PART'),
    @('apfs', 32, 'NXSB'), @('hfs+', 1024, 'H+'), @('hfsx', 1024, 'HX'), @('corestorage', 88, 'CS'),
    @('LVM2_member', 0, 'LABELONE'), @('LVM2_member', 512, 'LABELONE'),
    @('LVM2_member', 1024, 'LABELONE'), @('LVM2_member', 1536, 'LABELONE'),
    @('crypto_LUKS', 0, $LuksMarks[0]), @('crypto_LUKS', 16384, $LuksMarks[1]),
    @('linux_raid_member', 0, $RaidMark), @('linux_raid_member', 4096, $RaidMark),
    @('ext', 1080, "S$([char]0xEF)"), @('xfs', 0, 'XFSB'), @('btrfs', 65600, '_BHRfS_M'), @('swap', 4086, 'SWAPSPACE2'),
    @('ntfs', 3, 'NTFS    '), @('exfat', 3, 'EXFAT   '), @('refs', 3, 'ReFS'), @('vfat', 82, 'FAT32   '),
    @('BitLocker', 3, '-FVE-FS-'), @('iso9660', 32769, 'CD001'), @('VMFS', 1048576, $VmfsMark)
)
# What lies at the end of a disk, wherever in its last MiB.
$EndSignatures = @(
    @('AppleRAID', 'AppleRAIDHeader'), @('linux_raid_member', $RaidMark), @('gpt', 'EFI PART'), @('LDM', 'PRIVHEAD')
)
# The number that begins an entry of ZFS, of either byte order.
$ZfsMarks = @(
    "$([char]0x0C)$([char]0xB1)$([char]0xBA)$([char]0x00)", "$([char]0x00)$([char]0xBA)$([char]0xB1)$([char]0x0C)"
)

# Opens a whole disk for reading. The file classes of .NET refuse the path of a device, so Windows is asked itself.
function Open-RawDisk {
    param([string]$Number)
    if (-not ('StudioBackup.RawDisk' -as [Type])) {
        Add-Type -Namespace StudioBackup -Name RawDisk -MemberDefinition @'
[DllImport("kernel32.dll", CharSet = CharSet.Unicode, SetLastError = true)]
public static extern Microsoft.Win32.SafeHandles.SafeFileHandle CreateFileW(
    string name, uint access, uint share, IntPtr security, uint disposition, uint flags, IntPtr template);
'@
    }
    $path = "\\.\PHYSICALDRIVE$Number"
    $read = 2147483648
    $shared = 3
    $existing = 3
    $handle = [StudioBackup.RawDisk]::CreateFileW($path, $read, $shared, [IntPtr]::Zero, $existing, 0, [IntPtr]::Zero)
    if ($handle.IsInvalid) { throw "disk $Number cannot be opened for reading" }
    return New-Object -TypeName IO.FileStream -ArgumentList $handle, ([IO.FileAccess]::Read), 4096
}

# Bytes of an open disk, as text of one letter a byte; a short read is a failure.
function Read-RawText {
    param($Stream, [long]$Offset, [int]$Count)
    $bytes = New-Object -TypeName byte[] -ArgumentList $Count
    $null = $Stream.Seek($Offset, [IO.SeekOrigin]::Begin)
    $read = 0
    while ($read -lt $Count) {
        $got = $Stream.Read($bytes, $read, $Count - $read)
        if ($got -le 0) { throw "the disk cannot be read whole at $Offset" }
        $read = $read + $got
    }
    return $Latin.GetString($bytes)
}

# The check sum of bytes, or 0 where there is no other byte than zero.
function Get-EdgeSum {
    param([string]$Text)
    # By its length: to -ceq a text of control characters is an empty one.
    if ($Text.Trim([char]0).Length -eq 0) { return '0' }
    $sums = [Security.Cryptography.SHA256]::Create()
    $digits = [BitConverter]::ToString($sums.ComputeHash($Latin.GetBytes($Text))).Replace('-', '')
    return $digits.Substring(0, 16).ToLowerInvariant()
}

# Every signature that is known, one a line: what it is, and where.
function Get-SignatureLine {
    param([string]$Begin, [string]$End, [string]$Second)
    foreach ($one in $Signatures) {
        $there = $Begin.Substring($one[1], $one[2].Length)
        if ([string]::CompareOrdinal($there, $one[2]) -eq 0) { "signature`t$($one[0])`t$($one[1])`t`t" }
    }
    foreach ($one in $EndSignatures) {
        if ($End.IndexOf($one[1], [StringComparison]::Ordinal) -ge 0) { "signature`t$($one[0])`tend`t`t" }
    }
    $label = $Begin.Substring(131072, 131072)
    foreach ($mark in $ZfsMarks) {
        if ($label.IndexOf($mark, [StringComparison]::Ordinal) -ge 0) { "signature`tzfs_member`t131072`t`t" }
        if ($End.IndexOf($mark, [StringComparison]::Ordinal) -ge 0) { "signature`tzfs_member`tend`t`t" }
    }
    if ($Second.IndexOf('_BHRfS_M', [StringComparison]::Ordinal) -eq 64) { "signature`tbtrfs`t67108928`t`t" }
}
