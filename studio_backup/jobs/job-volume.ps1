# Volumes: is the right one mounted at its place (id and sentinel), and how much room is left on it.
#
# volume.ps1 and sentinel.ps1 stand before it: the survey asks the same way.

$script:MarkerName = '.studio-backup-copy'

# The first line of a small file that is no link; nothing when there is none.
function Read-FirstLine {
    param([string] $Path)
    if (-not [IO.File]::Exists($Path)) { return '' }
    if (([IO.File]::GetAttributes($Path) -band [IO.FileAttributes]::ReparsePoint) -ne 0) { return '' }
    ([IO.File]::ReadAllText($Path) -split "`n")[0].TrimEnd("`r")
}

# Stops the run unless this is the volume; gives it otherwise. Side is source or target.
function Confirm-Volume {
    param([string] $Side, [string] $Root, [string] $Id, [string] $Line)
    if (($Root -eq '') -or ($Id -eq '') -or ($Line -eq '')) { Stop-Run -Result 'refused' -Reason 'config' }
    $here = $null
    $right = $false
    $sentinel = $null
    try {
        $here = Get-MountedVolume -Path $Root
        if ($null -ne $here) { $right = Test-VolumeIdentity -Volume $here -Id $Id }
        if ($right) { $sentinel = Get-SentinelLine -Root $Root }
    } catch {
        Write-Log "the $($Side)'s volume: $($_.Exception.Message)"
        Stop-Run -Result 'refused' -Reason "$Side-unread"
    }
    if ($null -eq $here) { Stop-Run -Result 'refused' -Reason "$Side-unmounted" }
    if (-not $right) { Stop-Run -Result 'refused' -Reason "$Side-wrong-volume" }
    if ($sentinel.State -ceq 'unread') { Stop-Run -Result 'refused' -Reason "$Side-unread" }
    if (($sentinel.State -cne 'sentinel') -or ($sentinel.Line -cne $Line)) {
        Stop-Run -Result 'refused' -Reason "$Side-sentinel"
    }
    $here
}

# exFAT and FAT keep local time, which jumps by hours as its readers understand it; others keep UTC.
function Test-LocalTimes {
    param($Volume)
    @('NTFS', 'ReFS') -notcontains $Volume.FileSystem
}

# Less room than one hundredth of the volume, at most 1 GiB, is none; nor is room that nobody can tell of.
function Test-Room {
    param($Volume)
    if (($Volume.Capacity -notmatch '^[0-9]+$') -or ($Volume.Free -notmatch '^[0-9]+$')) {
        Write-Log "the target's volume: its room is not told: '$($Volume.Capacity)', '$($Volume.Free)' free"
        Stop-Run -Result 'refused' -Reason 'target-unread'
    }
    $reserve = [Math]::Min([double] $Volume.Capacity / 100, 1073741824)
    [double] $Volume.Free -gt $reserve
}
