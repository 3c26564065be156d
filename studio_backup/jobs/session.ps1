# Is somebody at work here? Programs that record and edit, and files that changed a moment ago. Reads only.

# $Sources: each is JSON of dataset, path, quiet (seconds), busy (names of open projects) and names (what is no sign), the
# last two as regular expressions.
function Read-Session {
    param([string[]] $Sources)
    $programs = @()
    foreach ($process in [Diagnostics.Process]::GetProcesses()) { $programs += "$($process.ProcessName)" }
    $busy = @()
    foreach ($text in @($Sources)) {
        $source = ConvertFrom-Json -InputObject $text
        if (($source.quiet -gt 0) -and [IO.Directory]::Exists($source.path)) {
            if (Test-Busy -Source $source) { $busy += "$($source.dataset)" }
        }
    }
    @{ programs = $programs; busy = $busy }
}

# What Windows keeps in the root of a volume; an administrator may not even list it.
$Own = @('System Volume Information', '$RECYCLE.BIN')

# What Windows keeps in the cloud or once for many is a reparse point, too, and no link.
function Test-Link {
    param([string] $Path)
    @('', 'HardLink') -notcontains "$((Get-Item -LiteralPath $Path -Force).LinkType)"
}

# A file dated in the future says nothing about now. Links are not followed, whatever they lead to.
function Test-Busy {
    param($Source)
    $now = [DateTime]::UtcNow
    $since = $now.AddSeconds(-$Source.quiet)
    $folders = New-Object Collections.Stack
    $folders.Push($Source.path)
    while ($folders.Count -gt 0) {
        $folder = New-Object IO.DirectoryInfo($folders.Pop())
        foreach ($entry in $folder.GetFileSystemInfos()) {
            if (($entry.Attributes -band [IO.FileAttributes]::ReparsePoint) -and (Test-Link -Path $entry.FullName)) { continue }
            if (($entry.Attributes -band [IO.FileAttributes]::Directory) -ne 0) {
                $top = $folder.FullName.TrimEnd('\') -eq $Source.path.TrimEnd('\')
                if ($top -and ($Own -contains $entry.Name)) { continue }
                $folders.Push($entry.FullName)
                continue
            }
            if (($Source.busy -ne '') -and ($entry.Name -match $Source.busy)) { return $true }
            if (($Source.names -ne '') -and ($entry.Name -match $Source.names)) { continue }
            if (($entry.LastWriteTimeUtc -gt $since) -and ($entry.LastWriteTimeUtc -le $now)) { return $true }
        }
    }
    $false
}
