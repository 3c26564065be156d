# Reads who holds this machine, and what we noted here of all that we made.

function Read-Holder {
    param([string] $State)
    $holder = ''
    $said = Read-Claim -Path ([IO.Path]::Combine($State, 'lock'))
    if ($null -ne $said) { $holder = Get-Holder -Said $said }
    $step = Read-Claim -Path ([IO.Path]::Combine($State, 'step'))
    if ($null -ne $step) { $holder = "a step that is still running, process $(($step -split "`n")[0])" }
    @{ holder = $holder; generation = (Read-Generation -State $State) }
}

# Absent only where each folder on the way was listed: one that may not be entered hides what is in it.
#
# windows-standing.ps1 stands before it.
function Read-Entries {
    param([string] $State)
    $folder = [IO.Path]::Combine($State, 'manifest')
    $standing = Get-Standing -Path $folder
    if (@('absent', 'folder') -cnotcontains $standing) { throw "$folder is no folder, or leads elsewhere: $standing" }
    $entries = @()
    if ($standing -ceq 'folder') {
        foreach ($path in [IO.Directory]::GetFiles($folder)) {
            $bytes = [IO.File]::ReadAllBytes($path)
            $entries += @{ name = [IO.Path]::GetFileName($path); text = [Text.Encoding]::UTF8.GetString($bytes) }
        }
    }
    @{ entries = $entries }
}
