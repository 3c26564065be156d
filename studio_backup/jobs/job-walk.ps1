# What of a tree a copy is about: patterns, our own files, names that are one, and how many files there are.

$script:PartialFolder = '.studio-backup-partial'

# What is copied nowhere: the patterns of the copy, and our own files of a volume.
function Test-Skipped {
    param($Entry, [string] $Relative)
    $name = $Entry.name
    foreach ($ours in @($SentinelName, $script:PartialFolder)) {
        if (Test-SameName -Name $name -Other $ours) { return $true }
    }
    # At the root of a clone: whose copy it is.
    $marked = Test-SameName -Name $Relative -Other $script:MarkerName
    if ($marked -and ($script:Job.kind -ceq 'clone')) { return $true }
    $pattern = $script:Job.skip_file
    if ($Entry.kind -ceq 'folder') { $pattern = $script:Job.skip_folder }
    ($null -ne $pattern) -and $pattern.IsMatch($Relative)
}

# One name whatever form its accents have and whatever case its letters.
function Get-Folded {
    param([string] $Name)
    try { return $Name.Normalize([Text.NormalizationForm]::FormC).ToUpperInvariant() } catch { $null = $_ }
    $Name.ToUpperInvariant()
}

# Every file below a folder, but links and half files: to be counted as it lies there.
function Measure-Files {
    param([string] $Folder)
    [long] $count = 0
    $waiting = New-Object Collections.Stack
    $waiting.Push($Folder)
    while ($waiting.Count -gt 0) {
        $here = $waiting.Pop()
        Invoke-Beat
        foreach ($entry in (Get-Entries -Folder $here)) {
            if (Test-SameName -Name $entry.name -Other $script:PartialFolder) { continue }
            if ($entry.kind -ceq 'file') { $count++ }
            if ($entry.kind -ceq 'folder') { $waiting.Push((Join-Name -Folder $here -Name $entry.name)) }
        }
    }
    $count
}
