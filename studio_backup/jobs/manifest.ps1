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

# A folder that cannot be listed throws; one that is not there was looked for in the folder above.
function Read-Entries {
    param([string] $State)
    $entries = @()
    $folder = [IO.Path]::Combine($State, 'manifest')
    if ([IO.Directory]::Exists($folder)) {
        foreach ($path in [IO.Directory]::GetFiles($folder)) {
            $bytes = [IO.File]::ReadAllBytes($path)
            $entries += @{ name = [IO.Path]::GetFileName($path); text = [Text.Encoding]::UTF8.GetString($bytes) }
        }
    } else {
        $above = [IO.Path]::GetDirectoryName([IO.Path]::GetDirectoryName($State))
        if ([IO.Directory]::Exists($State)) { $above = $State }
        $null = [IO.Directory]::GetFileSystemEntries($above)
        foreach ($path in [IO.Directory]::GetFileSystemEntries($above)) {
            if ($path -eq $folder) { throw "$folder cannot be read" }
        }
    }
    @{ entries = $entries }
}
