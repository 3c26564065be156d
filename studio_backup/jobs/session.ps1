# Is somebody at work here? Programs that record and edit, and files that changed a moment ago. Reads only.
#
# walk.ps1 stands before it.

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

# A file dated in the future says nothing about now. Links are not followed, whatever they lead to.
function Test-Busy {
    param($Source)
    Find-Prefix -Folder $Source.path
    $now = [DateTime]::UtcNow.Ticks
    $since = $now - [long] $Source.quiet * 10000000
    $folders = New-Object Collections.Stack
    $folders.Push($Source.path)
    while ($folders.Count -gt 0) {
        $folder = $folders.Pop()
        $top = $folder.TrimEnd('\') -eq $Source.path.TrimEnd('\')
        foreach ($entry in (Get-Entries -Folder $folder)) {
            if (($entry.kind -ceq 'link') -or ($top -and ($Own -contains $entry.name))) { continue }
            if ($entry.kind -ceq 'folder') {
                $folders.Push((Join-Name -Folder $folder -Name $entry.name))
                continue
            }
            if (($Source.busy -ne '') -and ($entry.name -match $Source.busy)) { return $true }
            if (($Source.names -ne '') -and ($entry.name -match $Source.names)) { continue }
            if (($entry.time -gt $since) -and ($entry.time -le $now)) { return $true }
        }
    }
    $false
}
